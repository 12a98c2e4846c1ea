"""A database of the original service as somebody has changed it: taken over right, or refused in words."""
import re
import unittest

from db_support import DatabaseCase

from harness.server import Server

ADS = "CREATE TABLE ads (id {id} PRIMARY KEY, image_url text NOT NULL, target_url text NOT NULL{more});"
CLICKS = ("CREATE TABLE clicks (id serial PRIMARY KEY, ad_id integer, timestamp timestamp, ip varchar(45), "
          "video_playback_time integer{more});")
ONE_AD = "INSERT INTO ads (id, image_url, target_url) VALUES (7, 'https://x.test/7', 'https://x.test');"
ONE_CLICK = ("INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time) "
             "VALUES (7, '2025-04-20 10:00:00', '10.0.0.1', 3);")


class Changed(DatabaseCase):
    def held_words(self, server: Server) -> str:
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1, 20)
        found = re.findall(r"ingest paused, needs attention: (.*)", server.log_text())
        self.assertEqual(len(found), 1)
        return found[0]

    def test_other_types_are_refused_and_go_on_once_mended(self) -> None:
        self.psql("CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN flag AS integer;"
                  + ADS.format(id="serial", more=", active flag DEFAULT 1, starts_at text, duration_ms numeric, mood mood")
                  + CLICKS.format(more="") + ONE_AD + ONE_CLICK)
        server = self.start_server()
        words = self.held_words(server)
        for part in ("ads.active is flag, not boolean",
                     "ads.duration_ms is numeric, not integer",
                     "ads.starts_at is text, not timestamp with time zone"):
            self.assertIn(part, words)
        self.assertNotIn("mood", words)
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "1")
        self.assertEqual(self.value("SELECT relkind FROM pg_class WHERE relname = 'clicks'"), "r")
        self.assertEqual(server.post("/ads/click", {"ad_id": 7, "ip": "::1"}).status, 202)
        self.psql("ALTER TABLE ads DROP active, DROP duration_ms, DROP starts_at")
        self.wait_up(server, 40)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "2")
        self.assert_counts_agree()

    def test_ids_that_are_no_numbers(self) -> None:
        for kind in ("uuid", "text", "numeric"):
            with self.subTest(kind):
                self.psql("DROP TABLE IF EXISTS ads; " + ADS.format(id=kind, more=""))
                server = self.start_server()
                self.assertIn(f"ads.id is {kind}, not integer", self.held_words(server))
                server.stop()

    def test_columns_of_clicks(self) -> None:
        for more, words in ((", campaign text", "clicks.campaign would be lost: it has no place in events"),
                            (", \"Odd one\" integer", "clicks.\"Odd one\" would be lost: it has no place in events")):
            with self.subTest(more):
                self.psql("DROP TABLE IF EXISTS clicks, ads; " + ADS.format(id="serial", more="")
                          + CLICKS.format(more=more))
                server = self.start_server()
                self.assertIn(words, self.held_words(server))
                server.stop()
        self.psql("DROP TABLE clicks; CREATE TABLE clicks (id serial, ad_id uuid, timestamp text, ip inet)")
        words = self.held_words(self.start_server())
        for part in ("clicks.ad_id is uuid, not integer", "clicks.ip is inet, not text",
                     "clicks.\"timestamp\" is text, not timestamp",
                     "clicks.video_playback_time is missing"):
            self.assertIn(part, words)

    def test_something_else_of_that_name(self) -> None:
        for sql, words in (("CREATE VIEW ads AS SELECT 1 AS id", "ads is a view"),
                           ("CREATE MATERIALIZED VIEW clicks AS SELECT 1 AS id", "clicks is a materialized view"),
                           ("CREATE TABLE impressions (id integer)", "impressions is in the way")):
            with self.subTest(words):
                self.psql("DROP VIEW IF EXISTS ads; DROP MATERIALIZED VIEW IF EXISTS clicks; " + sql)
                server = self.start_server()
                self.assertIn(words, self.held_words(server))
                server.stop()

    def test_types_that_stand_for_ours(self) -> None:
        self.psql("CREATE DOMAIN url AS varchar(200); CREATE TYPE form AS ENUM ('video/mp4');"
                  "CREATE TABLE ads (id bigint PRIMARY KEY, image_url url, target_url char(20), title name, "
                  "video_type form, video_width smallint, video_height bigint, starts_at timestamp, ends_at date);"
                  "INSERT INTO ads VALUES (4294967303, 'https://x.test/8', 'https://x.test', NULL, NULL, NULL, NULL, NULL, NULL), (7, 'https://x.test/7', 'https://x.test', 'seven', 'video/mp4', 640, 360, "
                  "'2025-01-01 12:00:00', '2100-01-01');")
        server = self.start_server()
        self.wait_up(server)
        server.wait_until(lambda: server.get("/ads").status == 200)
        ads = server.get("/ads").json()
        self.assertEqual([ad["id"] for ad in ads], [7])
        ad = ads[0]
        self.assertEqual((ad["image_url"], ad["target_url"].strip(), ad["title"]),
                         ("https://x.test/7", "https://x.test", "seven"))
        self.assertEqual((ad["starts_at"], ad["ends_at"]), ("2025-01-01T12:00:00Z", "2100-01-01T00:00:00Z"))
        self.assertIn("ad left out id=4294967303", server.log_text())
        self.assertEqual(server.post("/ads/click", {"ad_id": 7, "ip": "::1"}).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "1")

    def test_rights_and_what_ends_with_the_table(self) -> None:
        names = {name: f"{name}_{self.database}" for name in ("reader", "editor", "owner")}
        for name in names.values():
            self.psql(f"CREATE ROLE {name}")
            self.addCleanup(self.postgres.psql, f"DROP ROLE {name}")
            self.addCleanup(self.postgres.psql, f"DROP OWNED BY {name}", self.database)
        self.psql(ADS.format(id="serial", more="") + CLICKS.format(more=", CHECK (video_playback_time < 9000)")
                  + ONE_AD + ONE_CLICK +
                  f"ALTER TABLE clicks OWNER TO {names['owner']}; GRANT SELECT ON clicks TO {names['reader']}; "
                  f"GRANT SELECT (ad_id) ON clicks TO PUBLIC; "
                  f"GRANT INSERT, DELETE, SELECT ON clicks TO {names['editor']} WITH GRANT OPTION; "
                  "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
                  "CREATE TRIGGER told AFTER INSERT ON clicks FOR EACH ROW EXECUTE FUNCTION tell(); "
                  "CREATE RULE quiet AS ON UPDATE TO clicks DO INSTEAD NOTHING; "
                  "CREATE PUBLICATION stream FOR TABLE clicks;")
        server = self.start_server()
        self.wait_up(server)
        may = lambda role, right: self.value(  # noqa: E731 pylint: disable=C3001
            f"SELECT has_table_privilege('{role}', 'clicks', '{right}')")
        self.assertEqual([may(names["reader"], right) for right in ("SELECT", "INSERT", "DELETE")], ["t", "f", "f"])
        self.assertEqual([may(names["editor"], right) for right in
                          ("SELECT", "INSERT WITH GRANT OPTION", "DELETE", "UPDATE")], ["t", "t", "t", "f"])
        self.assertEqual(may(names["owner"], "DELETE"), "t")
        self.assertEqual(self.value("SELECT has_column_privilege('public', 'clicks', 'ad_id', 'SELECT')"), "t")
        self.psql(f"SET ROLE {names['editor']}; INSERT INTO clicks (ad_id, ip) VALUES (7, '10.0.0.9'); "
                  "DELETE FROM clicks WHERE ip = '10.0.0.1'")
        self.assertEqual(self.value("SELECT ip FROM clicks"), "10.0.0.9")
        self.assert_counts_agree()
        gone = re.findall(r"warning store: clicks becomes a view: (.*) of the table is gone", server.log_text())
        self.assertEqual(sorted(gone), ["check clicks_video_playback_time_check", "publication stream", "rule quiet",
                                        "trigger told"])


if __name__ == "__main__":
    unittest.main()
