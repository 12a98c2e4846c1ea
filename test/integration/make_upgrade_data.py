#!/usr/bin/env python3
"""Makes the files of test_db_upgrade.py: make_upgrade_data.py BINARY REVISION

BINARY is the program of that revision. It stores events by the rule of upgrade_support.py, those of REVISION b5bbe86 with
the two kinds of that time; then its database is held, and its journal, of 64 KiB, is filled until it refuses more. It is
killed, an ad is deleted, and data/upgrade_REVISION.sql.gz and data/upgrade_REVISION_journal.txt.gz are written.
"""
import gzip
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterable, List

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

# pylint: disable=wrong-import-position
from serving_support import BOT, BROWSER, read_vast
from upgrade_support import (GONE_AD, LATE_AD, NEW_KINDS, OLD_KINDS, STORED, WAITING_FROM, Told, body, is_bots, told)

from harness.postgres import PrivatePostgres
from harness.process import wait_until
from harness.server import Server, temporary_directory
from harness.tokens import SECRET

DATABASE = "upgrade"
ROW_BYTES = 32
MINUTES = 4  # that it is at work before, so that minutes are closed and, around a quarter of an hour, rolled up
NOTE = """-- A database of revision {revision}: events by the rule of upgrade_support.py, {what}.
-- Made by make_upgrade_data.py with pg_dump of PostgreSQL 15 (--no-owner --inserts) without its comments.
"""
WHAT = {True: "of every kind, some late, of bots, with event_ids and placements; tokens, duplicates, rejected events, a row "
              "inserted into a view and one deleted from it",
        False: "clicks and impressions, some with event_ids; duplicates, rejected events, a row inserted into a view"}


