"""Several instances on one database: each event counts once, whichever of them it came through."""
import os
import re
import signal
import time
import unittest
from collections import defaultdict
from typing import Dict, List, NamedTuple

from fault_case import ADS, TRACKING, FaultCase
from integration.db_support import SqlSession
from surroundings import only_long

from harness.process import free_port, wait_until
from harness.server import Server

INSTANCES = 4
BATCHES = 50  # at least, whose waits are looked at
WAIT_NOTED_MS = 10  # what waits for a lock for longer is in PostgreSQL's log
SLACK_MS = 100  # for commits, and for whoever is not given the processor
FROZEN_SECONDS = 15
RESUMES_WITHIN_SECONDS = 12.0
SETTINGS = {"log_line_prefix": "%p ", "log_lock_waits": "on", "deadlock_timeout": f"{WAIT_NOTED_MS}ms",
            "log_min_duration_statement": "0", "log_parameter_max_length": "0"}
WAITED = re.compile(r"^(\d+) LOG:  process \d+ acquired .* after ([\d.]+) ms$")
RAN = re.compile(r"^(\d+) LOG:  duration: ([\d.]+) ms  (.*)$")


class Batch(NamedTuple):
    """In milliseconds."""
    worked: float
    waits: List[float]  # for locks


def batches(log: str) -> List[Batch]:
    """Those that PostgreSQL's log tells of."""
    found: List[Batch] = []
    waits: Dict[str, List[float]] = defaultdict(list)  # by process
    for line in log.splitlines():
        waited, ran = WAITED.match(line), RAN.match(line)
        if waited:
            waits[waited[1]].append(float(waited[2]))
        elif ran:
            own = waits.pop(ran[1], [])
            if ran[3].startswith("execute ingest"):
                found.append(Batch(float(ran[2]) - sum(own), own))
    return found


class Instances(FaultCase):
    def setUp(self) -> None:
        super().setUp()
        self.own_postgres(settings=SETTINGS)

    def open_servers(self) -> List[Server]:
        """The last two share a port."""
        shared = {"PORT": str(free_port()), "REUSE_PORT": "1"}
        servers = [self.open_server(**TRACKING, **(shared if n >= INSTANCES - 2 else {}))
                   for n in range(INSTANCES)]
        self.assertEqual(len({server.journal for server in servers}), INSTANCES)
        # Those wait for batches, and give up.
        wait_until(lambda: self.psql("SELECT 1 FROM missing_partitions((now() AT TIME ZONE 'UTC')::date)") == [], 60,
                   "the partitions are made")
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
        load = self.load(servers, copies=True, with_id=0.7, fresh=0.25, trackers=0.3)
        for _ in self.rounds(30, 2):
            time.sleep(self.random.uniform(0.2, 1.5))
            server = self.random.choice(servers)
            self.ledger.note(f"kill -9 of instance {servers.index(server)}")
            server.kill()
            time.sleep(self.random.uniform(0, 0.3))
            server.start()
        wait_until(lambda: len(batches(self.postgres.log_text())) > BATCHES, 120, "many a batch")
        load.stop()
        self.rest_all(servers)
        self.assertEqual(self.psql("SELECT deadlocks FROM pg_stat_database "
                                   "WHERE datname = current_database()"), [("0",)])
        self.assert_waits_are_batches()
        duplicates = self.psql("SELECT sum(d) FROM ingest_cursor, unnest(duplicate) AS d")[0][0]
        self.assertGreater(int(duplicates), 0)
        self.say(f"duplicates {duplicates}: {self.ledger.check(self.psql)}")

    def assert_waits_are_batches(self) -> None:
        """Nobody waits for longer than a batch of each of the others takes, one behind the other, and
        one of an instance that was killed."""
        log = self.postgres.log_text()
        found = batches(log)
        worked = [batch.worked for batch in found]
        longest = max((wait for batch in found for wait in batch.waits), default=0.0)
        self.say(f"{len(found)} batches of {max(worked):.0f} ms at most, which waited {longest:.0f} ms")
        self.assertLess(longest, INSTANCES * max(worked) + SLACK_MS)
        self.assertNotIn("due to lock timeout", log)

    def test_one_that_is_frozen_with_its_keys_inserted(self) -> None:
        """Its session, in the middle of a batch, with event_ids that come through the other one as well:
        only PostgreSQL could end it. The others take events meanwhile, and go on when it does."""
        only_long(self)
        servers = self.open_servers()[:2]
        self.psql("""
            CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
            CREATE TRIGGER slow AFTER INSERT ON event_keys
                FOR EACH STATEMENT EXECUTE FUNCTION stand_still()""")
        gate = SqlSession(self, self.postgres, self.database)
        load = self.load(servers, copies=True, with_id=0.7)
        for _ in self.rounds(3, 3):
            self.wait_accepted(100)
            gate.run("SELECT pg_advisory_lock(1)")
            stopped = wait_until(self.standing, 20, "a batch has its keys inserted")
            self.ledger.note("its session is frozen")
            os.kill(stopped, signal.SIGSTOP)
            self.addCleanup(self.let_go, stopped)
            gate.run("SELECT pg_advisory_unlock(1)")
            until = time.monotonic() + FROZEN_SECONDS
            while time.monotonic() < until:
                self.wait_accepted(50, 5)
                time.sleep(0.2)
            self.ledger.note("its session goes on")
            self.let_go(stopped)
            before = self.stored()
            wait_until(lambda seen=before: self.stored() > seen, RESUMES_WITHIN_SECONDS, "stores again")
        load.stop()
        for server in servers:
            self.rest(server)
        self.say(self.ledger.check(self.psql))

    def standing(self) -> int:
        """A session that has inserted keys and waits in the middle of its batch; 0 = there is none."""
        rows = self.psql("SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l USING (pid) "
                         "WHERE a.wait_event = 'advisory' AND l.relation = 'event_keys'::regclass "
                         "AND l.mode = 'RowExclusiveLock' LIMIT 1")
        return int(rows[0][0]) if rows else 0

    @staticmethod
    def let_go(pid: int) -> None:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def stored(self) -> int:
        return int(self.psql("SELECT count(*) FROM events")[0][0])

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
