"""kill -9 at random moments: every event that was answered with 202 is stored exactly once."""
import time
import unittest

from journal_support import DAMAGED, JournalCase


class Kills(JournalCase):
    def kill_often(self, kills: int, **env: str) -> None:
        """Under load, with a database that comes and goes."""
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.open_server(**env)
        load = self.load(server, clients=3)
        for kill in range(kills):
            if kill % 2:
                load.wait_accepted(40)
            time.sleep(self.random.uniform(0.0, 0.3))
            if kill % 5 == 1:
                self.postgres.kill()
            if kill % 5 == 3:
                self.postgres.start()
            server.kill()
            server.start()
        load.wait_accepted(1)
        load.stop()
        self.rest(server)
        self.assert_load_stored(load)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assertEqual(set(load.refused), set(), load.refused)
        self.assertGreater(len(load.accepted), 20 * kills)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.rest(server)
        self.assert_load_stored(load)

    def test_with_all_that_is_small(self) -> None:
        """Segments fill, and events wait on disk alone."""
        self.kill_often(20, JOURNAL_MAX_BYTES=str(4 << 20), QUEUE_MAX_EVENTS="20",
                        JOURNAL_KEEP_SECONDS="1")

    def test_without_syncs(self) -> None:
        """A process loses what it has not written, and no more."""
        self.kill_often(6, JOURNAL_SYNC="off")


class Starts(JournalCase):
    def test_killed_while_it_starts(self) -> None:
        server = self.open_server(JOURNAL_MAX_BYTES=str(1 << 20))
        accepted = self.post_events(server, 0, 300)
        for _ in range(10):
            server.kill()
            server.launch()
            time.sleep(self.random.uniform(0.0, 0.06))
        server.kill()
        server.start()
        accepted += self.post_events(server, 300, 10)
        self.rest(server)
        self.assert_exactly_once(accepted)
        self.assertEqual(server.metrics().value(DAMAGED), 0)
        self.assertNotIn("damaged", server.log_text())


if __name__ == "__main__":
    unittest.main()
