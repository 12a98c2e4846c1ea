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
        self.psql("ALTER TABLE events ADD CHECK (video_playback_time <> 777)")
        for seconds in (1, 777, 2):
            self.assertEqual(
                server.post("/ads/click", {"ad_id": 1, "video_playback_time": seconds}).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.psql("SELECT video_playback_time FROM rejected_events"), [("777",)])
        self.assertEqual(self.connects(server), dict.fromkeys(CONNECTIONS, 1))


if __name__ == "__main__":
    unittest.main()
