"""A database and a full journal of the revision before ads had creatives: nothing is lost, none of it comes twice."""
import re
import unittest
from pathlib import Path

from db_support import DatabaseCase
from schema_support import brought_apart
from test_journal_formats import read_files

from harness.server import Server

DATA = Path(__file__).parent / "data"
FIRST = 7  # the first file that it lacks
EVENTS = "SELECT * FROM events WHERE id <= {} ORDER BY id"
TOO_LATE = "too late to tell a duplicate"  # what has a key, two weeks after this journal was written
WAITING, DUPLICATE, REJECTED = 36, 1, 7  # of the journal: one is stored already, the ad of seven is gone


class BeforeCreatives(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.psql((DATA / "bb1eb2d.sql").read_text())

    def lay(self, **env: str) -> Server:
        """A server, not started, on the journal."""
        server = self.server(JOURNAL_MAX_BYTES="65536", **env)
        for name, content in read_files(DATA / "journal_bb1eb2d.txt").items():
            (server.journal / name).write_bytes(content)
        return server

    def test_it_comes_over_with_its_journal(self) -> None:
        last = self.value("SELECT max(id) FROM events")
        before = self.psql(EVENTS.format(last))
        rejected = int(self.value("SELECT count(*) FROM rejected_events"))
        self.assertGreater(len(before), 120)
        server = self.lay().start()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.psql(EVENTS.format(last)), before)
        metrics = server.metrics()
        too_late = int(self.value(f"SELECT count(*) FROM rejected_events WHERE reason = '{TOO_LATE}'"))
        duplicate = metrics.total("adtracker_events_duplicate_total")
        kept = len(before) + WAITING - REJECTED - too_late - duplicate
        self.assertEqual(metrics.value("adtracker_events_replayed_total"), WAITING)
        self.assertTrue(duplicate == DUPLICATE if too_late == 0 else duplicate <= DUPLICATE, (duplicate, too_late))
        self.assertEqual(int(self.value("SELECT count(*) FROM rejected_events")), rejected + REJECTED + too_late)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), kept)
        self.assert_counts_agree()
        server.kill()
        server.start()
        self.wait_at_rest(server)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), kept)

    def test_its_ads_are_served_before_the_database_is_there_and_after(self) -> None:
        server = self.lay(DB_CONN=f"host={self.directory()}").start()
        kept = server.get("/ads").body
        self.assertEqual(server.get("/ads/1/vast").status, 200)
        server.stop()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: "ads loaded" in server.log_text())
        self.assertEqual(server.get("/ads").body, kept)
        self.assertEqual(self.psql(
            "SELECT DISTINCT weight, coalesce(media_files, trackers, progress_offsets_ms) IS NULL FROM ads"), [("1", "t")])
        self.assertIn(b"https://v.example/1.mp4", server.get("/ads/1/vast").body)
        self.assertTrue(re.search(rb"<NonLinear ", server.get("/ads/3/vast").body))

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.assertEqual(brought_apart(self, FIRST), [])


if __name__ == "__main__":
    unittest.main()
