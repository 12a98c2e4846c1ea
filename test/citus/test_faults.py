"""Workers and the coordinator are killed while the real server stores: each event is there once, the counts agree, and
only the lanes of a dead worker wait."""
import time
import unittest

from citus_case import CitusCase
from mixed_load import MixedLoad

LANES = 4


class Faults(CitusCase):
    def test_kills_of_every_node_under_load(self) -> None:
        server = self.distributed_server(lanes=LANES)
        load = MixedLoad(self.random)
        load.post(server, 5)
        self.wait_at_rest(server)
        load.start(server)
        for number in range(6):
            node = self.postgres.nodes[(1, 2, 0)[number % 3]]
            time.sleep(0.5 + self.random.random())
            node.kill()
            time.sleep(0.5 + 2 * self.random.random())
            node.start()
        load.stop()
        self.assert_exact(server, load)
        self.assert_books(server, load.accepted)

    def test_only_the_lanes_of_a_dead_worker_wait(self) -> None:
        server = self.distributed_server(lanes=LANES)
        load = MixedLoad(self.random)
        load.post(server, 5)
        self.wait_at_rest(server)
        dead = self.postgres.node_of(0, self.database)
        living = [lane for lane in range(LANES) if self.postgres.node_of(lane, self.database) is not dead]
        self.assertTrue(0 < len(living) < LANES, living)
        asked = "SELECT lane, count(*) FROM events WHERE lane = {} GROUP BY 1"
        before = {lane: self.psql(asked.format(lane)) for lane in living}
        dead.kill()
        try:
            load.post(server, 10)
            for lane in living:
                server.wait_until(lambda: self.psql(asked.format(lane)) != before[lane], 30)
            self.assertGreater(server.metrics().value("adtracker_queue_events"), 0)
            self.assertLess(server.metrics().value("adtracker_lanes_up"), LANES)
            self.assertEqual(server.get("/ads/analytics?period=7d").status, 503)
        finally:
            dead.start()
        self.assert_exact(server, load)
        self.assert_books(server, load.accepted)

    def test_the_server_starts_while_a_worker_is_down(self) -> None:
        """Also where that has the lane by which a journal is claimed at first, and lanes share a connection."""
        lanes = 16
        server = self.distributed_server(lanes=lanes)
        load = MixedLoad(self.random)
        load.post(server, 5)
        self.wait_at_rest(server)
        dead = self.postgres.node_of(0, self.database)
        living = [lane for lane in range(lanes) if self.postgres.node_of(lane, self.database) is not dead]
        asked = "SELECT lane, count(*) FROM events WHERE lane = {} GROUP BY 1"
        before = {lane: self.psql(asked.format(lane)) for lane in living}
        server.kill()
        dead.kill()
        try:
            server.start()
            load.post(server, 20)
            for lane in living:
                server.wait_until(lambda: self.psql(asked.format(lane)) != before[lane], 60)
            server.wait_until(lambda: server.metrics().value("adtracker_lanes_up") == len(living), 30)
        finally:
            dead.start()
        self.wait_up(server, 60)
        self.assert_exact(server, load)

    def test_a_shard_moves_to_another_worker_under_load(self) -> None:
        server = self.distributed_server(lanes=LANES)
        load = MixedLoad(self.random)
        load.post(server, 5)
        self.wait_at_rest(server)
        source = self.postgres.node_of(0, self.database)
        target = next(node for node in self.postgres.workers if node is not source)
        load.start(server)
        self.psql("SELECT citus_move_shard_placement(get_shard_id_for_distribution_column('marks', 0::smallint), "
                  f"'127.0.0.1', {source.port}, '127.0.0.1', {target.port})")
        load.stop()
        self.assertIs(self.postgres.node_of(0, self.database), target)
        load.post(server, 5)
        self.assert_exact(server, load)
        self.assert_books(server, load.accepted)

    def test_the_server_is_killed_and_goes_on(self) -> None:
        server = self.distributed_server(lanes=LANES)
        load = MixedLoad(self.random)
        for _ in range(3):
            load.post(server, 10)
            server.kill()
            server.start()
        self.wait_up(server, 60)
        self.assert_exact(server, load)


if __name__ == "__main__":
    unittest.main()
