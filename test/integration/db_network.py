"""What stands between the tracker and its database in tests: a proxy that knows where a batch ends,
and a name server."""
import socket
import struct
import threading
import time
from collections import Counter
from typing import Callable, Dict, List, Optional, Tuple

from harness.case import TrackerCase
from harness.postgres import PrivatePostgres


def split_messages(data: bytearray, is_started: bool) -> Tuple[List[bytes], bool]:
    """Takes whole messages of a PostgreSQL client off `data`; a start-up packet has no type byte."""
    messages = []
    while True:
        head = 1 if is_started else 0
        if len(data) < head + 4:
            return messages, is_started
        end = head + struct.unpack_from("!I", data, head)[0]
        if len(data) < end:
            return messages, is_started
        is_started = is_started or struct.unpack_from("!I", data, 4)[0] == 196608
        messages.append(bytes(data[:end]))
        del data[:end]


class Link:
    """One proxied connection; `plan` is asked what becomes of each batch."""

    def __init__(self, proxy: "Proxy", client: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.client = client
        self.server = server
        self.is_mute = False  # what the server says is kept from the client
        self.is_half = False  # the server isn't told that its client has gone
        self.answered = threading.Event()
        for pump in (self._pump_client, self._pump_server):
            threading.Thread(target=pump, daemon=True).start()

    def close(self) -> None:
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _pump_client(self) -> None:
        data, is_started, is_batch = bytearray(), False, False
        try:
            while chunk := self.client.recv(65536):
                data += chunk
                messages, is_started = split_messages(data, is_started)
                for message in messages:
                    is_batch = is_batch or message[:1] == b"B" and b"\0ingest\0" in message[:40] \
                        or message[:1] == b"P" and b" import_batch(" in message
                    if message[:1] == b"S" and is_batch:
                        is_batch = False
                        self._end_batch(message)
                    else:
                        self.server.sendall(message)
        except OSError:
            pass
        if not self.is_half:
            self.close()

    def _end_batch(self, sync: bytes) -> None:
        """Carries out the plan for a batch, of which only the Sync is still to be sent."""
        plan = self.proxy.plan(self)
        self.proxy.plans[plan] += 1
        if plan == "cut before commit":
            self.close()
            return
        self.is_mute = plan != "pass"
        self.answered.clear()
        self.server.sendall(sync)
        if plan == "cut after answer":
            self.answered.wait(10)
        if plan in ("cut when sent", "cut after answer"):
            self.close()
        if plan == "cut client only":
            self.is_half = True
            self.client.shutdown(socket.SHUT_RDWR)

    def _pump_server(self) -> None:
        try:
            while chunk := self.server.recv(65536):
                if self.is_mute:
                    if chunk.endswith(b"Z\0\0\0\5I"):
                        self.answered.set()
                    continue
                if self.proxy.delay_seconds:
                    time.sleep(self.proxy.delay_seconds)
                self.client.sendall(chunk)
        except OSError:
            pass
        self.close()


class Proxy:
    """A TCP listener on loopback in front of a server's unix socket."""

    def __init__(self, case: TrackerCase, postgres: PrivatePostgres) -> None:
        self.plan: Callable[[Link], str] = lambda link: "pass"
        self.plans: Dict[str, int] = Counter()
        self.delay_seconds = 0.0
        self._target = str(postgres.directory / f".s.PGSQL.{postgres.port}")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._links: List[Link] = []
        threading.Thread(target=self._accept, daemon=True).start()
        case.addCleanup(self.close)

    def conninfo(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database} sslmode=disable"

    def close(self) -> None:
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        for link in self._links:
            link.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._target)
            except OSError:
                client.close()
                continue
            self._links.append(Link(self, client, server))


class NameServer:
    """DNS over UDP on loopback: `names` gives each name's addresses, None = no answer at all; every
    other name does not exist."""

    def __init__(self, case: TrackerCase, names: Dict[str, Optional[List[str]]]) -> None:
        self.names = names
        self.asked: Counter = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        case.addCleanup(self._socket.close)

    def _serve(self) -> None:
        while True:
            try:
                query, peer = self._socket.recvfrom(512)
                answer = self._answer(query)
                if answer is not None:
                    self._socket.sendto(answer, peer)
            except OSError:
                return

    def _answer(self, query: bytes) -> Optional[bytes]:
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack_from("!H", query, at + 1)[0]
        name = ".".join(labels).lower()
        self.asked[name] += 1
        addresses = self.names.get(name, [])
        if addresses is None:
            return None
        records = b""
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        fitting = [a for a in addresses if (":" in a) == (family == socket.AF_INET6)]
        for address in fitting:
            data = socket.inet_pton(family, address)
            records += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
        flags = 0x8180 if name in self.names else 0x8183
        head = query[:2] + struct.pack("!HHHHH", flags, 1, len(fitting), 0, 0)
        return head + query[12:at + 5] + records
