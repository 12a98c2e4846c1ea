"""The base class of the fault tests: how long they go on, load, and coming to rest."""
import ipaddress
import os
import sys
from pathlib import Path
from typing import Iterator, Sequence

from harness.case import TrackerCase
from harness.postgres import ROOT, PrivatePostgres
from harness.process import wait_until
from harness.server import Server
from harness.tokens import SECRET
from ledger import Ledger, Summary
from load import Load

LONG = bool(os.environ.get("FAULT_LONG"))
ADS = 3
WAYS = ("slow", "alone", "quick")
SLOW_DISK_US = 2000  # per sync: what the server does not do inline
MIB = 1024 * 1024
TRACKING = {"TOKEN_SECRET": SECRET, "SSAI_PEERS": "127.0.0.1"}  # what a load with trackers takes
SHOWN = 5
ANSWER_SECONDS = 600 if LONG else 60  # of a query over all there is


def tool(name: str) -> Path:
    """A program or library that is built with the tests."""
    path = Path(os.environ.get("FAULT_TOOLS", ROOT / "build/ci/test/fault")) / name
    assert path.exists(), f"no {path}: build the target fault_tools, or name its folder in FAULT_TOOLS"
    return path


class FaultCase(TrackerCase):
    """Each test has a ledger, `self.ledger`, for everything that is sent to its database."""

    def setUp(self) -> None:
        super().setUp()
        self.ledger = Ledger()

    def psql(self, sql: str) -> list:
        return self.postgres.psql(sql, self.database, ANSWER_SECONDS)

    def own_postgres(self, **arguments) -> PrivatePostgres:
        """From here on this test has a PostgreSQL of its own, to be killed."""
        self.postgres = self.private_postgres(**arguments)
        self.db_conn = self.postgres.create_database(self.database)
        return self.postgres

    def rounds(self, long: int, short: int) -> Iterator[int]:
        """So many rounds in the long form and in the short one."""
        count = long if LONG else short
        for n in range(count):
            self.ledger.note(f"round {n + 1} of {count}")
            yield n

    def set_way(self, server: Server, way: str) -> None:
        """How a server with the libraries of `disks` syncs from its next start on. The disk is "slow": all
        through the sync worker; it has to do it "alone", as no worker can be started: all inline; the disk is
        "quick": urgent syncs inline, as long as it is, and others through the worker."""
        assert way in WAYS, way
        server.env["SLOW_DISK_US"] = str(SLOW_DISK_US if way == "slow" else 0)
        server.env.pop("NO_PROCESSES", None)
        if way == "alone":
            server.env["NO_PROCESSES"] = "1"
        self.ledger.note(f"from its next start on the server syncs in the way {way}")

    def say(self, text: object) -> None:
        print(f"{self.id().rpartition('.')[2]}: {text}", file=sys.stderr, flush=True)

    def open_server(self, **env: str) -> Server:
        """A server that is connected and knows the ads."""
        server = self.start_server(**env)
        self.add_ads(server)
        return server

    def add_ads(self, server: Server) -> None:
        """Returns when it is connected and lists the ads, made here where they are not there yet."""
        self.wait_up(server)
        if self.psql("SELECT count(*) FROM ads") == [("0",)]:
            self.psql("INSERT INTO ads (image_url, target_url) SELECT 'https://a.example/' || n, "
                      f"'https://b.example/' || n FROM generate_series(1, {ADS}) AS n")
        server.wait_until(lambda: self.listed(server) == ADS)

    @staticmethod
    def listed(server: Server) -> int:
        answer = server.get("/ads")
        return len(answer.json()) if answer.status == 200 else -1

    @staticmethod
    def wait_up(server: Server, timeout_seconds: float = 60.0) -> None:
        server.wait_until(lambda: server.metrics().value("adtracker_db_up") == 1, timeout_seconds)

    def load(self, servers: Sequence[Server], **arguments) -> Load:
        """A running load on the servers; see Load."""
        ports = sorted({server.port for server in servers})
        load = Load(self.ledger, ports, self.random.getrandbits(32), **arguments)
        self.addCleanup(load.abandon)
        return load.start()

    def wait_accepted(self, more: int, timeout_seconds: float = 60.0) -> None:
        wanted = self.ledger.accepted + more
        wait_until(lambda: self.ledger.accepted >= wanted, timeout_seconds,
                   f"{more} more accepted")

    def rest(self, server: Server, timeout_seconds: float = 60.0) -> None:
        """Waits until it has stored everything; then its books must balance."""
        self.wait_up(server)
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0,
                          timeout_seconds)
        metrics = server.metrics()
        entries = {name: metrics.total(f"adtracker_events_{name}_total") for name in
                   ("accepted", "replayed", "stored", "duplicate", "rejected")}
        entries["waiting"] = metrics.value("adtracker_queue_events")
        self.assertEqual(entries["accepted"] + entries["replayed"],
                         entries["stored"] + entries["duplicate"] + entries["rejected"]
                         + entries["waiting"], f"the books: {entries}")

    @staticmethod
    def was_slow(server: Server) -> bool:
        return "syncs go through the sync worker" in server.log_text()

    def wait_slow(self, server: Server) -> None:
        """Waits until a sync of a server under load, whose disk is slow, has been noticed to take long."""
        server.wait_until(lambda: self.was_slow(server), 60)

    def assert_was_slow(self, server: Server) -> None:
        self.assertTrue(self.was_slow(server), server.log_tail())

    def check(self, *servers: Server) -> Summary:
        """At rest every event is stored as often as it has to be."""
        for server in servers:
            self.rest(server)
        self.assertEqual(self.psql("SELECT count(*) FROM rejected_events"), [("0",)])
        return self.ledger.check(self.psql)

    def assert_each_once(self, first: int, count: int, what: str) -> None:
        """Of `count` addresses from `first` on, which are not the ledger's, each is stored once."""
        for at in range(first, first + count, MIB):  # so that no one query takes long
            number = min(MIB, first + count - at)
            start = f"inet '{ipaddress.IPv4Address(at)}'"
            found = self.psql("SET work_mem = '256MB'; SELECT count(*), count(DISTINCT ip) FROM events "
                              f"WHERE ip BETWEEN {start} AND {start} + {number - 1}")
            if found == [(str(number), str(number))]:
                continue
            wrong = self.psql(
                f"SELECT {start} + n AS address, count(e.ip) FROM generate_series(0, {number - 1}) AS n "
                f"LEFT JOIN events e ON e.ip = {start} + n GROUP BY 1 HAVING count(e.ip) <> 1 "
                f"ORDER BY 1 LIMIT {SHOWN}")
            self.fail(f"{what}: of {number} from {start} on (count, addresses) {found[0]} are stored; "
                      "stored so often: " + ", ".join(f"{ip} {times}" for ip, times in wrong))
