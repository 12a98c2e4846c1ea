"""The SQL functions that the program stands on, called directly: storing, claiming, retrying."""
import time
import unittest

from batch_support import claims_of
from db_support import KINDS, SqlSession
from functions_support import (JOURNAL, NONCE, NOON, OTHER_JOURNAL, OTHER_NONCE, Functions, by_kind, ingest_sql,
                               row)

from harness.process import wait_until


class IngestBatch(Functions):
    def test_it_stores_counts_and_moves_the_cursor(self) -> None:
        answer = self.ingest(row(5), row(6, "impression"), row(9, ad_id=99), row(10, event_id="a"),
                             row(11, event_id="a"))
        self.assertEqual(answer, ("11", by_kind(2, 1), by_kind(1, 0), "{1,0,0}"))
        self.assertEqual(self.count(), 3)
        self.assert_counts_agree()
        self.assertEqual(self.psql("SELECT sequence, ad_id, reason, host(ip) FROM rejected_events"),
                         [("9", "99", "unknown ad", "10.1.1.1")])

    def test_the_same_again_changes_nothing_and_answers_alike(self) -> None:
        batch = [row(n, KINDS[n % 2], 1 + n % 4, event_id=f"e{n % 7}" if n % 3 else None)
                 for n in range(1, 60)]
        first = self.ingest(*batch)
        before = self.contents()
        for part in (batch, batch[:20], batch[30:], []):
            self.assertEqual(self.ingest(*part), first)
            self.assertEqual(self.contents(), before)
        self.assertEqual(self.ingest(*batch, reject="no"), first)
        self.assertEqual(self.contents(), before)

    def test_of_an_overlapping_batch_only_the_new(self) -> None:
        self.ingest(*(row(n) for n in range(1, 11)))
        answer = self.ingest(*(row(n, "impression") for n in range(6, 16)))
        self.assertEqual(answer, ("15", by_kind(10, 5), by_kind(0, 0), "{0,0,0}"))
        self.assert_counts_agree()

    def test_a_batch_with_an_error_leaves_nothing(self) -> None:
        self.psql("ALTER TABLE events ADD CHECK (ad_id <> 2)")
        before = self.contents()
        with self.assertRaisesRegex(AssertionError, "violates check"):
            self.ingest(row(1, event_id="a"), row(2, ad_id=2), row(3, ad_id=99))
        self.assertEqual(self.contents(), before)

    def test_another_owner_is_refused(self) -> None:
        for options in ({"nonce": OTHER_NONCE}, {"journal": "00000000-0000-4000-8000-000000000009"}):
            before = self.contents()
            self.assertEqual(self.sqlstate(ingest_sql([row(1)], **options)), "VA001")
            self.assertEqual(self.contents(), before)

    def test_a_rejected_batch_goes_aside_whole(self) -> None:
        answer = self.ingest(row(1, event_id="a"), row(2, "impression", 99), reject="because")
        self.assertEqual(answer, ("2", by_kind(0, 0), by_kind(0, 0), "{0,2,0}"))
        self.assertEqual(
            self.psql("SELECT journal, sequence, kind, ad_id, occurred_at AT TIME ZONE 'UTC', host(ip), "
                      "playback_ms, key IS NOT NULL, reason FROM rejected_events ORDER BY sequence"),
            [(JOURNAL, "1", "click", "1", NOON[:-3], "10.1.1.1", "10000", "t", "because"),
             (JOURNAL, "2", "impression", "99", NOON[:-3], "10.1.1.1", "10000", "f", "because")])
        self.assertEqual(self.count("event_keys"), 0)  # the event_id may still be stored
        self.assertEqual(self.ingest(row(3, event_id="a"))[1], by_kind(1, 0))

    def test_two_journals_keep_books_of_their_own(self) -> None:
        self.ingest(row(1), row(2))
        answer = self.ingest(row(1), row(2), row(3), journal=OTHER_JOURNAL, nonce=OTHER_NONCE)
        self.assertEqual(answer, ("3", by_kind(3, 0), by_kind(0, 0), "{0,0,0}"))
        self.assertEqual(self.count(), 5)
        self.assert_counts_agree()

    def test_a_replay_waits_for_the_first_copy(self) -> None:
        """Of a run that is known, and of one that is not."""
        first = SqlSession(self, self.postgres, self.database)
        second = SqlSession(self, self.postgres, self.database)
        for number, run in enumerate((None, "")):
            sql = ingest_sql([row(2 * number + 1), row(2 * number + 2, event_id=f"a{number}")], run=run)
            answer = first.run(f"BEGIN; {sql}")
            second.send(sql)
            self.wait_for_lock()
            first.run("COMMIT")
            self.assertEqual(second.answer(), answer)
            self.assertEqual(self.count(), 2 * number + 2)

    def test_after_the_first_copy_rolled_back_the_replay_stores(self) -> None:
        first = SqlSession(self, self.postgres, self.database)
        second = SqlSession(self, self.postgres, self.database)
        sql = ingest_sql([row(1), row(2, event_id="a")])
        first.run(f"BEGIN; {sql}")
        second.send(sql)
        self.wait_for_lock()
        first.run("ROLLBACK")
        self.assertEqual(second.answer(), ["|".join(("2", by_kind(2, 0), by_kind(0, 0), "{0,0,0}"))])
        self.assertEqual(self.count(), 2)

    def wait_for_lock(self) -> None:
        wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                                      "'Lock' AND datname = current_database()") == "1")


