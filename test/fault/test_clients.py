"""Clients that mean harm or know no better: slow ones by the thousand, halves of requests, pipelines,
and more connections than there are descriptors. The others hardly notice, and nothing stays behind."""
import re
import resource
import socket
import struct
import subprocess
import threading
import time
import unittest
from itertools import zip_longest
from typing import Callable, List, Sequence

from constant_rate import ConstantRate, Latency, typical_p99
from fault_case import LONG, MIB, FaultCase
from load import single_bytes
from sent_event import LOST, Attempt, Event
from surroundings import (BUSY_CORES, Background, MostDescriptors, OthersWork, cpu_share, descriptors,
                          forget_peak, go_early, is_sanitized, memory_directory, only_long,
                          resident_bytes)

from harness.abilities import need_program
from harness.process import wait_until, wrapper
from harness.server import Server

CLICKS_PER_SECOND = 300
SLICES, SLICE_SECONDS = (5, 3.0) if LONG else (3, 0.5)
SECONDS = SLICES * SLICE_SECONDS
OTHERS = 4  # connections of the ledger's load, beside the clicks at a constant rate
LATENCY_FLOOR_MS = 2.0
# Where others work on this machine, as the short tests do for each other, twice as much says little.
SHARED_FLOOR_MS = 25.0
OTHERS_CORES_MAX = 0.2
MEMORY_GROWTH_MAX_BYTES = 64 * MIB
CPU_IDLE_MAX = 0.05
IDLE_SECONDS = 2.0 if LONG else 0.5
CPU_SHORTAGE_MAX = 0.25  # beyond what the same load takes otherwise; to spin would take all of it
SHORTAGE_SECONDS = 10.0 if LONG else 5.0
LOG_LINES_MAX = 50
SLOW_CONNECTIONS, SLOW_CONNECTIONS_MIN = 1000, 900 if LONG else 100  # a busy machine opens fewer in time
SLOW_TRIES = 5  # until so many were open at one time
PIPELINED = 10_000
PIPELINES_MIN = 2 if LONG else 1
BIG_BODIES = 300
# What the server lets in of them, twice: each grows as it comes, and is copied then.
BODIES_MAX_BYTES = 2 * 64 * MIB + 16 * MIB
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def read_statuses(client: socket.socket, count: int) -> List[int]:
    """Those of the next answers on a connection; fewer when it ends before."""
    statuses: List[int] = []
    rest = b""
    while len(statuses) < count:
        chunk = client.recv(1 << 20)
        if not chunk:
            break
        rest += chunk
        found = list(STATUS.finditer(rest))
        statuses += [int(match[1]) for match in found]
        rest = rest[found[-1].end():] if found else rest
        rest = rest[-12:]  # less than what tells a status
    return statuses


