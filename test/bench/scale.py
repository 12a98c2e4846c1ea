"""Instances on one database, each with a backlog of its own: what they store together, what that takes on either side,
and what their sessions wait for; and one instance whose events go by several lanes."""
import os
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Dict, List, NamedTuple, Optional, Sequence

from analytics import Places
from harness.postgres import PrivatePostgres
from harness.process import children, cpu_seconds
from lock_waits import HEAVY, LockWaits, share_of
from machine import BenchError, choose_cores, describe
from report import Report
from storing import ADS, INVALID_PERCENT, LATE_PERCENT, MIXES, STORED_WITHIN_SECONDS, Mix, write_backlog
from subjects import Tracker

INSTANCES = (1, 2, 3, 4)
LANES = (1, 2, 4)
LOOK_SECONDS = 0.1
SECOND = 1.01  # backlogs begin with one, and what is written in the same has the same ids
EVENT_US = 100  # from one event of a backlog to the next
SUM_OF_ONE = 0.9  # that four together store at least, of what one does
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
SIZES = {"events": "events", "keys": "event_keys", "counts": "counts_minute", "late counts": "counts_late"}


class Look(NamedTuple):
    """How far all are at a moment."""
    at: float
    stored: List[int]  # by each
    trackers_cpu: float
    postgres_cpu: float


class Found(NamedTuple):
    """What was measured while all of them stored."""
    per_second: float
    tracker_us: float  # of CPU, for each event
    postgres_us: float
    waits: Dict[str, float]
    wal_bytes: float  # for each event, of the whole backlog
    row_bytes: Dict[str, float]


def between(looks: Sequence[Look], backlog: int) -> Sequence[Look]:
    """The first and the last of the looks at which every instance had begun and none was done. With too small a
    backlog there are no two."""
    busy = [look for look in looks if all(0 < stored < backlog for stored in look.stored)]
    if len(busy) < 2:
        raise BenchError(f"{len(busy)} looks at {backlog} events: none of use")
    return busy[0], busy[-1]


def spent(first: Look, last: Look) -> tuple:
    """Events a second; CPU in us of the trackers and of PostgreSQL, for each event."""
    events = sum(last.stored) - sum(first.stored)
    return (events / (last.at - first.at), (last.trackers_cpu - first.trackers_cpu) / events * 1e6,
            (last.postgres_cpu - first.postgres_cpu) / events * 1e6)


class Fleet:
    """Trackers, one journal each, on one database."""

    def __init__(self, places: Places, postgres: PrivatePostgres, name: str, lanes: int, stack: ExitStack) -> None:
        self.places = places
        self.postgres = postgres
        self.trackers: List[Tracker] = []
        self.lanes = lanes
        for number in range(max(INSTANCES) if lanes == 1 else 1):
            database: Optional[str] = self.trackers[0].database if self.trackers else None
            tracker = Tracker(f"{name}_{number}" if number else name, places.binary, postgres,
                              places.run / f"{name}_{number}", None, {"JOURNAL_SYNC": "always"}, database)
            stack.callback(tracker.stop)
            self.trackers.append(tracker)
            if number == 0:
                tracker.prepare(ADS)
            else:
                tracker.start()
            tracker.stop()
        if lanes > 1:
            subprocess.run([places.binary, "--lanes", str(lanes)], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, **self.trackers[0].server.env})

    def psql(self, sql: str) -> str:
        return self.trackers[0].psql(sql)

    def look(self, busy: List[Tracker]) -> Look:
        backends = sum(map(self._cpu, (child.pid for child in children(self.postgres.process.pid))))
        return Look(time.monotonic(), [tracker.stored() for tracker in busy],
                    sum(cpu_seconds(tracker.pid) for tracker in busy), backends)

    @staticmethod
    def _cpu(pid: int) -> float:
        """Of a session that may just have ended."""
        try:
            return cpu_seconds(pid)
        except (OSError, IndexError):
            return 0.0

    def sizes(self) -> Dict[str, int]:
        return {name: int(self.psql("SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint "
                                    f"FROM pg_partition_tree('{table}')")) for name, table in SIZES.items()}

    def forget(self) -> None:
        """What an earlier round has stored, so that each finds the same."""
        self.psql("TRUNCATE events, event_keys; CHECKPOINT")

    def drain(self, count: int, mix: Mix, backlog: int) -> Found:
        """So many instances, with so many events each."""
        busy = self.trackers[:count]
        self.forget()
        for tracker in busy:
            write_backlog(self.places.tools / "write_backlog", tracker, mix, backlog, EVENT_US, LATE_PERCENT,
                          INVALID_PERCENT)
            time.sleep(SECOND)
        before, lsn = self.sizes(), self.psql("SELECT pg_current_wal_insert_lsn()")
        waits = LockWaits(self.postgres, busy[0].database)
        for tracker in busy:
            tracker.server.launch()
        looks = self._watch(busy, backlog)
        shares = waits.stop()
        events = backlog * count
        wal = float(self.psql(f"SELECT pg_current_wal_insert_lsn() - '{lsn}'::pg_lsn"))
        after = self.sizes()
        self._check(events)
        for tracker in busy:
            tracker.stop()
        return Found(*spent(*between(looks, backlog)), shares, wal / events,
                     {name: (after[name] - before[name]) / events for name in SIZES})

    def _watch(self, busy: List[Tracker], backlog: int) -> List[Look]:
        """Looks until all is stored."""
        looks: List[Look] = []
        deadline = time.monotonic() + STORED_WITHIN_SECONDS
        while not looks or sum(looks[-1].stored) < backlog * len(busy):
            if time.monotonic() > deadline:
                raise BenchError(f"not all is stored: {looks[-1:]}\n{busy[0].server.log_tail()}")
            time.sleep(LOOK_SECONDS)
            try:
                looks.append(self.look(busy))
            except OSError:
                continue  # one does not listen yet
        return looks

    def _check(self, events: int) -> None:
        rows = int(self.psql("SELECT count(*) FROM events"))
        if rows != events:
            raise BenchError(f"{events} events were in the journals, and there are {rows} rows")


