"""Load from many connections at once, which writes down in a ledger what becomes of each event."""
import asyncio
import gzip
import json
import random
import threading
import time
from typing import Dict, List, Optional, Sequence

from ledger import Ledger
from sent_event import KINDS, LOST, Attempt, Event

AGAIN_SECONDS = 0.02
ANSWER_SECONDS = 30.0
BATCH_MAX, LARGE_BATCH, LARGE_SHARE = 100, 1000, 0.02
BOT_SHARE = 0.1


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.transport: Optional[asyncio.Transport] = None
        self.is_open = True
        self._answer: Optional["asyncio.Future[int]"] = None
        self._data = b""
        self.body = b""  # of the last answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self.is_open = False
        self._finish(LOST)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, separator, body = self._data.partition(b"\r\n\r\n")
        lower = head.lower()
        length = lower.partition(b"content-length:")[2].split(b"\r")[0]  # none with 204
        if not separator or len(body) < int(length or 0):
            return
        self._data = b""
        self.body = body
        if b"connection: close" in lower:
            self.close()
        self._finish(int(head.split(None, 2)[1]))

    def close(self) -> None:
        self.is_open = False
        if self.transport is not None:
            self.transport.close()

    def send(self, request: bytes) -> "asyncio.Future[int]":
        """The answer's status will be the future's result: LOST when there is none."""
        assert self._answer is None and self.transport is not None
        answer: "asyncio.Future[int]" = asyncio.get_running_loop().create_future()
        self._answer = answer
        self.transport.write(request)
        return answer

    def _finish(self, status: int) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(status)


def batch_body(events: Sequence[Event], is_array: bool) -> bytes:
    items = [json.dumps({"type": event.kind, **event.body()}) for event in events]
    return (f"[{','.join(items)}]" if is_array else "\n".join(items)).encode()


def single_bytes(event: Event, keeps: bool) -> bytes:
    """The request of an event by itself."""
    if event.token:
        return (f"GET {event.tracker} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {event.agent}\r\n"
                f"X-Device-IP: {event.address}\r\n"
                f"Connection: {'keep-alive' if keeps else 'close'}\r\n\r\n").encode()
    return request_bytes(event.kind, json.dumps(event.body()).encode(), event.agent, keeps)


def batch_bytes(events: Sequence[Event], keeps: bool, is_array: bool, is_packed: bool) -> bytes:
    """That of several, of one agent."""
    body = batch_body(events, is_array)
    fields = f"Content-Type: application/{'json' if is_array else 'x-ndjson'}\r\n"
    if is_packed:
        body, fields = gzip.compress(body, 1), fields + "Content-Encoding: gzip\r\n"
    return request_bytes("events", body, events[0].agent, keeps, fields)


def request_bytes(path: str, body: bytes, agent: str, keeps: bool,
                  fields: str = "Content-Type: application/json\r\n") -> bytes:
    return (f"POST /ads/{path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\n{fields}"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if keeps else 'close'}\r\n\r\n").encode() + body


