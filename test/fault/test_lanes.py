"""kill -9 of the server, of PostgreSQL, and of the command that doubles the lanes, where the events are stored in
several: what was accepted is stored, once, and the counts agree."""
import os
import signal
import subprocess
import time
import unittest

import test_kills
from fault_case import FaultCase

from harness.case import BINARY
from harness.counts import DISAGREEMENTS
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


if __name__ == "__main__":
    unittest.main()
