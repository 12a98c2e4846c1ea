"""Processes and ports, the few lines that every part of the harness needs."""
import errno
import os
import random
import signal
import socket
import time
from pathlib import Path
from typing import Callable, Iterator, List, NamedTuple, Optional, Tuple, TypeVar

from harness.abilities import User, another_user

Value = TypeVar("Value")


def wait_until(probe: Callable[[], Value], timeout_seconds: float = 30.0, what: str = "") -> Value:
    """Calls `probe` until its answer is true, and returns that. AssertionError when it never is."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_seconds} s: {what or probe}; last: {value!r}")
        time.sleep(0.02)


_reservations: List[socket.socket] = []


def free_port() -> int:
    """A loopback port nobody listens on, below those the kernel hands out to clients; no other test gets it
    as long as this process lives."""
    while True:
        port = random.SystemRandom().randrange(10000, 32000)
        reservation = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                reservation.bind(f"\0video-ad-tracker-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                reservation.close()
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            _reservations.append(reservation)
            return port


class Relative(NamedTuple):
    pid: int
    state: str  # as in /proc: R, S, T, Z, ...


def processes(name: str) -> Iterator[Tuple[int, bytes]]:
    """What is in /proc of each process under this name, but for those that end meanwhile."""
    for directory in os.listdir("/proc"):
        if directory.isdecimal():
            try:
                yield int(directory), Path("/proc", directory, name).read_bytes()
            except OSError:
                pass


def stat_fields(stat: bytes) -> List[bytes]:
    """Those behind the name in brackets, which may hold anything."""
    return stat.rpartition(b")")[2].split()


def children(parent: int) -> List[Relative]:
    """The direct children of a process, zombies included."""
    found = []
    for pid, stat in processes("stat"):
        state, parent_pid = stat_fields(stat)[:2]
        if int(parent_pid) == parent:
            found.append(Relative(pid, state.decode()))
    return found


def sync_workers(server: int) -> List[int]:
    """The sync workers of a server, which may be gone."""
    return [pid for pid, command in processes("cmdline") if command.endswith(b"\0--sync-worker\0%d\0" % server)]


def descriptors(pid: int) -> List[str]:
    """Where the descriptors of a process lead, but for those that close meanwhile."""
    links = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(link))
        except FileNotFoundError:
            pass
    return links


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = stat_fields(Path(f"/proc/{pid}/stat").read_bytes())
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alive(pid: int) -> bool:
    try:
        return stat_fields(Path(f"/proc/{pid}/stat").read_bytes())[0] not in b"ZX"
    except OSError:
        return False


def send(pid: int, number: signal.Signals) -> None:
    """Sends a signal to one process; one that is gone is no fault."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def unprivileged_user() -> Optional[User]:
    """Who runs what refuses to run as root; None when we are not root ourselves. Skips the test where
    root can't be anybody else."""
    return another_user() if os.geteuid() == 0 else None


def wrapper(death_signal: str, user: Optional[User] = None) -> List[str]:
    """The command that goes before another, which then runs as `user` and dies when the thread of this
    process that started it does: a test that is killed leaves nothing running."""
    # A change of user would undo the signal: it comes first. And who dies before the signal is asked for
    # sends none.
    return [*(user.command if user else []), "setpriv", "--pdeathsig", death_signal, "--",
            "sh", "-c", f'[ $PPID = {os.getpid()} ] && exec "$@"', "sh"]
