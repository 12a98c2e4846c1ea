"""Events that go after EVENTS_RETENTION_DAYS: what goes, when, and that the counts tell as much as before."""
import unittest
from datetime import datetime, timedelta, timezone
from typing import List, Optional

from batch_support import Event
from db_support import DatabaseCase, SqlSession
from functions_support import Functions, row
from schema_support import LABELS

from harness.counts import DISAGREEMENTS

DAY, MINUTE, MICROSECOND = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
FIRST, KEPT = 40, 20  # days back: of the first partition, and from when on events are kept
EDGES = (timedelta(), timedelta(seconds=1), MINUTE, MINUTE * 14, MINUTE * 15, MINUTE * 59, DAY - MICROSECOND)

# What a window has in kept_events, and what is told of it.
WINDOW = """
SELECT '{start}', '{end}', told.*, fact.* FROM (
    SELECT array_agg(events ORDER BY kind) AS events, sum(playback_ms) AS playback
    FROM traffic_totals('{start}', '{end}', {ad}, '{traffic}')
) AS told, (
    SELECT array_agg(n ORDER BY k) AS events, sum(playback) AS playback FROM (
        SELECT k, coalesce(sum(quantity), 0)::bigint AS n,
               coalesce(sum(least(greatest(playback_ms, 0), 86400000)) FILTER (WHERE kind = 'click'), 0) AS playback
        FROM unnest(enum_range(NULL::event_kind)) AS k LEFT JOIN kept_events e
          ON e.kind = k AND occurred_at >= '{first}' AND occurred_at < '{past}' AND ({ad} IS NULL OR ad_id = {ad})
         AND CASE '{traffic}' WHEN 'gross' THEN verdict <> 4 WHEN 'net' THEN verdict = 0 ELSE verdict = 4 END
        GROUP BY k) AS s
) AS fact WHERE told.events <> fact.events OR told.playback <> fact.playback"""


def floor(time: datetime, width: timedelta) -> datetime:
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (time - day) // width * width


