"""Disks that are too small, that fail and that can't be written: no 202 for what is not kept, nothing
lost or doubled, and it goes on by itself when the disk does."""
import os
import shlex
import shutil
import time
import unittest
from collections import Counter
from pathlib import Path
from typing import Dict, Optional

from disks import FaultControl, preload
from fault_case import LONG, FaultCase
from journal_file import HEADER_BYTES, records, segments
from surroundings import fill, mount_tmpfs, only_long

from harness.process import free_port, unprivileged_user, wait_until, wrapper
from harness.server import Server

RESUMES_WITHIN_SECONDS = 10.0
NOWHERE = "host=/nonexistent port=1 dbname=none"
CALLS_MAX = 400  # more than there are in any of the runs in which one call fails
CALLS_MIN, RECOVERY_CALLS_MIN = 15, 5
MISSED_MAX = 3  # one after the other: events that wait for one sync share a call, now more and now fewer
JUNK = b"\xff" * 700  # no record


class DiskCase(FaultCase):
    def statuses(self, since: float) -> Dict[int, int]:
        """How many answers of each status came after that time."""
        events = list(self.ledger.events)
        return Counter(a.status for event in events for a in list(event.attempts) if a.sent > since)

    def wait_refused(self, server: Server, timeout_seconds: float = 20.0, filler: Optional[Path] = None) -> None:
        """Until events are refused, single ones too; nothing else is, and it says so when asked. `filler` takes
        the room that the server makes meanwhile."""
        since = time.monotonic()

        def is_refused() -> bool:
            if filler is not None:
                fill(filler)
            return self.statuses(since).get(503, 0) > 20 and not self.is_ready(server)

        wait_until(is_refused, timeout_seconds, "events are refused")
        self.assertEqual(server.get("/ads").status, 200)
        self.assertEqual(server.get("/livez").status, 200)

    @staticmethod
    def is_ready(server: Server) -> bool:
        """A batch may be refused where there is room for single events."""
        return server.get("/readyz").status == 200

    def wait_resumed(self) -> float:
        started = time.monotonic()
        self.wait_accepted(20, RESUMES_WITHIN_SECONDS)
        return time.monotonic() - started

    def finish_check(self, server: Server) -> None:
        """After a restart too: what is read back from the disk counts."""
        self.rest(server)
        server.kill()
        server.start()
        self.say(self.check(server))


class FullDisk(DiskCase):
    """The tracker makes room by giving up stored segments as long as the database takes events; so
    for a disk that is full for good the database is frozen."""

    def open_on(self, size: str, way: str) -> Server:
        journal = mount_tmpfs(self, self.directory() / "journal", size)
        server = self.open_server(JOURNAL_DIR=str(journal), **preload())
        self.assertEqual(server.stop(), 0)
        self.set_way(server, way)
        server.start()
        self.wait_up(server)
        return server

    def attack(self, size: str, way: str) -> None:
        self.own_postgres()
        server = self.open_on(size, way)
        journal = server.journal
        load = self.load([server], batch_max=30)  # which fits on the smallest disk
        slowest = 0.0
        for n in self.rounds(20, 2):
            self.wait_accepted(50)
            if n % 2 == 0:
                self.ledger.note("PostgreSQL freezes")
                self.postgres.freeze()
            self.fill_up(server, journal / "filler", is_for_good=n % 2 == 0)
            (journal / "filler").unlink()
            self.ledger.note("the disk has room again")
            self.postgres.thaw()
            slowest = max(slowest, self.wait_resumed())
        load.stop()
        self.say(f"tmpfs {size}: resumed after {slowest:.2f} s at most")
        self.finish_check(server)

    def fill_up(self, server: Server, filler: Path, is_for_good: bool) -> None:
        self.ledger.note("the disk fills up")
        if is_for_good:
            self.wait_refused(server, 40, filler)
            return
        until = time.monotonic() + self.random.uniform(0.1, 2)
        fill(filler)
        while time.monotonic() < until and self.is_ready(server):
            time.sleep(0.02)
            fill(filler)

    def test_64_kilobytes(self) -> None:
        self.attack("64k", "alone")

    def test_64_kilobytes_through_the_worker(self) -> None:
        self.attack("64k", "slow")

    def test_1_megabyte(self) -> None:
        only_long(self)
        self.attack("1m", "alone")

    def test_1_megabyte_through_the_worker(self) -> None:
        only_long(self)
        self.attack("1m", "slow")

    def test_spare(self) -> None:
        """What was filled ahead is taken while the disk is full: nothing is refused before its end."""
        server = self.open_on("1m", "slow")
        self.assertEqual(server.stop(), 0)
        server.env["DB_CONN"] = NOWHERE
        server.start()
        load = self.load([server], connections=4, batches=0)
        self.wait_accepted(50)
        server.wait_until((server.journal / "spare").exists)
        before = segments(server.journal)
        fill(server.journal / "filler")
        self.ledger.note("the disk is full, but for the spare")
        load.stop()
        load = self.load([server], connections=64, batches=0, think_seconds=0)
        server.wait_until(lambda: server.get("/readyz").status == 503, 60)
        self.assertGreater(len(segments(server.journal)), len(before), server.log_tail())
        self.assertFalse((server.journal / "spare").exists())
        self.assertEqual(server.metrics().value("adtracker_journal_failures_total"), 0)
        (server.journal / "filler").unlink()
        self.wait_resumed()
        load.stop()
        server.kill()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.say(self.check(server))

    def test_fills_by_itself_while_the_database_is_away(self) -> None:
        only_long(self)
        self.own_postgres()
        journal = mount_tmpfs(self, self.directory() / "journal", "1m")
        server = self.open_server(JOURNAL_DIR=str(journal))
        load = self.load([server], connections=32, think_seconds=0)
        for _ in self.rounds(5, 1):
            self.wait_accepted(20)
            self.ledger.note("PostgreSQL goes away")
            self.postgres.stop("immediate")
            self.wait_refused(server, 120)
            self.postgres.start()
            self.ledger.note("PostgreSQL is back")
            self.wait_up(server)
            self.wait_resumed()
        load.stop()
        self.finish_check(server)