class EventIds(Functions):
    def test_within_a_batch_and_across_batches(self) -> None:
        self.assertEqual(self.ingest(row(1, event_id="a"), row(2, event_id="a"), row(3, event_id="b"),
                                     row(4), row(5))[1:3], (by_kind(4, 0), by_kind(1, 0)))
        self.assertEqual(self.ingest(row(6, event_id="a"), row(7, event_id="c"))[1:3],
                         (by_kind(5, 0), by_kind(2, 0)))
        self.assert_counts_agree()

    def test_kinds_and_ads_have_their_own(self) -> None:
        self.assertEqual(self.ingest(row(1, event_id="a"), row(2, "impression", event_id="a"),
                                     row(3, ad_id=2, event_id="a"))[1:3], (by_kind(2, 1), by_kind(0, 0)))

    def test_of_an_unknown_ad_none_is_taken(self) -> None:
        self.ingest(row(1, ad_id=99, event_id="a"))
        self.assertEqual(self.count("event_keys"), 0)

    def test_over_midnight(self) -> None:
        late, early = "2031-05-05 23:59:59.999999+00", "2031-05-06 00:00:00+00"
        for case, times in (("in order", (late, early)), ("the later one first", (early, late))):
            for together in (True, False):
                with self.subTest(case, together=together):
                    event_id = f"{case} {together}"
                    start = self.count()
                    rows = [row(1000 + 2 * start + n, at=at, event_id=event_id)
                            for n, at in enumerate(times)]
                    for batch in ([rows] if together else [[one] for one in rows]):
                        self.ingest(*batch)
                    self.assertEqual(self.count(), start + 1)
        self.assert_counts_agree()

    def test_days_later_it_is_another_event(self) -> None:
        self.ingest(row(1, event_id="a"))
        self.assertEqual(self.ingest(row(2, at="2031-05-08 12:00:00+00", event_id="a"))[1], by_kind(2, 0))

    def test_two_instances_with_the_same_at_once(self) -> None:
        first = SqlSession(self, self.postgres, self.database)
        second = SqlSession(self, self.postgres, self.database)
        ids = [f"id{n}" for n in range(50)]
        first.run("BEGIN; " + ingest_sql([row(n + 1, event_id=i) for n, i in enumerate(ids)]))
        second.send(ingest_sql([row(n + 1, event_id=i) for n, i in enumerate(reversed(ids))],
                               journal=OTHER_JOURNAL, nonce=OTHER_NONCE))
        first.run("COMMIT")
        self.assertEqual(second.answer(), ["|".join(("50", by_kind(0, 0), by_kind(50, 0), "{0,0,0}"))])
        self.assertEqual(self.count(), 50)
        self.assert_counts_agree()


