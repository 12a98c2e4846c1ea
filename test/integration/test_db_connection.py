"""The connection comes, goes, and comes back: the server goes on serving meanwhile."""
import http.client
import json
import threading
import time
import unittest

from db_support import DatabaseCase, Event

from harness.postgres import PrivatePostgres
from harness.process import wait_until
from harness.server import Server

WINDOW = "/ads/analytics?start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z"


class OwnPostgres(DatabaseCase):
    """Each test has a PostgreSQL of its own, to be stopped, killed and frozen."""

    def setUp(self) -> None:
        super().setUp()
        self.postgres = PrivatePostgres()
        self.addCleanup(self.postgres.destroy)

    def conninfo(self) -> str:
        return self.postgres.conninfo(self.database)

    def start_postgres(self) -> None:
        self.postgres.start()
        if self.database not in self.postgres.value("SELECT string_agg(datname, ' ') FROM pg_database"):
            self.postgres.create_database(self.database)

    def assert_serves_without_database(self, server: Server) -> None:
        for path in ("/livez", "/readyz", "/metrics"):
            self.assertEqual(server.get(path).status, 200, path)
        answer = server.get(WINDOW)
        self.assertEqual(answer.status, 503)
        self.assertIn("database", answer.json()["error"])

    def test_a_database_that_is_absent_at_the_start(self) -> None:
        server = self.start_server(DB_CONN=self.conninfo())
        self.assert_serves_without_database(server)
        self.assertEqual(server.get("/ads").status, 503)
        events = self.post(server, 0, 30)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), 30)
        self.assertEqual(server.metrics().value("adtracker_db_up"), 0)
        self.postgres.start()  # still without the database, which SQLSTATE 3D000 says
        server.wait_until(lambda: self.database in self.postgres.log_text())
        self.postgres.create_database(self.database)
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "30")
        self.add_ads()
        self.assertEqual(self.value("SELECT retry_rejected()"), "30")
        self.assert_stored(events)
        self.assert_books(server, 30)
        server.wait_until(lambda: server.get(WINDOW).status == 200)  # a connection of its own
        self.assertEqual(server.get(WINDOW).json()["total_clicks"], 15)
        self.assertLess(server.log_text().count("database unreachable name=writer"), 3)

    def test_killed_and_started_again(self) -> None:
        self.start_postgres()
        server = self.open_server(DB_CONN=self.conninfo())
        events = self.post(server, 0, 20)
        self.wait_at_rest(server)
        for end in (self.postgres.kill, lambda: self.postgres.stop("fast"),
                    lambda: self.postgres.stop("immediate")):
            end()
            self.wait_down(server)
            self.assert_serves_without_database(server)
            self.assertEqual(self.listed(server), 3)
            events += self.post(server, len(events), 20)
            self.assertEqual(server.metrics().value("adtracker_queue_events"), 20)
            self.postgres.start()
            self.wait_up(server)
            self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))
        self.assertEqual(server.metrics().value("adtracker_db_connects_total", connection="writer"), 4)

    def test_frozen_in_the_middle_of_work(self) -> None:
        self.start_postgres()
        server = self.open_server(DB_CONN=self.conninfo())
        self.postgres.freeze()
        events = self.post(server, 0, 10)
        answers = []
        asking = threading.Thread(target=lambda: answers.append(server.get(WINDOW).status))
        asking.start()
        slowest = 0.0
        while asking.is_alive():
            before = time.monotonic()
            events += self.post(server, len(events), 2)
            self.assertEqual(server.get("/livez").status, 200)
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.2)
        self.assertEqual(answers, [503])
        self.assertLess(slowest, 1.0)
        self.wait_down(server)
        self.assertEqual(self.listed(server), 3)
        self.postgres.thaw()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_frozen_while_connecting(self) -> None:
        self.start_postgres()
        self.postgres.freeze()
        server = self.start_server(DB_CONN=self.conninfo())
        events = self.post(server, 0, 10)
        server.wait_until(lambda: "connect timed out" in server.log_text())
        self.assert_serves_without_database(server)
        self.postgres.thaw()
        self.wait_up(server)
        self.add_ads()
        self.wait_at_rest(server)
        self.psql("SELECT retry_rejected()")
        self.assert_stored(events)

    def test_full_of_connections(self) -> None:
        self.postgres = self.private_postgres(
            settings={"max_connections": "8", "superuser_reserved_connections": "5"})
        self.postgres.create_database(self.database)
        self.psql("CREATE ROLE client LOGIN; GRANT ALL ON SCHEMA public TO client")
        server = self.start_server(DB_CONN=self.conninfo().replace("user=postgres", "user=client"))
        self.wait_up(server)
        other = self.start_server(DB_CONN=self.conninfo().replace("user=postgres", "user=client"))
        other.wait_until(lambda: "database unreachable" in other.log_text())
        events = self.post(other, 0, 10)
        self.add_ads()
        server.stop()
        self.wait_up(other)
        self.wait_at_rest(other)
        self.psql("SELECT retry_rejected()")
        self.assert_stored(events)

    def role_with_sessions(self, limit: int) -> None:
        """For those to come: whoever is connected stays so."""
        self.psql(f"ALTER ROLE client CONNECTION LIMIT {limit}")

    def open_as_role(self, **env: str) -> Server:
        self.start_postgres()
        self.psql("CREATE ROLE client LOGIN; GRANT ALL ON SCHEMA public TO client")
        return self.open_server(DB_CONN=self.conninfo().replace("user=postgres", "user=client"), **env)

    def end_writer(self, server: Server) -> None:
        """It comes back."""
        connects = server.metrics().value("adtracker_db_connects_total", connection="writer")
        self.assertEqual(self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'client' "
                                   "AND query ~ 'claim_journal|ingest_batch'"), [("t",)])
        server.wait_until(lambda: server.metrics().value("adtracker_db_connects_total", connection="writer")
                          == connects + 1, 20)
        self.wait_up(server)

    def test_the_writer_is_the_first_to_get_a_session(self) -> None:
        """Of its own server the others give way, then the ads come before upkeep, and that before answers."""
        server = self.open_as_role()
        server.wait_until(lambda: server.metrics().total("adtracker_db_connects_total") == 5)
        events = []
        for limit in (4, 3, 2, 1):
            self.role_with_sessions(limit)
            self.end_writer(server)
            events += self.post(server, len(events), 10)
            self.wait_at_rest(server)
            wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'client'")
                       == str(limit), 20, f"{limit} sessions")  # pylint: disable=W0640
            if limit > 1:
                self.psql(f"INSERT INTO ads (image_url, target_url) VALUES ('https://x/{limit}', 'https://y')")
                self.wait_ads(server)
            answered = 200 if limit > 3 else 503
            server.wait_until(lambda: server.get(WINDOW).status == answered)  # pylint: disable=W0640
        self.role_with_sessions(-1)
        server.wait_until(lambda: server.get(WINDOW).status == 200)
        server.wait_until(lambda: server.get(WINDOW).json()["total_clicks"] == 20)
        self.assert_stored(events)

    def test_sessions_for_answers_of_another_server_give_no_way(self) -> None:
        server = self.open_as_role(DB_READ_CONN=self.conninfo().replace("user=postgres", "user=client"))
        server.wait_until(lambda: server.get(WINDOW).status == 200)
        server.wait_until(lambda: server.metrics().total("adtracker_db_connects_total") == 5)
        self.role_with_sessions(4)
        self.end_writer(server)
        for name in ("reader", "reader_2"):
            self.assertEqual(server.metrics().value("adtracker_db_connects_total", connection=name), 1)
        self.assertEqual(server.get(WINDOW).status, 200)


