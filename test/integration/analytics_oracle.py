"""What GET /ads/analytics has to answer, in Python over the rows of `events`: nothing of the product's own functions;
time zones by zoneinfo."""
import functools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple, Union
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from batch_support import EPOCH, ERROR_CODES, placement_id

SECOND_US = 10**6
VERDICTS = ("valid", "declared_bot", "marked_by_proxy", "late", "test")
REASONS = ("", "no_ads", "none_available", "weight_zero", "no_form")
TRAFFIC = {"gross": (0, 1, 2, 3), "net": (0,), "test": (4,)}

TIMES = ("minute", "hour", "day", "week", "month")
THINGS = ("ad", "placement", "kind", "error_code", "nofill_reason", "verdict")
BY_EVENTS = ("kind", "error_code", "nofill_reason", "verdict")  # such rows are ordered by `events`, and have it
PAIRS = ([(thing, time) for thing in THINGS for time in TIMES]
         + [("ad", other) for other in ("kind", "error_code", "verdict")]
         + [("placement", other) for other in ("kind", "nofill_reason", "verdict")])
LEGAL = [(), *((group,) for group in THINGS + TIMES), *PAIRS]

COUNTS = {
    "requests": "request", "fills": "fill", "nofills": "nofill", "impressions": "impression", "clicks": "click",
    "starts": "start", "first_quartiles": "firstQuartile", "midpoints": "midpoint",
    "third_quartiles": "thirdQuartile", "completes": "complete", "skips": "skip", "errors": "error",
    "viewables": "viewable", "not_viewables": "notViewable",
}
# Of what, in what together; shares of 0 to 1.
SHARES = {
    "fill_rate": (("fill",), ("request",)), "completion_rate": (("complete",), ("start",)),
    "skip_rate": (("skip",), ("start",)), "error_rate": (("error",), ("error", "impression")),
    "viewable_rate": (("viewable",), ("viewable", "notViewable")),
}
METRICS = ("requests", "fills", "fill_rate", "nofills", "impressions", "clicks", "click_rate", "starts",
           "first_quartiles", "midpoints", "third_quartiles", "completes", "completion_rate", "skips", "skip_rate",
           "errors", "error_rate", "viewables", "not_viewables", "viewable_rate", "average_playback_time", "invalid",
           "events")
DIGITS = {**{name: 6 for name in SHARES}, "click_rate": 4, "average_playback_time": 4}

# Events that are alike, added up. "(other)" is the name of whatever has none of its own.
FACTS = """
WITH event AS (SELECT * FROM events WHERE NOT late UNION ALL SELECT * FROM events WHERE late)
SELECT (extract(epoch FROM e.occurred_at) * 1000000)::bigint, e.kind, coalesce(e.ad_id, 0), coalesce(p.name, ''),
       CASE WHEN e.kind IN ('error', 'nofill') THEN e.detail ELSE 0 END, e.verdict, sum(e.quantity),
       coalesce(sum(least(greatest(e.playback_ms, 0), 86400000)) FILTER (WHERE e.kind = 'click'), 0)
FROM event e LEFT JOIN placements p ON p.lane = e.lane AND p.id = e.placement_id
WHERE isfinite(e.occurred_at) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1"""

Key = Tuple[Union[int, str, None], ...]


class Fact(NamedTuple):
    at_us: int
    kind: str
    ad: int  # 0 = none
    placement: str  # "" = none
    detail: int
    verdict: int
    quantity: int
    playback_ms: int


def facts_of(rows: Iterable[tuple]) -> List[Fact]:
    """Of the rows that FACTS gives, as text."""
    return [Fact(int(at), kind, int(ad), placement, int(detail), int(verdict), int(quantity), int(playback))
            for at, kind, ad, placement, detail, verdict, quantity, playback in rows]


