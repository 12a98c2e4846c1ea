"""What PostgreSQL does with events: how fast a backlog is stored, against a plain INSERT of the same rows;
questions meanwhile; and what the counts take on the disk."""
import subprocess
import threading
import time
from pathlib import Path
from typing import List, NamedTuple

from analyst import Batches
from machine import BenchError, resident_bytes
from report import Report
from subjects import Tracker

ADS, PLACEMENTS, KINDS = 1_000, 100, 20
LATE_PERCENT, INVALID_PERCENT = 5, 6
STORED_WITHIN_SECONDS = 900
WINDOW = "start=2020-01-01T00:00:00Z&end=2030-01-01T00:00:00Z"

# The rows of events as columns, as many in a row as in a batch.
COLUMNS = {"occurred_at": "timestamptz", "received_at": "timestamptz", "playback_ms": "bigint", "placement_id": "bigint",
           "ad_id": "integer", "detail": "integer", "quantity": "integer", "kind": "event_kind", "verdict": "smallint",
           "flags": "smallint", "late": "boolean", "ip": "inet", "placement": "text"}
BATCH_ROWS = 10_000


class Mix(NamedTuple):
    """What events are like."""
    name: str
    kinds: int
    ads: int
    placements: int
    has_ids: bool
    target: float  # events stored a second


MIXES = (Mix("20 kinds", KINDS, ADS, PLACEMENTS, False, 200_000),
         Mix("2 kinds, 5 ads", 2, 5, 0, False, 280_000),
         Mix("20 kinds, UUIDv7", KINDS, ADS, PLACEMENTS, True, 110_000))


class Drain(NamedTuple):
    """One backlog that was stored."""
    seconds: float
    per_second: float
    batch_max_ms: float
    resident_bytes: int  # at most


class Questions(threading.Thread):
    """Asks over and over until it is told to stop."""

    def __init__(self, tracker: Tracker) -> None:
        super().__init__(daemon=True)
        self.tracker = tracker
        self.stopping = threading.Event()
        self.milliseconds: List[float] = []
        self.fault = ""

    def run(self) -> None:
        try:
            while not self.stopping.wait(0.5):
                for ad in ("", "&ad_id=7"):
                    begun = time.monotonic()
                    answer = self.tracker.server.get(f"/ads/analytics?{WINDOW}{ad}")
                    self.milliseconds.append((time.monotonic() - begun) * 1000)
                    if answer.status != 200:
                        self.fault = f"{answer.status}: {answer.body!r}"
                        return
        except OSError as error:
            self.fault = repr(error)

    def stop(self) -> List[float]:
        self.stopping.set()
        self.join(60)
        if self.fault or not self.milliseconds:
            raise BenchError(f"questions: {self.fault or 'none was answered'}")
        return self.milliseconds


def write_backlog(program: Path, tracker: Tracker, mix: Mix, events: int, event_us: int, late: int,
                  invalid: int = INVALID_PERCENT) -> None:
    """The tracker must not run."""
    subprocess.run([program, tracker.server.journal, *map(str, (
        events, mix.kinds, mix.ads, mix.placements, int(mix.has_ids), event_us, late, invalid))], check=True)


def drain(tracker: Tracker, events: int) -> Drain:
    """Starts it and waits until its backlog of so many is stored; measured from the first batch on."""
    before = int(tracker.psql("SELECT count(*) FROM events"))
    batches = Batches(tracker.postgres.log)
    tracker.start()
    left, begun = events, time.monotonic()
    deadline = begun + STORED_WITHIN_SECONDS
    while (now_left := tracker.waiting()) > 0:
        now = time.monotonic()
        if left == events:
            left, begun = now_left, now
        if now > deadline:
            raise BenchError(f"{now_left} of {events} events are not stored\n{tracker.server.log_tail()}")
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    rows = int(tracker.psql("SELECT count(*) FROM events")) - before
    if rows != events:
        raise BenchError(f"{events} events were in the journal, and there are {rows} rows more")
    return Drain(seconds, left / seconds, max(batches.milliseconds()), resident_bytes(tracker.pid, "VmHWM"))


