"""The whole life of a server under two dozen settings of its role and its database at once: all answers,
and all that is stored, are as without them."""
import json
import shutil
import subprocess
import unittest
from typing import Any, Dict, List, NamedTuple

from import_support import ImportCase
from test_db_adoption import ORIGINAL_SCHEMA

from harness.server import Server

AT_ONCE_SECONDS = 10  # far below the poll of 30 s

ROLE = {
    "DateStyle": "SQL, DMY", "IntervalStyle": "iso_8601", "client_min_messages": "debug5",
    "lock_timeout": "1", "statement_timeout": "5", "idle_session_timeout": "300",
    "idle_in_transaction_session_timeout": "1", "default_transaction_deferrable": "on",
    "plpgsql.variable_conflict": "use_column", "plpgsql.extra_errors": "all", "plpgsql.extra_warnings": "all",
    "plpgsql.check_asserts": "off", "row_security": "off", "exit_on_error": "on", "synchronous_commit": "local",
    "enable_hashjoin": "off", "enable_nestloop": "off", "enable_indexscan": "off", "enable_bitmapscan": "off",
    "enable_partition_pruning": "off", "constraint_exclusion": "on", "plan_cache_mode": "force_generic_plan",
    "check_function_bodies": "off", "session_replication_role": "origin", "log_statement": "ddl",
    "default_table_access_method": "heap", "client_encoding": "latin1", "work_mem": "64",
}
DATABASE = {  # jit would compile each plan that the enable_* make dear, for minutes
    "TimeZone": "<-03:33>+03:33", "standard_conforming_strings": "off", "escape_string_warning": "off",
    "backslash_quote": "on", "extra_float_digits": "-15", "array_nulls": "off", "bytea_output": "escape",
    "quote_all_identifiers": "on", "default_transaction_isolation": "serializable", "xmloption": "document",
    "xmlbinary": "hex", "transform_null_equals": "on", "enable_seqscan": "off", "enable_sort": "off",
    "enable_hashagg": "off", "jit": "off", "default_toast_compression": "pglz",
    "from_collapse_limit": "1", "join_collapse_limit": "1",
    "lc_numeric": "C", "timezone_abbreviations": "Australia", "default_statistics_target": "1",
    "vacuum_freeze_min_age": "0", "cursor_tuple_fraction": "0.01", "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0", "min_parallel_table_scan_size": "0", "force_parallel_mode": "on",
}

CLICKS = """
INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time) VALUES
    (1, '2025-03-04 10:00:00.000001', '192.168.1.1', 30), (2, '2025-04-03 23:59:59', 'fe80::1%eth0', 0),
    (2, '1969-12-31 00:00:00', '2001:DB8::A', -7), (NULL, NULL, NULL, NULL), (3, 'infinity', '10.1.2.3/8', 9);
"""
WINDOWS = ("start=2025-03-04T00:00:00Z&end=2025-03-05T00:00:00Z", "start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z",
           "start=2025-03-04T10:00:00.000001Z&end=2025-04-03T23:59:58.999999Z",
           "start=1900-01-01T00:00:00Z&end=2100-01-01T00:00:00%2B03:33&ad_id=2")
