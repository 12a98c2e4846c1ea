"""What sessions of PostgreSQL wait for, as a sampler sees it from a session of its own."""
import subprocess
import threading
from collections import Counter
from typing import Counter as Counts, Dict

from harness.postgres import PrivatePostgres
from machine import BenchError

EVERY_SECONDS = 0.02
END = "--end--"
# Of those that store batches: what each waits for, '' where it works; and locks that are not granted.
LOOK = """SELECT 'session', coalesce(wait_event_type || ':' || wait_event, '') FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND query LIKE '%ingest_%' AND pid <> pg_backend_pid()
UNION ALL SELECT 'lock', locktype FROM pg_locks WHERE NOT granted;
\\echo """ + END
HEAVY = "Lock:"  # a wait for a lock that a transaction holds; LWLock: those of shared memory


class LockWaits(threading.Thread):
    """Looks until it is told to stop."""

    def __init__(self, postgres: PrivatePostgres, database: str) -> None:
        super().__init__(daemon=True)
        self.psql = subprocess.Popen(  # pylint: disable=R1732
            [str(postgres.bin / "psql"), "-XqAt", "-F", "|", "-d", postgres.conninfo(database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.stopping = threading.Event()
        self.sessions: Counts[str] = Counter()
        self.locks: Counts[str] = Counter()
        self.start()

    def run(self) -> None:
        while not self.stopping.wait(EVERY_SECONDS):
            self.psql.stdin.write(LOOK + "\n")
            self.psql.stdin.flush()
            for line in iter(self.psql.stdout.readline, END + "\n"):
                if line == "":
                    return  # it is told by stop()
                what, _, name = line.rstrip("\n").partition("|")
                (self.sessions if what == "session" else self.locks)[name] += 1

    def stop(self) -> Dict[str, float]:
        """Of the moments that batches were in hand, the share of each wait; '' is work."""
        self.stopping.set()
        self.join(30)
        failed = self.psql.poll() is not None
        self.psql.communicate()
        total = sum(self.sessions.values())
        if failed or not total:
            raise BenchError("nobody was seen storing a batch")
        return {name: count / total for name, count in self.sessions.items()}


def share_of(shares: Dict[str, float], prefix: str) -> float:
    return sum(share for name, share in shares.items() if name.startswith(prefix))
