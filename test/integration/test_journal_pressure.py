"""The database is away: events wait in memory, then on disk, then they are refused; and all of it is
made good when the database is back, without anybody's help."""
import time
import unittest
from typing import List

from journal_support import WAITING, JournalCase, is_sanitized

from harness.postgres import PrivatePostgres
from harness.server import Server

FULL = "the journal is full"


class Pressure(JournalCase):
    def own_postgres(self) -> PrivatePostgres:
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        return self.postgres

    def away(self, server: Server) -> None:
        self.postgres.stop("immediate")
        self.wait_down(server)

    def assert_in_order(self, expected: List[int]) -> None:
        """Batch after batch; within one the database stores as it likes."""
        highest = 0
        for number in self.stored():
            highest = max(highest, number)
            self.assertGreater(number, highest - 200)
        self.assert_exactly_once(expected)

    def test_backlog_beyond_memory_comes_back_in_order(self) -> None:
        self.own_postgres()
        server = self.open_server(QUEUE_MAX_EVENTS="50", JOURNAL_MAX_BYTES=str(1 << 20),
                                  JOURNAL_SYNC="off")
        first = self.post_events(server, 0, 40)
        self.rest(server)
        self.away(server)
        waiting = self.post_events(server, 40, 1500)
        self.assertEqual(server.metrics().value(WAITING), 1500)
        self.assertEqual(server.metrics().value("adtracker_queue_max_events"), 50)
        self.assertGreater(server.metrics().value("adtracker_journal_bytes"), 50_000)
        self.assertGreater(server.metrics().value("adtracker_queue_oldest_event_timestamp_seconds"),
                           time.time() - 60)
        self.postgres.start()
        more = self.post_events(server, 1540, 200)  # while the others are read back
        self.rest(server)
        self.assert_in_order(first + waiting + more)
        self.assert_counts_agree()
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 0)
        server.wait_until(lambda: server.metrics().value("adtracker_journal_bytes") == 0)

    def test_backlog_of_an_earlier_run_comes_back_in_order(self) -> None:
        self.own_postgres()
        server = self.open_server(QUEUE_MAX_EVENTS="50")
        self.away(server)
        waiting = self.post_events(server, 0, 300)
        server.kill()
        server.start()
        self.assertEqual(server.metrics().value(WAITING), 300)
        self.assertGreater(server.metrics().value("adtracker_queue_oldest_event_timestamp_seconds"),
                           time.time() - 60)
        waiting += self.post_events(server, 300, 100)
        self.assertEqual(server.metrics().value(WAITING), 400)
        self.postgres.start()
        self.rest(server)
        self.assert_in_order(waiting)
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), 300)
        self.assertEqual(server.metrics().total("adtracker_events_accepted_total"), 100)

    def test_restart_without_the_database_serves_and_accepts(self) -> None:
        self.own_postgres()
        server = self.open_server(SHUTDOWN_GRACE_SECONDS="1")
        listed = server.get("/ads").json()
        self.away(server)
        waiting = self.post_events(server, 0, 20)
        for restart in range(1, 3):
            self.assertEqual(server.stop(), 0)
            server.start()
            self.assertEqual(server.get("/ads").json(), listed)
            self.assertEqual(self.refusal(server), "")
            waiting += self.post_events(server, restart * 20, 20)
        self.assertEqual(server.post("/ads/click", {"ad_id": 99}).status, 202)  # may be new by now
        self.postgres.start()
        server.wait_until(lambda: server.metrics().total("adtracker_events_rejected_total") == 1)
        self.rest(server)
        self.assert_exactly_once(waiting)

    def test_full_journal_refuses_and_recovers_by_itself(self) -> None:
        self.own_postgres()
        server = self.open_server(JOURNAL_MAX_BYTES="65536", QUEUE_MAX_EVENTS="100",
                                  JOURNAL_SYNC="off")
        self.away(server)
        self.assertEqual(self.refusal(server), "")
        accepted = []
        while (answer := self.status_of_post(server, len(accepted))).status == 202:
            self.assertLess(len(accepted), 5000)
            accepted.append(len(accepted))
            if len(accepted) % 100 == 0:
                self.assertEqual(self.refusal(server), "")
        self.assertEqual(answer.status, 503, answer.body)
        self.assertGreater(len(accepted), 300)
        self.assert_refuses(server, 9000, FULL, "journal_full")
        self.assertEqual(server.metrics().value(WAITING), len(accepted))
        self.assert_balanced(server)
        self.assertLessEqual(server.metrics().value("adtracker_journal_disk_bytes"), 65536)
        server.kill()  # what is full is full after a restart, too
        server.start()
        self.assert_refuses(server, 9001, FULL, "journal_full")
        self.assertEqual(server.metrics().value(WAITING), len(accepted))
        self.postgres.start()
        server.wait_until(lambda: self.refusal(server) == "")
        accepted += self.post_events(server, 10000, 50)
        self.rest(server)
        self.assert_exactly_once(accepted, [9000, 9001])
        self.assertEqual(server.log_text().count("journal accepts events again"), 1)

    def test_full_again_and_again(self) -> None:
        """Under load, with a database that is mostly away."""
        self.own_postgres()
        server = self.open_server(JOURNAL_MAX_BYTES="65536", QUEUE_MAX_EVENTS="100",
                                  JOURNAL_SYNC="off")
        load = self.load(server, clients=3)
        for _ in range(3):
            self.postgres.stop("immediate")
            server.wait_until(lambda: self.refusal(server) != "", 60)
            self.postgres.start()
            server.wait_until(lambda: self.refusal(server) == "", 60)
            load.wait_accepted(100)
        load.stop()
        self.rest(server)
        self.assert_load_stored(load)
        self.assertEqual(set(load.refused), {503})
        self.assertEqual(
            server.metrics().value("adtracker_events_refused_total", reason="journal_full"),
            len(load.refused[503]))

    def test_memory_stays_flat_while_events_wait(self) -> None:
        self.own_postgres()
        server = self.open_server(QUEUE_MAX_EVENTS="1000", JOURNAL_SYNC="off")
        self.post_events(server, 0, 500)
        self.rest(server)
        self.away(server)
        self.post_events(server, 500, 2000)
        before = self.resident_mib(server)
        self.post_events(server, 2500, 4000)
        if not is_sanitized(server):
            self.assertLess(self.resident_mib(server), before + 2)
        self.postgres.start()
        self.rest(server)
        if not is_sanitized(server):
            self.assertLess(self.resident_mib(server), before + 8)
        self.assert_exactly_once(list(range(6500)))


if __name__ == "__main__":
    unittest.main()
