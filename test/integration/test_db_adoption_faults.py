"""A database of the original service that somebody has changed: what can be taken over is, what cannot is
refused in words before anything is touched, and nothing is lost without a word."""
import unittest
from typing import List

from db_support import DatabaseCase
from test_db_adoption import CLICKS, ORIGINAL_SCHEMA

from harness.server import Server

CLICK_ROWS = """
INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time) VALUES
    (1, '2025-04-20', '192.168.1.1', 30), (2, '2025-04-21', '::1', 0), (NULL, NULL, NULL, NULL);
"""

# All that there is in the schema, and how its tables look.
OBJECTS = """
SELECT relname || relkind::text || coalesce(string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
                                                       ORDER BY attnum), '')
FROM pg_class c LEFT JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE relnamespace = 'public'::regnamespace GROUP BY c.oid
UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"""


class ChangedCase(DatabaseCase):
    def make_original(self, change: str, rows: str = CLICK_ROWS) -> None:
        self.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + ORIGINAL_SCHEMA + rows + change)

    @staticmethod
    def lines(server: Server, text: str) -> List[str]:
        return [line for line in server.log_text().splitlines() if text in line]

    def assert_refused(self, change: str, words: str) -> Server:
        """Nothing is touched, and events are accepted all the same. Returns the server."""
        self.make_original(change)
        before = self.psql(OBJECTS)
        server = self.start_server(SHUTDOWN_GRACE_SECONDS="1")
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertIn(words, self.lines(server, "ingest paused")[0])
        self.assertEqual(self.psql(OBJECTS), before)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "ip": "::1"}).status, 202)
        return server

    def adopt(self, change: str, rows: str = CLICK_ROWS) -> Server:
        self.make_original(change, rows)
        server = self.start_server()
        self.wait_up(server)
        self.wait_ads(server)
        return server


