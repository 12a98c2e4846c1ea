"""Ids that count once: both sides of each edge, in both orders, on two instances."""
import hashlib
import unittest
from datetime import datetime, timedelta, timezone
from typing import Set
from uuid import UUID

from batch_support import Event, claims_of, ms_of, placement_id
from functions_support import JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE, Functions, by_kind, row

RECEIVED = datetime(2031, 5, 5, 12, tzinfo=timezone.utc)
US, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)


def id_at(at: datetime) -> str:
    return str(UUID(int=ms_of(at) << 80 | 7 << 76 | 2 << 62 | 5))


class Keys(Functions):
    def assert_counted(self, count: int, one: Event, other: Event) -> None:
        """Of these two, in both orders, together and one after the other by two instances."""
        for n, pair in enumerate(((one, other), (other, one))):
            for together in (True, False):
                with self.subTest(n=n, together=together):
                    self.psql("TRUNCATE events, event_keys, counts_minute, counts_late; "
                              "UPDATE ingest_cursor SET last_sequence = 0; DELETE FROM ingest_runs")
                    first, second = (event._replace(sequence=k + 1) for k, event in enumerate(pair))
                    if together:
                        self.ingest(first, second)
                    else:
                        self.ingest(first)
                        self.ingest(second, journal=OTHER_JOURNAL, nonce=OTHER_NONCE)
                    self.assertEqual(self.count(), count)
        self.assert_counts_agree()

    def event(self, event_id: str, at: datetime = RECEIVED, received_at: datetime = RECEIVED) -> Event:
        return Event(1, "click", 1, at, event_id, received_at)

    def test_an_id_without_a_time_counts_once_on_two_days_that_follow(self) -> None:
        midnight = datetime(2031, 5, 5, tzinfo=timezone.utc)
        for apart, count in ((DAY - US, 1), (2 * DAY - US, 1), (2 * DAY, 2)):
            self.assert_counted(count, self.event("a", midnight), self.event("a", midnight + apart))

    def test_an_id_with_a_time_counts_once_on_days_apart(self) -> None:
        """Both are near it, or one is and the other is not."""
        event_id = id_at(RECEIVED)
        self.assertEqual(len(claims_of(self.event(event_id, RECEIVED + 23 * HOUR - US))), 1)
        self.assertEqual(len(claims_of(self.event(event_id, RECEIVED + 23 * HOUR))), 3)
        for apart in (-12 * DAY, -23 * HOUR - US, -23 * HOUR, -23 * HOUR + US, 23 * HOUR - US, 23 * HOUR, 3 * DAY):
            self.assert_counted(1, self.event(event_id),
                                self.event(event_id, RECEIVED + apart, RECEIVED + max(apart, US)))

    def test_a_time_counts_within_fifteen_days(self) -> None:
        for apart, claims in ((15 * DAY, 3), (15 * DAY + timedelta(milliseconds=1), 2), (-15 * DAY, 3),
                              (-15 * DAY - timedelta(milliseconds=1), 2)):
            event = self.event(id_at(RECEIVED + apart))
            self.assertEqual(len(claims_of(event)), claims)
            self.assert_counted(1, event, event)

    def test_a_midnight_and_far_times_are_none(self) -> None:
        for at in (datetime(2031, 5, 5, tzinfo=timezone.utc), datetime(1970, 1, 1, tzinfo=timezone.utc),
                   datetime(2500, 1, 1, 5, tzinfo=timezone.utc)):
            event = self.event(id_at(at))
            self.assertEqual(len(claims_of(event)), 2)
            self.assert_counted(1, event, event._replace(at=event.at + DAY))

    def test_claims_follow_from_the_key(self) -> None:
        """As a retry makes them, by the rule in SQL."""
        for event_id in ("a", "ü", id_at(RECEIVED), id_at(RECEIVED).upper(), id_at(RECEIVED + 15 * DAY),
                         id_at(RECEIVED - 16 * DAY)):
            for at in (RECEIVED, RECEIVED - 23 * HOUR, RECEIVED + 23 * HOUR - US, RECEIVED - 14 * DAY):
                for kind, detail in (("click", 0), ("progress", 5000), ("error", 303)):
                    event = Event(1, kind, 77, at, event_id, RECEIVED, detail=detail)
                    claims = claims_of(event)
                    offset = detail if kind == "progress" else 0
                    digest = f"event_digest(0, {event.number}, 77, {offset}, '{event_id}')"
                    self.assertEqual(
                        self.psql(f"SELECT key_of('{event_id}', {digest}, '{RECEIVED}', '{at}'), "
                                  f"key_claims('{claims[0]}', '{at}')"),
                        [(str(claims[0]), "{" + ",".join(map(str, claims)) + "}")])

    def test_the_number_of_a_placement(self) -> None:
        names = ["a", "b", "c", "home.top_1", "(other)"]
        self.assertTrue({hashlib.sha256(name.encode()).digest()[0] >> 7 for name in names} == {0, 1})
        for name in names:
            self.assertEqual(self.value(f"SELECT placement_number('{name}')"), str(placement_id(name)))

    def test_one_that_comes_two_weeks_late_is_put_aside(self) -> None:
        now = datetime.now(timezone.utc)
        late, early = now - 14 * DAY - HOUR, now - 14 * DAY + HOUR
        answer = self.ingest(Event(1, "click", 1, early, "a"), Event(2, "click", 1, late, "b"),
                             Event(3, "click", 1, late))
        self.assertEqual(answer[1:], (by_kind(2), by_kind(), "{0,0,1}"))
        self.assertEqual(self.psql("SELECT sequence, reason FROM rejected_events"),
                         [("2", "too late to tell a duplicate")])
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assertEqual(self.value("SELECT retry_rejected(NULL, true)"), "1")
        self.assertEqual(self.value("SELECT retry_rejected(NULL, true)"), "0")
        self.assertEqual(self.count(), 3)
        run = "00000000-0000-4000-8000-0000000000aa"
        for force, stored, too_late in ((False, "0", "1"), (True, "1", "0")):
            journal = f"00000000-0000-4000-8000-00000000000{9 - force}"
            answer = self.bring(Event(1, "click", 2, late, f"c{force}"), run=run, journal=journal, force=force)
            self.assertEqual(answer, ("1", stored, "0", "0", "0", too_late))
        self.assert_counts_agree()

    def test_one_that_is_retried_too_late_stays_and_says_so(self) -> None:
        now = datetime.now(timezone.utc)
        self.ingest(*(Event(n + 1, "click", 90 + n % 2, now - 14 * DAY - HOUR, f"id{n}" if n < 4 else None)
                      for n in range(6)))
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (90, 'x', 'y')")
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual(self.psql("SELECT sequence, reason FROM rejected_events ORDER BY sequence"),
                         [("1", "too late to tell a duplicate"), ("2", "unknown ad"),
                          ("3", "too late to tell a duplicate"), ("4", "unknown ad"), ("6", "unknown ad")])
        self.assertEqual(self.value("SELECT retry_rejected(90, true)"), "2")
        self.assertEqual(self.value("SELECT retry_rejected(90, true)"), "0")
        self.assertEqual((self.count(), self.count("rejected_events")), (3, 3))
        self.assert_counts_agree()

    def test_new_placements_are_bounded(self) -> None:
        self.psql("INSERT INTO placements SELECT 0, n, 'p' || n, (now() AT TIME ZONE 'UTC')::date "
                  "FROM generate_series(1, 9998) AS n")
        self.ingest(*(Event(n + 1, "click", 1, RECEIVED, placement=f"new{n}") for n in range(5)))
        self.ingest(Event(6, "click", 1, RECEIVED, placement="new0"), Event(7, "click", 1, RECEIVED, placement="new9"))
        self.assertEqual(self.psql("SELECT count(*), count(DISTINCT placement_id), count(DISTINCT placement) "
                                   "FROM events"), [("7", "3", "6")])
        admitted = sorted((f"new{n}" for n in range(5)), key=placement_id)[:2]
        self.assertEqual(self.psql("SELECT sum(k0) FROM counts_minute WHERE dimension = 2 AND key = "
                                   f"{placement_id('(other)')}"), [(str(4 + ("new0" not in admitted)),)])
        self.assertEqual(self.count("placements"), 10001)
        self.assert_counts_agree()

    def test_partitions_of_other_days_are_left_out(self) -> None:
        """By both halves of a question, and the default one is read; not where late ones are asked with them."""
        partitions = {name for name, in self.psql("SELECT partition FROM partition_bounds('events')")}
        for at, tables in (("now()", 2), ("now() - interval '3 days'", 2), ("now() + interval '100 days'", 1)):
            day = self.value(f"SELECT (({at}) AT TIME ZONE 'UTC')::date + interval '1 hour'")
            window = f"occurred_at >= '{day}Z' AND occurred_at < '{day}Z'::timestamptz + interval '2 minutes'"
            asked = "SELECT * FROM events WHERE"
            self.assertEqual(len(self.scanned(f"{asked} NOT late AND {window} UNION ALL {asked} late AND {window}",
                                              partitions)), tables)
            self.assertEqual(self.scanned(f"{asked} late IN (false, true) AND {window}", partitions),
                             partitions | {"events_default"})

    def scanned(self, sql: str, partitions: Set[str]) -> Set[str]:
        return {word for line, in self.psql(f"EXPLAIN {sql}") for word in line.split()
                if word in partitions | {"events_default"}}


if __name__ == "__main__":
    unittest.main()
