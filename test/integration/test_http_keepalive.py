"""KEEPALIVE_SECONDS: how long a connection may be idle between requests, and what is no idleness."""
import time
import unittest
from pathlib import Path

from db_support import DatabaseCase, SqlSession
from http_support import LIVEZ, WINDOW, Wire

from harness.process import descriptors

METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


class Keepalive(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.tracker = self.open_server(KEEPALIVE_SECONDS="1")

    def wire(self, **options: int) -> Wire:
        wire = Wire(self.tracker.port, **options)
        self.addCleanup(wire.close)
        return wire

    def assert_ends_when_idle(self, wire: Wire, since: float, seconds: float = 1) -> None:
        """`since` is before it became idle."""
        self.assertTrue(wire.is_closed())
        took = time.monotonic() - since
        self.assertGreater(took, seconds - 0.2)
        self.assertLess(took, 20)

    def test_an_idle_connection_ends(self) -> None:
        since = time.monotonic()
        self.assert_ends_when_idle(self.wire(), since)
        self.tracker = self.open_server(KEEPALIVE_SECONDS="3")
        wire = self.wire()
        for _ in range(5):  # each request begins it anew, whole or not
            self.assertEqual(wire.send(LIVEZ).answer().status, 200)
            time.sleep(0.5)
            self.assertEqual(wire.send(LIVEZ[:9]).send(LIVEZ[9:]).answer().status, 200)
            time.sleep(0.5)
        since = time.monotonic()
        self.assertEqual(wire.send(LIVEZ[:9]).send(LIVEZ[9:]).answer().status, 200)
        self.assert_ends_when_idle(wire, since, 3)

    def test_a_request_under_way_has_its_own_deadline(self) -> None:
        wire = self.wire().send(LIVEZ[:9])
        time.sleep(2.5)
        self.assertEqual(wire.send(LIVEZ[9:]).answer().status, 200)

    def test_a_request_in_hand_is_no_idleness(self) -> None:
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; LOCK ONLY counts_minute IN ACCESS EXCLUSIVE MODE")
        wire = self.wire().send(f"GET /ads/analytics?{WINDOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1.5)
        since = time.monotonic()
        lock.run("COMMIT")
        self.assertEqual(wire.answer().status, 200)
        self.assert_ends_when_idle(wire, since)

    def test_who_gave_up_is_let_go_before_the_answer(self) -> None:
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; LOCK ONLY counts_minute IN ACCESS EXCLUSIVE MODE")
        question = f"GET /ads/analytics?{WINDOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        wires = [self.wire().send(question) for _ in range(20)]
        patient = wires.pop()
        self.tracker.wait_until(lambda: self.connections() == 20)
        for number, wire in enumerate(wires):
            if number % 2:
                wire.close()
            else:
                wire.reset()
        self.tracker.wait_until(lambda: self.connections() == 1)
        answered = self.tracker.metrics().items()
        self.assertEqual([labels for (name, labels), value in answered if value > 0 and
                          name == "http_requests_total" and ("endpoint", "/ads/analytics") in labels], [])
        lock.run("COMMIT")
        self.assertEqual(patient.answer().status, 200)
        self.assertEqual(self.tracker.stop(), 0)

    def connections(self) -> int:
        """Of clients, that the server has not closed."""
        ours = set()
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == self.tracker.port:
                ours.add(f"socket:[{fields[9]}]")
        return sum(link in ours for link in descriptors(self.tracker.pid)) - 1  # the listener

    def test_a_client_that_takes_its_answers_slowly_is_not_cut_off(self) -> None:
        wire = self.wire(receive_buffer=4096)
        count = 1000  # more than the kernel takes
        wire.send(METRICS * count)
        time.sleep(3)
        for _ in range(count):
            self.assertEqual(wire.answer().status, 200)


if __name__ == "__main__":
    unittest.main()
