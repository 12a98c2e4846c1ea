"""Disks that take longer for a sync: how many clicks are accepted, and what a request that needs no disk waits."""
from pathlib import Path
from statistics import median
from typing import Dict, List, Tuple

from clients import loaded, measure_latency, measure_rate
from report import Report
from subjects import Tracker

CONNECTIONS = (8, 32, 128, 512)
DELAYS_MS = (0, 1, 3, 10)
BESIDE_DELAYS_MS = (0, 1, 3, 10, 50)
CLICKERS, ASKERS, ASKED_PER_SECOND = 128, 8, 500

# Of the rate without a delay, by connections and delay.
TARGETS: Dict[Tuple[int, int], float] = {(512, 3): 0.85, (128, 1): 0.62}


def measure_delayed(report: Report, trackers: Dict[int, Tracker], connections: int, rounds: int, seconds: int,
                    bodies: Path) -> None:
    """By how many milliseconds their disks are delayed; one is not."""
    rates: Dict[int, List[float]] = {delay: [] for delay in trackers}
    for _ in range(rounds):
        for delay, tracker in trackers.items():
            rates[delay].append(measure_rate(tracker, "/ads/click", connections, seconds, bodies).per_second)
    for delay, found in rates.items():
        what = f"POST /ads/click at {connections}, sync + {delay} ms"
        report.add(f"{what}: rate", "requests/s", found, more_is_better=True)
        if delay > 0:
            report.add(what, "of + 0 ms", [rate / base for rate, base in zip(found, rates[0])], more_is_better=True,
                       target=TARGETS.get((connections, delay)))


def measure_beside(report: Report, load: Path, trackers: Dict[int, Tracker], path: str, rounds: int, seconds: int,
                   bodies: Path) -> None:
    """GETs at a constant rate beside as many clicks as are answered."""
    waits: Dict[int, List[float]] = {delay: [] for delay in trackers}
    for _ in range(rounds):
        for delay, tracker in trackers.items():
            with loaded(tracker, "/ads/click", CLICKERS, seconds + 1, bodies):
                waits[delay].append(measure_latency(load, tracker, ASKERS, ASKED_PER_SECOND, seconds, None, path,
                                                    settles=False).p99)
            tracker.settle()
    base = median(waits[0])
    for delay, found in waits.items():
        report.add(f"GET {path} beside {CLICKERS} clickers, sync + {delay} ms: p99", "ms", found,
                   target=base + 1 if delay > 0 else None)
