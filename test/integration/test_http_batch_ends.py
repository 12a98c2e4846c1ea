"""Batches whose end comes early: clients that die or dawdle, a server that is told to stop or killed."""
import gzip
import json
import os
import signal
import time
import unittest
from typing import List

from http_support import OneServerCase, Wire, chunked, load_ads, post

from harness.case import TrackerCase
from harness.server import Server

PATH = "/ads/events"
DEADLINE_SECONDS = 10


def batch(count: int, first_id: int = 0, plain: bool = True) -> bytes:
    """Of events that have ids."""
    more = "" if plain else ',"x":"\\u00e9"'
    return "\n".join(f'{{"type":"click","ad_id":1,"event_id":"{first_id + n}"{more}}}'
                     for n in range(count)).encode()


class ClientsTest(OneServerCase):
    def test_a_body_that_never_ends_keeps_nothing(self) -> None:
        before = self.stored()
        whole = batch(10000)
        starts = (post(PATH, whole)[:len(whole) // 2], chunked(PATH, b"%x\r\n" % len(whole) + whole),
                  post(PATH, gzip.compress(whole), "Content-Encoding: gzip")[:-1])
        wires: List[Wire] = []
        for start in starts:
            for way in (Wire.close, Wire.reset, None):
                wire = self.wire(timeout_seconds=3 * DEADLINE_SECONDS).send(start)
                if way is None:
                    wires.append(wire)
                else:
                    way(wire)
        begun = time.monotonic()
        for wire in wires:
            self.assertTrue(wire.is_closed())
        self.assertLess(time.monotonic() - begun, 2 * DEADLINE_SECONDS)
        self.tracker.wait_until(lambda: self.tracker.metrics().value("adtracker_bodies_bytes") == 0, 15)
        self.assertEqual(self.stored() - before, 0)

    def test_a_body_in_pieces_is_taken_while_others_are_served(self) -> None:
        before = self.stored()
        wires = [self.wire() for _ in range(10)]
        request = post(PATH, batch(1000))
        step = len(request) // 20 + 1
        for at in range(0, len(request), step):
            for wire in wires:
                wire.send(request[at:at + step])
            self.assertEqual(self.tracker.post("/ads/click", {"ad_id": 1}).status, 202)
        for wire in wires:
            self.assertEqual(json.loads(wire.answer().body)["accepted"], 1000)
        self.assertEqual(self.stored() - before, 20 + 1000)

    def test_a_click_does_not_wait_for_all_that_came_with_it(self) -> None:
        body = gzip.compress(b'{"type":"click","ad_id":0,"x":0}\n' * 300)
        single, *wires = [self.wire() for _ in range(201)]
        self.tracker.metrics()  # all of them are accepted
        for _ in range(8):  # on a machine that has more to do the first slice may end too soon
            os.kill(self.tracker.pid, signal.SIGSTOP)
            for wire in wires:
                wire.send(post(PATH, body, "Content-Encoding: gzip"))
            single.send(post("/ads/click", b'{"ad_id":1}'))
            os.kill(self.tracker.pid, signal.SIGCONT)
            self.assertEqual(single.answer().status, 202)
            for wire in wires:
                self.assertEqual(wire.answer().status, 422)
            self.assertLess(sum(wire.came_ns < single.came_ns for wire in wires), 120)

    def test_an_answer_that_nobody_takes_holds_nothing_up(self) -> None:
        wires = [self.wire(receive_buffer=4096) for _ in range(5)]
        bad = post(PATH, b"x\n" * 10000)
        for wire in wires:
            wire.socket.settimeout(0.2)
            try:
                for _ in range(200):
                    wire.send(bad)
            except TimeoutError:
                pass
        for _ in range(20):
            self.assertEqual(self.tracker.post("/ads/click", {"ad_id": 1}).status, 202)


class ServerTest(TrackerCase):
    def ready(self, **env: str) -> Server:
        server = self.start_server(**env)
        load_ads(server, self.postgres, self.database, (1, 2))
        return server

    def answers(self, wires: List[Wire]) -> List[int]:
        """The statuses, 0 where none came."""
        statuses = []
        for wire in wires:
            try:
                statuses.append(wire.answer().status)
            except ConnectionError:
                statuses.append(0)
            wire.close()
        return statuses

    def test_when_it_is_told_to_stop_what_waits_is_answered(self) -> None:
        server = self.ready()
        for signals in (1, 2):
            with self.subTest(signals=signals):
                before = int(self.psql("SELECT count(*) FROM events")[0][0])
                wires = [Wire(server.port).send(post(PATH, batch(10000, n * 10000 + signals * 10**6, False)))
                         for n in range(10)]
                for _ in range(signals):
                    server.process.send_signal(signal.SIGTERM)
                    time.sleep(0.01)
                statuses = self.answers(wires)
                self.assertEqual(server.wait(), 0)
                self.assertLessEqual(set(statuses), {202, 503, 0})
                server.start()
                server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0
                                  and server.metrics().value("adtracker_db_up") == 1)
                stored = int(self.psql("SELECT count(*) FROM events")[0][0]) - before
                if signals == 1:
                    self.assertEqual(stored, 10000 * statuses.count(202))
                self.assertGreaterEqual(stored, 10000 * statuses.count(202))

    def test_a_killed_one_is_sent_again_and_counts_once(self) -> None:
        server = self.ready()
        for round_ in range(5):
            bodies = [post(PATH, batch(2000, (round_ * 8 + n) * 2000, n % 2 == 0)) for n in range(8)]
            wires = [Wire(server.port).send(body) for body in bodies]
            time.sleep(self.random.uniform(0, 0.03))
            server.kill()
            statuses = self.answers(wires)
            server.start()
            again = [Wire(server.port).send(body) for body, status in zip(bodies, statuses) if status != 202]
            self.assertEqual(self.answers(again), [202] * len(again))
            server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0
                              and server.metrics().value("adtracker_db_up") == 1)
            self.assertEqual(self.psql("SELECT count(*) FROM events"), [(str((round_ + 1) * 16000),)])


if __name__ == "__main__":
    unittest.main()
