"""What the fault tests need of the system around: small disks, networks of their own, and figures
about a process. Mounts and networks are private: they go with the test's process."""
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

from fault_case import LONG

from harness import namespaces
from harness.abilities import can_make_network, can_mount, need
from harness.case import BINARY, TrackerCase
from harness.process import children, cpu_seconds, processes, stat_fields, wait_until, wrapper
from harness.server import Metrics, Server, temporary_directory

LAG = "adtracker_event_loop_lag_seconds"

_numbers = itertools.count()


def is_sanitized() -> bool:
    """Whether the tracker is built with sanitizers: then its speed and memory say nothing."""
    return b"__asan_init" in BINARY.read_bytes()


def only_long(case: unittest.TestCase) -> None:
    """What the short form has no time for."""
    if not LONG:
        case.skipTest("only in the long form")


def mount_tmpfs(case: TrackerCase, path: Path, size: str) -> Path:
    """A file system of `size` at `path`, gone after the test."""
    need(can_mount)
    path.mkdir(parents=True, exist_ok=True)
    namespaces.mount_tmpfs(path, size)
    case.addCleanup(namespaces.detach, path)
    return path


def memory_directory(case: TrackerCase) -> Path:
    """A new folder on no disk, if there is any such place: what a journal there waits for is nobody's
    I/O."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    path = Path(tempfile.mkdtemp(prefix="adt-", dir=place))
    case.addCleanup(shutil.rmtree, path, ignore_errors=True)
    return path


def fill(path: Path, block: int = 4096) -> None:
    """Writes to a file until there is no room for a single block."""
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * block)
        except OSError:
            return


class Network:
    """A network namespace with a veth pair to it: we are `here`, whoever is started in `with
    network.inside():` listens on `there`. Our end is in a network of our own as well, for good."""

    def __init__(self, case: TrackerCase) -> None:
        need(can_make_network)
        assert threading.current_thread() is threading.main_thread(), "children inherit from this thread"
        namespaces.enter_network()
        number = (os.getpid() * 16 + next(_numbers)) % 16384
        self._outer, inner = f"adt{number}a", f"adt{number}b"
        base = f"10.{192 + number // 256}.{number % 256}"
        self.here, self.there, self.subnet = f"{base}.1", f"{base}.2", f"{base}.0/24"
        with namespaces.handed_on():
            self._holder = subprocess.Popen(
                [*wrapper("KILL"), "unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        case.addCleanup(self._end)
        own = os.readlink("/proc/self/ns/net")
        path = f"/proc/{self._holder.pid}/ns/net"
        wait_until(lambda: os.readlink(path) != own)
        run = f"ip link add {self._outer} type veth peer name {inner} netns {self._holder.pid}"
        self._run(run)
        self._run(f"ip addr add {self.here}/24 dev {self._outer}")
        self._run(f"ip link set {self._outer} up")
        self.run(f"ip addr add {self.there}/24 dev {inner}")
        self.run(f"ip link set {inner} up")
        self.run("ip link set lo up")

    def run(self, command: str) -> None:
        """Runs a command inside."""
        self._run(f"nsenter --net=/proc/{self._holder.pid}/ns/net {command}")

    def drop(self) -> None:
        """Both directions lose every packet; nobody is told."""
        self.run("iptables -A INPUT -j DROP")
        self.run("iptables -A OUTPUT -j DROP")

    def heal(self) -> None:
        self.run("iptables -F")

    def inside(self) -> "_Inside":
        return _Inside(f"/proc/{self._holder.pid}/ns/net")

    @staticmethod
    def _run(command: str) -> None:
        with namespaces.handed_on():
            namespaces.command(command)

    def _end(self) -> None:
        self._holder.kill()
        self._holder.wait()


class _Inside:
    """This thread, and what it starts, is in another network namespace."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = -1

    def __enter__(self) -> None:
        self._own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        namespaces.enter_network_of(self._path)

    def __exit__(self, *_: object) -> None:
        namespaces.enter_network_of(f"/proc/self/fd/{self._own}")
        os.close(self._own)


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    """Resident memory; the highest it ever was with VmHWM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {field} of {pid}")


def forget_peak(pid: int) -> None:
    """From here on VmHWM is the most that it has had since."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _processor_seconds() -> float:
    """Of all cores, taken by whatever it was, also by other machines on this one."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(fields[:3]) + fields[7]) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Taken by this process and by all that come from it, those that have ended included."""
    taken: Dict[int, Tuple[int, int]] = {}
    for pid, stat in processes("stat"):
        fields = stat_fields(stat)
        taken[pid] = int(fields[1]), sum(map(int, fields[11:15]))

    def is_own(pid: int) -> bool:
        while pid in taken and pid != os.getpid():
            pid = taken[pid][0]
        return pid == os.getpid()

    own = sum(ticks for pid, (_, ticks) in list(taken.items()) if is_own(pid))
    return own / os.sysconf("SC_CLK_TCK")