class Clients(FaultCase):
    def prepare(self) -> Server:
        """A server with some load, and `calm`, how quickly it answers while nobody does it harm."""
        server = self.open_server(JOURNAL_DIR=str(memory_directory(self)))
        go_early(server)
        self.others = self.load([server], connections=OTHERS, think_seconds=0.02)
        self.clicks: List[ConstantRate] = []
        self.others_work = OthersWork()
        self.calm = typical_p99(self.measure(server))
        self.lines_before = len(server.log_text().splitlines())
        self.resident_before = resident_bytes(server.pid)
        self.descriptors_before = self.descriptors_at_rest(server)
        forget_peak(server.pid)
        return server

    @staticmethod
    def descriptors_at_rest(server: Server) -> int:
        """It learns a moment later that a client has gone."""
        counts = []
        for _ in range(10):
            counts.append(descriptors(server.pid))
            time.sleep(0.03)
        return min(counts)

    def start_clicks(self, server: Server, seconds: float) -> ConstantRate:
        self.clicks.append(ConstantRate(self, server, CLICKS_PER_SECOND, seconds))
        return self.clicks[-1]

    def measure(self, server: Server) -> List[Latency]:
        return [self.start_clicks(server, SLICE_SECONDS).result() for _ in range(SLICES)]

    def attack(self, what: str, run: Callable[[Server, float], None], connections: int = 0,
               wait_seconds: float = 0.0, memory_bytes: int = MEMORY_GROWTH_MAX_BYTES) -> Server:
        """`run` harms the server for some seconds, by that many connections at one time at the least.
        Others are answered as ever, and after it and `wait_seconds` all is as before. Meanwhile it
        may take `memory_bytes` more."""
        server = self.prepare()
        attacker = Background(lambda: run(server, SECONDS + 1.0))
        with MostDescriptors(server.pid) as self.watch:
            attacker.start()
            time.sleep(0.5)
            harmed = self.measure(server)
            attacker.finish()
        self.say(f"{what}: at most {self.most_connections()} connections more")
        self.assertGreaterEqual(self.most_connections(), connections, what)
        self.assert_latency(harmed)
        self.others.stop()
        self.assert_recovered(server, wait_seconds, memory_bytes)
        return server

    def most_connections(self) -> int:
        """So many more than before there were at one time during the attack."""
        return self.watch.most - self.descriptors_before

    def assert_latency(self, harmed: Sequence[Latency]) -> None:
        p99, others = typical_p99(harmed), self.others_work.cores()
        is_shared = not LONG or others > OTHERS_CORES_MAX
        floor = SHARED_FLOOR_MS if is_shared else LATENCY_FLOOR_MS
        self.say(f"p99 {self.calm:.2f} ms before, {p99:.2f} ms meanwhile, up to {floor} ms are allowed; "
                 f"{others:.2f} cores for what is not ours")
        if not is_sanitized() and others <= BUSY_CORES:
            self.assertLess(p99, max(2 * self.calm, floor))

    def assert_recovered(self, server: Server, wait_seconds: float, memory_bytes: int) -> None:
        self.rest(server)
        wait_until(lambda: descriptors(server.pid) <= self.descriptors_before - OTHERS,
                   wait_seconds + 10, "the connections are gone")
        idle = cpu_share(server.pid, IDLE_SECONDS)
        grown = resident_bytes(server.pid, "VmHWM") - self.resident_before
        lines = len(server.log_text().splitlines()) - self.lines_before
        self.say(f"afterwards: {idle:.1%} CPU, {lines} lines of log; {grown / MIB:.1f} MiB more at most")
        self.assertLess(lines, LOG_LINES_MAX, server.log_tail())
        if not is_sanitized():
            self.assertLess(idle, CPU_IDLE_MAX)
            self.assertLess(grown, memory_bytes)
        self.assertEqual(server.get("/readyz").status, 200)
        self.assert_stored(server)

    def assert_stored(self, server: Server) -> None:
        """Whoever sent it: what was accepted is stored, once, and nothing else."""
        self.rest(server)
        clicks = sum(run.addresses for run in self.clicks)
        for run in self.clicks:
            self.assert_each_once(run.first_address, run.addresses, "clicks at a constant rate")
        summary = self.check(server)
        metrics = server.metrics()
        accepted = (metrics.total("adtracker_events_accepted_total")
                    - metrics.total("adtracker_events_duplicate_total"))
        stored = self.stored()
        self.say(f"{stored} events: {clicks} at a constant rate, and of the ledger {summary}")
        self.assertEqual((stored, stored), (accepted, clicks + summary.stored),
                         "accepted, and those that are known")

    def stored(self) -> int:
        return int(self.psql("SELECT count(*) FROM events")[0][0])


