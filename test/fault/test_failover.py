"""Failovers under load between two PostgreSQLs with streaming replication. A synchronous standby has
all that was committed; an asynchronous one may lack the last of it, which the journal brings back."""
import os
import signal
import time
import unittest
from typing import Callable, Dict, List

from fault_case import LONG, FaultCase
from surroundings import only_long, processes_of

from harness.postgres import PrivatePostgres
from harness.process import wait_until
from harness.server import Server
from harness.standby import copy_primary, run_program

PROMOTIONS = 20 if LONG else 2
RESUMES_WITHIN_SECONDS = 5.0 if LONG else 20.0  # the short form's machine may be busy with anything
SETTINGS = {"wal_log_hints": "on", "wal_keep_size": "256MB", "wal_receiver_timeout": "5s",
            "wal_retrieve_retry_interval": "200ms"}
WENT_BACK = "database cursor moved back"
HEARTBEAT_WITHIN_SECONDS = 45.0
READ_ONLY = "in a read-only transaction"


class Pair:
    """A primary and its standby, on unix sockets."""

    def __init__(self, case: FaultCase, is_synchronous: bool) -> None:
        self.is_synchronous = is_synchronous
        self.primary = PrivatePostgres(settings=SETTINGS)
        self.standby = PrivatePostgres(settings=SETTINGS)
        self.hosts = [self.primary.directory, self.standby.directory]
        case.addCleanup(self.primary.destroy)
        case.addCleanup(self.standby.destroy)
        self.primary.start()
        self.copy()
        self.follow()

    def conninfo(self, database: str) -> str:
        first, second = self.hosts
        return (f"host={first},{second} port=5432,5432 user=postgres dbname={database} "
                "target_session_attrs=read-write")

    def copy(self) -> None:
        """A new standby, from nothing."""
        copy_primary(self.primary, self.standby)

    def rewind(self) -> None:
        """What was a primary becomes a standby: that it had more than the other is undone."""
        self.primary.psql("CHECKPOINT")  # tells pg_rewind of the new timeline
        try:
            run_program(self.primary, "pg_rewind", "--target-pgdata", str(self.standby.data), "--source-server",
                        self.primary.conninfo(), "--write-recovery-conf", "--no-sync")
        except AssertionError:
            self.copy()

    def follow(self) -> None:
        """Starts the standby; returns when it follows, synchronously if it is to."""
        self.standby.start()
        wait_until(lambda: self.primary.psql("SELECT 1 FROM pg_stat_replication "
                                             "WHERE state = 'streaming'"), 60, "the standby follows")
        if self.is_synchronous:
            self.set_primary("synchronous_standby_names", "*")
            wait_until(lambda: self.primary.psql("SELECT 1 FROM pg_stat_replication WHERE sync_state "
                                                 "= 'sync'"), 60, "the standby is synchronous")

    def set_primary(self, name: str, value: str) -> None:
        self._set(self.primary, name, value)

    def promote(self) -> None:
        """The standby is the primary when this returns, and waits for no standby of its own."""
        self._set(self.standby, "synchronous_standby_names", "")
        assert self.standby.value("SELECT pg_promote(true, 60)") == "t"
        self.primary, self.standby = self.standby, self.primary

    def hold_back(self) -> None:
        """From here on the standby gets nothing more: what is committed now is to be lost."""
        assert self.primary.process is not None
        for pid in processes_of(self.primary.process.pid, "walsender"):
            os.kill(pid, signal.SIGSTOP)

    @staticmethod
    def _set(postgres: PrivatePostgres, name: str, value: str) -> None:
        postgres.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        postgres.psql("SELECT pg_reload_conf()")