class Refused(ChangedCase):
    def assert_each(self, table: str, wrong: tuple) -> None:
        for column, kind, name, wanted in wrong:
            with self.subTest(column=column, kind=kind):
                quoted = f'"{column}"' if column == "timestamp" else column
                change = (f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column} CASCADE; "
                          f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
                self.assert_refused(
                    change, f"this schema cannot be used: {table}.{quoted} is {name}, not {wanted}"
                ).stop()

    def test_columns_of_ads(self) -> None:
        self.assert_each("ads", (
            ("id", "uuid PRIMARY KEY DEFAULT gen_random_uuid()", "uuid", "integer"),
            ("id", "text", "text", "integer"),
            ("id", "numeric", "numeric", "integer"),
            ("image_url", "json", "json", "text"),
            ("target_url", "bytea", "bytea", "text"),
            ("title", "jsonb", "jsonb", "text"),
            ("video_type", "text[]", "text[]", "text"),
            ("video_width", "text", "text", "integer"),
            ("video_height", "double precision", "double precision", "integer"),
            ("duration_ms", "interval", "interval", "integer"),
            ("active", "integer DEFAULT 1", "integer", "boolean"),
            ("active", "text", "text", "boolean"),
            ("starts_at", "bigint", "bigint", "timestamp with time zone"),
            ("ends_at", "time", "time without time zone", "timestamp with time zone"),
        ))

    def test_columns_of_clicks(self) -> None:
        self.assert_each("clicks", (
            ("id", "uuid DEFAULT gen_random_uuid()", "uuid", "integer"),
            ("ad_id", "text", "text", "integer"),
            ("timestamp", "text", "text", "timestamp"),
            ("timestamp", "bigint", "bigint", "timestamp"),
            ("ip", "inet", "inet", "text"),
            ("video_playback_time", "numeric", "numeric", "integer"),
            ("video_playback_time", "real", "real", "integer"),
        ))

    def test_domains_over_a_wrong_type(self) -> None:
        self.assert_refused("CREATE DOMAIN amount AS numeric; CREATE DOMAIN price AS amount; "
                            "ALTER TABLE ads ADD COLUMN duration_ms price",
                            "ads.duration_ms is price, not integer")

    def test_columns_that_are_missing_or_would_be_lost(self) -> None:
        for change, words in (
                ("ALTER TABLE ads DROP COLUMN target_url", "ads.target_url is missing"),
                ("ALTER TABLE clicks DROP COLUMN ip", "clicks.ip is missing"),
                ("ALTER TABLE clicks ADD COLUMN country text",
                 "clicks.country would be lost: it has no place in events")):
            with self.subTest(change):
                self.assert_refused(change, f"this schema cannot be used: {words}").stop()

    def test_other_things_in_the_place_of_tables(self) -> None:
        for change, words in (
                ("ALTER TABLE ads RENAME TO a; CREATE VIEW ads AS SELECT * FROM a", "ads is a view"),
                ("DROP TABLE clicks; CREATE VIEW clicks AS SELECT 1 AS id", "clicks is a view"),
                ("DROP TABLE clicks; CREATE TABLE clicks (id integer) PARTITION BY RANGE (id)",
                 "clicks is a partitioned table"),
                ("CREATE TABLE parent (id integer); ALTER TABLE clicks INHERIT parent", "clicks is a child"),
                ("CREATE VIEW impressions AS SELECT 1 AS id", "impressions is a view")):
            with self.subTest(change):
                self.assert_refused(change, "this schema cannot be used: " + words).stop()

    def test_rows_that_no_event_can_hold(self) -> None:
        for change, words in (
                ("ALTER TABLE clicks DROP CONSTRAINT clicks_ad_id_fkey, ALTER ad_id TYPE bigint; "
                 "UPDATE clicks SET ad_id = 2147483648 WHERE id = 1", "1 rows of clicks have no ad_id"),
                ("ALTER TABLE clicks ALTER video_playback_time TYPE bigint; UPDATE clicks SET "
                 "video_playback_time = -2147483649 WHERE id < 3", "2 rows of clicks have no video_playback_time"),
                ("ALTER TABLE clicks DROP CONSTRAINT clicks_pkey, ALTER id DROP NOT NULL; "
                 "UPDATE clicks SET id = NULL WHERE id = 2", "1 rows of clicks have no id")):
            with self.subTest(change):
                self.assert_refused(change, f"this schema cannot be used: {words} that an event can hold").stop()

    def test_what_depends_on_the_table(self) -> None:
        for change, words in (
                ("CREATE VIEW mine AS SELECT count(*) FROM clicks", "view mine"),
                ("CREATE MATERIALIZED VIEW mine AS SELECT count(*) FROM clicks", "materialized view mine"),
                ("CREATE TABLE bills (click_id integer REFERENCES clicks (id))",
                 "constraint bills_click_id_fkey on table bills"),
                ("CREATE TABLE bills (click clicks)", "column click of table bills"),
                ("CREATE TABLE bills (id integer DEFAULT nextval('clicks_id_seq'))",
                 "default value for column id of table bills"),
                ("CREATE TABLE more () INHERITS (clicks)", "default value for column id of table more, table more"),
                ("CREATE FUNCTION newest() RETURNS SETOF clicks LANGUAGE sql AS 'SELECT * FROM clicks'",
                 "function newest()"),
                ("CREATE FUNCTION price(clicks) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "function price(clicks)"),
                ("CREATE FUNCTION n() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM clicks; END",
                 "function n()")):
            with self.subTest(change):
                self.assert_refused(change, f"clicks becomes a view, and there depend on the table: {words}").stop()

    def test_row_security_is_not_lost(self) -> None:
        self.assert_refused("ALTER TABLE clicks ENABLE ROW LEVEL SECURITY", "clicks becomes a view, which has no row "
                            "security: policies would be lost")

    def test_it_goes_on_by_itself_and_says_each_thing_once(self) -> None:
        server = self.assert_refused("ALTER TABLE ads ADD COLUMN active integer DEFAULT 1; CREATE VIEW mine AS "
                                     "SELECT count(*) FROM clicks", "ads.active is integer, not boolean")
        self.post(server, 0, 5)
        self.assertEqual(server.stop(), 0)
        server.start()
        server.wait_until(lambda: len(self.lines(server, "ads.active is integer")) == 2, 30)
        self.psql("ALTER TABLE ads ALTER active DROP DEFAULT, ALTER active TYPE boolean USING active = 1, "
                  "ALTER active SET DEFAULT true")
        server.wait_until(lambda: self.lines(server, "depend on the table: view mine"), 30)
        self.post(server, 5, 5)
        self.psql("DROP VIEW mine")
        self.wait_up(server, 30)
        self.wait_ads(server)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "14")
        self.assert_counts_agree()
        for text in ("depend on the table", "applying schema name=001_schema", "ingest resumed"):
            self.assertEqual(len(self.lines(server, text)), 1, text)
        self.assertEqual(len(self.lines(server, "ads.active is integer")), 2)  # of two starts


