"""A database and a full journal of the revision in which ads were changed by SQL alone: nothing is lost, none of it
comes twice, and its ads can be changed over HTTP."""
import unittest
from pathlib import Path

from administration_support import ADMIN, AdministrationCase
from schema_support import brought_apart
from test_journal_formats import read_data, read_files
from upgrade_support import are_too_late

from harness.server import Server

DATA = Path(__file__).parent / "data"
FIRST = 10  # the first file that it lacks
EVENTS = "SELECT * FROM events WHERE id <= {} ORDER BY id"
TOTALS = ("SELECT t, ad, kind, events, playback_ms FROM unnest(ARRAY['gross', 'net', 'test']) AS t, "
          "unnest(ARRAY[NULL, 1, 2, 5]) AS ad, traffic_totals('-infinity', '2026-11-20', ad, t) ORDER BY 1, 2, 3")
STORED, REJECTED = 196, 2
WAITING, DUPLICATE, GONE = 426, 1, 106  # of the journal: one is stored already, the ad of 106 is gone
RECEIVED = "2026-11-27 12:03:10+00"
TOO_LATE = "too late to tell a duplicate"  # an event with a key, two weeks after RECEIVED


class BeforeArchive(AdministrationCase):
    def setUp(self) -> None:
        super().setUp()
        self.psql(read_data(DATA / "4880f24.sql.gz"))
        self.is_old = are_too_late(self, RECEIVED)

    def lay(self, **env: str) -> Server:
        """A server, not started, on the journal."""
        server = self.server(JOURNAL_MAX_BYTES="65536", ADMIN_TOKEN=ADMIN, **env)
        for name, content in read_files(DATA / "journal_4880f24.txt.gz").items():
            (server.journal / name).write_bytes(content)
        return server

    def rejected(self, reason: str) -> int:
        return int(self.value(f"SELECT count(*) FROM rejected_events WHERE reason = '{reason}'"))

    def assert_drained_once(self, server: Server) -> None:
        too_late = self.rejected(TOO_LATE)
        duplicate = 0 if self.is_old else DUPLICATE
        self.assertEqual(too_late > 0, self.is_old)
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_events_replayed_total"), WAITING)
        self.assertEqual(metrics.total("adtracker_events_duplicate_total"), duplicate)
        self.assertEqual(metrics.total("adtracker_events_rejected_total"), GONE + too_late)
        self.assertEqual(self.rejected("unknown ad"), REJECTED + GONE)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), STORED + WAITING - duplicate - GONE - too_late)

    def test_it_comes_over_with_its_journal(self) -> None:
        last = self.value("SELECT max(id) FROM events")
        before, totals = self.psql(EVENTS.format(last)), self.psql(TOTALS)
        self.assertEqual(len(before), STORED)
        self.assertNotEqual([row for row in totals if row[3] != "0"], [])
        server = self.lay().start()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.psql(EVENTS.format(last)), before)
        self.assert_drained_once(server)
        self.assert_counts_agree()
        self.assertEqual(self.psql(TOTALS), totals)
        server.kill()
        server.start()
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 0)
        self.assertEqual(self.value("SELECT at FROM marks WHERE mark = 6"), "2026-01-01 00:00:00+00")

    def test_its_ads_are_there_before_the_database_is_and_can_be_changed_then(self) -> None:
        server = self.lay(DB_CONN=f"host={self.directory()}").start()
        kept = server.get("/ads").json()
        self.assertEqual(self.ask(server, "GET", "/ads/1").status, 503)
        server.stop()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        server.wait_until(lambda: "ads loaded" in server.log_text())
        self.assertEqual(server.get("/ads").json(), [ad for ad in kept if ad["id"] != 5])
        listed = self.ask(server, "GET", "/ads?fields=all").json()
        self.assertEqual([(ad["id"], ad["state"]) for ad in listed["ads"]],
                         [(4, "paused"), (3, "ended"), (2, "available"), (1, "available")])
        for ad in listed["ads"]:
            answer = self.ask(server, "PUT", f"/ads/{ad['id']}", ad, match=ad["etag"])
            self.assertEqual((answer.status, answer.headers["ETag"]), (200, ad["etag"]), answer.body)
        self.assertEqual(self.ask(server, "DELETE", "/ads/2").json()["state"], "archived")
        self.assertEqual(self.create(server, title="new")["id"], 6)

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.assertEqual(brought_apart(self, FIRST), [])


if __name__ == "__main__":
    unittest.main()
