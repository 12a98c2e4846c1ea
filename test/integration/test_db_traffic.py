"""Gross, net and test traffic: from every source of an answer, in the views, and for programs of before."""
import unittest
from datetime import timedelta

from db_support import DatabaseCase
from functions_support import NOON, Functions, row, time_of
from schema_support import NUMBERED

VERDICTS = range(5)
ONE_OF_EACH = {"gross": 1111, "net": 1, "test": 10000}  # where verdict n counts 10 to the n
LEVELS = ("minute", "quarter hour", "hour", "day", "month")


class Traffic(Functions):
    def total(self, traffic: str, start: str, end: str, ad: str = "NULL", kind: int = 0) -> tuple:
        return self.psql(f"SELECT events, playback_ms FROM traffic_totals('{start}', '{end}', {ad}, '{traffic}') "
                         f"WHERE kind = {kind}")[0]

    def assert_one_of_each(self, start: str, end: str, ad: str = "NULL") -> None:
        for traffic, count in ONE_OF_EACH.items():
            self.assertEqual(self.total(traffic, start, end, ad), (str(count), str(3 * count)), (traffic, ad))

    def count_by_verdict(self, table: str, columns: str, values: str) -> None:
        """Rows of counts, without events, of all and of ad 2."""
        self.psql(f"INSERT INTO {table} (lane, dimension, key, detail, verdict, k0, playback_ms, {columns}) "
                  f"SELECT 0, d, 2 * d, 0, v, 10 ^ v, 3 * 10 ^ v, {values} "
                  f"FROM generate_series(0, {VERDICTS[-1]}) AS v, generate_series(0, 1) AS d")

    def test_from_the_counts_of_each_level(self) -> None:
        """The first window ends with a whole bucket of the level and of no wider one."""
        self.psql("UPDATE marks SET at = '2031-08-01 00:00+00' WHERE mark < 6; "
                  "UPDATE marks SET at = '2031-05-01 00:00+00' WHERE mark = 5")
        for level, (start, end) in enumerate((("05-02 01:01", "05-02 01:02"), ("05-02 01:15", "05-02 01:30"),
                                              ("05-02 02:00", "05-02 03:00"), ("05-03 00:00", "05-04 00:00"),
                                              ("06-01 00:00", "07-01 00:00"))):
            with self.subTest(LEVELS[level]):
                self.count_by_verdict("counts", "level, bucket", f"{level}, '2031-{start}+00'")
                window = (f"2031-{start}+00", f"{time_of(f'2031-{end}:00+00') - timedelta(microseconds=1)}")
                self.assert_one_of_each(*window)
                if level > 0:  # minutes of ads are in their own table
                    self.assert_one_of_each(*window, ad="2")

    def test_from_the_minutes_and_the_late_counts(self) -> None:
        self.psql("UPDATE marks SET at = '2031-05-01 00:00+00' WHERE mark < 6")
        for table, minute, journal in (("counts_minute", "12:01", "1"), ("counts_late", "12:02", "1"),
                                       ("counts_late", "12:03", "NULL")):
            with self.subTest(table, journal=journal):
                self.count_by_verdict(table, "bucket, journal_id", f"'2031-05-05 {minute}+00', {journal}")
                for ad in ("NULL", "2"):
                    self.assert_one_of_each(f"2031-05-05 {minute}:00+00", f"2031-05-05 {minute}:59.999999+00", ad)

    def test_from_the_events_at_ragged_ends(self) -> None:
        """Of those that are late and of others, of each verdict."""
        self.psql(f"UPDATE marks SET at = '{NOON}' WHERE mark = 0")
        for hour in ("11", "13"):
            first = 100 * int(hour)
            self.ingest(*(row(first + v, ad_id=2, at=f"2031-05-05 {hour}:00:30+00", verdict=v, quantity=10 ** v,
                              playback_ms=3 * 10 ** v) for v in VERDICTS))
            window = (f"2031-05-05 {hour}:00:29+00", f"2031-05-05 {hour}:00:31+00")
            self.assertEqual(self.value(f"SELECT bool_and(late) = bool_or(late) AND bool_or(late) = ({hour} = 11) "
                                        f"FROM events WHERE occurred_at >= '{window[0]}'"), "t")
            for ad in ("NULL", "2"):
                self.assert_one_of_each(*window, ad)
        self.assertEqual(self.total("gross", *window, ad="1"), ("0", "0"))
        self.assert_counts_agree()

    def test_other_words_are_refused(self) -> None:
        for traffic in ("'all'", "''", "'Net'", "NULL"):
            self.assertEqual(self.sqlstate(f"SELECT * FROM traffic_totals('{NOON}', '{NOON}', NULL, {traffic})"),
                             "22023")

    def test_an_event_that_is_retried_keeps_its_verdict(self) -> None:
        self.ingest(*(row(1 + v, ad_id=99, verdict=v, quantity=10 ** v, playback_ms=3) for v in VERDICTS))
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y')")
        self.assertEqual(self.total("test", NOON, NOON)[0], "0")
        self.assertEqual(self.value("SELECT retry_rejected()"), "5")
        for traffic, count in ONE_OF_EACH.items():
            self.assertEqual(self.total(traffic, NOON, NOON, "99")[0], str(count))
        self.assert_counts_agree()

    def test_programs_of_before_are_told_gross(self) -> None:
        self.ingest(*(row(1 + v, "impression", verdict=v, quantity=10 ** v) for v in VERDICTS))
        for ad in ("NULL", "1"):
            self.assertEqual(self.psql(f"SELECT * FROM analytics_totals('{NOON}', '{NOON}', {ad})"),
                             self.psql(f"SELECT * FROM traffic_totals('{NOON}', '{NOON}', {ad}, 'gross')"))


