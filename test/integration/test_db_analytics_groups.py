"""What analytics can be grouped by, and the forms of an answer: each says the same."""
import csv
import io
import itertools
import unittest
from datetime import timedelta
from typing import List, Tuple

from analytics_history import is_pair_legal
from analytics_oracle import COUNTS, LEGAL, METRICS, THINGS, TIMES, Question, us_of
from analytics_recent import Recent
from batch_support import Event
from functions_support import JOURNAL, NONCE

ADDED = (*COUNTS, "invalid", "events")
SHORT = ("error_code", "nofill_reason")  # groups that hold events of one kind alone


class Groups(Recent):
    def test_legal_groups_are_those_of_the_list_and_no_others(self) -> None:
        words: List[Tuple[str, ...]] = [(word,) for word in THINGS + TIMES]
        for pair in itertools.product(THINGS + TIMES, repeat=2):
            words.append(pair)
        for groups in words:
            is_legal = len(groups) == 1 or is_pair_legal(*groups)
            answer = self.client.get(self.question(*groups).path())
            with self.subTest(groups):
                self.assertEqual(answer.status, 200 if is_legal else 400, answer.body[:300])
                if not is_legal:
                    self.assertIn("nofill_reason", answer.json()["error"])
        self.assertEqual(sum(len(groups) == 1 or is_pair_legal(*groups) for groups in words),
                         11 + 2 * (len(LEGAL) - 12))

    def test_other_groups_are_refused(self) -> None:
        for groups in (("ad", "kind", "day"), ("ads",), ("ad", ""), ("campaign",), ("AD",), ("day", "day", "day")):
            with self.subTest(groups):
                self.assert_refused(self.client, self.question(*groups).path(), "group_by")

    def test_a_filter_and_a_group_that_need_two_dimensions(self) -> None:
        for groups, filters in (
                (("ad",), {"placements": ("a",)}), (("error_code",), {"placements": ("a",)}),
                (("ad", "day"), {"placements": ("a",)}), (("error_code", "day"), {"placements": ("a",)}),
                (("ad", "kind"), {"placements": ("a",)}), (("ad", "error_code"), {"placements": ("a",)}),
                (("placement",), {"ads": (1,)}), (("placement", "month"), {"ads": (1,)}),
                (("placement", "kind"), {"ads": (1,)}), (("placement", "nofill_reason"), {"ads": (1, 2)}),
                ((), {"ads": (1,), "placements": ("a",)}), (("day",), {"ads": (1,), "placements": ("a",)})):
            with self.subTest(groups, **filters):
                self.assert_refused(self.client, self.question(*groups, **filters).path(), "placement")

    def test_groups_add_up_to_the_total(self) -> None:
        oracle = self.oracle()
        for groups, traffic in zip(LEGAL[1:], itertools.cycle(("gross", "test"))):
            question = self.question(*groups, traffic=traffic, metrics=ADDED)
            rows, rest = self.pages(self.client, question, 10000)
            kinds = [{"error_code": "errors", "nofill_reason": "nofills"}[g] for g in groups if g in SHORT]
            with self.subTest(groups, traffic=traffic):
                for metric in kinds or ADDED:
                    self.assertEqual(sum(row[metric] for row in rows), rest[metric], metric)
                self.assert_right(self.client, question, oracle)

    def test_what_belongs_to_no_ad_has_a_row_of_its_own(self) -> None:
        rows = self.page(self.client, self.question("ad")).rows
        nobody, = [row for row in rows if row["ad_id"] is None]
        self.assertGreater(nobody["requests"], 0)
        self.assertGreater(nobody["errors"], 0)
        self.assertEqual(nobody["impressions"], 0)
        self.assertIsNone(nobody["completion_rate"])
        self.assertEqual(nobody["click_rate"], 0)
        self.assertEqual(len(rows), 13)

    def test_a_window_without_events(self) -> None:
        start = us_of(self.began.replace(hour=0) - timedelta(days=4000))
        question = Question(start, start + 2 * 86400 * 10**6 - 1)
        oracle = self.oracle()
        for groups, count in (((), 0), (("ad",), 0), (("day", "ad"), 0), (("day",), 2), (("hour",), 48)):
            for form in ("json", "csv", "ndjson"):
                rows = self.assert_right(self.client, question._replace(groups=groups), oracle, form=form)
                self.assertEqual(rows, count if groups or form == "json" else 1, (groups, form))

    def test_what_happened_just_after_the_window_is_no_row(self) -> None:
        """What lies up to midnight is counted, and what is behind the window taken off; also of those that are
        invalid, asked for or not."""
        end = self.began.replace(hour=22, minute=10, second=5) - timedelta(days=4)
        start = end - timedelta(hours=30)
        self.ingest([Event(801, "impression", 1, end + timedelta(seconds=20), verdict=1, placement="bots")],
                    JOURNAL, NONCE)
        self.psql("SELECT close_minutes()")
        self.repeat_many("roll_up()")
        oracle = self.oracle()
        for metrics in ((), ("viewables",), ("invalid",), ("events",)):
            for groups in (("placement",), ("placement", "verdict"), ("placement", "day"), ("ad",)):
                self.assert_right(self.client, Question(us_of(start), us_of(end), groups=groups, metrics=metrics),
                                  oracle)

    def test_placements_beyond_ten_thousand_of_a_day(self) -> None:
        self.assertEqual(self.page(self.client, self.question("placement")).rest["meta"]["warnings"], [])
        self.psql("INSERT INTO placements (lane, id, name, day) SELECT 0, placement_number('p' || n), 'p' || n, "
                  "(now() AT TIME ZONE 'UTC')::date FROM generate_series(1, 10000) AS n")
        self.ingest([Event(801 + n, "impression", 1, self.began - timedelta(hours=n), placement=f"new{n}")
                     for n in range(30)], JOURNAL, NONCE)
        oracle = self.oracle()
        for groups in (("placement",), ("placement", "day"), ("placement", "kind")):
            question = self.question(*groups)
            question = question._replace(end_us=question.end_us + 10**6)
            self.assert_right(self.client, question, oracle)
            rows, rest = self.pages(self.client, question, 10000)
            self.assertEqual(sum(row["impressions"] for row in rows if row["placement"] == "(other)"), 30)
            self.assertEqual(len(rest["meta"]["warnings"]), 1, rest["meta"])


