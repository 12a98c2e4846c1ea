"""The keys that an event with an id claims, made here by the rule that they are made by for ever."""
import hashlib
import re
import struct
from typing import List, Optional

HOUR_US = 3600 * 10 ** 6
DAY_US, DAY_MS = 24 * HOUR_US, 86400 * 1000
UUID_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


CLIENTS, TOKENS = 0, 1  # name spaces: whose the id is


def digest(space: int, kind: int, ad_id: int, offset_ms: int, event_id: str) -> str:
    """The 80 bits of a key that tell what happened, as hex; `offset_ms` of a progress, else 0."""
    told = struct.pack("<BBii", space, kind, ad_id, offset_ms) + event_id.encode()
    return hashlib.sha256(told).hexdigest()[:20]


def id_time_ms(event_id: str, received_us: int) -> Optional[int]:
    """That of a UUID of version 7, where it counts."""
    if UUID_7.fullmatch(event_id) is None:
        return None
    time_ms = int(event_id.replace("-", "")[:12], 16)
    is_near = abs(time_ms * 1000 - received_us) <= 15 * DAY_US
    return time_ms if is_near and time_ms % DAY_MS != 0 else None


def claims(told: str, event_id: str, received_us: int, occurred_us: int) -> List[str]:
    """As 32 hex digits each; `told` is the digest."""
    time_ms = id_time_ms(event_id, received_us)
    times = [] if time_ms is None else [time_ms]
    if time_ms is None or abs(time_ms * 1000 - occurred_us) >= 23 * HOUR_US:
        day_ms = occurred_us // DAY_US * DAY_MS
        times += [day_ms, day_ms + DAY_MS]
    return [f"{at:012x}{told}" for at in times]


def uuid_7(time_ms: int, number: int) -> str:
    return f"{time_ms >> 16:08x}-{time_ms & 0xffff:04x}-7{number >> 12 & 0xfff:03x}-9{number & 0xfff:03x}-{number:012x}"