class TakenOver(ChangedCase):
    def test_columns_of_ads_that_read_alike(self) -> None:
        """What is served, and whether the ad's events are stored."""
        url = "https://example.com/image1"
        for change, served in (
                ("ALTER TABLE ads ALTER id TYPE bigint", {}),
                ("ALTER TABLE clicks DROP CONSTRAINT clicks_ad_id_fkey; ALTER TABLE ads ALTER id TYPE smallint", {}),
                ("ALTER TABLE clicks DROP CONSTRAINT clicks_ad_id_fkey; CREATE DOMAIN ad_id AS integer "
                 "CHECK (value > 0); ALTER TABLE ads ALTER id TYPE ad_id", {}),
                ("CREATE DOMAIN url AS varchar(99) NOT NULL; ALTER TABLE ads ALTER image_url TYPE url", {}),
                ("CREATE TYPE media AS ENUM ('video/mp4'); ALTER TABLE ads ADD video_type media DEFAULT 'video/mp4'",
                 {"video_type": "video/mp4"}),
                ("ALTER TABLE ads ADD title varchar(3) DEFAULT 'abc'", {"title": "abc"}),
                ("ALTER TABLE ads ADD title name DEFAULT 'abc'", {"title": "abc"}),
                ("ALTER TABLE ads ADD duration_ms bigint DEFAULT 30000", {"duration_ms": 30000}),
                ("ALTER TABLE ads ADD video_width smallint DEFAULT 640", {"video_width": 640}),
                ("ALTER TABLE ads ADD ends_at timestamp DEFAULT '2130-01-02 03:04:05.000006'",
                 {"ends_at": "2130-01-02T03:04:05.000006Z"}),
                ("ALTER TABLE ads ADD starts_at date DEFAULT '2020-01-02'", {"starts_at": "2020-01-02T00:00:00Z"}),
                ("CREATE DOMAIN at AS timestamptz; ALTER TABLE ads ADD ends_at at DEFAULT '2130-01-02 00:00:00+02'",
                 {"ends_at": "2130-01-01T22:00:00Z"}),
                ("ALTER TABLE ads ADD active boolean DEFAULT true, ADD owner uuid DEFAULT gen_random_uuid()", {})):
            with self.subTest(change):
                server = self.adopt(change)
                self.assertEqual(server.get("/ads").json()[0],
                                 {"id": 1, "image_url": url, "target_url": "https://example.com/ad1", **served})
                self.post(server, 0, 6)
                self.wait_at_rest(server)
                self.assertEqual(self.value("SELECT count(*) FROM events WHERE playback_ms < 6000 AND id > 3"), "6")
                self.assert_counts_agree()
                server.stop()

    def test_ids_that_are_no_ad_of_ours(self) -> None:
        """The ad is left out, with a word, as it is of a table that becomes so later."""
        self.make_original("ALTER TABLE ads ALTER id TYPE bigint; INSERT INTO ads VALUES (2147483648, 'a', 'b')")
        server = self.start_server()
        server.wait_until(lambda: self.listed(server) == 5)
        self.assertEqual(len(self.lines(server, "ad left out id=2147483648 column=id: out of range")), 1)

    def test_columns_of_clicks_that_read_alike(self) -> None:
        self.make_original("")
        clicks = self.psql(CLICKS)
        for change in (
                "ALTER TABLE clicks ALTER id TYPE bigint, ALTER video_playback_time TYPE bigint",
                "ALTER TABLE clicks DROP CONSTRAINT clicks_ad_id_fkey, ALTER ad_id TYPE bigint, "
                "ALTER video_playback_time TYPE smallint",
                "CREATE DOMAIN ip AS text; ALTER TABLE clicks ALTER ip TYPE ip",
                "ALTER TABLE clicks ALTER ip TYPE char(45)",
                "ALTER TABLE clicks ALTER ip TYPE name",
                "ALTER TABLE clicks ALTER \"timestamp\" TYPE date",
                "ALTER TABLE clicks ALTER \"timestamp\" TYPE timestamptz USING \"timestamp\" AT TIME ZONE 'UTC'",
                "ALTER TABLE clicks ALTER \"timestamp\" TYPE timestamp(0)"):
            with self.subTest(change):
                server = self.adopt("SET timezone = 'Asia/Kathmandu'; " + change)
                self.assertEqual(self.psql(CLICKS), clicks)
                self.assertEqual(server.get("/ads/analytics?start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00Z")
                                 .json()["total_clicks"], 1)
                self.assert_counts_agree()
                server.stop()

    def test_functions_that_name_the_row_go_on(self) -> None:
        self.adopt("CREATE FUNCTION newest() RETURNS integer LANGUAGE plpgsql AS $$ DECLARE v clicks%ROWTYPE; w "
                   "clicks.ad_id%TYPE; BEGIN SELECT * INTO v FROM clicks ORDER BY id DESC LIMIT 1 OFFSET 1; "
                   "w := v.ad_id; INSERT INTO clicks (ad_id, ip) VALUES (w, v.ip) RETURNING id INTO v.id; RETURN v.id; "
                   "END $$")
        self.assertGreater(int(self.value("SELECT newest()")), 3)
        self.assertEqual(self.value("SELECT ip FROM clicks WHERE ad_id = 2 AND video_playback_time IS NULL"), "::1")

    def test_what_goes_with_the_table_is_named_once(self) -> None:
        server = self.adopt(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
            'CREATE TRIGGER "My Trigger" BEFORE INSERT ON clicks FOR EACH ROW EXECUTE FUNCTION f(); '
            "CREATE RULE my_rule AS ON UPDATE TO clicks DO ALSO NOTHING; "
            "ALTER TABLE clicks ADD CONSTRAINT my_check CHECK (video_playback_time >= 0); "
            "ALTER TABLE clicks ADD CONSTRAINT my_key UNIQUE (ip, \"timestamp\"); "
            "CREATE POLICY my_policy ON clicks USING (true); "
            f'CREATE PUBLICATION "p_{self.database}" FOR TABLE clicks')
        for what in ('trigger "My Trigger"', "rule my_rule", "check my_check", "constraint my_key",
                     "policy my_policy", f"publication p_{self.database}"):
            words = f"warning store: clicks becomes a view: {what} of the table is gone"
            self.assertEqual(len(self.lines(server, words)), 1, what)
        self.assertEqual(len(self.lines(server, "clicks becomes a view")), 6)
        server.stop()
        server.start()
        self.wait_up(server)
        self.assertEqual(len(self.lines(server, "clicks becomes a view")), 6)

    def test_an_untouched_original_gets_no_word(self) -> None:
        server = self.adopt("")
        self.assertEqual([line for line in self.lines(server, "warning")
                          if "fsync=off" not in line and "PUBLIC_URL" not in line], [])


