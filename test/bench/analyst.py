"""What batches wait for while an analyst's transaction stays open: the versions of rows that it might see pile
up behind it."""
import http.client
import json
import re
import subprocess
import threading
import time
from pathlib import Path
from statistics import median
from typing import List, NamedTuple

from batches import KINDS, PATH
from harness.postgres import PrivatePostgres
from machine import BenchError
from subjects import Tracker

RATE = 10_000  # events a second
ITEMS = 1_000  # of a request
ADS = 100
BATCH = re.compile(r"duration: ([0-9.]+) ms .*ingest_batch")


class Waits(NamedTuple):
    """Medians of the batches' milliseconds in PostgreSQL."""
    before: float  # in the minute before the transaction began
    minutes: List[float]  # in each that it was open


class Sender(threading.Thread):
    """Posts batches at a constant rate until it is told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.stopping = threading.Event()
        self.fault = ""
        self.body = json.dumps([{"type": KINDS[n % len(KINDS)], "ad_id": n % ADS + 1, "video_playback_time": n % 31}
                                for n in range(ITEMS)])

    def run(self) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            due = time.monotonic()
            while not self.stopping.wait(max(due - time.monotonic(), 0)):
                connection.request("POST", PATH, self.body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                if response.status != 202:
                    self.fault = f"{response.status}: {response.read()!r}"
                    return
                response.read()
                due += ITEMS / RATE
        except (OSError, http.client.HTTPException) as error:
            self.fault = repr(error)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)
        if self.fault:
            raise BenchError(f"the sender ended: {self.fault}")


def log_batches(postgres: PrivatePostgres, database: str) -> None:
    """For sessions from now on: how long each batch took stands in the server's log."""
    postgres.psql(f'ALTER DATABASE "{database}" SET log_min_duration_statement = 0; '
                  f'ALTER DATABASE "{database}" SET log_parameter_max_length = 0')


class Batches:
    """Reads the server's log where it has ended the last time."""

    def __init__(self, log: Path) -> None:
        self.log = log.open("r", encoding="utf-8", errors="replace")
        self.log.seek(0, 2)

    def milliseconds(self) -> List[float]:
        """Of each since the last time."""
        found = [float(match[1]) for match in map(BATCH.search, self.log) if match]
        if not found:
            raise BenchError("no batch was stored")
        return found


def measure_analyst(tracker: Tracker, minutes: int, minute_seconds: float) -> Waits:
    """The tracker's database has log_batches()."""
    sender = Sender(tracker.port)
    sender.start()
    sender.wait(minute_seconds / 4)
    batches = Batches(tracker.postgres.log)
    sender.wait(minute_seconds)
    before = median(batches.milliseconds())
    psql = [str(tracker.postgres.bin / "psql"), "-Xq", "-d", tracker.postgres.conninfo(tracker.database)]
    found: List[float] = []
    with subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as analyst:
        assert analyst.stdin is not None
        analyst.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM counts_minute;\n")
        analyst.stdin.flush()
        try:
            for _ in range(minutes):
                sender.wait(minute_seconds)
                found.append(median(batches.milliseconds()))
                if analyst.poll() is not None:
                    raise BenchError("the analyst's transaction has ended")
        finally:
            sender.stopping.set()
            analyst.stdin.close()
    sender.join(30)
    return Waits(before, found)
