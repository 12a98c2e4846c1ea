"""A year of events as servers would have stored it: in their batches, by their functions, and rolled up day by day
as it comes. Without waiting for disks: it is there to be asked about."""
import os
import shutil
import subprocess
import threading
import time
import uuid
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import List, NamedTuple, Optional

from machine import BenchError
from subjects import Tracker

DAYS, ADS, PLACEMENTS, WRITERS = 365, 1_000, 100, 2
BYTES_PER_EVENT = 450  # on the disk, with its counts, if each is the only one of its ad in its quarter hour
LOG_BYTES = 6 << 30  # of PostgreSQL's own
# After so much of the year, it is told how long the rest will take.
PROJECTED_DAYS = 20

# For the load alone.
LOAD_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "synchronous_commit": "off",
                 "wal_level": "minimal", "max_wal_senders": "0", "shared_buffers": "2GB", "max_wal_size": "4GB",
                 "checkpoint_timeout": "30min", "maintenance_work_mem": "512MB"}

# As 005_every_kind.sql, of another day than that of the schema's creation.
BEGIN = """
UPDATE marks SET at = date_trunc(CASE mark WHEN 4 THEN 'month' ELSE 'day' END, timestamptz '{first}', 'UTC');
DROP TABLE events_past, events_past_late;
CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (false, '-infinity') TO (false, '{past}');
CREATE TABLE events_past_late PARTITION OF events FOR VALUES FROM (true, '-infinity') TO (true, '{past}');
CREATE INDEX ON events_past USING brin (occurred_at);
CREATE INDEX ON events_past_late (occurred_at);
"""
CLOSE = """
DO $$ BEGIN WHILE maintain('{now}') LOOP COMMIT; END LOOP; END $$;
SELECT close_minutes(0::smallint, timestamptz '{now}' + interval '2 minutes');
"""
ROLL_UP = """
DO $$ BEGIN
    WHILE roll_up(0::smallint) LOOP COMMIT; END LOOP;
    COMMIT;
    WHILE fold_late(0::smallint) LOOP COMMIT; END LOOP;
END $$;
"""
COUNTED = """
SELECT (SELECT sum(events) FROM traffic_totals(m.start, m.past - interval '1 microsecond', NULL, 'gross'))
     + (SELECT sum(events) FROM traffic_totals(m.start, m.past - interval '1 microsecond', NULL, 'test')),
       (SELECT coalesce(sum(quantity), 0) FROM (
            SELECT quantity FROM events WHERE NOT late AND occurred_at >= m.start AND occurred_at < m.past
            UNION ALL SELECT quantity FROM events WHERE late AND occurred_at >= m.start AND occurred_at < m.past) AS e)
FROM (VALUES (timestamptz '{start}', timestamptz '{past}')) AS m (start, past)
"""


class TooLong(Exception):
    """It would be loaded for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it would take {seconds / 60:.0f} minutes")
        self.seconds = seconds


class Loaded(NamedTuple):
    """What is there to be asked about."""
    first: datetime  # when its first day begins, UTC
    events: int
    seconds: float  # that it took


def room_for(directory: Path, events: int) -> int:
    """How many of these events the disk has room for, in whole millions."""
    free = shutil.disk_usage(directory).free - LOG_BYTES
    return min(events, max(free // BYTES_PER_EVENT // 1_000_000 * 1_000_000, 1_000_000))


class Writers:
    """Processes that store days, each from a journal of its own."""

    def __init__(self, program: Path, tracker: Tracker, first: datetime, events: int, stack: ExitStack) -> None:
        self.processes: List[subprocess.Popen] = []
        for _ in range(WRITERS):
            nonce = uuid.uuid4()
            journal = tracker.psql(f"SELECT journal_id FROM claim_journal('{uuid.uuid4()}', '{{}}', '{nonce}')")
            process = subprocess.Popen(  # pylint: disable=R1732
                [program, tracker.postgres.conninfo(tracker.database), journal, str(nonce),
                 f"{first.timestamp() * 1_000_000:.0f}", str(DAYS), str(events), str(ADS), str(PLACEMENTS)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.processes.append(process)
            stack.callback(self._end, process)

    def start(self, days: range) -> List[subprocess.Popen]:
        busy = self.processes[:len(days)]
        for process, day in zip(busy, days):
            process.stdin.write(f"{day}\n")
            process.stdin.flush()
        return busy

    @staticmethod
    def wait(busy: List[subprocess.Popen]) -> None:
        for process in busy:
            if not process.stdout.readline():
                raise BenchError(f"a writer ended with {process.wait()}")

    @staticmethod
    def _end(process: subprocess.Popen) -> None:
        process.kill()
        process.communicate()


class RollUp(threading.Thread):
    """What is closed, while the next days are stored."""

    def __init__(self, tracker: Tracker) -> None:
        super().__init__(daemon=True)
        self.tracker = tracker
        self.fault: Optional[BaseException] = None
        self.start()

    def run(self) -> None:
        try:
            self.tracker.psql(ROLL_UP)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            self.fault = error

    def wait(self) -> None:
        self.join()
        if self.fault is not None:
            raise BenchError(f"no roll-up: {self.fault}")


def check_month(tracker: Tracker, start: datetime, past: datetime) -> None:
    counted, stored = tracker.postgres.psql(COUNTED.format(start=start, past=past), tracker.database, 600)[0]
    if counted != stored:
        raise BenchError(f"{counted} events are counted from {start} to {past}, and {stored} are stored")


def next_month(time_: datetime) -> datetime:
    return (time_.replace(day=1) + timedelta(days=32)).replace(day=1)


def load_year(program: Path, tracker: Tracker, events: int, seconds: float) -> Loaded:
    """Into the tracker's database, which is empty but for its ads; the tracker does not run. TooLong, soon, when it
    would take more than so many seconds."""
    begun = time.monotonic()
    first = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    tracker.psql(BEGIN.format(first=first, past=first - timedelta(days=15)))
    checked = first
    with ExitStack() as stack:
        tracker.psql(CLOSE.format(now=first))
        writers = Writers(program, tracker, first, events, stack)
        for day in range(0, DAYS, WRITERS):
            days = range(day, min(day + WRITERS, DAYS))
            busy, roll_up = writers.start(days), RollUp(tracker)
            writers.wait(busy)
            roll_up.wait()
            now = first + timedelta(days=days.stop)
            tracker.psql(CLOSE.format(now=now))
            while next_month(checked) <= now - timedelta(days=1):  # what is late has come
                check_month(tracker, checked, next_month(checked))
                checked = next_month(checked)
            projected = (time.monotonic() - begun) * DAYS / days.stop
            if days.stop >= PROJECTED_DAYS and projected > seconds:
                raise TooLong(projected)
    RollUp(tracker).wait()
    check_month(tracker, checked, first + timedelta(days=DAYS))
    tracker.psql("VACUUM (ANALYZE)")
    os.sync()
    return Loaded(first, events, time.monotonic() - begun)
