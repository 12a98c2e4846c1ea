"""Skipping for a lack of rights, counting, and mounts that nobody else sees."""
import os
import shutil
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path
from typing import List, Tuple
from unittest.mock import patch

from harness import namespaces
from harness.abilities import (Ability, abilities, ability, can_be_another_user, can_make_network, can_mount,
                               can_trace, need)
from harness.server import temporary_directory

RUN = Path(__file__).resolve().parents[1] / "run.py"
WHOLE_SYSTEM = f"{0:>10} {0:>10} {0xffffffff:>10}"  # the uid_map of the first user namespace
# CAP_SETGID, SETUID, NET_ADMIN, SYS_CHROOT, SYS_PTRACE, SYS_ADMIN
RIGHTS = sum(1 << number for number in (6, 7, 12, 18, 19, 21))

MOUNTS = """
    import unittest
    from pathlib import Path
    from harness import namespaces
    from harness.abilities import can_mount, need
    class Mounts(unittest.TestCase):
        def test_a_mount(self) -> None:
            need(can_mount)
            namespaces.mount_tmpfs(Path("{0}"), "64k")
            Path("{0}/file").write_text("there")
            print("mounted", flush=True)
            input()
"""


def has_every_right() -> bool:
    """What the kernel says of this process, apart from anything that the abilities try."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    label = Path("/proc/self/attr/current")
    try:
        confined = label.read_text().strip("\0\n ") not in ("", "unconfined")
    except OSError:  # there is no such thing here
        confined = False
    return (int(status["CapEff"], 16) & RIGHTS == RIGHTS and status.get("Seccomp", "0") == "0"
            and Path("/proc/self/uid_map").read_text().strip("\n") == WHOLE_SYSTEM and not confined)


class AbilitiesTest(unittest.TestCase):
    def made(self, what: str, answer: str) -> Tuple[Ability, List[str]]:
        """An ability, and the list of its trials."""
        trials: List[str] = []

        @ability(what)
        def tried() -> str:
            trials.append(what)
            return answer
        self.addCleanup(abilities.pop, tried)
        return tried, trials

    def test_each_is_tried_once_and_skips_in_words(self) -> None:
        missing, trials = self.made("wings", "not permitted")
        present, _ = self.made("legs", "")
        need(present)
        with patch.dict(os.environ):
            os.environ.pop("TEST_EVERYTHING", None)
            for _ in range(2):
                with self.assertRaisesRegex(unittest.SkipTest, "^needs wings: not permitted$"):
                    need(present, missing)
        self.assertEqual(trials, ["wings"])

    def test_with_test_everything_a_lack_is_a_failure(self) -> None:
        missing, _ = self.made("wings", "not permitted")
        with patch.dict(os.environ, TEST_EVERYTHING="1"):
            with self.assertRaisesRegex(AssertionError, "needs wings"):
                need(missing)

    def test_who_has_every_right_has_every_ability(self) -> None:
        """So a fault in a trial does not pass for a machine that lacks something."""
        if not has_every_right():
            self.skipTest("needs every right: not permitted")
        for trial in (can_mount, can_be_another_user, can_trace):
            self.assertEqual(trial(), "", abilities[trial])
        # The kernel, or iptables, may be without what it takes; then this is not about rights.
        self.assertNotRegex(can_make_network(), "ermitted|denied|root")

    def test_a_fault_in_a_trial_is_no_lack(self) -> None:
        def refused() -> None:
            raise PermissionError(1, "x")

        def wrong() -> None:
            sys.stderr = open(os.devnull, "w", encoding="utf-8")  # pylint: disable=consider-using-with
            raise TypeError
        self.assertEqual(namespaces.words_against(lambda: None), "")
        self.assertEqual(namespaces.words_against(refused), "not permitted")
        self.assertEqual(namespaces.words_against(lambda: namespaces.command("ls /nowhere"))[:4], "ls: ")
        with self.assertRaises(AssertionError):
            namespaces.words_against(wrong)


class WrittenCase(unittest.TestCase):
    """With a file of tests that is written for the test."""

    def write(self, text: str) -> Path:
        directory = temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        path = directory / "test_written.py"
        path.write_text(textwrap.dedent(text))
        return path


class RunTest(WrittenCase):
    def assert_ends(self, text: str, code: int, *lines: str, **env: str) -> None:
        inherited = {name: value for name, value in os.environ.items()
                     if name not in ("FAULT_LONG", "TEST_EVERYTHING")}
        done = subprocess.run([sys.executable, RUN, self.write(text)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env={**inherited, **env}, check=False)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (code, list(lines)), done.stderr)

    def test_counts_each_test_once(self) -> None:
        self.assert_ends("""
            import unittest
            class Some(unittest.TestCase):
                def test_passes(self): pass
                def test_is_skipped(self): self.skipTest("needs x")
                def test_fails(self): self.fail()
                def test_fails_thrice(self):
                    for n in range(3):
                        with self.subTest(n): self.fail()
                def test_is_skipped_in_parts(self):
                    for n in range(3):
                        with self.subTest(n): self.skipTest("needs x")
                def test_hides_no_failure(self):
                    self.addCleanup(self.fail)
                    self.skipTest("needs x")
            class Skipped(unittest.TestCase):
                @classmethod
                def setUpClass(cls): raise unittest.SkipTest("needs y")
                def test_one(self): pass
                def test_two(self): pass
            class Broken(unittest.TestCase):
                @classmethod
                def setUpClass(cls): raise AssertionError
                def test_one(self): pass
                def test_two(self): pass
        """, 1, "skipped: 2 tests: needs x", "skipped: 2 tests: needs y", "1 passed, 5 failed, 4 skipped")

    def test_tells_when_everything_was_skipped(self) -> None:
        text = """
            import unittest
            class Skipped(unittest.TestCase):
                def test_one(self): self.skipTest("needs x")
        """
        lines = "skipped: 1 test: needs x", "0 passed, 0 failed, 1 skipped"
        self.assert_ends(text, 77, *lines)
        self.assert_ends(text, 1, *lines, FAULT_LONG="1")

    def test_a_file_without_a_test_fails(self) -> None:
        self.assert_ends("", 1, "0 passed, 0 failed, 0 skipped")


class MountsTest(WrittenCase):
    def assert_unseen(self, inside: str, outside: Path, command: List[str], file: Path) -> None:
        """What a run of the file mounts at `inside` is not at `outside`, which is the same place."""
        file.write_text(textwrap.dedent(MOUNTS.format(inside)))
        with subprocess.Popen([*command, sys.executable, RUN, file], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as run:
            self.assertEqual(run.stdout.readline(), "mounted\n")
            self.assertEqual(list(outside.iterdir()), [])
            run.communicate("\n", timeout=30)
        self.assertEqual(run.returncode, 0)

    def test_others_do_not_see_it(self) -> None:
        need(can_mount)
        path = self.write("")
        spot = path.parent / "spot"
        spot.mkdir()
        self.assert_unseen(str(spot), spot, [], path)

    def test_others_do_not_see_it_in_a_chroot_either(self) -> None:
        """Its root is a folder of a mount that is shared, and can't be taken out of that."""
        need(can_mount)
        if os.geteuid() != 0:
            self.skipTest("needs root: not permitted")
        path = self.write("")
        disk = path.parent / "disk"
        disk.mkdir()
        namespaces.mount_tmpfs(disk, "1m")
        self.addCleanup(namespaces.detach, disk)
        subprocess.run(["mount", "--make-shared", str(disk)], check=True)
        root = disk / "root"
        root.mkdir()
        for entry in Path("/").iterdir():
            if entry.is_symlink():
                (root / entry.name).symlink_to(os.readlink(entry))
            elif entry.is_dir():
                (root / entry.name).mkdir()
                subprocess.run(["mount", "--rbind", str(entry), str(root / entry.name)], check=True)
        spot = root / "spot"
        spot.mkdir()
        self.assert_unseen("/spot", spot, ["chroot", str(root)], path)


if __name__ == "__main__":
    unittest.main()
