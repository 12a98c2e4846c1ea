"""Clients that mean harm or know no better: slow ones by the thousand, halves of requests, pipelines,
and more connections than there are descriptors. The others hardly notice, and nothing stays behind."""
import resource
import shutil
import socket
import struct
import subprocess
import threading
import time
import unittest
from typing import Callable, List, Tuple

from constant_rate import ConstantRate, Latency
from fault_case import LONG, MIB, FaultCase
from surroundings import (cpu_share, descriptors, go_early, is_sanitized, memory_directory,
                          only_long, resident_bytes)

from harness.process import wait_until, wrapper
from harness.server import Server

CLICKS_PER_SECOND = 300
SLICES, SLICE_SECONDS = 3, 4.0 if LONG else 0.5
SECONDS = SLICES * SLICE_SECONDS
# Below it twice as much says nothing on a machine that is shared, as it is by the short tests.
LATENCY_FLOOR_MS = 5.0 if LONG else 25.0
MEMORY_GROWTH_MAX_BYTES = 64 * MIB
CPU_IDLE_MAX = 0.05
LOG_LINES_MAX = 50
SLOW_CONNECTIONS = 1000
BIG_BODIES = 300
BODIES_MAX_BYTES = 2 * 64 * MIB  # what the server lets in of them, twice: it grows as they come
BODY = b'{"ad_id":1,"ip":"40.0.0.1"}'
REQUEST = (b"POST /ads/click HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(BODY)
           + BODY)


def best(latencies: List[Latency]) -> Latency:
    """What an attack does shows in each; what others do on this machine passes."""
    for latency in latencies:
        assert (latency.answered, latency.refused) == (latency.sent, 0), latency
    return min(latencies, key=lambda latency: latency.p99 - latency.late_p99)


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


class Clients(FaultCase):
    def prepare(self) -> Tuple[Server, Latency]:
        """A server, and how quickly it answers while nobody does it harm."""
        server = self.open_server(JOURNAL_DIR=str(memory_directory(self)))
        go_early(server)
        calm = self.measure(server)
        self.lines_before = len(server.log_text().splitlines())
        self.resident_before = resident_bytes(server.pid)
        self.descriptors_before = descriptors(server.pid)
        return server, calm

    def measure(self, server: Server) -> Latency:
        return best([ConstantRate(self, server, CLICKS_PER_SECOND, SLICE_SECONDS).result()
                     for _ in range(SLICES)])

    def attack(self, what: str, run: Callable[[Server, float], None],
               wait_seconds: float = 0.0, memory_bytes: int = MEMORY_GROWTH_MAX_BYTES) -> None:
        """`run` harms the server for some seconds; others are answered as ever, and after it and
        `wait_seconds` all is as before. Meanwhile it may take `memory_bytes` more."""
        server, calm = self.prepare()
        attacker = threading.Thread(target=run, args=(server, SECONDS + 2.0))
        attacker.start()
        time.sleep(0.5)
        harmed = self.measure(server)
        peak = resident_bytes(server.pid)
        attacker.join()
        self.say(f"{what}: p99 {calm.p99:.1f} ms before, {harmed.p99:.1f} ms meanwhile; "
                 f"{(peak - self.resident_before) / MIB:.1f} MiB more")
        self.assert_latency(calm, harmed)
        if not is_sanitized():
            self.assertLess(peak - self.resident_before, memory_bytes)
        self.assert_recovered(server, wait_seconds, memory_bytes)

    def assert_latency(self, calm: Latency, harmed: Latency) -> None:
        if not is_sanitized():
            quick = max(2 * (calm.p99 - calm.late_p99), LATENCY_FLOOR_MS)
            self.assertLess(harmed.p99 - harmed.late_p99, quick)

    def assert_recovered(self, server: Server, wait_seconds: float, memory_bytes: int) -> None:
        self.rest(server)
        wait_until(lambda: descriptors(server.pid) <= self.descriptors_before, wait_seconds + 10,
                   "the connections are gone")
        idle = cpu_share(server.pid, 1.0)
        grown = resident_bytes(server.pid) - self.resident_before
        lines = len(server.log_text().splitlines()) - self.lines_before
        self.say(f"afterwards: {idle:.1%} CPU, {grown / MIB:.1f} MiB more, {lines} lines of log")
        self.assertLess(lines, LOG_LINES_MAX, server.log_tail())
        if not is_sanitized():
            self.assertLess(idle, CPU_IDLE_MAX)
            self.assertLess(grown, memory_bytes)
        self.assertEqual(server.get("/readyz").status, 200)
        self.check(server)


