"""What the contract tests share: one server for a class, and HTTP spoken byte by byte."""
import json
import random
import re
import shutil
import socket
import struct
import time
import unittest
from typing import Callable, ClassVar, Dict, List, NamedTuple, Optional, Tuple

from harness.case import BINARY, TrackerCase, shared_postgres
from harness.postgres import PrivatePostgres
from harness.server import Server, temporary_directory

GET_ROUTES = ("/", "/ads", "/ads/analytics", "/metrics", "/livez", "/readyz")
EVENT_ROUTES = ("/ads/click", "/ads/impression")
WINDOW = "start=2025-04-20T00:00:00Z&end=2025-04-22T23:59:59Z"
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
CLICK = b'{"ad_id":1,"ip":"192.0.2.1","video_playback_time":3}'
SO_TIMESTAMPNS = 35  # of Linux; Python has no name for it


def post(path: str, body: bytes, *fields: str) -> bytes:
    """A request with a Content-Length."""
    head = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def chunked(path: str, body: bytes, *fields: str) -> bytes:
    """A request whose body, chunks and all, is given."""
    head = [f"POST {path} HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Answer(NamedTuple):
    status: int
    fields: List[Tuple[str, str]]
    body: bytes

    def field(self, name: str) -> Optional[str]:
        """The one field of this name, None without. AssertionError if it is there twice."""
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} is there twice: {self.fields}"
        return found[0] if found else None


class Wire:
    """A connection on which bytes go out as they are, and answers are read one by one. `came_ns` is when the
    last that was read came, whenever that was read."""

    def __init__(self, port: int, receive_buffer: Optional[int] = None,
                 timeout_seconds: float = 10.0) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout_seconds)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.received = b""
        self.came_ns = 0

    def send(self, data: bytes) -> "Wire":
        self.socket.sendall(data)
        return self

    def answer(self, has_body: bool = True) -> Answer:
        """The next answer; `has_body` False after a HEAD."""
        head = self._take_until(b"\r\n\r\n").decode("latin-1")
        line, *rest = head.split("\r\n")
        found = re.fullmatch(r"HTTP/1\.[01] (\d{3}) .*", line)
        assert found, f"no status line: {line!r}"
        fields = [(name, value.strip())
                  for name, _, value in (field.partition(":") for field in rest)]
        answer = Answer(int(found[1]), fields, b"")
        length = answer.field("Content-Length")
        if has_body and length is not None:
            return answer._replace(body=self._take(int(length)))
        if has_body and line.startswith("HTTP/1.0"):
            return answer._replace(body=self._take_all())
        return answer

    def is_closed(self) -> bool:
        """Waits for the server to close; False if it sends something instead."""
        try:
            return self.received == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def _take(self, count: int) -> bytes:
        while len(self.received) < count:
            self._receive()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def _take_all(self) -> bytes:
        try:
            while True:
                self._receive()
        except ConnectionError:
            taken, self.received = self.received, b""
            return taken

    def _take_until(self, mark: bytes) -> bytes:
        while mark not in self.received:
            self._receive()
        taken, _, self.received = self.received.partition(mark)
        return taken

    def _receive(self) -> None:
        more, notes, _, _ = self.socket.recvmsg(65536, 64)
        if not more:
            raise ConnectionError(f"closed after {self.received!r}")
        self.received += more
        for level, kind, data in notes:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("@ll", data)
                self.came_ns = seconds * 10**9 + nanoseconds


class Shared(NamedTuple):
    tracker: Server
    database: str


class OneServerCase(TrackerCase):
    """One server and one database for all the tests of a file that want the same; each leaves them
    usable. ENV is the server's; ADS the ids that it starts with."""

    ENV: ClassVar[Dict[str, str]] = {}
    ADS: ClassVar[Tuple[int, ...]] = (1, 2, 3)
    tracker: ClassVar[Server]
    _shared: ClassVar[Dict[tuple, Shared]] = {}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        key = (cls.ADS, *sorted(cls.ENV.items()))
        if key not in cls._shared:
            cls._shared[key] = cls._start()
        cls.tracker, cls.database = cls._shared[key]

    @classmethod
    def _start(cls) -> Shared:
        database = f"t{random.SystemRandom().getrandbits(48):x}"
        directory = temporary_directory()
        unittest.addModuleCleanup(shutil.rmtree, directory, ignore_errors=True)
        env = {"DB_CONN": cls.postgres.create_database(database), "JOURNAL_SYNC": "off", **cls.ENV}
        tracker = Server(BINARY, env, directory)
        unittest.addModuleCleanup(tracker.finish)
        tracker.start()
        load_ads(tracker, cls.postgres, database, cls.ADS)
        return Shared(tracker, database)

    def setUp(self) -> None:  # pylint: disable=super-method-not-called
        unittest.TestCase.setUp(self)

    def wire(self, **arguments) -> Wire:
        wire = Wire(self.tracker.port, **arguments)
        self.addCleanup(wire.close)
        return wire

    def assert_error(self, answer, status: int, pattern: str = ".") -> None:
        """An error in words, as JSON and nothing else."""
        self.assertEqual(answer.status, status, answer.body)
        headers = dict(answer.fields if isinstance(answer, Answer) else answer.headers.items())
        self.assertEqual(headers["Content-Type"], "application/json")
        error = json.loads(answer.body)
        self.assertEqual(list(error), ["error"])
        self.assertRegex(error["error"], pattern)

    def assert_usable(self, wire: Wire) -> None:
        """The connection goes on, in step."""
        answer = wire.send(LIVEZ).answer()
        self.assertEqual((answer.status, answer.body), (200, b'{"status":"live"}'))

    def stored(self) -> int:
        """How many events the database has, once all that was accepted is there."""
        self.tracker.wait_until(lambda: self.tracker.metrics().value("adtracker_queue_events") == 0)
        return int(self.psql("SELECT count(*) FROM events")[0][0])


def load_ads(server: Server, postgres: PrivatePostgres, database: str,
             ids: Tuple[int, ...]) -> None:
    """Gives the database these ads, and waits until the server lists them."""
    server.wait_until(lambda: server.get("/ads").status == 200)
    postgres.psql("INSERT INTO ads (id, image_url, target_url) "
                  "SELECT i, 'https://i.example/' || i, 'https://t.example/' || i "
                  f"FROM unnest(ARRAY{list(ids)}::int[]) i", database)
    server.wait_until(lambda: listed(server) == list(ids))


def listed(server: Server) -> List[int]:
    return sorted(ad["id"] for ad in server.get("/ads").json())


def seconds_of(action: Callable[[], object]) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start
