"""The Debian package's own files beside what they speak of: the program, its version, its license, what it is built
with. What the package does is shown by `./dev package --test`."""
import re
import subprocess
import unittest
from email.utils import parsedate_to_datetime
from pathlib import Path

from harness.case import BINARY
from harness.postgres import ROOT

DEBIAN = ROOT / "packaging" / "debian"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


class PackagingTest(unittest.TestCase):
    def test_version_and_day_are_the_program_s(self) -> None:
        [version] = re.findall(r"^project\(.* VERSION (\S+) ", read(ROOT / "CMakeLists.txt"), re.MULTILINE)
        [day] = re.findall(rf"^## \[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d)$", read(ROOT / "CHANGELOG.md"),
                           re.MULTILINE)
        changelog = read(DEBIAN / "changelog")
        self.assertTrue(changelog.startswith(f"video-ad-tracker ({version}) "))
        [signed] = re.findall(r"^ -- .*>  (.*)$", changelog, re.MULTILINE)
        self.assertEqual(str(parsedate_to_datetime(signed).date()), day)
        self.assertIn(f" {day} ", read(ROOT / "packaging" / "video-ad-tracker.8.in").splitlines()[0])
        self.assertIn(f" image: video-ad-tracker:{version}\n", read(ROOT / "packaging" / "kubernetes.yaml"))

    def test_settings_are_known_to_the_program(self) -> None:
        told = subprocess.run([str(BINARY), "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
        known = re.findall(r"^  ([A-Z]\w+) ", told, re.MULTILINE)
        named = re.findall(r"^#?([A-Z]\w*)=", read(DEBIAN / "video-ad-tracker.default"), re.MULTILINE)
        self.assertGreater(len(named), 3)
        self.assertEqual([name for name in named if name not in known], [])

    def test_license_is_the_program_s(self) -> None:
        """Its words, in Debian's form: a blank before each line, a dot for an empty one."""
        lines = [f" {line}" if line else " ." for line in read(ROOT / "LICENSE").splitlines()]
        text = "\n".join(lines[lines.index(" .", 3) + 1:])
        self.assertIn(" Permission is hereby granted", text)
        self.assertIn(f"License: Expat\n{text}\n", read(DEBIAN / "copyright"))
        self.assertIn(lines[2].replace("Copyright (c)", "Copyright:").strip(), read(DEBIAN / "copyright"))

    def test_it_is_built_with_what_the_program_is_built_with(self) -> None:
        [needs] = re.findall(r"^build_needs=\((.*?)\)$", read(ROOT / "dev"), re.MULTILINE | re.DOTALL)
        brought = {"gcc", "libc6-dev", "tzdata"}  # by Debian's builders themselves; and what runs it
        [depends] = re.findall(r"^Build-Depends:\n((?: .*\n)+)", read(DEBIAN / "control"), re.MULTILINE)
        named = {line.split()[0].rstrip(",") for line in depends.splitlines()}
        self.assertGreater(len(needs.split()), 8)
        self.assertEqual(set(needs.split()) - brought - named, set())

    def test_what_it_brings_is_there(self) -> None:
        for listed in ("examples", "docs"):
            names = read(DEBIAN / f"video-ad-tracker.{listed}").split()
            self.assertEqual([name for name in names if not (ROOT / name).exists()], [])
        for unit in re.findall(r"packaging/(\S+\.(?:service|socket))", read(DEBIAN / "rules")):
            self.assertTrue((ROOT / "packaging" / unit).exists(), unit)

    def test_the_image_is_built_of_all_that_the_build_names(self) -> None:
        """Outside of the tests, which it has not."""
        let_in = set(re.findall(r"^!(\S+)$", read(ROOT / ".dockerignore"), re.MULTILINE))
        named = {"CMakeLists.txt", "CMakePresets.json"}
        for file in [ROOT / "CMakeLists.txt", *(ROOT / name / "CMakeLists.txt" for name in let_in)]:
            if file.exists():
                named |= set(re.findall(r"\$\{PROJECT_SOURCE_DIR\}/([\w.-]+)", read(file)))
        named |= set(re.findall(r"^ *(?:add_subdirectory|include)\((\w+)[/)]", read(ROOT / "CMakeLists.txt"), re.MULTILINE))
        self.assertIn("openapi.yaml", named)
        self.assertEqual({name for name in named if (ROOT / name).exists()} - let_in, {"test"})


if __name__ == "__main__":
    unittest.main()
