"""What the tests of the journal share: load that outlives the server, and what must have become of it."""
import http.client
import ipaddress
import itertools
import json
import os
import shutil
import subprocess
import threading
import unittest
from collections import Counter
from pathlib import Path
from typing import Dict, List, Optional

from db_support import DatabaseCase

from harness import namespaces
from harness.abilities import can_mount, need
from harness.case import BINARY
from harness.process import wait_until
from harness.server import Server

FIRST_ADDRESS = int(ipaddress.IPv4Address("10.0.0.0"))
FAULTY = "adtracker_journal_failures_total"
DAMAGED = "adtracker_journal_damaged_total"
WAITING = "adtracker_queue_events"


def address(number: int) -> str:
    return str(ipaddress.IPv4Address(FIRST_ADDRESS + number))


class Load:
    """Clients that post events, each with an address of its own, whether the server lives or not.
    `accepted` has the numbers of those answered with 202, `open` of those that never were answered,
    `refused` counts the other answers by status."""

    def __init__(self, case: unittest.TestCase, server: Server, clients: int = 4,
                 pace_seconds: float = 0.0, numbers: Optional[itertools.count] = None) -> None:
        self.accepted: List[int] = []
        self.unanswered: List[int] = []
        self.refused: Dict[int, List[int]] = {}
        self.numbers = numbers if numbers is not None else itertools.count()
        self._server = server
        self._pace = pace_seconds
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        case.addCleanup(self._stopping.set)

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> "Load":
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        return self

    def wait_accepted(self, more: int, timeout_seconds: float = 30.0) -> None:
        wanted = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= wanted, timeout_seconds, f"{more} more accepted")

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=20)
        while not self._stopping.is_set():
            with self._lock:
                number = next(self.numbers)
            body = json.dumps({"ad_id": 1 + number % 3, "ip": address(number)})
            try:
                connection.request("POST", "/ads/click" if number % 2 else "/ads/impression", body)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                self.unanswered.append(number)
                self._stopping.wait(0.02)
                continue
            if status == 202:
                self.accepted.append(number)
            else:
                with self._lock:
                    self.refused.setdefault(status, []).append(number)
                self._stopping.wait(0.01)
            self._stopping.wait(self._pace)
        connection.close()


class JournalCase(DatabaseCase):
    """A DatabaseCase whose events are told apart by their addresses."""

    def load(self, server: Server, **arguments) -> Load:
        return Load(self, server, **arguments).start()

    def post_events(self, server: Server, first: int, count: int) -> List[int]:
        """All of them are accepted; returns their numbers."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for number in range(first, first + count):
            connection.request("POST", "/ads/click",
                               json.dumps({"ad_id": 1 + number % 3, "ip": address(number)}))
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (202, b'{"status":"queued"}'))
        connection.close()
        return list(range(first, first + count))

    def status_of_post(self, server: Server, number: int) -> http.client.HTTPResponse:
        return server.post("/ads/click", {"ad_id": 1, "ip": address(number)})

    def stored(self) -> List[int]:
        """The numbers of the stored events, in the order in which they were stored."""
        rows = self.psql(f"SELECT ip - inet '{address(0)}' FROM events "
                         "WHERE ip <<= inet '10.0.0.0/8' ORDER BY id")
        return [int(number) for (number,) in rows]

    def assert_exactly_once(self, accepted: List[int], perhaps: Optional[List[int]] = None) -> None:
        """Every accepted event is stored once; of the others only `perhaps`, and not twice."""
        stored = Counter(self.stored())
        self.assertEqual([n for n, times in stored.items() if times > 1][:5], [], "stored twice")
        self.assertEqual(sorted(set(accepted) - set(stored))[:5], [], "accepted and not stored")
        self.assertEqual(sorted(set(stored) - set(accepted) - set(perhaps or []))[:5], [],
                         "stored and never sent")
        self.assert_counts_agree()

    def assert_load_stored(self, load: Load) -> None:
        self.assert_exactly_once(load.accepted, load.unanswered + sum(load.refused.values(), []))

    def assert_balanced(self, server: Server) -> None:
        """accepted + replayed = stored + duplicate + rejected + waiting."""
        metrics = server.metrics()
        names = ("accepted", "replayed", "stored", "duplicate", "rejected")
        books = {name: metrics.total(f"adtracker_events_{name}_total") for name in names}
        books["waiting"] = metrics.value(WAITING)
        self.assertEqual(books["accepted"] + books["replayed"], books["stored"] + books["duplicate"]
                         + books["rejected"] + books["waiting"], books)

    def rest(self, server: Server, timeout_seconds: float = 60.0) -> None:
        """Until all is stored; then the books balance."""
        self.wait_up(server, timeout_seconds)
        self.wait_at_rest(server, timeout_seconds)
        self.assert_balanced(server)

    def copy_of(self, server: Server, **env: str) -> Server:
        """A server, not started, on a copy of the other's directory, on the same database."""
        copy = self.server(**env)
        shutil.rmtree(copy.journal)
        copy_at_work(server.journal, copy.journal)
        return copy

    def segments(self, server: Server) -> List[Path]:
        return sorted(server.journal.glob("*.journal"))

    def refusal(self, server: Server) -> str:
        """What /readyz says, "" when it is ready."""
        answer = server.get("/readyz")
        if answer.status == 200:
            return ""
        self.assertEqual(answer.status, 503)
        return answer.json()["error"]

    def assert_refuses(self, server: Server, number: int, words: str, reason: str) -> None:
        """503, with the words here and in /readyz; everything else is answered."""
        before = server.metrics().value("adtracker_events_refused_total", reason=reason)
        answer = self.status_of_post(server, number)
        self.assertEqual(answer.status, 503, answer.body)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertIn(words, answer.json()["error"])
        self.assertIn(words, self.refusal(server))
        self.assertEqual(server.get("/livez").status, 200)
        self.assertEqual(server.get("/ads").status, 200)
        metrics = server.metrics()
        self.assertGreater(metrics.value("adtracker_events_refused_total", reason=reason), before)

    def resident_mib(self, server: Server) -> float:
        status = Path(f"/proc/{server.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def small_disk(self, size: str) -> Path:
        """A tmpfs of its own, with a folder for the journal in it."""
        need(can_mount)
        path = self.directory()
        namespaces.mount_tmpfs(path, size)
        self.addCleanup(namespaces.detach, path)
        return path


def copy_at_work(journal: Path, copy: Path) -> None:
    """Anew when a file was renamed or went meanwhile."""
    for is_last in (False,) * 9 + (True,):
        try:
            shutil.copytree(journal, copy)
            return
        except shutil.Error:
            if is_last:
                raise
            shutil.rmtree(copy)


def is_sanitized(server: Server) -> bool:
    """Whether the binary has a sanitizer in it: then its memory and speed tell nothing."""
    return b"__asan_init" in server.binary.read_bytes()


def describe(journal: Path) -> str:
    done = subprocess.run([str(BINARY), "--journal"], env={"JOURNAL_DIR": str(journal)},
                          capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def contents(directory: Path) -> dict:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
