"""Addresses that go after ADDRESS_RETENTION_DAYS: which go, which stay, and that nothing waits for it."""
import unittest
from datetime import datetime, timedelta, timezone
from typing import List

from batch_support import Event
from db_support import DatabaseCase, Load, SqlSession
from functions_support import NONCE, OTHER_JOURNAL, OTHER_NONCE, Functions, import_sql, ingest_sql
from schema_support import LABELS, lock_key

from harness.process import wait_until

DAY = timedelta(days=1)
FIRST, KEPT = 20, 5  # days back: of the first partition, and from when on addresses are kept
NEW_AD = "INSERT INTO ads (id, image_url, target_url) VALUES ({}, 'https://a.example', 'https://b.example')"
TRIGGER = ("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS "
           "'BEGIN RAISE EXCEPTION ''% is not wanted'', host(NEW.ip); END'; "
           "CREATE TRIGGER tell BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.playback_ms = 666) "
           "EXECUTE FUNCTION tell()")
REST = "SELECT (to_jsonb(e) - 'ip' - 'ip_text')::text FROM {} e ORDER BY 1"
HAS = "coalesce(host(ip), to_jsonb(e) ->> 'ip_text') IS NOT NULL"


class Addresses(Functions):
    def setUp(self) -> None:
        super().setUp()
        self.now = datetime.fromisoformat(self.value("SELECT now() AT TIME ZONE 'UTC'")).replace(tzinfo=timezone.utc)
        self.today = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.sequence = 0

    def day(self, days: int) -> datetime:
        """So many days back, at its start."""
        return self.today - days * DAY

    def events(self, count: int, first: datetime, past: datetime, **more: object) -> List[Event]:
        """At moments that are drawn, many of them close to the edges."""
        events = []
        for _ in range(count):
            at = first + (past - first) * self.random.random()
            if self.random.random() < 0.3:
                at = self.random.choice((first, past - timedelta(microseconds=1)))
            self.sequence += 1
            events.append(Event(self.sequence, self.random.choice(LABELS[:4]), self.random.randint(1, 3), at,
                                received_at=self.now, ip=f"10.{self.sequence % 250}.1.{self.random.randint(1, 250)}",
                                **more))
        return events

    def today_event(self, sequence: int = 1, **more: object) -> Event:
        return Event(sequence, "click", 1, self.now, received_at=self.now, **more)

    def fill(self, count: int = 100) -> None:
        """On all days and beyond: in their time and late, of an ad that is not there, without a time."""
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{self.day(FIRST)}', 'UTC') WHERE mark < 6")
        self.ingest(*self.events(count, self.day(FIRST), self.now))
        self.psql("SELECT close_minutes()")
        self.ingest(*self.events(count, self.day(FIRST), self.now))
        self.ingest(*self.events(10, self.day(90), self.day(80)))
        self.ingest(*[event._replace(ad_id=99) for event in self.events(100, self.day(FIRST), self.now)])
        self.psql("INSERT INTO events (ad_id, kind, ip, ip_text) VALUES (1, 'click', NULL, 'somewhere'), "
                  "(1, 'click', '10.9.9.9', NULL)")
        self.keep_copies()

    def keep_copies(self) -> None:
        self.psql("DROP TABLE IF EXISTS all_events, all_rejected; CREATE TABLE all_events AS SELECT * FROM events; "
                  "CREATE TABLE all_rejected AS SELECT * FROM rejected_events")

    def forget(self, days: int = KEPT, now: str = "now()", lane: int = 0) -> int:
        """Until there is no more: in how many steps, of which each is committed."""
        self.psql("CREATE TABLE IF NOT EXISTS steps (n integer); TRUNCATE steps")
        self.psql(f"DO $$ BEGIN WHILE expire_addresses({lane}::smallint, {days}, {now}) LOOP "
                  "INSERT INTO steps VALUES (1); COMMIT; END LOOP; END $$")
        return self.count("steps")

    def assert_gone(self, days: int = KEPT) -> None:
        """Of before, and of those without a time; all else is as it was."""
        for table, whole in (("events", "all_events"), ("rejected_events", "all_rejected")):
            self.assertEqual(self.psql(REST.format(table)), self.psql(REST.format(whole)))
            self.assertEqual(self.psql(f"SELECT id, occurred_at FROM {table} WHERE ip IS NOT NULL AND "
                                       f"occurred_at IS DISTINCT FROM greatest(occurred_at, '{self.day(days)}')"), [])
            self.assertEqual(self.psql(f"SELECT id, ip FROM {whole} WHERE occurred_at >= '{self.day(days)}' "
                                       f"EXCEPT SELECT id, ip FROM {table}"), [])
            self.assertNotEqual(self.count(f"{table} WHERE ip IS NULL"), 0)
            self.assertNotEqual(self.count(f"{table} WHERE ip IS NOT NULL"), 0)
        self.assertEqual(self.count("events WHERE ip_text IS NOT NULL"), 0)
        self.assert_counts_agree()

    def marks(self) -> List[tuple]:
        return self.psql("SELECT at AT TIME ZONE 'UTC', dimension, key FROM marks "
                         "WHERE mark IN (7, 8) AND lane = 0 ORDER BY mark")

    def at_rest(self, days: int = KEPT) -> List[tuple]:
        return [(self.day(days).strftime("%Y-%m-%d %H:%M:%S"), "-1", "0")] * 2

    def test_what_goes_and_what_stays(self) -> None:
        self.fill()
        self.assertGreater(self.forget(), FIRST - KEPT)
        self.assert_gone()
        self.assertEqual(self.marks(), self.at_rest())
        self.assertEqual(self.forget(), 0)

    def test_day_by_day(self) -> None:
        """As it goes: each day those of another."""
        self.fill()
        for days in (18, 17, 10, 1):
            self.forget(days)
            self.assert_gone(days)
            self.assertEqual(self.marks(), self.at_rest(days))

    def test_fewer_days_while_it_goes_on(self) -> None:
        """After any number of steps for more of them; rows of the days between lie in the default partition."""
        for partition, in self.psql("SELECT partition FROM partition_bounds('events') "
                                    f"WHERE first = '{self.day(KEPT + 1)}'"):
            self.psql(f"DROP TABLE {partition}")
        self.fill()
        for steps in range(1, 30, 4):
            self.psql("UPDATE marks SET at = '-infinity', dimension = -1, key = 0 WHERE mark IN (7, 8); "
                      "UPDATE events e SET ip = a.ip, ip_text = a.ip_text FROM all_events a WHERE e.id = a.id; "
                      "UPDATE rejected_events e SET ip = a.ip FROM all_rejected a WHERE e.id = a.id; "
                      + f"SELECT expire_addresses(0::smallint, {KEPT + 2}); " * steps)
            self.forget()
            self.assert_gone()

    def test_the_fewest_days_decide_and_nothing_comes_back(self) -> None:
        self.fill()
        self.forget(KEPT)
        for days in (0, 30, KEPT + 1, 36500):
            self.assertEqual(self.forget(days), 0)
        self.assertEqual(self.marks(), self.at_rest())
        self.assert_gone()

    def test_for_ever(self) -> None:
        self.fill()
        self.assertEqual(self.forget(0), 0)
        self.assertEqual(self.psql("SELECT ip FROM all_events EXCEPT ALL SELECT ip FROM events"), [])
        self.assertEqual(self.count("events WHERE ip IS NULL"), 1)

    def test_many_pages(self) -> None:
        """More than a call takes; what it writes comes to lie behind what it has yet to read."""
        self.ingest(self.today_event(ip=None))
        self.psql("INSERT INTO events (occurred_at, ad_id, kind, ip) "
                  f"SELECT timestamptz '{self.day(8)}' + n * interval '1 second', 1, 'pause', '10.0.0.1' "
                  "FROM generate_series(1, 60000) AS n")
        self.psql("CREATE TABLE steps (left_over bigint)")
        self.psql(f"DO $$ BEGIN WHILE forget_addresses(0::smallint, '{self.day(KEPT)}', 20) LOOP INSERT INTO steps "
                  "SELECT count(*) FROM events WHERE ip IS NOT NULL; COMMIT; END LOOP; END $$")
        left = [int(count) for count, in self.psql("SELECT left_over FROM steps ORDER BY 1 DESC")]
        steps = [before - after for before, after in zip(left, left[1:]) if before > after]
        self.assertEqual((left[0], left[-1]), (60000, 0))
        self.assertLess(max(steps), 6000)
        self.assertGreater(len(steps), 20)
        day = self.value("SELECT tableoid::regclass FROM events WHERE kind = 'pause' LIMIT 1")
        self.assertEqual(self.psql("SELECT page, clear_pages(1::smallint, $$%s$$, now(), page, 1) FROM (VALUES (0), "
                                   "(99999)) AS p (page)" % day), [("0", "32"), ("99999", "")])  # a lane without rows

    def test_killed_at_any_step_it_goes_on(self) -> None:
        """Each call is rolled back once, as by a session that ends, and then made."""
        self.fill(40)
        self.psql("CREATE TABLE states (state text); CREATE FUNCTION state() RETURNS text LANGUAGE sql AS "
                  "'SELECT string_agg(m::text, chr(32) ORDER BY mark) || (SELECT count(ip) FROM events) FROM marks m'")
        self.psql(f"""DO $$
            DECLARE v_state text;
            BEGIN
                LOOP
                    v_state := state();
                    PERFORM expire_addresses(0::smallint, {KEPT});
                    ROLLBACK;
                    INSERT INTO states SELECT v_state WHERE state() <> v_state;
                    EXIT WHEN NOT expire_addresses(0::smallint, {KEPT});
                    COMMIT;
                END LOOP;
            END $$""")
        self.assertEqual(self.count("states"), 0)
        self.assertEqual(self.marks(), self.at_rest())
        self.assert_gone()

    def test_what_comes_late_has_no_address_any_more(self) -> None:
        """By each way on which events come, and whether they are stored or rejected."""
        self.ingest(self.today_event(1, ip=None))
        self.assertGreater(self.forget(), 0)
        old, new = self.events(20, self.day(FIRST - 8), self.day(KEPT)), self.events(20, self.day(KEPT), self.now)
        mixed = old + new
        self.random.shuffle(mixed)
        mixed = [event._replace(sequence=n + 2) for n, event in enumerate(mixed)]
        self.ingest(*mixed)
        self.psql(import_sql(mixed, OTHER_NONCE, OTHER_JOURNAL))
        self.ingest(*[event._replace(sequence=event.sequence + 100, ad_id=77) for event in mixed])
        old_day, new_day = self.day(KEPT + 1).date(), self.day(KEPT).date()
        self.psql("INSERT INTO clicks (ad_id, timestamp, ip) SELECT 1, day, ip FROM unnest(ARRAY"
                  f"['{old_day}', '{new_day}']::date[]) AS day, unnest(ARRAY['192.0.2.1', 'somewhere']) AS ip")
        self.assertEqual(self.count("events"), 85)
        for table, kept in (("events", 42), ("rejected_events", 20)):
            self.assertEqual(self.count(f"{table} e WHERE {HAS}"), kept)
            self.assertEqual(self.count(f"{table} e WHERE {HAS} AND occurred_at < '{self.day(KEPT)}'"), 0)
        self.psql(NEW_AD.format(77))
        self.assertEqual(self.value("SELECT retry_rejected()"), "40")
        self.assertEqual(self.count(f"events e WHERE {HAS}"), 62)
        self.assert_counts_agree()

    def test_rejected_before_and_retried_after(self) -> None:
        """The mark has moved, and nothing of what is stored has been looked at yet."""
        old = [event._replace(ad_id=77) for event in self.events(10, self.day(KEPT + 5), self.day(KEPT))]
        self.ingest(*old, self.today_event(100, ip=None))
        self.assertEqual(self.count("rejected_events WHERE ip IS NOT NULL"), 10)
        self.assertEqual(self.value(f"SELECT expire_addresses(0::smallint, {KEPT})"), "t")
        self.psql(NEW_AD.format(77))
        self.assertEqual(self.value("SELECT retry_rejected()"), "10")
        self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 0)

    def test_a_reason_tells_no_address(self) -> None:
        """A trigger's words, of a batch and of a retry."""
        self.ingest(self.today_event(1, ip="203.0.113.77", playback_ms=666),
                    reject="P0001: 203.0.113.77 is not wanted")
        self.ingest(self.today_event(2, ip="203.0.113.77", playback_ms=666)._replace(ad_id=88))
        self.assertEqual(self.psql("SELECT reason, host(ip) FROM rejected_events ORDER BY sequence"),
                         [("P0001: (address) is not wanted", "203.0.113.77"), ("unknown ad", "203.0.113.77")])
        self.psql(TRIGGER + "; " + NEW_AD.format(88))
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assertEqual(self.psql("SELECT reason, host(ip) FROM rejected_events"),
                         [("(address) is not wanted", "203.0.113.77")] * 2)

    def test_a_batch_that_is_under_way_is_waited_for(self) -> None:
        """The mark moves behind it or not at all; meanwhile batches go on."""
        self.ingest(self.today_event(1, ip=None))
        batch = SqlSession(self, self.postgres, self.database)
        batch.run("BEGIN")
        batch.run(ingest_sql([event._replace(sequence=event.sequence + 1)
                              for event in self.events(5, self.day(KEPT + 2), self.day(KEPT))]))
        self.assertEqual(self.value(f"SELECT expire_addresses(0::smallint, {KEPT})"), "f")
        self.psql(ingest_sql([self.today_event()], OTHER_JOURNAL, OTHER_NONCE))
        batch.run("COMMIT")
        self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 6)
        self.assertGreater(self.forget(), 0)
        self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 1)

    def test_a_row_that_is_added_to_a_view_is_waited_for(self) -> None:
        self.ingest(self.today_event(ip=None))
        other = SqlSession(self, self.postgres, self.database)
        other.run(f"BEGIN; INSERT INTO clicks (ad_id, timestamp, ip) VALUES (1, '{self.day(9).date()}', '192.0.2.1')")
        self.assertEqual(self.value(f"SELECT expire_addresses(0::smallint, {KEPT})"), "f")
        other.run("COMMIT")
        self.assertEqual(self.count("events WHERE ip = '192.0.2.1'"), 1)
        self.assertGreater(self.forget(), 0)
        self.assertEqual(self.count("events WHERE ip = '192.0.2.1'"), 0)

    def test_a_retry_that_is_under_way_is_waited_for(self) -> None:
        """It stores what was rejected with its address, as the mark allows that it has read."""
        self.ingest(*[event._replace(ad_id=77) for event in self.events(5, self.day(KEPT + 5), self.day(KEPT))],
                    self.today_event(100, ip=None))
        self.psql(NEW_AD.format(77))
        retry = SqlSession(self, self.postgres, self.database)
        self.assertEqual(retry.run("BEGIN; SELECT retry_rejected()"), ["5"])
        self.assertEqual(self.value(f"SELECT expire_addresses(0::smallint, {KEPT})"), "f")
        retry.run("COMMIT")
        self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 5)
        self.assertGreater(self.forget(), 0)
        self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 0)

    def test_rows_that_move_into_a_new_partition_meanwhile(self) -> None:
        """Out of the default one, between any two steps: what moves is found where it comes to lie."""
        self.ingest(self.today_event())
        for steps in range(6):
            day = self.day(KEPT + 1)
            partition = self.value("SELECT partition FROM partition_bounds('events') "
                                   f"WHERE NOT is_late AND first = '{day}'")
            self.psql(f"UPDATE marks SET at = '{day}', dimension = -1, key = 0 WHERE mark IN (7, 8); "
                      f"TRUNCATE events; DROP TABLE {partition}; "
                      f"INSERT INTO events (occurred_at, ad_id, kind, ip) VALUES ('{day}', 1, 'click', '10.0.0.1')")
            for _ in range(steps):
                self.psql(f"SELECT expire_addresses(0::smallint, {KEPT})")
            self.assertEqual(self.value(f"SELECT make_partition('events', false, '{day.date()}')"), "t")
            self.forget()
            self.assertEqual(self.count("events WHERE ip IS NOT NULL"), 0, f"after {steps} steps")

    def test_one_at_a_time(self) -> None:
        self.ingest(self.today_event())
        other = SqlSession(self, self.postgres, self.database)
        other.run(f"BEGIN; SELECT pg_advisory_xact_lock({lock_key('addresses 0')})")
        self.assertEqual(self.forget(), 0)
        other.run("COMMIT")
        self.assertGreater(self.forget(), 0)

    def test_each_lane_by_itself(self) -> None:
        self.fill(30)
        self.psql("INSERT INTO lanes VALUES (1, 1, 1); "
                  "INSERT INTO marks SELECT 1, mark, at, dimension, key FROM marks; "
                  "INSERT INTO ingest_cursor (lane, journal, journal_id, nonce, received_to) SELECT 1, journal, "
                  f"journal_id, nonce, now() FROM ingest_cursor WHERE nonce = '{NONCE}'")
        self.psql("UPDATE events SET lane = 1 WHERE id % 2 = 0; UPDATE rejected_events SET lane = 1 WHERE id % 2 = 0")
        self.keep_copies()
        self.forget(lane=1)
        self.assertEqual(self.psql("SELECT ip FROM all_events WHERE lane = 0 EXCEPT ALL "
                                   "SELECT ip FROM events WHERE lane = 0"), [])
        self.assertEqual(self.count(f"events WHERE lane = 1 AND ip IS NOT NULL AND occurred_at < '{self.day(KEPT)}'"), 0)
        self.forget()
        self.psql("DELETE FROM marks WHERE lane = 1; DELETE FROM lanes WHERE lane = 1; UPDATE events SET lane = 0; "
                  "UPDATE rejected_events SET lane = 0; UPDATE all_events SET lane = 0; UPDATE all_rejected SET lane = 0")
        self.assert_gone()

    def test_a_clock_that_is_ahead(self) -> None:
        """Nothing goes that is not so old by the newest event."""
        self.fill(30)
        self.forget(KEPT, "now() + interval '300 days'")
        self.assertGreater(self.count(f"events WHERE ip IS NOT NULL AND occurred_at >= '{self.day(KEPT - 1)}'"), 0)
        self.assertEqual(self.psql(f"SELECT ip FROM all_events WHERE occurred_at >= '{self.day(KEPT - 1)}' EXCEPT "
                                   "SELECT ip FROM events"), [])

    def test_not_before_an_older_versions_events_are_here(self) -> None:
        self.fill(40)
        self.psql("CREATE TABLE before_positions (partition regclass PRIMARY KEY, page bigint NOT NULL)")
        self.assertEqual(self.forget(), 0)
        self.psql("DROP TABLE before_positions")
        self.assertGreater(self.forget(), 0)
        self.assert_gone()


