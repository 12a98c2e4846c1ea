"""Disks that are full, and directories that go away while a server works on them: no 202 for what is
not kept, nothing lost or doubled, and it goes on by itself when the disk does."""
import errno
import itertools
import shutil
import unittest
from pathlib import Path

from journal_support import FAULTY, WAITING, JournalCase, Load

from harness import namespaces
from harness.server import Server


def remove_in_use(directory: Path) -> None:
    """As `rm -r`, tried again when a server makes a file in it meanwhile, or takes one away."""
    while directory.exists():
        try:
            shutil.rmtree(directory)
            return
        except OSError as problem:
            if problem.errno not in (errno.ENOENT, errno.ENOTEMPTY):
                raise


class FullDisk(JournalCase):
    def fill(self, disk: Path) -> Path:
        """A stranger takes all the space there is."""
        path = disk / "filler"
        with path.open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)) > 0:
                    pass
            except OSError:
                pass
        return path

    def test_filled_and_freed(self) -> None:
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        disk = self.small_disk("1m")
        server = self.open_server(JOURNAL_DIR=str(disk / "journal"), JOURNAL_SYNC="off")
        self.assertIn("JOURNAL_DIR is in memory", server.log_text())
        accepted = self.post_events(server, 0, 100)
        self.rest(server)
        self.postgres.stop()
        self.wait_down(server)
        filler = self.fill(disk)
        number = 1000
        while self.status_of_post(server, number).status == 202:
            accepted.append(number)
            number += 1
            self.assertLess(number, 20000)
        self.assert_refuses(server, number + 1, "the journal's disk is full", "disk_full")
        self.assertEqual(server.metrics().value(WAITING), len(accepted) - 100)
        self.assert_balanced(server)
        server.kill()  # it starts on a full disk, too
        server.start()
        self.assert_refuses(server, number + 2, "the journal's disk is full", "disk_full")
        self.assertEqual(server.metrics().value(WAITING), len(accepted) - 100)
        filler.unlink()
        server.wait_until(lambda: self.refusal(server) == "")
        accepted += self.post_events(server, 50000, 50)
        self.postgres.start()
        self.rest(server)
        self.assert_exactly_once(accepted, list(range(number, number + 3)))

    def test_stored_segments_make_room(self) -> None:
        """They are kept for a while, but not at the price of new events: those are refused only while
        the database has not yet taken those before."""
        disk = self.small_disk("1m")
        server = self.open_server(JOURNAL_DIR=str(disk / "journal"), JOURNAL_SYNC="off")
        load = self.load(server, clients=2)
        load.wait_accepted(500)
        self.fill(disk)
        load.wait_accepted(8000, 300)
        load.stop()
        self.rest(server)
        self.assert_load_stored(load)
        server.wait_until(lambda: self.refusal(server) == "")

    def test_empty_directory_on_a_full_disk_is_told(self) -> None:
        disk = self.small_disk("64k")
        self.fill(disk)
        server = self.server(JOURNAL_DIR=str(disk / "journal"))
        server.launch()
        self.assertEqual(server.wait(), 1)
        self.assertIn("JOURNAL_DIR", server.log_text())
        self.assertIn("No space left on device", server.log_text())


