"""How far each run of a journal is stored, called directly: by its owner, by imports, by both at once."""
import unittest

from db_support import SqlSession
from functions_support import (JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE, Functions, by_kind, import_sql,
                               ingest_sql, row)

from harness.process import wait_until

RUN_A = "00000000-0000-4000-8000-0000000000aa"
RUN_B = "00000000-0000-4000-8000-0000000000bb"


def at(run: int, count: int) -> int:
    """The sequence of the event with this count in a run."""
    return (run << 40) + count


def rows(run: int, first: int, last: int) -> list:
    return [row(at(run, count)) for count in range(first, last + 1)]


class Runs(Functions):
    def positions(self) -> dict:
        return dict(self.psql("SELECT nonce, last_sequence FROM ingest_runs"))

    def cursor(self) -> int:
        return int(self.value(f"SELECT last_sequence FROM ingest_cursor WHERE journal = '{JOURNAL}'"))

    def set_untracked(self, sequence: int) -> None:
        """As if rows for runs were unknown when the cursor was here."""
        self.psql(f"UPDATE ingest_cursor SET last_sequence = {sequence}, untracked_to = {sequence} "
                  f"WHERE journal = '{JOURNAL}'; DELETE FROM ingest_runs WHERE journal = '{JOURNAL}'")


class Batches(Runs):
    def test_each_moves_the_position_of_its_run(self) -> None:
        self.ingest(*rows(1, 1, 5), run=RUN_A)
        self.ingest(*rows(2, 1, 3))
        self.assertEqual(self.positions(), {RUN_A: str(at(1, 5)), NONCE: str(at(2, 3))})
        self.assertEqual(self.psql("SELECT DISTINCT lane, journal FROM ingest_runs"), [("0", JOURNAL)])
        self.ingest(*rows(2, 2, 3))
        self.assertEqual(self.positions()[NONCE], str(at(2, 3)))

    def test_one_of_an_unknown_run_moves_the_cursor_alone(self) -> None:
        self.assertEqual(self.ingest(*rows(1, 1, 5), run="")[0], str(at(1, 5)))
        self.assertEqual(self.ingest(*rows(1, 4, 7), run="")[1], by_kind(7, 0))
        self.assertEqual(self.positions(), {})

    def test_a_refused_one_leaves_no_position(self) -> None:
        self.assertEqual(self.sqlstate(ingest_sql(rows(1, 1, 2), nonce=OTHER_NONCE)), "VA001")
        self.psql("ALTER TABLE events ADD CHECK (ad_id <> 2)")
        self.assertEqual(self.sqlstate(ingest_sql([row(at(1, 1), ad_id=2)])), "23514")
        self.assertEqual(self.positions(), {})

    def test_what_goes_aside_is_passed_too(self) -> None:
        self.ingest(*rows(1, 1, 2), reject="no", run=RUN_A)
        self.assertEqual(self.positions(), {RUN_A: str(at(1, 2))})


