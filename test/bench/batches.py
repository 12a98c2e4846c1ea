"""Batches of events under load: how many events are accepted and durable, and what single clicks wait for
beside them."""
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from clients import run_wrk
from harness.process import cpu_seconds
from machine import BenchError
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
