"""Several lanes in one database: each event is in its own, once, whatever comes between."""
import signal
import time
import unittest

from db_support import Load, SqlSession
from lanes_support import LanesCase

from harness.process import wait_until

EVENTS = 600
QUEUE = 40


class TwoLanes(LanesCase):
    lanes = 2

    def test_each_event_once_in_its_lane(self) -> None:
        server = self.open_server()
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        self.assert_books(server, EVENTS)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(EVENTS)})
        self.assert_in_lanes(self.lanes)
        self.assert_counts_agree()
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_lanes"), self.lanes)
        self.assertEqual(metrics.value("adtracker_lanes_up"), self.lanes)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().total("adtracker_events_replayed_total"), 0)
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().total("adtracker_events_duplicate_total"), EVENTS * 4 / 5)
        self.assert_books(server, EVENTS)
        self.assert_counts_agree()

    def test_idle_lanes_follow(self) -> None:
        server = self.open_server()
        self.post_with_ids(server, 1, 1)
        self.wait_at_rest(server)
        server.wait_until(lambda: len(set(self.positions())) == 1, 20)
        last = self.positions()[0]
        self.assertEqual(self.value("SELECT count(*) FROM events"), "1")
        self.post_with_ids(server, 2, 1)
        server.wait_until(lambda: set(self.positions()) == {last + 1}, 20)

    def test_what_is_beyond_the_queues_comes_back(self) -> None:
        server = self.start_server(DB_CONN="host=/nonexistent", QUEUE_MAX_EVENTS=str(QUEUE))
        self.post_with_ids(server, 0, EVENTS)
        self.assertEqual(server.stop(), 0)
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        self.post_with_ids(server, EVENTS, EVENTS)
        self.wait_at_rest(server)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(2 * EVENTS)})
        self.assert_books(server, EVENTS)
        self.assertEqual(server.metrics().total("adtracker_events_replayed_total"), EVENTS)
        self.assert_counts_agree()

    def test_a_lane_that_stands_still_holds_up_none_but_itself(self) -> None:
        server = self.open_server(QUEUE_MAX_EVENTS=str(QUEUE))
        self.post_with_ids(server, 0, 10)
        self.wait_at_rest(server)
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor WHERE lane = 1 FOR UPDATE")
        before = int(self.value("SELECT count(*) FROM events WHERE lane <> 1"))
        self.post_with_ids(server, 10, EVENTS)
        wanted = EVENTS * (self.lanes - 1) / self.lanes * 0.8
        server.wait_until(
            lambda: int(self.value("SELECT count(*) FROM events WHERE lane <> 1")) - before > wanted, 30)
        self.assertLess(int(self.value("SELECT count(*) FROM events WHERE lane = 1")), 10)
        gate.run("ROLLBACK")
        self.wait_at_rest(server)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(10 + EVENTS)})
        self.assert_books(server, 10 + EVENTS)
        self.assert_counts_agree()

    def test_a_bad_event_is_put_aside_in_its_lane(self) -> None:
        server = self.open_server()
        self.psql("ALTER TABLE events ADD CONSTRAINT odd CHECK (playback_ms % 97000 <> 7000)")
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        bad = {n for n in range(EVENTS) if n % 97 == 7}
        self.assertEqual(self.times_stored(), {n: 1 for n in range(EVENTS) if n not in bad})
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), str(len(bad)))
        self.assert_books(server, EVENTS)
        self.psql("ALTER TABLE events DROP CONSTRAINT odd")
        self.assertEqual(self.value("SELECT retry_rejected()"), str(len(bad)))
        self.assertEqual(self.times_stored(), {n: 1 for n in range(EVENTS)})
        self.assert_counts_agree()

    def test_another_process_on_a_copy_is_fenced_in_each_lane(self) -> None:
        server = self.open_server()
        self.post_with_ids(server, 0, 100)
        self.wait_at_rest(server)
        copy = self.copy_of(server)
        self.assertEqual(server.stop(), 0)
        copy.start()
        self.wait_up(copy)
        server.start()
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.post_with_ids(copy, 100, 100)
        self.wait_at_rest(copy)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(200)})

    def test_lost_connections_cost_nothing(self) -> None:
        server = self.open_server()
        load = Load(self, [server]).start()
        for _ in range(6):
            load.wait_accepted(80)
            self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                      f"AND pid <> pg_backend_pid() AND random() < {self.random.choice([0.3, 1.1])}")
        events = load.stop()
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_an_import_brings_each_event_once_into_its_lane(self) -> None:
        server = self.open_server()
        stored = self.post_events(server, 0, 300)
        self.wait_at_rest(server)
        stranded = self.strand(server, 300, 300)
        outcome = self.bring(server.journal)
        self.assertEqual((outcome.stored, outcome.duplicate, outcome.rejected), (len(stranded), 0, 0))
        self.assertEqual(outcome.known, len(stored))
        again = self.bring(server.journal)
        self.assertEqual((again.stored, again.known), (0, len(stored) + len(stranded)))
        server.start()
        self.wait_up(server)
        more = self.post_events(server, 600, 100)
        self.wait_at_rest(server)
        self.assert_exactly_once(stored + stranded + more)
        self.assert_in_lanes(self.lanes)


