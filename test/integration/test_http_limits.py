"""Slow, greedy and too many clients: each has its limit, and nobody else notices."""
import os
import resource
import time

from db_support import SqlSession
from http_support import CLICK, LIVEZ, WINDOW, OneServerCase, Wire, chunked, post

from harness.process import cpu_seconds, free_port

DEADLINE_SECONDS = 10
LONGEST = 4 * 1024 * 1024
METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


def resident_kib(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


class DeadlineTest(OneServerCase):
    """All of it at once, for each takes as long as the deadline."""

    # Where each begins; then come blanks, and never enough.
    STARTS = {
        "head": LIVEZ[:-2] + b"A: ",
        "body": post("/ads/click", b" " * 5000)[:70],
        "chunks": chunked("/ads/click", b"1000\r\n"),
        "discarded body": post("/ads/click", b" " * 6000000)[:80],
    }

    def test_a_request_has_a_deadline_whatever_trickles_in_and_each_its_own(self) -> None:
        start = time.monotonic()
        trickling = {name: self.wire().send(data) for name, data in self.STARTS.items()}
        silent = [self.wire().send(data) for data in self.STARTS.values()]
        # This one begins a request before it has ended the one before, all the time.
        steady, answered = self.wire().send(LIVEZ[:10]), 0
        idle = self.wire()
        ended = {}
        while len(ended) < len(trickling) and time.monotonic() - start < 2 * DEADLINE_SECONDS:
            for name in set(trickling) - set(ended):
                if self.is_ended_after_a_blank(trickling[name]):
                    ended[name] = time.monotonic() - start
            steady.send(LIVEZ[10:] + LIVEZ[:10])
            self.assertEqual(steady.answer().status, 200)
            answered += 1
            time.sleep(0.1)
        self.assertEqual(set(ended), set(trickling))
        for name, seconds in ended.items():
            self.assertGreater(seconds, DEADLINE_SECONDS - 1, name)
            self.assertLess(seconds, DEADLINE_SECONDS + 5, name)
        for wire in silent:
            self.assertTrue(wire.is_closed())
        self.assertGreater(answered, 20)
        self.assertEqual(steady.send(LIVEZ[10:]).answer().status, 200)
        self.assert_usable(idle)

    @staticmethod
    def is_ended_after_a_blank(wire: Wire) -> bool:
        wire.socket.settimeout(0.001)
        try:
            return wire.send(b" ").socket.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True


class GreedTest(OneServerCase):
    # Under the sanitizers what is freed stays resident for a while.
    ENV = {"ASAN_OPTIONS": "detect_leaks=1:exitcode=99:quarantine_size_mb=1"}

    def grown_mib(self, action) -> float:
        before = resident_kib(self.tracker.pid)
        action()
        self.assert_usable(self.wire())
        return (resident_kib(self.tracker.pid) - before) / 1024

    def push(self, wire: Wire, data: bytes, seconds: float) -> int:
        """Sends `data` over and over and takes no answer."""
        wire.socket.setblocking(False)
        sent, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                sent += wire.socket.send(data[sent % len(data):])
            except BlockingIOError:
                time.sleep(0.005)
            except OSError:
                break
        return sent

    def test_a_client_that_takes_no_answers_is_not_read_from_for_ever(self) -> None:
        wire = self.wire(receive_buffer=4096)
        grown = self.grown_mib(lambda: self.push(wire, METRICS * 1000, 3))
        self.assertLess(grown, 12)

    def test_endless_lines_are_not_kept(self) -> None:
        starts = (b"GET /", LIVEZ[:-2] + b"A: ", post("/ads/click", CLICK)[:30],
                  chunked("/ads/click", b""), chunked("/ads/click", b"1\r\nx\r\n0\r\nA: "),
                  chunked("/ads/click", b"00"), b"")
        for start in starts:
            wires = [self.wire() for _ in range(20)]

            def run(begin=start, clients=wires) -> None:
                for wire in clients:
                    wire.send(begin)
                    self.push(wire, b"0" * 65536, 0.05)

            self.assertLess(self.grown_mib(run), 12, start)
            for wire in wires:
                wire.close()

    def test_a_body_in_single_bytes_is_kept_in_one_piece(self) -> None:
        wires = [self.wire() for _ in range(10)]
        for number, wire in enumerate(wires):
            wire.send(chunked("/ads/click", b"") if number % 2 else
                      post("/ads/click", b" " * 60000)[:70])

        def run() -> None:
            for _ in range(1500):
                for number, wire in enumerate(wires):
                    wire.send(b"1\r\n \r\n" if number % 2 else b" ")

        self.assertLess(self.grown_mib(run), 12)

    def test_connections_that_come_and_go_leave_nothing(self) -> None:
        def come_and_go() -> None:
            for start in (b"", LIVEZ[:20], post("/ads/click", CLICK)[:-5], LIVEZ):
                wires = [Wire(self.tracker.port) for _ in range(200)]
                for wire in wires:
                    wire.send(start)
                for wire in wires[::2]:
                    wire.reset()
                for wire in wires[1::2]:
                    wire.close()
                self.assert_usable(self.wire())

        for _ in range(4):
            come_and_go()
        self.assertLess(self.grown_mib(lambda: [come_and_go() for _ in range(6)]), 8)


class WaitingTest(OneServerCase):
    def test_what_comes_behind_a_slow_request_costs_nothing_meanwhile(self) -> None:
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; LOCK ONLY counts_minute IN ACCESS EXCLUSIVE MODE")
        question = f"GET /ads/analytics?{WINDOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        wires = [self.wire() for _ in range(10)]
        for _ in range(2):
            for wire in wires:
                wire.send(question)
                time.sleep(0.01)
                wire.send(LIVEZ)
            cpu = cpu_seconds(self.tracker.pid)
            time.sleep(1)
            self.assertLess(cpu_seconds(self.tracker.pid) - cpu, 0.3)
            lock.run("COMMIT")
            for wire in wires:
                self.assertEqual(wire.answer().status, 200)
                self.assertEqual(wire.answer().body, b'{"status":"live"}')
            lock.run("BEGIN; LOCK ONLY counts_minute IN ACCESS EXCLUSIVE MODE")

    def test_clients_that_leave_before_their_answer_free_their_descriptors(self) -> None:
        """The next connections get the same ones, and are served."""
        lock = SqlSession(self, self.postgres, self.database)
        question = f"GET /ads/analytics?{WINDOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for way in (Wire.close, Wire.reset):
            lock.run("BEGIN; LOCK ONLY counts_minute IN ACCESS EXCLUSIVE MODE")
            wires = [self.wire().send(question) for _ in range(20)]
            time.sleep(0.2)
            for wire in wires:
                way(wire)
            lock.run("COMMIT")
            for wire in [self.wire() for _ in range(40)]:
                self.assert_usable(wire)
                self.assert_usable(wire)


class LongBodiesTest(OneServerCase):
    """A megabyte each would add up."""

    BEGINNINGS = {
        "known length": lambda: post("/ads/click", b" " * 1000000)[:300000],
        "chunks": lambda: chunked("/ads/click", b"%x\r\n%s\r\n" % (300000, b" " * 300000)),
    }

    def test_they_have_to_find_room_and_others_do_not(self) -> None:
        for name, beginning in self.BEGINNINGS.items():
            with self.subTest(name):
                wires = [self.wire().send(beginning()) for _ in range(80)]
                self.assert_usable(self.wire())
                self.tracker.wait_until(lambda: not self.has_room(wires, beginning()))
                self.assertEqual(self.wire().send(post("/ads/click", b" " * 16000)).answer().status,
                                 400)
                for wire in wires:
                    wire.close()
                self.tracker.wait_until(self.has_room)

    def has_room(self, wires: list[Wire] | None = None, beginning: bytes = b"") -> bool:
        """Asks with the longest body there may be. It may itself have had the room of one of `wires`: then
        another comes."""
        answer = self.wire().send(post("/ads/click", b" " * LONGEST)).answer()
        if answer.status == 503:
            self.assertEqual(answer.field("Retry-After"), "1")
            self.assertIn(b"too many bodies", answer.body)
        elif wires is not None:
            wires.append(self.wire().send(beginning))
        return answer.status != 503


class DescriptorTest(OneServerCase):
    def test_when_descriptors_run_out_it_turns_clients_away_and_recovers(self) -> None:
        pid = self.tracker.pid
        first = self.wire()
        self.assert_usable(first)
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits)
        room = 40
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors + room, limits[1]))
        log_bytes = len(self.tracker.log_text())
        cpu = cpu_seconds(pid)
        wires = [self.wire(timeout_seconds=2) for _ in range(150)]
        time.sleep(1)
        # Those who were there are served, the last ones turned away or kept waiting.
        self.assert_usable(first)
        served = 0
        for wire in wires:
            try:
                wire.socket.settimeout(0.05)
                served += wire.send(LIVEZ).answer().status == 200
            except OSError:
                pass
        self.assertGreater(served, 5)
        self.assertLess(served, 2 * room)  # the other listener may have given up its reserve, too
        said = self.tracker.log_text()[log_bytes:]
        self.assertIn("can't accept connections", said)
        self.assertLess(len(said.splitlines()), 150)
        self.assertLess(cpu_seconds(pid) - cpu, 3)
        for wire in wires:
            wire.close()
        self.tracker.wait_until(self.answers)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        self.tracker.wait_until(self.answers)
        more = [self.wire() for _ in range(100)]
        for wire in more:
            self.assert_usable(wire)

    def answers(self) -> bool:
        try:
            return self.tracker.get("/livez").status == 200
        except OSError:
            return False


class OperatorsDescriptorTest(DescriptorTest):
    """The same at the operators' listener: it is that one that stops accepting."""

    ENV = {"OPS_LISTEN": str(free_port()), "OPS_HOSTS": "x"}

    def wire(self, **arguments) -> Wire:
        wire = Wire(self.tracker.ops_port, **arguments)
        self.addCleanup(wire.close)
        return wire

    def answers(self) -> bool:
        try:
            return self.tracker.request("GET", "/livez", port=self.tracker.ops_port).status == 200
        except OSError:
            return False
