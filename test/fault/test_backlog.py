"""The database is away while millions of events come in, then it is back: flat memory, a quick drain,
and new clicks are answered as ever."""
import statistics
import subprocess
import time
import unittest
from typing import List

from constant_rate import ConstantRate, Latency
from fault_case import LONG, MIB, FaultCase, tool
from surroundings import go_early, is_sanitized, quantile, resident_bytes

from harness.server import Server

EVENTS = 10_000_000 if LONG else 300_000
MEMORY_MAX_BYTES = 100 * MIB
DRAINED_PER_SECOND = 100_000
P99_MAX_MS = 20.0 if LONG else 100.0  # too short to tell it from what else goes on
SYNC_SLOW_MS = 5.0
CLICKS_PER_SECOND = 500
SLICE_SECONDS = 2.0 if LONG else 0.5


class Backlog(FaultCase):
    def test_millions_wait_and_drain(self) -> None:
        self.own_postgres(settings={"max_wal_size": "4GB", "shared_buffers": "256MB"})
        server = self.open_server()
        self.assertEqual(server.stop(), 0)
        self.postgres.stop()
        self.write_backlog(server)
        server.start()
        go_early(server)  # for its own delays, not those by whatever else is at work here
        load = self.load([server])
        self.wait_accepted(200)
        self.assertLatency(server, [ConstantRate(self, server, 2000, SLICE_SECONDS).result()
                                    for _ in range(5 if LONG else 1)], "database away")
        self.assertGreaterEqual(server.metrics().value("adtracker_queue_events"), EVENTS + 200)
        self.assertMemory(server, "before the drain")
        load.stop()
        self.drain(server)
        self.assertMemory(server, "after the drain")
        self.assert_all_stored(server)

    def write_backlog(self, server: Server) -> None:
        """As if so many had come in; over HTTP it would take too long."""
        subprocess.run([str(tool("backlog")), str(server.journal), str(EVENTS)], check=True)

    def drain(self, server: Server) -> None:
        waiting = server.metrics().value("adtracker_queue_events")
        self.postgres.start()
        self.wait_up(server)
        started = time.monotonic()
        latencies: List[Latency] = []
        while not latencies or server.metrics().value("adtracker_queue_events") > 5000:
            self.assertLess(time.monotonic() - started, 60 + waiting / 10_000, "drained")
            latencies.append(ConstantRate(self, server, CLICKS_PER_SECOND, SLICE_SECONDS).result())
        seconds = time.monotonic() - started
        self.say(f"drained {waiting:.0f} events, {waiting / seconds:.0f} a second")
        if LONG and not is_sanitized():
            self.assertGreaterEqual(waiting / seconds, DRAINED_PER_SECOND)
        self.assertLatency(server, latencies, "drain")

    def assertLatency(self, server: Server, latencies: List[Latency], when: str) -> None:
        """By the median of what was measured time after time: not all that delays is the tracker.
        A disk that is slow to sync, for all that is written to it, is allowed for."""
        for latency in latencies:
            self.assertEqual((latency.answered, latency.refused), (latency.sent, 0))
        p99 = statistics.median(latency.p99 - latency.late_p99 for latency in latencies)
        sync = 1000 * quantile(server.metrics(), "adtracker_journal_sync_duration_seconds", 0.99)
        self.say(f"{when}: p99 {p99:.1f} ms, {max(l.max for l in latencies):.1f} ms at most; "
                 f"99% of the syncs within {sync:.1f} ms")
        if not is_sanitized():
            self.assertLess(p99, P99_MAX_MS + (sync if sync > SYNC_SLOW_MS else 0), when)

    def assertMemory(self, server: Server, when: str) -> None:
        resident = resident_bytes(server.pid, "VmHWM")
        self.say(f"{when}: {resident / MIB:.1f} MiB resident at most")
        if not is_sanitized():
            self.assertLessEqual(resident, MEMORY_MAX_BYTES)

    def assert_all_stored(self, server: Server) -> None:
        """The backlog's too: each of its addresses once."""
        self.say(self.check(server))
        for part in range(0, EVENTS, MIB):  # so that no one query takes long
            count = min(MIB, EVENTS - part)
            rows = self.psql(
                "SET work_mem = '256MB'; SELECT count(*), count(DISTINCT ip) FROM events "
                f"WHERE ip BETWEEN inet '20.0.0.0' + {part} AND inet '20.0.0.0' + {part + count - 1}")
            self.assertEqual(rows, [(str(count), str(count))], f"the backlog from {part} on")
        rows = self.psql("SELECT count(*) - count(DISTINCT ip) FROM events "
                         "WHERE ip >= '30.0.0.0' AND ip < '31.0.0.0'")
        self.assertEqual(rows, [("0",)], "clicks at a constant rate")


if __name__ == "__main__":
    unittest.main()