class Views(Functions):
    """Scripts of the original service write to a table named clicks."""

    def totals(self) -> list:
        return self.psql("SELECT events, playback_ms / 1000 FROM "
                         "analytics_totals('2000-01-01', '2100-01-01', NULL) WHERE kind < 2 ORDER BY kind")

    def test_what_is_added_and_deleted_counts(self) -> None:
        self.ingest(row(1), row(2, "impression"))
        self.psql("""
            INSERT INTO clicks (ad_id, "timestamp", ip, video_playback_time)
            VALUES (1, '2025-04-20 10:00:00', '192.168.1.1', 30), (2, '2025-04-21 11:15:00', 'n/a', 45);
            INSERT INTO clicks (ad_id) VALUES (3);
            INSERT INTO impressions (ad_id, ip) VALUES (1, '2001:DB8::1')""")
        self.assert_counts_agree()
        self.assertEqual(self.totals(), [("4", "85"), ("2", "0")])
        self.assertEqual(self.psql("SELECT ad_id, \"timestamp\", ip FROM clicks WHERE "
                                   "\"timestamp\" < '2026-01-01' ORDER BY 1"),
                         [("1", "2025-04-20 10:00:00", "192.168.1.1"),
                          ("2", "2025-04-21 11:15:00", "n/a")])
        self.assertEqual(self.value("SELECT count(DISTINCT id) FROM clicks"), "4")
        self.psql("DELETE FROM clicks WHERE ad_id = 1; DELETE FROM impressions WHERE ip = '10.1.1.1'")
        self.assert_counts_agree()
        self.assertEqual(self.totals(), [("2", "45"), ("1", "0")])

    def test_what_happened_is_not_changed(self) -> None:
        self.ingest(row(1))
        with self.assertRaisesRegex(AssertionError, "clicks keeps what happened"):
            self.psql("UPDATE clicks SET ad_id = 2")