class Forms(Recent):
    def text(self, question: Question, **more: object) -> str:
        answer = self.client.get(question.path(**more))
        self.assertEqual(answer.status, 200, answer.body[:300])
        return answer.body.decode()

    def test_each_form_says_the_same(self) -> None:
        for groups in LEGAL:
            question = self.question(*groups, zone="Asia/Kathmandu")
            rows, rest = self.pages(self.client, question, 10000)
            with self.subTest(groups):
                for form in ("csv", "ndjson"):
                    told = self.page(self.client, question, form).rows
                    if groups:
                        self.assertEqual(told, rows)
                    else:
                        self.assertEqual([{name: row[name] for name in question.told_metrics} for row in told],
                                         [{name: rest[name] for name in question.told_metrics}])

    def test_the_columns_of_a_row(self) -> None:
        """Groups as the documentation lists them, whatever their order in the question; then metrics."""
        for groups in (("ad",), ("day", "placement"), ("verdict", "ad"), ()):
            question = self.question(*groups)
            names = [*question.columns, *question.told_metrics]
            if groups:
                for row in self.page(self.client, question).rows:
                    self.assertEqual(list(row), names)
            head = next(csv.reader(io.StringIO(self.text(question, format="csv"))))
            self.assertEqual(head[-len(names):], names)
        self.assertEqual(set(METRICS), {*self.question("kind").told_metrics})

    def test_metrics_that_are_asked_for(self) -> None:
        question = self.question("ad", metrics=("clicks", "viewable_rate", "events"))
        page = self.page(self.client, question)
        for row in page.rows:
            self.assertEqual(set(row), {"ad_id", "clicks", "viewable_rate", "events"})
        self.assertIn("total_clicks", page.rest)
        self.assertNotIn("impressions", page.rest)
        for wrong in (("clicks", "views"), ("",), ("Clicks",)):
            self.assert_refused(self.client, self.question("ad").path(metrics=",".join(wrong)), "metrics")

    def test_cells_that_would_be_formulas(self) -> None:
        """And those with commas, quotes and line breaks; names come from the database."""
        names = {"a": "=1+1", "b": '@a, "b"', "pre-roll.home": "two\r\nlines", "Z" * 64: "+1"}
        for name, other in names.items():
            self.psql(f"UPDATE placements SET name = $q${other}$q$ WHERE name = '{name}'")
        question = self.question("placement", metrics=("impressions",))
        text = self.text(question, format="csv")
        for cell in ("\n'=1+1,", '\n"\'@a, ""b""",', '\n"two\r\nlines",', "\n'+1,", "\n'-1_2,", "\n,"):
            self.assertIn(cell, text)
        self.assertEqual(self.page(self.client, question, "csv").rows, self.page(self.client, question).rows)

    def test_pages_add_up_to_the_whole(self) -> None:
        oracle = self.oracle()
        for groups in (("ad",), ("ad", "day"), ("placement", "kind"), ("day",), ("placement", "week")):
            for order in ("", "-impressions", "clicks", "completion_rate", "-viewable_rate",
                          "-" + Question(0, 0, groups=groups).columns[0], Question(0, 0, groups=groups).columns[-1]):
                question = self.question(*groups, order=order)
                whole = self.pages(self.client, question, 10000).rows
                for limit in (1, 3, 10, len(whole), len(whole) - 1, len(whole) + 1):
                    if len(whole) / limit < 25:
                        self.assertEqual(self.pages(self.client, question, limit).rows, whole, (question, limit))
                self.assert_right(self.client, question, oracle)

    def test_a_hundred_rows_unless_it_is_said(self) -> None:
        question = self.question("ad", "day")
        page = self.page(self.client, question)
        self.assertEqual(len(page.rows), 100)
        self.assertTrue(page.rest["meta"]["next"])
        whole = self.pages(self.client, question, 10000)
        self.assertIsNone(whole.rest["meta"].get("next"))
        for form in ("csv", "ndjson"):
            self.assertEqual(self.page(self.client, question, form).rows, whole.rows)
            self.assertEqual(self.page(self.client, question, form, limit=7).rows, whole.rows[:7])
        for limit in ("0", "10001", "x", "-1", ""):
            self.assert_refused(self.client, question.path(limit=limit), "limit")

    def test_a_cursor_is_of_its_question(self) -> None:
        question = self.question("ad", "day")
        cursor = self.page(self.client, question, limit=10).rest["meta"]["next"]
        for other in (question._replace(order="clicks"), question._replace(traffic="net"),
                      question._replace(groups=("ad", "month")), question._replace(zone="Asia/Tokyo")):
            self.assert_refused(self.client, other.path(limit=10, cursor=cursor), "cursor")
        for wrong in ("", "x", cursor[:-1], cursor + "A", "A" * len(cursor)):
            self.assert_refused(self.client, question.path(cursor=wrong), "cursor")
        self.assertEqual(len(self.page(self.client, question, limit=25, cursor=cursor).rows), 25)

    def test_an_order_of_what_is_not_there(self) -> None:
        for order in ("views", "day", "-", "--clicks", "ad_id,clicks", ""):
            self.assert_refused(self.client, self.question("ad").path(order_by=order), "order_by")


if __name__ == "__main__":
    unittest.main()