class Directory(JournalCase):
    """What was accepted is queued in memory as well, so that it survives its directory."""

    def assert_goes_on(self, server: Server, load: Load) -> None:
        server.wait_until(lambda: server.metrics().value(FAULTY) >= 1)
        server.wait_until(lambda: self.refusal(server) == "")
        load.wait_accepted(30)
        load.stop()
        self.rest(server)
        self.assert_load_stored(load)
        self.assertIn("it is gone from its directory", server.log_text())
        self.assertEqual(server.stop(), 0)
        server.start()
        last = self.post_events(server, 90000, 5)
        self.rest(server)
        self.assert_exactly_once(load.accepted + last, load.unanswered)
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 0)

    def start_load(self) -> Load:
        self.loaded = self.open_server()
        load = self.load(self.loaded, clients=2)
        load.wait_accepted(50)
        return load

    def test_removed(self) -> None:
        load = self.start_load()
        remove_in_use(self.loaded.journal)
        self.assert_goes_on(self.loaded, load)

    def test_emptied(self) -> None:
        load = self.start_load()
        for path in self.loaded.journal.iterdir():
            path.unlink(missing_ok=True)
        self.assert_goes_on(self.loaded, load)

    def test_renamed_away(self) -> None:
        load = self.start_load()
        self.loaded.journal.rename(self.loaded.directory / "away")
        self.assert_goes_on(self.loaded, load)

    def test_replaced_by_another_one(self) -> None:
        load = self.start_load()
        self.loaded.journal.rename(self.loaded.directory / "away")
        self.loaded.journal.mkdir(exist_ok=True)  # the server may have been quicker
        self.assert_goes_on(self.loaded, load)

    def test_away_and_back(self) -> None:
        """As a disk that was unmounted for a moment, with another directory in its place."""
        load = self.start_load()
        journal, away = self.loaded.journal, self.loaded.directory / "away"
        journal.rename(away)
        self.loaded.wait_until(lambda: any(journal.glob("*.journal")))
        load.wait_accepted(20)
        self.swap(away, journal)
        load.wait_accepted(20)
        self.assert_goes_on(self.loaded, load)

    def swap(self, away: Path, journal: Path) -> None:
        """Moves what lies at `journal` aside and `away` there."""
        for attempt in itertools.count():
            journal.rename(self.loaded.directory / f"between{attempt}")
            try:
                away.rename(journal)
                return
            except OSError as problem:  # ENOTEMPTY: the server was quicker, and has a directory there again
                if problem.errno != errno.ENOTEMPTY:
                    raise

    def test_file_in_its_place(self) -> None:
        """No directory can be made there: refused, until it can."""
        load = self.start_load()
        journal = self.loaded.journal
        journal.rename(self.loaded.directory / "away")
        while True:
            try:
                journal.write_text("in the way")
                break
            except IsADirectoryError:  # the server was quicker
                remove_in_use(journal)
        server = self.loaded
        server.wait_until(lambda: self.refusal(server) != "")
        self.assert_refuses(server, 80000, "the journal's disk refuses to write", "disk_failed")
        journal.unlink()
        self.assert_goes_on(server, load)

    def test_killed_right_after_it_was_removed(self) -> None:
        """What waited in memory has been written again by then, before anything new was answered."""
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.open_server()
        self.postgres.stop()
        self.wait_down(server)
        accepted = self.post_events(server, 0, 50)
        remove_in_use(server.journal)
        accepted += self.post_events(server, 50, 5)
        server.kill()
        self.postgres.start()
        server.start()
        self.rest(server)
        self.assert_exactly_once(accepted)


class Unmounted(JournalCase):
    def test_a_volume_that_is_gone_is_not_replaced_by_what_lies_beneath(self) -> None:
        """What was written there would be hidden by the volume, once it is back."""
        disk = self.small_disk("4m")
        elsewhere = self.directory()
        namespaces.bind(disk, elsewhere)
        self.addCleanup(namespaces.detach, elsewhere)
        server = self.open_server(JOURNAL_DIR=str(disk / "journal"))
        accepted = self.post_events(server, 0, 50)
        namespaces.detach(disk)
        server.wait_until(lambda: self.refusal(server) != "")
        self.assert_refuses(server, 1000, "the journal's disk refuses to write", "disk_failed")
        self.assertIn("lies on another file system now", server.log_text())
        namespaces.bind(elsewhere, disk)
        server.wait_until(lambda: self.refusal(server) == "")
        accepted += self.post_events(server, 50, 50)
        self.rest(server)
        self.assert_exactly_once(accepted)


class ReadOnly(JournalCase):
    def test_read_only_for_a_while(self) -> None:
        """A file that is open for writing keeps a disk writable: it is made read-only while the server
        is stopped. It can't start then, and says why; afterwards it goes on."""
        disk = self.small_disk("4m")
        server = self.open_server(JOURNAL_DIR=str(disk / "journal"))
        accepted = self.post_events(server, 0, 50)
        server.kill()
        namespaces.set_read_only(disk, True)
        server.launch()
        self.assertEqual(server.wait(), 1)
        self.assertIn("Read-only file system", server.log_text())
        namespaces.set_read_only(disk, False)
        server.start()
        accepted += self.post_events(server, 50, 50)
        self.rest(server)
        self.assert_exactly_once(accepted)


if __name__ == "__main__":
    unittest.main()