BUSY_CORES = 0.75  # what is not the test's takes more: the clock tells nothing of the tracker


class OthersWork:
    """How much of the processor goes to what is none of this test's, in cores."""

    def __init__(self) -> None:
        self._started, self._before = time.monotonic(), _processor_seconds() - _own_seconds()

    def cores(self) -> float:
        taken = _processor_seconds() - _own_seconds() - self._before
        return max(0.0, taken / (time.monotonic() - self._started))


def cpu_share(pid: int, seconds: float) -> float:
    """How much of a core the process uses in the next seconds."""
    before, started = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - started)


# A process that sleeps, and tells of each time that it slept on for longer than it had to.
PROBE = """
import os, sys, time
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(2))
print("ready", flush=True)
while True:
    before = time.monotonic()
    time.sleep(0.002)
    slept = time.monotonic() - before
    if slept > 0.002 + float(sys.argv[1]):
        print(f"{before} {before + slept}", flush=True)
"""


class CoreOfItsOwn:
    """Puts the tracker on one core before everything else that runs there, so that a stall of its
    loop is its own; but for those of the machine, which a probe on the same core sees as well. Not
    for a tracker that is kept busy: the system stops such a process for 50 ms in each second.

    `reason`: why that can't be had here, "" when it can."""

    def __init__(self, case: TrackerCase, server: Server, stall_seconds: float) -> None:
        self.reason = ""
        self._stalls: List[float] = []
        core = max(os.sched_getaffinity(0))
        try:
            os.sched_setscheduler(server.pid, os.SCHED_FIFO, os.sched_param(1))
            os.sched_setaffinity(server.pid, {core})
        except PermissionError:
            self.reason = "the tracker can't be put before others here"
            return
        self._probe = subprocess.Popen(
            [*wrapper("KILL"), "taskset", "--cpu-list", str(core), sys.executable, "-c", PROBE,
             str(stall_seconds)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        case.addCleanup(self._end)
        assert self._probe.stdout is not None and self._probe.stdout.readline() == "ready\n"
        threading.Thread(target=self._read, daemon=True).start()

    def machine_stalls(self) -> int:
        """How often, so far, the core gave nobody its time."""
        return len(self._stalls)

    def _read(self) -> None:
        assert self._probe.stdout is not None
        for line in self._probe.stdout:
            self._stalls.append(float(line.split()[0]))

    def _end(self) -> None:
        self._probe.kill()
        self._probe.wait()


def go_early(server: Server) -> None:
    """Gives the tracker much more of the processor than others, where we may."""
    try:
        os.setpriority(os.PRIO_PROCESS, server.pid, -20)
    except PermissionError:
        pass


def stalls(metrics: Metrics, seconds: str = "0.01") -> int:
    """How often a timer of the loop was later than that."""
    return int(metrics.value(f"{LAG}_count") - metrics.value(f"{LAG}_bucket", le=seconds))


class Background(threading.Thread):
    """Calls `act` in a thread that gets the processor after everything else, as does what it starts.
    `finish` raises what went wrong in it."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._fault: Optional[BaseException] = None

    def run(self) -> None:
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
            self._act()
        except BaseException as error:  # pylint: disable=broad-except
            self._fault = error

    def finish(self) -> None:
        self.join()
        if self._fault is not None:
            raise self._fault


class MostDescriptors:
    """Within `with`: `most` is how many descriptors a process had at most."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._pid = pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MostDescriptors":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.05):
            self.most = max(self.most, descriptors(self._pid))


def since(before: Metrics, now: Metrics) -> Metrics:
    """What counters and histograms have counted in between."""
    return Metrics({key: value - before.get(key, 0.0) for key, value in now.items()})


def quantile(metrics: Metrics, histogram: str, share: float) -> float:
    """The bound of the bucket that holds that share of what a histogram has counted; 0 = nothing."""
    counts = sorted((float(dict(labels)["le"]), count) for (name, labels), count in metrics.items()
                    if name == histogram + "_bucket")
    wanted = share * counts[-1][1]
    return next(bound for bound, count in counts if count >= wanted) if wanted else 0.0


def processes_of(postmaster: int, title: str) -> List[int]:
    """The server processes of a PostgreSQL whose title has `title`."""
    own = {child.pid for child in children(postmaster)}
    return [pid for pid, command in processes("cmdline") if pid in own and title.encode() in command]
