"""What is counted, and how often: where two are at work at once, and where a mistake gives the right
sum all the same."""
import unittest

from db_support import DatabaseCase, SqlSession
from functions_support import Functions, row

from harness.process import wait_until


class Buckets(DatabaseCase):
    """Which counts an answer is made of: there are no events, and a count for every bucket, of another
    value for each width."""

    MINUTE, HOUR, DAY = 1, 10_000, 100_000_000

    def setUp(self) -> None:
        super().setUp()
        self.running = self.open_server()
        self.psql(f"""
            INSERT INTO event_counts (bucket_seconds, bucket, ad_id, kind, journal_id, events,
                                      playback_seconds)
            SELECT w.seconds, bucket, 1, 'click', 0, w.events, 0
            FROM (VALUES (60, {self.MINUTE}), (3600, {self.HOUR}), (86400, {self.DAY})) AS w (seconds, events),
                 generate_series(timestamptz '2031-05-01 00:00+00', timestamptz '2031-05-05 00:00+00',
                                 w.seconds * interval '1 second') AS bucket""")

    def total(self, start: str, end: str) -> int:
        answer = self.running.get(f"/ads/analytics?start=2031-05-{start}Z&end=2031-05-{end}Z")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["total_clicks"]

    def test_each_part_comes_from_the_widest_buckets_that_fit(self) -> None:
        for start, end, days, hours, minutes in (
                ("02T00:00:00", "02T23:59:59.999999", 1, 0, 0),
                ("02T00:00:00", "03T23:59:59.999999", 2, 0, 0),
                ("02T00:00:00", "02T23:59:59.999998", 0, 23, 59),
                ("02T00:00:00.000001", "02T23:59:59.999999", 0, 23, 59),
                ("02T01:00:00", "02T01:59:59.999999", 0, 1, 0),
                ("02T01:00:00", "02T02:59:59.999999", 0, 2, 0),
                ("02T01:01:00", "02T01:01:59.999999", 0, 0, 1),
                ("02T01:01:00", "02T01:02:59.999999", 0, 0, 2),
                ("02T01:01:00.000001", "02T01:02:59.999998", 0, 0, 0),
                ("02T01:01:30", "02T01:01:40", 0, 0, 0),
                ("02T01:30:00", "02T02:29:59.999999", 0, 0, 60),
                ("01T22:58:30", "03T01:01:30", 1, 2, 2),
                ("01T22:00:00", "02T01:00:59.999999", 0, 3, 1)):
            with self.subTest(start=start, end=end):
                self.assertEqual(self.total(start, end),
                                 days * self.DAY + hours * self.HOUR + minutes * self.MINUTE)

    def test_whole_buckets_begin_and_end_with_what_is_inside(self) -> None:
        for width, first, past, expected in (
                ("1 hour", "10:00", "12:00", "10:00-12:00"),
                ("1 hour", "10:00", "11:00", "10:00-11:00"),
                ("1 hour", "09:00:00.000001", "12:59:59.999999", "10:00-12:00"),
                ("1 hour", "10:00:00.000001", "12:00", "11:00-12:00"),
                ("1 minute", "10:00:30", "10:02:30", "10:01-10:02"),
                # None: empty, at the beginning.
                ("1 hour", "10:00:00.000001", "11:59:59.999999", "10:00-10:00"),
                ("1 hour", "10:10", "10:50", "10:10-10:10"),
                ("1 day", "10:00", "12:00", "10:00-10:00")):
            with self.subTest(width=width, first=first, past=past):
                self.assertEqual(self.value(
                    f"""SELECT to_char(first AT TIME ZONE 'UTC', 'HH24:MI-')
                               || to_char(past AT TIME ZONE 'UTC', 'HH24:MI')
                        FROM whole_buckets('{width}', '2031-05-02 {first}+00', '2031-05-02 {past}+00')"""),
                    expected)


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

    def test_event_ids_are_claimed_in_one_order_everywhere(self) -> None:
        """Day by day, whatever the order in the batch: else two instances wait for each other. One that
        has to wait has claimed all that comes before, and nothing that comes behind."""
        day = "2031-05-{:02}".format
        holder, batch, other = self.session(), self.session(), self.session(lock_timeout="200ms")
        insert = "INSERT INTO event_keys VALUES ('{}', {}, 'click', 'a')".format
        self.assertEqual(holder.run(f"BEGIN; {insert(day(5), 2)}"), [])
        batch.send(f"""BEGIN; SELECT claim_event_ids(ARRAY[1, 2], ARRAY['{day(5)}', '{day(4)}']::date[],
                       ARRAY[1, 2], ARRAY['click', 'click']::event_kind[], ARRAY['a', 'a'])""")
        self.wait_for_lock()
        for key, is_claimed in (((day(4), 2), True), ((day(5), 1), True), ((day(6), 1), False)):
            answer = other.run(insert(*key))
            self.assertEqual("lock timeout" in " ".join(answer), is_claimed, (key, answer))
        holder.run("ROLLBACK")
        self.assertEqual(batch.answer(), ["{2}"])


if __name__ == "__main__":
    unittest.main()
