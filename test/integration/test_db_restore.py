"""A dump of a live database, restored as another one: a server goes on in it, and counts stay exact."""
import subprocess
import unittest

from db_support import DatabaseCase, Load
from test_db_adoption import CLICKS, ORIGINAL_SCHEMA
from test_db_adoption_faults import CLICK_ROWS

from harness.server import Server

OBJECTS = """
SELECT c.oid::regclass::text, relkind::text, relreplident::text, relacl::text, pg_get_expr(relpartbound, c.oid)
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind <> 'S'
UNION ALL SELECT oid::regprocedure::text, prosecdef::text, prosrc, proacl::text, proconfig::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace ORDER BY 1"""

DAYS = "SELECT parent, b.* FROM (VALUES ('events'), ('event_keys'), ('counts_minute')) AS t (parent), " \
       "partition_bounds(parent) AS b ORDER BY 1, 3, 4"


class Restore(DatabaseCase):
    def restore(self, server: Server) -> None:
        """Into a new database, which is this test's and the server's from now on."""
        dump = subprocess.run([str(self.postgres.bin / "pg_dump"), "-d", self.db_conn], capture_output=True, text=True,
                              timeout=60, check=True).stdout
        self.database += "_again"
        self.db_conn = self.postgres.create_database(self.database)
        self.psql(dump)
        server.env["DB_CONN"] = self.db_conn

    def go_on(self, server: Server) -> None:
        before = server.log_text()
        server.start()
        self.wait_up(server)
        self.wait_ads(server)
        since = server.log_text()[len(before):]
        for words in ("applying", " error ", "converting"):
            self.assertNotIn(words, since)

    def test_a_server_goes_on(self) -> None:
        self.stay_in_one_day()
        self.psql(ORIGINAL_SCHEMA + CLICK_ROWS)
        server = self.open_server(JOURNAL_KEEP_SECONDS="3600")
        for n in range(4):
            self.assertEqual(server.post("/ads/click", {"ad_id": 1, "video_playback_time": 1000 + n // 2,
                                                        "event_id": f"e{n // 2}"}).status, 202)
        self.post(server, 0, 100)
        self.wait_at_rest(server)
        self.wait_maintained()
        server.stop()
        clicks, objects, days = self.psql(CLICKS), self.psql(OBJECTS), self.psql(DAYS)
        self.restore(server)
        self.assertEqual((self.psql(CLICKS), self.psql(OBJECTS)), (clicks, objects))
        self.go_on(server)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "event_id": "e0"}).status, 202)
        self.post(server, 100, 50)
        self.psql("INSERT INTO clicks (ad_id, video_playback_time) VALUES (2, 2000); "
                  "DELETE FROM clicks WHERE video_playback_time = 30 AND id = 1")
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(3 + 2 + 150 + 1 - 1))
        self.assertEqual(self.value("SELECT count(*) - count(DISTINCT id) FROM events"), "0")
        self.assertEqual(self.value("SELECT duplicate[1] FROM ingest_cursor"), "3")
        self.assertEqual(self.value("SELECT maintain()"), "f")
        self.assertEqual(self.psql(DAYS), days)
        self.assert_counts_agree()

    def test_a_dump_under_load_is_of_one_moment(self) -> None:
        server = self.open_server(JOURNAL_KEEP_SECONDS="3600")
        load = Load(self, [server]).start()
        load.wait_accepted(300)
        self.restore(server)
        load.wait_accepted(300)
        accepted = load.stop()
        self.assert_counts_agree()
        self.assertEqual(self.value("SELECT count(*) = (SELECT sum(s) FROM ingest_cursor, unnest(stored) AS s) "
                                    "FROM events"), "t")
        server.stop()
        self.go_on(server)
        server.wait_until(lambda: self.value("SELECT count(*) FROM events") == str(len(accepted)))
        self.assert_stored(accepted)  # the journal still has what came after the dump

    def test_rejected_events_come_along(self) -> None:
        server = self.open_server()
        self.psql("INSERT INTO rejected_events (journal, sequence, kind, verdict, flags, ad_id, detail, quantity, "
                  "received_at, occurred_at, playback_ms, reason) "
                  "VALUES (gen_random_uuid(), 1, 'click', 0, 0, 9, 0, 1, now(), now(), 3000, 'unknown ad')")
        server.stop()
        self.restore(server)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (9, 'x', 'y')")
        self.go_on(server)
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
