"""What the log says of a database that refuses: PostgreSQL's own words, once, and never a row's values."""
import time
import unittest

from db_support import DatabaseCase, SqlSession

from harness.server import Server

TRY_AGAIN_SECONDS = 2
WINDOW = "/ads/analytics?start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z"


class Log(DatabaseCase):
    def lines(self, server: Server, text: str) -> list:
        return [line for line in server.log_text().splitlines() if text in line]

    def test_a_schema_that_cannot_be_made_is_told_once_for_each_reason(self) -> None:
        self.psql("CREATE TABLE counts_minute (i int)")
        server = self.start_server()
        server.wait_until(lambda: "ingest paused" in server.log_text())
        time.sleep(3 * TRY_AGAIN_SECONDS)
        self.assertRegex(self.lines(server, "ingest paused")[0],
                         'sqlstate=42P07 relation "counts_minute" already exists')
        self.assertEqual(len(self.lines(server, "ingest paused")), 1)
        self.assertEqual(len(self.lines(server, "applying schema name=001")), 1)
        self.assertEqual(len(self.lines(server, "applying functions")), 1)
        self.psql("BEGIN; CREATE TABLE ingest_cursor (i int); DROP TABLE counts_minute; COMMIT")
        server.wait_until(lambda: 'relation "ingest_cursor" already exists' in server.log_text())
        time.sleep(2 * TRY_AGAIN_SECONDS)
        self.assertEqual(len(self.lines(server, "ingest paused")), 2)
        self.assertEqual(len(self.lines(server, "applying functions")), 2)  # the second reason's try
        self.psql("DROP TABLE ingest_cursor")
        self.wait_up(server)
        self.assertEqual(len(self.lines(server, "schema is up to date")), 1)

    def test_missing_rights_are_named(self) -> None:
        self.psql(f"CREATE ROLE mere_{self.database} LOGIN")
        server = self.start_server(
            DB_CONN=self.db_conn.replace("user=postgres", f"user=mere_{self.database}"))
        server.wait_until(lambda: "ingest paused" in server.log_text())
        self.assertIn("sqlstate=42501 permission denied for schema public", server.log_text())

    def test_a_session_that_is_ended_says_why(self) -> None:
        server = self.open_server()
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                  "'video-ad-tracker' AND datname = current_database()")
        server.wait_until(lambda: len(self.lines(server, "database unreachable")) == 5)
        for name in ("writer", "catalogue", "reader", "reader_2", "maintenance"):
            self.assertEqual(len(self.lines(
                server, f"name={name}: sqlstate=57P01 terminating connection due to administrator command")), 1)

    def test_a_session_that_is_ended_in_the_middle_of_a_batch_says_why(self) -> None:
        server = self.open_server()
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        self.post(server, 0, 1)
        server.wait_until(lambda: self.value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database()") == "1")
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                  "AND datname = current_database()")
        server.wait_until(lambda: self.lines(server, "database unreachable name=writer"))
        self.assertRegex(self.lines(server, "database unreachable name=writer")[0],
                         "sqlstate=57P01 terminating connection due to administrator command")
        lock.run("COMMIT")
        self.wait_at_rest(server)

    def test_a_refusal_that_goes_on_is_told_once(self) -> None:
        server = self.open_server()
        self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.psql(f'ALTER DATABASE "{self.database}" SET default_transaction_read_only = on')
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                  "'video-ad-tracker' AND datname = current_database()")
        server.wait_until(lambda: "read-only transaction" in server.log_text())
        connects = server.metrics().value("adtracker_db_connects_total", connection="writer")
        server.wait_until(lambda: server.metrics().value(
            "adtracker_db_connects_total", connection="writer") >= connects + 4, 30)
        unreachable = self.lines(server, "database unreachable name=writer")
        self.assertEqual(len(unreachable), 2, unreachable)  # it was ended, and it is read-only
        self.assertIn("sqlstate=25006 cannot execute", unreachable[1])
        self.assertLessEqual(len(self.lines(server, "connected name=writer")), 3)
        self.assertLessEqual(len(self.lines(server, "maintenance failed")), 1)

    def test_no_value_of_a_row_is_told(self) -> None:
        server = self.open_server()
        self.psql("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "PERFORM ('whisper' || NEW.playback_ms)::int; RETURN NEW; END $$; "
                  "CREATE TRIGGER tell BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION tell()")
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "video_playback_time": 777}).status, 202)
        self.wait_at_rest(server)
        self.assertIn("whisper777000", self.value("SELECT reason FROM rejected_events"))
        self.assertIn("sqlstate=22P02", server.log_text())
        self.assertNotIn("whisper", server.log_text())


class Questions(DatabaseCase):
    """GET /ads/analytics says why it has no answer, and the log says it once."""

    def start_as_role(self, sql: str = "") -> Server:
        role = f"asks_{self.database}"
        self.psql(f"CREATE ROLE {role} LOGIN; {sql.format(role)}")
        return self.start_server(DB_CONN=self.db_conn.replace("user=postgres", f"user={role}"))

    def assert_fails(self, server: Server, words: str, level: str, detail: str) -> None:
        for _ in range(5):
            answer = server.get(WINDOW)
            self.assertEqual((answer.status, answer.headers["Retry-After"] is None), (503, False))
            self.assertEqual(answer.json()["error"], words)
        told = f"{level} store: analytics failed: {detail}"
        self.assertEqual(server.log_text().count(told), 1, server.log_tail())
        self.assertEqual(server.log_text().count("warning store: analytics"), level == "warning")

    def test_before_the_schema_is_there(self) -> None:
        server = self.start_as_role()
        server.wait_until(lambda: "connected name=reader" in server.log_text())
        self.assert_fails(server, "the database does not have the schema yet", "info",
                          "sqlstate=42P01 relation \"events\" does not exist")

    def test_without_permission(self) -> None:
        server = self.start_as_role("GRANT CREATE ON SCHEMA public TO {0}")
        server.wait_until(lambda: server.get(WINDOW).status == 200)
        self.psql(f"REVOKE SELECT ON counts_late FROM asks_{self.database}")
        self.assert_fails(server, "the database denies permission", "warning",
                          "sqlstate=42501 permission denied for table counts_late")

    def test_without_a_database(self) -> None:
        server = self.start_server(DB_CONN="host=127.0.0.1 port=1")
        self.assert_fails(server, "the database is unreachable", "info", "the database is unreachable")


if __name__ == "__main__":
    unittest.main()
