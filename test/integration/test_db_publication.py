"""Databases whose changes are captured: a publication for all tables asks each for a replica identity."""
import unittest
from pathlib import Path

from db_support import DatabaseCase
from functions_support import JOURNAL, NONCE, ingest_sql, row
from test_db_adoption import CLICKS, ODD_CLICKS, ORIGINAL_SCHEMA

from harness.postgres import PrivatePostgres

PUBLICATION = "CREATE PUBLICATION everything FOR ALL TABLES;"
DUMP = Path(__file__).parent / "data/b5bbe86.sql"


class Published(DatabaseCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(settings={"wal_level": "logical"})
        cls.addClassCleanup(cls.postgres.destroy)
        cls.postgres.start()

    def assert_everything_works(self) -> None:
        """Where a publication is there and a server has been up: all that changes or deletes rows."""
        self.assertEqual(self.psql(
            "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relreplident = 'd' "
            "AND relnamespace = quote_ident(current_schema())::regnamespace "
            "AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)"), [])
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1001, 'x', 'y'), (1002, 'x', 'y')")
        day = self.value("SELECT (now() AT TIME ZONE 'UTC')::date + 4")
        self.psql(f"DROP TABLE events_{day.replace('-', '')}; "
                  "SELECT make_partition('event_keys', false, (now() AT TIME ZONE 'UTC')::date - 40 + n) "
                  "FROM generate_series(0, 2) AS n; "
                  f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}'); " + ingest_sql(
                      [row(n + 1, "click", ad_id, at, f"e{n}") for n, (ad_id, at) in enumerate(
                          (ad_id, at) for ad_id in (1001, 1002, 1003)
                          for at in (f"{day} 12:00+00", "2001-01-01 12:00+00", "2051-01-01 12:00+00"))]))
        while self.value("SELECT maintain()") == "t":
            pass
        self.assertEqual(self.value(f"SELECT count(*) FROM events_{day.replace('-', '')}"), "2")
        self.psql("INSERT INTO clicks (ad_id, timestamp) "
                  "VALUES (1001, now()), (1001, '2001-01-01'), (1001, 'infinity'); "
                  "UPDATE ads SET title = 't' WHERE id = 1002; DELETE FROM clicks WHERE ad_id = 1001")
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1003, 'x', 'y')")
        self.assertEqual(self.value("SELECT retry_rejected(1003, true)"), "3")
        self.assertEqual(self.value("SELECT retry_rejected(1002, true)"), "1")  # it came too late
        self.psql("UPDATE ingest_cursor SET stored_at = now() - interval '8 days'; "
                  "SELECT close_minutes(), roll_up(), fold_late(); UPDATE schema_functions SET digest = 'other'")
        self.assertEqual(self.value("SELECT count(*) FROM clicks WHERE ad_id IN (1002, 1003)"), "6")
        self.assert_counts_agree()
        again = self.start_server()
        self.wait_up(again)
        self.assertNotIn("maintenance failed", again.log_text())
        self.assertIn("applying functions", again.log_text())

    def open_and_stop(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.wait_maintained()
        self.assertNotIn("maintenance failed", server.log_text())
        server.stop()

    def test_before_the_first_start(self) -> None:
        for options in ("", "WITH (publish_via_partition_root = true)"):
            with self.subTest(options):
                self.psql(f"CREATE PUBLICATION everything FOR ALL TABLES {options}")
                self.open_and_stop()
                self.assert_everything_works()
            self.database += "r"
            self.db_conn = self.postgres.create_database(self.database)

    def test_after_it(self) -> None:
        self.open_and_stop()
        self.psql(PUBLICATION)
        self.assert_everything_works()

    def test_of_the_original_service(self) -> None:
        self.psql(PUBLICATION + ORIGINAL_SCHEMA + ODD_CLICKS)
        clicks = self.psql(CLICKS)
        self.open_and_stop()
        self.assertEqual(self.psql(CLICKS), clicks)
        self.assert_everything_works()

    def test_of_an_older_revision(self) -> None:
        for statements in ([PUBLICATION, DUMP.read_text()], [DUMP.read_text(), PUBLICATION]):
            for sql in statements:
                self.psql(sql)
            self.open_and_stop()
            self.assert_everything_works()
            self.database += "o"
            self.db_conn = self.postgres.create_database(self.database)

    def test_of_one_made_before_there_were_identities(self) -> None:
        self.open_and_stop()
        self.psql("SELECT format('ALTER TABLE %I REPLICA IDENTITY DEFAULT', relname) "
                  "FROM pg_class WHERE relreplident = 'f' AND relname ~ '^(events|schema_functions)' "
                  "\\gexec\nDELETE FROM schema_migrations WHERE name LIKE '%replica_identity%';" + PUBLICATION)
        self.open_and_stop()
        self.assert_everything_works()

    def test_what_is_captured(self) -> None:
        self.open_and_stop()
        self.psql(PUBLICATION + "INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time) "
                  "VALUES (7, '2001-01-01 12:00', '10.0.0.1', 30)")
        slot = f"s{self.database}"
        self.psql(f"SELECT pg_create_logical_replication_slot('{slot}', 'test_decoding')")
        self.psql("DELETE FROM clicks WHERE ad_id = 7")
        changes = self.psql(f"SELECT data FROM pg_logical_slot_get_changes('{slot}', NULL, NULL)")
        self.psql(f"SELECT pg_drop_replication_slot('{slot}')")
        deleted = [change for change, in changes if ": DELETE:" in change]
        self.assertEqual(len(deleted), 1, changes)
        self.assertIn("ad_id[integer]:7", deleted[0])


if __name__ == "__main__":
    unittest.main()
