"""A database that is taken back to an earlier state, as by a failover to an asynchronous standby or a
restored backup: the journal brings back what it lost."""
import itertools
import subprocess
import unittest

from journal_support import JournalCase

from harness.server import Server


class WentBack(JournalCase):

    def save(self, name: str) -> None:
        self.replace(name, self.database)

    def replace(self, name: str, template: str) -> None:
        """Makes a database a copy of another one; whoever is connected to either is cut off."""
        self.postgres.psql(f"UPDATE pg_database SET datallowconn = false "
                           f"WHERE datname IN ('{name}', '{template}')")
        self.postgres.psql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                           f"WHERE datname IN ('{name}', '{template}')")
        self.postgres.psql(f"DROP DATABASE IF EXISTS {name}")
        self.postgres.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.postgres.psql("UPDATE pg_database SET datallowconn = true "
                           f"WHERE datname IN ('{name}', '{template}')")

    def go_back(self, name: str) -> None:
        self.replace(self.database, name)

    def test_what_it_lost_is_sent_again(self) -> None:
        server = self.open_server()
        self.post_events(server, 0, 100)
        self.rest(server)
        self.save(f"{self.database}_a")
        self.rest(server)
        self.post_events(server, 100, 200)
        self.rest(server)
        self.go_back(f"{self.database}_a")
        self.rest(server)
        self.assert_exactly_once(list(range(300)))
        self.assertIn("database cursor moved back, resending", server.log_text())
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 200)
        self.post_events(server, 300, 100)
        self.rest(server)
        self.assert_exactly_once(list(range(400)))

    def test_while_events_wait_in_memory_and_on_disk(self) -> None:
        server = self.open_server(QUEUE_MAX_EVENTS="100")
        self.post_events(server, 0, 300)
        self.rest(server)
        self.save(f"{self.database}_a")
        self.post_events(server, 300, 300)
        self.rest(server)
        load = self.load(server, clients=2, numbers=itertools.count(600))
        load.wait_accepted(200)
        self.go_back(f"{self.database}_a")
        load.wait_accepted(200)
        load.stop()
        self.rest(server)
        self.assert_exactly_once(list(range(600)) + load.accepted)

    def test_to_the_time_of_an_earlier_run(self) -> None:
        """Then it names that run as the journal's owner, which is the journal's own past."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        self.save(f"{self.database}_a")
        for run in range(1, 3):
            self.assertEqual(server.stop(), 0)
            server.start()
            accepted += self.post_events(server, 50 * run, 50)
            self.rest(server)
        self.go_back(f"{self.database}_a")
        self.rest(server)
        self.assert_exactly_once(accepted)
        self.assertEqual(self.refusal(server), "")

    def restart(self, server: Server, times: int) -> None:
        """Each start claims the journal."""
        for _ in range(times):
            self.assertEqual(server.stop(), 0)
            server.start()
            self.wait_up(server)

    def test_to_a_backup_that_is_many_restarts_old(self) -> None:
        """Longer ago than its identity reaches."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        dump = subprocess.run([str(self.postgres.bin / "pg_dump"), "-d", self.postgres.conninfo(self.database)],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        self.restart(server, 20)
        accepted += self.post_events(server, 50, 50)
        self.rest(server)
        self.restart(server, 20)
        restored = f"{self.database}_a"
        self.postgres.create_database(restored)
        self.postgres.psql(dump, restored)
        accepted += self.post_events(server, 100, 50)
        self.go_back(restored)
        self.rest(server)
        self.assert_exactly_once(accepted)
        self.assertEqual(self.refusal(server), "")
        self.restart(server, 2)
        accepted += self.post_events(server, 150, 50)
        self.rest(server)
        self.assert_exactly_once(accepted)

    def test_of_an_earlier_version_of_the_program(self) -> None:
        """Which has left no lineage: what its identity knows is not forgotten any more."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        self.save(f"{self.database}_a")
        self.restart(server, 5)
        self.assertEqual(server.stop(), 0)
        (server.journal / "lineage").unlink()
        server.start()
        self.rest(server)
        self.restart(server, 30)
        self.go_back(f"{self.database}_a")
        accepted += self.post_events(server, 50, 50)
        self.rest(server)
        self.assert_exactly_once(accepted)

    def test_before_there_was_a_journal(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        self.psql("CREATE TABLE was_here (i int); TRUNCATE events; TRUNCATE event_counts; "
                  "DELETE FROM ingest_cursor; DELETE FROM ingest_runs")
        self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           f"WHERE datname = '{self.database}'")
        accepted += self.post_events(server, 50, 50)
        server.wait_until(lambda: "cursor moved back" in server.log_text())
        self.rest(server)
        self.assert_exactly_once(accepted)

    def test_further_than_the_journal_reaches(self) -> None:
        """What is kept comes back, and the rest is counted and told."""
        server = self.open_server(JOURNAL_KEEP_SECONDS="0", JOURNAL_MAX_BYTES="65536",
                                  JOURNAL_SYNC="off")
        self.post_events(server, 0, 100)
        self.rest(server)
        self.save(f"{self.database}_a")
        for first in range(100, 1600, 300):
            self.post_events(server, first, 300)
            self.rest(server)
        server.wait_until(lambda: len(self.segments(server)) == 1)
        self.go_back(f"{self.database}_a")
        self.rest(server)
        stored = self.stored()
        gap = server.metrics().value("adtracker_journal_gap_events_total")
        self.assertGreater(gap, 500)
        self.assertGreaterEqual(len(stored) + gap, 1600)
        self.assertEqual(len(stored), len(set(stored)))
        self.assertIn("events lost: missing in the database and no longer in the journal", server.log_text())
        self.assert_counts_agree()

    def test_no_gap_is_reported_where_there_is_none(self) -> None:
        server = self.open_server(JOURNAL_KEEP_SECONDS="0", JOURNAL_MAX_BYTES="65536",
                                  JOURNAL_SYNC="off")
        for first in range(0, 1500, 300):
            self.post_events(server, first, 300)
            self.rest(server)
        server.wait_until(lambda: len(self.segments(server)) == 1)
        for _ in range(3):
            server.kill()
            server.start()
            self.rest(server)
            self.assertEqual(server.metrics().value("adtracker_journal_gap_events_total"), 0)
        self.assertNotIn("lacks events", server.log_text())


if __name__ == "__main__":
    unittest.main()