class Retention(Functions):
    def setUp(self) -> None:
        super().setUp()
        self.now = datetime.fromisoformat(self.value("SELECT now() AT TIME ZONE 'UTC'")).replace(tzinfo=timezone.utc)
        self.today = floor(self.now, DAY)
        self.sequence = 0
        self.moments: List[datetime] = []  # of all events

    def day(self, days: int) -> datetime:
        """So many days back, at its start."""
        return self.today - days * DAY

    def begin(self, days: int = FIRST) -> None:
        """As a database that was made so many days ago, with a partition for each of them."""
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{self.day(days)}', 'UTC') WHERE mark < 6; "
                  "DROP TABLE events_past, events_past_late; "
                  f"SELECT make_partition('events', is_late, '{self.day(days).date()}'::date + n) "
                  f"FROM generate_series(0, {days - 16}) AS n, unnest(ARRAY[false, true]) AS is_late")

    def events(self, count: int, first: datetime, past: datetime, **more: object) -> List[Event]:
        """At moments that are drawn, half of them near an edge."""
        events = []
        for _ in range(count):
            at = first + (past - first) * self.random.random()
            if self.random.random() < 0.5:
                at = min(floor(at, DAY) + self.random.choice(EDGES), past - MICROSECOND)
            self.moments.append(max(at, first))
            self.sequence += 1
            events.append(Event(self.sequence, self.random.choice(LABELS[:4]), self.random.randint(1, 3),
                                max(at, first), received_at=self.now, verdict=self.random.choice((0, 0, 1, 4)),
                                quantity=self.random.choice((1, 1, 1000)),
                                playback_ms=self.random.choice((10, 10**9)), **more))
        return events

    def fill(self, count: int = 200) -> None:
        """In their time, then rolled up, then late ones; kept_events has all of them for ever."""
        self.ingest(*self.events(count, self.day(FIRST), self.now))
        self.psql("SELECT close_minutes()")
        self.call_all("roll_up")
        self.ingest(*self.events(count, self.day(FIRST), self.now))
        self.psql("CREATE TABLE kept_events AS SELECT * FROM events")

    def call_all(self, function: str) -> None:
        """Hundreds of times: without a session for each."""
        self.psql(f"DO 'BEGIN WHILE {function}() LOOP COMMIT; END LOOP; END'")

    def forget(self, days: int = KEPT, now: str = "now()") -> int:
        return self.repeat(f"maintain({now}, {days})")

    def events_from(self) -> str:
        return self.value("SELECT at AT TIME ZONE 'UTC' FROM marks WHERE mark = 6")

    def assert_forgotten(self, days: int = KEPT) -> None:
        """All of before, and nothing else."""
        self.assertEqual(self.events_from(), self.day(days).strftime("%Y-%m-%d %H:%M:%S"))
        self.assertEqual(self.psql("SELECT * FROM events EXCEPT SELECT * FROM kept_events "
                                   f"WHERE occurred_at >= '{self.day(days)}' OR occurred_at IS NULL"), [])
        self.assertEqual(self.psql(f"SELECT * FROM kept_events WHERE occurred_at >= '{self.day(days)}' "
                                   "OR occurred_at IS NULL EXCEPT SELECT * FROM events"), [])

    def assert_counts_stay(self) -> None:
        """Those of all that ever was."""
        self.assertEqual(self.psql(DISAGREEMENTS.replace("FROM events", "FROM kept_events"))[:5], [])

    def window(self, start: datetime, end: datetime, ad: Optional[int], traffic: str, gone: datetime) -> str:
        """SQL that finds what is told wrong of a window, whose ends are wider where the events are gone."""
        width = MINUTE if ad is None else 15 * MINUTE
        first, past = start, end + MICROSECOND
        if first < gone:
            first = floor(first, width)
        if past < gone:
            past = floor(past + width - MICROSECOND, width)
        return WINDOW.format(start=start, end=end, ad=ad or "NULL", traffic=traffic, first=first, past=past)

    def assert_questions_answered(self, count: int, gone: datetime) -> None:
        """Random ones, of which many begin and end where the events are gone: near one of them, or at an edge."""
        windows = []
        for _ in range(count):
            moments = [self.random.choice(self.moments) + self.random.choice((-1, 0, 1, 2 * 10**7)) * MICROSECOND
                       for _ in range(2)]
            if self.random.random() < 0.2:
                moments[0] = self.day(self.random.choice((KEPT, KEPT + 1)))
            start, end = sorted(floor(at, self.random.choice((MICROSECOND, MINUTE, 15 * MINUTE, DAY)))
                                for at in moments)
            windows.append(self.window(start, max(start, end - self.random.choice((timedelta(), MICROSECOND))),
                                       self.random.choice((None, 1, 3)),
                                       self.random.choice(("gross", "net", "test")), gone))
        self.assertEqual(self.psql(" UNION ALL ".join(windows)), [])

    def test_what_goes_and_what_stays(self) -> None:
        self.begin()
        self.fill()
        stray = [row(900 + n, at=f"2031-0{n + 1}-05 12:00:00+00") for n in range(2)]
        self.ingest(*stray, *self.events(20, self.day(70), self.day(60)))  # in the default partition, as is
        self.psql("INSERT INTO events (ad_id, kind) VALUES (1, 'click')")  # adopted without a time
        self.psql("DROP TABLE kept_events; CREATE TABLE kept_events AS SELECT * FROM events")
        counts = self.psql("SELECT row_to_json(c)::text FROM counts c ORDER BY 1")
        late = self.psql("SELECT row_to_json(c)::text FROM counts_late c ORDER BY 1")
        self.assertEqual(self.forget(), 1 + 2 * (FIRST - KEPT) + 1)
        self.assert_forgotten()
        self.assertEqual(self.value("SELECT min(first) FROM partition_bounds('events')"),
                         self.value(f"SELECT timestamptz '{self.day(KEPT)}'"))
        self.assertEqual(self.psql("SELECT row_to_json(c)::text FROM counts c ORDER BY 1"), counts)
        self.assertEqual(self.psql("SELECT row_to_json(c)::text FROM counts_late c ORDER BY 1"), late)
        self.assert_counts_stay()
        self.assertEqual(self.value("SELECT count(*) FROM clicks WHERE \"timestamp\" IS NULL"), "1")

    def test_a_question_is_answered_as_exactly_as_counts_can(self) -> None:
        """At each step on the way."""
        self.begin()
        self.fill()
        self.assert_questions_answered(20, self.day(1000))
        for step in ("true", "true", "maintain(now(), 20)"):
            self.value(f"SELECT {step} AND maintain(now(), {KEPT})")
            self.assert_questions_answered(15, self.day(KEPT))
        self.forget()
        self.assert_questions_answered(60, self.day(KEPT))
        self.call_all("fold_late")
        self.assert_questions_answered(60, self.day(KEPT))
        self.assert_counts_stay()

    def test_edges_of_what_is_gone(self) -> None:
        self.begin()
        self.fill()
        self.forget()
        gone = self.day(KEPT)
        for start, end in ((gone, gone), (gone - MICROSECOND, gone - MICROSECOND), (gone - MICROSECOND, gone),
                           (gone - 2 * DAY, gone - MICROSECOND), (gone - 2 * DAY, gone), (gone - MINUTE, gone + MINUTE),
                           (gone - DAY, gone - DAY), (gone - 20 * MINUTE, gone - 19 * MINUTE)):
            for ad in (None, 1):
                self.assertEqual(self.psql(self.window(start, end, ad, "gross", gone)), [])
        at, ad_id = self.psql("SELECT occurred_at, ad_id FROM kept_events WHERE verdict <> 4 AND occurred_at < "
                              f"'{gone}' AND occurred_at > date_trunc('minute', occurred_at) LIMIT 1")[0]
        for ad in ("NULL", ad_id):
            self.assertEqual(self.value(f"SELECT sum(events) FROM traffic_totals('{at}', timestamptz '{at}' - "
                                        f"interval '2 microseconds', {ad}, 'gross')"), "0")
        for ad in ("NULL", "1"):
            self.assertEqual(self.value("SELECT sum(events) FROM traffic_totals('-infinity', 'infinity', "
                                        f"{ad}, 'test')"),
                             self.value(f"SELECT sum(quantity) FROM kept_events WHERE verdict = 4 AND "
                                        f"({ad} IS NULL OR ad_id = {ad})"))

    def test_late_events_of_days_that_are_gone(self) -> None:
        """They count; their rows go again. Those of a day without partition are found, if one looks."""
        self.begin()
        self.fill()
        self.forget()
        self.ingest(*self.events(20, self.day(FIRST), self.day(KEPT)))
        self.psql("INSERT INTO kept_events SELECT * FROM events EXCEPT SELECT * FROM kept_events")
        condition = f"occurred_at >= '{self.day(FIRST)}' AND occurred_at < '{self.day(KEPT)}'"
        self.psql(f"INSERT INTO events (ad_id, kind, occurred_at) VALUES (1, 'click', '{self.day(KEPT + 1)}')")
        for late, count in (("late", "20"), ("NOT late", "1")):
            self.assertEqual(self.value(f"SELECT count(*) FROM events WHERE {late} AND {condition}"), count)
        self.assert_questions_answered(20, self.day(KEPT))
        self.assertEqual(self.forget(), 1)
        self.assert_forgotten()
        self.assert_questions_answered(20, self.day(KEPT))
        self.call_all("fold_late")
        self.assert_counts_stay()

    def test_a_partition_that_reaches_beyond(self) -> None:
        """As that of everything before the schema was made: its rows go, some at a time, and it stays."""
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{self.day(FIRST)}', 'UTC') WHERE mark < 6")
        self.fill()
        self.assertEqual(self.forget(), 1 + 2)
        self.assert_forgotten()
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'events_past%' "
                                    "AND relkind = 'r'"), "2")
        self.ingest(*self.events(25, self.day(FIRST), self.day(KEPT)))
        self.psql("INSERT INTO kept_events SELECT * FROM events EXCEPT SELECT * FROM kept_events")
        self.assertEqual(self.repeat(f"forget_events('{self.day(KEPT)}', 10)"), 3)
        self.assert_forgotten()
        self.assert_questions_answered(30, self.day(KEPT))
        self.forget(16)
        self.assert_forgotten(16)
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'events_past%' "
                                    "AND relkind = 'r'"), "2")

    def test_partitions_of_the_past_go_whole(self) -> None:
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{self.day(FIRST)}', 'UTC') WHERE mark < 6; "
                  "DROP TABLE events_past, events_past_late; SELECT format('CREATE TABLE %I PARTITION OF events "
                  f"FOR VALUES FROM (%L, ''-infinity'') TO (%L, %L)', 'events_past' || l, l, l, '{self.day(KEPT)}') "
                  "FROM unnest(ARRAY[false, true]) AS l \\gexec")
        self.fill()
        self.assertEqual(self.forget(), 1 + 2)
        self.assert_forgotten()
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'events_past%' "
                                    "AND relkind = 'r'"), "0")
        self.assert_questions_answered(20, self.day(KEPT))

    def test_the_strictest_wins_and_nothing_comes_back(self) -> None:
        self.begin()
        self.fill()
        self.forget()
        stray = row(5000, at=f"{self.day(30)}", received_at=f"{self.now}")
        self.ingest(stray)
        self.assertEqual((self.forget(0), self.forget(35)), (0, 0))
        self.assertEqual(self.events_from(), self.day(KEPT).strftime("%Y-%m-%d %H:%M:%S"))
        self.assertEqual(self.count(), int(self.value("SELECT count(*) FROM kept_events WHERE occurred_at >= "
                                                      f"'{self.day(KEPT)}'")) + 1)
        self.assertEqual(self.forget(29), 1)
        self.assert_forgotten()
        self.forget(16)
        self.assert_forgotten(16)

    def test_fewer_days_than_events_may_be_late_are_refused(self) -> None:
        for days in ("15", "1", "-1"):
            self.assertEqual(self.sqlstate(f"SELECT maintain(now(), {days})"), "22023")

    def test_a_clock_that_is_ahead_drops_nothing_that_is_kept(self) -> None:
        """But for a day more; and where nothing was stored, nothing at all goes."""
        self.begin()
        self.psql("INSERT INTO clicks (ad_id, \"timestamp\") VALUES (1, now() - interval '39 days')")
        self.forget(now="now() + interval '1 year'")
        self.assertEqual((self.events_from(), self.count()), ("-infinity", 1))
        self.fill()
        self.psql("INSERT INTO kept_events SELECT * FROM events EXCEPT SELECT * FROM kept_events")
        self.psql(f"UPDATE marks SET at = '{self.day(0)}' WHERE mark = 5")
        self.forget(now="now() + interval '1 year'")
        self.assert_forgotten(KEPT - 1)

    def test_it_waits_for_the_counts(self) -> None:
        """Where they are not rolled up, minutes of each ad and the events are all there is."""
        self.begin()
        self.psql(f"UPDATE marks SET at = '{self.day(30)}' WHERE mark IN (1, 5)")
        self.ingest(*self.events(100, self.day(FIRST), self.now))
        self.psql("CREATE TABLE kept_events AS SELECT * FROM events")
        self.forget()
        self.assert_forgotten(30)

    def test_it_waits_for_what_an_older_version_has_stored(self) -> None:
        self.begin()
        self.fill()
        self.psql("CREATE TABLE before_events ()")
        self.assertEqual((self.forget(), self.events_from()), (0, "-infinity"))

    def test_a_question_that_has_begun(self) -> None:
        """It reads what there is by the mark that it sees; what it reads is not dropped, and late rows that are
        deleted are still there for it."""
        self.begin()
        self.fill()
        self.ingest(*self.events(20, self.day(70), self.day(60)))
        question = SqlSession(self, self.postgres, self.database)
        window = f"'{self.day(65) + timedelta(seconds=30)}', '{self.day(KEPT + 2) + timedelta(seconds=30)}'"
        ask = f"SELECT array_agg(events) FROM window_totals({window}, NULL, 'gross')"
        question.run("BEGIN ISOLATION LEVEL REPEATABLE READ; "
                     "LOCK TABLE ONLY events, ONLY counts, ONLY counts_minute, counts_late IN ACCESS SHARE MODE")
        before = question.run(ask)
        self.assertEqual(self.value(f"SELECT maintain(now(), {KEPT})"), "t")
        self.assertEqual(question.run(ask), before)
        with self.assertRaisesRegex(AssertionError, "lock timeout"):
            self.psql(f"SELECT maintain(now(), {KEPT})")
        self.assertEqual(self.value(f"SELECT delete_events('events_default', '{self.day(KEPT)}', 1000)"), "t")
        self.assertEqual(question.run(ask), before)
        question.run("COMMIT")
        self.forget()
        self.assert_forgotten()

    def test_another_that_is_at_it_is_waited_for(self) -> None:
        """It may keep events for ever, and in an hour there is the next chance."""
        self.begin(17)
        self.fill(10)
        other = SqlSession(self, self.postgres, self.database)
        other.run("BEGIN; SELECT maintain()")
        self.assertEqual(self.sqlstate("SELECT maintain(now(), 16)"), "55P03")
        question = SqlSession(self, self.postgres, self.database)
        question.send("SELECT maintain(now(), 16)")
        other.run("COMMIT")
        self.assertEqual(question.answer(), ["t"])

    def test_what_somebody_depends_on_stays_and_the_others_go(self) -> None:
        self.begin()
        self.fill()
        name = self.value(f"SELECT partition FROM partition_bounds('events') WHERE NOT is_late AND "
                          f"first = '{self.day(30)}'")
        self.psql(f"CREATE VIEW mine AS SELECT * FROM {name}")
        self.forget()
        self.assertEqual(self.psql("SELECT partition FROM partition_bounds('events') WHERE past <= "
                                   f"'{self.day(KEPT)}'"),
                         [(name,)])
        self.assert_questions_answered(20, self.day(KEPT))
        self.psql("DROP VIEW mine")
        self.forget()
        self.assert_forgotten()

    def test_without_a_default_partition(self) -> None:
        self.begin()
        self.fill()
        self.psql("DROP TABLE events_default")
        self.forget()
        self.assert_forgotten()


