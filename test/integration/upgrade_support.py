"""What the data files of a revision hold, by rule: each event is told apart by its number, which goes out as its playback
time. Numbers up to STORED were stored by that revision; from WAITING_FROM on they wait in its journal, which is full."""
from typing import Dict, Iterable, List, NamedTuple

from db_support import DatabaseCase

STORED, WAITING_FROM = 240, 601
PERIOD = 120  # events so far apart are of one kind and one ad
ADS, GONE_AD = 5, 5  # the last of which is gone, with what waits of it
TOLD_APART = "14 days"  # for so long duplicates are told
LATE_AD = 6  # is gone, with what was rejected before
NEW_KINDS = ("click", "impression", "loaded", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete", "progress",
             "mute", "unmute", "pause", "resume", "rewind", "skip", "playerExpand", "playerCollapse", "closeLinear",
             "otherAdInteraction", "acceptInvitation", "viewable", "notViewable", "viewUndetermined", "error")
OLD_KINDS = ("click", "impression")
# Of a row as the test reads it, in the order of Told.
COLUMNS = ("playback_ms / 1000, kind, ad_id, host(ip), placement, verdict, detail, "
           "round(extract(epoch FROM received_at - occurred_at) * 1000)")


class Told(NamedTuple):
    """An event, as text, as psql shows it."""
    number: str
    kind: str
    ad_id: str
    ip: str
    placement: str
    verdict: str
    detail: str
    age_ms: str


def original(number: int) -> int:
    """Of an event that is sent again: that of which it has the event_id."""
    if number % 9 == 0 and WAITING_FROM <= number < WAITING_FROM + STORED:
        return number - 5 * PERIOD  # stored before
    if number % 9 == 3 and number > WAITING_FROM + PERIOD or number % 9 == 6 and PERIOD < number <= STORED:
        return original(number - PERIOD)
    return number


def event_id(number: int) -> str:
    """A third has one."""
    return f"event-{original(number)}" if number % 3 == 0 else ""


def is_bots(number: int) -> bool:
    return number % 8 == 5


def told(number: int, kinds: Iterable[str] = NEW_KINDS) -> Told:
    """Of the old kinds an event has no more than the members of that time."""
    kinds = tuple(kinds)
    kind, is_new = kinds[number % len(kinds)], kinds == NEW_KINDS
    detail = {"error": 100 + number % PERIOD, "progress": 1000 * (number % PERIOD)}.get(kind, 0)
    ip = f"2001:db8::{number:x}" if number % 16 == 2 else f"10.{number >> 8}.{number & 255}.7"
    return Told(str(number), kind, str(1 + number % ADS), ip, f"place.{number % 6}" if is_new and number % 4 == 1 else "",
                "1" if is_new and is_bots(number) else "0", str(detail),
                str(number * 60_000) if is_new and number % 10 == 7 and number % 3 else "0")


def body(event: Told) -> dict:
    """As it is posted."""
    members = {"ad_id": int(event.ad_id), "ip": event.ip, "video_playback_time": int(event.number),
               "event_id": event_id(int(event.number)), "placement": event.placement, "age_ms": int(event.age_ms),
               "code" if event.kind == "error" else "offset_ms": int(event.detail)}
    return {name: value for name, value in members.items() if value or name == "ad_id"}


def are_too_late(case: DatabaseCase, received: str) -> bool:
    """Whether two weeks are over for all that a journal holds with an event_id, the last of it received by then. In the
    minutes in which they end, what becomes of an event is told by its moment: there the test is skipped."""
    (is_over, is_ending), = case.psql(f"SELECT age > interval '0', age > - interval '20 minutes' FROM (SELECT now() - "
                                      f"timestamptz '{received}' - interval '{TOLD_APART}' AS age) AS a")
    if is_ending == "t" and is_over == "f":
        case.skipTest("duplicates are too late to tell from these minutes on")
    return is_over == "t"


class Fates(NamedTuple):
    """What becomes of events, by number."""
    stored: List[int]
    duplicate: List[int]
    gone: List[int]
    too_late: List[int]


def fates(waiting: int, is_too_late: bool) -> Fates:
    """Of all that are stored and so many that wait; `is_too_late`: more than two weeks afterwards."""
    found = Fates([], [], [], [])
    seen: Dict[str, int] = {}
    for number in (*range(1, STORED + 1), *range(WAITING_FROM, WAITING_FROM + waiting)):
        waits, name = number >= WAITING_FROM, event_id(number)
        if waits and int(told(number).ad_id) == GONE_AD:
            found.gone.append(number)
        elif waits and is_too_late and name:
            found.too_late.append(number)
        elif name and seen.setdefault(name, number) != number:
            found.duplicate.append(number)
        else:
            found.stored.append(number)
    return found