class Failover(FaultCase):
    def prepare(self, is_synchronous: bool) -> Server:
        self.pair = Pair(self, is_synchronous)
        self.postgres = self.pair.primary
        self.postgres.create_database(self.database)
        self.db_conn = self.pair.conninfo(self.database)
        self.tracker = self.open_server()
        return self.tracker

    def fail_over(self, server: Server, end: Callable[[], None]) -> float:
        """Ends the primary in some way and promotes the standby; returns the seconds from then
        until an event is stored there."""
        self.ledger.note(end.__name__)
        end()
        time.sleep(self.random.uniform(0, 4 if LONG else 0.2))
        self.pair.promote()
        promoted = time.monotonic()
        self.ledger.note("the standby is promoted")
        self.postgres = self.pair.primary
        before = self.stored()
        wait_until(lambda: self.stored() > before, RESUMES_WITHIN_SECONDS + 20, "stores again")
        seconds = time.monotonic() - promoted
        self.assertLessEqual(seconds, RESUMES_WITHIN_SECONDS, server.log_tail())
        return seconds

    def stored(self) -> int:
        return int(self.psql("SELECT count(*) FROM events")[0][0])

    def wait_stored(self, count: int) -> None:
        """Returns when so many more are stored."""
        enough = self.stored() + count
        wait_until(lambda: self.stored() >= enough, 60, "events are stored")

    def kill_primary(self) -> None:
        self.pair.primary.kill()

    def stop_primary(self) -> None:
        self.pair.primary.stop("fast")

    def freeze_primary(self) -> None:
        """It is gone without a word: whoever waits for its answer waits for ever."""
        self.pair.primary.freeze()

    def demote_primary(self) -> None:
        """It lives on and answers, but takes nothing more."""
        primary = self.pair.primary
        said_before = primary.log_text().count(READ_ONLY)
        self.pair.set_primary("default_transaction_read_only", "on")
        self.tracker.wait_until(lambda: primary.log_text().count(READ_ONLY) > said_before)

    def rejoin(self, end: Callable[[], None]) -> None:
        """What was the primary comes back as a standby."""
        if end in (self.demote_primary, self.freeze_primary):
            self.pair.standby.stop("immediate")
        self.pair.rewind()
        self.pair.follow()

    def attack(self, is_synchronous: bool) -> None:
        server = self.prepare(is_synchronous)
        load = self.load([server])
        ends: List[Callable[[], None]] = [self.kill_primary, self.stop_primary,
                                          self.demote_primary, self.freeze_primary]
        self.random.shuffle(ends)
        taken: Dict[str, List[float]] = {}
        for n in self.rounds(PROMOTIONS, PROMOTIONS):
            self.wait_accepted(100)
            end = ends[n % len(ends)]
            if not is_synchronous and end != self.stop_primary:
                self.pair.hold_back()
                self.wait_stored(100)
            taken.setdefault(end.__name__, []).append(self.fail_over(server, end))
            self.rejoin(end)
        load.stop()
        went_back = server.log_text().count(WENT_BACK)
        self.say(f"{self.check(server)}; resumed after at most " + ", ".join(
            f"{name} {max(times):.1f} s" for name, times in taken.items())
            + f"; the journal went back {went_back} times")
        self.assertEqual(server.metrics().total("adtracker_journal_gap_events_total"), 0)
        if not is_synchronous:
            self.assertGreater(went_back, 0, "nothing was lost: the test shows nothing")

    def test_synchronous(self) -> None:
        only_long(self)
        self.attack(is_synchronous=True)

    def test_asynchronous(self) -> None:
        self.attack(is_synchronous=False)

    def test_the_claim_of_a_restarted_tracker_is_lost(self) -> None:
        """The standby still names the run before as the journal's owner."""
        only_long(self)
        server = self.prepare(is_synchronous=False)
        load = self.load([server])
        self.wait_accepted(100)
        self.rest_of_replication()
        self.pair.hold_back()
        for _ in range(3):
            self.assertEqual(server.stop(), 0)
            server.start()
            self.wait_up(server)
            self.wait_accepted(50)
        self.fail_over(server, self.kill_primary)
        load.stop()
        self.say(self.check(server))

    def test_an_idle_primary_is_no_lag(self) -> None:
        """Nothing is stored, nobody else writes, and the standby shows that it is not behind."""
        self.prepare(is_synchronous=False)
        self.pair.set_primary("autovacuum", "off")
        replayed = "SELECT pg_last_xact_replay_timestamp()"
        wait_until(lambda: self.psql("SELECT 1 FROM missing_partitions((now() AT TIME ZONE 'UTC')::date)") == [], 60,
                   "the partitions are made")
        time.sleep(15)  # all there is to do at its start is done
        for _ in range(2):
            before = self.pair.standby.value(replayed)
            wait_until(lambda: self.pair.standby.value(replayed) != before, HEARTBEAT_WITHIN_SECONDS, "a heartbeat")

    def rest_of_replication(self) -> None:
        wait_until(lambda: self.pair.standby.psql(
            "SELECT 1 FROM ingest_cursor", self.database), 20, "the standby knows the journal")


if __name__ == "__main__":
    unittest.main()