class OfTheProgram(DatabaseCase):
    def test_it_drops_what_is_too_old_and_says_from_when_on_events_are_kept(self) -> None:
        self.stay_in_one_day()
        server = self.open_server()
        self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.wait_maintained()
        server.stop()
        self.psql("INSERT INTO clicks (ad_id, \"timestamp\") SELECT 1, now() - n * interval '1 day' "
                  "FROM generate_series(0, 60) AS n; SELECT make_partition('events', true, CURRENT_DATE - 30)")
        total = "SELECT sum(events) FROM traffic_totals('-infinity', 'infinity', NULL, 'gross')"
        before = self.value(total)
        server = self.open_server(EVENTS_RETENTION_DAYS="40")
        server.wait_until(lambda: self.value("SELECT count(*) FROM clicks WHERE \"timestamp\" < "
                                             "(now() AT TIME ZONE 'UTC')::date - 40") == "0", 30)
        server.wait_until(lambda: server.metrics().value("adtracker_events_from_timestamp_seconds") == float(
            self.value("SELECT extract(epoch FROM date_trunc('day', now() - interval '40 days', 'UTC'))")), 30)
        self.assertEqual(self.value("SELECT count(*) FROM clicks WHERE \"timestamp\" < CURRENT_DATE"), "40")
        self.assertEqual(self.value(total), before)
        self.assertNotIn("WARNING", server.log_text())


if __name__ == "__main__":
    unittest.main()
