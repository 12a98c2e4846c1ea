"""The schema is brought up to date at the start: once, whole, and never over a changed past."""
import unittest

from db_support import DatabaseCase, SqlSession
from schema_support import NUMBERED, lock_key

from harness.process import wait_until
from harness.server import Server

FILES = [path.name for path in NUMBERED]
IN_ORDER = [path.name for path in sorted(NUMBERED, key=lambda path: path.parent.name == "data")]

# Everything there is, of the catalogues' words; what differs from run to run (OIDs) is not in it.
WHOLE_SCHEMA = """
SELECT c.relname, c.relkind, c.relnatts, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
UNION ALL SELECT p.proname, 'f', p.pronargs, md5(p.prosrc) FROM pg_proc p
WHERE p.pronamespace = quote_ident(current_schema())::regnamespace ORDER BY 1, 2, 3, 4"""


class Schema(DatabaseCase):
    def open(self, **env: str) -> Server:
        server = self.start_server(**env)
        self.wait_up(server)
        return server

    def applied(self) -> list:
        return [name for name, in self.psql("SELECT name FROM schema_migrations ORDER BY version")]

    def test_an_empty_database(self) -> None:
        self.stay_in_one_day()
        server = self.open()
        self.assertEqual(self.applied(), FILES)
        self.wait_ads(server)
        self.assertEqual(server.get("/ads").json(), [])
        for view in ("clicks", "impressions"):
            self.assertEqual(
                self.psql("SELECT column_name, data_type FROM information_schema.columns "
                          f"WHERE table_name = '{view}' ORDER BY ordinal_position"),
                [("id", "bigint"), ("ad_id", "integer"), ("timestamp", "timestamp without time zone"),
                 ("ip", "text"), ("video_playback_time", "integer")])
        self.assertEqual([line.split("name=")[1] for line in server.log_text().splitlines()
                          if "applying schema" in line], IN_ORDER)
        self.assertEqual(server.log_text().count("applying functions version="), 1)
        self.wait_maintained()
        before = self.psql(WHOLE_SCHEMA)
        server.stop()
        again = self.open()
        self.assertEqual(self.psql(WHOLE_SCHEMA), before)
        self.assertEqual(self.applied(), FILES)
        self.assertNotIn("applying", again.log_text())

    def test_partitions_stand_ahead(self) -> None:
        """And behind, for what comes late: the default one stays empty."""
        self.stay_in_one_day()
        self.open()
        self.wait_maintained()
        for table, name, first, last in (("events", "events", -15, 7), ("events", "events_late", -15, 7),
                                         ("event_keys", "event_keys", -15, 16),
                                         ("counts_minute", "counts_minute", -2, 7)):
            self.assertEqual(
                self.psql("SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid "
                          f"WHERE inhparent = '{table}'::regclass AND relname ~ '^{name}_[0-9]+$' ORDER BY 1"),
                self.psql(f"SELECT '{name}_' || to_char(now() AT TIME ZONE 'UTC' + n * interval "
                          f"'1 day', 'YYYYMMDD') FROM generate_series({first}, {last}) n"))
            self.assertEqual(self.value(f"SELECT count(*) FROM {table}_default"), "0")

    def test_four_instances_at_once(self) -> None:
        servers = [self.server(SAMPLE_DATA="1") for _ in range(4)]
        for server in servers:
            server.launch()
        for server in servers:
            self.wait_until_live(server)
            self.wait_up(server)
        self.assertEqual(self.applied(), FILES)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "5")
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "5")
        self.assert_counts_agree()
        for server in servers:
            self.assertNotIn(" error ", server.log_text())

    def wait_until_live(self, server: Server) -> None:
        def is_live() -> bool:
            try:
                return server.get("/livez").status == 200
            except OSError:
                return False
        server.wait_until(is_live)

    def test_a_changed_file_is_refused_and_nothing_touched(self) -> None:
        self.open().stop()
        self.psql("UPDATE schema_migrations SET checksum = 'another' WHERE version = 1")
        self.psql("DELETE FROM schema_migrations WHERE version > 1; DROP TABLE rejected_events")
        before = self.psql(WHOLE_SCHEMA)
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertIn(FILES[0], server.log_text())
        self.assertIn("another text", server.log_text())
        self.assertEqual(server.metrics().value("adtracker_db_up"), 0)
        self.assertEqual(server.get("/livez").status, 200)
        self.assertEqual(self.psql(WHOLE_SCHEMA), before)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "0")

    def test_a_file_that_fails_leaves_nothing_behind(self) -> None:
        self.psql("CREATE TABLE ingest_cursor (in_the_way integer)")
        before = self.psql(WHOLE_SCHEMA)
        server = self.start_server()
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertIn("ingest_cursor", server.log_text())
        self.assertEqual(self.psql(WHOLE_SCHEMA), before)
        events = self.post(server, 0, 10)
        self.psql("DROP TABLE ingest_cursor")
        self.wait_up(server)
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)
        self.wait_at_rest(server)
        self.add_ads()
        self.psql("SELECT retry_rejected()")
        self.assert_stored(events)

    def test_a_newer_schema_is_worked_with(self) -> None:
        self.open().stop()
        self.psql(f"INSERT INTO schema_migrations VALUES ({len(FILES) + 1}, '9_later', 'x')")
        self.psql("ALTER TABLE ads ADD COLUMN later text")
        server = self.open_server(SAMPLE_DATA="1")
        self.assertIn("newer than this program", server.log_text())
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) - 5 FROM events"), str(len(events)))

    def test_an_instance_waits_for_another_however_long_it_takes(self) -> None:
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"BEGIN; SELECT pg_advisory_xact_lock({lock_key('migrate')})")
        server = self.start_server()
        wait_until(lambda: self.value("SELECT count(*) FROM pg_locks WHERE NOT granted "
                                      "AND locktype = 'advisory'") == "1")
        self.assertEqual(
            self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), "1")
        # Longer than any timeout of the session itself.
        session.run("SELECT pg_sleep(7.5)")
        self.assertEqual(server.metrics().total("adtracker_db_connects_total", connection="writer"), 1)
        session.run("COMMIT")
        self.wait_up(server)
        self.assertEqual(server.metrics().total("adtracker_db_connects_total", connection="writer"), 1)

    def test_every_isolation_level_by_default(self) -> None:
        for level in ("serializable", "repeatable read"):
            with self.subTest(level):
                self.database = f"{self.database}x"
                self.postgres.create_database(self.database)
                self.postgres.psql(f'ALTER DATABASE "{self.database}" '
                                   f"SET default_transaction_isolation = '{level}'")
                conninfo = self.postgres.conninfo(self.database)
                servers = [self.server(DB_CONN=conninfo, SAMPLE_DATA="1") for _ in range(2)]
                for server in servers:
                    server.launch()
                for server in servers:
                    self.wait_until_live(server)
                    self.wait_up(server)
                    self.wait_ads(server)
                    self.assertNotIn(" error ", server.log_text())
                for server in servers:
                    self.post(server, 0, 100)
                for server in servers:
                    self.wait_at_rest(server)
                    self.assertNotIn(" error ", server.log_text())
                self.assertEqual(self.value("SELECT count(*) FROM events"), "205")
                self.assert_counts_agree()

    def test_a_role_that_may_not_create(self) -> None:
        self.open().stop()
        self.psql(f"""
            CREATE ROLE "{self.database}" LOGIN;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{self.database}";
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{self.database}";
            INSERT INTO ads (image_url, target_url) VALUES ('https://x', 'https://y')""")
        conninfo = self.db_conn.replace("user=postgres", f"user={self.database}")
        for sample_data in ("0", "1"):
            with self.subTest(sample_data=sample_data):
                server = self.open_server(DB_CONN=conninfo, SAMPLE_DATA=sample_data)
                self.post(server, 0, 10, ads=1)
                self.wait_at_rest(server)
                self.assertEqual(server.metrics().total("adtracker_events_stored_total"), 10)
                self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)

    def test_a_server_without_fsync_is_warned_of(self) -> None:
        server = self.open()
        self.assertIn("fsync=off", server.log_text())
        safe = self.private_postgres(settings={"fsync": "on"})
        other = self.start_server(DB_CONN=safe.conninfo())
        self.wait_up(other)
        self.assertNotIn("fsync", other.log_text())

    def test_synchronous_commit_is_at_least_on(self) -> None:
        self.postgres.psql(f'ALTER DATABASE "{self.database}" SET synchronous_commit = off')
        server = self.open_server()
        # The writer's own setting, seen by a trigger on what it writes.
        self.psql("""
            CREATE TABLE seen (setting text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER UPDATE ON ingest_cursor EXECUTE FUNCTION see()""")
        self.post(server, 0, 1)
        self.wait_at_rest(server)
        self.assertEqual(self.psql("SELECT DISTINCT setting FROM seen"), [("on",)])


if __name__ == "__main__":
    unittest.main()
