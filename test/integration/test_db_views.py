"""The views for whoever asks in SQL, against plain SQL over the events, while counts are rolled up."""
import threading
import unittest
from datetime import datetime, timedelta, timezone
from typing import Dict, List

from db_support import DatabaseCase
from functions_support import JOURNAL, Functions, row
from schema_support import FUNCTION_FILES, LABELS

METRICS = {"requests": "request", "fills": "fill", "nofills": "nofill", "impressions": "impression",
           "clicks": "click", "starts": "start", "first_quartiles": "firstQuartile", "midpoints": "midpoint",
           "third_quartiles": "thirdQuartile", "completes": "complete", "skips": "skip", "errors": "error",
           "viewables": "viewable", "not_viewables": "notViewable"}
SUMS = ", ".join([*(f"coalesce(sum(quantity) FILTER (WHERE kind = '{kind}'), 0)::bigint" for kind in METRICS.values()),
                  "coalesce(sum(least(greatest(playback_ms, 0), 86400000)) FILTER (WHERE kind = 'click'), 0) / 1000.0",
                  "coalesce(sum(quantity) FILTER (WHERE verdict <> 0), 0)::bigint", "sum(quantity)::bigint"])
DAY = "(occurred_at AT TIME ZONE 'UTC')::date, date_trunc('day', occurred_at, 'UTC')"
HOUR = "date_trunc('hour', occurred_at, 'UTC')"
CODE = "CASE WHEN detail IN (100, 303, 405) THEN detail ELSE 900 END"
CODES = (100, 303, 405, 77)


def fact(columns: str, sums: str, where: str = "true") -> str:
    return (f"SELECT {columns}{', ' * bool(columns)}{sums} FROM events WHERE isfinite(occurred_at) AND verdict <> 4 "
            f"AND {where} GROUP BY {columns or '()'}")


# What each view says, told by the events alone.
FACTS: Dict[str, str] = {
    "traffic_days": fact(DAY, SUMS),
    "traffic_hours": fact(HOUR, SUMS),
    "ad_totals": fact("ad_id", SUMS, "ad_id <> 0"),
    "ad_days": fact(f"{DAY}, ad_id", SUMS, "ad_id <> 0"),
    "ad_hours": fact(f"{HOUR}, ad_id", SUMS, "ad_id <> 0"),
    "placement_days": fact(f"{DAY}, placement", SUMS, "placement IS NOT NULL"),
    "error_days": fact(f"{DAY}, nullif(ad_id, 0), {CODE}", "sum(quantity)::bigint", "kind = 'error'"),
    "nofill_days": fact(f"{DAY}, placement, detail", "sum(quantity)::bigint", "kind = 'nofill'"),
}
SOURCES = {
    name: f"SELECT begins_at, verdict, sum(k1)::bigint FROM {name} WHERE dimension = 0 GROUP BY 1, 2 HAVING sum(k1) <> 0"
    for name in ("day_counts", "hour_counts")}
SOURCE_FACTS = {
    name: f"SELECT date_trunc('{width}', occurred_at, 'UTC'), verdict, sum(quantity)::bigint FROM events "
          "WHERE isfinite(occurred_at) AND kind = 'impression' GROUP BY 1, 2"
    for name, width in (("day_counts", "day"), ("hour_counts", "hour"))}


def disagreement(told: str, facts: str) -> str:
    """SQL: rows of one that the other lacks."""
    return f"(({told} EXCEPT ALL {facts}) UNION ALL ({facts} EXCEPT ALL {told})) LIMIT 3"


WRONG = {**{view: disagreement(f"TABLE {view}", facts) for view, facts in FACTS.items()},
         **{view: disagreement(f"({SOURCES[view]})", f"({facts})") for view, facts in SOURCE_FACTS.items()}}


