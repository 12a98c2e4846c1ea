"""Questions and exports where two lanes lie on two workers: random ones against plain SQL, while counts are rolled up
and late ones folded; and each statement of one is handed on whole."""
import re
import unittest
from collections import defaultdict
from datetime import timedelta
from typing import Dict, List

from citus_case import CitusCase

# pylint: disable=wrong-import-order
import analytics_play
from analytics_history import BEFORE
from analytics_play import ADS, RandomQuestions
from batch_support import Event, claims_of, columns_sql
from functions_support import JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE
from test_http_export import FILL, READ, ExportCase

LANES = 2
EXPLAIN = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0"}
PLAN = re.compile(r"plan:\n\tQuery Text: (.*?)\n(\t.*?)(?=\n\d{4}-)", re.DOTALL)
QUESTIONS = ("period=7d", "period=7d&group_by=ad,hour&ad_id=1",
             "period=30d&group_by=day&tz=Asia/Kathmandu&compare=previous", "period=7d&group_by=placement",
             "period=7d&group_by=error_code,ad", "period=today&group_by=minute")


def lane_of(event: Event) -> int:
    number = int.from_bytes(claims_of(event)[0].bytes[-4:], "big") if event.event_id else event.sequence
    return number % LANES


class RandomOnWorkers(CitusCase, RandomQuestions):
    numbers: Dict[str, str]

    def still_maintenance(self) -> None:
        self.numbers = {journal: self.value(
            f"SELECT DISTINCT journal_id FROM ingest_cursor WHERE journal = '{journal}'")
                        for journal in (JOURNAL, OTHER_JOURNAL)}
        for journal, nonce in ((JOURNAL, NONCE), (OTHER_JOURNAL, OTHER_NONCE)):
            for lane in range(1, LANES):
                self.psql(f"SELECT * FROM claim_lane({lane}::smallint, {self.numbers[journal]}, '{journal}', '{{}}', "
                          f"'{nonce}')")
        super().still_maintenance()

    def ingest(self, events: List[Event], journal: str, nonce: str) -> None:
        lanes: Dict[int, List[Event]] = defaultdict(list)
        for event in events:
            lanes[lane_of(event)].append(event)
        for lane, some in lanes.items():
            self.psql(f"SELECT * FROM ingest_batch({lane}::smallint, {self.numbers[journal]}, '{nonce}', '{nonce}', "
                      f"{LANES}::smallint, {some[-1].sequence}, '{{}}'::int8multirange, {columns_sql(some, None)})")

    def move_marks(self, events: List[Event], chapter: int) -> None:
        now = events[-1].received
        closed = now - self.random.random() * timedelta(days=3)
        for lane in range(LANES):
            if chapter % 4 != 1:
                self.psql(f"SELECT played_close_minutes({lane}::smallint, '{closed}')")
        if chapter % 4 == 2:
            self.repeat_by_lane("played_roll_up")
            if chapter < 4:
                self.repeat_by_lane("played_fold_late")
            self.psql("UPDATE marks m SET at = least(r.at, timestamptz "
                      f"'{(now - timedelta(hours=48)).date()} 00:00Z') FROM marks r "
                      "WHERE r.lane = m.lane AND r.mark = 1 AND m.mark = 5")
            kept = self.value("SELECT min(at) FROM marks WHERE mark = 5")
            self.psql(f"UPDATE marks SET at = '{kept}' WHERE mark = 5; "
                      f"DELETE FROM counts_minute WHERE bucket < '{kept}'")
        for _ in range(self.random.choice((0, 5, 20))):
            self.psql(f"SELECT played_roll_up({self.random.randrange(LANES)}::smallint, "
                      f"{self.random.choice((1, 30, 6000))})")

    def test_random_questions(self) -> None:
        server = self.distributed_server(lanes=LANES, KEEPALIVE_SECONDS="3600")  # a chapter may take minutes
        self.add_ads(ADS - 3)
        analytics_play.CHAPTERS, analytics_play.QUESTIONS, analytics_play.EVENTS = 4, 40, 1200
        self.play(server, BEFORE)
        self.assertEqual(self.value("SELECT count(DISTINCT lane) FROM counts"), str(LANES))


class Statements(CitusCase, ExportCase):
    def test_each_is_handed_on_whole(self) -> None:
        server = self.distributed_server(lanes=LANES, READ_TOKEN=READ)
        self.psql("INSERT INTO clicks (ad_id, timestamp) SELECT 1 + n % 3, now() AT TIME ZONE 'UTC' - n * interval "
                  "'97 minutes' FROM generate_series(1, 99) AS n")
        for name, value in EXPLAIN.items():
            self.psql(f"ALTER DATABASE {self.database} SET {name} = '{value}'")
        server.stop()
        server.start()
        self.wait_up(server, 60)
        for more in QUESTIONS:
            answer = server.get("/ads/analytics?" + more, {"Authorization": f"Bearer {READ}"})
            self.assertEqual(answer.status, 200, (more, answer.body))
        self.assertEqual(self.ask(server, start="2026-01-01T00:00:00Z").status, 200)
        server.stop()
        plans = [(query, plan) for query, plan in PLAN.findall(self.postgres.coordinator.log_text() + "\n2026-")
                 if "Citus Adaptive" in plan]
        asks = [plan for query, plan in plans if query.lstrip().startswith(("DECLARE", "SET LOCAL statement_timeout"))
                and "counts_late" in query]
        self.assertGreaterEqual(len(asks), LANES * (len(QUESTIONS) + 1))
        for plan in asks:
            self.assertIn("Task Count: 1\n", plan)
            self.assertNotIn("Distributed Subplan", plan)
        exports = [plan for query, plan in plans if "received_at, kind, ad_id, verdict" in query]
        self.assertGreater(len(exports), 0)
        for plan in exports:
            self.assertNotIn("Distributed Subplan", plan)
            self.assertRegex(plan, r"(?s)Custom Scan \(Citus Adaptive\).*->  Limit")

    def test_an_export_comes_in_order(self) -> None:
        server = self.distributed_server(lanes=LANES, READ_TOKEN=READ)
        fill = FILL.format(rows=20000, scale=1).replace("INSERT INTO events (id", "INSERT INTO events (lane, id") \
            .replace("SELECT (i * 7919)", "SELECT (i / 3 % 2)::smallint, (i * 7919)")
        self.psql(fill)
        rows = self.rows(server)
        self.assertEqual([str(row["id"]) for row in rows], self.expected())
        self.assertEqual(len(rows), 20000)


if __name__ == "__main__":
    unittest.main()