class Sums:
    """Of a row, or of the total."""

    def __init__(self) -> None:
        self.kinds: Dict[str, int] = defaultdict(int)
        self.invalid = 0
        self.playback_ms = 0

    def add(self, fact: Fact) -> None:
        self.kinds[fact.kind] += fact.quantity
        self.playback_ms += fact.playback_ms
        if fact.verdict not in (0, 4):
            self.invalid += fact.quantity

    def value(self, metric: str) -> Union[int, Fraction, None]:
        kinds = self.kinds
        if metric in COUNTS:
            return kinds.get(COUNTS[metric], 0)
        if metric in SHARES:
            part, whole = (sum(kinds.get(kind, 0) for kind in names) for names in SHARES[metric])
            return Fraction(part, whole) if whole else None
        if metric == "click_rate":
            return Fraction(100 * kinds.get("click", 0), kinds["impression"]) if kinds.get("impression") else 0
        if metric == "average_playback_time":
            return Fraction(self.playback_ms, 1000 * kinds["click"]) if kinds.get("click") else 0
        return self.invalid if metric == "invalid" else sum(kinds.values())

    def is_told(self) -> bool:
        """Whether any metric but `events` shows that something happened."""
        return self.invalid > 0 or any(kinds for kind, kinds in self.kinds.items() if kind in COUNTS.values())


NOTHING = Sums()


def fault_of(metric: str, told: object, sums: Sums) -> Optional[str]:
    """Why this is not the metric's value; None where it is."""
    exact = sums.value(metric)
    if exact is None or told is None:
        is_right = told is None and exact is None
    elif metric in DIGITS:
        step = Fraction(1, 10**DIGITS[metric])
        is_right = isinstance(told, (int, float)) and abs(Fraction(told) - exact) <= step * Fraction(501, 1000)
    else:
        is_right = isinstance(told, int) and told == exact
    return None if is_right else f"{metric} is {told!r}, not {exact}"