class FaultyDisk(DiskCase):
    """Syncs are inline."""
    way = "alone"

    def setUp(self) -> None:
        super().setUp()
        self.disk = FaultControl(self)
        self.set, self.get = self.disk.set, self.disk.get

    def faulty(self, **env: str) -> Server:
        """A server on the faulty disk, not started."""
        server = self.server(**self.disk.env(), **env)
        self.set_way(server, self.way)
        return server

    def open_faulty(self) -> Server:
        """One that knows some ads."""
        server = self.faulty(JOURNAL_MAX_BYTES="1048576").start()
        self.add_ads(server)
        return server

    def post_some(self, server: Server, events: int) -> None:
        load = self.load([server], connections=2, think_seconds=0.001, with_id=0, batch_max=30)
        wanted = len(self.ledger.events) + events
        wait_until(lambda: len(self.ledger.events) >= wanted, 20, f"{events} events sent")
        load.stop()

    def attack(self, field: str, number: int, more: int, is_filled: bool) -> bool:
        """A short run without a database in which one call fails, ended by kill -9: all that is
        left is what lies on the disk. `is_filled`: it starts on what another one left, junk at its
        end, so that what recovery writes fails. Returns whether it came to that call."""
        self.ledger.note(f"{field}={number} fails_more={more} is_filled={is_filled}")
        self.disk.reset()
        server = self.faulty(DB_CONN=NOWHERE, JOURNAL_MAX_BYTES="65536", SHUTDOWN_GRACE_SECONDS="0")
        if is_filled:
            self.fill_journal(server)
        self.set(**{field: number, "fails_more": more})
        try:
            server.start()
        except AssertionError as error:
            self.assertIn("JOURNAL_DIR", str(error), "not even a reason")
            self.assertGreater(self.get("failures"), 0, str(error))
        else:
            self.post_some(server, 5 if is_filled else 40)
            is_reached = self.get("failures") > 0
            self.set(write_fails_in=0, sync_fails_in=0)
            wait_until(lambda: server.get("/readyz").status == 200, RESUMES_WITHIN_SECONDS,
                       "ready again")
            before = self.ledger.accepted
            self.post_some(server, 5)
            self.assertGreaterEqual(self.ledger.accepted, before + 5, "accepts again")
            server.kill()
            self.drain(server)
            return is_reached
        self.drain(server)
        return True

    def fill_journal(self, server: Server) -> None:
        """Two segments, the last one torn."""
        for _ in range(2):
            server.start()
            self.post_some(server, 10)
            server.kill()
        last = segments(server.journal)[-1]
        end = max((record.end for record in records(last)), default=HEADER_BYTES)
        with last.open("r+b") as file:
            file.seek(end)
            file.write(JUNK)

    def drain(self, server: Server) -> None:
        """The journal as the run left it goes into the database, from a sound disk."""
        self.disk.reset()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0, 20, "drained")
        server.kill()

    def sweep(self, field: str, is_filled: bool = False) -> None:
        """Every call of a run fails once, in the short form only some."""
        sound = self.open_server()
        self.assertEqual(sound.stop(), 0)
        number, runs, missed = 1, 0, []
        while len(missed) < (MISSED_MAX if LONG else 1):
            is_reached = self.attack(field, number, self.random.choice([0, 0, 1, 5]), is_filled)
            missed = [] if is_reached else [*missed, number]
            runs += 1
            number += 1 if LONG else self.random.randint(15, 30)
            self.assertLess(number, CALLS_MAX, "the run is longer than it is said to be")
        self.assertGreater(missed[0], RECOVERY_CALLS_MIN if is_filled else CALLS_MIN,
                           "the run is too short to tell")
        self.say(f"{field}: {runs} runs; {self.ledger.check(self.psql)}")

    def test_each_write_fails(self) -> None:
        self.sweep("write_fails_in")

    def test_each_sync_fails(self) -> None:
        self.sweep("sync_fails_in")

    def test_each_write_of_a_recovery_fails(self) -> None:
        only_long(self)
        self.sweep("write_fails_in", is_filled=True)

    def test_each_sync_of_a_recovery_fails(self) -> None:
        only_long(self)
        self.sweep("sync_fails_in", is_filled=True)

    def test_failures_under_load(self) -> None:
        server = self.open_faulty()
        load = self.load([server])
        for _ in self.rounds(100, 4):
            self.wait_accepted(20)
            kind = self.random.choice(["write_fails_in", "sync_fails_in"])
            self.ledger.note(f"{kind} strikes")
            self.set(**{kind: self.random.randint(1, 30),
                        "fails_more": self.random.randint(0, 9 if LONG else 2)})
            wait_until(lambda: self.get(kind) == 0, 20, "it came to the failure")
            self.wait_resumed()
        load.stop()
        self.finish_check(server)

    def test_read_only_and_writable_again(self) -> None:
        only_long(self)
        server = self.open_faulty()
        load = self.load([server])
        for _ in self.rounds(20, 2):
            self.wait_accepted(20)
            self.ledger.note("the file system is read-only")
            self.set(read_only=1)
            since = time.monotonic()
            self.wait_refused(server)
            self.set(read_only=0)
            self.ledger.note("and writable again")
            self.wait_resumed()
            self.assertGreater(self.statuses(since)[503], 0)
        load.stop()
        self.finish_check(server)


