"""Several lanes in one database: each event is in its own, once, whatever comes between."""
import json
import time
import unittest
from typing import List

from db_support import DatabaseCase, Load, SqlSession

from harness import lanes
from harness.process import wait_until
from harness.server import Server

MIXED = 400


class LanesCase(DatabaseCase):
    lanes = 2

    def setUp(self) -> None:
        super().setUp()
        server = self.start_server()
        self.wait_up(server)
        self.add_ads()
        server.stop()
        self.set_lanes(1, self.lanes)

    def set_lanes(self, before: int, number: int) -> None:
        for step in lanes.steps(before, number):
            self.psql(step)

    def post_mixed(self, server: Server, first: int, count: int = MIXED) -> int:
        """Events with ids, of which each fifth is one of a few, and without; how many are distinct."""
        events: List[dict] = []
        for n in range(first, first + count):
            event = {"type": "click", "ad_id": 1 + n % 3, "ip": "10.0.0.1", "video_playback_time": n % 100}
            if n % 5 == 0:
                event["event_id"] = f"same-{n % 7}"
                event["ad_id"] = 1
            elif n % 2:
                event["event_id"] = f"own-{n}"
            events.append(event)
        for at in range(0, count, 50):
            answer = server.post("/ads/events", json.dumps(events[at:at + 50]),
                                 {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 202, answer.body)
        return len({e.get("event_id", n) for n, e in enumerate(events)})

    def assert_sorted(self, number: int) -> None:
        """Each lane has events, and of the keys those that are its."""
        self.assertEqual(self.value("SELECT count(DISTINCT lane) FROM events"), str(number))
        lane = lanes.LANE.format(sequence=0, lanes=number)
        self.assertEqual(self.value(f"SELECT count(*) FROM event_keys WHERE lane <> {lane}"), "0")
        self.assertEqual(self.value("SELECT count(*) FROM (SELECT key FROM event_keys GROUP BY key HAVING count(*) > 1) "
                                    "AS k"), "0")

    def positions(self) -> list:
        return [int(row[0]) for row in self.psql("SELECT last_sequence FROM ingest_cursor ORDER BY lane")]


class TwoLanes(LanesCase):
    def test_each_event_once_in_its_lane(self) -> None:
        server = self.open_server()
        distinct = self.post_mixed(server, 0)
        self.wait_at_rest(server)
        self.assert_books(server, MIXED)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(distinct))
        self.assert_sorted(self.lanes)
        self.assert_counts_agree()
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_lanes"), self.lanes)
        self.assertEqual(metrics.value("adtracker_lanes_up"), self.lanes)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().total("adtracker_events_replayed_total"), 0)
        again = self.post_mixed(server, 0)
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().total("adtracker_events_duplicate_total"), MIXED - again + (
            again - sum(1 for n in range(MIXED) if n % 5 and n % 2 == 0)))
        self.assert_counts_agree()


class FourLanes(TwoLanes):
    lanes = 4


if __name__ == "__main__":
    unittest.main()
