"""The manual page: it tells what --help tells, and man finds nothing wrong with it."""
import re
import subprocess
import tempfile
import unittest
from typing import List, Tuple

from harness.abilities import need_program
from harness.case import BINARY

PAGE = BINARY.parent / "packaging" / "video-ad-tracker.8"
ENTRY = re.compile(r"^\.TP\n\\fB(.+?)\\fR(?: (.+))?\n((?:[^.\n].*\n)+)", re.MULTILINE)


def read_page() -> str:
    assert PAGE.exists(), f"no {PAGE}: build the target manual_page"
    return PAGE.read_text(encoding="utf-8")


def unescaped(text: str) -> str:
    return text.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")


def entries(heading: str) -> List[Tuple[str, str, str]]:
    """What a section lists: a name, what stands beside it, and its meaning in one line."""
    [section] = re.findall(rf"^\.SH {heading}\n(.*?)(?=^\.SH )", read_page(), re.MULTILINE | re.DOTALL)
    return [(unescaped(name), unescaped(beside), unescaped(meaning).strip().replace("\n", " "))
            for name, beside, meaning in ENTRY.findall(section)]


def complaints(page: str) -> str:
    """What man says of a page."""
    man = need_program("man")
    with tempfile.NamedTemporaryFile("w", suffix=".8", encoding="utf-8") as file:
        file.write(page)
        file.flush()
        done = subprocess.run([man, "--local-file", "--warnings", "--encoding=UTF-8", "-Tutf8", "-Z", file.name],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env={"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"}, timeout=60,
                              check=False)
    return done.stderr + ("" if done.returncode == 0 else f"man ended with {done.returncode}")


class ManualTest(unittest.TestCase):
    def setUp(self) -> None:
        self.help = subprocess.run([str(BINARY), "--help"], capture_output=True, text=True, timeout=20,
                                   check=True).stdout

    def test_variables_are_those_of_help(self) -> None:
        told = [f"  {name:<24} {meaning[:-1]}" + (f" {default}" if default else "")
                for name, default, meaning in entries("ENVIRONMENT")]
        self.assertGreater(len(told), 25)
        self.assertEqual(told, re.findall(r"^  [A-Z]\w+ .*$", self.help, re.MULTILINE))

    def test_options_are_those_of_help(self) -> None:
        told = entries("OPTIONS")
        usage = " | ".join(f"{name} {operands}".strip() for name, operands, _ in told)
        self.assertIn(f"usage: video-ad-tracker [{usage}]\n", self.help)
        words = " ".join(self.help.split())
        for _, _, meaning in told:
            self.assertIn(meaning[:-1], words)

    def test_options_are_known_to_the_program(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            for name, operands, _ in entries("OPTIONS"):
                given = [name] + ["1" for word in operands.split() if not word.startswith("[")]
                done = subprocess.run([str(BINARY), *given], capture_output=True, text=True, timeout=60, check=False,
                                      env={"JOURNAL_DIR": directory, "DB_CONN": "nonsense", "PORT": "1"})
                self.assertNotIn("wrong arguments", done.stderr, given)

    def test_version_is_the_program_s(self) -> None:
        [version] = re.findall(r"^video-ad-tracker (\S+): ", self.help)
        self.assertIn(f'"video\\-ad\\-tracker {version}"', read_page().splitlines()[0])

    def test_man_has_no_complaint(self) -> None:
        self.assertEqual(complaints(read_page()), "")

    def test_man_complains_of_a_fault(self) -> None:
        page = read_page()
        self.assertIn(".SH SIGNALS", page)
        self.assertIn("HS", complaints(page.replace(".SH SIGNALS", ".HS SIGNALS")))

    def test_mandoc_has_no_complaint(self) -> None:
        mandoc = need_program("mandoc")
        done = subprocess.run([mandoc, "-T", "lint", str(PAGE)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