class Views(Functions):
    def setUp(self) -> None:
        super().setUp()
        self.sequence = 0
        self.clock = datetime.now(timezone.utc)

    def random_row(self) -> tuple:
        self.sequence += 1
        at = self.clock - timedelta(seconds=self.random.choice((0, 60, 3600, 86400, 40 * 86400)) * self.random.random())
        kind = self.random.choice(LABELS)
        ad = 0 if kind in ("request", "nofill", "error") and self.random.random() < 0.5 else self.random.randint(1, 3)
        return row(self.sequence, kind, ad, at.isoformat(), received_at=self.clock.isoformat(),
                   verdict=self.random.choice((0, 0, 0, 1, 4)), quantity=self.random.choice((1, 1, 5)),
                   detail=self.random.choice(CODES) if kind == "error" else self.random.randint(1, 4),
                   playback_ms=self.random.choice((None, -5, 12483, 10**12)),
                   placement=self.random.choice((None, "a", "b")))

    def assert_right(self) -> None:
        """Each in a snapshot of its own."""
        self.assertEqual(self.psql("; ".join(
            f"SELECT '{view}', wrong.* FROM ({wrong}) AS wrong" for view, wrong in WRONG.items())), [])

    def move_on(self, hours: float) -> None:
        self.clock += timedelta(hours=hours)
        self.ingest(*sorted((self.random_row() for _ in range(self.random.choice((1, 10, 60)))),
                            key=lambda event: event.sequence))
        self.psql(f"SELECT close_minutes(0::smallint, '{self.clock}')")
        for _ in range(self.random.choice((0, 1, 3))):
            self.psql(f"SELECT maintain('{self.clock}')")

    def roll(self, most: int) -> None:
        """In slices, a few of them: a level may be there in part."""
        self.psql(f"SELECT roll_up(0::smallint, {self.random.choice((1, 3, 6000))}), fold_late(0::smallint, 20) "
                  f"FROM generate_series(1, {self.random.randint(0, most)})")

    def test_every_step_is_right(self) -> None:
        for _ in range(40):
            self.move_on(self.random.choice((0.1, 1, 9, 30)))
            self.roll(12)
            if self.random.random() < 0.3:
                self.psql("INSERT INTO clicks (ad_id, timestamp) VALUES (2, now() AT TIME ZONE 'UTC'); "
                          "DELETE FROM impressions WHERE id IN (SELECT id FROM impressions LIMIT 2)")
            self.assert_right()
        while self.psql("SELECT roll_up() OR fold_late()") == [("t",)]:
            pass
        self.assert_right()
        self.assertGreater(self.count("counts"), 0)

    def test_right_while_roll_ups_go_on(self) -> None:
        stopping = threading.Event()
        faults: List[BaseException] = []

        def keep_up() -> None:
            try:
                while not stopping.is_set():
                    self.move_on(self.random.choice((0.2, 2, 20)))
                    for _ in range(20):
                        self.roll(5)
            except BaseException as error:  # pylint: disable=W0718
                faults.append(error)

        thread = threading.Thread(target=keep_up)
        thread.start()
        try:
            for _ in range(30):
                self.assert_right()
        finally:
            stopping.set()
            thread.join(60)
        self.assertEqual(faults, [])
        self.assertNotEqual(self.value(f"SELECT last_sequence FROM ingest_cursor WHERE journal = '{JOURNAL}'"), "0")

    def test_no_view_reads_events(self) -> None:
        for view in WRONG:
            plan = "\n".join(line for line, in self.psql(f"EXPLAIN SELECT * FROM {view}"))
            self.assertIn("counts_late", plan)
            self.assertNotRegex(plan, r"\bevents")

    def test_a_condition_on_begins_at_reaches_the_index(self) -> None:
        for view in sorted(WRONG.keys() - {"ad_totals"}):
            level = "hour" if "hour" in view else "day"
            plan = "\n".join(line for line, in self.psql(
                f"SET enable_seqscan = off; EXPLAIN SELECT * FROM {view} WHERE begins_at >= '2031-01-01'"))
            self.assertRegex(plan, rf"counts_{level}_pkey[^\n]*\n(?:.*Recheck.*\n)?.*Cond:[^\n]*bucket >= '2031", view)

    def test_a_view_is_enough_to_read_it(self) -> None:
        self.ingest(row(1))
        self.psql(f"CREATE ROLE reader_{self.database}; GRANT SELECT ON ad_days TO reader_{self.database}")
        self.assertNotEqual(self.psql(f"SET ROLE reader_{self.database}; SELECT * FROM ad_days"), [])
        self.psql(f"DROP OWNED BY reader_{self.database}; DROP ROLE reader_{self.database}")

    def test_rights_and_views_on_them_outlive_an_update(self) -> None:
        self.psql("GRANT SELECT ON ad_days TO PUBLIC; CREATE VIEW mine AS SELECT ad_id, clicks FROM ad_days")
        for path in FUNCTION_FILES:
            self.psql(path.read_text())
        self.assertIn("=r/", self.value("SELECT relacl::text FROM pg_class WHERE relname = 'ad_days'"))
        self.assertEqual(self.psql("SELECT * FROM mine"), [])


class OthersNames(DatabaseCase):
    def test_what_has_such_a_name_stays(self) -> None:
        """The log tells; the other views are made."""
        self.psql("CREATE TABLE ad_days (mine integer); INSERT INTO ad_days VALUES (7); "
                  "CREATE VIEW ad_hours AS SELECT 8 AS mine; CREATE TYPE ad_totals AS (mine integer)")
        server = self.open_server()
        self.assertEqual(self.psql("SELECT mine FROM ad_days UNION ALL SELECT mine FROM ad_hours"), [("7",), ("8",)])
        self.assertEqual(self.psql("SELECT relkind, (SELECT count(*) FROM placement_days) FROM pg_class "
                                   "WHERE relname = 'ad_totals'"), [("c", "0")])
        for name in ("ad_days", "ad_hours", "ad_totals"):
            self.assertIn(f"{name} is not made", server.log_text())
        self.assertNotIn("placement_days is not made", server.log_text())


if __name__ == "__main__":
    unittest.main()