class Imports(Runs):
    def test_one_stores_what_is_lacking_and_leaves_the_cursor(self) -> None:
        self.ingest(*rows(1, 1, 5), run=RUN_A)
        before = self.psql("SELECT * FROM ingest_cursor ORDER BY journal")
        some = [*rows(1, 4, 8), row(at(1, 9), ad_id=99), row(at(1, 10), event_id="a"),
                row(at(1, 11), event_id="a")]
        self.assertEqual(self.bring(*some, run=RUN_A), (str(at(1, 11)), "4", "1", "1", "2", "0"))
        self.assertEqual(self.bring(*some, run=RUN_A), (str(at(1, 11)), "0", "0", "0", "8", "0"))
        self.assertEqual(self.count(), 9)
        self.assertEqual(self.psql("SELECT journal, sequence FROM rejected_events"), [(JOURNAL, str(at(1, 9)))])
        self.assertEqual(self.psql("SELECT * FROM ingest_cursor ORDER BY journal"), before)
        self.assert_counts_agree()

    def test_runs_of_one_number_are_told_apart(self) -> None:
        for run in (RUN_A, RUN_B, RUN_A, RUN_B):
            self.bring(*rows(7, 1, 4), run=run)
        self.bring(*rows(7, 1, 4), run=RUN_A, journal=OTHER_JOURNAL)
        self.assertEqual(self.count(), 12)
        self.assert_counts_agree()

    def test_what_it_stored_is_not_sent_again_by_the_owner(self) -> None:
        """Whose books call it stored."""
        self.ingest(*rows(1, 1, 2))
        self.bring(*rows(1, 1, 6), run=NONCE)
        self.assertEqual(self.ingest(*rows(1, 3, 4)), (str(at(1, 4)), by_kind(4, 0), by_kind(0, 0), "{0,0,0}"))
        self.assertEqual(self.ingest(*rows(1, 5, 8))[:2], (str(at(1, 8)), by_kind(8, 0)))
        self.assertEqual(self.count(), 8)
        self.assertEqual(self.positions(), {NONCE: str(at(1, 8))})
        self.assert_counts_agree()

    def test_into_a_database_that_does_not_know_the_journal(self) -> None:
        unknown = "00000000-0000-4000-8000-000000000009"
        self.assertEqual(self.bring(*rows(3, 1, 4), run=RUN_A, journal=unknown)[1], "4")
        self.assertEqual(self.bring(*rows(3, 1, 5), run=RUN_A, journal=unknown)[1:], ("1", "0", "0", "4", "0"))
        self.assertEqual(self.count(f"ingest_cursor WHERE journal = '{unknown}'"), 0)

    def wait_for_lock(self) -> None:
        wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                                      "'Lock' AND datname = current_database()") == "1")

    def test_at_the_same_time_as_the_owner_or_another_import(self) -> None:
        calls = {"owner": ingest_sql(rows(1, 1, 6)), "import": import_sql(rows(1, 1, 6), NONCE)}
        for first, second in (("owner", "import"), ("import", "owner"), ("import", "import")):
            for end, count in (("COMMIT", 6), ("ROLLBACK", 6)):
                with self.subTest(first=first, second=second, end=end):
                    self.psql("DELETE FROM ingest_runs; UPDATE ingest_cursor SET last_sequence = 0; "
                              "TRUNCATE events, counts_minute, counts_late")
                    sessions = [SqlSession(self, self.postgres, self.database) for _ in range(2)]
                    sessions[0].run(f"BEGIN; {calls[first]}")
                    sessions[1].send(calls[second])
                    self.wait_for_lock()
                    sessions[0].run(end)
                    self.assertRegex(sessions[1].answer()[0], rf"^{at(1, 6)}\|")
                    self.assertEqual(self.count(), count)
                    self.assertEqual(self.positions(), {NONCE: str(at(1, 6))})
                    self.assert_counts_agree()
                    for session in sessions:
                        session.close()


