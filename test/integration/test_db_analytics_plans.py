"""How the database answers each form of question: by auto_explain, as it was carried out. Of `events` it reads two
ragged minutes at most (of an ad or placement further back than minutes are kept, two quarter hours), by an index."""
import json
import re
import unittest
from datetime import datetime, timedelta, timezone
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from analytics_history import is_pair_legal
from analytics_oracle import LEGAL, Question, us_of
from analytics_support import AnalyticsCase, Client

from harness.postgres import PrivatePostgres

DAYS, ADS, SECOND = 5, 20, 10**6
MINUTE, QUARTER, DAY = 60 * SECOND, 900 * SECOND, 86400 * SECOND
EXPLAIN = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0",
           "auto_explain.log_nested_statements": "on", "auto_explain.log_analyze": "on",
           "auto_explain.log_timing": "off", "auto_explain.log_format": "json"}
PLAN = re.compile(r"^(\w*)\|LOG:  duration: [\d.]+ ms  plan:\n(\t?\{\n.*?\n\t\})", re.MULTILINE | re.DOTALL)
BOUND = re.compile(r"occurred_at (>=|>|<|<=) '([^']+)'::timestamp with time zone")

# An event each ten seconds, of every kind, and late ones among them.
FILL = """
INSERT INTO events (id, occurred_at, received_at, ad_id, playback_ms, placement_id, placement, kind, verdict, late,
                    detail)
SELECT n, at, at, CASE WHEN kind IN ('request', 'nofill') THEN 0 ELSE 1 + n % {ads} END, 1000,
       placement_number(name), name, kind, n / 27 % 3, n % 5 = 0, CASE kind WHEN 'error' THEN 303 WHEN 'nofill' THEN 1 ELSE 0 END
FROM (SELECT n, timestamptz '{first}' + n * interval '10 seconds' AS at, 'p' || n % 7 AS name,
             (enum_range(NULL::event_kind))[1 + n % 27] AS kind FROM generate_series(1, {count}) AS n) AS e;
INSERT INTO placements SELECT 0, placement_number('p' || n), 'p' || n, '2031-01-01' FROM generate_series(0, 6) AS n;
SELECT add_counts(0::smallint, 1, '-infinity', (SELECT count_events(ROW(
    NULL, array_agg((array_position(enum_range(NULL::event_kind), kind) - 1)::smallint), array_agg(verdict), NULL,
    array_agg(ad_id), array_agg(detail), array_agg(quantity), NULL, array_agg(occurred_at), array_agg(playback_ms), NULL,
    NULL, array_agg(placement_id), NULL)::event_columns) FROM events WHERE NOT late));
SELECT add_counts(0::smallint, 0, 'infinity', (SELECT count_events(ROW(
    NULL, array_agg((array_position(enum_range(NULL::event_kind), kind) - 1)::smallint), array_agg(verdict), NULL,
    array_agg(ad_id), array_agg(detail), array_agg(quantity), NULL, array_agg(occurred_at), array_agg(playback_ms), NULL,
    NULL, array_agg(placement_id), NULL)::event_columns) FROM events WHERE late))"""


class Scan(NamedTuple):
    relation: str
    node: str
    condition: str
    pages: int

    def bounds(self) -> Optional[Tuple[datetime, datetime]]:
        """Which times it reads; None where that is not bounded by constants."""
        times = {sign[0]: datetime.fromisoformat(text if ":" in text[-3:] else f"{text}:00")
                 for sign, text in BOUND.findall(self.condition)}
        return (times[">"], times["<"]) if set(times) == {">", "<"} else None


def nodes_of(plan: Dict) -> Iterator[Dict]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes_of(child)


