"""Every event accepted is stored exactly once, whatever happens to the connection meanwhile."""
import unittest
from typing import Tuple

from db_network import Link, Proxy
from db_support import DatabaseCase, Load, SqlSession

from harness.process import wait_until
from harness.server import Server

CUTS = ("cut before commit", "cut when sent", "cut after answer", "cut client only")


class Waiting(DatabaseCase):
    def test_of_more_minutes_than_a_batch_counts(self) -> None:
        """Batches are made of them while the database stands still, and end where their counts are as many as fit."""
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.open_server()
        self.postgres.freeze()
        for first in (0, 10_000):
            events = [{"type": "impression", "ad_id": 1, "age_ms": 60_000 * n} for n in range(first, first + 10_000)]
            self.assertEqual(server.post("/ads/events", events).json()["accepted"], len(events))
        for _ in range(20):  # turns of the event loop
            server.metrics()
        self.postgres.thaw()
        self.wait_at_rest(server, 120)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "20000")
        self.assert_counts_agree()
        self.assert_books(server, 20_000)


class LostAnswers(DatabaseCase):
    """A proxy cuts the connection at one point of a batch."""

    def open_through_proxy(self) -> Tuple[Server, Proxy]:
        proxy = Proxy(self, self.postgres)
        return self.open_server(DB_CONN=proxy.conninfo(self.database)), proxy

    def plan_once(self, proxy: Proxy, plan: str) -> None:
        plans = iter([plan])
        proxy.plan = lambda link: next(plans, "pass")

    def test_each_place_to_cut_a_batch_at(self) -> None:
        server, proxy = self.open_through_proxy()
        events = []
        for cut in CUTS:
            with self.subTest(cut):
                self.plan_once(proxy, cut)
                events += self.post(server, len(events), 5)
                server.wait_until(lambda: proxy.plans[cut] == 1)  # pylint: disable=W0640
                events += self.post(server, len(events), 5)
                self.wait_at_rest(server)
                self.wait_up(server)
                self.assert_stored(events)
                self.assert_books(server, len(events))
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")

    def test_cuts_by_chance_under_load(self) -> None:
        server, proxy = self.open_through_proxy()

        def plan(_: Link) -> str:
            return self.random.choice(CUTS) if self.random.random() < 0.25 else "pass"

        load = Load(self, [server]).start()
        proxy.plan = plan
        server.wait_until(lambda: sum(proxy.plans[cut] for cut in CUTS) >= 12, 60)
        proxy.plan = lambda link: "pass"
        events = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_an_answer_that_never_comes(self) -> None:
        server, proxy = self.open_through_proxy()
        self.plan_once(proxy, "swallow")
        events = self.post(server, 0, 20)
        server.wait_until(lambda: proxy.plans["swallow"] == 1)
        events += self.post(server, 20, 20)
        self.wait_down(server)  # its own deadline gives the connection up
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_slow_answers(self) -> None:
        server, proxy = self.open_through_proxy()
        proxy.delay_seconds = 0.05
        load = Load(self, [server]).start()
        load.wait_accepted(1000)
        events = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))


class DyingBackends(DatabaseCase):
    """The server ends sessions, or is slow to notice that it should."""

    def test_terminated_in_the_middle_of_batches(self) -> None:
        server = self.open_server()
        load = Load(self, [server]).start()
        for _ in range(15):
            load.wait_accepted(self.random.randint(1, 150))
            self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        events = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def slow_first_insert(self) -> None:
        """The first insert takes 2 s, and none after it; a sequence outlives a rollback."""
        self.psql("""
            CREATE SEQUENCE inserts;
            CREATE FUNCTION sleep_once() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('inserts') = 1 THEN PERFORM pg_sleep(2); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER slow BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION sleep_once()""")

    def test_the_old_backend_still_commits_while_the_batch_comes_again(self) -> None:
        proxy = Proxy(self, self.postgres)
        server = self.open_server(DB_CONN=proxy.conninfo(self.database))
        self.slow_first_insert()
        plans = iter(["cut client only"])
        proxy.plan = lambda link: next(plans, "pass")
        events = self.post(server, 0, 10)
        server.wait_until(lambda: proxy.plans["cut client only"] == 1)
        events += self.post(server, 10, 10)
        wait_until(lambda: self.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE '%claim_journal%'") == "1", 5,
            "the new session waits for the old one")
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_a_lock_held_longer_than_the_servers_patience(self) -> None:
        server = self.open_server()
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        events = self.post(server, 0, 50)
        server.wait_until(lambda: "lock timeout" in self.postgres.log_text(), 10)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), 50)
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)
        session.run("COMMIT")
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_two_instances_under_load_lose_their_sessions(self) -> None:
        servers = [self.open_server(), self.open_server()]
        load = Load(self, servers).start()
        for _ in range(6):
            load.wait_accepted(200)
            self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        events = load.stop()
        for server in servers:
            self.wait_at_rest(server)
        self.assert_stored(events)


if __name__ == "__main__":
    unittest.main()
