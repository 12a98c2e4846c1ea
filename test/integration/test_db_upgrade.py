"""Databases and full journals of earlier revisions, made by make_upgrade_data.py: no row is lost, none comes twice, and the
counts are those of the events."""
import time
import unittest
from pathlib import Path
from typing import ClassVar, Iterable, List, Tuple

from import_support import ImportCase
from schema_support import brought_apart
from test_journal_formats import read_data, read_files
from upgrade_support import COLUMNS, NEW_KINDS, OLD_KINDS, STORED, WAITING_FROM, Fates, Told, are_too_late, fates, told

from harness.process import wait_until
from harness.server import Server

DATA = Path(__file__).parent / "data"
TOO_LATE = "too late to tell a duplicate"
WHOLE = "start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z"
ROWS = "SELECT id, occurred_at, kind, ad_id, ip FROM events WHERE id <= {} ORDER BY id"
QUANTITIES = "SELECT kind, sum(quantity) FROM events WHERE verdict <> 4 AND quantity > 0 GROUP BY 1"


class Revision(ImportCase):
    """What holds for each of those below."""

    REVISION: ClassVar[str]
    RECEIVED: ClassVar[str]  # after all of it
    KINDS: ClassVar[Tuple[str, ...]] = NEW_KINDS
    OTHERS = 1  # rows of the database that have no number
    REJECTED = 3
    WAITING: ClassVar[int]  # numbered events in the journal
    OTHERS_WAITING, OTHERS_DUPLICATE = 0, 0  # what else is in it

    def setUp(self) -> None:
        super().setUp()
        self.psql(read_data(DATA / f"upgrade_{self.REVISION}.sql.gz"))
        self.fates = fates(self.WAITING, are_too_late(self, self.RECEIVED))

    def lay(self, **env: str) -> Server:
        """A server, not started, on the journal."""
        server = self.server(JOURNAL_MAX_BYTES="65536", **env)
        for name, content in read_files(DATA / f"upgrade_{self.REVISION}_journal.txt.gz").items():
            (server.journal / name).write_bytes(content)
        return server

    def told(self, table: str) -> List[Told]:
        return [Told(*row) for row in self.psql(
            f"SELECT {COLUMNS} FROM {table} WHERE playback_ms / 1000 BETWEEN 1 AND {STORED} "
            f"OR playback_ms / 1000 >= {WAITING_FROM} ORDER BY playback_ms")]

    def expected(self, numbers: Iterable[int]) -> List[Told]:
        return [told(number, self.KINDS) for number in sorted(numbers)]

    def settle(self, server: Server) -> None:
        """Until the journal is stored, and all that an older version has left is brought over."""
        self.wait_up(server)
        wait_until(lambda: self.value("SELECT to_regclass('before_positions') IS NULL") == "t", 60, "brought over")
        self.wait_at_rest(server, 60)

    def assert_each_once(self, server: Server, fates_: Fates) -> None:
        """In the tables, in the counts, and in what analytics answer."""
        self.assertEqual(self.told("events"), self.expected(fates_.stored))
        self.assertEqual(self.told("rejected_events"), self.expected([*fates_.gone, *fates_.too_late]))
        reasons = dict(self.psql("SELECT reason, count(*) FROM rejected_events GROUP BY 1"))
        self.assertEqual(int(reasons["unknown ad"]), self.REJECTED + len(fates_.gone))
        self.assert_counts_agree()
        rows = server.get(f"/ads/analytics?{WHOLE}&group_by=kind&metrics=events").json()["rows"]
        self.assertEqual(sorted((row["kind"], str(row["events"])) for row in rows if row["events"]),
                         sorted(self.psql(QUANTITIES)))

    def assert_books(self, server: Server) -> None:
        """Of the journal."""
        metrics, waiting = server.metrics(), self.WAITING + self.OTHERS_WAITING
        self.assertEqual(metrics.value("adtracker_events_replayed_total"), waiting)
        stored, duplicate, rejected = (int(metrics.total(f"adtracker_events_{name}_total"))
                                       for name in ("stored", "duplicate", "rejected"))
        self.assertEqual(stored + duplicate + rejected, waiting)
        if not self.fates.too_late:
            numbered = [number for number in self.fates.duplicate if number >= WAITING_FROM]
            self.assertEqual((duplicate, rejected), (len(numbered) + self.OTHERS_DUPLICATE, len(self.fates.gone)))

    def check_upgrade(self) -> None:
        before = self.psql(ROWS.format("1::bigint << 62"))
        self.assertEqual(len(before), len([n for n in self.fates.stored if n <= STORED]) + self.OTHERS)
        server = self.lay().start()
        self.settle(server)
        self.assertEqual(self.psql(ROWS.format(max(int(row[0]) for row in before))), before)
        self.assert_each_once(server, self.fates)
        self.assert_books(server)
        count = self.value("SELECT count(*) FROM events")
        server.kill()
        server.start()
        self.settle(server)
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 0)
        self.assertEqual(self.value("SELECT count(*) FROM events"), count)

    def check_kills(self) -> None:
        """Before the schema is there, while the rows are brought over, in the middle of the journal."""
        server = self.lay()
        for _ in range(6):
            server.launch()
            time.sleep(self.random.uniform(0.01, 0.8))
            server.kill()
        server.start()
        self.settle(server)
        self.assert_each_once(server, self.fates)


class BeforeLanes(Revision):
    """The last revision before lanes, privacy and the package."""

    REVISION, RECEIVED = "8a42f88", "2026-11-28 05:19:29+00"
    WAITING, OTHERS, OTHERS_WAITING, OTHERS_DUPLICATE = 612, 13, 11, 4
    FIRST = 12  # the first file of the schema that it lacks

    def test_it_comes_over_with_its_journal(self) -> None:
        self.check_upgrade()

    def test_killed_at_any_moment_it_comes_over_all_the_same(self) -> None:
        self.check_kills()

    def test_its_journal_is_imported_once_it_has_come_over(self) -> None:
        """That of a machine that is gone."""
        server = self.start_server()
        self.settle(server)
        journal = self.lay().journal
        first, again = self.bring(journal), self.bring(journal)
        self.assertEqual(again.known - first.known, self.WAITING + self.OTHERS_WAITING)  # some were stored before
        self.assertEqual((again.stored, again.duplicate, again.rejected, again.too_late), (0, 0, 0, 0))
        self.assert_each_once(server, self.fates)

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.assertEqual(brought_apart(self, self.FIRST), [])


class Before734189a(BeforeLanes):
    """One whose minutes of others reach back to its first day, not to two days before."""

    REVISION, RECEIVED = "734189a", "2026-11-28 01:39:00+00"
    FIRST = 11


class Beforeb5bbe86(Revision):
    """The last revision whose functions stood in numbered migrations, and whose journals are in format 1."""

    REVISION, RECEIVED = "b5bbe86", "2026-11-28 01:39:00+00"
    KINDS = OLD_KINDS
    WAITING, OTHERS = 777, 2

    def test_it_comes_over_with_its_journal(self) -> None:
        self.check_upgrade()

    def test_killed_at_any_moment_it_comes_over_all_the_same(self) -> None:
        self.check_kills()


if __name__ == "__main__":
    unittest.main()