class FaultyDiskApart(FaultyDisk):
    """Syncs go through the sync worker."""
    way = "slow"

    @staticmethod
    def count_accepted(server: Server) -> float:
        """By the server: a client on a busy machine reads its answers late."""
        return server.metrics().total("adtracker_events_accepted_total")

    def test_flush_fails_while_it_is_waited_for(self) -> None:
        """Until then nothing is accepted, and all the rest is answered."""
        server = self.open_faulty()
        load = self.load([server], connections=32)
        for _ in self.rounds(20, 3):
            self.wait_accepted(20)
            self.ledger.note("the disk hangs")
            self.set(hangs=0, is_hanging=1)
            server.wait_until(lambda: self.get("hangs"))
            accepted, since = self.count_accepted(server), time.monotonic()
            for _ in range(self.random.randint(1, 8)):
                self.assertEqual(server.get("/livez").status, 200)
                self.assertEqual(server.get("/ads").status, 200)
                time.sleep(0.1)
            self.assertLess(time.monotonic() - since, 9, "the loop waits for the disk")
            self.assertEqual(self.count_accepted(server), accepted, "accepted before the sync")
            self.ledger.note("the flush fails")
            self.set(sync_fails_in=1)
            self.set(is_hanging=0)
            wait_until(lambda: self.get("sync_fails_in") == 0, 20, "it came to the failure")
            self.wait_resumed()
        load.stop()
        self.assertGreater(server.metrics().value("adtracker_journal_failures_total"), 0)
        self.assert_was_slow(server)
        self.finish_check(server)


class ReadOnlyDirectory(DiskCase):
    def test_no_new_file_and_then_again(self) -> None:
        """The tracker runs as somebody whose directory is taken from him: root may write anyway."""
        user, directory = unprivileged_user(), self.directory()
        directory.chmod(0o755)
        shutil.copy(self.server().binary, directory / "tracker")
        script = directory / "as-user"
        script.write_text(f"#!/bin/sh\nexec {shlex.join(wrapper('KILL', user))} {directory}/tracker\n")
        script.chmod(0o755)
        journal = directory / "journal"
        journal.mkdir()
        if user is not None:
            os.chown(journal, user.pw_uid, user.pw_gid)
        server = Server(script, {"DB_CONN": self.db_conn, "JOURNAL_DIR": str(journal),
                                 "JOURNAL_MAX_BYTES": "65536", "PORT": str(free_port())},
                        self.directory())
        self.addCleanup(server.finish)
        server.start()
        self.add_ads(server)
        load = self.load([server], batch_max=30)
        for _ in self.rounds(20, 2):
            self.wait_accepted(20)
            journal.chmod(0o555)
            self.ledger.note("the directory is read-only")
            self.wait_refused(server)
            journal.chmod(0o755)
            self.ledger.note("the directory is writable again")
            self.wait_resumed()
        load.stop()
        self.finish_check(server)


if __name__ == "__main__":
    unittest.main()
