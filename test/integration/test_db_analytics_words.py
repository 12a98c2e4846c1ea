"""The parameters of analytics: periods, comparisons, slips, limits; what an answer says of itself."""
import random
import unittest
from datetime import date, datetime, timedelta
from typing import Dict, Tuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from analytics_oracle import Question, first_second, next_date, us_of, us_of_text
from analytics_recent import Recent
from db_support import SqlSession

NAMES = ("start", "period", "group_by", "ad_id", "placement", "traffic", "metrics", "order_by", "limit", "cursor",
         "compare", "format")
LISTED = {"groupby": "group_by", "group-by": "group_by", "timezone": "tz", "from": "start", "to": "end",
          "since": "start", "until": "end", "sort": "order_by", "order": "order_by", "ad": "ad_id", "ads": "ad_id",
          "placements": "placement", "date_from": "start", "date_to": "end", "page": "cursor", "date": "period"}
LETTERS = "abcdefghijklmnopqrstuvwxyz_"
SECOND = 10**6
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati")


def slips_of(name: str, dice: random.Random) -> Tuple[str, str, str]:
    """A letter less, one more, another."""
    place = dice.randrange(len(name))
    other = dice.choice([letter for letter in LETTERS if letter != name[place]])
    return (name[:place] + name[place + 1:], name[:place] + other + name[place:],
            name[:place] + other + name[place + 1:])


def days_of(period: str, today: date) -> Tuple[date, date]:
    """The first day of a period, and the one after its last."""
    tomorrow = today + timedelta(days=1)
    month = today.replace(day=1)
    return {
        "today": (today, tomorrow), "yesterday": (today - timedelta(days=1), today),
        "7d": (tomorrow - timedelta(days=7), tomorrow), "30d": (tomorrow - timedelta(days=30), tomorrow),
        "month": (month, next_date(month, "month")),
        "last_month": ((month - timedelta(days=1)).replace(day=1), month),
    }[period]


def days_before(period: str, first: date) -> Tuple[date, date]:
    """Of the same period before: the first day, and the one after its last."""
    if "month" in period:
        return (first - timedelta(days=1)).replace(day=1), first
    return first - timedelta(days={"7d": 7, "30d": 30}.get(period, 1)), first


