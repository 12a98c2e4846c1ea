"""Batches of events under load: how many events are accepted and durable, and what single clicks wait for
beside them."""
import subprocess
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from clients import Latency, measure_latency, run_wrk
from harness.process import wrapper
from machine import BenchError, cpu_seconds
from subjects import Tracker

ITEMS = 500
BATCHES = 50
KINDS = ("impression", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete", "click", "mute")
PATH = "/ads/events"


class BatchRate(NamedTuple):
    """One run; what is counted are events."""
    per_second: float
    cpu_ns: float  # of the server, for each event


def write_batches(path: Path, with_ids: bool) -> None:
    """Arrays of ITEMS events of three fields on 100 ads, one a line; with an event_id in each they have
    four. An id that is sent again is accepted like any."""
    with path.open("w", encoding="ascii") as file:
        for batch in range(BATCHES):
            items = []
            for n in range(batch * ITEMS, (batch + 1) * ITEMS):
                more = f',"event_id":"{uuid.uuid4()}"' if with_ids else ""
                items.append(f'{{"type":"{KINDS[n % len(KINDS)]}","ad_id":{n % 100 + 1},'
                             f'"video_playback_time":{n % 31}{more}}}')
            file.write(f"[{','.join(items)}]\n")


def measure_batches(tracker: Tracker, connections: int, seconds: int, bodies: Path) -> BatchRate:
    """What waits for PostgreSQL afterwards is left waiting."""
    accepted, cpu = tracker.accepted(), cpu_seconds(tracker.pid)
    found = run_wrk(tracker, PATH, connections, seconds, bodies)
    cpu = cpu_seconds(tracker.pid) - cpu
    time.sleep(0.1)  # what was on its way
    events = tracker.accepted() - accepted
    if not 0 <= events - found["requests"] * ITEMS <= connections * ITEMS:
        raise BenchError(f"{found['requests']} batches were answered, {events} events accepted")
    return BatchRate(found["requests"] * ITEMS / found["seconds"], cpu / events * 1e9)


def measure_beside(load: Path, tracker: Tracker, connections: int, rate: int, seconds: int,
                   bodies: Path, clicks: Path) -> Latency:
    """Of single clicks at a constant rate, while as many batches come as are answered."""
    command = [*wrapper("KILL"), "wrk", "-t1", f"-c{connections}", f"-d{seconds + 1}s", "-s",
               str(Path(__file__).with_name("wrk.lua")), f"http://127.0.0.1:{tracker.port}{PATH}", "--",
               str(bodies)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as batches:
        time.sleep(0.5)
        try:
            return measure_latency(load, tracker, 16, rate, seconds, clicks, settles=False)
        finally:
            batches.wait(seconds + 30)
