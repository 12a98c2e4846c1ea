"""What a statement must look like so that it stays with its lane's node, and what a function takes there."""
import re
import unittest

from citus_case import CitusCase
from db_support import SqlSession
from mixed_load import MixedLoad

COLLECTED = re.compile(r"DEBUG:  Collecting INSERT \.\.\. SELECT results on coordinator\n(.*?)(?=\n\d{4}-)", re.DOTALL)


class Forms(CitusCase):
    def test_what_a_batch_stores_goes_to_the_shard_at_once(self) -> None:
        """No INSERT of its collects the rows at the node and copies them from there."""
        server, load = self.distributed_server(lanes=2), MixedLoad(self.random)
        for node in self.postgres.workers:
            node.psql(f"ALTER DATABASE {self.database} SET log_min_messages = debug1")
        server.stop()
        server.start()
        self.wait_up(server, 60)
        load.post(server, 5)
        self.wait_at_rest(server, 60)
        server.stop()
        collected = [context for node in self.postgres.workers
                     for context in COLLECTED.findall(node.log_text() + "\n2026-")]
        self.assertNotEqual([context for context in collected if "function fold_late(" in context], [])  # which does
        self.assertEqual([context for context in collected if "function ingest_" in context], [])

    def test_a_functions_own_settings_hold_at_the_node(self) -> None:
        """It waits for the lane as long as its lock_timeout says, not the client's, who would wait for ever."""
        server = self.distributed_server(lanes=2)
        load = MixedLoad(self.random)
        load.post(server, 2)
        self.wait_at_rest(server, 60)
        server.stop()
        for lane in range(2):
            close = f"SET lock_timeout = 0; SELECT close_minutes({lane}::smallint, now() + interval '3 minutes')"
            mark = f"SELECT at FROM marks WHERE lane = {lane} AND mark = 0"
            before = self.value(mark)
            batch = SqlSession(self, self.postgres.node_of(lane, self.database), self.database)
            batch.run(f"BEGIN; SELECT pg_advisory_xact_lock_shared(lock_key('lane {lane}'))")
            self.assertEqual(self.value(close), "f")
            self.assertEqual(self.value(mark), before)
            batch.run("COMMIT")
            self.assertEqual(self.value(close), "f")
            self.assertNotEqual(self.value(mark), before)
        self.assert_addresses_wait_for_a_view()

    def assert_addresses_wait_for_a_view(self) -> None:
        """Whose rows are stored from the coordinator, with the address that the mark allows."""
        expire, kept = "SELECT expire_addresses(0::smallint, 5)", "SELECT count(*) FROM events WHERE ip = '192.0.2.1'"
        view = SqlSession(self, self.postgres.coordinator, self.database)
        view.run("BEGIN; INSERT INTO clicks (ad_id, timestamp, ip) "
                 "VALUES (1, now() AT TIME ZONE 'UTC' - interval '9 days', '192.0.2.1')")
        self.assertEqual(self.value(expire), "f")
        view.run("COMMIT")
        self.assertEqual(self.value(kept), "1")
        while self.value(expire) == "t":
            pass
        self.assertEqual(self.value(kept), "0")

    def test_workers_with_settings_of_another_kind_are_refused(self) -> None:
        self.open_server().stop()
        worker = self.postgres.workers[1]
        for name, value in (("TimeZone", "Europe/Berlin"), ("default_transaction_isolation", "repeatable read")):
            worker.psql(f"ALTER DATABASE {self.database} SET {name} = '{value}'")
            words = self.words_of_refusal("SELECT enable_citus()")
            self.assertIn(f"127.0.0.1:{worker.port}: {name}={value}", words)
            self.assertNotIn(f"127.0.0.1:{self.postgres.workers[0].port}", words)
            worker.psql(f"ALTER DATABASE {self.database} RESET {name}")
        self.assertEqual(self.value("SELECT count(*) FROM pg_dist_partition"), "0")


if __name__ == "__main__":
    unittest.main()