class Words(Recent):
    PERIODS = ("today", "yesterday", "7d", "30d", "month", "last_month")

    def ask(self, query: str, status: int = 200) -> Dict:
        answer = self.client.get(f"/ads/analytics?{query}")
        self.assertEqual(answer.status, status, (query, answer.body[:300]))
        return answer.json()

    def window_query(self) -> str:
        return self.question().path().partition("?")[2]

    # ---- which time

    def test_periods_are_whole_days_of_the_zone(self) -> None:
        oracle = self.oracle()
        for zone in ZONES:
            for period in self.PERIODS:
                before = datetime.now(ZoneInfo(zone)).date()
                told = self.ask(f"period={period}" + (f"&tz={quote(zone)}" if zone != "UTC" else ""))
                if datetime.now(ZoneInfo(zone)).date() != before:
                    continue  # midnight
                first, past = (first_second(zone, day) * SECOND for day in days_of(period, before))
                with self.subTest(zone=zone, period=period):
                    self.assertEqual([us_of_text(told[name]) for name in ("start", "end")], [first, past - 1])
                    question = Question(first, past - 1, zone)
                    self.assert_head(told, oracle.answer(question), question)

    def test_the_same_period_before(self) -> None:
        """By the calendar; of one that is not over as much as has passed of it."""
        oracle = self.oracle()
        for zone in ("UTC", "Asia/Kathmandu", "Europe/Berlin"):
            for period in self.PERIODS:
                today = datetime.now(ZoneInfo(zone)).date()
                told = self.ask(f"period={period}&tz={quote(zone)}&compare=previous")
                now = us_of(self.now())
                if datetime.now(ZoneInfo(zone)).date() != today:
                    continue
                first, past = (first_second(zone, day) * SECOND for day in days_of(period, today))
                before, end = (first_second(zone, day) * SECOND
                               for day in days_before(period, days_of(period, today)[0]))
                start_told, end_told = (us_of_text(told["previous"][name]) for name in ("start", "end"))
                with self.subTest(zone=zone, period=period):
                    self.assertEqual(start_told, before)
                    if past <= now:
                        self.assertEqual(end_told, end - 1)
                    else:  # an hour more or less where the clocks have changed
                        as_much = min(end, before + now - first)
                        self.assertLess(abs(end_told - as_much), (3700 if zone == "Europe/Berlin" else 65) * SECOND)
                        self.assertEqual((end_told + 1) % (60 * SECOND), 0)
                    self.assert_sums(told["previous"], oracle.total(Question(start_told, end_told)),
                                     Question(start_told, end_told), "previous")

    def test_a_window_compared_with_the_one_before(self) -> None:
        oracle = self.oracle()
        for length in (1, 60 * SECOND, 86400 * SECOND, 5 * 86400 * SECOND + 7):
            start = us_of(self.began - timedelta(days=6))
            for groups in ((), ("ad",), ("day",), ("kind", "day")):
                question = Question(start, start + length - 1, groups=groups, has_previous=True)
                self.assert_right(self.client, question, oracle)
        self.assertNotIn("previous", self.ask(self.window_query()))

    def test_times_that_are_refused(self) -> None:
        day = "2031-04-01T00:00:00Z"
        for query, word in (("", "start"), (f"start={day}", "end"), (f"end={day}", "start"),
                            ("period=year", "period"), ("period=", "period"), (f"period=7d&start={day}", "period"),
                            (f"period=7d&start={day}&end={day}", "period"), ("period=7d&tz=Mars/Olympus", "tz"),
                            ("period=7d&tz=", "tz"), ("period=7d&tz=../../etc/passwd", "tz"),
                            ("period=7d&tz=/etc/localtime", "tz"), ("period=7d&tz=Europe", "tz"),
                            ("period=7d&compare=next", "compare"), ("period=7d&compare=", "compare"),
                            ("period=7d&format=xml", "format"), ("period=7d&traffic=all", "traffic"),
                            ("period=7d&ad_id=0", "ad_id"), ("period=7d&ad_id=1&ad_id=x", "ad_id"),
                            ("period=7d&ad_id=1,2", "ad_id"), ("period=7d&placement=a%20b", "placement"),
                            ("period=7d&placement=" + "x" * 65, "placement")):
            with self.subTest(query):
                self.assertIn(word, self.ask(query, 400)["error"])

    # ---- slips

    def test_a_slip_is_not_a_number(self) -> None:
        window = self.window_query()
        for slip, name in LISTED.items():
            with self.subTest(slip):
                self.assertIn(name, self.ask(f"{window}&{slip}=1", 400)["error"])
        for name in NAMES:
            for _ in range(6):
                for slip in slips_of(name, self.random):
                    if slip not in (*NAMES, *LISTED, "end", "tz", ""):
                        with self.subTest(slip):
                            self.assertIn(name, self.ask(f"{window}&{slip}=1", 400)["error"])

    def test_what_nobody_knows_is_ignored_as_before(self) -> None:
        for more in ("utm_source=x", "_=1699999999", "callback=f", "v=2", "x", "=1", "nocache=1"):
            with self.subTest(more):
                self.ask(f"{self.window_query()}&{more}")

    # ---- limits

    def test_more_than_a_hundred_thousand_cells(self) -> None:
        start, day = us_of(self.began - timedelta(days=200)), 86400 * SECOND
        question = Question(start, start + 70 * day - 1, groups=("minute",))
        error = self.ask(question.path().partition("?")[2], 400)["error"]
        self.assertIn("100800", error.replace(",", ""))
        self.ask(Question(start, start + 69 * day - 1, groups=("minute",)).path().partition("?")[2])
        start = us_of(self.began - timedelta(days=399))
        error = self.ask(Question(start, start + 400 * day - 1, groups=("ad", "hour")).path().partition("?")[2],
                         400)["error"]
        self.assertIn("100000", error.replace(",", ""))

    def test_late_counts_of_a_quarter_hour_whose_first_minute_is_ragged(self) -> None:
        """They are told by the quarter hour, but for those of the minute in which events are read."""
        hour = self.began - timedelta(hours=5)
        self.psql("INSERT INTO clicks (ad_id, ip, \"timestamp\") SELECT 1 + n % 3, '10.0.0.1', "
                  f"(timestamptz '{hour}' AT TIME ZONE 'UTC') + n * interval '10 seconds' FROM generate_series(0, 200) AS n")
        self.assertNotEqual(self.value("SELECT count(*) FROM counts_late"), "0")
        oracle = self.oracle()
        for edge in (hour + timedelta(seconds=15), hour + timedelta(minutes=15, seconds=15)):
            for groups in ((), ("ad",), ("hour",), ("ad", "day"), ("kind", "hour")):
                for zone in ("UTC", "Asia/Kathmandu"):
                    for window in ((us_of(edge), us_of(hour) + 4 * 3600 * SECOND),
                                   (us_of(hour) - 3600 * SECOND, us_of(edge))):
                        self.assert_right(self.client, Question(*window, zone, groups), oracle)

    def test_too_many_cells_are_counted_whatever_the_zone(self) -> None:
        """The hours between a midnight of the zone and one of UTC belong to two buckets, and are read first."""
        day = (self.began - timedelta(days=20)).replace(hour=23, minute=30)
        self.psql("INSERT INTO ads (image_url, target_url) SELECT 'https://a.example/' || n, 'https://b.example/' || n "
                  "FROM generate_series(1, 100) AS n")
        self.psql(f"INSERT INTO clicks (ad_id, ip, \"timestamp\") SELECT id, '10.0.0.1', timestamptz '{day}' AT TIME ZONE "
                  "'UTC' FROM ads")
        self.repeat_many("fold_late()")
        start = us_of(self.began - timedelta(days=2000))
        for zone in ("UTC", "Europe/Berlin", "Asia/Kathmandu"):
            question = Question(start, us_of(self.began - timedelta(days=10)), zone, ("ad", "day"))
            self.assertIn("100000", self.ask(question.path().partition("?")[2], 400)["error"])

    def test_minutes_of_others_reach_back_two_days(self) -> None:
        kept, oracle = self.mark("minutes_from"), self.oracle()
        self.assertLessEqual(kept, us_of(self.began - timedelta(hours=48)), "not on the first day")
        since = datetime.fromtimestamp(kept / SECOND, ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M")
        for groups, filters in ((("ad", "minute"), {}), (("placement", "minute"), {}), (("error_code", "minute"), {}),
                                (("nofill_reason", "minute"), {}), (("minute",), {"ads": (1,)}),
                                (("minute",), {"placements": ("a", "b")}), (("kind", "minute"), {"ads": (1, 2)})):
            question = Question(kept, kept + 3 * 3600 * SECOND, groups=groups)._replace(**filters)
            with self.subTest(groups, **filters):
                self.assert_right(self.client, question, oracle)
                self.assert_refused(self.client, question._replace(start_us=kept - 1).path(), "minute", since)
        for groups in (("minute",), ("kind", "minute"), ("verdict", "minute")):
            question = Question(kept - 5 * 3600 * SECOND, kept + 3600 * SECOND, groups=groups)
            self.assert_right(self.client, question, oracle)

    # ---- what it says of itself

    def test_an_answer_that_has_not_changed_is_not_sent_again(self) -> None:
        for more in ("", "&group_by=ad", "&group_by=day&format=csv", "&format=ndjson&group_by=ad,day"):
            path = f"/ads/analytics?{self.window_query()}{more}"
            whole = self.client.get(path)
            etag = whole.headers["ETag"]
            self.assertRegex(etag, r'^"[^"]+"$')
            for match in (etag, f"W/{etag}", f'"other", {etag}', "*"):
                answer = self.client.get(path, {"If-None-Match": match})
                with self.subTest(more, match=match):
                    self.assertEqual((answer.status, answer.body, answer.headers["ETag"]), (304, b"", etag))
                    for name in ("X-As-Of", "X-Complete-Until"):
                        self.assertLess(abs(us_of_text(answer.headers[name]) - us_of(self.now())), 120 * SECOND)
            self.assertEqual(self.client.get(path, {"If-None-Match": '"other"'}).status, 200)

    def test_it_changes_with_the_numbers_alone(self) -> None:
        window = f"start={quote((self.now() - timedelta(hours=1)).isoformat())}&end=2100-01-01T00:00:00Z"
        paths = [f"/ads/analytics?{window}{more}" for more in ("", "&group_by=ad", "&group_by=ad&format=csv")]
        before = [self.client.get(path) for path in paths]
        self.assertEqual(len({answer.headers["ETag"] for answer in before}), 3)
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        self.post(self.tracker, 0, 7)
        pending = [self.client.get(path) for path in paths]
        self.assertEqual([pending[0].json()["pending_events"], pending[1].json()["meta"]["pending_events"]], [7, 7])
        self.assertEqual(before[0].json()["pending_events"], 0)
        self.assertEqual([a.headers["ETag"] for a in pending], [a.headers["ETag"] for a in before])
        gate.run("COMMIT")
        self.wait_at_rest(self.tracker)
        after = [self.client.get(path, {"If-None-Match": a.headers["ETag"]}) for path, a in zip(paths, before)]
        self.assertEqual([answer.status for answer in after], [200] * 3)
        self.assertEqual(after[0].json()["total_clicks"], before[0].json()["total_clicks"] + 4)

    def test_everything_before_complete_until_is_in_it(self) -> None:
        gate = SqlSession(self, self.postgres, self.database)
        before = us_of(self.now())
        gate.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        self.post(self.tracker, 0, 3)
        accepted = us_of(self.now())
        told = self.ask("period=today")["meta"]
        self.assertLessEqual(us_of_text(told["complete_until"]), accepted)
        self.assertGreater(us_of_text(told["complete_until"]), before - 2 * SECOND)
        self.assertEqual(told["pending_events"], 3)
        gate.run("COMMIT")
        self.wait_at_rest(self.tracker)
        self.tracker.wait_until(
            lambda: us_of_text(self.ask("period=today")["meta"]["complete_until"]) > accepted, 5)
        told = self.ask("period=today&tz=Asia/Kathmandu")["meta"]
        for name in ("start", "end"):
            self.assertTrue(told[name].endswith("+05:45"), told)
        self.assertLess(abs(us_of_text(told["as_of"]) - us_of(self.now())), 5 * SECOND)
        self.assertEqual((told["pending_events"], told["warnings"]), (0, []))

    def test_the_form_by_what_is_accepted(self) -> None:
        path = f"/ads/analytics?{self.window_query()}&group_by=ad"
        for accept, form in (("text/csv", "csv"), ("application/x-ndjson", "ndjson"), ("application/json", "json"),
                             ("*/*", "json"), ("text/html,*/*;q=0.8", "json"),
                             ("text/csv;q=0.2, application/json", "json"), ("text/csv, application/json;q=0.2", "csv"),
                             ("text/csv;q=0, */*", "json")):
            with self.subTest(accept):
                self.assert_form(self.client.get(path, {"Accept": accept}), form)
        for form in ("json", "csv", "ndjson"):
            self.assert_form(self.client.get(f"{path}&format={form}", {"Accept": "text/csv"}), form)
            self.assert_form(self.client.get(f"{path}&format={form}"), form)

    def assert_form(self, answer, form: str) -> None:
        self.assertEqual(answer.status, 200, answer.body[:200])
        kind = {"json": "application/json", "csv": "text/csv", "ndjson": "application/x-ndjson"}[form]
        self.assertEqual(answer.headers["Content-Type"].partition(";")[0], kind)
        begins = {"json": b'{"start"', "csv": b"ad_id,", "ndjson": b'{"ad_id"'}[form]
        self.assertTrue(answer.body.startswith(begins), answer.body[:100])

    def test_head_has_no_body(self) -> None:
        for more in ("", "&group_by=ad,day&format=csv"):
            path = f"/ads/analytics?{self.window_query()}{more}"
            whole, head = self.client.get(path), self.client.get(path, method="HEAD")
            self.assertEqual((head.status, head.body), (200, b""))
            for name in ("ETag", "Content-Type"):
                self.assertEqual(head.headers[name], whole.headers[name])
            self.assertEqual(self.client.get(path, {"If-None-Match": whole.headers["ETag"]}, "HEAD").status, 304)
        self.assertEqual(self.client.get("/ads/analytics?period=never", method="HEAD").status, 400)


if __name__ == "__main__":
    unittest.main()