def add(report: Report, what: str, runs: List[Found], sums: Optional[List[float]]) -> None:
    """`sums`: what one instance stores in the same rounds, where they are compared."""
    report.add(f"{what}: stored", "events/s", [run.per_second for run in runs], more_is_better=True)
    report.add(f"{what}: CPU of the trackers", "us/event", [run.tracker_us for run in runs])
    report.add(f"{what}: CPU of PostgreSQL", "us/event", [run.postgres_us for run in runs])
    report.add(f"{what}: waiting for locks", "of time", [share_of(run.waits, HEAVY) for run in runs])
    report.add(f"{what}: for those in memory", "of time", [share_of(run.waits, "LWLock:") for run in runs])
    report.add(f"{what}: for the disk", "of time", [share_of(run.waits, "IO:") for run in runs])
    report.add(f"{what}: WAL", "bytes/event", [run.wal_bytes for run in runs])
    for name in SIZES:
        report.add(f"{what}: {name}", "bytes/event", [run.row_bytes[name] for run in runs])
    if sums is not None:
        report.add(f"{what}: of what one stores", "times", [run.per_second / one for run, one in zip(runs, sums)],
                   more_is_better=True, target=SUM_OF_ONE)


def told_waits(runs: List[Found]) -> str:
    """The largest, in words."""
    names = {name for run in runs for name in run.waits}
    shares = sorted(((median(run.waits.get(name, 0.0) for run in runs), name) for name in names), reverse=True)
    return ", ".join(f"{name or 'at work'} {share:.0%}" for share, name in shares[:6] if share >= 0.005)


def measure_instances(report: Report, fleet: Fleet, mix: Mix, backlog: int, rounds: int) -> None:
    """Each in turn, so that a slow minute of the machine slows all alike; several where there is one lane."""
    counts = INSTANCES if fleet.lanes == 1 else INSTANCES[:1]
    runs: Dict[int, List[Found]] = {count: [] for count in counts}
    for _ in range(rounds):
        for count in counts:
            runs[count].append(fleet.drain(count, mix, backlog))
    ones = [run.per_second for run in runs[1]]
    for count in counts:
        what = f"{mix.name}, {count} of {fleet.lanes} lane{'s' * (fleet.lanes > 1)}"
        add(report, what, runs[count], ones if count > 1 else None)
        report.machine[what] = told_waits(runs[count])


def has_lanes(binary: Path) -> bool:
    """Whether the program can make more than one."""
    done = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True)
    return "--lanes" in done.stdout


def run_scale(places: Places, backlog: int, rounds: int, quick: bool, stack: ExitStack) -> Report:
    """The trackers and PostgreSQL share all cores: the ratios and the CPU are what to trust."""
    report = Report(describe(places.binary, places.root, choose_cores()), quick)
    report.machine["cores"] = f"{os.cpu_count()}, shared by the trackers and PostgreSQL"
    postgres = PrivatePostgres(stock=True, settings=SETTINGS)
    stack.callback(postgres.destroy)
    postgres.start()
    for lanes in LANES if has_lanes(places.binary) else LANES[:1]:
        fleet = Fleet(places, postgres, f"lanes_{lanes}", lanes, stack)
        for mix in (MIXES[0], MIXES[2]):
            measure_instances(report, fleet, mix, backlog, rounds)
    return report