class Slow(Clients):
    """slowhttptest with a thousand connections: slow heads, bodies, ranges and readers."""

    def slow(self, name: str, *options: str, connections: int = SLOW_CONNECTIONS_MIN) -> Server:
        need_program("slowhttptest")

        def attack_once(server: Server, seconds: float) -> None:
            url = f"http://127.0.0.1:{server.port}"
            done = subprocess.run(
                [*wrapper("KILL"), "slowhttptest", *options[:-1], "-u", url + options[-1],
                 "-c", str(SLOW_CONNECTIONS), "-r", str(SLOW_CONNECTIONS), "-l",
                 str(max(3, round(seconds))), "-i", "1", "-p", "3"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, check=False)
            self.assertEqual(done.returncode, 0, f"slowhttptest: {done.stdout[-2000:]}")

        def run(server: Server, seconds: float) -> None:
            attack_once(server, seconds)
            for _ in range(SLOW_TRIES - 1):
                if self.most_connections() < connections:
                    attack_once(server, seconds)

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 4096 <= hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        return self.attack(name, run, connections=connections, wait_seconds=15)

    def test_heads(self) -> None:
        only_long(self)
        self.slow("slow heads", "-H", "/ads")

    def test_bodies(self) -> None:
        self.slow("slow bodies", "-B", "-s", "8192", "/ads/click")

    def test_ranges(self) -> None:
        """Answered at once, so not one of them is held; but each has come."""
        only_long(self)
        server = self.slow("ranges", "-R", "-a", "1", "-b", "1000", "/ads", connections=0)
        metrics = server.metrics()
        asked = metrics.total("http_requests_total", endpoint="/ads", code="200")
        self.say(f"ranges: {asked:.0f} requests")
        self.assertGreaterEqual(asked, SLOW_CONNECTIONS_MIN)

    def test_readers(self) -> None:
        only_long(self)
        self.slow("slow readers", "-X", "-w", "1", "-y", "2", "-n", "5", "-z", "8", "-k", "10",
                  "/ads")


class Rude(Clients):
    def again_and_again(self, what: str, act: Callable[[Server], None], times_min: int = 10) -> None:
        times = 0

        def run(server: Server, seconds: float) -> None:
            nonlocal times
            until = time.monotonic() + seconds
            while time.monotonic() < until or times < times_min:
                act(server)
                times += 1
                time.sleep(0.002)
        self.attack(what, run)
        self.say(f"{what}: {times} times")

    def new_event(self) -> Event:
        return self.ledger.new_event("click", 1, has_id=False)

    def test_halves_of_requests(self) -> None:
        """No attempt is written down for them: they must not be stored."""
        only_long(self)  # the resets begin as many

        def act(server: Server) -> None:
            request = single_bytes(self.new_event(), keeps=True)
            with connect(server) as client:
                client.sendall(request[:self.random.randrange(1, len(request))])
        self.again_and_again("halves of requests", act)

    def test_resets_in_the_middle(self) -> None:
        """Of a request, right behind it, or when its answer has come."""
        def act(server: Server) -> None:
            event = self.new_event()
            request = single_bytes(event, keeps=True)
            missing = self.random.choice([0, 0, self.random.randrange(1, len(request))])
            with connect(server) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                began = time.monotonic()
                client.sendall(request[:len(request) - missing])
                sent = time.monotonic()
                is_read = missing == 0 and self.random.random() < 0.5
                status = read_statuses(client, 1)[0] if is_read else LOST
            if missing == 0:
                self.ledger.record(event, Attempt(began, sent, time.monotonic(), status, "reset"))
        self.again_and_again("resets", act)

    def test_pipelines(self) -> None:
        """Ten thousand requests on one connection before the first answer is read."""
        accepted: List[int] = []

        def act(server: Server) -> None:
            events = [self.new_event() for _ in range(PIPELINED)]
            requests = b"".join(single_bytes(event, keeps=True) for event in events)
            began = time.monotonic()
            with connect(server) as client:
                sender = threading.Thread(target=client.sendall, args=(requests,))
                sender.start()
                statuses = read_statuses(client, PIPELINED)
                sender.join()
            ended = time.monotonic()
            for event, status in zip_longest(events, statuses, fillvalue=LOST):
                self.ledger.record(event, Attempt(began, ended, ended, status, "a pipeline"))
            accepted.append(statuses.count(202))
        self.again_and_again("pipelines", act, PIPELINES_MIN)
        self.assertEqual(set(accepted), {PIPELINED}, accepted)

    def test_bodies_that_stop_short_of_their_end(self) -> None:
        """What the server keeps of them is bounded, and goes with them."""
        head = b"POST /ads/click HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
        held: List[socket.socket] = []
        only_long(self)

        def run(server: Server, seconds: float) -> None:
            until = time.monotonic() + seconds
            for _ in range(BIG_BODIES):
                client = connect(server)
                client.settimeout(0.2)
                held.append(client)
                try:
                    client.sendall(head + b" " * 990_000)
                except OSError:
                    pass
                time.sleep(0.01)
            time.sleep(max(0.0, until - time.monotonic()))
            while held:
                held.pop().close()
        self.attack("big bodies", run, wait_seconds=15, memory_bytes=BODIES_MAX_BYTES)


class Descriptors(Clients):
    def test_more_connections_than_descriptors(self) -> None:
        """Those that came before are served, the journal and the database have what they need."""
        self.own_postgres()
        server = self.prepare()
        subprocess.run(["prlimit", f"--pid={server.pid}", "--nofile=100:100"], check=True)
        # The clicks' connections are, beside the load's, the ones that came before.
        clicks = self.start_clicks(server, SHORTAGE_SECONDS)
        wait_until(lambda: descriptors(server.pid) >= self.descriptors_before + 16, 10,
                   "the clicks are connected")
        usual = cpu_share(server.pid, 0.5)
        held = [connect(server) for _ in range(200)]
        short = cpu_share(server.pid, 0.5)
        self.postgres.stop("immediate")
        self.postgres.start()
        stored = self.stored()
        wait_until(lambda: self.stored() > stored, 20,
                   "the database is connected again, though descriptors are short")
        self.wait_accepted(20)
        self.others.stop()
        harmed = clicks.result()
        idle = cpu_share(server.pid, IDLE_SECONDS)
        self.say(f"{usual:.0%} CPU before, {short:.0%} when descriptors are short, {idle:.1%} without load")
        for client in held:
            client.close()
        self.assert_latency([harmed])
        if not is_sanitized():
            self.assertLess(short, usual + CPU_SHORTAGE_MAX)
            self.assertLess(idle, CPU_IDLE_MAX)
        self.assert_recovered(server, 5, MEMORY_GROWTH_MAX_BYTES)


if __name__ == "__main__":
    unittest.main()