class Gaps(Runs):
    """What is missing of a run comes from wherever it is not: a copy without damage, the owner."""

    def missing(self, run: str) -> str:
        return self.value(f"SELECT missing FROM ingest_runs WHERE nonce = '{run}'")

    def ranges(self, run: int, *gaps: tuple) -> str:
        return "{" + ",".join(f"[{at(run, first)},{at(run, last + 1)})" for first, last in gaps) + "}"

    def assert_stored(self, count: int) -> None:  # pylint: disable=arguments-renamed
        self.assertEqual(self.count(), count)
        self.assert_counts_agree()

    def test_one_that_an_import_leaves_is_filled_by_another(self) -> None:
        self.bring(*rows(3, 4, 6), *rows(3, 9, 10), *rows(3, 20, 21), run=RUN_A)
        self.assertEqual(self.missing(RUN_A), self.ranges(3, (1, 3), (7, 8), (11, 19)))
        self.assertEqual(self.bring(*rows(3, 2, 9), *rows(3, 19, 22), run=RUN_A)[1:], ("6", "0", "0", "6", "0"))
        self.assertEqual(self.missing(RUN_A), self.ranges(3, (1, 1), (11, 18)))
        self.assertEqual(self.bring(*rows(3, 1, 22), run=RUN_A)[1:], ("9", "0", "0", "13", "0"))
        self.assertEqual(self.missing(RUN_A), "{}")
        self.assertEqual(self.positions(), {RUN_A: str(at(3, 22))})
        self.assert_stored(22)

    def test_one_that_an_import_leaves_is_filled_by_the_owner(self) -> None:
        self.ingest(*rows(3, 1, 4))
        self.bring(*rows(3, 3, 6), *rows(3, 11, 15), run=NONCE)
        self.assertEqual(self.missing(NONCE), self.ranges(3, (7, 10)))
        self.assertEqual(self.ingest(*rows(3, 5, 8))[:2], (str(at(3, 8)), by_kind(8, 0)))
        self.assertEqual(self.missing(NONCE), self.ranges(3, (9, 10)))
        self.assertEqual(self.ingest(*rows(3, 9, 18))[:2], (str(at(3, 18)), by_kind(18, 0)))
        self.assertEqual(self.missing(NONCE), "{}")
        self.assert_stored(18)

    def test_one_that_the_owner_leaves_is_filled_by_an_import(self) -> None:
        """It has lost them to damage, and never sends them again."""
        self.ingest(*rows(3, 1, 4), *rows(3, 7, 9))
        self.ingest(*rows(3, 12, 13))
        self.assertEqual(self.missing(NONCE), self.ranges(3, (5, 6), (10, 11)))
        self.ingest(*rows(3, 5, 6))  # below the cursor: none of its business, nor is it stored
        self.assertEqual(self.missing(NONCE), self.ranges(3, (5, 6), (10, 11)))
        self.assertEqual(self.bring(*rows(3, 1, 10), run=NONCE)[1:], ("3", "0", "0", "7", "0"))
        self.assertEqual(self.ingest(*rows(3, 14, 15))[:2], (str(at(3, 15)), by_kind(11, 0)))
        self.assertEqual(self.missing(NONCE), self.ranges(3, (11, 11)))
        self.assert_stored(14)

    def test_a_batch_again_changes_nothing(self) -> None:
        batch = [*rows(3, 2, 4), *rows(3, 7, 9)]
        first = self.ingest(*batch)
        brought = self.bring(*batch, run=RUN_A)
        before = self.contents()
        self.assertEqual(self.ingest(*batch), first)
        self.assertEqual(self.bring(*batch, run=RUN_A), (brought[0], "0", "0", "0", "6", "0"))
        self.assertEqual(self.contents(), before)

    def test_a_run_begins_where_another_ends(self) -> None:
        """What was never written between two runs is no gap."""
        self.ingest(*rows(3, 1, 4), run=RUN_A)
        self.ingest(*rows(5, 1, 4))
        self.assertEqual((self.missing(RUN_A), self.missing(NONCE)), ("{}", "{}"))
        self.bring(*rows(9, 1, 4), run=RUN_B)
        self.assertEqual(self.missing(RUN_B), "{}")

    def test_a_run_that_went_on_behind_the_cursor_has_none_below_it(self) -> None:
        self.set_untracked(at(5, 100))
        self.ingest(*rows(5, 101, 102), run=RUN_A)
        self.assertEqual(self.missing(RUN_A), "{}")
        self.ingest(*rows(5, 105, 106))
        self.assertEqual(self.missing(NONCE), self.ranges(5, (103, 104)))

    def test_up_to_where_all_is_stored(self) -> None:
        position = f"SELECT import_position(0::smallint, '{JOURNAL}', '{RUN_A}', {at(3, 1)})"
        self.assertEqual(self.value(position), "0")
        self.bring(*rows(3, 1, 4), run=RUN_A)
        self.assertEqual(self.value(position), str(at(3, 4)))
        self.bring(*rows(3, 7, 9), run=RUN_A)
        self.assertEqual(self.value(position), str(at(3, 4)))
        self.bring(*rows(3, 5, 6), run=RUN_A)
        self.assertEqual(self.value(position), str(at(3, 9)))

    def test_they_are_bounded(self) -> None:
        """The first of too many count as stored: rather that than an event twice."""
        self.bring(*(row(at(3, 2 * n)) for n in range(1, 1501)), run=RUN_A)
        self.assertEqual(self.value(f"SELECT count(*) FROM (SELECT unnest(missing) FROM ingest_runs "
                                    f"WHERE nonce = '{RUN_A}') g"), "1000")
        self.assertEqual(self.bring(*rows(3, 1, 3000), run=RUN_A)[1:], ("1000", "0", "0", "2000", "0"))
        self.assert_stored(2500)


