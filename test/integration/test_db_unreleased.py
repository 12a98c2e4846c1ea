"""A database of revision b5bbe86, the last whose functions stood in numbered migrations, is converted."""
import re
import unittest
from pathlib import Path

from db_support import DatabaseCase, SqlSession
from functions_support import OTHER_JOURNAL, OTHER_NONCE, by_kind, ingest_sql, row
from schema_support import NUMBERED, described, differences, functions_versions, is_up, lock_key

from harness.process import wait_until
from harness.server import Server

DUMP = Path(__file__).parent / "data/b5bbe86.sql"
# What is there before and after, in the same words.
CONTENTS = {
    "ads": ("SELECT to_jsonb(a)::text FROM ads a",
            "SELECT (to_jsonb(a) - '{archived_at,weight,skip_after_ms,image_width,image_height,advertiser,category,wrapper_url,"
            "media_files,trackers,progress_offsets_ms,ad_verifications}'::text[])::text FROM ads a"),
    "events": ("SELECT id, occurred_at, ad_id, kind, ip, ip_text, video_playback_time FROM events",
               "SELECT id, occurred_at, ad_id, kind, ip, ip_text, playback_ms / 1000 FROM events"),
    "rejected_events": ("SELECT journal, sequence, kind, ad_id, occurred_at, ip, video_playback_time, "
                        "event_id IS NULL, reason, rejected_at FROM rejected_events",
                        "SELECT journal, sequence, kind, ad_id, occurred_at, ip, playback_ms / 1000, key IS NULL, "
                        "reason, rejected_at FROM rejected_events"),
    "ingest_cursor": ("SELECT journal, journal_id, nonce, last_sequence, stored, duplicate, rejected, claimed_at, "
                      "stored_at FROM ingest_cursor",) * 2,
}
WINDOWS = (("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
           ("2024-04-20T10:00:00Z", "2024-04-21T11:15:00.249999Z"),
           ("2025-04-25T00:00:00Z", "2025-04-25T23:59:59.999999Z"),
           ("2031-05-05T12:00:00Z", "2031-05-05T12:00:00Z"))


class Unreleased(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.psql(DUMP.read_text())

    def contents(self) -> dict:
        is_new = self.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'events'::regclass AND "
                            "attname = 'playback_ms'") == "1"
        return {table: self.psql(f"{sql[is_new]} ORDER BY 1" if table == "ads" else f"{sql[is_new]} ORDER BY 1, 2")
                for table, sql in CONTENTS.items()}

    def wait_brought_over(self) -> None:
        wait_until(lambda: self.value("SELECT to_regclass('before_positions') IS NULL") == "t", 30)

    def hold_maintenance(self) -> SqlSession:
        """Its keys are old: maintain() would drop them."""
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"BEGIN; SELECT pg_advisory_xact_lock({lock_key('maintain')})")
        return session

    def open(self) -> Server:
        server = self.start_server()
        self.wait_up(server)
        self.wait_brought_over()
        return server

    def test_no_row_is_lost_and_analytics_stay(self) -> None:
        before = self.contents()
        self.assertGreater(min(map(len, before.values())), 1)
        totals = [self.psql(f"SELECT clicks, impressions FROM analytics_totals('{start}', '{end}', NULL)")[0]
                  for start, end in WINDOWS]
        self.assertGreater(int(totals[0][0]) * int(totals[0][1]), 100)
        session = self.hold_maintenance()
        server = self.open()
        after = self.contents()
        own = server.metrics()  # its own journal's cursor has come
        self.assertEqual(own.value("adtracker_db_up"), 1)
        self.assertEqual(len(after["ingest_cursor"]), len(before["ingest_cursor"]) + 1)
        after["ingest_cursor"] = [r for r in after["ingest_cursor"] if r in before["ingest_cursor"]]
        self.assertEqual(after, before)
        self.assertEqual(self.psql("SELECT bool_and(untracked_to = last_sequence), max(untracked_to) > 0 "
                                   "FROM ingest_cursor"), [("t", "t")])
        for (start, end), (clicks, impressions) in zip(WINDOWS, totals):
            answer = server.get(f"/ads/analytics?start={start}&end={end}").json()
            self.assertEqual((answer["total_clicks"], answer["total_impressions"]), (int(clicks), int(impressions)))
        self.assert_counts_agree()
        session.close()

    def test_it_is_recorded_and_done_once(self) -> None:
        server = self.open()
        self.assertIn("converting", server.log_text())
        self.assertNotIn("newer than this program", server.log_text())
        self.assertEqual(re.findall(r"applying schema name=(\S+)", server.log_text()),
                         [path.name for path in sorted(NUMBERED[2:], key=lambda path: path.parent.name == "data")])
        self.assertEqual(self.psql("SELECT version, name FROM schema_migrations ORDER BY 1"),
                         [(str(n + 1), path.name) for n, path in enumerate(NUMBERED)])
        self.assertEqual(self.psql("SELECT version, digest FROM schema_functions"),
                         [(str(functions_versions()[-1][0]), functions_versions()[-1][1])])
        server.stop()
        again = self.open()
        self.assertNotIn("converting", again.log_text().split("stopped")[-1])
        self.assertNotIn("applying", again.log_text())

    def test_ingest_goes_on(self) -> None:
        session = self.hold_maintenance()
        server = self.open()
        before = int(self.value("SELECT count(*) FROM events"))
        self.wait_ads(server)
        self.post(server, 0, 10, ads=2)
        self.wait_at_rest(server)
        # The dump's own journal, where its cursor stands: the first is stored already, "a" a duplicate.
        nonce = "00000000-0000-4000-8000-00000000000c"
        self.psql(f"SELECT claim_journal('{OTHER_JOURNAL}', '{{{OTHER_NONCE}}}', '{nonce}')")
        self.assertEqual(
            self.psql(ingest_sql([row(8), row(9, event_id="a"), row(10, "impression", event_id="new")],
                                 journal=OTHER_JOURNAL, nonce=nonce)),
            [("10", by_kind(1, 3), by_kind(2, 0), "{1,1,0}")])
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y'), (3, 'x', 'y')")
        self.assertEqual(self.value("SELECT retry_rejected(NULL, true)"), "4")
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(before + 10 + 1 + 4))
        self.assert_counts_agree()
        session.close()

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        """A function, trigger, view, column or default that is left over or missing shows here."""
        self.open()
        converted = described(self.postgres, self.database)
        self.database += "f"
        self.wait_up(self.start_server(DB_CONN=self.postgres.create_database(self.database)))
        fresh = described(self.postgres, self.database)
        self.assertIn("retry_rejected(integer, boolean); Type: FUNCTION; Schema: public; Owner: -", fresh)
        self.assertEqual(differences(converted, fresh), [])

    def test_two_instances_at_once(self) -> None:
        servers = [self.server() for _ in range(2)]
        for server in servers:
            server.launch()
        for server in servers:
            server.wait_until(lambda s=server: is_up(s))
            self.assertNotIn(" error ", server.log_text())
        self.wait_brought_over()
        self.assertEqual(sum("converting" in server.log_text() for server in servers), 1)
        self.assert_counts_agree()

    def test_other_unreleased_states_are_refused_in_words(self) -> None:
        for change in ("DELETE FROM schema_migrations WHERE version > 7",
                       "UPDATE schema_migrations SET checksum = 'another' WHERE version = 10"):
            with self.subTest(change):
                self.psql(change)
                schema, contents = described(self.postgres, self.database), self.contents()
                server = self.start_server()
                server.wait_until(lambda s=server: s.metrics().value("adtracker_ingest_held") == 1)
                self.assertIn("start revision b5bbe86 on this database first", server.log_text())
                changes = differences(described(self.postgres, self.database), schema)
                # Kinds that it lacks are added before anything else, in a transaction of their own.
                self.assertEqual([change for change in changes if not change.startswith("event_kind; Type")], [])
                self.assertEqual(self.contents(), contents)
                server.stop()
                self.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                self.psql(DUMP.read_text())


if __name__ == "__main__":
    unittest.main()
