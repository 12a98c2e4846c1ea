"""What the servers ask the database for every hour, called directly: partitions, old keys."""
import unittest

from db_support import SqlSession
from functions_support import JOURNAL, OTHER_JOURNAL, OTHER_NONCE, Functions, by_kind, row


class Maintenance(Functions):
    def test_rows_of_a_day_without_partition_move_with_all_they_have(self) -> None:
        self.ingest(row(1, event_id="a"), row(2, "impression"), row(3, at="2031-05-06 00:00:00+00"))
        self.assertEqual(self.count("events_default"), 3)
        before = self.contents()
        ids = self.psql("SELECT id FROM events ORDER BY id")
        for table in ("events", "event_keys", "counts_minute"):
            sql = f"SELECT make_partition('{table}', false, '2031-05-05')"
            self.assertEqual(self.value(sql), "t")
            self.assertEqual(self.value(sql), "f")
        self.assertEqual((self.count("events_20310505"), self.count("events_default")), (2, 1))
        self.assertEqual((self.count("event_keys_20310505"), self.count("event_keys_default")), (1, 1))
        self.assertEqual(self.count("counts_minute_20310505"), 2)
        self.assertEqual(self.contents(), before)
        self.assertEqual(self.psql("SELECT id FROM events ORDER BY id"), ids)
        self.assertEqual(self.ingest(row(4, event_id="a"))[2], by_kind(1, 0))
        self.assertEqual(self.count("pg_indexes WHERE tablename = 'events_20310505'"), 1)

    def day(self, days: int) -> str:
        """SQL for the UTC day that many days from now."""
        return f"((now() AT TIME ZONE 'UTC')::date + {days})"

    def make_days(self, table: str, first: int, last: int) -> None:
        for days in range(first, last + 1):
            self.psql(f"SELECT make_partition('{table}', false, {self.day(days)})")

    def test_maintenance_drops_the_keys_of_days_gone_by(self) -> None:
        """Thirty days after their end, by what was stored and the clock; nothing where nothing was stored."""
        self.make_days("event_keys", -40, -16)
        days = ("SELECT min(first)::date - now()::date, max(past)::date - now()::date, count(*) "
                "FROM partition_bounds('event_keys')")
        self.maintain()
        self.assertEqual(self.psql(days), [("-40", "17", "57")])
        self.ingest(row(1, at=self.value("SELECT now()"), event_id="a"))
        self.assertEqual(self.maintain(), 10)
        self.assertEqual(self.psql(days), [("-30", "17", "47")])
        self.assertEqual(self.count("event_keys"), 2)

    def test_minutes_reach_back_two_days_before_anything_is_stored(self) -> None:
        reach = "SELECT at = date_trunc('day', now() - interval '48 hours', 'UTC') FROM marks WHERE mark = 5"
        self.assertEqual(self.value(reach), "t")
        self.ingest(row(1, at=self.value("SELECT now()")))
        self.maintain()
        self.assertEqual(self.value(reach), "t")

    def test_a_clock_a_year_ahead_drops_and_closes_nothing(self) -> None:
        self.ingest(row(1, at=self.value("SELECT now()"), event_id="a"))
        later = "now() + interval '1 year'"
        others = "SELECT at FROM marks WHERE mark NOT IN (0, 5) ORDER BY mark"
        before = self.psql(others)
        while self.value(f"SELECT maintain({later})") == "t":
            pass
        self.psql(f"SELECT close_minutes(0::smallint, {later})")
        self.assertEqual(self.value("SELECT at < now() + interval '1 day' FROM marks WHERE mark = 0"), "t")
        self.assertEqual(self.value("SELECT at < now() - interval '1 day' FROM marks WHERE mark = 5"), "t")
        self.assertEqual(self.psql(others), before)
        self.assertEqual(self.value("SELECT count(*) FROM partition_bounds('event_keys') WHERE past <= now()"), "15")
        self.assertEqual(self.count("event_keys"), 2)
        self.ingest(row(2, at=self.value("SELECT now() + interval '2 days'")))
        self.assertEqual(self.count("counts_late"), 0)
        self.assert_counts_agree()

    def test_partitions_are_told_by_their_bounds(self) -> None:
        """Whatever they are called: the caller may quote every name, and somebody may have renamed some."""
        self.ingest(row(1, at=self.value("SELECT now()")))
        days = {n: self.value(f"SELECT to_char({self.day(n)}, 'YYYYMMDD')") for n in (-40, -39, -15, 0, 3)}
        self.make_days("event_keys", -40, -16)
        old, new = '"An ""old"" one"', '"A new one"'
        self.psql(f"ALTER TABLE event_keys_{days[-40]} RENAME TO {new}; ALTER TABLE event_keys_{days[0]} RENAME TO "
                  f"{old}; CREATE SCHEMA b; ALTER TABLE event_keys_{days[3]} SET SCHEMA b; "
                  f"ALTER TABLE event_keys_{days[-39]} SET SCHEMA b; ALTER TABLE event_keys_default RENAME TO a; "
                  "INSERT INTO event_keys VALUES (0, '00000000-0000-0000-0000-000000000000')")
        for number, settings in enumerate((
                "quote_all_identifiers = on", "search_path = ''", "datestyle = 'Postgres, DMY'",
                "datestyle = German; SET timezone = 'Pacific/Kiritimati'",
                "datestyle = SQL, MDY; SET timezone = 'America/St_Johns'")):
            with self.subTest(settings):
                for call in range(11 if number == 0 else 1):
                    self.assertEqual(self.psql(f"SET {settings}; SELECT public.maintain()"),
                                     [("t" if number == 0 and call < 10 else "f",)])
                self.assertEqual(self.psql(f"SET {settings}; SELECT count(*) FROM "
                                           "public.partition_bounds('event_keys') WHERE "
                                           "date_trunc('day', first, 'UTC') = first AND first + '24 hours' = past"),
                                 [("47",)])
                tables = [name for name, in self.psql(
                    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid IN "
                    "(SELECT relid FROM pg_partition_tree('event_keys'))")]
                self.assertEqual(len(tables), 48)
                self.assertNotIn(new, tables)
                self.assertNotIn(f"b.event_keys_{days[-39]}", tables)
                for kept in (old, "a", f"event_keys_{days[-15]}", f"b.event_keys_{days[3]}"):
                    self.assertIn(kept, tables)
        self.assertEqual(self.count("event_keys"), 1)

    def test_old_keys_that_somebody_depends_on_hold_nothing_up(self) -> None:
        self.ingest(row(1, at=self.value("SELECT now()")))
        self.make_days("event_keys", -33, -32)
        name, other = [name for name, in self.psql("SELECT partition FROM partition_bounds('event_keys') "
                                                   "ORDER BY first LIMIT 2")]
        self.psql(f"CREATE VIEW mine AS SELECT * FROM {name}; DROP TABLE {self.partition_of(5)}")
        self.assertEqual(self.maintain(), 2)
        self.assertEqual(self.psql(f"SELECT to_regclass('{name}'), to_regclass('{other}')"), [(name, "")])

    def partition_of(self, days: int) -> str:
        """The table for the events of that many days from now."""
        return self.value("SELECT partition FROM partition_bounds('events') WHERE NOT is_late AND "
                          f"first = date_trunc('day', now(), 'UTC') + {days} * interval '1 day'")

    def test_a_name_that_is_taken(self) -> None:
        """By a table of somebody's own, by its type, by a partition that was detached."""
        names = [self.partition_of(days) for days in (2, 3, 4, 5)]
        self.psql("INSERT INTO events (occurred_at, ad_id, kind) SELECT now() + n * interval '1 day', n, 'click' "
                  "FROM generate_series(2, 5) AS n; "
                  f"ALTER TABLE events DETACH PARTITION {names[0]}; DROP TABLE {','.join(names[1:])}; "
                  f"CREATE TABLE {names[1]} (mine integer); CREATE TYPE {names[2]} AS ENUM ('mine'); "
                  f"CREATE VIEW {names[3]} AS SELECT 1 AS mine; CREATE TABLE {names[3]}_ (mine integer)")
        self.assertEqual(self.maintain(), 4)
        self.assertEqual([self.partition_of(days) for days in (2, 3, 4, 5)],
                         [f"{name}_" for name in names[:3]] + [f"{names[3]}__"])
        self.assertEqual(self.psql(f"SELECT mine FROM {names[1]} UNION ALL SELECT ad_id FROM {names[0]} "
                                   f"UNION ALL SELECT mine FROM {names[3]} ORDER BY 1"), [("1",), ("2",)])
        self.assertEqual(self.maintain(), 0)

    def test_a_day_that_is_in_another_partition_in_part(self) -> None:
        """Of a month, an hour: it was somebody's decision."""
        names = [self.partition_of(days) for days in (3, 4, 5, 6)]
        self.psql(f"DROP TABLE {','.join(names)}")
        day = "date_trunc('day', now(), 'UTC') + {} * interval '1 day'".format
        for name, first, past in (("week", day(3), day(4.5)), ("hour", day(6.5), day(6.6))):
            self.psql("SELECT format('CREATE TABLE %I PARTITION OF events "
                      f"FOR VALUES FROM (false, %L) TO (false, %L)', '{name}', {first}, {past}) \\gexec")
        self.assertEqual(self.maintain(), 1)
        self.assertEqual(self.partition_of(5), names[2])
        self.assertEqual(self.maintain(), 0)

    def test_a_clock_before_the_day_the_database_was_made(self) -> None:
        """Played by a partition of the past that reaches into the days to come."""
        names = [self.partition_of(days) for days in range(-15, 8)]
        self.psql(f"DROP TABLE {','.join(names)}; ALTER TABLE events DETACH PARTITION events_past; "
                  "SELECT format('ALTER TABLE events ATTACH PARTITION events_past "
                  "FOR VALUES FROM (false, ''-infinity'') TO (false, %L)', "
                  "date_trunc('day', now(), 'UTC') + interval '3 days') \\gexec")
        now = self.value("SELECT now()")
        self.assertEqual(self.maintain(), 5)
        self.ingest(row(1, at=now, event_id="a"), row(2, at=now, event_id="a"))
        self.assertEqual(self.count("events_past"), 1)
        self.psql(f"INSERT INTO clicks (ad_id) VALUES (1); DELETE FROM clicks WHERE timestamp < '{now}'")
        self.assert_counts_agree()

    def test_without_a_default_partition(self) -> None:
        self.psql(f"DROP TABLE events_default, event_keys_default, {self.partition_of(4)}")
        self.assertEqual(self.maintain(), 1)

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
        self.assertEqual(self.maintain(), 1)
        self.assertEqual(self.psql(f"SELECT to_regclass('events_{days[0]}'), "
                                   f"to_regclass('events_{days[1]}')"), [("", f"events_{days[1]}")])
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"BEGIN; SELECT make_partition('events', false, '{days[0]}')")
        self.assertEqual(session.run("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = "
                                     "'events'::regclass AND mode = 'AccessExclusiveLock'"), ["0"])  # others follow

    def test_maintenance_makes_the_days_that_are_missing(self) -> None:
        tomorrow = self.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')")
        self.psql(f"DROP TABLE events_{tomorrow}")
        self.ingest(row(1, at=f"{tomorrow} 12:00:00+00"))
        self.assertEqual(self.maintain(), 1)
        self.assertEqual(self.count(f"events_{tomorrow}"), 1)
        self.assertEqual(self.maintain(), 0)

    def test_what_came_today_is_summarized(self) -> None:
        """In the index that is read for a moment of the day; not where another holds the table."""
        new = ("SELECT brin_summarize_new_values(indexrelid) FROM pg_index "
               f"WHERE indrelid = '{self.partition_of(0)}'::regclass")
        fill = "INSERT INTO events (occurred_at, ad_id, kind) SELECT now(), 1, 'click' FROM generate_series(1, 9000)"
        self.psql(f"ALTER TABLE {self.partition_of(0)} SET (autovacuum_enabled = false); {fill}")
        self.assertEqual(self.value("SELECT summarize_events()"), "f")
        self.assertEqual(self.value(new), "0")
        other = SqlSession(self, self.postgres, self.database)
        other.run(f"BEGIN; LOCK TABLE {self.partition_of(0)} IN SHARE UPDATE EXCLUSIVE MODE")
        self.psql(fill)
        self.assertEqual(self.value("SELECT summarize_events()"), "f")
        other.run("COMMIT")
        self.assertGreater(int(self.value(new)), 1)

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
        self.assertEqual(self.value("SELECT maintain()"), "f")  # another is at it


if __name__ == "__main__":
    unittest.main()
