"""An hour of as much load as the tracker takes, while clients and database come and go: its memory
and its descriptors stay where they are, and every event is stored once. SOAK_MINUTES or --minutes
makes it shorter."""
import argparse
import os
import sys
import time
import unittest
from typing import List

from constant_rate import ConstantRate
from fault_case import MIB, FaultCase
from surroundings import descriptors, is_sanitized, resident_bytes

from harness.server import Server

MINUTES = float(os.environ.get("SOAK_MINUTES", "60"))
RUN_SECONDS = 15.0
CLICKS_PER_SECOND = 50000  # more than are answered: as many as can be had
CONNECTIONS = 128
WARM_UP_SHARE = 0.2
SETTLED_SECONDS = 4  # then the connections that nothing waits for are back too
GROWTH_MAX_BYTES = MIB


class Soak(FaultCase):
    """Runs of load, each on new connections, with something done to the database in each; between
    two runs all comes to rest, and is measured."""

    def test_memory_and_descriptors_stay(self) -> None:
        self.own_postgres(settings={"max_wal_size": "4GB"})
        server = self.open_server(JOURNAL_KEEP_SECONDS="10")
        started, run = time.monotonic(), 0
        resident: List[int] = []
        held: List[int] = []
        while time.monotonic() - started < MINUTES * 60:
            self.one_run(server, run)
            time.sleep(SETTLED_SECONDS)
            run += 1
            passed = (time.monotonic() - started) / 60
            if passed > MINUTES * WARM_UP_SHARE:
                resident.append(resident_bytes(server.pid))
                held.append(descriptors(server.pid))
            self.say(f"{passed:.1f} min, {resident_bytes(server.pid) / MIB:.2f} MiB, "
                     f"{descriptors(server.pid)} descriptors")
        self.finish_check(server, resident, held)

    def one_run(self, server: Server, run: int) -> None:
        before = server.metrics().total("adtracker_events_accepted_total")
        clicks = ConstantRate(self, server, CLICKS_PER_SECOND, RUN_SECONDS, CONNECTIONS,
                              is_distinct=False)
        time.sleep(RUN_SECONDS * self.random.uniform(0.2, 0.6))
        if run % 4 == 3:
            self.postgres.stop("immediate")
            time.sleep(self.random.uniform(0, 3))
            self.postgres.start()
        else:
            self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        latency = clicks.result()
        self.rest(server)
        accepted = server.metrics().total("adtracker_events_accepted_total") - before
        self.assertEqual(latency.refused, 0)
        self.assertGreaterEqual(accepted, latency.answered)
        self.say(f"{accepted:.0f} events")

    def rows(self) -> int:
        """Minute by minute: all of an hour's would take longer than one query may."""
        first, last = self.psql("SELECT floor(extract(epoch FROM min(bucket))), "
                                "floor(extract(epoch FROM max(bucket))) FROM (SELECT bucket FROM counts "
                                "WHERE level = 0 UNION ALL SELECT bucket FROM counts_minute "
                                "UNION ALL SELECT bucket FROM counts_late) c")[0]
        parts = ("SELECT count(*) FROM events WHERE occurred_at >= to_timestamp({0}) "
                 "AND occurred_at < to_timestamp({0} + 60)".format(minute)
                 for minute in range(int(first), int(last) + 60, 60))
        return sum(int(self.psql(sql)[0][0]) for sql in parts)

    def finish_check(self, server: Server, resident: List[int], held: List[int]) -> None:
        accepted = int(server.metrics().total("adtracker_events_accepted_total"))
        self.assertEqual(self.rows(), accepted)
        self.say(f"{accepted} events; memory {min(resident) / MIB:.2f} to "
                 f"{max(resident) / MIB:.2f} MiB, descriptors {min(held)} to {max(held)}")
        self.assertEqual(max(held), min(held), "descriptors")
        if not is_sanitized():
            self.assertLessEqual(max(resident) - min(resident), GROWTH_MAX_BYTES, "memory")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=MINUTES)
    found, rest = parser.parse_known_args()
    os.environ["SOAK_MINUTES"] = str(found.minutes)
    os.execv(sys.executable, [sys.executable, os.path.join(os.path.dirname(__file__), "../run.py"),
                              __file__, *rest])


if __name__ == "__main__":
    main()
