"""The lanes of a distributed database are doubled: killed in between, and run again, it ends right."""
import os
import subprocess
import unittest
from typing import List

from citus_case import CitusCase
from mixed_load import MixedLoad

from harness.case import BINARY
from harness.server import Server

AWAY = "host=/nonexistent"


class Lanes(CitusCase):
    def command(self, *words: str) -> str:
        """The program's answer on stdout; it ends with 0."""
        done = subprocess.run([str(BINARY), *words], capture_output=True, text=True, timeout=300, check=False,
                              env={"PATH": os.environ["PATH"], "DB_CONN": self.db_conn, "LOG_LEVEL": "warning"})
        self.assertEqual(done.returncode, 0, (done.stdout, done.stderr))
        return done.stdout

    def strand(self, ads: int) -> Server:
        """A server whose journal holds what the database has not."""
        server = self.server(DB_CONN=AWAY, SHUTDOWN_GRACE_SECONDS="0")
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server, 60)
        self.wait_ads(server)
        server.stop()
        server.env["DB_CONN"] = AWAY
        return server.start()

    def test_the_same_ids_before_and_after_and_an_old_journal_behind(self) -> None:
        server = self.distributed_server()
        load = MixedLoad(self.random)
        load.post(server, 20)
        other = self.strand(3)
        load.post(other, 10)  # in a journal that goes on with one lane
        other.stop()
        self.wait_at_rest(server)
        self.psql("UPDATE rejected_events SET reason = reason")
        done: List[str] = []
        while True:  # each run is killed after a few steps
            some = self.double(4, self.random.randint(1, 3))
            done += some
            if not some:
                break
            if self.random.random() < 0.5:
                load.post(server, 1)  # waits in the journal
        self.assertGreaterEqual(len(done), 14)
        load.post(server, 20)
        self.wait_at_rest(server, 120)
        self.assertEqual(self.psql("SELECT mark, count(*) FROM marks GROUP BY 1 HAVING count(*) <> 4"), [])
        first = self.command("--import", str(other.journal))
        again = self.command("--import", str(other.journal))
        self.assertRegex(again.splitlines()[-1], r"^0 stored, 0 duplicate, 0 rejected, \d+ known", first)
        self.assert_exact(server, load)
        other.env["DB_CONN"] = self.db_conn
        other.start()
        self.wait_up(other, 60)
        self.wait_at_rest(other, 60)
        load.post(other, 2)
        self.assert_exact(other, load)

    def test_the_command_is_killed_and_run_again(self) -> None:
        server = self.distributed_server()
        load = MixedLoad(self.random)
        load.post(server, 40)
        self.wait_at_rest(server)
        environment = {"PATH": os.environ["PATH"], "DB_CONN": self.db_conn}
        for _ in range(4):
            process = subprocess.Popen([str(BINARY), "--lanes", "4"], env=environment, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(0.05 + 0.5 * self.random.random())
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        worker = self.random.choice(self.postgres.workers)
        worker.kill()  # not all of it can be done
        worker.start()
        self.command("--lanes", "4")
        self.assertEqual(self.psql("SELECT DISTINCT lanes, lanes_before FROM lanes"), [("4", "4")])
        self.assertEqual(self.value("SELECT count(*) FROM lane_steps"), "0")
        load.post(server, 20)
        self.assert_exact(server, load)
        self.assertIn("there are 4 lanes", self.value("SELECT progress FROM next_lane_step(4)"))
        for lanes, words in ((2, "never fewer"), (6, "a power of two"), (128, "64 at most")):
            self.assertIn(words, self.words_of_refusal(f"SELECT next_lane_step({lanes})"))


if __name__ == "__main__":
    unittest.main()
