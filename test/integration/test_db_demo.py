"""What `./dev demo` fills a database with: there once however often it is asked for, and counted as events are."""
import subprocess
from datetime import datetime, timedelta, timezone

from db_support import DatabaseCase
from lanes_support import LanesCase

from harness.postgres import ROOT

STORED = "SELECT kind, sum(quantity) FROM events WHERE verdict <> 4 GROUP BY 1 ORDER BY 1"
COUNTED = ("SELECT (enum_range(NULL::event_kind))[kind + 1], events FROM traffic_totals('-infinity', 'infinity', NULL, "
           "'gross') WHERE events > 0 ORDER BY 1")


def fill(case: DatabaseCase, now: datetime, days: int) -> None:
    subprocess.run([str(case.postgres.bin / "psql"), "-Xq", "-d", case.db_conn, "-v", f"now={now.isoformat()}",
                    "-v", f"days={days}", "-f", str(ROOT / "test/demo/demo.sql")],
                   check=True, stdout=subprocess.DEVNULL, timeout=120)


class DemoTest(DatabaseCase):
    def test_a_few_days(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.wait_maintained()
        now = datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(hours=6)
        fill(self, now, 4)
        events = int(self.value("SELECT count(*) FROM events"))
        self.assertGreater(events, 20_000)
        fill(self, now, 4)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), events)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "7")
        fill(self, now + timedelta(hours=5), 4)
        more = int(self.value("SELECT count(*) FROM events")) - events
        self.assertGreater(more, 10)
        self.assertLess(more, 10_000)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assertEqual(self.psql(COUNTED), self.psql(STORED))
        self.assertEqual(len(server.wait_until(lambda: server.get("/ads").json())), 6)  # a sale is over
        self.look(server.get("/ads/analytics?period=7d&group_by=day&traffic=net").json()["rows"][2:])
        quiet = self.psql("SELECT a.title FROM ads a WHERE NOT EXISTS (SELECT FROM ad_days d WHERE d.ad_id = a.id "
                          "AND d.day = (now() - interval '1 hour')::date AND d.fills > 0)")
        self.assertIn(("A radio for the garden",), quiet)

    def look(self, days: list) -> None:
        """Something of everything, and no more completes than starts."""
        self.assertGreaterEqual(len(days), 4)
        for day in days[1:-2]:
            funnel = [day[name] for name in ("requests", "fills", "impressions", "starts", "first_quartiles", "midpoints",
                                             "third_quartiles", "completes", "skips", "clicks")]
            self.assertEqual(funnel, sorted(funnel, reverse=True), day)
            self.assertGreater(min(funnel + [day["nofills"], day["viewables"]]), 0)


class DemoInLanesTest(LanesCase):
    lanes = 2

    def test_it_is_there_once_before_and_after_they_are_doubled(self) -> None:
        now = datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(hours=2)
        fill(self, now, 1)
        stored = self.psql(STORED)
        self.assertGreater(len(stored), 5)
        self.double(4)
        fill(self, now, 1)
        self.assertEqual(self.psql(STORED), stored)
        self.assertEqual(self.psql(COUNTED), stored)
