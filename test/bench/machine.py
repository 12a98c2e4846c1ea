"""The machine that measures: its cores, what it is, and what its processes use."""
import os
import platform
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, NamedTuple


class BenchError(Exception):
    """What makes the figures worthless: told, and the bench ends."""


class Cores(NamedTuple):
    client: int  # the load and PostgreSQL
    server: int  # what is measured


def choose_cores() -> Cores:
    """The first and the last core that we may use: the same one where there is no other."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[-1])


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started meanwhile runs on this core and no other."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    """VmRSS is what a process has now, VmHWM the most it ever had."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise BenchError(f"process {pid} has no {field}")


def filesystem(directory: Path) -> str:
    """The kind of file system that a folder lies on."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    found = {Path(fields[1]): fields[2] for fields in map(str.split, mounts)}
    return next(found[path] for path in [directory, *directory.parents] if path in found)


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _commit(root: Path) -> str:
    """Outside git it is unknown."""
    commit = _output("git", "-C", str(root), "rev-parse", "--short=12", "HEAD")
    changed = _output("git", "-C", str(root), "status", "--porcelain", "--untracked-files=no")
    return (commit or "unknown") + (" with changes" if changed else "")


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def describe(binary: Path, root: Path, cores: Cores) -> Dict[str, str]:
    """What has to be the same for two runs to be comparable, and when this one was."""
    return {
        "cpu": _cpu_model(),
        "cores": f"{os.cpu_count()}, server on {cores.server}, load and database on {cores.client}",
        "kernel": platform.release(),
        "program": _output(str(binary), "--version"),
        "commit": _commit(root),
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }
