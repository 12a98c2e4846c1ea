"""A Debian of the test's own, booted: its systemd runs in namespaces and a cgroup that end with it."""
import os
import shutil
import subprocess
from pathlib import Path
from typing import Dict, List, Optional

from harness.postgres import ROOT
from harness.process import children, wait_until

HERE = Path(__file__).resolve().parent
# What changes by itself, and what the package manager remembers.
CHANGING = ("dev", "proc", "run", "sys", "tmp", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log",
            "var/lib/systemd/timers", "var/lib/systemd/random-seed")


def cgroup_root() -> Path:
    """Where the machine has its cgroups of the second version."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ")
        if after.split()[0] == "cgroup2":
            return Path(before.split()[4])
    raise AssertionError("needs cgroups of version 2: not mounted")


class Debian:
    def __init__(self, archive: Path) -> None:
        self.tree = ROOT / ".dev" / "package" / "tree"
        self.cgroup = cgroup_root() / f"video-ad-tracker-package-{os.urandom(4).hex()}"
        self.process: Optional[subprocess.Popen] = None
        self._remove_what_is_left()
        self.tree.mkdir(parents=True)
        subprocess.run(["tar", "-x", "--numeric-owner", "-f", str(archive), "-C", str(self.tree)], check=True)
        (self.tree / "a-debian-of-the-test").touch()
        for unit in ("getty.target", "console-getty.service"):  # the machine's terminals are not its own
            (self.tree / "etc/systemd/system" / unit).symlink_to("/dev/null")

    def boot(self) -> None:
        self.cgroup.mkdir()
        script = f'echo $$ >{self.cgroup}/cgroup.procs; exec "$@"'
        self.process = subprocess.Popen(
            ["sh", "-ec", script, "sh", "unshare", "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--fork",
             "--kill-child", str(HERE / "boot"), str(self.tree)], stdin=subprocess.DEVNULL)
        process = self.process
        wait_until(lambda: process.poll() is not None or children(process.pid), 10, "it starts")
        wait_until(lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"),
                   60, "systemd runs")

    def init(self) -> int:
        """The process of systemd, as we see it."""
        assert self.process is not None and self.process.poll() is None, "Debian ended at its start"
        [child] = children(self.process.pid)
        return child.pid

    def run(self, *command: str, check: bool = True) -> str:
        """What a command in it prints; AssertionError with its words where it fails."""
        done = subprocess.run(
            ["nsenter", f"--target={self.init()}", "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--root", "--wd",
             "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
             "PAGER=cat", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, check=False)
        assert done.returncode == 0 or not check, f"{' '.join(command)}: {done.stdout}"
        return done.stdout

    def copy(self, file: Path, name: str) -> None:
        """A file of ours to where it lies under that name in it; it may be a mount that we don't see."""
        shutil.copyfile(file, f"/proc/{self.init()}/root{name}")

    def shown(self, unit: str, *names: str) -> List[str]:
        """Properties of a unit."""
        told = dict(line.split("=", 1) for line in self.run("systemctl", "show", unit).splitlines() if "=" in line)
        return [told[name] for name in names]

    def files(self) -> Dict[str, str]:
        """What lies in it: a path's kind and rights."""
        found = {}
        for folder, folders, names in os.walk(self.tree):
            place = Path(folder).relative_to(self.tree)
            folders[:] = [name for name in folders if str(place / name) not in CHANGING]
            for name in folders + names:
                if str(place / name) not in CHANGING:
                    status = os.lstat(Path(folder) / name)
                    found[str(place / name)] = f"{status.st_mode:o} {status.st_uid}:{status.st_gid}"
        return found

    def end(self) -> None:
        """With systemd goes what it has started, and all mounts."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None
            wait_until(lambda: "populated 0" in (self.cgroup / "cgroup.events").read_text(), 30, "its processes end")
        self._remove_what_is_left()

    def _remove_what_is_left(self) -> None:
        """Of a test that was killed as well. A mount in the tree, which there is none of, would not be entered."""
        for cgroup in self.cgroup.parent.glob("video-ad-tracker-package-*"):
            for folder, _, _ in os.walk(cgroup, topdown=False):
                os.rmdir(folder)
        if self.tree.exists():
            subprocess.run(["rm", "-rf", "--one-file-system", str(self.tree)], check=True)


def higher_version(package: Path, folder: Path) -> Path:
    """The same package with a version that is higher."""
    tree = folder / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    lines = [f"{line}+higher" if line.startswith("Version: ") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    made = folder / "higher.deb"
    subprocess.run(["dpkg-deb", "--build", str(tree), str(made)], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return made
