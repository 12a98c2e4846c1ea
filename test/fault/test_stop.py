"""SIGTERM under load: every request that was there before it is answered, and nothing is lost."""
import collections
import http.client
import itertools
import json
import signal
import time
import unittest
from typing import Callable, List, NamedTuple, Tuple

from disks import FaultControl
from fault_case import LONG, WAYS, FaultCase
from integration.db_support import SqlSession
from sent_event import LOST, Attempt, Event

from harness.process import children, send, sync_workers
from harness.server import Server

GRACE_SECONDS = 1
LATE_SECONDS = 0.5 if LONG else 2.0  # beyond the grace time; the short form has a busy machine
NO_DATABASE = "host=/nonexistent dbname=none"
QUESTION = "/ads/analytics?start=2025-04-20T00:00:00Z&end=2025-04-22T23:59:59Z"


Harm = Callable[[], Callable[[], object]]  # returns what makes up for it


class StopCase(FaultCase):
    """Each time that the server is started again it syncs in the next one of its ways."""
    ways = WAYS

    def setUp(self) -> None:
        super().setUp()
        self.disk = FaultControl(self)

    def terminate(self, server: Server) -> Tuple[float, float]:
        """SIGTERM, and waits for the end. Returns the times of both, which the checks are no part of."""
        process, pid = server.process, server.pid
        self.assertNotIn("Z", [child.state for child in children(pid)])
        asked = self.ledger.note("SIGTERM")
        process.terminate()
        server.wait_until(lambda: process.poll() is not None)
        ended = self.ledger.note("it has ended")
        self.assertEqual(server.wait(), 0, server.log_tail())
        self.assertLess(ended - asked, GRACE_SECONDS + LATE_SECONDS, server.log_tail())
        return asked, ended

    def assert_answered(self, asked: float, ended: float, first: int) -> int:
        """No request that was sent before has lost its answer. Returns how many after did."""
        late = 0
        for event in self.ledger.events[first:]:
            for attempt in event.attempts:
                if attempt.status == LOST and attempt.began <= ended:
                    self.assertGreater(attempt.sent, asked,
                                       f"never answered: {self.ledger.history(event)}")
                    late += 1
        return late

    def attack(self, rounds: int, rounds_short: int, *harms: Harm, is_away: bool = False) -> None:
        """Each round does the database one of the harms in turn just before SIGTERM, and makes up for
        it when the server has ended."""
        self.tracker = server = self.open_server(SHUTDOWN_GRACE_SECONDS=str(GRACE_SECONDS), **self.disk.env())
        lost_after, longest, ways = 0, 0.0, itertools.cycle(self.ways)
        for n in self.rounds(rounds, rounds_short):
            server.stop()
            server.env["DB_CONN"] = NO_DATABASE if is_away else self.db_conn
            self.set_way(server, next(ways))
            server.start()
            first = len(self.ledger.events)
            load = self.load([server], connections=32, fresh=0.5, with_id=0.25,
                             think_seconds=0.002)
            self.wait_accepted(50)
            time.sleep(self.random.uniform(0, 0.2))
            make_up = harms[n % len(harms)]() if harms else None
            asked, ended = self.terminate(server)
            longest = max(longest, ended - asked)
            if make_up is not None:
                make_up()
            server.env["DB_CONN"] = self.db_conn
            server.start()
            load.stop()
            lost_after += self.assert_answered(asked, ended, first)
        self.say(f"longest {longest:.2f} s, requests sent after SIGTERM and not answered "
                 f"{lost_after}: {self.check(server)}")

    def kill_database(self) -> Callable[[], object]:
        self.ledger.note("kill -9 of PostgreSQL")
        self.postgres.kill()
        time.sleep(self.random.uniform(0, 0.1))
        return self.postgres.start

    def freeze_database(self) -> Callable[[], object]:
        self.ledger.note("PostgreSQL freezes")
        self.postgres.freeze()
        time.sleep(self.random.uniform(0, 0.1))
        return self.postgres.thaw


