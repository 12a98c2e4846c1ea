"""What the tests of --import share: directories with events that the database lacks, and the command."""
import os
import re
import subprocess
from pathlib import Path
from typing import Dict, List, NamedTuple

from db_support import SqlSession
from journal_support import JournalCase, contents

from harness.case import BINARY
from harness.server import SANITIZER, Server

AWAY = "host=/nonexistent"
LAST_LINE = re.compile(r"^(\d+) stored, (\d+) duplicate, (\d+) rejected, (\d+) known, (\d+) too late\n\Z", re.MULTILINE)


class Outcome(NamedTuple):
    status: int
    out: str
    err: str
    stored: int
    duplicate: int
    rejected: int
    known: int
    too_late: int


def files(journal: Path) -> Dict[str, bytes]:
    """All that an import has to leave as it is; `spare` is what a server that still runs makes ahead of need."""
    return {name: content for name, content in contents(journal).items() if name not in ("lock", "spare")}


class ImportCase(JournalCase):
    def launch(self, journal: Path, *options: str, **env: str) -> subprocess.Popen:
        environment = {"PATH": os.environ["PATH"], "DB_CONN": self.db_conn, "LOG_LEVEL": "warning",
                       "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", **env}
        process = subprocess.Popen([str(BINARY), "--import", str(journal), *options], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def finish(self, process: subprocess.Popen) -> Outcome:
        out, err = process.communicate(timeout=60)
        self.assertIsNone(SANITIZER.search(err), err)
        found = LAST_LINE.search(out)
        return Outcome(process.returncode, out, err, *(map(int, found.groups()) if found else (-1,) * 5))

    def bring(self, journal: Path, *options: str, status: int = 0, **env: str) -> Outcome:
        """Runs to its end with this status, and changes nothing in the directory."""
        before = files(journal)
        outcome = self.finish(self.launch(journal, *options, **env))
        self.assertEqual(outcome.status, status, outcome)
        self.assertEqual(files(journal), before)
        return outcome

    def run_away(self, server: Server, first: int, count: int) -> List[int]:
        """A run of a server, which is not at work, with its database away."""
        before = dict(server.env)
        server.env.update(DB_CONN=AWAY, SHUTDOWN_GRACE_SECONDS="0")
        server.start()
        accepted = self.post_events(server, first, count)
        server.stop()
        server.env.clear()
        server.env.update(before)
        return accepted

    def strand(self, server: Server, first: int, count: int) -> List[int]:
        """Kills it with events that the database has not stored, and never will by itself."""
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        accepted = self.post_events(server, first, count)
        server.kill()
        self.postgres.psql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
                           f"'{self.database}' AND query LIKE '%ingest_batch%' AND pid <> pg_backend_pid()")
        gate.run("ROLLBACK")
        gate.close()
        return accepted

    def cursor(self) -> list:
        return self.psql("SELECT * FROM ingest_cursor ORDER BY journal_id")