class Unknown(Runs):
    """Of the time before there were rows for runs."""

    def test_its_runs_are_refused(self) -> None:
        self.set_untracked(at(5, 100))
        before = self.contents()
        for run, count in ((4, 1), (5, 100), (5, 101)):
            self.assertEqual(self.sqlstate(import_sql(rows(run, count, count), RUN_A)), "VA004")
        self.assertEqual(self.contents(), before)
        self.assertEqual(self.bring(*rows(6, 1, 3), run=RUN_A)[1], "3")
        self.assertEqual(self.bring(*rows(5, 1, 3), run=RUN_B, journal=OTHER_JOURNAL)[1], "3")

    def test_the_owners_own_run_is_known_by_the_cursor(self) -> None:
        self.set_untracked(at(5, 100))
        self.assertEqual(self.bring(*rows(5, 98, 103), run=NONCE)[1:], ("3", "0", "0", "3", "0"))
        self.assertEqual(self.ingest(*rows(5, 101, 104))[0], str(at(5, 104)))
        self.assertEqual(self.count(), 4)

    def test_and_stays_known_when_another_follows(self) -> None:
        self.set_untracked(at(5, 100))
        self.claim(JOURNAL, OTHER_NONCE, f"{{{NONCE}}}")
        self.assertEqual(self.positions(), {NONCE: str(at(5, 100))})
        self.ingest(*rows(6, 1, 2), nonce=OTHER_NONCE)
        self.assertEqual(self.bring(*rows(5, 98, 103), run=NONCE)[1:], ("3", "0", "0", "3", "0"))
        self.assertEqual(self.sqlstate(import_sql(rows(5, 1, 1), RUN_A)), "VA004")

    def test_a_run_that_is_sent_on_is_known_from_then(self) -> None:
        """Its owner began behind the cursor."""
        self.set_untracked(at(5, 100))
        self.ingest(*rows(5, 101, 102), run=RUN_A)
        self.assertEqual(self.bring(*rows(5, 99, 104), run=RUN_A)[1:], ("2", "0", "0", "4", "0"))


class Forgotten(Runs):
    def age(self, run: str, days: int) -> None:
        self.psql(f"UPDATE ingest_runs SET stored_at = now() - interval '{days} days' WHERE nonce = '{run}'")

    def untracked(self) -> int:
        return int(self.value(f"SELECT untracked_to FROM ingest_cursor WHERE journal = '{JOURNAL}'"))

    def test_a_run_stays_known_for_a_hundred_days(self) -> None:
        self.ingest(*rows(1, 1, 5), run=RUN_A)
        self.ingest(*rows(2, 1, 5))
        self.age(RUN_A, 99)
        self.psql("SELECT maintain()")
        self.assertEqual(self.positions().keys(), {RUN_A, NONCE})
        self.age(RUN_A, 101)
        self.psql("SELECT maintain()")
        self.assertEqual(self.positions().keys(), {NONCE})
        self.assertEqual(self.untracked(), at(1, 5))
        self.assertEqual(self.sqlstate(import_sql(rows(1, 1, 7), RUN_A)), "VA004")
        self.assertEqual(self.sqlstate(import_sql(rows(1, 1, 7), RUN_B)), "VA004")
        self.assertEqual(self.bring(*rows(2, 5, 6), run=NONCE)[1:], ("1", "0", "0", "1", "0"))

    def test_what_the_cursor_has_not_passed_is_kept(self) -> None:
        """The journal may still send it."""
        self.bring(*rows(1, 1, 5), run=RUN_A)
        self.age(RUN_A, 500)
        self.psql("SELECT maintain()")
        self.ingest(*rows(1, 1, 6), run=RUN_A)
        self.assertEqual(self.count(), 6)
        self.age(RUN_A, 500)
        self.psql("SELECT maintain()")
        self.assertEqual(self.positions(), {})
        self.assertEqual(self.untracked(), at(1, 6))

    def test_a_journal_without_cursor_is_kept(self) -> None:
        unknown = "00000000-0000-4000-8000-000000000009"
        self.bring(*rows(1, 1, 5), run=RUN_A, journal=unknown)
        self.age(RUN_A, 500)
        self.psql("SELECT maintain()")
        self.assertEqual(self.bring(*rows(1, 1, 5), run=RUN_A, journal=unknown)[4], "5")

    def test_an_owner_that_was_idle_is_known_by_the_cursor(self) -> None:
        self.ingest(*rows(1, 1, 5))
        self.age(NONCE, 500)
        self.psql("SELECT maintain()")
        self.assertEqual(self.positions(), {})
        self.assertEqual(self.bring(*rows(1, 4, 6), run=NONCE)[1:], ("1", "0", "0", "2", "0"))

    def test_journals_at_work_are_left_for_the_next_time(self) -> None:
        self.ingest(*rows(1, 1, 5))
        self.age(NONCE, 500)
        batch = SqlSession(self, self.postgres, self.database)
        batch.run(f"BEGIN; {ingest_sql(rows(1, 6, 6))}")
        self.psql("SELECT maintain()")
        batch.run("COMMIT")
        self.assertEqual(self.positions(), {NONCE: str(at(1, 6))})
        self.assertEqual(self.untracked(), 0)


if __name__ == "__main__":
    unittest.main()
