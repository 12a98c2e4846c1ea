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
            UPDATE marks SET at = '2031-08-01 00:00+00' WHERE mark < 6;
            INSERT INTO counts (lane, level, bucket, dimension, key, detail, verdict, k0)
            SELECT 0, level, bucket, 0, 0, 0, 0, n
            FROM (VALUES (0, interval '1 minute', {self.MINUTE}), (1, '15 minutes', {self.QUARTER}),
                         (2, '1 hour', {self.HOUR}), (3, '1 day', {self.DAY})) AS l (level, width, n),
                 generate_series(timestamptz '2031-05-01 00:00+00', '2031-05-05 00:00+00', width) AS bucket;
            INSERT INTO counts (lane, level, bucket, dimension, key, detail, verdict, k0)
            SELECT 0, 4, bucket AT TIME ZONE 'UTC', 0, 0, 0, 0, {self.MONTH}
            FROM generate_series(timestamp '2031-05-01', timestamp '2031-07-01', interval '1 month') AS bucket""")

    def total(self, start: str, end: str, ad: str = "NULL") -> int:
        return int(self.value(f"SELECT events FROM analytics_totals('2031-{start}Z', '2031-{end}Z', {ad}) "
                              "WHERE kind = 0"))

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

    def test_minutes_of_an_ad_come_from_where_they_are_kept(self) -> None:
        """What is left of others is not read, nor are late counts added to what the events tell."""
        self.psql("UPDATE marks SET at = '2031-05-03 00:00+00' WHERE mark = 5")
        for table, first, second in (("counts_minute", 100, 7), ("counts_late", 1000, 3)):
            for dimension, key in ((0, 0), (1, 1)):
                self.psql(f"INSERT INTO {table} (lane, bucket, dimension, key, detail, verdict, journal_id, k0) "
                          f"VALUES (0, '2031-05-02 10:01+00', {dimension}, {key}, 0, 0, 1, {first}), "
                          f"(0, '2031-05-03 10:01+00', {dimension}, {key}, 0, 0, 1, {second})")
        for day, of_ad, of_all in (("02", 0, self.MINUTE + 1000), ("03", 7 + 3, self.MINUTE + 3)):
            window = (f"05-{day}T10:01:00", f"05-{day}T10:01:59.999999")
            self.assertEqual((self.total(*window, ad="1"), self.total(*window)), (of_ad, of_all), day)

    def test_parts_cover_the_window_and_do_not_overlap(self) -> None:
        for is_all in ("true", "false"):
            for start, end in (("2031-05-01 00:00+00", "2031-05-31 11:22:33+00"),
                               ("2031-05-02 10:10:10+00", "2031-05-02 10:10:11+00"),
                               ("2031-05-02 10:59:00+00", "2031-05-02 11:00:00+00"),
                               ("2030-01-01 00:00:01+00", "2032-01-01 00:00+00")):
                self.assertEqual(self.psql(
                    "SELECT min(first) = '{0}', max(past) = '{1}', sum(past - first) = timestamptz '{1}' - '{0}' FROM "
                    "window_parts('{0}', '{1}', ARRAY['2031-05-02 10:30+00', '2031-05-02 10:15+00', "
                    "'2031-05-02 10:00+00', '2031-05-02 00:00+00', '2031-05-01 00:00+00', '2031-05-01 00:00+00']"
                    "::timestamptz[], {2})".format(start, end, is_all)), [("t", "t", "t")])


class Marks(Functions):
    LATER = "'2031-05-05 13:00+00'"

    def mark(self, number: int) -> str:
        return self.value(f"SELECT at AT TIME ZONE 'UTC' FROM marks WHERE mark = {number}")

    def test_minutes_are_not_closed_under_a_batch(self) -> None:
        """It has read the mark already, and counts by it."""
        self.ingest(row(1))
        before = self.mark(0)
        batch = SqlSession(self, self.postgres, self.database)
        batch.run(f"BEGIN; {ingest_sql([row(2)])}")
        self.assertEqual(self.value(f"SELECT close_minutes(0::smallint, {self.LATER})"), "f")
        self.assertEqual(self.mark(0), before)
        batch.run("COMMIT")
        self.psql(f"SELECT close_minutes(0::smallint, {self.LATER})")
        self.assertEqual(self.mark(0), "2031-05-05 12:58:00")
        self.assertEqual(self.count("counts_late"), 0)
        self.ingest(row(3), row(4, at="2031-05-05 12:58:00+00"))
        self.assertEqual(self.psql("SELECT dimension, k0 FROM counts_late ORDER BY 1"), [("0", "1"), ("1", "1")])
        self.assertEqual(self.psql("SELECT late, count(*) FROM events GROUP BY 1 ORDER BY 1"), [("f", "3"), ("t", "1")])
        self.assert_counts_agree()

    def test_days_are_those_of_utc(self) -> None:
        """Wherever whoever calls it lives: there this one has 23 hours."""
        self.psql("UPDATE marks SET at = '2031-03-30 00:00+00' WHERE mark < 4; "
                  "UPDATE marks SET at = '2031-03-01 00:00+00' WHERE mark IN (4, 5)")
        times = ("03-30 00:10", "03-30 22:30", "03-30 23:30", "03-31 00:30", "03-31 23:30")
        self.ingest(*(row(n, at=f"2031-{at}:00+00:00") for n, at in enumerate(times, 1)))
        self.psql("UPDATE marks SET at = '2031-04-02 00:00+00' WHERE mark = 0")
        in_berlin = "SET timezone = 'Europe/Berlin'; "
        while self.value(f"{in_berlin}SELECT roll_up()") == "t":
            self.assert_counts_agree()
        self.assertEqual([self.mark(n) for n in (3, 4)], ["2031-04-02 00:00:00", "2031-04-01 00:00:00"])
        self.assertEqual(self.psql(f"{in_berlin}SELECT events FROM analytics_totals('2031-03-30 00:00+00', "
                                   "'2031-03-30 23:59:59.999999+00', NULL) WHERE kind = 0"), [("3",)])

    def test_a_mark_never_goes_back(self) -> None:
        self.ingest(row(1))
        for _ in range(2):
            self.psql(f"SELECT close_minutes(0::smallint, {self.LATER})")
            self.assertEqual(self.mark(0), "2031-05-05 12:58:00")
            self.psql("SELECT close_minutes()")  # by the clock
        self.assertEqual(self.mark(0), "2031-05-05 12:58:00")

    def test_a_quarter_is_made_once_its_minutes_are_closed(self) -> None:
        self.ingest(row(1), row(2, at="2031-05-05 12:14:59+00"))
        for clock, rolled in (("12:16:59", "12:00:00"), ("12:17:00", "12:15:00")):
            self.psql(f"SELECT close_minutes(0::smallint, '2031-05-05 {clock}+00')")
            self.repeat("roll_up()")
            self.assertEqual(self.mark(1), f"2031-05-05 {rolled}")
        self.assertEqual(self.value("SELECT k0 FROM counts WHERE level = 1 AND dimension = 0"), "2")
        self.assert_counts_agree()

    def test_minutes_go_behind_the_mark_alone(self) -> None:
        """Which waits for the quarter hours."""
        day = "(date_trunc('day', now(), 'UTC') + {} * interval '1 day')".format
        kept = ("SELECT min(first) = {}, (SELECT at FROM marks WHERE mark = 5) = {} "
                "FROM partition_bounds('counts_minute')").format
        self.ingest(row(1, at=self.value("SELECT now()")))
        for days in range(-8, 0):
            self.psql(f"SELECT make_partition('counts_minute', false, (now() AT TIME ZONE 'UTC')::date + {days})")
        self.psql(f"UPDATE marks SET at = CASE mark WHEN 1 THEN {day(-5)} + interval '10 hours' ELSE {day(-9)} END "
                  "WHERE mark IN (1, 5)")
        self.assertEqual(self.maintain(), 3)
        self.assertEqual(self.psql(kept(day(-5), day(-5))), [("t", "t")])
        self.psql(f"UPDATE marks SET at = {day(0)} WHERE mark = 1")
        self.assertEqual(self.maintain(), 2)
        self.assertEqual(self.psql(kept(day(-3), day(-2))), [("t", "t")])

    def test_a_batch_for_another_number_of_lanes_is_refused(self) -> None:
        self.psql("UPDATE lanes SET lanes = 2")
        before = self.contents()
        self.assertEqual(self.sqlstate(ingest_sql([row(1)])), "VA003")
        self.assertEqual(self.contents(), before)


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
            delete = f"DELETE FROM {view} WHERE id = (SELECT min(id) FROM {view}) RETURNING id"
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

    def test_a_question_sees_rows_that_have_just_moved(self) -> None:
        """To the partition of their day: it has waited, and what it reads is of the time behind that."""
        self.ingest(row(1), row(2, ad_id=2))
        mover, question = self.session(), self.session()
        for table in ("counts_minute", "events"):
            mover.run(f"BEGIN; SELECT make_partition('{table}', false, '2031-05-05')")
            question.send("SELECT events FROM analytics_totals('2031-05-05 11:59:30Z', "
                          "'2031-05-05 12:00:59.999999Z', 1) WHERE kind = 0")
            self.wait_for_lock()
            mover.run("COMMIT")
            self.assertEqual(question.answer(), ["1"], table)

    def test_nothing_is_dropped_under_a_question(self) -> None:
        question, other = self.session(), self.session(lock_timeout="200ms")
        question.run("BEGIN; SELECT * FROM analytics_totals('2025-05-05 12:00:00Z', '2025-05-05 12:00:00Z', 1)")
        for table in ("counts_minute", "events"):
            name = self.value(f"SELECT min(partition::text) FROM partition_bounds('{table}')")
            self.assertIn("lock timeout", " ".join(other.run(f"DROP TABLE {name}")))

    def test_a_retry_claims_all_keys_before_it_stores(self) -> None:
        """However many they are: in pieces, two would wait for each other."""
        events = [row(n + 1, at=f"2031-05-{3 if n < 1000 else 1:02} 12:00:00+00", ad_id=99, event_id=f"id{n}")
                  for n in range(1001)]
        self.ingest(*events)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y')")
        holder, retry, other = self.session(), self.session(), self.session(lock_timeout="200ms")
        insert = "INSERT INTO event_keys VALUES (0, '{}')".format
        holder.run(f"BEGIN; {insert(claims_of(events[1000])[0])}")
        retry.send("SELECT retry_rejected()")
        self.wait_for_lock()
        self.assertEqual(other.run(insert(claims_of(events[0])[0])), [])
        holder.run("ROLLBACK")
        self.assertEqual(retry.answer(), ["1000"])
        self.assertEqual((self.count(), self.count("rejected_events")), (1000, 0))
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
