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
        now = self.value("SELECT now()")
        self.ingest(row(1, at="2001-05-05 12:00:00+00", event_id="a"), row(2, at=now, event_id="b"))
        self.assertEqual(self.count("event_keys"), 4)
        self.psql("SELECT maintain()")
        self.assertEqual(
            self.psql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
                      "'event_keys'::regclass AND inhrelid::regclass::text ~ '[0-9]$' ORDER BY 1"),
            self.psql("SELECT 'event_keys_' || to_char(now() AT TIME ZONE 'UTC' + n * interval "
                      "'1 day', 'YYYYMMDD') FROM generate_series(-15, 8) n"))
        self.assertEqual(self.psql("SELECT event_id, count(*) FROM event_keys GROUP BY 1"), [("b", "2")])

    def test_a_clock_that_is_ahead_ends_no_keys(self) -> None:
        """Played by keys of days gone by, with nothing newer."""
        self.psql("SELECT create_day_partitions('event_keys', 'day', (now() AT TIME ZONE 'UTC')::date - 3022, 23)")
        days = {n: self.value(f"SELECT date_trunc('day', now(), 'UTC') - {n} * interval '1 day'") for n in (3001, 3020)}
        self.ingest(*(row(n, at=at, event_id=f"e{n}") for n, at in days.items()))
        self.psql("SELECT maintain()")
        keys = self.psql("SELECT event_id, count(*) FROM event_keys GROUP BY 1")
        self.assertEqual(keys, [("e3001", "2")])
        self.assertEqual(self.count("partition_bounds('event_keys') WHERE past < now() - interval '15 days'"), 2)
        self.assertEqual(self.ingest(row(4002, at=days[3001], event_id="e3001"))[2], by_kind(1, 0))
        self.ingest(row(4003, at=self.value("SELECT now()"), event_id="new"))
        self.psql("SELECT maintain()")
        self.assertEqual(self.psql("SELECT DISTINCT event_id FROM event_keys"), [("new",)])
        self.assertEqual(self.count("partition_bounds('event_keys') WHERE past < now() - interval '15 days'"), 0)

    def test_partitions_are_told_by_their_bounds(self) -> None:
        """Whatever they are called: the caller may quote every name, and somebody may have renamed some."""
        self.psql("SELECT create_day_partitions('event_keys', 'day', (now() AT TIME ZONE 'UTC')::date - 20, 20)")
        days = {n: self.value(f"SELECT to_char(now() AT TIME ZONE 'UTC' + {n} * interval '1 day', 'YYYYMMDD')")
                for n in (-20, -19, -15, 0, 3)}
        old, new = '"An ""old"" one"', '"A new one"'
        self.psql(f"ALTER TABLE event_keys_{days[-20]} RENAME TO {new}; ALTER TABLE event_keys_{days[0]} RENAME TO "
                  f"{old}; CREATE SCHEMA b; ALTER TABLE event_keys_{days[3]} SET SCHEMA b; "
                  f"ALTER TABLE event_keys_{days[-19]} SET SCHEMA b; ALTER TABLE event_keys_default RENAME TO a; "
                  "INSERT INTO event_keys VALUES ('-infinity', 1, 'click', 'kept'), ('infinity', 1, 'click', 'kept'), "
                  "((now() AT TIME ZONE 'UTC')::date, 1, 'click', 'of today')")
        for settings in ("quote_all_identifiers = on", "search_path = ''", "datestyle = 'Postgres, DMY'",
                         "datestyle = German; SET timezone = 'Pacific/Kiritimati'",
                         "datestyle = SQL, MDY; SET timezone = 'America/St_Johns'"):
            with self.subTest(settings):
                self.assertEqual(self.psql(f"SET {settings}; SELECT public.maintain(), count(*) FROM "
                                           "public.partition_bounds('event_keys') WHERE "
                                           "date_trunc('day', first, 'UTC') = first AND first + '1 day' = past"),
                                 [("0", "29" if settings.startswith("quote") else "24")])  # of before the call
                tables = [name for name, in self.psql(
                    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid IN "
                    "(SELECT relid FROM pg_partition_tree('event_keys'))")]
                self.assertEqual(len(tables), 25)
                self.assertNotIn(new, tables)
                self.assertNotIn(f"b.event_keys_{days[-19]}", tables)
                for kept in (old, "a", f"event_keys_{days[-15]}", f"b.event_keys_{days[3]}"):
                    self.assertIn(kept, tables)
        self.assertEqual(self.value("SELECT day FROM event_keys WHERE event_id = 'kept'"), "infinity")

    def test_old_keys_that_somebody_depends_on_hold_nothing_up(self) -> None:
        self.psql("SELECT create_day_partitions('event_keys', 'day', (now() AT TIME ZONE 'UTC')::date - 17, 2)")
        name, other = [name for name, in self.psql("SELECT partition FROM partition_bounds('event_keys') ORDER BY first "
                                                   "LIMIT 2")]
        self.psql(f"CREATE VIEW mine AS SELECT * FROM {name}; DROP TABLE {self.partition_of(5)}")
        self.assertEqual(self.value("SELECT maintain()"), "1")
        self.assertEqual(self.psql(f"SELECT to_regclass('{name}'), to_regclass('{other}')"), [(name, "")])

    def partition_of(self, days: int) -> str:
        """The table for the events of that many days from now."""
        return self.value("SELECT partition FROM partition_bounds('events') WHERE "
                          f"first = date_trunc('day', now(), 'UTC') + {days} * interval '1 day'")

    def test_a_name_that_is_taken(self) -> None:
        """By a table of somebody's own, by its type, by a partition that was detached."""
        names = [self.partition_of(days) for days in (2, 3, 4, 5)]
        self.psql("INSERT INTO events (occurred_at, ad_id, kind) SELECT now() + n * interval '1 day', n, 'click' "
                  "FROM generate_series(2, 5) AS n; "
                  f"ALTER TABLE events DETACH PARTITION {names[0]}; DROP TABLE {','.join(names[1:])}; "
                  f"CREATE TABLE {names[1]} (mine integer); CREATE TYPE {names[2]} AS ENUM ('mine'); "
                  f"CREATE VIEW {names[3]} AS SELECT 1 AS mine; CREATE TABLE {names[3]}_ (mine integer)")
        self.assertEqual(self.value("SELECT maintain()"), "4")
        self.assertEqual([self.partition_of(days) for days in (2, 3, 4, 5)],
                         [f"{name}_" for name in names[:3]] + [f"{names[3]}__"])
        self.assertEqual(self.psql(f"SELECT mine FROM {names[1]} UNION ALL SELECT ad_id FROM {names[0]} "
                                   f"UNION ALL SELECT mine FROM {names[3]} ORDER BY 1"), [("1",), ("2",)])
        self.assertEqual(self.value("SELECT maintain()"), "0")

    def test_a_day_that_is_in_another_partition_in_part(self) -> None:
        """Of a month, an hour: it was somebody's decision."""
        names = [self.partition_of(days) for days in (3, 4, 5, 6)]
        self.psql(f"DROP TABLE {','.join(names)}")
        day = "date_trunc('day', now(), 'UTC') + {} * interval '1 day'".format
        for name, first, past in (("week", day(3), day(4.5)), ("hour", day(6.5), day(6.6))):
            self.psql(f"SELECT format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)', '{name}', "
                      f"{first}, {past}) \gexec")
        self.assertEqual(self.value("SELECT maintain()"), "1")
        self.assertEqual(self.partition_of(5), names[2])
        self.assertEqual(self.value("SELECT maintain()"), "0")

    def test_a_clock_before_the_day_the_database_was_made(self) -> None:
        """Played by a partition of the past that reaches into the days to come."""
        names = [self.partition_of(days) for days in range(8)]
        self.psql(f"DROP TABLE {','.join(names)}; ALTER TABLE events DETACH PARTITION events_past; SELECT format('ALTER "
                  "TABLE events ATTACH PARTITION events_past FOR VALUES FROM (MINVALUE) TO (%L)', "
                  "date_trunc('day', now(), 'UTC') + interval '3 days') \gexec")
        now = self.value("SELECT now()")
        self.assertEqual(self.value("SELECT maintain()"), "5")
        self.ingest(row(1, at=now, event_id="a"), row(2, at=now, event_id="a"))
        self.assertEqual(self.count("events_past"), 1)
        self.psql(f"INSERT INTO clicks (ad_id) VALUES (1); DELETE FROM clicks WHERE timestamp < '{now}'")
        self.assert_counts_agree()

    def test_without_a_default_partition(self) -> None:
        self.psql(f"DROP TABLE events_default, event_keys_default, {self.partition_of(4)}")
        self.assertEqual(self.value("SELECT maintain()"), "1")

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