class Stops(StopCase):
    def test_database_up(self) -> None:
        self.attack(50, 3)

    def test_database_away(self) -> None:
        self.attack(50, 2, is_away=True)

    def test_database_dies_or_freezes(self) -> None:
        """It has noticed by then, or has not."""
        self.own_postgres()
        self.attack(20, 2, self.kill_database, self.freeze_database)


class StopsWithoutAnswer(StopCase):
    """The sync worker does not answer."""
    ways = ("slow",)

    def hang_disk(self) -> Callable[[], object]:
        self.ledger.note("the disk hangs")
        self.disk.set(is_hanging=1)
        time.sleep(self.random.uniform(0.05, 0.3))
        return lambda: self.disk.set(is_hanging=0)

    def stop_worker(self) -> Callable[[], object]:
        self.ledger.note("SIGSTOP to the sync worker")
        for pid in sync_workers(self.tracker.pid):
            send(pid, signal.SIGSTOP)
        return lambda: None

    def test_disk_hangs(self) -> None:
        """The group in flight is refused when the time is up."""
        self.attack(20, 2, self.hang_disk)
        statuses = collections.Counter(a.status for event in self.ledger.events for a in event.attempts)
        self.assertGreater(statuses[503], 0, statuses)
        self.assert_was_slow(self.tracker)

    def test_worker_is_stopped(self) -> None:
        self.attack(20, 1, self.stop_worker)


class Post(NamedTuple):
    """One that is not answered yet."""
    event: Event
    began: float
    sent: float


class OpenConnections(FaultCase):
    CONNECTIONS = 51

    def connect(self, server: Server) -> List[http.client.HTTPConnection]:
        connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
                       for _ in range(self.CONNECTIONS)]
        for connection in connections:
            self.addCleanup(connection.close)
        return connections

    def post(self, connection: http.client.HTTPConnection) -> Post:
        event = self.ledger.new_event("click", 1, has_id=False)
        began = time.monotonic()
        connection.request("POST", "/ads/click", json.dumps(event.body()))
        return Post(event, began, time.monotonic())

    def assert_last_answers(self, connections: List[http.client.HTTPConnection], posts: List[Post]) -> None:
        for connection, post in zip(connections, posts):
            answer = connection.getresponse()
            answer.read()
            self.ledger.record(post.event, Attempt(post.began, post.sent, time.monotonic(), answer.status,
                                                   "an open connection"))
            self.assertEqual((answer.status, answer.getheader("Connection")), (202, "close"))

    def test_kept_alive(self) -> None:
        """An idle connection still gets an answer, which says that it is the last. While a question is in hand,
        which waits for a lock, the server takes events for longer than when all is quiet."""
        server = self.open_server()
        server.wait_until(lambda: server.get(QUESTION).status == 200)
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; LOCK TABLE counts, counts_minute, marks")
        asking, *connections = self.connect(server)
        asking.request("GET", QUESTION)
        for connection in connections:
            connection.request("GET", "/livez")
            connection.getresponse().read()
        server.process.terminate()
        server.wait_until(lambda: "stopping" in server.log_text())
        posts = [self.post(connection) for connection in connections]
        self.assert_last_answers(connections, posts)
        gate.run("COMMIT")
        self.assertEqual(asking.getresponse().status, 200)
        self.assertEqual(server.wait(), 0)
        self.ledger.check(self.psql)

    def test_not_yet_accepted(self) -> None:
        """Requests that wait in the sockets of a server too busy to look at them."""
        server = self.open_server()
        for _ in self.rounds(20, 2):
            server.process.send_signal(signal.SIGSTOP)
            connections = self.connect(server)
            posts = [self.post(connection) for connection in connections]
            server.process.terminate()
            server.process.send_signal(signal.SIGCONT)
            self.assert_last_answers(connections, posts)
            self.assertEqual(server.wait(), 0)
            server.start()
        self.say(self.check(server))


if __name__ == "__main__":
    unittest.main()