class Question(NamedTuple):
    start_us: int
    end_us: int
    zone: str = "UTC"
    groups: Tuple[str, ...] = ()
    traffic: str = "gross"
    ads: Tuple[int, ...] = ()
    placements: Tuple[str, ...] = ()
    metrics: Tuple[str, ...] = ()  # none: the default ones
    order: str = ""
    has_previous: bool = False

    @property
    def thing(self) -> Tuple[str, ...]:
        return tuple(group for group in self.groups if group in THINGS)

    @property
    def time(self) -> Optional[str]:
        return next((group for group in self.groups if group in TIMES), None)

    @property
    def told_metrics(self) -> Tuple[str, ...]:
        return self.metrics or METRICS[:-1] + (("events",) if any(g in BY_EVENTS for g in self.groups) else ())

    @property
    def columns(self) -> Tuple[str, ...]:
        """In the order in which a row has them."""
        names = sorted(self.groups, key=(THINGS + TIMES).index)
        return tuple("ad_id" if name == "ad" else name for name in names)

    def previous(self) -> "Question":
        length = self.end_us - self.start_us + 1
        return self._replace(start_us=self.start_us - length, end_us=self.start_us - 1)

    def path(self, **more: object) -> str:
        offset = timezone(timedelta(minutes=(self.start_us // 7) % 3 * 345 - 210))  # some offset
        wishes: List[Tuple[str, object]] = [(name, time_text(at, offset)) for name, at in
                                            (("start", self.start_us), ("end", self.end_us))]
        wishes += [("ad_id", ad) for ad in self.ads] + [("placement", name) for name in self.placements]
        wishes += [(name, value) for name, value in (
            ("tz", self.zone if self.zone != "UTC" else ""), ("group_by", ",".join(self.groups)),
            ("traffic", self.traffic if self.traffic != "gross" else ""), ("metrics", ",".join(self.metrics)),
            ("order_by", self.order), ("compare", "previous" if self.has_previous else "")) if value]
        return "/ads/analytics?" + urlencode(wishes + list(more.items()))


def is_answered(question: Question) -> bool:
    """Whether a filter and the groups go together: no row of counts knows both an ad and a placement, nor a reason of
    no fill and an ad."""
    if question.ads and question.placements:
        return False
    return not (question.placements and any(g in ("ad", "error_code") for g in question.groups)
                or question.ads and any(g in ("placement", "nofill_reason") for g in question.groups))


def time_text(at_us: int, zone: timezone = timezone.utc) -> str:
    return (EPOCH + timedelta(microseconds=at_us)).astimezone(zone).isoformat()


def us_of(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def us_of_text(text: str) -> int:
    return us_of(datetime.fromisoformat(text))


def offset_s(zone: str, at_s: int) -> int:
    return int((EPOCH + timedelta(seconds=at_s)).astimezone(ZoneInfo(zone)).utcoffset().total_seconds())


def change_in(zone: str, low_s: int, high_s: int) -> int:
    """The first second whose offset is not that of `low_s`; that of `high_s` is another."""
    before = offset_s(zone, low_s)
    while high_s - low_s > 1:
        middle = (low_s + high_s) // 2
        low_s, high_s = (middle, high_s) if offset_s(zone, middle) == before else (low_s, middle)
    return high_s


@functools.lru_cache(maxsize=None)
def transitions(zone: str, first_s: int, past_s: int) -> Tuple[int, ...]:
    """The seconds at which the clocks of a zone change."""
    steps = range(first_s, past_s, 3600)
    offsets = [offset_s(zone, at) for at in steps]
    return tuple(change_in(zone, at, at + 3600) for at, one, next_one in zip(steps, offsets, offsets[1:])
                 if one != next_one)


@functools.lru_cache(maxsize=None)
def first_second(zone: str, day: date) -> int:
    """The first at which the clocks of the zone show this day, or a later one."""
    wanted = (day - EPOCH.date()).days * 86400
    at = wanted - 16 * 3600
    edges = [at, *transitions(zone, at, at + 32 * 3600), at + 32 * 3600]
    for first, past in zip(edges, edges[1:]):
        begins = max(first, wanted - offset_s(zone, first))
        if begins < past:
            return begins
    raise AssertionError(f"{day} does not begin in {zone}")


def local_date(zone: str, at_s: int) -> date:
    return (EPOCH + timedelta(seconds=at_s)).astimezone(ZoneInfo(zone)).date()


def bucket_date(day: date, unit: str) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def next_date(day: date, unit: str) -> date:
    if unit == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)


def date_buckets(zone: str, unit: str, start_s: int, end_s: int) -> List[Tuple[int, str]]:
    day = bucket_date(local_date(zone, start_s), unit)
    found: List[Tuple[int, str]] = []
    while first_second(zone, day) <= end_s:
        begins = first_second(zone, day)
        if found and (found[-1][0] == begins or begins <= start_s):  # one that is skipped, or lies before
            found.pop()
        found.append((begins, day.isoformat()))
        day = next_date(day, unit)
    return found


def next_begin(zone: str, width_s: int, at: int) -> int:
    """When the clocks next show a whole hour or minute, or skip one; shown twice it begins twice."""
    while True:
        offset = offset_s(zone, at)
        past = at - (at + offset) % width_s + width_s
        if offset_s(zone, past) == offset:
            return past
        change = change_in(zone, at, past)
        shown = change + offset_s(zone, change)
        if shown % width_s == 0 or shown // width_s > (change - 1 + offset) // width_s:
            return change
        at = change


def clock_buckets(zone: str, width_s: int, start_s: int, end_s: int) -> List[Tuple[int, str]]:
    """Minutes and hours."""
    begins = [next_begin(zone, width_s, start_s - 3 * 3600)]
    while begins[-1] <= end_s:
        begins.append(next_begin(zone, width_s, begins[-1]))
    shown = [(EPOCH + timedelta(seconds=at)).astimezone(ZoneInfo(zone)).isoformat() for at in begins[:-1]]
    found = list(zip(begins, [text.replace("+00:00", "Z") if zone == "UTC" else text for text in shown]))
    return found[max(bisect_right(begins[:-1], start_s) - 1, 0):]


@functools.lru_cache(maxsize=2000)
def buckets_of(zone: str, unit: Optional[str], start_us: int, end_us: int) -> List[Tuple[int, str]]:
    """When each begins, in microseconds, and its label."""
    if unit is None:
        return [(start_us, "")]
    seconds = (start_us // SECOND_US, end_us // SECOND_US)
    if unit in ("minute", "hour"):
        found = clock_buckets(zone, 60 if unit == "minute" else 3600, *seconds)
    else:
        found = date_buckets(zone, unit, *seconds)
    return [(first * SECOND_US, label) for first, label in found]


GROUP_OF: Dict[str, Callable[[Fact], Union[int, str, None]]] = {
    "ad": lambda fact: fact.ad or None,
    "placement": lambda fact: fact.placement or None,
    "kind": lambda fact: fact.kind,
    "error_code": lambda fact: fact.detail if fact.detail in ERROR_CODES else 900,
    "nofill_reason": lambda fact: REASONS[fact.detail],
    "verdict": lambda fact: VERDICTS[fact.verdict],
}
ONLY_KIND = {"error_code": "error", "nofill_reason": "nofill"}  # rows of no other


class Expected(NamedTuple):
    total: Sums
    rows: Dict[Key, Sums]  # by the columns
    may_lack: Dict[Key, Sums]  # rows that say nothing but zeros, of events that are no metric's


class Oracle:
    def __init__(self, facts: List[Fact]) -> None:
        self.facts = sorted(facts)
        self.times = [fact.at_us for fact in self.facts]

    def window(self, question: Question) -> List[Fact]:
        facts = self.facts[bisect_left(self.times, question.start_us):bisect_right(self.times, question.end_us)]
        verdicts = TRAFFIC[question.traffic]
        return [fact for fact in facts if fact.verdict in verdicts and (not question.ads or fact.ad in question.ads)
                and (not question.placements or fact.placement in question.placements)]

    def total(self, question: Question) -> Sums:
        sums = Sums()
        for fact in self.window(question):
            sums.add(fact)
        return sums

    def answer(self, question: Question) -> Expected:
        expected = Expected(self.total(question), {}, {})
        if not question.groups:
            return expected
        buckets = buckets_of(question.zone, question.time, question.start_us, question.end_us)
        groups = self._groups(question, [begins for begins, _ in buckets])
        for key, sums in groups.items():
            is_there = (not question.thing or "events" in question.told_metrics
                        or any(cell.is_told() for cell in sums.values()))
            for n, (_, label) in enumerate(buckets):
                columns = key + ((label,) if question.time else ())
                (expected.rows if is_there else expected.may_lack)[columns] = sums.get(n, NOTHING)
        return expected

    def _groups(self, question: Question, begins: List[int]) -> Dict[Key, Dict[int, Sums]]:
        """By bucket, of each group that occurs."""
        things = sorted(question.thing, key=THINGS.index)
        only = [ONLY_KIND[thing] for thing in things if thing in ONLY_KIND]
        groups: Dict[Key, Dict[int, Sums]] = {} if things else {(): {}}
        for fact in self.window(question):
            if only and fact.kind not in only:
                continue
            cells = groups.setdefault(tuple(GROUP_OF[thing](fact) for thing in things), {})
            cells.setdefault(bisect_right(begins, fact.at_us) - 1, Sums()).add(fact)
        return groups


def rank_of(column: str, value: Union[int, str, None], kinds: List[str]) -> int:
    """What ties between rows are broken by: an ad's number, the number that a placement is counted under, ..."""
    if column == "placement":
        return placement_id(str(value)) if value is not None else 0
    if column == "kind":
        return kinds.index(str(value))
    if column in ("nofill_reason", "verdict"):
        return (REASONS if column == "nofill_reason" else VERDICTS).index(str(value))
    if column in ("minute", "hour"):
        return us_of_text(str(value))
    if column in TIMES:
        return us_of_text(f"{value}T00:00:00+00:00")
    return int(value or 0)