class Plans(AnalyticsCase):
    filled = ""  # the database that all tests ask

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(settings={"log_line_prefix": "%u|", "TimeZone": "UTC"})
        cls.addClassCleanup(cls.postgres.destroy)
        cls.postgres.start()
        cls.postgres.psql("CREATE ROLE analyst LOGIN SUPERUSER; " + "".join(
            f"ALTER ROLE analyst SET {name} = '{value}'; " for name, value in EXPLAIN.items()))

    def setUp(self) -> None:
        """A server whose questions come from a role whose plans are in the log."""
        super().setUp()
        today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        self.first, self.kept, self.past = today - timedelta(days=DAYS), today - timedelta(days=2), today
        if Plans.filled:
            self.database = Plans.filled
        self.db_conn = self.postgres.conninfo(self.database)
        self.client = Client(self, self.open_server(
            DB_READ_CONN=self.db_conn.replace("user=postgres", "user=analyst")))
        if not Plans.filled:
            self.wait_maintained()
            self.still_maintenance()
            self.fill()
            Plans.filled = self.database
        rows = self.psql("SELECT oid::regclass, relpages FROM pg_class WHERE relkind = 'r'")
        self.pages_of = {name: int(pages) for name, pages in rows}

    def fill(self) -> None:
        """Days that are rolled up but for the last hours, minutes of the last two; some late ones not folded yet."""
        self.set_marks(self.first.isoformat())
        self.psql(FILL.format(first=self.first, ads=ADS, count=DAYS * 8640 - 1))
        self.psql(f"UPDATE marks SET at = '{self.past - timedelta(hours=3)}' WHERE mark = 0; ANALYZE")
        self.repeat_many("played_roll_up()")
        self.psql("SELECT played_fold_late(0::smallint, 300)")
        self.psql(f"UPDATE marks SET at = '{self.kept}' WHERE mark = 5; "
                  f"DELETE FROM counts_minute WHERE bucket < '{self.kept}'")
        self.psql("VACUUM ANALYZE")
        self.psql("SELECT brin_summarize_new_values(i.indexrelid) FROM pg_index i "
                  "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'brin' AND c.relkind = 'i'")

    # ---- what was done

    def scans_of(self, question: Question) -> List[Scan]:
        """All that the question has read, of tables that hold events or counts."""
        before = len(self.postgres.log_text())
        answer = self.client.get(question.path(limit=10000))
        self.assertEqual(answer.status, 200, (question.path(), answer.body[:300]))
        text = self.postgres.log_text()[before:]
        plans = [json.loads(found[2]) for found in PLAN.finditer(text) if found[1] == "analyst"]
        self.assertGreater(len(plans), 0, f"no plan in the log: {text[:2000]}")
        return [scan for plan in plans for scan in self.scans_in(plan["Plan"])]

    def scans_in(self, plan: Dict) -> Iterator[Scan]:
        for node in nodes_of(plan):
            name = node.get("Relation Name", "")
            if node.get("Actual Loops") == 0 or not name.startswith(("events", "counts")):
                continue
            index = next(nodes_of(node["Plans"][0])) if node["Node Type"] == "Bitmap Heap Scan" else node
            yield Scan(name, node["Node Type"], index.get("Index Cond", ""), self.pages_of.get(name, 0))

    def assert_cheap(self, question: Question, most_us: int) -> None:
        """No table is read from end to end, and of the events no more than so much time."""
        spans = set()
        for scan in self.scans_of(question):
            what = (question.path(), scan)
            if scan.pages > 0 and scan.relation != "counts_late":
                self.assertNotIn("Seq Scan", scan.node, what)
            if scan.relation.startswith("events"):
                self.assertIsNotNone(scan.bounds(), what)
                spans.add(scan.bounds())
        read = sum((past - first for first, past in spans), timedelta())
        self.assertLessEqual(read, timedelta(microseconds=most_us), (question.path(), spans))
        self.assertEqual(read > timedelta(), most_us > 0, question.path())

    def ragged(self, first: datetime, past: datetime) -> Tuple[int, int]:
        """Neither end on a minute."""
        return us_of(first) + 7 * MINUTE + 12345678, us_of(past) - 7 * MINUTE - 12345678

    # ---- questions

    def test_every_group_over_ragged_and_whole_windows(self) -> None:
        for groups in LEGAL:
            is_minute = "minute" in groups
            is_plain = not groups or set(groups) <= {"minute", "hour", "day", "week", "month"}
            first = self.kept if is_minute else self.first
            start, end = self.ragged(first, self.past)
            if is_minute:
                start = end - 5 * 3600 * SECOND
            is_recent = start >= us_of(self.kept)
            with self.subTest(groups):
                self.assert_cheap(Question(start, end, groups=groups),
                                  2 * MINUTE if is_plain or is_recent else 2 * QUARTER)
                whole = Question(start // DAY * DAY + (DAY if is_recent else 0), us_of(self.past) - 1, groups=groups)
                if is_minute:
                    whole = whole._replace(start_us=us_of(self.past) - 3600 * SECOND)
                self.assert_cheap(whole, 0)

    def test_totals_and_times_in_other_zones(self) -> None:
        for zone in ("Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"):
            for groups in ((), ("hour",), ("day",), ("ad", "day"), ("placement", "week"), ("ad", "hour")):
                start, end = self.ragged(self.first, self.past)
                with self.subTest(zone=zone, groups=groups):
                    self.assert_cheap(Question(start, end, zone, groups),
                                      2 * MINUTE if not set(groups) & {"ad", "placement"} else 2 * QUARTER)

    def test_filters(self) -> None:
        for filters in ({"ads": (3,)}, {"ads": (3, 4, 5)}, {"placements": ("p1",)}, {"placements": ("p1", "p2")}):
            for groups in ((), ("kind",), ("hour",), ("day",)):
                with self.subTest(groups, **filters):
                    start, end = self.ragged(self.first, self.past)
                    self.assert_cheap(Question(start, end, groups=groups)._replace(**filters), 2 * QUARTER)
                    start, end = self.ragged(self.kept, self.past)
                    self.assert_cheap(Question(start, end, groups=groups)._replace(**filters), 2 * MINUTE)
                    whole = Question(us_of(self.kept), us_of(self.past) - 1, groups=groups)
                    self.assert_cheap(whole._replace(**filters), 0)

    def test_windows_of_seconds_and_of_years(self) -> None:
        at = us_of(self.kept) + 5 * 3600 * SECOND
        for start, end in ((at, at), (at + 3, at + 999999), (at - 1, at + MINUTE), (at + 1, at + 2 * MINUTE - 2),
                           (us_of(self.first) - 3000 * DAY + 7, at + 4000 * DAY + 7)):
            for groups in ((), ("ad",), ("day",)) if end - start < DAY else ((), ("month",)):
                with self.subTest(start=start, end=end, groups=groups):
                    self.assert_cheap(Question(start, end, groups=groups), 2 * MINUTE)

    def test_the_window_before_has_ragged_ends_as_well(self) -> None:
        start = us_of(self.first) + 3 * DAY + 12345678
        question = Question(start, start + DAY - 7, groups=("ad",), has_previous=True)
        read = {scan.bounds() for scan in self.scans_of(question) if scan.relation.startswith("events")}
        self.assertLessEqual(len(read), 4)
        for first, past in read:
            self.assertLessEqual(past - first, timedelta(minutes=15))

    def test_each_pair_is_one_of_the_list(self) -> None:
        self.assertEqual([pair for pair in LEGAL if len(pair) == 2 and not is_pair_legal(*pair)], [])


if __name__ == "__main__":
    unittest.main()
