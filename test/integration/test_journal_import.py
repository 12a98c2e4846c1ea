"""--import: of copies of one journal the database gets what it lacks, each event once."""
import itertools
import re
import subprocess
import unittest
from pathlib import Path

from db_support import SqlSession
from import_support import ImportCase
from journal_support import copy_at_work, describe

from harness.server import Server

DUMP = Path(__file__).parent / "data/b5bbe86.sql"


class Copies(ImportCase):
    def fork(self, server: Server) -> Server:
        """A copy of its directory, not started."""
        return self.copy_of(server)

    def two_copies(self) -> tuple:
        """Of one journal, both of which ran on, twice each: their runs have the same numbers. What the
        database has not stored of their common past is in both. Returns them with what was accepted."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        accepted += self.strand(server, 50, 30)
        copies = [self.fork(server), self.fork(server)]
        for n, copy in enumerate(copies):
            for run in range(2):
                accepted += self.run_away(copy, 1000 * (n + 1) + 100 * run, 40 + 10 * n + run)
        return copies, accepted

    def import_in_order(self, order: str) -> None:
        copies, accepted = self.two_copies()
        cursor = self.cursor()
        outcomes = [self.bring(copies["AB".index(name)].journal) for name in order]
        self.assert_exactly_once(accepted)
        self.assertEqual(sum(outcome.stored for outcome in outcomes), len(accepted) - 50)
        for n, name in enumerate(order):
            again = name in order[:n]
            self.assertEqual(outcomes[n].stored == 0, again, outcomes[n])
            records = 50 + 30 + (81 if name == "A" else 101)
            self.assertEqual(sum(outcomes[n][3:]), records, outcomes[n])
            self.assertIn(f"{records} records read", outcomes[n].out)
        self.assertEqual(self.cursor(), cursor)

    def test_each_twice_one_after_the_other(self) -> None:
        self.import_in_order("AABB")

    def test_each_twice_in_the_other_order(self) -> None:
        self.import_in_order("BBAA")

    def test_each_twice_in_turn(self) -> None:
        self.import_in_order("ABAB")

    def test_at_the_same_time(self) -> None:
        copies, accepted = self.two_copies()
        twins = [self.fork(copy) for copy in copies]
        outcomes = [self.finish(process) for process in
                    [self.launch(copy.journal) for copy in (*copies, *twins)]]
        self.assertEqual([outcome.status for outcome in outcomes], [0] * 4, outcomes)
        self.assert_exactly_once(accepted)
        self.assertEqual(sum(outcome.stored for outcome in outcomes), len(accepted) - 50)

    def test_while_the_originals_server_runs(self) -> None:
        """It claims the journal, sends the common past too, and goes on under load."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        accepted += self.strand(server, 50, 300)
        copies = [self.fork(server), self.fork(server)]
        accepted += self.run_away(copies[0], 1000, 50)
        accepted += self.run_away(copies[1], 2000, 60)
        imports = [self.launch(copies[0].journal)]
        server.start()
        load = self.load(server, clients=2, numbers=itertools.count(5000))
        imports.append(self.launch(copies[1].journal))
        load.wait_accepted(100)
        outcomes = [self.finish(process) for process in imports]
        outcomes += [self.bring(copies[0].journal), self.bring(copies[1].journal)]
        load.wait_accepted(100)
        load.stop()
        self.rest(server)
        self.assertEqual([outcome.status for outcome in outcomes], [0] * 4, outcomes)
        self.assertEqual([outcome.stored for outcome in outcomes[2:]], [0, 0])
        self.assert_exactly_once(accepted + load.accepted, load.unanswered)
        self.assertEqual(self.refusal(server), "")
        server.stop()
        server.start()
        self.rest(server)
        self.assert_exactly_once(accepted + load.accepted, load.unanswered)

    def test_a_copy_of_a_directory_at_work(self) -> None:
        """Its runs are those of the server that goes on."""
        server = self.open_server()
        load = self.load(server, clients=2)
        for _ in range(4):
            load.wait_accepted(100)
            copy = self.directory() / "copy"
            copy_at_work(server.journal, copy)
            self.bring(copy)
        load.stop()
        self.rest(server)
        self.assert_load_stored(load)

    def test_the_journals_own_server_goes_on_afterwards(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        accepted += self.strand(server, 50, 30)
        self.assertEqual(self.bring(server.journal)[3:], (30, 0, 0, 50, 0))
        server.start()
        self.rest(server)
        self.assertEqual(server.metrics().value("adtracker_journal_gap_events_total"), 0)
        accepted += self.post_events(server, 100, 30)
        self.rest(server)
        self.assert_exactly_once(accepted)
        server.stop()
        self.assertEqual(self.bring(server.journal)[3:], (0, 0, 0, 110, 0))

    def test_a_copy_that_lacks_a_part_in_the_middle(self) -> None:
        """Taken while its server wrote, which still has to send what the copy lacks."""
        server = self.open_server(JOURNAL_MAX_BYTES="131072", JOURNAL_SYNC="off")
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        accepted = self.post_events(server, 0, 1500)
        copy = self.directory() / "copy"
        copy_at_work(server.journal, copy)
        lacking = sorted(copy.glob("*.journal"))[1]
        lacking.unlink()
        outcome = self.bring(copy)
        self.assertGreater(outcome.stored, 100)
        self.assertLess(outcome.stored, 1400)
        gate.run("ROLLBACK")
        self.rest(server)
        self.assert_exactly_once(accepted)
        server.stop()
        self.assertEqual(self.bring(server.journal)[3:], (0, 0, 0, 1500, 0))

    def test_what_is_damaged_in_one_copy_comes_from_the_other(self) -> None:
        for damage in ("header", "record"):
            with self.subTest(damage):
                self.database += "x"
                self.db_conn = self.postgres.create_database(self.database)
                self.open_server().stop()
                server = self.server(JOURNAL_MAX_BYTES="131072", JOURNAL_SYNC="off")
                accepted = self.run_away(server, 0, 1500)
                copy = self.fork(server)
                path = self.segments(copy)[1]
                data = bytearray(path.read_bytes())
                data[40 if damage == "header" else 1000] ^= 0xFF
                path.write_bytes(bytes(data))
                first = self.bring(copy.journal, status=1 if damage == "header" else 0)
                self.assertLess(first.stored, 1500)
                self.assertEqual(self.bring(server.journal)[3:], (1500 - first.stored, 0, 0, first.stored, 0))
                self.assert_exactly_once(accepted)

    def test_what_was_damaged_where_the_owner_read_it(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        accepted += self.strand(server, 50, 50)
        copy = self.fork(server)
        path = self.segments(server)[-1]
        data = bytearray(path.read_bytes())
        data[path.read_bytes().index(bytes([10, 0, 0, 70]))] ^= 0xFF
        path.write_bytes(bytes(data))
        server.start()
        self.rest(server)
        self.assertEqual(len(self.stored()), 99)
        self.assertEqual(self.bring(copy.journal)[3:], (1, 0, 0, 99, 0))
        self.assert_exactly_once(accepted)
        accepted += self.post_events(server, 100, 20)
        self.rest(server)
        self.assert_exactly_once(accepted)

    def test_what_a_fenced_server_accepted(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        copy = self.fork(server)
        accepted += self.strand(server, 50, 30)
        copy.start()
        accepted += self.post_events(copy, 100, 20)
        self.rest(copy)
        accepted += self.run_away(server, 200, 20)
        server.start()
        server.wait_until(lambda: "taken" in self.refusal(server))
        self.assertEqual(self.bring(server.journal, status=1).stored, -1)
        server.stop()
        self.assertEqual(self.bring(server.journal).stored, 50)
        self.assert_exactly_once(accepted)
        accepted += self.post_events(copy, 300, 20)
        self.rest(copy)
        self.assert_exactly_once(accepted)

    def test_after_the_database_went_back(self) -> None:
        """What it has lost of a journal is brought again."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        dump = subprocess.run([str(self.postgres.bin / "pg_dump"), "-d", self.postgres.conninfo(self.database)],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        accepted += self.post_events(server, 50, 50)
        self.rest(server)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.bring(server.journal)[3:], (0, 0, 0, 100, 0))
        self.database += "b"
        self.db_conn = self.postgres.create_database(self.database)
        self.psql(dump)
        self.assertEqual(self.bring(server.journal)[3:], (50, 0, 0, 50, 0))
        self.assert_exactly_once(accepted)


class BroughtOver(ImportCase):
    """A database of before there were positions of runs: nothing of it is guessed at."""

    def test_runs_that_it_cannot_know(self) -> None:
        """Three runs that the earlier program has stored in part, and one that came after it."""
        server = self.server()
        runs = [self.run_away(server, 100 * run, 10) for run in range(4)]
        text = describe(server.journal)
        journal = re.search(r"^journal (\S+)", text)[1]
        nonces = dict(re.findall(r"^run (\d+)  nonce (\S+)", text, re.MULTILINE))
        self.psql(DUMP.read_text())
        self.psql("TRUNCATE events, event_counts; "
                  "INSERT INTO ads (id, image_url, target_url) SELECT n, 'x', 'y' FROM generate_series(1, 3) n "
                  "ON CONFLICT DO NOTHING; INSERT INTO ingest_cursor (journal, nonce, last_sequence, stored, "
                  f"duplicate, rejected) VALUES ('{journal}', '{nonces['1']}', {(3 << 40) + 4}, "
                  "'{24,0}', '{0,0}', '{0,0}')")
        outcome = self.bring(server.journal, status=1)
        for run in ("2", "3"):
            self.assertIn(f"run {run} ({nonces[run]}) is not imported, the database cannot know what it has of "
                          "it: 10 records\n", outcome.out)
        self.assertEqual(outcome.out.count("is not imported"), 2)
        self.assertIn("20 of runs that are not imported", outcome.out)
        self.assertIn("not all of it is imported", outcome.err)
        # The first run is the cursor's: all of it was stored. The last began behind the cursor.
        self.assertEqual(outcome[3:], (10, 0, 0, 10, 0))
        self.assert_exactly_once(runs[3])
        self.assertEqual(self.bring(server.journal, status=1)[3:], (0, 0, 0, 20, 0))

    def test_its_own_server_goes_on_and_is_known_from_then(self) -> None:
        server = self.server()
        accepted = self.run_away(server, 0, 10)
        text = describe(server.journal)
        journal = re.search(r"^journal (\S+)", text)[1]
        nonce = re.search(r"^run 1  nonce (\S+)", text, re.MULTILINE)[1]
        self.psql(DUMP.read_text())
        self.psql("TRUNCATE events, event_counts; INSERT INTO ads (id, image_url, target_url) "
                  "SELECT n, 'x', 'y' FROM generate_series(1, 3) n ON CONFLICT DO NOTHING; "
                  "INSERT INTO ingest_cursor (journal, nonce, last_sequence, stored, duplicate, rejected) "
                  f"VALUES ('{journal}', '{nonce}', {(1 << 40) + 4}, '{{4,0}}', '{{0,0}}', '{{0,0}}')")
        server.start()
        self.rest(server)
        accepted += self.post_events(server, 100, 10)
        self.rest(server)
        server.stop()
        self.assertEqual(self.bring(server.journal)[3:], (0, 0, 0, 20, 0))
        self.assert_exactly_once(accepted[4:])


if __name__ == "__main__":
    unittest.main()