class FourLanes(TwoLanes):
    lanes = 4


class Doubling(LanesCase):
    def test_refuses_what_is_never(self) -> None:
        for lanes, status in ((3, 2), (0, 2), (128, 2)):
            process = self.launch_double(lanes)
            said, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, status, said)
            self.assertIn("is no power of two from 1 to 64", said)
        self.assertIn("there is 1 lane", self.double(1))
        self.assertIn("from 1 to 2 lanes: they start", self.double(2))
        process = self.launch_double(1)
        said, _ = process.communicate(timeout=60)
        self.assertEqual((process.returncode, "never fewer" in said), (1, True), said)
        self.assertIn("there are 2 lanes", self.double(2))

    def test_under_load(self) -> None:
        server = self.open_server()
        load = Load(self, [server]).start()
        for lanes in (2, 4, 16):
            load.wait_accepted(200)
            self.double(lanes)
            server.wait_until(lambda: server.metrics().value("adtracker_lanes_up") == lanes, 30)
        load.wait_accepted(200)
        events = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_the_same_ids_before_and_after(self) -> None:
        server = self.open_server()
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        self.double(4)
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        self.assertEqual(self.times_stored(), {n: 1 if n % 5 else 2 for n in range(EVENTS)})
        self.assert_in_lanes(4)
        self.assert_counts_agree()

    def test_killed_in_the_middle_and_run_again(self) -> None:
        server = self.open_server()
        self.post_with_ids(server, 0, EVENTS)
        kills = 0
        while kills < 6:
            process = self.launch_double(8)
            time.sleep(self.random.uniform(0.0, 0.25))
            if process.poll() is not None:
                break
            process.send_signal(self.random.choice([signal.SIGKILL, signal.SIGTERM]))
            process.wait(60)
            kills += 1
        self.post_with_ids(server, EVENTS, EVENTS)
        self.double(8)
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server, 60)
        self.assertEqual(self.times_stored(), {n: 1 if n % 5 or n >= EVENTS else 2 for n in range(2 * EVENTS)})
        self.assert_in_lanes(8)
        self.assert_books(server, 3 * EVENTS)
        self.assert_counts_agree()

    def test_a_server_waits_while_it_is_under_way_and_says_so(self) -> None:
        self.psql("UPDATE lanes SET lanes = 0")
        server = self.start_server()
        wait_until(lambda: "the number of lanes is being changed" in server.log_text(), 20)
        self.post_with_ids(server, 0, 100)
        self.assertEqual(self.times_stored(), {})
        self.double(2)
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(100)})

    def test_a_journal_from_before_is_imported_after(self) -> None:
        server = self.open_server()
        stored = self.post_events(server, 0, 200)
        self.wait_at_rest(server)
        stranded = self.strand(server, 200, 200)
        self.double(4)
        outcome = self.bring(server.journal)
        self.assertEqual((outcome.stored, outcome.known), (len(stranded), len(stored)))
        self.assert_exactly_once(stored + stranded)


if __name__ == "__main__":
    unittest.main()
