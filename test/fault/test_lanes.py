"""kill -9 of the server, of PostgreSQL, and of the command that doubles the lanes, where the events are stored in
several: what was accepted is stored, once, and the counts agree."""
import os
import signal
import subprocess
import time
import unittest

import test_kills
from fault_case import MIB, TRACKING, FaultCase

from harness.case import BINARY
from harness.counts import DISAGREEMENTS
from harness.process import send
from harness.server import Server


class Lanes(FaultCase):
    settings = test_kills.Kills.settings
    restart = test_kills.Kills.restart
    kill_server = test_kills.Kills.kill_server
    kill_database = test_kills.Kills.kill_database
    attack_with = test_kills.Kills.attack

    def launch_double(self, lanes: int) -> subprocess.Popen:
        process = subprocess.Popen([str(BINARY), "--lanes", str(lanes)], stdin=subprocess.DEVNULL,
                                   env={"PATH": os.environ["PATH"], "DB_CONN": self.db_conn},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def double(self, lanes: int) -> None:
        self.ledger.note(f"{lanes} lanes")
        self.assertEqual(self.launch_double(lanes).wait(120), 0)

    def attack(self, rounds: int, rounds_short: int, *deeds) -> None:
        server = self.attack_with(rounds, rounds_short, *deeds, with_load_for=1.0, with_id=0.6)
        self.assertEqual(self.psql(f"ANALYZE events, counts, counts_late, counts_minute; {DISAGREEMENTS}")[:3], [])
        lanes = int(server.metrics().value("adtracker_lanes"))
        self.assertEqual(self.psql("SELECT count(DISTINCT lane) FROM events"), [(str(lanes),)])
        self.say(f"{lanes} lanes")

    def test_server(self) -> None:
        for lanes in (2, 4):
            with self.subTest(lanes=lanes):
                self.double(lanes)
                self.attack(60, 3, self.kill_server)

    def test_server_and_database(self) -> None:
        self.own_postgres()
        self.double(4)
        self.attack(60, 3, self.kill_server, self.kill_database)

    def test_while_they_are_doubled(self) -> None:
        """Now and then that is killed, too, and run again."""
        self.own_postgres()
        numbers = iter((2, 2, 4, 8, 8, 16, 32))
        last = 1

        def double(server: Server) -> None:
            nonlocal last
            last = next(numbers, last)
            self.ledger.note(f"doubling to {last}, killed")
            process = self.launch_double(last)
            time.sleep(self.random.uniform(0, 0.3))
            process.send_signal(self.random.choice([signal.SIGKILL, signal.SIGTERM]))
            process.wait(120)
            if self.random.random() < 0.5:
                self.random.choice([self.kill_server, self.kill_database])(server)
            self.double(last)

        self.attack(30, 4, double)
        self.assertEqual(self.psql("SELECT DISTINCT lanes FROM lanes"), [(str(last),)])

    def test_two_commands_at_once(self) -> None:
        """One of them is killed at times, and the other goes on."""
        server = self.open_server(**self.settings())
        load = self.load([server], with_id=0.6)
        for lanes in (2, 4, 8, 16):
            time.sleep(self.random.uniform(0.2, 0.6))
            commands = [self.launch_double(lanes) for _ in range(2)]
            time.sleep(self.random.uniform(0, 0.3))
            if self.random.random() < 0.5:
                commands.pop().kill()
            self.assertEqual({command.wait(120) for command in commands}, {0})
            self.assertEqual(self.psql("SELECT DISTINCT lanes FROM lanes"), [(str(lanes),)])
        load.stop()
        self.say(self.check(server))

    def test_while_instances_are_frozen(self) -> None:
        """Each goes on in the lanes that were made meanwhile, with what it had in flight."""
        servers = [self.open_server(**TRACKING) for _ in range(3)]
        load = self.load(servers, copies=True, with_id=0.6, trackers=0.3)
        for lanes in (2, 4, 8):
            time.sleep(self.random.uniform(0.2, 0.6))
            frozen = self.random.sample(servers, self.random.randint(1, 2))
            self.ledger.note(f"{len(frozen)} of the servers are frozen")
            for server in frozen:
                send(server.pid, signal.SIGSTOP)
                self.addCleanup(send, server.pid, signal.SIGCONT)
            self.double(lanes)
            for server in frozen:
                send(server.pid, signal.SIGCONT)
            for server in servers:
                server.wait_until(lambda: server.metrics().value("adtracker_lanes_up") == lanes, 60)
        load.stop()
        self.say(self.check(*servers))

    def test_a_full_journal_waits_for_more_lanes(self) -> None:
        """The database is away until nothing is accepted any more, and has other lanes when it is back."""
        self.double(2)
        server = self.open_server(**TRACKING)
        load = self.load([server], with_id=0.6, trackers=0.3)
        self.wait_accepted(200)
        load.stop()
        server.kill()
        server.env.update(DB_CONN="host=/nonexistent", JOURNAL_MAX_BYTES=str(MIB), QUEUE_MAX_EVENTS="1000")
        server.start()
        load = self.load([server], with_id=0.0)
        server.wait_until(lambda: server.get("/readyz").status == 503, 120)
        load.stop()
        self.double(8)
        server.kill()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.say(self.check(server))
        self.assertEqual(server.get("/readyz").status, 200)


if __name__ == "__main__":
    unittest.main()
