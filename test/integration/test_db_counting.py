"""What is counted, and how often: where two are at work at once, and where a mistake gives the right
sum all the same."""
import unittest

from batch_support import claims_of
from db_support import SqlSession
from functions_support import Functions, ingest_sql, row

from harness.process import wait_until


class Buckets(Functions):
    """Which counts an answer is made of: there are no events, and a count for every bucket, of another
    value for each width."""

    MINUTE, QUARTER, HOUR, DAY, MONTH = 1, 10**3, 10**6, 10**9, 10**12

    def setUp(self) -> None:
        super().setUp()
        self.psql(f"""
            UPDATE marks SET at = '2031-08-01 00:00+00';
            INSERT INTO counts (lane, level, bucket, dimension, key, detail, verdict, k0)
            SELECT 0, level, bucket, 0, 0, 0, 0, n
            FROM (VALUES (0, interval '1 minute', {self.MINUTE}), (1, '15 minutes', {self.QUARTER}),
                         (2, '1 hour', {self.HOUR}), (3, '1 day', {self.DAY})) AS l (level, width, n),
                 generate_series(timestamptz '2031-05-01 00:00+00', '2031-05-05 00:00+00', width) AS bucket;
            INSERT INTO counts (lane, level, bucket, dimension, key, detail, verdict, k0)
            SELECT 0, 4, bucket AT TIME ZONE 'UTC', 0, 0, 0, 0, {self.MONTH}
            FROM generate_series(timestamp '2031-05-01', timestamp '2031-07-01', interval '1 month') AS bucket""")

    def total(self, start: str, end: str) -> int:
        return int(self.value(f"SELECT events FROM analytics_totals('2031-{start}Z', '2031-{end}Z', NULL) WHERE kind = 0"))

    def test_each_part_comes_from_the_widest_buckets_that_fit(self) -> None:
        for start, end, months, days, hours, quarters, minutes in (
                ("05-02T00:00:00", "05-02T23:59:59.999999", 0, 1, 0, 0, 0),
                ("05-02T00:00:00", "05-03T23:59:59.999999", 0, 2, 0, 0, 0),
                ("05-02T00:00:00", "05-02T23:59:59.999998", 0, 0, 23, 3, 14),
                ("05-02T00:00:00.000001", "05-02T23:59:59.999999", 0, 0, 23, 3, 14),
                ("05-02T01:00:00", "05-02T01:59:59.999999", 0, 0, 1, 0, 0),
                ("05-02T01:00:00", "05-02T02:59:59.999999", 0, 0, 2, 0, 0),
                ("05-02T01:15:00", "05-02T01:29:59.999999", 0, 0, 0, 1, 0),
                ("05-02T01:14:00", "05-02T01:30:59.999999", 0, 0, 0, 1, 2),
                ("05-02T01:01:00", "05-02T01:01:59.999999", 0, 0, 0, 0, 1),
                ("05-02T01:01:00", "05-02T01:02:59.999999", 0, 0, 0, 0, 2),
                ("05-02T01:01:00.000001", "05-02T01:02:59.999998", 0, 0, 0, 0, 0),
                ("05-02T01:01:30", "05-02T01:01:40", 0, 0, 0, 0, 0),
                ("05-02T01:30:00", "05-02T02:29:59.999999", 0, 0, 0, 4, 0),
                ("05-01T22:58:30", "05-03T01:01:30", 0, 1, 2, 0, 2),
                ("05-01T22:00:00", "05-02T01:00:59.999999", 0, 0, 3, 0, 1),
                ("05-01T00:00:00", "05-31T23:59:59.999999", 1, 0, 0, 0, 0),
                ("05-01T00:00:00", "07-31T23:59:59.999999", 3, 0, 0, 0, 0),
                ("05-01T00:00:00.000001", "05-31T23:59:59.999999", 0, 4, 23, 3, 14)):
            with self.subTest(start=start, end=end):
                self.assertEqual(self.total(start, end), months * self.MONTH + days * self.DAY + hours * self.HOUR
                                 + quarters * self.QUARTER + minutes * self.MINUTE)

    def test_none_comes_from_what_is_not_rolled_yet(self) -> None:
        """From narrower ones instead; and minutes from their own table."""
        marks = {0: "05-03 10:40", 1: "05-03 10:30", 2: "05-03 10:00", 3: "05-03 00:00", 4: "05-01 00:00"}
        for mark, at in marks.items():
            self.psql(f"UPDATE marks SET at = '2031-{at}+00' WHERE mark = {mark}")
        self.psql("INSERT INTO counts_minute (lane, bucket, dimension, key, detail, verdict, journal_id, k0) "
                  "VALUES (0, '2031-05-03 10:31+00', 0, 0, 0, 0, 1, 7), (0, '2031-05-03 10:29+00', 0, 0, 0, 0, 1, 100)")
        self.assertEqual(self.total("05-01T00:00:00", "06-30T23:59:59.999999"),
                         2 * self.DAY + 10 * self.HOUR + 2 * self.QUARTER + 7)

    def test_parts_cover_the_window_and_do_not_overlap(self) -> None:
        for is_all in ("true", "false"):
            for start, end in (("2031-05-01 00:00+00", "2031-05-31 11:22:33+00"), ("2031-05-02 10:10:10+00", "2031-05-02 10:10:11+00"),
                               ("2031-05-02 10:59:00+00", "2031-05-02 11:00:00+00"), ("2030-01-01 00:00:01+00", "2032-01-01 00:00+00")):
                self.assertEqual(self.psql(
                    "SELECT min(first) = '{0}', max(past) = '{1}', sum(past - first) = timestamptz '{1}' - '{0}' FROM "
                    "window_parts('{0}', '{1}', ARRAY['2031-05-02 10:30+00', '2031-05-02 10:15+00', '2031-05-02 10:00+00', "
                    "'2031-05-02 00:00+00', '2031-05-01 00:00+00', '2031-05-01 00:00+00']::timestamptz[], {2})".format(
                        start, end, is_all)), [("t", "t", "t")])


