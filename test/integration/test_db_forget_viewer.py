"""forget_viewer(): one viewer's address goes, out of all that is stored, and nothing else does."""
import unittest
from datetime import datetime, timedelta, timezone

from batch_support import Event
from db_support import SqlSession
from functions_support import OTHER_JOURNAL, OTHER_NONCE, Functions, ingest_sql

from harness.process import wait_until

VIEWER, VIEWER_6 = "203.0.113.77", "2001:db8:1:2::7"
OTHERS = ["203.0.113.7", "203.0.113.177", "20.3.0.113", "10.0.0.1", "2001:db8:1:2::77", "2001:db8:1:3::7"]
DAY = timedelta(days=1)
REST = "SELECT (to_jsonb(e) - 'ip' - 'ip_text' - 'reason')::text FROM {} e ORDER BY 1"


class ForgetViewer(Functions):
    def setUp(self) -> None:
        super().setUp()
        now = datetime.fromisoformat(self.value("SELECT now() AT TIME ZONE 'UTC'")).replace(tzinfo=timezone.utc)
        self.now, self.today = now, now.replace(hour=0, minute=0, second=0, microsecond=0)

    def fill(self, count: int = 200) -> None:
        """Of each viewer as many, on thirty days that are drawn, in their time and late, a third rejected."""
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{self.today - 30 * DAY}', 'UTC') "
                  "WHERE mark < 6")
        viewers = [VIEWER, VIEWER_6, f"::ffff:{VIEWER}", *OTHERS, None]
        events = [Event(n + 1, self.random.choice(("click", "impression", "pause")), (1, 2, 99)[n // len(viewers) % 3],
                        self.now - 30 * DAY * self.random.random(), received_at=self.now,
                        ip=viewers[n % len(viewers)]) for n in range(count)]
        self.ingest(*events[:count // 2])
        self.psql("SELECT close_minutes()")
        self.ingest(*events[count // 2:])
        self.psql("CREATE TABLE all_events AS SELECT * FROM events; "
                  "CREATE TABLE all_rejected AS SELECT * FROM rejected_events")

    def forget(self, *arguments: str) -> int:
        quoted = ", ".join(f"'{argument}'" for argument in arguments)
        return int(self.value(f"SELECT forget_viewer({quoted})"))

    def assert_forgotten(self, stated: int, viewers: list, where: str = "true") -> None:
        """Exactly the addresses of these viewers, where the condition holds; `stated`: of so many rows."""
        named = ", ".join(f"'{viewer}'" for viewer in viewers)
        found = 0
        for table, whole in (("events", "all_events"), ("rejected_events", "all_rejected")):
            condition = f"ip IN ({named}) AND {where}"
            self.assertEqual(self.psql(REST.format(table)), self.psql(REST.format(whole)))
            self.assertEqual(
                self.psql(f"SELECT e.id FROM {table} e JOIN {whole} w USING (id) WHERE e.ip IS DISTINCT FROM "
                          f"(SELECT CASE WHEN NOT coalesce({condition}, false) THEN ip END FROM {whole} v WHERE v.id = w.id)"),
                [])
            gone = self.count(f"{whole} WHERE {condition}")
            self.assertNotEqual(gone, 0)
            found += gone
        self.assertEqual(stated, found)
        self.assert_counts_agree()

    def test_out_of_events_and_rejected_events(self) -> None:
        self.fill()
        stated = self.forget(VIEWER)
        self.assert_forgotten(stated, [VIEWER, f"::ffff:{VIEWER}"])
        self.assertEqual(self.forget(VIEWER), 0)

    def test_of_ipv6_and_of_a_mapped_address(self) -> None:
        self.fill()
        stated = self.forget(f"::ffff:{VIEWER}") + self.forget(VIEWER_6)
        self.assert_forgotten(stated, [VIEWER, f"::ffff:{VIEWER}", VIEWER_6])

    def test_of_a_network(self) -> None:
        self.fill()
        stated = self.forget("2001:db8:1:2::/64") + self.forget("203.0.113.0/25")
        self.assert_forgotten(stated, [VIEWER, f"::ffff:{VIEWER}", VIEWER_6, "2001:db8:1:2::77", "203.0.113.7"])

    def test_of_a_time(self) -> None:
        """Both ends are inside."""
        self.fill(300)
        moments = self.psql("SELECT occurred_at FROM (SELECT occurred_at, ip FROM events UNION ALL "
                            f"SELECT occurred_at, ip FROM rejected_events) AS e WHERE ip = '{VIEWER}' ORDER BY 1")
        first, last = moments[len(moments) // 4][0], moments[-len(moments) // 4][0]
        stated = self.forget(VIEWER, first, last)
        self.assert_forgotten(stated, [VIEWER, f"::ffff:{VIEWER}"], f"occurred_at BETWEEN '{first}' AND '{last}'")
        self.assertEqual(self.count(f"events WHERE occurred_at IN ('{first}', '{last}') AND ip = '{VIEWER}'"), 0)

    def test_nobody_of_that_address(self) -> None:
        self.fill(20)
        self.assertEqual(self.forget("198.51.100.1"), 0)
        self.assertEqual(self.forget(VIEWER, str(self.now - 90 * DAY), str(self.now - 60 * DAY)), 0)

    def test_of_a_click_that_was_adopted(self) -> None:
        """Its address may be any text, and its time may be missing."""
        texts = [VIEWER, f"{VIEWER}:4711", f"[{VIEWER}]", f"10.0.0.1, {VIEWER}", f"{VIEWER}/24", f"::ffff:{VIEWER}",
                 f"{VIEWER}7", f"1{VIEWER}", f"{VIEWER}.5", "nobody", f"x{VIEWER[:-1]}"]
        self.psql("INSERT INTO clicks (ad_id, timestamp, ip) SELECT 1, '2025-04-20', ip "
                  f"FROM unnest(ARRAY{texts}) AS ip")
        self.psql("INSERT INTO events (ad_id, kind, ip) VALUES (1, 'click', '203.0.113.77')")
        self.assertEqual(self.forget(VIEWER, "2025-04-20", "2025-04-20"), 6)
        self.assertEqual(self.psql("SELECT ip FROM clicks WHERE timestamp IS NOT NULL AND ip IS NOT NULL ORDER BY id"),
                         [(text,) for text in texts[6:]])
        self.assertEqual(self.forget(VIEWER), 1)
        self.assertEqual(self.count("events WHERE occurred_at IS NULL AND ip IS NULL"), 1)

    def test_a_reason_that_names_it(self) -> None:
        self.ingest(Event(1, "click", 99, self.now, received_at=self.now, ip=VIEWER))
        self.psql(f"UPDATE rejected_events SET reason = 'P0001: {VIEWER} is unwanted'")
        self.assertEqual(self.forget(VIEWER), 1)
        self.assertEqual(self.psql("SELECT ip, reason FROM rejected_events"), [("", "P0001: (address) is unwanted")])

    def test_of_every_lane(self) -> None:
        self.fill(60)
        self.psql("INSERT INTO lanes VALUES (1, 1, 1); UPDATE events SET lane = 1 WHERE id % 2 = 0; "
                  "UPDATE rejected_events SET lane = 1 WHERE id % 2 = 0")
        stated = self.forget(VIEWER_6)
        self.psql("DELETE FROM lanes WHERE lane = 1; UPDATE events SET lane = 0; UPDATE rejected_events SET lane = 0")
        self.assert_forgotten(stated, [VIEWER_6])

    def test_lanes_are_doubled_before_or_after(self) -> None:
        self.fill(40)
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"BEGIN; SELECT forget_viewer('{VIEWER}')")
        self.psql("SELECT stop_lane(0::smallint, 1::smallint)")
        self.assertEqual(self.sqlstate("SET lock_timeout = '100ms'; SELECT copy_lane(0::smallint, 1::smallint)"), "55P03")
        session.run("COMMIT")
        self.psql("SELECT copy_lane(0::smallint, 1::smallint)")
        self.assertEqual(self.count("lanes"), 2)

    def test_a_retry_that_is_under_way_is_waited_for(self) -> None:
        """What it takes out of the rejected events it has in hand until it ends."""
        self.ingest(Event(1, "click", 99, self.now, received_at=self.now, ip=VIEWER))
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'https://a.example', 'https://b.example')")
        retry, session = (SqlSession(self, self.postgres, self.database) for _ in range(2))
        self.assertEqual(retry.run("BEGIN; SELECT retry_rejected()"), ["1"])
        session.send(f"SELECT forget_viewer('{VIEWER}')")
        self.wait_blocked("forget_viewer")
        retry.run("COMMIT")
        self.assertEqual(session.answer(), ["1"])
        self.assertEqual(self.psql("SELECT ip FROM events"), [("",)])

    def test_a_partition_that_is_made_meanwhile(self) -> None:
        """Rows of the default one move there."""
        day = (self.today + 9 * DAY).date()
        self.psql(f"INSERT INTO events (occurred_at, ad_id, kind, ip) VALUES ('{day}', 1, 'click', '{VIEWER}')")
        making, session = (SqlSession(self, self.postgres, self.database) for _ in range(2))
        self.assertEqual(making.run(f"BEGIN; SELECT make_partition('events', false, '{day}')"), ["t"])
        session.send(f"SELECT forget_viewer('{VIEWER}')")
        self.wait_blocked("forget_viewer")
        making.run("COMMIT")
        self.assertEqual(session.answer(), ["1"])
        self.assertEqual(self.count(f"events WHERE ip = '{VIEWER}'"), 0)

    def wait_blocked(self, call: str) -> None:
        wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                      f"AND wait_event_type = 'Lock' AND query LIKE 'SELECT {call}%'") == "1")

    def test_what_is_no_address_and_no_time(self) -> None:
        self.fill(10)
        for arguments, state in (("'203.0.113.77/24'", "22023"), ("NULL", "22004"), ("'203.0.113.77', NULL", "22004"),
                                 ("'203.0.113.77', '2026-01-01', NULL", "22004"), ("'somebody'", "22P02")):
            self.assertEqual(self.sqlstate(f"SELECT forget_viewer({arguments})"), state, arguments)
        self.psql("CREATE TABLE before_positions (partition regclass PRIMARY KEY, page bigint NOT NULL)")
        self.assertEqual(self.sqlstate(f"SELECT forget_viewer('{VIEWER}')"), "55P03")
        self.assertEqual(self.psql("SELECT ip FROM all_events EXCEPT SELECT ip FROM events"), [])

    def test_batches_and_maintenance_go_on_while_it_is_open(self) -> None:
        self.fill(50)
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"BEGIN; SELECT forget_viewer('{VIEWER}')")
        event = Event(1, "click", 1, self.now, received_at=self.now, ip=VIEWER)
        self.psql("SET statement_timeout = '5s'; " + ingest_sql([event], OTHER_JOURNAL, OTHER_NONCE)
                  + "; SELECT close_minutes(); SELECT roll_up(); SELECT fold_late(); SELECT maintain()")
        session.run("COMMIT")
        self.assertEqual(self.count(f"events WHERE ip = '{VIEWER}'"), 1)
        self.assertEqual(self.forget(VIEWER), 1)


if __name__ == "__main__":
    unittest.main()
