"""The ledger of a fault test: what became of every single event, to be held against the database.

Each event has an address of its own, which is how it is found again among the stored ones."""
import ipaddress
import threading
import time
from typing import Callable, Dict, List, NamedTuple, Set, Tuple

from harness.counts import DISAGREEMENTS
from sent_event import FIRST_ADDRESS, LOST, Attempt, Event

NEAR_SECONDS = 2.0
CLOCK_SLACK_SECONDS = 1.0  # between the two clocks, and two threads
SHOWN, LINES_SHOWN = 5, 30

STORED = f"""
SELECT ip - inet '{ipaddress.IPv4Address(FIRST_ADDRESS)}', (extract(epoch FROM received_at) * 1000000)::bigint, kind,
       ad_id, verdict, flags, playback_ms, detail, placement, placement_id, quantity,
       (extract(epoch FROM received_at - occurred_at) * 1000000)::bigint
FROM events WHERE ip <<= inet '10.0.0.0/8'"""

KEYS = "SELECT translate(key::text, '-', '') FROM event_keys"

# Where traffic_totals() says anything but the events: the whole of their time and ragged parts of it, all
# ads and two of them, gross and net and tests. Of a single event all parts are the same.
WRONG_ANSWERS = """
WITH span AS (SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM events WHERE isfinite(occurred_at)
), w AS (
    SELECT DISTINCT first + (last - first) * f AS starts, first + (last - first) * t AS ends, ad, traffic
    FROM span, (VALUES (0, 1), (0.313, 0.971), (0.99991, 0.999983)) AS s (f, t),
         (VALUES (NULL::integer), (1), (2)) AS a (ad), (VALUES ('gross'), ('net'), ('test')) AS v (traffic)
), alike AS ( -- there may be millions of events
    SELECT starts, ends, ad_id, kind, verdict, sum(quantity) AS quantity,
           sum(CASE WHEN kind = 'click' THEN least(greatest(playback_ms, 0), 86400000) ELSE 0 END) AS playback
    FROM (SELECT DISTINCT starts, ends FROM w) AS s JOIN events ON occurred_at BETWEEN starts AND ends
    GROUP BY 1, 2, 3, 4, 5
), fact AS (
    SELECT starts, ends, ad, traffic, array_position(enum_range(NULL::event_kind), e.kind) - 1 AS kind,
           sum(quantity) AS events, sum(playback) AS playback_ms
    FROM w JOIN alike e USING (starts, ends)
    WHERE (ad IS NULL OR e.ad_id = ad)
      AND CASE traffic WHEN 'gross' THEN verdict <> 4 WHEN 'net' THEN verdict = 0 ELSE verdict = 4 END
    GROUP BY 1, 2, 3, 4, 5
)
SELECT w.*, t.*, fact.events, fact.playback_ms
FROM w CROSS JOIN LATERAL traffic_totals(starts, ends, ad, traffic) AS t
LEFT JOIN fact ON fact.kind = t.kind AND fact.starts = w.starts AND fact.ends = w.ends
              AND fact.ad IS NOT DISTINCT FROM w.ad AND fact.traffic = w.traffic
WHERE t.events <> coalesce(fact.events, 0) OR t.playback_ms <> coalesce(fact.playback_ms, 0)"""

Psql = Callable[[str], List[Tuple[str, ...]]]


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
        self._wall_less_monotonic = time.time() - self._started

    def new_event(self, kind: str, ad_id: int, has_id: bool, is_bot: bool = False,
                  is_tracker: bool = False) -> Event:
        with self._lock:
            event = Event(len(self.events), kind, ad_id, has_id, is_bot, is_tracker)
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
        lines.sort()
        left_out = len(lines) - LINES_SHOWN
        if left_out > 0:
            lines[LINES_SHOWN // 2:-LINES_SHOWN // 2] = [(lines[LINES_SHOWN // 2][0], f"and {left_out} more ...")]
        shown = "".join(f"\n    {at - self._started:.4f} {text}" for at, text in lines)
        return f"{event.number} {event.kind} ip={event.address} id={event.event_id}{shown}"

    def history_of(self, address: str) -> str:
        return self.history(self.events[int(ipaddress.IPv4Address(address)) - FIRST_ADDRESS])

    def summary(self, stored: int = 0, gone: int = 0) -> Summary:
        statuses = [a.status for event in self.events for a in event.attempts]
        return Summary(len(self.events), self.accepted,
                       sum(status not in (202, LOST) for status in statuses),
                       statuses.count(LOST), stored, gone)

    def check(self, psql: Psql, may_lack: Callable[[Event], bool] = lambda event: False) -> Summary:
        """AssertionError unless every event is stored as often as it has to be, with all of its fields and
        keys, nothing else is, and the counts agree. `may_lack`: accepted events that may be gone
        nevertheless."""
        faults: List[str] = []
        stored = self._read_stored(psql(STORED), faults)
        gone = 0
        for event in self.events:
            least, most = event.wanted()
            if least and may_lack(event):
                least = 0
            count = len(stored.get(event.number, ()))
            gone += event.is_accepted and count == 0
            if not least <= count <= most:
                faults.append(f"stored {count} times, not {least} to {most}: {self.history(event)}")
        self._check_keys(stored, {key for key, in psql(KEYS)}, faults)
        summary = self.summary(sum(map(len, stored.values())), gone)
        shown = "\n  ".join(faults[:SHOWN])
        assert not faults, f"{len(faults)} events are wrong of {summary}:\n  {shown}"
        for sql, what in ((DISAGREEMENTS, "counts are not the events"), (WRONG_ANSWERS, "answers are not the events")):
            found = psql(f"SET work_mem = '256MB'; {sql}")
            assert not found, f"{what}, in {len(found)} places: {found[:SHOWN]}"
        return summary

    def _read_stored(self, rows: List[Tuple[str, ...]], faults: List[str]) -> Dict[int, List[int]]:
        """When those of each number were received, in microseconds since 1970."""
        stored: Dict[int, List[int]] = {}
        for number, received, *fields in rows:
            event = self.events[int(number)] if int(number) < len(self.events) else None
            stored.setdefault(int(number), []).append(int(received))
            if event is None:
                faults.append(f"stored and never sent: {number} {fields}")
            elif event.fields() != tuple(fields):
                faults.append(f"stored as {fields}, not {event.fields()}: {self.history(event)}")
            elif not event.was_under_way(int(received) / 1e6 - self._wall_less_monotonic, CLOCK_SLACK_SECONDS):
                faults.append(f"received at {received}, when it was not sent: {self.history(event)}")
        return stored

    def _check_keys(self, stored: Dict[int, List[int]], keys: Set[str], faults: List[str]) -> None:
        """Every stored event has all of its keys, and each key is that of one that was sent."""
        digests = {event.digest for event in self.events if event.event_id is not None}
        faults += [f"a key of no event: {key}" for key in keys if key[12:] not in digests]
        for number, times in stored.items():
            if number >= len(self.events) or self.events[number].event_id is None:
                continue
            for received in times:
                missing = [key for key in self.events[number].claims(received) if key not in keys]
                if missing:
                    faults.append(f"without its keys {missing}: {self.history(self.events[number])}")
