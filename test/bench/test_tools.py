"""What the bench believes: its load generator and its comparison of two runs."""
import json
import os
import socket
import subprocess
import threading
import time
import unittest

from clients import write_bodies
from harness.server import temporary_directory
from machine import BenchError
from report import Report, read_report
from scale import Look, between, spent

LOAD = os.environ.get("ADTRACKER_LOAD", "build/ci/test/bench/load")
ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"


class StallingServer:
    """Answers every request at once, but for the one that it holds up, and all behind it."""

    def __init__(self, stall_at: int, stall_seconds: float, answer: bytes = ANSWER) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stall_at = stall_at
        self.stall_seconds = stall_seconds
        self.answer = answer
        self.lock = threading.Lock()
        self.requests = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while client.recv(4096):
                with self.lock:
                    self.requests += 1
                    if self.requests == self.stall_at:
                        time.sleep(self.stall_seconds)
                client.sendall(self.answer)


class LoadTest(unittest.TestCase):
    def run_load(self, server: StallingServer, connections: int, rate: int, seconds: int) -> dict:
        self.addCleanup(server.listener.close)
        directory = temporary_directory()
        self.addCleanup(subprocess.run, ["rm", "-rf", str(directory)], check=True)
        write_bodies(directory / "bodies")
        done = subprocess.run(
            [LOAD, str(server.port), "/ads/click", str(connections), str(rate), str(seconds),
             str(directory / "bodies")], capture_output=True, text=True, check=True, timeout=30)
        return json.loads(done.stdout)

    def test_a_stall_shows_in_all_that_was_due_meanwhile(self) -> None:
        """400 ms in 2 s: a fifth of the requests were due in it, though no more than 4, which are
        less than 1%, could be under way."""
        found = self.run_load(StallingServer(100, 0.4), connections=4, rate=500, seconds=2)
        self.assertEqual((found["sent"], found["answered"], found["refused"]), (1000, 1000, 0))
        self.assertGreater(found["p99_us"], 300_000)
        self.assertGreater(found["max_us"], 390_000)
        self.assertLess(found["p50_us"], 100_000)
        self.assertLess(found["late_p99_us"], 50_000)  # nor was it the generator's

    def test_it_keeps_the_rate(self) -> None:
        begun = time.monotonic()
        found = self.run_load(StallingServer(0, 0), connections=8, rate=100, seconds=2)
        self.assertEqual(found["sent"], 200)
        self.assertTrue(1.9 < time.monotonic() - begun < 6)

    def test_refusals_are_counted(self) -> None:
        refusal = ANSWER.replace(b"202 Accepted", b"503 Busy")
        found = self.run_load(StallingServer(0, 0, refusal), connections=1, rate=50, seconds=1)
        self.assertEqual((found["answered"], found["refused"]), (50, 50))


class ReportTest(unittest.TestCase):
    @staticmethod
    def report(**measures: list) -> Report:
        report = Report({"cpu": "x"}, False)
        for name, values in measures.items():
            report.add(name, "ms", values, more_is_better=name.startswith("rate"), target=10)
        return report

    def test_only_what_moved_beyond_the_spread_is_told(self) -> None:
        before = self.report(time=[1, 2, 3], rate=[7, 8, 9], still=[5, 5, 5])
        self.assertEqual(before.compared(before), "nothing moved beyond the spread")
        within = self.report(time=[2, 2.9, 4], rate=[6, 7.1, 8], still=[5.1, 5.1, 5.2])
        self.assertEqual(within.compared(before), "nothing moved beyond the spread")
        beyond = self.report(time=[3.5, 4, 5], rate=[10, 11, 12], still=[5, 5, 5])
        self.assertEqual(beyond.compared(before),
                         "WORSE: time: 2.000 -> 4.000 ms\nbetter: rate: 8.000 -> 11.000 ms")

    def test_a_run_survives_its_file(self) -> None:
        directory = temporary_directory()
        self.addCleanup(subprocess.run, ["rm", "-rf", str(directory)], check=True)
        report = self.report(time=[11, 12, 13], rate=[9, 11, 12])
        report.write(directory / "new" / "bench.json")
        self.assertEqual(read_report(directory / "new" / "bench.json"), report)
        self.assertEqual([measure.name for measure in report.missed()], ["time"])
        self.assertIn("MISSED", report.table())


class ScaleTest(unittest.TestCase):
    def test_only_the_time_that_all_are_at_work_counts(self) -> None:
        """One begins late, and the other is done early."""
        looks = [Look(float(n), [min(10 * n, 100), max(10 * n - 20, 0)], 0.25 * n, 0.5 * n) for n in range(13)]
        first, last = between(looks, 100)
        self.assertEqual((first.at, last.at), (3.0, 9.0))
        self.assertEqual(spent(first, last), (20.0, 12_500.0, 25_000.0))

    def test_too_small_a_backlog_is_told(self) -> None:
        looks = [Look(float(n), [50 * n, max(50 * n - 100, 0)], 0.0, 0.0) for n in range(5)]
        with self.assertRaises(BenchError):
            between(looks, 100)