class Load:
    """`connections` clients, each one request at a time, to a port of `ports` by chance. A share
    `batches` of the requests are batches of up to `batch_max` events (of BATCH_MAX, some of LARGE_BATCH),
    all kinds of bodies among them; what of a batch was not accepted, and has an id, is sent again as one.

    A share `with_id` of the events has an event_id and is sent until it is accepted; with `copies`
    such an event goes to several ports at one moment. A share `fresh` of the clients takes a new
    connection for each event. A share `trackers` of the single ones is told by a tracker of an ad that
    has just been served: the servers have TOKEN_SECRET and, in SSAI_PEERS, us. `think_seconds` is the
    mean pause between a client's events."""

    def __init__(self, ledger: Ledger, ports: Sequence[int], seed: int, connections: int = 16,
                 ads: int = 3, with_id: float = 0.5, copies: bool = False, fresh: float = 0.0,
                 think_seconds: float = 0.005, batches: float = 0.05,
                 batch_max: int = BATCH_MAX, trackers: float = 0.0) -> None:
        self.ledger = ledger
        self.ports = list(ports)
        self._random = random.Random(seed)
        self._connections = connections
        self._ads = ads
        self._with_id = with_id
        self._copies = copies
        self._fresh = fresh
        self._think = think_seconds
        self._batches = batches
        self._batch_max = batch_max
        self._trackers = trackers
        self._is_stopping = False
        self._is_abandoned = False
        self._faults: List[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> "Load":
        self._thread.start()
        return self

    def stop(self, timeout_seconds: float = 60.0) -> None:
        """Returns when every event is answered, lost, or accepted if it has an id: so a server has
        to be there. AssertionError when that doesn't come about."""
        self._is_stopping = True
        self._thread.join(timeout_seconds)
        self.abandon()
        assert not self._faults, self._faults[:5]

    def abandon(self) -> None:
        """Ends it whatever is still unanswered."""
        self._is_stopping = self._is_abandoned = True
        self._thread.join(ANSWER_SECONDS + 5)

    async def _run(self) -> None:
        await asyncio.gather(*(self._client(n) for n in range(self._connections)))

    def _new_events(self, count: int, is_batch: bool) -> List[Event]:
        is_bot = self._random.random() < BOT_SHARE
        is_tracker = not is_batch and self._random.random() < self._trackers
        return [self.ledger.new_event(self._random.choice(KINDS), self._random.randint(1, self._ads),
                                      self._random.random() < self._with_id, is_bot, is_tracker) for _ in range(count)]

    def _batch_size(self) -> int:
        is_large = self._batch_max == BATCH_MAX and self._random.random() < LARGE_SHARE
        return LARGE_BATCH if is_large else self._random.randint(1, self._batch_max)

    async def _client(self, index: int) -> None:
        keeps = index >= self._fresh * self._connections
        connections: Dict[int, Connection] = {}
        while not self._is_stopping:
            is_batch = self._random.random() < self._batches
            count = self._batch_size() if is_batch else 1
            await self._deliver(self._new_events(count, is_batch), is_batch, connections, keeps)
            await asyncio.sleep(self._random.random() * 2 * self._think)
        for connection in connections.values():
            connection.close()

    async def _deliver(self, events: List[Event], is_batch: bool, connections: Dict[int, Connection],
                       keeps: bool) -> None:
        while True:
            ports = [self._random.choice(self.ports)]
            if self._copies and all(event.event_id is not None for event in events):
                ports = self._random.sample(self.ports, self._random.randint(1, len(self.ports)))
            request = self._request(events, is_batch, keeps)
            await asyncio.gather(*(self._attempt(events, is_batch, request, port, connections)
                                   for port in ports))
            events = [event for event in events if not event.is_accepted
                      and (event.event_id is not None or not event.attempts)]
            if not events:
                return
            if self._is_abandoned:
                self._faults += [f"never accepted: {self.ledger.history(event)}" for event in events
                                 if event.event_id is not None and event.attempts]
                return
            await asyncio.sleep(AGAIN_SECONDS)

    def _request(self, events: List[Event], is_batch: bool, keeps: bool) -> bytes:
        if not is_batch:
            return single_bytes(events[0], keeps)
        return batch_bytes(events, keeps, self._random.random() < 0.5, self._random.random() < 0.5)

    async def _attempt(self, events: List[Event], is_batch: bool, request: bytes, port: int,
                       connections: Dict[int, Connection]) -> None:
        """Where no connection can be had, nothing was sent and nothing is written down."""
        connection = connections.get(port)
        if connection is None or not connection.is_open:
            try:
                connection = (await asyncio.get_running_loop().create_connection(
                    Connection, "127.0.0.1", port))[1]
            except OSError:
                return
            connections[port] = connection
        if not connection.is_open:
            return
        began = time.monotonic()
        answer = connection.send(request)
        sent = time.monotonic()
        try:
            status = await asyncio.wait_for(answer, ANSWER_SECONDS)
        except asyncio.TimeoutError:
            connection.close()
            status = LOST
            self._faults.append(f"no answer in {ANSWER_SECONDS} s: {self.ledger.history(events[0])}")
        if is_batch and status == 202 and b'"accepted":%d,' % len(events) not in connection.body:
            self._faults.append(f"a batch of {len(events)} was answered {connection.body!r}")
        if status == 204:
            status = 202
        for event in events:
            self.ledger.record(event, Attempt(began, sent, time.monotonic(), status, str(port)))
