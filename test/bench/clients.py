"""What puts the servers under load, and what it saw."""
import json
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

from harness.process import cpu_seconds, wrapper
from machine import BenchError
from subjects import Subject, Tracker

HERE = Path(__file__).resolve().parent
BODIES = 1000


class Rate(NamedTuple):
    """One run of as many requests as a number of connections can have answered."""
    per_second: float
    cpu_us: float  # of the server, for each request
    stored_per_second: float  # 0 where nothing is to be stored


class Latency(NamedTuple):
    """One run at a constant rate: milliseconds from when a request was due."""
    p50: float
    p99: float
    p999: float
    late_p99: float  # that the generator itself was late, at its 99th percentile


def write_bodies(path: Path) -> None:
    """Clicks on 100 ads from many addresses, one a line."""
    lines = (f'{{"ad_id":{n % 100 + 1},"ip":"10.{n % 7}.{n * 37 % 251}.{n * 11 % 253}",'
             '"video_playback_time":30}\n' for n in range(BODIES))
    path.write_text("".join(lines), encoding="ascii")


def _run(subject: Subject, command: list, timeout: float) -> dict:
    done = subprocess.run([*wrapper("KILL"), *map(str, command)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout, check=False)
    if done.returncode != 0:
        raise BenchError(f"{subject.name}: {command[0]} failed: {done.stdout}{done.stderr}\n"
                         f"{subject.state()}")
    return json.loads(done.stdout.splitlines()[-1])


def run_wrk(subject: Subject, path: str, connections: int, seconds: int,
            bodies: Optional[Path] = None) -> dict:
    """GETs, or POSTs with `bodies`. What is not answered 2xx is an error."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE / "wrk.lua",
               f"http://127.0.0.1:{subject.port}{path}"]
    found = _run(subject, command + (["--", bodies] if bodies else []), seconds + 30)
    if found["refused"] or found["broken"] or not found["requests"]:
        raise BenchError(f"{subject.name}: {path} at {connections} connections: {found}")
    return found


def measure_rate(subject: Subject, path: str, connections: int, seconds: int,
                 bodies: Optional[Path] = None, settles: bool = True) -> Rate:
    """Returns when all that came of it is stored and checked, where each request is an event (`settles`)."""
    keeps = isinstance(subject, Tracker) and bodies is not None and settles
    before = subject.accepted() if keeps else 0
    cpu_before = cpu_seconds(subject.pid)
    begun = time.monotonic()
    found = run_wrk(subject, path, connections, seconds, bodies)
    cpu = cpu_seconds(subject.pid) - cpu_before
    stored_per_second = 0.0
    if keeps:
        settled = subject.settle()
        accepted = subject.accepted() - before
        # What was on its way when wrk ended is accepted, and wrk has not seen its answer.
        if not 0 <= accepted - found["requests"] <= connections:
            raise BenchError(f"wrk saw {found['requests']} answers, the tracker counts {accepted}")
        stored_per_second = accepted / (settled - begun)
    return Rate(found["requests"] / found["seconds"], cpu / found["requests"] * 1e6,
                stored_per_second)


def measure_latency(program: Path, subject: Subject, connections: int, rate: int, seconds: int,
                    bodies: Optional[Path], path: str = "/ads/click", settles: bool = True) -> Latency:
    """GETs, or POSTs with `bodies`, at a constant rate; all must be answered 2xx. It `settles` afterwards."""
    command = [program, subject.port, path, connections, rate, seconds]
    found = _run(subject, command + ([bodies] if bodies else []), seconds + 60)
    if settles:
        subject.settle()
    if found["answered"] != found["sent"] or found["refused"] or found["sent"] != rate * seconds:
        raise BenchError(f"{subject.name}: at {rate} requests/s: {found}")
    return Latency(found["p50_us"] / 1e3, found["p99_us"] / 1e3, found["p999_us"] / 1e3,
                   found["late_p99_us"] / 1e3)


@contextmanager
def loaded(tracker: Tracker, path: str, connections: int, seconds: int, bodies: Path) -> Iterator[None]:
    """For so long as many requests come as are answered."""
    command = [*wrapper("KILL"), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk.lua"),
               f"http://127.0.0.1:{tracker.port}{path}", "--", str(bodies)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as clients:
        time.sleep(0.5)
        try:
            yield
        finally:
            clients.wait(seconds + 30)