class AdsThatComeAndGo(Functions):
    """While a batch is at work: each of its events is stored, put aside, or a duplicate of one."""

    def ingest_during(self, change: str) -> None:
        """A batch whose event_ids have to wait for another's, and what happens meanwhile."""
        other = SqlSession(self, self.postgres, self.database)
        held = claims_of(row(1, event_id="held"))[0]
        other.run(f"BEGIN; INSERT INTO event_keys VALUES (0, '{held}')")
        batch = SqlSession(self, self.postgres, self.database)
        batch.send(ingest_sql([row(1, event_id="held"), row(2, ad_id=3, event_id="a"),
                               row(3, ad_id=98, event_id="b")]))
        wait_until(lambda: self.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1")
        self.psql(change)
        other.run("ROLLBACK")
        self.assertRegex(batch.answer()[0], r"^3\|")

    def test_one_that_comes(self) -> None:
        self.ingest_during("INSERT INTO ads (id, image_url, target_url) VALUES (98, 'x', 'y')")
        self.assertEqual((self.count(), self.count("rejected_events")), (2, 1))
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual(self.count(), 3)
        self.assert_counts_agree()

    def test_one_that_goes(self) -> None:
        self.ingest_during("DELETE FROM ads WHERE id = 3")
        self.assertEqual((self.count(), self.count("rejected_events")), (2, 1))
        self.assertEqual(self.psql("SELECT ad_id FROM events ORDER BY 1"), [("1",), ("3",)])
        self.assert_counts_agree()


class AdsOfSomebodysOwn(Functions):
    """A table without a key, or a view, in the place of ads: an id may come more than once, or not at all."""

    def replace_ads(self, made_by: str) -> None:
        self.psql(f"ALTER TABLE ads RENAME TO keyed; {made_by}")

    def assert_each_is_stored_once(self) -> None:
        answer = self.ingest(row(1), row(2, ad_id=2), row(3, event_id="a"), row(4, ad_id=2, event_id="b"),
                             row(5, ad_id=2, event_id="b"), row(6, "impression", 99), row(7, "impression", 99))
        self.assertEqual(answer, ("7", by_kind(4, 0), by_kind(1, 0), "{2,0,0}"))
        self.assertEqual((self.count(), self.count("rejected_events")), (4, 2))
        self.psql("INSERT INTO keyed (id, image_url, target_url) VALUES (99, 'x', 'y')")
        self.assertEqual(self.value("SELECT retry_rejected()"), "2")
        self.assertEqual((self.count(), self.count("rejected_events")), (6, 0))
        self.assert_counts_agree()

    def test_a_table_without_a_key(self) -> None:
        self.replace_ads("""
            CREATE TABLE ads (LIKE keyed INCLUDING DEFAULTS); ALTER TABLE ads ALTER id DROP NOT NULL;
            INSERT INTO ads SELECT a.* FROM keyed a, generate_series(1, 3);
            INSERT INTO ads (id) VALUES (NULL), (NULL);
            CREATE RULE follow AS ON INSERT TO keyed DO ALSO INSERT INTO ads (id) VALUES (NEW.id), (NEW.id)""")
        self.assert_each_is_stored_once()

    def test_a_view_that_joins(self) -> None:
        self.replace_ads("""
            CREATE TABLE places (ad_id integer);
            INSERT INTO places SELECT id FROM keyed, generate_series(1, 2);
            CREATE VIEW ads AS SELECT a.* FROM keyed a LEFT JOIN places p ON p.ad_id = a.id
                     UNION ALL SELECT a.* FROM keyed a WHERE id = 99""")
        self.assert_each_is_stored_once()

    def test_wider_ids(self) -> None:
        self.replace_ads("CREATE VIEW ads AS SELECT id::bigint FROM keyed UNION ALL SELECT id + 4294967296 FROM keyed")
        self.assert_each_is_stored_once()


class Others(Functions):
    def test_claiming_a_journal(self) -> None:
        self.ingest(row(7))
        claim = "SELECT * FROM claim_journal('{}', '{{{}}}', '{}')".format
        self.assertEqual(self.claim(JOURNAL, NONCE), ("7", by_kind(1, 0), by_kind(0, 0), "{0,0,0}", "t", "1", "1", "f"))
        for owners in ("", OTHER_NONCE):  # neither is the owner
            self.assertEqual(self.sqlstate(claim(JOURNAL, owners, OTHER_NONCE)), "VA001")

        owner = SqlSession(self, self.postgres, self.database)
        owner.run(claim(JOURNAL, "", NONCE))
        # Its own next session may store, and is told that the lock is still to be had.
        self.assertEqual(self.claim(JOURNAL, NONCE), ("7", by_kind(1, 0), by_kind(0, 0), "{0,0,0}", "f", "1", "1", "f"))
        self.assertEqual(self.sqlstate(claim(JOURNAL, NONCE, OTHER_NONCE)), "VA002")
        owner.close()
        # Sessions that were refused are still open, and keep nobody out.
        wait_until(lambda: self.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                                      "database = (SELECT oid FROM pg_database WHERE datname = "
                                      "current_database())") == "0")
        self.assertEqual(self.claim(JOURNAL, OTHER_NONCE, f"{{{OTHER_NONCE},{NONCE}}}")[0], "7")
        self.assertEqual(self.sqlstate(ingest_sql([row(8)])), "VA001")
        self.assertEqual(self.ingest(row(8), nonce=OTHER_NONCE)[0], "8")
        self.assertEqual(self.claim("00000000-0000-4000-8000-000000000009", NONCE)[0], "0")

    def test_retrying_what_was_rejected(self) -> None:
        self.ingest(row(1, ad_id=98, event_id="a"), row(2, "impression", 99), row(3, ad_id=99),
                    row(4, ad_id=98, event_id="a"))
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assertEqual(self.count("rejected_events"), 4)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (98, 'x', 'y'), (99, 'x', 'y')")
        self.assertEqual(self.value("SELECT retry_rejected(99)"), "2")
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")  # one of two alike
        self.assertEqual(self.count("rejected_events"), 0)
        self.assertEqual(self.count(), 3)
        self.assert_counts_agree()
        self.assertEqual(self.ingest(row(5, ad_id=98, event_id="a"))[2], by_kind(1, 0))

    def test_what_is_refused_again_stays_with_the_new_reason(self) -> None:
        """And its id may still be stored."""
        self.ingest(row(1, event_id="b"), row(2, ad_id=2, event_id="a"), reject="the old reason")
        self.psql("ALTER TABLE events ADD CONSTRAINT no_two CHECK (ad_id <> 2)")
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual(self.count("rejected_events"), 1)
        self.assertIn("no_two", self.value("SELECT reason FROM rejected_events"))
        self.assertEqual((self.count(), self.count("event_keys")), (1, 2))
        self.psql("ALTER TABLE events DROP CONSTRAINT no_two")
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual((self.count(), self.count("rejected_events")), (2, 0))
        self.assertEqual(self.ingest(row(3, ad_id=2, event_id="a"))[2], by_kind(1, 0))
        self.assert_counts_agree()

    def test_many_rejected_ones_come_back_quickly(self) -> None:
        for first in range(0, 20000, 2000):
            self.ingest(*(row(n + 1, ad_id=99) for n in range(first, first + 2000)))
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y')")
        started = time.monotonic()
        self.assertEqual(self.value("SELECT retry_rejected()"), "20000")
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(self.count(), 20000)
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
