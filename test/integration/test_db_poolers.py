"""PgBouncer between a server and its database: of sessions it is good for everything, of transactions or statements it
is told from that and refused in words, whatever else there is."""
import subprocess
import unittest

from db_support import DatabaseCase, Load
from pooler_support import Pooler, SlowRelay

from harness.case import BINARY
from harness.server import Server

REFUSED = "database refused name={}: DB_CONN leads through a pooler of transactions or statements"
KEEPERS = ("writer", "catalogue")  # which connect at the start, beside the readers


class Poolers(DatabaseCase):
    def behind(self, pooler: Pooler, **env: str) -> Server:
        """A server, not started."""
        return self.server(DB_CONN=pooler.conninfo(self.database), **env)

    def log(self, server: Server) -> str:
        return server.stderr.read_text()

    def refusals(self, server: Server, name: str = "writer") -> int:
        return self.log(server).count(REFUSED.format(name))

    def wait_refused(self, server: Server, name: str = "writer", times: int = 1) -> None:
        server.wait_until(lambda: self.refusals(server, name) >= times, 60)

    def assert_works(self, server: Server) -> None:
        """Ads are read, events stored, questions answered, and ads changed."""
        self.wait_up(server)
        if self.value("SELECT count(*) FROM ads") == "0":
            self.add_ads()
        self.wait_ads(server)
        before = int(self.value("SELECT count(*) FROM events"))
        self.post(server, before, 20)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(before + 20))
        server.wait_until(lambda: server.get("/ads/analytics?period=today").status == 200)
        self.assert_counts_agree()

    def assert_accepts_only(self, server: Server, accepted: int) -> None:
        """Events are taken, and stay in the journal: nobody has stored any."""
        for _ in range(accepted):
            self.assertEqual(server.post("/ads/click", {"ad_id": 1}).status, 202)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), accepted)
        self.assertEqual(server.metrics().value("adtracker_db_up"), 0)


class SessionPooling(Poolers):
    def setUp(self) -> None:
        super().setUp()
        self.pooler = Pooler(self, self.postgres, "session")

    def test_everything_works(self) -> None:
        server = self.behind(self.pooler, ADMIN_TOKEN="changes-ads-behind-a-pooler").start()
        self.assert_works(server)
        answer = server.post("/ads", {"image_url": "https://a.example/9", "target_url": "https://b.example/9"},
                             {"Authorization": "Bearer changes-ads-behind-a-pooler"})
        self.assertEqual(answer.status, 201, answer.body)
        server.wait_until(lambda: self.listed(server) == 4, 20)  # told by a notification, not by a poll
        for name in (*KEEPERS, "reader", "maintenance", "administration"):
            self.assertEqual(self.refusals(server, name), 0)
            self.assertIn(f"connected name={name} ", self.log(server))

    def test_a_change_of_ads_is_heard_of_at_once(self) -> None:
        """The session listens: that is what a pooler of transactions would lose."""
        server = self.behind(self.pooler).start()
        self.assert_works(server)
        for count in (4, 5, 6):
            self.add_ads(1)
            server.wait_until(lambda n=count: self.listed(server) == n, 10)

    def test_through_kills_of_everything(self) -> None:
        """Exactly once: the pooler is killed and started again, sessions are ended, the server is killed."""
        self.assert_survives_kills(self.pooler)

    def test_through_kills_with_sessions_that_come_back_as_they_were_left(self) -> None:
        """With what was set and prepared by others: nothing is reset."""
        self.assert_survives_kills(Pooler(self, self.postgres, "session", server_reset_query=""))

    def assert_survives_kills(self, pooler: Pooler) -> None:
        server = self.behind(pooler).start()
        self.assert_works(server)
        load = Load(self, [server], clients=2, pace_seconds=0.004).start()
        for _ in range(3):
            load.wait_accepted(60)
            pooler.restart("session")
            load.wait_accepted(60)
            self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                               f"WHERE datname = '{self.database}' AND pid <> pg_backend_pid()")
        load.wait_accepted(60)
        accepted = len(load.stop()) + 20
        server.kill()
        server.start()
        self.wait_up(server, 60)
        self.wait_at_rest(server, 60)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(accepted))
        self.assert_counts_agree()
        self.assertEqual(self.refusals(server), 0)

    def test_a_pool_that_has_just_enough(self) -> None:
        """Writer, catalogue, maintenance and two readers: a proof needs none besides."""
        pooler = Pooler(self, self.postgres, "session", 5)
        self.assert_works(self.behind(pooler).start())

    def test_an_end_that_is_told_late(self) -> None:
        """As where the machine is busy: whoever says nothing at all is no pooler of transactions."""
        relay = SlowRelay(self, self.pooler.port, 4)
        server = self.server(DB_CONN=self.pooler.conninfo(self.database, relay.port)).start()
        self.assert_works(server)
        self.assertGreaterEqual(relay.held, len(KEEPERS))
        for name in (*KEEPERS, "maintenance"):
            self.assertEqual(self.refusals(server, name), 0)
        self.assertNotIn("query timed out", self.log(server))

    def test_import(self) -> None:
        server = self.open_server()
        server.stop()
        away = self.server(DB_CONN="host=127.0.0.1 port=1 dbname=none", JOURNAL_DIR=str(self.directory() / "away"))
        away.start()
        for _ in range(7):
            self.assertEqual(away.post("/ads/click", {"ad_id": 1}).status, 202)
        away.kill()
        for mode, code, count in (("transaction", 1, 0), ("session", 0, 7)):
            self.pooler.restart(mode)
            done = subprocess.run([str(BINARY), "--import", str(away.journal)], capture_output=True, text=True,
                                  timeout=120, check=False,
                                  env={**away.env, "DB_CONN": self.pooler.conninfo(self.database)})
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(REFUSED.format("import") in done.stderr, mode == "transaction")
            self.assertEqual(self.value("SELECT count(*) FROM events"), str(count))