class Served(DatabaseCase):
    def test_events_are_stored_while_it_goes_on(self) -> None:
        """200,000 of old days, while a server takes and stores what comes; killed in the middle and started again."""
        server = self.open_server(ADDRESS_RETENTION_DAYS="3")
        load = Load(self, [server], clients=2, pace_seconds=0.002).start()
        load.wait_accepted(50)
        self.wait_maintained()
        self.psql("INSERT INTO events (occurred_at, ad_id, kind, ip, late) "
                  "SELECT now() - interval '4 days' - (n % 8) * interval '1 day', 1, 'pause', '10.7.7.7', n % 3 = 0 "
                  "FROM generate_series(1, 200000) AS n; UPDATE marks SET at = '-infinity' WHERE mark IN (7, 8)")
        left = "SELECT count(*) FROM events WHERE ip = '10.7.7.7'"
        stored = "SELECT count(*) FROM events WHERE ip <> '10.7.7.7'"
        wait_until(lambda: int(self.value(left)) < 200000, 90, "it begins")
        before = int(self.value(stored))
        load.wait_accepted(200)
        wait_until(lambda: int(self.value(stored)) >= before + 100, 60, "events are stored meanwhile")
        accepted = load.stop()
        server.kill()
        server.start()
        self.wait_up(server)
        load = Load(self, [server], clients=1, pace_seconds=0.002).start()
        wait_until(lambda: int(self.value(left)) == 0, 120, "the addresses are gone")
        accepted = accepted + load.stop()
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events WHERE ip IS NOT NULL"), str(len(accepted)))
        self.assertEqual(self.value("SELECT count(*) FROM events WHERE kind = 'pause'"), "200000")
        server.wait_until(lambda: server.metrics().value("adtracker_addresses_from_timestamp_seconds") > 0, 30)


if __name__ == "__main__":
    unittest.main()
