"""The books of /metrics: what was accepted is stored, a duplicate, rejected, or still waiting."""
import unittest

from db_support import KINDS, DatabaseCase, SqlSession

from harness.server import Server


class Books(DatabaseCase):
    def post_one(self, server: Server, kind: str, ad_id: int, event_id: str = "") -> int:
        body = {"ad_id": ad_id, "ip": "10.0.0.1", "video_playback_time": 1}
        if event_id:
            body["event_id"] = event_id
        return server.post(f"/ads/{kind}", body).status

    def totals(self, server: Server, name: str) -> tuple:
        metrics = server.metrics()
        return tuple(metrics.value(f"adtracker_events_{name}_total", kind=kind) for kind in KINDS)

    def test_duplicates_within_a_batch_across_batches_and_across_instances(self) -> None:
        servers = [self.open_server(), self.open_server()]
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        for server in servers:  # the first goes alone, the others wait and go together
            for n in range(30):
                self.assertEqual(self.post_one(server, "click", 1, f"view-{n % 10}"), 202)
        lock.run("COMMIT")
        for server in servers:
            self.wait_at_rest(server)
        for server in servers:
            self.assertEqual(self.post_one(server, "click", 1, "view-3"), 202)
            self.assertEqual(self.post_one(server, "impression", 1, "view-3"), 202)
            self.assertEqual(self.post_one(server, "click", 1), 202)
        for server in servers:
            self.wait_at_rest(server)
            self.assert_books(server, 33)
        stored = [sum(pair) for pair in zip(*(self.totals(s, "stored") for s in servers))]
        duplicate = [sum(pair) for pair in zip(*(self.totals(s, "duplicate") for s in servers))]
        self.assertEqual((stored, duplicate), ([12, 1], [52, 1]))
        self.assertEqual(self.value("SELECT count(*) FROM events"), "13")
        self.assert_counts_agree()

    def test_everything_at_once_adds_up(self) -> None:
        server = self.open_server()
        self.psql("ALTER TABLE events ADD CONSTRAINT odd CHECK (playback_ms <> 77000)")
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        accepted = len(self.post(server, 0, 100))
        for n in range(20):
            self.assertEqual(self.post_one(server, self.random.choice(KINDS), 2, f"{n % 5}"), 202)
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_queue_events"), accepted + 20)
        self.assertGreater(metrics.value("adtracker_queue_oldest_event_timestamp_seconds"), 1e9)
        self.psql("DELETE FROM ads WHERE id = 3")
        session.run("COMMIT")
        self.wait_at_rest(server)
        self.assert_books(server, accepted + 20)
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_events_rejected_total", reason="unknown_ad"), 33)
        self.assertEqual(metrics.value("adtracker_events_rejected_total", reason="refused"),
                         1 if 77 % 3 != 2 else 0)
        self.assertEqual(metrics.value("adtracker_queue_oldest_event_timestamp_seconds"), 0)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")),
                         metrics.total("adtracker_events_stored_total"))
        self.assert_counts_agree()
        self.assertGreater(metrics.value("adtracker_db_last_success_timestamp_seconds"), 1e9)
        self.assertEqual(metrics.value("adtracker_db_batch_events_sum"), accepted + 20)

    def test_they_still_add_up_when_the_database_comes_and_goes(self) -> None:
        server = self.open_server()
        accepted = 0
        for _ in range(5):
            accepted += len(self.post(server, accepted, 40))
            self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        self.wait_at_rest(server)
        self.assert_books(server, accepted)
        self.assertEqual(self.totals(server, "stored"), (accepted / 2, accepted / 2))


if __name__ == "__main__":
    unittest.main()