class Views(Functions):
    """Scripts of the original service know of no tests."""

    def setUp(self) -> None:
        super().setUp()
        self.psql(f"UPDATE marks SET at = '{NOON}' WHERE mark = 0")

    def ingest_each(self) -> None:
        """Of each verdict a click and an impression, late and in time: the seconds tell the verdict."""
        rows = [(kind, at, v) for kind in ("click", "impression") for at in ("2031-05-05 11:00:00+00", NOON)
                for v in VERDICTS]
        self.ingest(*(row(n + 1, kind, at=at, verdict=v, playback_ms=1000 * v) for n, (kind, at, v) in enumerate(rows)))

    def test_tests_are_not_in_them(self) -> None:
        self.ingest_each()
        for view in ("clicks", "impressions"):
            self.assertEqual(self.psql(f"SELECT video_playback_time, count(*) FROM {view} GROUP BY 1 ORDER BY 1"),
                             [(str(v), "2") for v in VERDICTS[:-1]])

    def test_what_is_deleted_is_no_test(self) -> None:
        """Not even where it has the id and the time of one that is."""
        self.ingest_each()
        self.psql("UPDATE events SET id = -7 WHERE verdict IN (0, 4); "
                  "DELETE FROM clicks WHERE id = -7; DELETE FROM impressions WHERE id = -7")
        self.assertEqual(self.psql("SELECT verdict, count(*) FROM events GROUP BY 1 ORDER BY 1"),
                         [(str(v), "4") for v in VERDICTS[1:]])
        self.assert_counts_agree()

    def test_one_without_a_time_is_deleted_alone(self) -> None:
        self.psql("INSERT INTO events (id, ad_id, kind, verdict) VALUES (5, 1, 'click', 4), (5, 1, 'click', 0)")
        self.psql("DELETE FROM clicks WHERE id = 5")
        self.assertEqual(self.psql("SELECT verdict FROM events"), [("4",)])

    def test_what_is_added_is_valid(self) -> None:
        self.psql(f"INSERT INTO clicks (ad_id, \"timestamp\") VALUES (1, '{NOON[:-3]}')")
        self.assertEqual(self.psql("SELECT t, events FROM unnest(ARRAY['gross', 'net', 'test']) AS t, "
                                   f"traffic_totals('{NOON}', '{NOON}', 1, t) WHERE kind = 0"),
                         [("gross", "1"), ("net", "1"), ("test", "0")])


class Before(DatabaseCase):
    def test_functions_of_before_are_dropped(self) -> None:
        """Those whose signature has changed: they would stand beside the others for ever."""
        server = self.start_server()
        self.wait_up(server)
        server.stop()
        old = ("part_totals(smallint, integer, integer, timestamptz, timestamptz, integer, bigint)",
               "event_totals(smallint, timestamptz, timestamptz, bigint)",
               "window_totals(timestamptz, timestamptz, integer)")
        for signature in old:
            self.psql(f"CREATE FUNCTION {signature} RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'")
        number = next(int(path.name[:3]) for path in NUMBERED if path.name.endswith("_traffic.sql"))
        self.psql(f"DELETE FROM schema_migrations WHERE version = {number}")
        self.wait_up(self.start_server())
        self.assertEqual(self.psql("SELECT proname, count(*) FROM pg_proc WHERE proname ~ '_totals$' "
                                   "AND pronamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1"),
                         [(name, "1") for name in ("add_totals", "analytics_totals", "event_totals", "part_totals",
                                                   "traffic_totals", "window_totals")])


if __name__ == "__main__":
    unittest.main()