class Idle(DatabaseCase):
    """Sessions that end while nothing is in flight on them."""

    def test_each_connection_terminated_comes_back(self) -> None:
        server = self.open_server()
        for end in ("pg_terminate_backend(pid)", "pg_cancel_backend(pid)"):
            before = server.metrics()
            self.psql(f"SELECT {end} FROM pg_stat_activity WHERE application_name = "
                      "'video-ad-tracker' AND datname = current_database()")
            wanted = 1 if "terminate" in end else 0  # a cancel of nothing changes nothing
            for name in ("writer", "reader", "catalogue"):
                labels = {"connection": name}
                count = before.value("adtracker_db_connects_total", **labels) + wanted
                server.wait_until(lambda: server.metrics().value(  # pylint: disable=W0640
                    "adtracker_db_connects_total", **labels) == count)  # pylint: disable=W0640
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.psql("INSERT INTO ads (image_url, target_url) VALUES ('https://x', 'https://y')")
        self.wait_ads(server)
        server.wait_until(lambda: server.get(WINDOW).status == 200)

    def test_the_database_is_dropped_and_made_again(self) -> None:
        server = self.open_server()
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.postgres.psql(f'DROP DATABASE "{self.database}" WITH (FORCE)')
        self.wait_down(server)
        events += self.post(server, 10, 10)
        self.postgres.create_database(self.database)
        self.wait_up(server)
        # What the new database lacks comes again out of the journal, as far as that is kept.
        wait_until(lambda: self.value("SELECT count(*) FROM rejected_events") == "20")
        self.add_ads()
        self.psql("SELECT retry_rejected()")
        self.assert_stored(events)

    def test_a_session_timeout_of_the_server(self) -> None:
        self.postgres.psql(f'ALTER DATABASE "{self.database}" SET idle_session_timeout = 300')
        server = self.open_server()
        time.sleep(1)
        self.assertEqual(server.metrics().total("adtracker_db_connects_total"), 5)  # ours set it back
        events = self.post(server, 0, 20)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, 20)


class Stopping(DatabaseCase):
    """SIGTERM, with the database there and away."""

    def test_everything_is_flushed(self) -> None:
        server = self.open_server()
        events = self.post(server, 0, 500)
        self.assertEqual(server.stop(), 0)
        self.assert_stored(events)

    def test_a_request_in_hand_is_answered(self) -> None:
        server = self.open_server()
        event = Event(7, "click", 1)
        body = json.dumps(event.body()).encode()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", event.path, body)
        self.assertEqual(connection.getresponse().read(), b'{"status":"queued"}')
        self.assertEqual(server.stop(), 0)
        self.assert_stored([event])


if __name__ == "__main__":
    unittest.main()
