"""Batches as the server sends them: keys, claims, placements and counts made here, by the same rules."""
import hashlib
import re
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import Dict, List, NamedTuple, Optional, Tuple
from uuid import UUID

from schema_support import LABELS

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ERROR, NOFILL = LABELS.index("error"), LABELS.index("nofill")
ERROR_CODES = {100, 101, 102, *range(200, 207), *range(300, 305), *range(400, 404), *range(405, 412),
               *range(500, 504), *range(600, 605), 900, 901, 902}
UUID_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


class Event(NamedTuple):
    sequence: int
    kind: str = "click"
    ad_id: int = 1
    at: datetime = EPOCH
    event_id: Optional[str] = None
    received_at: Optional[datetime] = None  # else when it happened
    verdict: int = 0
    detail: int = 0
    quantity: int = 1
    playback_ms: Optional[int] = 10000
    placement: Optional[str] = None
    ip: Optional[str] = "10.1.1.1"

    @property
    def number(self) -> int:
        return LABELS.index(self.kind)

    @property
    def received(self) -> datetime:
        return self.received_at or self.at


def ms_of(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def placement_id(name: str) -> int:
    return max(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") & (1 << 63) - 1, 1)


def claims_of(event: Event) -> List[UUID]:
    """The first is the key."""
    digest = hashlib.sha256(bytes([0, event.number]) + event.ad_id.to_bytes(4, "little")
                            + (event.detail if event.kind == "progress" else 0).to_bytes(4, "little")
                            + event.event_id.encode()).digest()[:10]

    def key(ms: int) -> UUID:
        return UUID(bytes=ms.to_bytes(6, "big") + digest)

    day = ms_of(event.at) // 86400000 * 86400000
    days = [key(day), key(day + 86400000)]
    if not UUID_7.fullmatch(event.event_id):
        return days
    ms = int(event.event_id.replace("-", "")[:12], 16)
    at = EPOCH + timedelta(milliseconds=ms) if ms < 1 << 47 else EPOCH + timedelta(days=2900000)
    if ms % 86400000 == 0 or abs(at - event.received) > 15 * DAY:
        return days
    return [key(ms)] if abs(at - event.at) < timedelta(hours=23) else [key(ms), *days]


def parts_of(event: Event) -> List[Tuple[int, int, int]]:
    """The dimension, key and detail of each row of counts that it is part of."""
    placement = placement_id(event.placement) if event.placement else 0
    parts = [(0, 0, 0)]
    if event.ad_id:
        parts.append((1, event.ad_id, 0))
    if placement:
        parts.append((2, placement, 0))
    if event.number == ERROR:
        parts.append((3, event.ad_id, event.detail if event.detail in ERROR_CODES else 900))
    if event.number == NOFILL:
        parts.append((4, placement, event.detail))
    return parts


def counts_of(events: List[Event]) -> Dict[tuple, List[int]]:
    """By bucket, dimension, key, detail and verdict: a number for each kind, and the playback time."""
    counts: Dict[tuple, List[int]] = defaultdict(lambda: [0] * (len(LABELS) + 1))
    for event in events:
        bucket = event.at - (event.at - EPOCH) % MINUTE
        for dimension, key, detail in parts_of(event):
            cells = counts[bucket, dimension, key, detail, event.verdict]
            cells[event.number] += event.quantity
            if event.number == 0:
                cells[-1] += min(max(event.playback_ms or 0, 0), 86400000)
    return dict(sorted(counts.items()))


def array_sql(values: list, kind: str) -> str:
    if not values or all(value is None for value in values) and kind in ("inet", "text", "uuid"):
        return f"NULL::{kind}[]" if values else f"'{{}}'::{kind}[]"
    return "'{" + ",".join("NULL" if value is None else f'"{value}"' for value in values) + f"}}'::{kind}[]"


def columns_sql(events: List[Event], reject: Optional[str]) -> str:
    """The arguments from the sequences on."""
    keyed = [(n + 1, claims_of(event)) for n, event in enumerate(events) if event.event_id]
    keys = {n: claims[0] for n, claims in keyed}
    claims = sorted((claim.bytes, n) for n, those in keyed for claim in those)
    names = sorted({(placement_id(e.placement), e.placement) for e in events if e.placement})
    counts = counts_of(events)
    rows = list(zip(*counts)) or [()] * 5
    return ", ".join([
        array_sql([e.sequence for e in events], "bigint"), array_sql([e.number for e in events], "smallint"),
        array_sql([e.verdict for e in events], "smallint"), array_sql([0] * len(events), "smallint"),
        array_sql([e.ad_id for e in events], "integer"), array_sql([e.detail for e in events], "integer"),
        array_sql([e.quantity for e in events], "integer"),
        array_sql([e.received.isoformat() for e in events], "timestamptz"),
        array_sql([e.at.isoformat() for e in events], "timestamptz"),
        array_sql([e.playback_ms for e in events], "bigint"), array_sql([e.ip for e in events], "inet"),
        array_sql([e.placement for e in events], "text"),
        array_sql([placement_id(e.placement) if e.placement else None for e in events], "bigint"),
        array_sql([keys.get(n + 1) for n in range(len(events))], "uuid"),
        array_sql([n for _, n in claims], "integer") if claims else "NULL",
        array_sql([UUID(bytes=claim) for claim, _ in claims], "uuid") if claims else "NULL",
        array_sql([n for n, _ in names], "bigint"), array_sql([name for _, name in names], "text"),
        array_sql([b.isoformat() for b in rows[0]], "timestamptz"), array_sql(list(rows[1]), "smallint"),
        array_sql(list(rows[2]), "bigint"), array_sql(list(rows[3]), "integer"),
        array_sql(list(rows[4]), "smallint"), array_sql([cells[-1] for cells in counts.values()], "bigint"),
        array_sql([n for cells in counts.values() for n in cells[:-1]], "bigint"),
        f"'{reject}'" if reject else "NULL"])
