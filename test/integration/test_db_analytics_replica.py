"""Analytics from a streaming standby: they tell how far it has come, and a conflict with recovery is asked again."""
import threading
import time
import unittest
from datetime import timedelta
from typing import Dict

from analytics_oracle import LEGAL, Question, us_of, us_of_text
from analytics_support import AnalyticsCase, Client
from db_support import SqlSession

from harness.postgres import PrivatePostgres
from harness.process import wait_until
from harness.server import Server
from harness.standby import start_standby

SECOND = 10**6
PAUSE = 0.06  # at most, between locks; twice as long with each that meets the same question
PRIMARY = {"wal_keep_size": "256MB"}
STANDBY = {"max_standby_streaming_delay": "0", "hot_standby_feedback": "off", "wal_receiver_status_interval": "1s"}


class Replica(AnalyticsCase):
    """All tests of the class share the two; each has a database."""

    standby: PrivatePostgres

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(settings=PRIMARY)
        cls.addClassCleanup(cls.postgres.destroy)
        cls.postgres.start()
        cls.standby = start_standby(cls.postgres, STANDBY)
        cls.addClassCleanup(cls.standby.destroy)

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.resume)
        self.tracker: Server = self.open_server(DB_READ_CONN=self.standby.conninfo(self.database))
        self.wait_replayed()
        self.tracker.wait_until(lambda: self.tracker.get(self.question().path()).status == 200)
        self.client = Client(self, self.tracker)

    def question(self, *groups: str) -> Question:
        return Question(us_of(self.now() - timedelta(hours=3)), us_of(self.now() + timedelta(hours=1)), groups=groups)

    def ask(self, *groups: str) -> Dict:
        answer = self.client.get(self.question(*groups).path())
        self.assertEqual(answer.status, 200, answer.body[:300])
        return answer.json()

    def wait_replayed(self) -> None:
        at = self.value("SELECT pg_current_wal_lsn()")
        wait_until(lambda: self.standby.value(f"SELECT pg_last_wal_replay_lsn() >= '{at}'") == "t", 20, "replayed")

    def pause(self) -> None:
        """Where no transaction that has locked a table is half replayed: questions would wait for its end."""
        wait_until(self.is_paused_between_locks, 20, "it is paused")

    def is_paused_between_locks(self) -> bool:
        self.standby.psql("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.standby.value("SELECT pg_get_wal_replay_pause_state()") == "paused", 20, "it is paused")
        if self.standby.value("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") == "0":
            return True
        self.resume()
        return False

    def resume(self) -> None:
        self.standby.psql("SELECT pg_wal_replay_resume()")

    def store(self, first: int, count: int) -> None:
        self.post(self.tracker, first, count)
        self.wait_at_rest(self.tracker)

    def test_answers_are_the_replicas(self) -> None:
        self.store(0, 60)
        self.wait_replayed()
        oracle = self.oracle()
        for groups in LEGAL:
            self.assert_right(self.client, self.question(*groups), oracle)
        self.assertGreater(int(self.standby.value("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                                  f"'{self.database}'")), 0)

    def test_how_far_it_has_come_is_told(self) -> None:
        self.store(0, 10)
        stored = us_of(self.now())
        self.tracker.wait_until(lambda: us_of_text(self.ask()["meta"]["as_of"]) > stored - SECOND)
        told = self.ask()["meta"]
        replayed = us_of_text(self.standby.value("SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', "
                                                 "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"))
        self.assertLessEqual(us_of_text(told["as_of"]), replayed)
        self.assertLess(abs(us_of_text(told["as_of"]) - us_of(self.now())), 60 * SECOND)
        self.assertLessEqual(us_of_text(told["complete_until"]), us_of(self.now()))
        self.assertEqual(told["pending_events"], 0)

    def test_one_that_stands_still_shows_it(self) -> None:
        self.store(0, 10)
        self.wait_replayed()
        oracle, before = self.oracle(), self.ask()
        self.assertEqual((before["total_clicks"], before["pending_events"]), (5, 0))
        self.pause()
        time.sleep(1.1)
        still = self.ask()
        time.sleep(1.1)
        self.post(self.tracker, 10, 10)
        posted = us_of(self.now())
        self.wait_at_rest(self.tracker)  # the primary has them
        self.assertEqual(self.value("SELECT count(*) FROM events"), "20")
        for _ in range(3):
            told = self.ask()
            self.assertEqual((told["total_clicks"], told["pending_events"]), (5, 10))
            self.assertEqual(told["meta"]["as_of"], still["meta"]["as_of"])
            self.assertLess(us_of_text(told["meta"]["complete_until"]), posted)
            self.assertEqual(told["meta"]["pending_events"], 10)
        for groups in LEGAL[::5]:
            self.assert_right(self.client, self.question(*groups), oracle)
        self.resume()
        self.tracker.wait_until(lambda: self.ask()["total_clicks"] == 10)
        told = self.ask()
        self.assertEqual(told["pending_events"], 0)
        self.assertGreater(us_of_text(told["meta"]["as_of"]), us_of_text(still["meta"]["as_of"]))

    def test_a_conflict_with_recovery_is_asked_again(self) -> None:
        """The primary locks the tables that are read, over and over: whoever holds them on the standby is cancelled."""
        self.store(0, 100)
        self.wait_replayed()
        stopping = threading.Event()
        oracle, conflicts = self.oracle(), self.conflicts()
        self.rest_seconds = PAUSE
        locker = threading.Thread(target=self.lock_tables, args=(stopping,))
        locker.start()
        self.addCleanup(stopping.set)
        asked, deadline = 0, time.monotonic() + 30
        while time.monotonic() < deadline and (asked < 100 or self.conflicts() == conflicts):
            for groups in LEGAL[asked % 5::5]:
                self.assert_right(self.client, self.question(*groups), oracle)
                asked += 1
                self.rest_seconds = PAUSE
        stopping.set()
        locker.join(20)
        self.assertGreater(self.conflicts(), conflicts)
        self.say(f"{asked} questions, {self.conflicts() - conflicts} conflicts")

    def lock_tables(self, stopping: threading.Event) -> None:
        session = SqlSession(self, self.postgres, self.database)
        while not self.rests(stopping):
            session.run("BEGIN; LOCK TABLE counts, counts_minute, counts_late IN ACCESS EXCLUSIVE MODE; COMMIT")
        session.close()

    def rests(self, stopping: threading.Event) -> bool:
        """Longer and longer until a question is answered, as a busy machine may need; whether it is to stop."""
        most, self.rest_seconds = self.rest_seconds, min(2 * self.rest_seconds, 64 * PAUSE)
        return stopping.wait(self.random.random() * most)

    def conflicts(self) -> int:
        return int(self.standby.value("SELECT coalesce(sum(confl_lock + confl_snapshot), 0) "
                                      "FROM pg_stat_database_conflicts"))

    def test_rows_that_vacuum_has_removed(self) -> None:
        """The other conflict: of the snapshot. None makes a wrong answer."""
        self.store(0, 100)
        stopping = threading.Event()
        churner = threading.Thread(target=self.churn, args=(stopping,))
        self.wait_replayed()
        oracle = self.oracle()
        self.rest_seconds = PAUSE
        churner.start()
        self.addCleanup(stopping.set)
        for n in range(120):
            self.assert_right(self.client, self.question(*LEGAL[n % len(LEGAL)]), oracle)
            self.rest_seconds = PAUSE
        stopping.set()
        churner.join(20)

    def churn(self, stopping: threading.Event) -> None:
        session = SqlSession(self, self.postgres, self.database)
        while not self.rests(stopping):
            session.run("UPDATE counts_minute SET k0 = k0; UPDATE counts SET k0 = k0; UPDATE marks SET at = at")
            for table in ("counts_minute", "counts", "marks"):
                session.run(f"VACUUM {table}")
        session.close()

    def test_without_the_replica_events_go_on(self) -> None:
        """And analytics say in words what is away."""
        self.store(0, 10)
        self.standby.stop("immediate")
        try:
            self.tracker.wait_until(lambda: self.tracker.get(self.question().path()).status == 503)
            answer = self.tracker.get(self.question().path())
            self.assertIn("database", answer.json()["error"])
            self.store(10, 10)
            self.assertEqual(self.tracker.get("/readyz").status, 200)
        finally:
            self.standby.start()
        self.tracker.wait_until(lambda: self.tracker.get(self.question().path()).status == 200, 20)
        self.wait_replayed()
        self.tracker.wait_until(lambda: self.tracker.get(self.question().path()).json()["total_clicks"] == 10)

    def test_a_replica_that_lacks_the_schema_yet(self) -> None:
        """It is told; and known once it has come."""
        self.pause()
        database = f"{self.database}n"
        server = self.start_server(DB_CONN=self.postgres.create_database(database),
                                   DB_READ_CONN=self.standby.conninfo(database))
        self.wait_up(server)
        answer = server.get(self.question().path())
        self.assertEqual(answer.status, 503)
        self.assertIn("database", answer.json()["error"])
        self.resume()
        server.wait_until(lambda: server.get(self.question().path()).status == 200, 60)


if __name__ == "__main__":
    unittest.main()
