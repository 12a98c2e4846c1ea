"""The whole life of a server under two dozen settings of its role and its database at once."""
import shutil
import subprocess
import unittest

from test_db_adoption import ODD_CLICKS, ORIGINAL_SCHEMA
from test_db_settings import HOSTILE, WINDOW, SettingsCase

from harness.case import BINARY

# Beside those that are set back: what functions and plans depend on. Only a superuser gives a role the last.
MORE = {
    "statement_timeout": "1ms",
    "xmloption": "document",
    "backslash_quote": "off",
    "escape_string_warning": "off",
    "default_toast_compression": "pglz",
    "enable_partition_pruning": "off",
    "enable_seqscan": "off",
    "enable_hashagg": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "on",
    "jit_above_cost": "0",
    "plpgsql.extra_errors": "strict_multi_assignment",
    "plpgsql.variable_conflict": "error",
}
OF_THE_DATABASE = {"DateStyle": "SQL, DMY", "TimeZone": "America/St_Johns", "lock_timeout": "1ms",
                   "default_transaction_isolation": "repeatable read"}


class Life(SettingsCase):
    def setUp(self) -> None:
        super().setUp()
        for name, value in {**HOSTILE, **MORE}.items():
            self.psql(f"ALTER ROLE {self.role} SET {name} = '{value}'")
        for name, value in OF_THE_DATABASE.items():
            parts = "', '".join(value.split(", "))
            self.psql(f"ALTER DATABASE \"{self.database}\" SET {name} = '{parts}'")

    def stored(self) -> int:
        return int(self.value("SELECT count(*) FROM events"))

    def test_adoption_events_retries_restart_import(self) -> None:
        self.psql(ORIGINAL_SCHEMA + ODD_CLICKS
                  + f"ALTER TABLE ads OWNER TO {self.role}; ALTER TABLE clicks OWNER TO {self.role}")
        adopted = int(self.value("SELECT count(*) FROM clicks"))
        server = self.start_as_role()
        self.wait_up(server)
        self.wait_ads(server)
        self.assertEqual(self.stored(), adopted)
        keyed = {"ad_id": 1, "ip": "10.0.0.1", "event_id": "o'nce \\"}
        for path in ("/ads/click", "/ads/click", "/ads/impression"):
            self.assertEqual(server.post(path, keyed).status, 202)
        self.post(server, 0, 40)
        self.wait_at_rest(server)
        self.assertEqual(self.stored(), adopted + 42)
        self.assertEqual(server.metrics().total("adtracker_events_duplicate_total"), 1)

        window = WINDOW.replace("2000", "1960")
        answer = server.get(window).json()
        self.assertEqual(answer["total_impressions"], 21)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (77, 'https://a.test', 'https://b.test')")
        server.wait_until(lambda: self.listed(server) == 6)
        server.stop()
        copy = self.directory() / "copy"
        shutil.copytree(server.journal, copy)
        server.start()
        self.wait_up(server)
        self.assertEqual(server.get(window).json(), answer)

        done = subprocess.run([str(BINARY), "--import", str(copy)], env=server.env,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("0 stored, 0 duplicate, 0 rejected, 43 known", done.stdout, done.stderr)
        self.psql("INSERT INTO rejected_events (journal, sequence, kind, ad_id, occurred_at, video_playback_time, "
                  "reason) VALUES (gen_random_uuid(), 1, 'click', 77, now(), 3, 'unknown ad')")
        self.assertEqual(self.psql(f"SET statement_timeout = 0; SET ROLE {self.role}; SELECT retry_rejected()")[-1], ("1",))
        self.assertEqual(self.stored(), adopted + 43)
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
