"""A database and a full journal of the revision that kept events for ever: nothing is lost, none of it comes twice."""
import unittest
from pathlib import Path
from typing import List

from db_support import DatabaseCase
from schema_support import brought_apart
from test_journal_formats import read_data, read_files
from upgrade_support import are_too_late

from harness.server import Server

DATA = Path(__file__).parent / "data"
FIRST = 9  # the first file that it lacks
EVENTS = "SELECT * FROM events WHERE id <= {} ORDER BY id"
TOTALS = ("SELECT t, ad, kind, events, playback_ms FROM unnest(ARRAY['gross', 'net', 'test']) AS t, "
          "unnest(ARRAY[NULL, 1, 2, 5]) AS ad, traffic_totals('-infinity', '{}', ad, t) ORDER BY 1, 2, 3")
STORED, REJECTED = 189, 3
WAITING, DUPLICATE, GONE = 646, 1, 10  # of the journal: one is stored already, the ad of ten is gone
RECEIVED = "2026-11-27 07:53:00+00"
TOO_LATE = "too late to tell a duplicate"  # an event with a key, two weeks after RECEIVED


class BeforeRetention(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.psql(read_data(DATA / "0d5937a.sql.gz"))
        self.is_old = are_too_late(self, RECEIVED)

    def lay(self, **env: str) -> Server:
        """A server, not started, on the journal."""
        server = self.server(JOURNAL_MAX_BYTES="65536", **env)
        for name, content in read_files(DATA / "journal_0d5937a.txt.gz").items():
            (server.journal / name).write_bytes(content)
        return server

    def rejected(self, reason: str) -> int:
        return int(self.value(f"SELECT count(*) FROM rejected_events WHERE reason = '{reason}'"))

    def assert_drained_once(self, server: Server, events: int) -> None:
        """`events`: how many there are of the database's own."""
        too_late = self.rejected(TOO_LATE)
        duplicate = 0 if self.is_old else DUPLICATE
        self.assertEqual(too_late > 0, self.is_old)
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_events_replayed_total"), WAITING)
        self.assertEqual(metrics.total("adtracker_events_duplicate_total"), duplicate)
        self.assertEqual(metrics.total("adtracker_events_rejected_total"), GONE + too_late)
        self.assertEqual(self.rejected("unknown ad"), REJECTED + GONE)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")),
                         events + WAITING - duplicate - GONE - too_late)

    def test_it_comes_over_with_its_journal(self) -> None:
        last = self.value("SELECT max(id) FROM events")
        before = self.psql(EVENTS.format(last))
        totals = self.psql(TOTALS.format("2026-10-31"))
        self.assertEqual(len(before), STORED)
        server = self.lay().start()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.psql(EVENTS.format(last)), before)
        self.assert_drained_once(server, STORED)
        self.assert_counts_agree()
        self.assertEqual(self.psql(TOTALS.format("2026-10-31")), totals)
        server.kill()
        server.start()
        self.wait_at_rest(server)
        count = self.value("SELECT count(*) FROM events")
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 0)
        self.wait_maintained()
        self.assertEqual(self.value("SELECT count(*) FROM events"), count)
        self.assertEqual(self.value("SELECT at FROM marks WHERE mark = 6"), "-infinity")

    def test_what_is_too_old_is_counted_from_then_on(self) -> None:
        old: List[tuple] = self.psql(TOTALS.format("2026-10-31"))
        self.assertNotEqual([row for row in old if row[3] != "0"], [])
        server = self.lay(EVENTS_RETENTION_DAYS="16").start()
        self.wait_up(server)
        self.wait_at_rest(server)
        server.wait_until(lambda: self.value("SELECT count(*) FROM events WHERE occurred_at < '2026-11-02'") == "0")
        self.assertEqual(self.psql(TOTALS.format("2026-10-31")), old)
        self.assertEqual(self.value("SELECT count(*) FROM clicks WHERE \"timestamp\" < '2026-11-02'"), "0")

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.assertEqual(brought_apart(self, FIRST), [])


if __name__ == "__main__":
    unittest.main()
