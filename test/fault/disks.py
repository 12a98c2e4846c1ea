"""The disks of the fault tests: libraries that are preloaded into the server and its sync worker. They chain:
the slow disk waits before and behind what another one does."""
import mmap
import struct
from pathlib import Path
from typing import Dict

from fault_case import FaultCase, tool

FIELDS = ("write_fails_in", "sync_fails_in", "fails_more", "read_only", "failures", "is_hanging", "hangs")


def preload(*names: str, leaks: bool = True) -> Dict[str, str]:
    """The environment of a server with these libraries, the slow disk always among them: its way is "quick" at
    first; see FaultCase.set_way."""
    libraries = [str(tool(f"lib{name}.so")) for name in ("slow_disk", *names)]
    return {"LD_PRELOAD": ":".join(libraries), "SLOW_DISK_US": "0",
            "ASAN_OPTIONS": f"detect_leaks={int(leaks)}:exitcode=99:verify_asan_link_order=0"}


class FaultControl:
    """The memory that faulty_disk.c shares with the test."""

    def __init__(self, case: FaultCase) -> None:
        self.path = case.directory() / "control"
        self.path.write_bytes(bytes(4 * len(FIELDS)))
        with self.path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        case.addCleanup(self._memory.close)

    def env(self) -> Dict[str, str]:
        return {"FAULTY_DISK": str(self.path), **preload("faulty_disk", leaks=False)}

    def set(self, **fields: int) -> None:
        for name, value in fields.items():
            struct.pack_into("=I", self._memory, 4 * FIELDS.index(name), value)

    def get(self, name: str) -> int:
        return struct.unpack_from("=I", self._memory, 4 * FIELDS.index(name))[0]

    def reset(self) -> None:
        self.set(**{name: 0 for name in FIELDS})


class PowerSteps:
    """The step of opening a segment at which power.c kills the server: see there."""

    def __init__(self, shadow: Path) -> None:
        self._path = shadow / "state"

    def set(self, left: int) -> None:
        """Of a server that runs."""
        with self._path.open("r+b") as file:
            file.write(struct.pack("=I", left))