class OtherPooling(Poolers):
    def assert_refused_at_the_start(self, mode: str, connections: int) -> None:
        self.open_server().stop()
        pooler = Pooler(self, self.postgres, mode, connections)
        server = self.behind(pooler).start()
        for name in KEEPERS:
            self.wait_refused(server, name)
        self.assert_accepts_only(server, 5)
        self.assertNotIn("connected name=", self.log(server))
        self.assertEqual(self.value("SELECT count(*) FROM events"), "0")
        pooler.change("session")
        self.wait_up(server, 60)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "5")

    def test_of_transactions(self) -> None:
        self.assert_refused_at_the_start("transaction", 20)

    def test_of_transactions_with_one_connection(self) -> None:
        """Each transaction has the same session then, as long as nobody else comes."""
        self.assert_refused_before_all("transaction")

    def test_of_statements(self) -> None:
        self.assert_refused_at_the_start("statement", 20)

    def test_of_statements_with_one_connection(self) -> None:
        self.assert_refused_before_all("statement")

    def assert_refused_before_all(self, mode: str) -> None:
        """Nothing is made in the database, and what comes waits."""
        server = self.behind(Pooler(self, self.postgres, mode, 1)).start()
        self.wait_refused(server)
        self.assert_accepts_only(server, 1)
        self.assertEqual(self.value("SELECT to_regclass('events') IS NULL"), "t")

    def test_it_is_told_now_and_then_and_not_at_each_try(self) -> None:
        pooler = Pooler(self, self.postgres, "transaction")
        server = self.behind(pooler).start()
        self.wait_refused(server)
        log = (pooler.directory / "log").read_text
        server.wait_until(lambda: log().count("login attempt") >= 12, 60)
        self.assertEqual(self.refusals(server), 1)

    def test_readers_need_no_session(self) -> None:
        """DB_READ_CONN through one of transactions, DB_CONN through one of sessions."""
        pooler, reading = Pooler(self, self.postgres, "session"), Pooler(self, self.postgres, "transaction", 1)
        self.assert_works(self.behind(pooler, DB_READ_CONN=reading.conninfo(self.database)).start())


class ChangingPooling(Poolers):
    def assert_noticed(self, connections: int, mode: str) -> None:
        """Though nothing is closed: the connections that are there become those of a pool."""
        pooler = Pooler(self, self.postgres, "session", connections)
        server = self.behind(pooler).start()
        self.assert_works(server)
        self.assertEqual(self.refusals(server), 0)
        pooler.change(mode)
        load = Load(self, [server], clients=1, pace_seconds=0.02).start()
        self.wait_refused(server)
        self.wait_down(server)
        load.wait_accepted(20)
        pooler.change("session")
        self.wait_up(server, 60)
        accepted = len(load.stop()) + 20
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(accepted))
        self.assert_counts_agree()

    def test_to_transactions(self) -> None:
        self.assert_noticed(20, "transaction")

    def test_to_statements(self) -> None:
        self.assert_noticed(20, "statement")

    def test_by_a_restart(self) -> None:
        pooler = Pooler(self, self.postgres, "session")
        server = self.behind(pooler).start()
        self.assert_works(server)
        pooler.restart("transaction")
        self.wait_refused(server)
        self.assert_accepts_only(server, 4)
        pooler.restart("session")
        self.wait_up(server, 60)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "24")

    def test_to_transactions_with_one_connection(self) -> None:
        """The writer had the only one, and keeps it until others come."""
        self.open_server().stop()
        pooler = Pooler(self, self.postgres, "session", 1)
        server = self.behind(pooler).start()
        self.wait_up(server)
        pooler.change("transaction")
        load = Load(self, [server], clients=1, pace_seconds=0.02).start()
        self.wait_refused(server)
        self.wait_down(server)
        load.stop()


class Proof(Poolers):
    def ended(self) -> int:
        """Sessions that have ended since they were idle, as PostgreSQL's log tells."""
        return self.postgres.log_text().count("terminating connection due to idle-session timeout")

    def test_without_a_pooler_no_session_is_spent(self) -> None:
        before = self.ended()
        self.assert_works(self.start_server())
        self.assertEqual(self.ended(), before)

    def test_behind_one_it_is_spent_once_for_each_connection(self) -> None:
        before = self.ended()
        server = self.behind(Pooler(self, self.postgres, "session")).start()
        self.assert_works(server)
        connected = self.log(server).count("connected name=")
        self.assertGreaterEqual(connected, 5)
        self.assertEqual(self.ended() - before, connected)


if __name__ == "__main__":
    unittest.main()