def insert_plainly(program: Path, tracker: Tracker) -> float:
    """Takes the rows of events away and sends them again, without keys and counts; returns rows a second."""
    names = ", ".join(COLUMNS)
    tracker.psql(f"DROP TABLE IF EXISTS plain; CREATE TABLE plain AS SELECT (n - 1) / {BATCH_ROWS} AS n, "
                 + ", ".join(f"array_agg({name} ORDER BY n) AS {name}" for name in COLUMNS)
                 + " FROM (SELECT row_number() OVER (ORDER BY id) AS n, e.* FROM events AS e) AS e GROUP BY 1; "
                 "TRUNCATE events; CHECKPOINT")
    insert = (f"INSERT INTO events (id, {names}) SELECT v.id + generate_series(0, cardinality($1::timestamptz[]) - 1), "
              + ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(COLUMNS.values(), 1))
              + " FROM (SELECT nextval('events_id_seq') OFFSET 0) AS v (id)")
    done = subprocess.run([program, tracker.postgres.conninfo(tracker.database), f"SELECT {names} FROM plain ORDER BY n",
                           insert], capture_output=True, text=True, check=True)
    rows = int(tracker.psql("SELECT count(*) FROM events"))
    tracker.psql("TRUNCATE events; DROP TABLE plain; CHECKPOINT")
    return rows / float(done.stdout) * 1000


def bytes_of_counts(tracker: Tracker) -> int:
    """Those that stay, as compact as they are where they are made in their time."""
    tables = ("counts_minutes_of_all", "counts_quarter", "counts_hour", "counts_day", "counts_month")
    tracker.psql("".join(f"VACUUM FULL {table};" for table in tables))
    return int(tracker.psql("SELECT " + " + ".join(f"pg_total_relation_size('{table}')" for table in tables)))


def late_rows(tracker: Tracker) -> int:
    return int(tracker.psql("SELECT count(*) FROM counts_late"))


def measure_storing(report: Report, tools: Path, tracker: Tracker, mix: Mix, events: int, rounds: int) -> None:
    """Roll-ups run beside it, and some events are late."""
    rates: List[float] = []
    plain_rates: List[float] = []
    waits: List[float] = []
    tracker.stop()
    for _ in range(rounds):
        write_backlog(tools / "write_backlog", tracker, mix, events, 100, LATE_PERCENT)
        found = drain(tracker, events)
        tracker.stop()
        rates.append(found.per_second)
        plain_rates.append(insert_plainly(tools / "plain_insert", tracker))
        waits.append(found.batch_max_ms)
    what = f"stored, {mix.name}"
    report.add(what, "events/s", rates, more_is_better=True, target=mix.target)
    report.add(f"{what}: of a plain INSERT", "times", [rate / plain for rate, plain in zip(rates, plain_rates)],
               more_is_better=True)
    report.add(f"{what}: by a plain INSERT", "rows/s", plain_rates, more_is_better=True, is_reference=True)
    report.add(f"{what}: slowest batch", "ms", waits)


def measure_late(report: Report, tools: Path, tracker: Tracker, events: int) -> None:
    """A backlog of what happened before the last minute was closed: 1,000 a second, up to now."""
    tracker.stop()
    write_backlog(tools / "write_backlog", tracker, MIXES[0], events, 1_000, 0)
    questions = Questions(tracker)
    questions.start()
    found = drain(tracker, events)
    drained = time.monotonic()
    while late_rows(tracker) > 0:
        time.sleep(0.2)
        if time.monotonic() > drained + STORED_WITHIN_SECONDS:
            raise BenchError(f"{late_rows(tracker)} late counts stay")
    folded = time.monotonic() - drained
    answers = sorted(questions.stop())
    report.add("late backlog: stored", "events/s", [found.per_second], more_is_better=True)
    report.add("late backlog: until folded, of its drain", "times", [folded / found.seconds], target=1)
    report.add("late backlog: slowest answer meanwhile", "ms", [answers[-1]], target=100)
    report.add("late backlog: median answer meanwhile", "ms", [answers[len(answers) // 2]])
    report.add("late backlog: resident", "MB", [found.resident_bytes / 1e6], target=40)
    report.add("late backlog: slowest batch", "ms", [found.batch_max_ms], target=100)


def measure_bytes(report: Report, tools: Path, tracker: Tracker, per_second: int, seconds: int, invalid: int) -> None:
    """Of a day's counts, for 1,000 ads."""
    tracker.stop()
    write_backlog(tools / "write_backlog", tracker, MIXES[0], per_second * seconds, 1_000_000 // per_second, 0, invalid)
    drain(tracker, per_second * seconds)
    while late_rows(tracker) > 0:
        time.sleep(0.2)
    share = f", {invalid}% invalid" if invalid else ""
    report.add(f"counts for each event, {per_second}/s{share}", "bytes",
               [bytes_of_counts(tracker) / (per_second * seconds)], target=45 if per_second == 10 else None)