class TwoAtOnce(Functions):
    def session(self, lock_timeout: str = "20s") -> SqlSession:
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"SET lock_timeout = '{lock_timeout}'")
        return session

    def wait_for_lock(self) -> None:
        wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                                      "'Lock' AND datname = current_database()") == "1")

    def test_a_row_of_a_view_that_both_delete_is_taken_off_once(self) -> None:
        self.ingest(row(1), row(2), row(3, "impression"))
        for view, left in (("clicks", "1"), ("impressions", "0")):
            first, second = self.session(), self.session()
            delete = f"DELETE FROM {view} WHERE id = (SELECT min(id) FROM {view})"
            first.run(f"BEGIN; {delete}")
            second.send(delete)
            self.wait_for_lock()
            first.run("COMMIT")
            self.assertEqual(second.answer(), [])
            self.assertEqual(self.value(f"SELECT count(*) FROM {view}"), left)
            self.assert_counts_agree()

    def test_a_row_of_a_view_that_stays_is_not_taken_off(self) -> None:
        self.ingest(row(1), row(2))
        first, second = self.session(), self.session()
        first.run("BEGIN; DELETE FROM clicks")
        second.send("DELETE FROM clicks")
        self.wait_for_lock()
        first.run("ROLLBACK")
        self.assertEqual(second.answer(), [])
        self.assertEqual(self.count(), 0)
        self.assert_counts_agree()

    def test_what_one_retries_the_other_passes_over(self) -> None:
        """Neither waits, and nothing is stored by both."""
        self.ingest(row(1, ad_id=98), row(2, ad_id=98, event_id="a"), row(3, ad_id=99))
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (98, 'x', 'y'), (99, 'x', 'y')")
        first, second = self.session(), self.session(lock_timeout="200ms")
        self.assertEqual(first.run("BEGIN; SELECT retry_rejected(98)"), ["2"])
        self.assertEqual(second.run("SELECT retry_rejected()"), ["1"])
        self.assertEqual(second.run("SELECT retry_rejected()"), ["0"])
        first.run("COMMIT")
        self.assertEqual((self.count(), self.count("rejected_events")), (3, 0))
        self.assert_counts_agree()

    def test_keys_are_claimed_in_one_order_everywhere(self) -> None:
        """Whatever the order in the batch: else two instances wait for each other. One that has to wait has
        claimed all that comes before, and nothing that comes behind."""
        events = [row(n + 1, at=f"2031-05-{7 - n:02} 12:00:00+00", event_id="a", ad_id=1 + n % 2) for n in range(3)]
        claims = sorted(claim for event in events for claim in claims_of(event))
        holder, batch, other = self.session(), self.session(), self.session(lock_timeout="200ms")
        insert = "INSERT INTO event_keys VALUES (0, '{}')".format
        self.assertEqual(holder.run(f"BEGIN; {insert(claims[2])}"), [])
        batch.send(f"BEGIN; {ingest_sql(events)}")
        self.wait_for_lock()
        for claim, is_claimed in ((claims[0], True), (claims[1], True), (claims[3], False), (claims[5], False)):
            answer = other.run(insert(claim))
            self.assertEqual("lock timeout" in " ".join(answer), is_claimed, (claim, answer))
            if not is_claimed:
                other.run(f"DELETE FROM event_keys WHERE key = '{claim}'")
        holder.run("ROLLBACK")
        self.assertRegex(batch.answer()[0], r"^3\|\{3,")


if __name__ == "__main__":
    unittest.main()
