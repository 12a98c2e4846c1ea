"""The ledger of a fault test: what became of every single event, to be held against the database.

Each event has an address of its own, which is how it is found again among the stored ones."""
import ipaddress
import threading
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from harness.counts import DISAGREEMENTS

KINDS = ("click", "impression", "start", "firstQuartile", "complete", "mute", "viewable", "progress", "error")
DETAILS = {"error": "code", "progress": "offset_ms"}
CODES = (0, 301, 405, 777, 65535)  # VAST lists two of them
LOST = 0  # the status of an attempt whose answer never came
FIRST_ADDRESS = int(ipaddress.IPv4Address("10.0.0.0"))
NEAR_SECONDS = 2.0
SHOWN = 5

# All that a client has said of an event, but for its id, which ends in its key.
STORED = f"""
SELECT ip - inet '{ipaddress.IPv4Address(FIRST_ADDRESS)}', kind, ad_id, playback_ms, coalesce(placement, ''), detail,
       verdict, quantity, (extract(epoch FROM received_at - occurred_at) * 1000)::bigint, count(*)
FROM events WHERE ip <<= inet '10.0.0.0/8' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"""

Psql = Callable[[str], List[Tuple[str, ...]]]


class Attempt(NamedTuple):
    began: float  # monotonic: the request was sent between this
    sent: float  # and this
    ended: float
    status: int  # or LOST
    where: str


class Event:
    """Without an `event_id` it is sent once, with one until it is accepted."""
    __slots__ = ("number", "kind", "ad_id", "event_id", "attempts")

    def __init__(self, number: int, kind: str, ad_id: int, event_id: Optional[str]) -> None:
        self.number = number
        self.kind = kind
        self.ad_id = ad_id
        self.event_id = event_id
        self.attempts: List[Attempt] = []

    @property
    def address(self) -> str:
        return str(ipaddress.IPv4Address(FIRST_ADDRESS + self.number))

    def body(self) -> Dict[str, object]:
        body: Dict[str, object] = {"ad_id": self.ad_id, "ip": self.address,
                                   "video_playback_time": self.number % 60 + self.number % 4 / 4}
        if self.event_id is not None:
            body["event_id"] = self.event_id
        if self.number % 3:
            body["placement"] = f"place.{self.number % 7}"
        if self.number % 5 == 0:
            body["age_ms"] = self.number % 2000
        if self.kind in DETAILS:
            body[DETAILS[self.kind]] = self.detail
        return body

    @property
    def detail(self) -> int:
        if self.kind == "error":
            return CODES[self.number % len(CODES)]
        return self.number % 100_000 if self.kind == "progress" else 0

    def row(self) -> Tuple[str, ...]:
        """As STORED has it."""
        body = self.body()
        playback_ms = round(float(str(body["video_playback_time"])) * 1000)
        return tuple(map(str, (self.kind, self.ad_id, playback_ms, body.get("placement", ""), self.detail, 0, 1,
                               body.get("age_ms", 0))))

    @property
    def is_accepted(self) -> bool:
        return any(attempt.status == 202 for attempt in self.attempts)

    def wanted(self) -> Tuple[int, int]:
        """How often it must and may be stored. What was not accepted may still have been written,
        but for what was refused as wrong."""
        if self.is_accepted:
            return 1, 1
        return 0, int(any(a.status == LOST or a.status >= 500 for a in self.attempts))


class Summary(NamedTuple):
    events: int
    accepted: int
    refused: int  # answers that were neither 202 nor lost
    lost: int  # answers
    stored: int
    gone: int  # accepted and not stored: none, but where some may be

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self._asdict().items())


class Ledger:
    """Filled by any number of loads, from threads of their own."""

    def __init__(self) -> None:
        self.events: List[Event] = []
        self.notes: List[Tuple[float, str]] = []
        self.accepted = 0
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def new_event(self, kind: str, ad_id: int, has_id: bool) -> Event:
        with self._lock:
            number = len(self.events)
            event = Event(number, kind, ad_id, f"e-{number}" if has_id else None)
            self.events.append(event)
        return event

    def record(self, event: Event, attempt: Attempt) -> None:
        with self._lock:
            self.accepted += attempt.status == 202 and not event.is_accepted
            event.attempts.append(attempt)

    def note(self, text: str) -> float:
        """Writes down what was done to the server; returns the time."""
        now = time.monotonic()
        self.notes.append((now, text))
        return now

    def history(self, event: Event) -> str:
        """What happened to an event, and what was done meanwhile."""
        lines = [(a.ended, f"sent {a.sent - self._started:.4f} to {a.where}: "
                  f"{'no answer' if a.status == LOST else a.status}") for a in event.attempts]
        if lines:
            first = event.attempts[0].sent - NEAR_SECONDS
            last = event.attempts[-1].ended + NEAR_SECONDS
            lines += [note for note in self.notes if first <= note[0] <= last]
        shown = "".join(f"\n    {at - self._started:.4f} {text}" for at, text in sorted(lines))
        return f"{event.number} {event.kind} ip={event.address} id={event.event_id}{shown}"

    def history_of(self, address: str) -> str:
        return self.history(self.events[int(ipaddress.IPv4Address(address)) - FIRST_ADDRESS])

    def summary(self, stored: int = 0, gone: int = 0) -> Summary:
        statuses = [a.status for event in self.events for a in event.attempts]
        return Summary(len(self.events), self.accepted,
                       sum(status not in (202, LOST) for status in statuses),
                       statuses.count(LOST), stored, gone)

    def check(self, psql: Psql, may_lack: Callable[[Event], bool] = lambda event: False) -> Summary:
        """AssertionError unless every event is stored as often as it has to be, nothing else is,
        and the counts agree. `may_lack`: accepted events that may be gone nevertheless."""
        stored: Dict[int, int] = {}
        faults: List[str] = []
        gone = 0
        for number, *row, count in psql(STORED):
            event = self.events[int(number)] if int(number) < len(self.events) else None
            if event is None or event.row() != tuple(row):
                faults.append(f"stored and never sent: {number} {row}" + (f", but {event.row()}" if event else ""))
            stored[int(number)] = stored.get(int(number), 0) + int(count)
        for event in self.events:
            least, most = event.wanted()
            if least and may_lack(event):
                least = 0
            count = stored.get(event.number, 0)
            gone += event.is_accepted and count == 0
            if not least <= count <= most:
                faults.append(f"stored {count} times, not {least} to {most}: {self.history(event)}")
        summary = self.summary(sum(stored.values()), gone)
        shown = "\n  ".join(faults[:SHOWN])
        assert not faults, f"{len(faults)} events are wrong of {summary}:\n  {shown}"
        disagreements = psql(DISAGREEMENTS)
        assert not disagreements, f"counts are not the events: {disagreements[:SHOWN]}"
        return summary