SEEN = {  # what is stored, but for when it was
    "events": "SELECT kind, ad_id, coalesce(ip_text, ip::text), playback_ms, count(*) FROM events "
              "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "adopted": "SELECT id, extract(epoch FROM \"timestamp\"), ip FROM clicks "
               "WHERE \"timestamp\" < '2026-01-01' OR NOT isfinite(\"timestamp\") OR ad_id IS NULL ORDER BY 1",
    "counts": "SELECT ad, kind, events, playback_ms FROM generate_series(1, 5) AS ad, "
              "analytics_totals('0001-01-01', '9999-01-01', ad) WHERE events <> 0 ORDER BY 1, 2",
    "rejected": "SELECT kind, ad_id, host(ip), substr(key::text, 15), reason FROM rejected_events ORDER BY sequence",
    "keys": "SELECT substr(key::text, 15), count(*) FROM event_keys GROUP BY 1 ORDER BY 1",
    "cursor": "SELECT stored[:2], duplicate[:2], rejected FROM ingest_cursor",
}


class Role(NamedTuple):
    name: str
    conninfo: str


class Life(ImportCase):
    """The calls are in the order of a life; what is seen after each goes into `seen`."""

    def begin(self, is_hostile: bool, original: str) -> Role:
        """A role and this test's database anew, where the original's tables are the role's."""
        self.database = f"{self.database[:20]}_{self.random.getrandbits(24):x}"
        self.db_conn = self.postgres.create_database(self.database)
        role = f"role_{self.database}"
        group = f"group_{self.database}"
        self.psql(f'CREATE ROLE {group}; CREATE ROLE {role} LOGIN IN ROLE {group}; '
                  f"GRANT CREATE, USAGE ON SCHEMA public TO {group}, {role}; SET ROLE {group}; {original}")
        for name, value in ({**ROLE, "role": group} if is_hostile else {}).items():
            self.psql(f"ALTER ROLE {role} SET {name} = '{value}'")
        for name, value in (DATABASE if is_hostile else {}).items():
            self.psql(f'ALTER DATABASE "{self.database}" SET {name} = \'{value}\'')
        if is_hostile:
            self.psql(f'ALTER DATABASE "{self.database}" SET search_path = "$user", public, pg_catalog')
        return Role(role, self.db_conn.replace("user=postgres", f"user={role}"))

    def as_role(self, role: Role, sql: str) -> str:
        """By hand, as somebody would who has the patience, and has read what isolation is wanted."""
        done = subprocess.run(
            [str(self.postgres.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", role.conninfo, "-c",
             "BEGIN ISOLATION LEVEL READ COMMITTED; SET statement_timeout = 0; SET lock_timeout = 0; "
             f"SET client_min_messages = warning; {sql}; COMMIT"],
            capture_output=True, text=True, timeout=60, check=False)
        words = [line for line in done.stderr.splitlines() if not line.startswith("DEBUG:")]
        self.assertEqual((done.returncode, words), (0, []), sql)
        return done.stdout

    def post_all(self, server: Server, name: str) -> List[int]:
        """Both kinds, with an event_id, twice the same, and without; IPv4, IPv6, none; an
        unknown ad; one that the database refuses."""
        statuses = []
        for n in range(24):
            event: Dict[str, Any] = {"ad_id": 1 + n % 3, "video_playback_time": n}
            if n % 3 > 0:
                event["ip"] = ("10.0.0.1", "2001:db8::1")[n % 2]
            if n % 4 > 0:
                event["event_id"] = f"{name} \\' \" é {n // 8}"
            if n == 20:
                event["ad_id"] = 78
            path = "/ads/" + ("click", "impression")[n // 4 % 2]
            body = json.dumps(event)
            statuses.append(server.post(path, body).status)
        self.wait_at_rest(server)
        return statuses

    def look(self, server: Server) -> Dict[str, Any]:
        self.assert_counts_agree()
        answers: List[Any] = [server.get("/ads").body]
        for window in WINDOWS:
            answer = server.get(f"/ads/analytics?{window}")
            told = answer.json()
            for time in ("as_of", "complete_until"):
                self.assertIsNotNone(told["meta"].pop(time))
            answers.append((answer.status, told))
        return {"answers": answers, **{name: self.psql(sql) for name, sql in SEEN.items()}}

    def live(self, is_hostile: bool, original: str) -> Dict[str, Any]:
        role = self.begin(is_hostile, original)
        server = self.start_server(DB_CONN=role.conninfo, SAMPLE_DATA="1", JOURNAL_KEEP_SECONDS="3600")
        self.wait_up(server)
        server.wait_until(lambda: self.listed(server) == 5)
        seen: Dict[str, Any] = {"start": self.look(server)}
        self.psql("ALTER TABLE events ADD CONSTRAINT refuse CHECK (playback_ms NOT IN (5000, 6000))")
        seen["statuses"] = self.post_all(server, "first")
        seen["stored"] = self.look(server)
        self.psql("ALTER TABLE events DROP CONSTRAINT refuse; "
                  "INSERT INTO ads (id, image_url, target_url) VALUES (78, 'https://x.example', 'https://y.example')")
        server.wait_until(lambda: self.listed(server) == 6, AT_ONCE_SECONDS)
        seen["calls"] = [self.as_role(role, f"SELECT {call}") for call in
                         ("retry_rejected()", "retry_rejected(1)", "maintain() IS NOT NULL", "close_minutes()",
                          "roll_up() IS NOT NULL", "fold_late() IS NOT NULL", "bring_over()", "inet_or_null('::1')")]
        seen["retried"] = self.look(server)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: self.listed(server) == 6)
        seen["statuses again"] = self.post_all(server, "second")
        seen["restarted"] = self.look(server)
        stranded = self.strand(server, 100, 20)
        copy = self.directory() / "copy"
        shutil.copytree(server.journal, copy)
        outcome = self.bring(copy, DB_CONN=role.conninfo)
        seen["imported"] = (len(stranded), outcome.stored, outcome.duplicate, outcome.rejected)
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: self.listed(server) == 6)
        self.wait_at_rest(server)
        seen["end"] = self.look(server)
        self.assertNotIn(" error ", server.log_text())
        self.assertNotRegex(server.log_text(), "not loaded: sqlstate=(?!55P03)")  # a busy machine waits for a lock
        return seen

    def assert_same_life(self, original: str) -> Dict[str, Any]:
        plain = self.live(False, original)
        hostile = self.live(True, original)
        for time in plain:
            with self.subTest(time):
                self.assertEqual(hostile[time], plain[time])
        self.assertEqual(plain["imported"], (20, 20, 0, 0))
        self.assertEqual((set(plain["statuses"]), set(plain["statuses again"])), ({202, 404}, {202}))
        self.assertEqual((len(plain["stored"]["rejected"]), len(plain["retried"]["rejected"])), (2, 0))
        return plain

    def test_with_the_sample_data(self) -> None:
        self.assert_same_life("")

    def test_with_the_original_database(self) -> None:
        """Whose times somebody has given a zone."""
        seen = self.assert_same_life(ORIGINAL_SCHEMA + CLICKS + "ALTER TABLE clicks ALTER \"timestamp\" TYPE "
                                     "timestamptz USING \"timestamp\" AT TIME ZONE 'UTC';")
        self.assertEqual(len(seen["start"]["adopted"]), 5)


if __name__ == "__main__":
    unittest.main()
