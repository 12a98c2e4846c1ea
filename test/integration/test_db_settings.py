"""Settings that a role or a database brings along: those that would break a session are set back, and
those that are meant to stop it are noticed when they are gone."""
import time
import unittest
from typing import Dict

from db_support import DatabaseCase

from harness.server import Server

CONNECTIONS = ("writer", "catalogue", "reader")
WINDOW = "/ads/analytics?start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z"

# Each of them changes what a session does, or ends it.
HOSTILE: Dict[str, str] = {
    "idle_session_timeout": "400ms",
    "idle_in_transaction_session_timeout": "1ms",
    "lock_timeout": "1ms",
    "exit_on_error": "on",
    "client_min_messages": "debug5",
    "DateStyle": "German",
    "TimeZone": "Asia/Kathmandu",
    "IntervalStyle": "sql_standard",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "standard_conforming_strings": "off",
    "array_nulls": "off",
    "quote_all_identifiers": "on",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "row_security": "off",
    "transform_null_equals": "on",
    "synchronous_commit": "off",
}
RECENT = {"transaction_timeout": "1ms", "restrict_nonsystem_relation_kind": "view, foreign-table"}


class SettingsCase(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.role = f"role_{self.database}"
        self.psql(f'CREATE ROLE {self.role} LOGIN; GRANT ALL ON DATABASE "{self.database}" TO {self.role}; '
                  f"GRANT ALL ON SCHEMA public TO {self.role}")

    def set_role(self, name: str, value: str) -> None:
        self.psql(f"ALTER ROLE {self.role} SET {name} = {value}")

    def start_as_role(self, **env: str) -> Server:
        return self.start_server(
            DB_CONN=self.db_conn.replace("user=postgres", f"user={self.role}"), **env)

    def connects(self, server: Server) -> Dict[str, float]:
        metrics = server.metrics()
        return {name: metrics.value("adtracker_db_connects_total", connection=name) for name in CONNECTIONS}

    def assert_works(self, server: Server) -> None:
        """What each of the three sessions is for."""
        self.wait_up(server)
        if self.value("SELECT count(*) FROM ads") == "0":
            self.add_ads()
        self.wait_ads(server)
        before = int(self.value("SELECT count(*) FROM events"))
        self.post(server, before, 20)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(before + 20))
        server.wait_until(lambda: server.get(WINDOW).status == 200)
        self.assertEqual(server.get(WINDOW).json()["total_clicks"], before // 2 + 10)
        self.assert_counts_agree()


class SetBack(SettingsCase):
    def test_idle_sessions_stay(self) -> None:
        self.set_role("idle_session_timeout", "300")
        server = self.start_as_role()
        self.assert_works(server)
        time.sleep(1)
        self.assertEqual(self.connects(server), dict.fromkeys(CONNECTIONS, 1))
        self.assert_works(server)

    def test_what_would_change_a_session_does_not(self) -> None:
        known = {name for name, in self.psql("SELECT name FROM pg_settings")}
        settings = {**HOSTILE, **{name: value for name, value in RECENT.items() if name in known}}
        for name, value in settings.items():
            self.set_role(name, "'" + value.replace(", ", "', '") + "'")
        server = self.start_as_role()
        self.assert_works(server)
        self.psql("UPDATE ads SET ends_at = now() + interval '1 s' WHERE id = 2")
        server.wait_until(lambda: self.listed(server) == 2)
        time.sleep(1)
        self.assertEqual(self.connects(server), dict.fromkeys(CONNECTIONS, 1))
        self.assertNotIn("database unreachable", server.log_text())

    def test_a_refused_event_ends_no_session(self) -> None:
        self.set_role("exit_on_error", "on")
        server = self.start_as_role()
        self.assert_works(server)
        self.psql("ALTER TABLE events ADD CHECK (playback_ms <> 777000)")
        for seconds in (1, 777, 2):
            self.assertEqual(
                server.post("/ads/click", {"ad_id": 1, "video_playback_time": seconds}).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.psql("SELECT playback_ms FROM rejected_events"), [("777000",)])
        self.assertEqual(self.connects(server), dict.fromkeys(CONNECTIONS, 1))


class Noticed(SettingsCase):
    """A session has its role's settings as they were when it was opened: what they forbid fails until
    the session is opened anew."""

    NOTICED_SECONDS = 30  # the renewals are 5, 15 and 35 s after the first failure, which is not long ago
    RENEWALS_MAX = 4

    def end_sessions(self) -> None:
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                  "'video-ad-tracker' AND datname = current_database()")

    def reset(self, name: str) -> None:
        self.psql(f"ALTER ROLE {self.role} RESET {name}")

    def assert_goes_on(self, server: Server, before: Dict[str, float]) -> None:
        self.wait_up(server, self.NOTICED_SECONDS)
        server.wait_until(lambda: self.listed(server) == int(self.value("SELECT count(*) FROM ads")),
                          self.NOTICED_SECONDS)
        server.wait_until(lambda: server.get(WINDOW).status == 200, self.NOTICED_SECONDS)
        for name, connects in self.connects(server).items():
            self.assertLessEqual(connects - before[name], self.RENEWALS_MAX, name)

    def test_an_empty_database_in_which_nothing_could_be_written(self) -> None:
        self.set_role("default_transaction_read_only", "on")
        server = self.start_as_role()
        server.wait_until(lambda: "ingest paused" in server.log_text())
        self.assertIn("sqlstate=25006 cannot execute", server.log_text())
        self.reset("default_transaction_read_only")
        self.assert_goes_on(server, self.connects(server))
        self.assert_works(server)

    def test_a_search_path_that_leads_nowhere(self) -> None:
        self.set_role("search_path", "nowhere")
        server = self.start_as_role()
        server.wait_until(lambda: "ingest paused" in server.log_text())
        self.assertEqual((server.get("/ads").status, server.get(WINDOW).status), (503, 503))
        self.reset("search_path")
        self.assert_goes_on(server, self.connects(server))
        self.assert_works(server)

    def test_sessions_that_came_back_under_other_settings(self) -> None:
        server = self.start_as_role()
        self.assert_works(server)
        self.set_role("search_path", "nowhere")
        self.end_sessions()
        self.wait_down(server)
        server.wait_until(lambda: "ingest paused" in server.log_text())
        server.wait_until(lambda: server.get(WINDOW).status == 503)
        self.post(server, 20, 20)
        self.add_ads(2)
        self.assertEqual(self.listed(server), 3)
        self.reset("search_path")
        self.assert_goes_on(server, self.connects(server))
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(DISTINCT playback_ms) || ' ' || count(*) FROM events"),
                         "40 40")
        self.assert_counts_agree()

    def test_a_batch_that_only_this_session_may_not_store(self) -> None:
        """Its session opens: it is the batch that is refused, and held."""
        server = self.start_as_role()
        self.assert_works(server)
        self.psql("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "IF current_setting('our.tenant', true) = 'another' THEN "
                  "RAISE 'not yours' USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$; "
                  "CREATE TRIGGER tell BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION tell()")
        self.set_role("our.tenant", "another")
        self.end_sessions()
        self.wait_down(server)
        self.wait_up(server)
        self.post(server, 20, 20)
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.post(server, 40, 20)
        before = self.connects(server)
        time.sleep(12)  # it is opened anew, and held as before
        self.assertGreater(self.connects(server)["writer"], before["writer"])
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 1)
        self.assertEqual(server.log_text().count("ingest paused"), 1)
        self.assertNotIn("ingest resumed", server.log_text())
        self.reset('"our.tenant"')
        self.assert_goes_on(server, self.connects(server))
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(DISTINCT playback_ms) || ' ' || count(*) FROM events"),
                         "60 60")
        self.assertEqual(server.log_text().count("ingest resumed"), 1)
        self.assert_books(server, 60)
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