class Slow(Clients):
    """slowhttptest with a thousand connections: slow heads, bodies, ranges and readers."""

    def slow(self, name: str, *options: str) -> None:
        if shutil.which("slowhttptest") is None:
            self.skipTest("slowhttptest is not installed")

        def run(server: Server, seconds: float) -> None:
            url = f"http://127.0.0.1:{server.port}"
            subprocess.run(
                [*wrapper("KILL"), "slowhttptest", *options[:-1], "-u", url + options[-1],
                 "-c", str(SLOW_CONNECTIONS), "-r", "500", "-l", str(int(seconds)), "-i", "1",
                 "-p", "3"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 4096 <= hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.attack(name, run, wait_seconds=15)

    def test_heads(self) -> None:
        only_long(self)
        self.slow("slow heads", "-H", "/ads")

    def test_bodies(self) -> None:
        self.slow("slow bodies", "-B", "-s", "8192", "/ads/click")

    def test_ranges(self) -> None:
        only_long(self)
        self.slow("ranges", "-R", "-a", "1", "-b", "3000", "/ads")

    def test_readers(self) -> None:
        only_long(self)
        self.slow("slow readers", "-X", "-w", "1", "-y", "2", "-n", "5", "-z", "8", "-k", "10",
                  "/ads")


class Rude(Clients):
    def again_and_again(self, what: str, act: Callable[[Server], None]) -> None:
        def run(server: Server, seconds: float) -> None:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                try:
                    act(server)
                except OSError:
                    pass
                time.sleep(0.002)
        self.attack(what, run)

    def test_halves_of_requests(self) -> None:
        def act(server: Server) -> None:
            with connect(server) as client:
                client.sendall(REQUEST[:self.random.randrange(1, len(REQUEST))])
        self.again_and_again("halves of requests", act)

    def test_resets_in_the_middle(self) -> None:
        def act(server: Server) -> None:
            with connect(server) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(REQUEST[:-self.random.randrange(0, 20) or None])
        self.again_and_again("resets", act)

    def test_pipelines(self) -> None:
        """Ten thousand requests on one connection before the first answer is read."""
        answered: List[int] = []

        def act(server: Server) -> None:
            with connect(server) as client:
                count = 10_000
                sender = threading.Thread(target=client.sendall, args=(REQUEST * count,))
                sender.start()
                received, answers = b"", 0
                while answers < count:
                    chunk = client.recv(1 << 20)
                    if not chunk:
                        break
                    received = received[-12:] + chunk
                    answers += received.count(b"HTTP/1.1 202", 0)
                sender.join()
                answered.append(answers)
        self.again_and_again("pipelines", act)
        self.say(f"{answered} answers")
        self.assertTrue(answered and all(n == 10_000 for n in answered[:-1]), answered)

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
        server, calm = self.prepare()
        before = server.metrics().value("process_open_fds")
        subprocess.run(["prlimit", f"--pid={server.pid}", "--nofile=100:100"], check=True)
        clicks = ConstantRate(self, server, CLICKS_PER_SECOND, 10)
        load = self.load([server], connections=4, with_id=0)
        wanted = server.metrics().total("adtracker_events_accepted_total") + 200
        server.wait_until(lambda: server.metrics().total("adtracker_events_accepted_total") > wanted)
        # The 20 of the load, beside what the server has open itself: they are the ones that came before.
        server.wait_until(
            lambda: server.metrics().value("process_open_fds") >= before + 20)
        held = [connect(server) for _ in range(200)]
        time.sleep(0.5)
        self.postgres.stop("immediate")
        self.postgres.start()
        stored = self.stored()
        wait_until(lambda: self.stored() > stored, 20,
                   "the database is connected again, though descriptors are short")
        self.wait_accepted(20)
        share = cpu_share(server.pid, 1.0)
        for client in held:
            client.close()
        load.stop()
        harmed = best([clicks.result()])
        self.say(f"p99 {calm.p99:.1f} ms before, {harmed.p99:.1f} ms meanwhile; {share:.0%} CPU")
        self.assert_latency(calm, harmed)
        self.assert_recovered(server, 5, MEMORY_GROWTH_MAX_BYTES)

    def stored(self) -> int:
        return int(self.psql("SELECT count(*) FROM events")[0][0])


if __name__ == "__main__":
    unittest.main()