class Grants(ChangedCase):
    def setUp(self) -> None:
        super().setUp()
        self.roles = {name: f"{name} {self.database}" for name in ("owner", "writer", "Reader", "part")}
        for role in self.roles.values():
            self.psql(f'CREATE ROLE "{role}"')
            self.addCleanup(self.psql, f'DROP ROLE "{role}"')
        for role in self.roles.values():
            self.addCleanup(self.psql, f'DROP OWNED BY "{role}" CASCADE')
        owner, writer, reader, part = (f'"{role}"' for role in self.roles.values())
        self.psql(ORIGINAL_SCHEMA + CLICK_ROWS +
                  f"ALTER TABLE clicks OWNER TO {owner}; GRANT USAGE, CREATE ON SCHEMA public TO {owner}; "
                  f"GRANT SELECT, INSERT ON clicks TO {writer}; "
                  f"GRANT SELECT ON clicks TO {reader} WITH GRANT OPTION; "
                  f"GRANT SELECT (id, ip) ON clicks TO {part} WITH GRANT OPTION; "
                  f"GRANT INSERT (ad_id, ip) ON clicks TO {part}; "
                  "GRANT SELECT (ad_id) ON clicks TO PUBLIC")
        self.rights = self.psql(self.rights_sql())
        self.wait_up(self.start_server())

    @staticmethod
    def rights_sql() -> str:
        """Of all roles on the table and on each of its columns, as far as a view has them."""
        return ("SELECT grantee, privilege_type, is_grantable FROM information_schema.table_privileges "
                "WHERE table_name = 'clicks' AND grantee <> 'postgres' UNION ALL "
                "SELECT grantee, column_name || ' ' || privilege_type, is_grantable "
                "FROM information_schema.column_privileges WHERE table_name = 'clicks' AND grantee <> 'postgres' "
                "ORDER BY 1, 2, 3")

    def run_as(self, name: str, sql: str) -> list:
        return self.psql(f'SET ROLE "{self.roles[name]}"; {sql}')

    def assert_denied(self, name: str, sql: str) -> None:
        with self.assertRaisesRegex(Exception, "permission denied"):
            self.run_as(name, sql)

    def test_rights_are_the_same(self) -> None:
        self.assertGreater(len(self.rights), 20)
        self.assertEqual(self.psql(self.rights_sql()), self.rights)

    def test_rights_suffice(self) -> None:
        self.run_as("writer", "INSERT INTO clicks (ad_id, ip) VALUES (1, '10.0.0.1'), (2, 'n/a')")
        self.run_as("part", "INSERT INTO clicks (ad_id, ip) VALUES (3, '10.0.0.3')")
        self.run_as("owner", "DELETE FROM clicks WHERE ad_id = 2")
        self.assertEqual(self.run_as("Reader", "SELECT count(*) FROM clicks"), [("4",)])
        self.assertEqual(self.run_as("part", "SELECT count(ip) FROM clicks"), [("3",)])
        self.run_as("Reader", f'GRANT SELECT ON clicks TO "{self.roles["part"]}"')
        self.run_as("owner", f'GRANT DELETE ON clicks TO "{self.roles["part"]}"')
        self.assert_counts_agree()

    def test_rights_are_no_more_than_they_were(self) -> None:
        for name, sql in (("writer", "DELETE FROM clicks"), ("Reader", "INSERT INTO clicks (ad_id) VALUES (1)"),
                          ("part", 'SELECT "timestamp" FROM clicks'), ("part", "INSERT INTO clicks (id) VALUES (9)"),
                          ("writer", "SELECT * FROM events"), ("owner", "DELETE FROM events"),
                          ("writer", "INSERT INTO impressions (ad_id) VALUES (1)"),
                          ("writer", f'GRANT SELECT ON clicks TO "{self.roles["part"]}"')):
            with self.subTest(name, sql=sql):
                if sql.startswith("GRANT"):  # a warning is all that PostgreSQL says
                    self.run_as(name, sql)
                    self.assert_denied("part", "SELECT * FROM clicks")
                else:
                    self.assert_denied(name, sql)


if __name__ == "__main__":
    unittest.main()
