"""Several instances on one database: each event counts once, whichever of them it came through."""
import time
import unittest
from typing import List

from fault_case import ADS, FaultCase
from integration.db_support import SqlSession

from harness.process import free_port
from harness.server import Server

INSTANCES = 4
WAIT_MAX_MS = 1500  # for another's batch, on a busy machine; PostgreSQL logs what waits longer


class Instances(FaultCase):
    def setUp(self) -> None:
        super().setUp()
        self.own_postgres(settings={"log_lock_waits": "on", "deadlock_timeout": f"{WAIT_MAX_MS}ms"})

    def open_servers(self) -> List[Server]:
        """The last two share a port."""
        shared = {"PORT": str(free_port()), "REUSE_PORT": "1"}
        servers = [self.open_server(**(shared if n >= INSTANCES - 2 else {}))
                   for n in range(INSTANCES)]
        self.assertEqual(len({server.journal for server in servers}), INSTANCES)
        return servers

    def rest_all(self, servers: List[Server]) -> None:
        """Behind a shared port /metrics is that of either, so each is asked when it is alone."""
        for server in servers[:-2]:
            self.rest(server)
        servers[-2].stop()
        self.rest(servers[-1])
        servers[-1].stop()
        servers[-2].start()
        self.rest(servers[-2])

    def test_same_events_through_several(self) -> None:
        servers = self.open_servers()
        load = self.load(servers, copies=True, with_id=0.7, fresh=0.25)
        for _ in self.rounds(30, 2):
            time.sleep(self.random.uniform(0.2, 1.5))
            server = self.random.choice(servers)
            self.ledger.note(f"kill -9 of instance {servers.index(server)}")
            server.kill()
            time.sleep(self.random.uniform(0, 0.3))
            server.start()
        load.stop()
        self.rest_all(servers)
        self.assertEqual(self.psql("SELECT deadlocks FROM pg_stat_database "
                                   "WHERE datname = current_database()"), [("0",)])
        self.assertNotIn("still waiting for", self.postgres.log_text())
        duplicates = self.psql("SELECT sum(duplicate[1] + duplicate[2]) FROM ingest_cursor")[0][0]
        self.assertGreater(int(duplicates), 0)
        self.say(f"duplicates {duplicates}: {self.ledger.check(self.psql)}")

    def test_one_that_stands_still_holds_up_no_other(self) -> None:
        servers = self.open_servers()[:2]
        held = servers[0]
        gate = SqlSession(self, self.postgres, self.database)
        journals = self.psql("SELECT journal FROM ingest_cursor ORDER BY journal_id")
        gate.run(f"BEGIN; SELECT FROM ingest_cursor WHERE journal = '{journals[0][0]}' FOR UPDATE")
        load = self.load(servers, copies=True, with_id=0.7)
        self.wait_accepted(300)
        load.stop()
        self.rest(servers[1])
        self.assertGreater(held.metrics().value("adtracker_queue_events"), 0)
        gate.run("COMMIT")
        for server in servers:
            self.rest(server)
        self.assertEqual(self.psql("SELECT count(*) FROM ads"), [(str(ADS),)])
        self.say(self.ledger.check(self.psql))


if __name__ == "__main__":
    unittest.main()