class Maker:
    """One revision at work."""

    def __init__(self, binary: Path, revision: str) -> None:
        self.revision = revision
        self.is_new = revision != "b5bbe86"
        self.kinds = NEW_KINDS if self.is_new else OLD_KINDS
        self.postgres = PrivatePostgres().start()
        env = {"DB_CONN": self.postgres.create_database(DATABASE), "JOURNAL_MAX_BYTES": "65536"}
        self.server = Server(binary, {**env, "TOKEN_SECRET": SECRET} if self.is_new else env, temporary_directory())
        self.paths: List[str] = []  # of trackers that were told before

    def psql(self, sql: str) -> list:
        return self.postgres.psql(sql, DATABASE)

    def post(self, event: Told) -> int:
        headers = BOT if is_bots(int(event.number)) else BROWSER
        return self.server.request("POST", f"/ads/{event.kind}", body(event), headers).status

    def post_all(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            status = self.post(told(number, self.kinds))
            assert status == 202, (number, status)

    def rest(self) -> None:
        self.server.wait_until(lambda: self.server.metrics().value("adtracker_queue_events") == 0)

    def add_ads(self) -> None:
        self.psql("INSERT INTO ads (title, image_url, target_url, video_url, duration_ms) SELECT 'Ad ' || n, "
                  "'https://i.example/' || n, 'https://t.example/' || n, 'https://v.example/' || n || '.mp4', 15000 "
                  f"FROM generate_series(1, {LATE_AD}) AS n")
        if self.is_new:  # they are not served
            self.psql(f"UPDATE ads SET weight = 0 WHERE id IN ({GONE_AD}, {LATE_AD})")
        self.server.wait_until(lambda: self.server.get("/ads").status == 200 and
                               len(self.server.get("/ads").json()) == LATE_AD)

    def hold(self) -> subprocess.Popen:
        """A session that keeps every batch waiting, until it is told to do otherwise."""
        session = subprocess.Popen(  # pylint: disable=R1732
            [str(self.postgres.bin / "psql"), "-XqAt", "-d", self.postgres.conninfo(DATABASE)],
            stdin=subprocess.PIPE, text=True)
        self.say(session, "BEGIN; SELECT FROM ingest_cursor FOR UPDATE;")
        wait_until(lambda: self.psql("SELECT 1 FROM pg_locks WHERE relation = 'ingest_cursor'::regclass "
                                     "AND mode = 'RowShareLock'"))
        return session

    @staticmethod
    def say(session: subprocess.Popen, sql: str) -> None:
        session.stdin.write(sql + "\n")
        session.stdin.flush()

    def reject(self) -> None:
        """Some of an ad that is gone when they are stored, of numbers from 501 on."""
        session = self.hold()
        for number in (501, 503, 505):
            assert self.post(told(number, self.kinds)._replace(ad_id=str(LATE_AD))) == 202
        self.say(session, f"DELETE FROM ads WHERE id = {LATE_AD}; COMMIT; \\q")
        session.wait(30)
        self.rest()

    def serve(self) -> None:
        """An ad, the start of which is told; its end is told when the database is away."""
        found = read_vast(self.server.get("/vast", BROWSER).body)
        assert self.server.get(found.trackers["start"][0], BROWSER).status == 204
        self.paths += [found.trackers[name][0] for name in ("start", "complete")]

    def store(self) -> None:
        self.server.start()
        self.server.wait_until(lambda: self.server.metrics().value("adtracker_db_up") == 1)
        self.add_ads()
        for minute in range(MINUTES):
            self.post_all(range(1 + minute * STORED // MINUTES, 1 + (minute + 1) * STORED // MINUTES))
            if self.is_new:
                self.serve()
            time.sleep(60)
        self.rest()
        self.reject()
        self.psql("INSERT INTO clicks (ad_id, \"timestamp\", ip, video_playback_time) "
                  "VALUES (1, '2026-05-05 12:00:00', '10.0.0.1', 502), (2, now() AT TIME ZONE 'UTC', NULL, 504)")
        if self.is_new:
            self.psql("DELETE FROM clicks WHERE video_playback_time = 504")
        time.sleep(130)  # until they are folded, and the quarter of an hour is rolled up

    def fill(self) -> int:
        """Returns how many numbered events wait."""
        session = self.hold()
        for path in self.paths:
            assert self.server.get(path, BROWSER).status == 204
        if self.is_new:
            self.serve()
            time.sleep(2)  # the server's own sums come once a second
        number = WAITING_FROM
        while (status := self.post(told(number, self.kinds))) == 202:
            number += 1
        assert status == 503 and b"journal is full" in self.server.get("/readyz").body, status
        self.server.kill()
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%tracker%'")
        wait_until(lambda: self.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == [("2",)])
        self.say(session, f"ROLLBACK; DELETE FROM ads WHERE id = {GONE_AD}; \\q")
        session.wait(30)
        return number - WAITING_FROM

    def dump(self) -> str:
        text = subprocess.run([str(self.postgres.bin / "pg_dump"), "--no-owner", "--inserts", "-d",
                               self.postgres.conninfo(DATABASE)], capture_output=True, text=True, check=True).stdout
        kept = [line for line in text.splitlines() if line and not line.startswith(("--", "\\"))]
        return NOTE.format(revision=self.revision, what=WHAT[self.is_new]) + "\n".join(kept) + "\n"

    def journal(self, waiting: int) -> str:
        lines = [f"# The journal that goes with upgrade_{self.revision}.sql.gz, of 64 KiB and full when it was killed: "
                 f"{waiting} numbered",
                 "# events wait in it. Each file with its length, then its bytes at an offset, both hexadecimal; what is "
                 "left out is zeros."]
        for path in sorted(self.server.journal.iterdir()):
            if path.name not in ("spare", "lock", "token_secret"):
                lines += lines_of(path.name, path.read_bytes())
        return "\n".join(lines) + "\n"

    def make(self) -> None:
        try:
            self.store()
            waiting = self.fill()
            write(f"upgrade_{self.revision}.sql.gz", self.dump())
            write(f"upgrade_{self.revision}_journal.txt.gz", self.journal(waiting))
            print(f"{self.revision}: {waiting} wait, made at {time.strftime('%Y-%m-%d %H:%M:%S+00', time.gmtime())}; "
                  f"rows: {self.psql('SELECT count(*), (SELECT count(*) FROM rejected_events) FROM events')}")
        finally:
            if self.server.process is not None:
                self.server.kill()
            self.postgres.destroy()


def lines_of(name: str, content: bytes) -> Iterable[str]:
    yield f"file {name} {len(content):x}"
    for at in range(0, len(content), ROW_BYTES):
        row = content[at:at + ROW_BYTES]
        if any(row):
            yield f"{at:04x} {row.hex()}"


def write(name: str, text: str) -> None:
    (HERE / "data" / name).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    Maker(Path(sys.argv[1]).resolve(), sys.argv[2]).make()
