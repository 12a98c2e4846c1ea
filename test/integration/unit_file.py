"""A unit of systemd, read, and its filter of system calls put into force:

    python3 unit_file.py UNIT COMMAND [ARGUMENT ...]

runs the command with what SystemCallFilter= and MemoryDenyWriteExecute= leave it. A call that is not allowed ends it
with SIGSYS, where systemd would have it fail.
"""
import ctypes
import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, FrozenSet, List, Set

ALLOW, KILL = 0x7FFF0000, 0x80000000
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1


def read_unit(path: Path) -> Dict[str, Dict[str, List[str]]]:
    """Its sections, in them the values of each name in their order."""
    sections: Dict[str, Dict[str, List[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return sections


@functools.lru_cache(maxsize=None)
def members(name: str) -> FrozenSet[str]:
    """The calls of a set, as the installed systemd knows it."""
    if not name.startswith("@"):
        return frozenset({name})
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, timeout=60,
                            check=True).stdout.splitlines()[1:]
    found: Set[str] = set()
    for line in (line.strip() for line in listed):
        if line and not line.startswith("#"):
            found |= members(line)
    return frozenset(found)


def allowed_calls(unit: Path) -> FrozenSet[str]:
    """As systemd.exec(5) says it: the first line allows, one that begins with "~" takes away."""
    allowed = set(members("@default"))
    for value in read_unit(unit)["Service"]["SystemCallFilter"]:
        names = set().union(*(members(name) for name in value.lstrip("~").split()))
        allowed = allowed - names if value.startswith("~") else allowed | names
    return frozenset(allowed)


def enforce(unit: Path) -> None:
    """For this process and all that it becomes."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(KILL)))
    for name in allowed_calls(unit):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # others are those of other machines
            assert seccomp.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0) == 0, name
    libc = ctypes.CDLL(None)
    if read_unit(unit)["Service"]["MemoryDenyWriteExecute"] == ["yes"]:
        libc.prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0)  # older kernels don't know it
    assert seccomp.seccomp_load(context) == 0, os.strerror(ctypes.get_errno())


if __name__ == "__main__":
    enforce(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
