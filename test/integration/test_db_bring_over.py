"""A database of the revision before there was every kind of event comes over, a slice at a time."""
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

from batch_support import claims_of, ms_of
from harness.counts import DISAGREEMENTS
from db_support import DatabaseCase, SqlSession
from functions_support import NONCE, ingest_sql, row
from schema_support import described, differences, schema_sql

DUMP = Path(__file__).parent / "data/107f08e.sql"
JOURNAL = "00000000-0000-4000-8000-000000000001"
FIRST = 5  # the first file that it lacks
OLD_EVENTS = "SELECT id, occurred_at, ad_id, kind, coalesce(ip_text, host(ip)), video_playback_time FROM {} ORDER BY 1"
EVENTS = "SELECT id, occurred_at, ad_id, kind, coalesce(ip_text, host(ip)), playback_ms / 1000 FROM events ORDER BY 1"


class BringOver(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.psql(DUMP.read_text())
        self.psql("SET search_path TO public; ANALYZE")

    def upgrade(self) -> None:
        self.psql(schema_sql(FIRST))

    def step(self, pages: int = 1) -> bool:
        return self.value(f"SELECT bring_over({pages})") == "t"

    def bring_all(self) -> None:
        while self.step():
            pass

    def sqlstate(self, sql: str) -> str:
        session = SqlSession(self, self.postgres, self.database)
        session.run(sql)
        return session.run("\\echo :LAST_ERROR_SQLSTATE \n")[0].strip()

    def test_no_row_is_lost_and_none_comes_twice(self) -> None:
        before = self.psql(OLD_EVENTS.format("events"))
        clicks = self.psql("SELECT * FROM clicks ORDER BY id")
        cursors = self.psql("SELECT journal, last_sequence, stored, duplicate, rejected FROM ingest_cursor ORDER BY 1")
        rejected = self.psql("SELECT journal, sequence, kind, ad_id, occurred_at, reason, event_id IS NOT NULL "
                             "FROM rejected_events ORDER BY 1, 2")
        self.assertGreater(min(map(len, (before, clicks, rejected))), 60)
        self.upgrade()
        steps = 0
        while True:
            self.psql("BEGIN; SELECT bring_over(1); ROLLBACK")  # as if it were killed
            if not self.step():
                break
            steps += 1
            if self.value("SELECT to_regclass('before_events') IS NOT NULL") == "t":
                both = self.psql(EVENTS) + self.psql(OLD_EVENTS.format("before_events"))
                self.assertEqual(len(set(both)), len(before))
        self.assertGreater(steps, 10)
        self.assertEqual(self.psql(EVENTS), before)
        self.assertEqual(self.psql("SELECT * FROM clicks ORDER BY id"), clicks)
        self.assertEqual(self.psql("SELECT journal, last_sequence, stored, duplicate, rejected FROM ingest_cursor "
                                   "ORDER BY 1"), cursors)
        self.assertEqual(self.psql("SELECT journal, sequence, kind, ad_id, occurred_at, reason, key IS NOT NULL "
                                   "FROM rejected_events ORDER BY 1, 2"), rejected)
        for _ in range(2):
            self.assertEqual(self.psql(DISAGREEMENTS), [])
            self.psql("SELECT count(*) FROM generate_series(1, 99) WHERE fold_late()")
        self.assertEqual(
            self.psql("SELECT events FROM analytics_totals('0001-01-01', '9999-01-01', NULL) WHERE kind < 2"),
            self.psql("SELECT count(*) FROM events WHERE isfinite(occurred_at) GROUP BY kind ORDER BY kind"))

    def test_what_was_stored_is_not_stored_again(self) -> None:
        """Not before its key has come over either."""
        ids = [(kind, int(ad), at, key) for kind, ad, at, key in self.psql(
            "SELECT kind, ad_id, min(day)::text || ' 12:00:00+00', event_id FROM event_keys GROUP BY 1, 2, 4")]
        self.assertGreater(len(ids), 60)
        self.upgrade()
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{{NONCE}}}', '{NONCE}')")
        events = self.psql("SELECT count(*) FROM events")[0]
        batch = [row(n + 1001, kind, ad, at, key, received_at=self.value("SELECT now()"))
                 for n, (kind, ad, at, key) in enumerate(ids)]
        sql = ingest_sql(batch, JOURNAL, NONCE)
        self.assertEqual(self.sqlstate(sql), "55P03")
        self.psql(ingest_sql([row(1000, at="2025-04-20 12:00:00+00")], JOURNAL, NONCE))
        self.assertEqual(self.psql("SELECT count(*) FROM events"), [(str(int(events[0]) + 1),)])
        self.bring_all()
        count = self.value("SELECT count(*) FROM events")
        answer = self.psql(sql)[0]
        self.assertEqual(self.value("SELECT count(*) FROM events"), count, answer)
        self.assertEqual(self.psql(DISAGREEMENTS), [])

    def test_an_id_that_carries_its_time_is_found_under_it(self) -> None:
        """Where the event's other claims are none."""
        now = datetime.now(timezone.utc)
        event_id = str(UUID(int=ms_of(now - timedelta(hours=3)) << 80 | 7 << 76 | 2 << 62 | 5))
        self.psql(f"INSERT INTO event_keys VALUES ((now() AT TIME ZONE 'UTC')::date - 1, 1, 'click', '{event_id}'), "
                  f"((now() AT TIME ZONE 'UTC')::date, 1, 'click', '{event_id}')")
        self.upgrade()
        self.bring_all()
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{{NONCE}}}', '{NONCE}')")
        event = row(1000, at=now.isoformat(), event_id=event_id)
        self.assertEqual(len(claims_of(event)), 1)
        count = self.value("SELECT count(*) FROM events")
        self.psql(ingest_sql([event, event._replace(sequence=1001, kind="impression")], JOURNAL, NONCE))
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(int(count) + 1))

    def test_rejected_ones_can_be_stored(self) -> None:
        self.upgrade()
        self.bring_all()
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y')")
        unkeyed = self.value("SELECT count(*) FROM rejected_events WHERE key IS NULL")
        self.assertEqual(self.value("SELECT retry_rejected()"), unkeyed)
        keyed = int(self.value("SELECT count(*) FROM rejected_events"))
        stored = int(self.value("SELECT retry_rejected(NULL, true)"))
        self.assertGreater(stored, 10)
        self.assertLess(stored, keyed)  # some were sent twice
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assertEqual(self.psql(DISAGREEMENTS), [])

    def test_rights_on_the_views_stay(self) -> None:
        role = f"reader_{self.database}"
        self.psql(f"CREATE ROLE {role}; GRANT SELECT, INSERT, DELETE ON clicks TO {role}; "
                  f"GRANT SELECT ON impressions TO {role}")
        self.addCleanup(self.psql, f"DROP OWNED BY {role}; DROP ROLE {role}")
        rights = "SELECT relname, relacl::text FROM pg_class WHERE relname IN ('clicks', 'impressions') ORDER BY 1"
        before = self.psql(rights)
        clicks = self.value("SELECT count(*) FROM clicks")
        self.upgrade()
        self.bring_all()
        self.assertEqual(self.psql(rights), before)
        as_role = f"SET ROLE {role}; "
        self.psql(as_role + "INSERT INTO clicks (ad_id, ip) VALUES (1, '10.0.0.1')")
        self.assertEqual(self.psql(as_role + "SELECT count(*) FROM clicks"), [(str(int(clicks) + 1),)])
        self.psql(as_role + "DELETE FROM clicks WHERE ip = '10.0.0.1' AND \"timestamp\" > now() - interval '1 hour'")
        self.psql(as_role + "SELECT count(*) FROM impressions")
        for denied in ("SELECT FROM events", "INSERT INTO impressions (ad_id) VALUES (1)"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.psql(as_role + denied)
        self.assertEqual(self.psql(DISAGREEMENTS), [])

    def test_there_is_no_answer_before_all_is_there(self) -> None:
        self.upgrade()
        ask = "SELECT * FROM analytics_totals('2025-01-01', '2026-01-01', NULL)"
        while self.step():
            if self.value("SELECT to_regclass('before_events') IS NOT NULL") == "t":
                self.assertEqual(self.sqlstate(ask), "55P03")
        self.psql(ask)

    def test_a_program_of_that_revision_stores_no_more(self) -> None:
        old = (f"SELECT ingest_batch('{JOURNAL}'::uuid, '{JOURNAL}'::uuid, NULL::uuid, NULL::bigint[], "
               "NULL::smallint[], NULL::integer[], NULL::timestamptz[], NULL::inet[], NULL::integer[], "
               "NULL::text[], NULL::text)")
        self.psql("SET search_path TO public; SELECT")
        self.assertEqual(self.sqlstate(old), "VA001")
        self.upgrade()
        self.assertEqual(self.sqlstate(old), "42883")

    def test_a_reader_is_not_waited_for_long(self) -> None:
        reader = SqlSession(self, self.postgres, self.database)
        reader.run("BEGIN; SELECT count(*) FROM events")
        with self.assertRaisesRegex(AssertionError, "lock timeout"):
            self.upgrade()
        reader.run("COMMIT")
        self.upgrade()

    def test_a_slice_gives_way_to_a_reader(self) -> None:
        """Where a day's partition is to be made; batches would queue behind it."""
        self.upgrade()
        reader = SqlSession(self, self.postgres, self.database)
        reader.run("BEGIN; SELECT count(*) FROM events")
        with self.assertRaisesRegex(AssertionError, "lock timeout"):
            while self.value("SET lock_timeout = '20s'; SET statement_timeout = '5s'; SELECT bring_over(1)") == "t":
                pass
        reader.run("COMMIT")
        self.bring_all()
        self.assertEqual(self.psql(DISAGREEMENTS), [])

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.upgrade()
        self.bring_all()
        brought = described(self.postgres, self.database)
        self.database += "f"
        self.postgres.create_database(self.database)
        self.psql(schema_sql())
        fresh = described(self.postgres, self.database)
        self.assertEqual([name for name in differences(brought, fresh) if "events_DAY" not in name], [])


if __name__ == "__main__":
    unittest.main()
