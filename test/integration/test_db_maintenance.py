"""What the servers ask the database for every hour, called directly: partitions, old keys, folded counts."""
import unittest

from db_support import SqlSession
from functions_support import JOURNAL, OTHER_JOURNAL, OTHER_NONCE, Functions, by_kind, row


class Maintenance(Functions):
    def test_rows_of_a_day_without_partition_move_with_all_they_have(self) -> None:
        self.ingest(row(1, event_id="a"), row(2, "impression"), row(3, at="2031-05-06 00:00:00+00"))
        self.assertEqual(self.count("events_default"), 3)
        before = self.contents()
        ids = self.psql("SELECT id FROM events ORDER BY id")
        for table, column in (("events", "occurred_at"), ("event_keys", "day")):
            sql = f"SELECT create_day_partitions('{table}', '{column}', '2031-05-05', 1)"
            self.assertEqual(self.value(sql), "1")
            self.assertEqual(self.value(sql), "0")
        self.assertEqual((self.count("events_20310505"), self.count("events_default")), (2, 1))
        self.assertEqual((self.count("event_keys_20310505"), self.count("event_keys_default")), (1, 1))
        self.assertEqual(self.contents(), before)
        self.assertEqual(self.psql("SELECT id FROM events ORDER BY id"), ids)
        self.assertEqual(self.ingest(row(4, event_id="a"))[2], by_kind(1, 0))
        self.assertEqual(self.count("pg_indexes WHERE tablename = 'events_20310505'"), 1)

    def test_maintenance_drops_the_keys_of_days_gone_by(self) -> None:
        self.psql("SELECT create_day_partitions('event_keys', 'day', "
                  "(now() AT TIME ZONE 'UTC')::date - 20, 20)")
        self.ingest(row(1, at="2001-05-05 12:00:00+00", event_id="a"))
        self.assertEqual(self.count("event_keys"), 2)
        self.psql("SELECT maintain()")
        self.assertEqual(
            self.psql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
                      "'event_keys'::regclass AND inhrelid::regclass::text ~ '[0-9]$' ORDER BY 1"),
            self.psql("SELECT 'event_keys_' || to_char(now() AT TIME ZONE 'UTC' + n * interval "
                      "'1 day', 'YYYYMMDD') FROM generate_series(-15, 8) n"))
        self.assertEqual(self.count("event_keys"), 0)

    def test_an_event_id_counts_once_where_a_server_was_cut_off_for_days(self) -> None:
        late = self.value("SELECT now() - interval '10 days'")
        self.ingest(row(1, at=late, event_id="a"), row(2, at=late, ad_id=99, event_id="b"))
        self.psql("SELECT maintain()")
        self.ingest(row(1, at=late, event_id="a"), row(2, at=late, event_id="a"),
                    journal=OTHER_JOURNAL, nonce=OTHER_NONCE)
        self.assertEqual(self.count(), 1)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y')")
        self.ingest(row(3, at=late, ad_id=99, event_id="b"))
        self.psql("SELECT maintain()")
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assertEqual(self.count(), 2)
        self.assert_counts_agree()

    def test_a_default_partition_that_has_grown_stays_and_the_other_days_are_made(self) -> None:
        days = [self.value(f"SELECT to_char(now() AT TIME ZONE 'UTC' + {n} * interval '1 day', 'YYYYMMDD')")
                for n in (1, 2)]
        self.psql("".join(f"DROP TABLE events_{day};" for day in days) +
                  f"INSERT INTO events (occurred_at, ad_id, kind) SELECT timestamptz '{days[0]} 12:00+00', "
                  "1, 'click' FROM generate_series(1, 500001)")
        self.assertEqual(self.value("SELECT maintain()"), "1")
        self.assertEqual(self.psql(f"SELECT to_regclass('events_{days[0]}'), "
                                   f"to_regclass('events_{days[1]}')"), [("", f"events_{days[1]}")])

    def test_maintenance_makes_the_days_that_are_missing(self) -> None:
        tomorrow = self.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')")
        self.psql(f"DROP TABLE events_{tomorrow}")
        self.ingest(row(1, at=f"{tomorrow} 12:00:00+00"))
        self.assertEqual(self.value("SELECT maintain()"), "1")
        self.assertEqual(self.count(f"events_{tomorrow}"), 1)
        self.assertEqual(self.value("SELECT maintain()"), "0")

    def test_maintenance_gives_way_to_a_reader(self) -> None:
        tomorrow = self.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')")
        self.psql(f"DROP TABLE events_{tomorrow}")
        reader = SqlSession(self, self.postgres, self.database)
        reader.run("BEGIN; SELECT count(*) FROM events")
        with self.assertRaisesRegex(AssertionError, "lock timeout"):
            self.psql("SELECT maintain()")
        self.assertEqual(self.value(f"SELECT to_regclass('events_{tomorrow}') IS NULL"), "t")
        other = SqlSession(self, self.postgres, self.database)
        other.run("BEGIN; SELECT pg_advisory_xact_lock(lock_key('maintain'))")
        self.assertEqual(self.value("SELECT maintain()"), "0")  # another is at it

    def test_counts_of_quiet_journals_are_folded(self) -> None:
        self.ingest(row(1), row(2, "impression"), row(3, at="2031-05-05 13:00:00+00"))
        self.ingest(row(1), row(2), journal=OTHER_JOURNAL, nonce=OTHER_NONCE)
        for quiet in (JOURNAL, OTHER_JOURNAL):
            self.psql("UPDATE ingest_cursor SET stored_at = now() - interval '8 days' "
                      f"WHERE journal = '{quiet}'")
            counts = self.count(f"event_counts JOIN ingest_cursor USING (journal_id) WHERE journal = '{quiet}'")
            for moved in (2, counts - 2, 0):  # in steps
                self.assertEqual(self.value(
                    f"SELECT fold_counts(now() - interval '7 days', {2 if moved == 2 else 1000})"),
                    str(moved))
                self.assert_counts_agree()
        self.ingest(row(4), row(5))  # it wakes up
        self.assert_counts_agree()
        self.assertEqual(self.ingest(row(5))[1], by_kind(4, 1))


if __name__ == "__main__":
    unittest.main()
