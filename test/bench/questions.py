"""What a year of events is asked: each question many times, over windows at random, at every size in turn."""
import http.client
import json
import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Callable, Dict, List, NamedTuple, Optional
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from clients import loaded, measure_latency
from machine import BenchError
from report import Report
from subjects import Tracker
from year import ADS, DAYS, Loaded

FLAT = 1.3  # of the median at the largest size by that at the smallest
ASKERS, CLICKERS, CLICKS_PER_SECOND = 100, 32, 1_000
SHARE, SHARE_MS = 1.2, 2.0  # of a click's p99 alone: what it may be beside askers, whichever is more
MICROSECOND = timedelta(microseconds=1)


class Window(NamedTuple):
    """Both ends inside."""
    start: datetime
    end: datetime


class Question(NamedTuple):
    """One that is asked over and over; its windows differ."""
    name: str
    window: Callable[[random.Random, datetime], Window]
    parameters: Dict[str, str]
    target_ms: Optional[float] = None  # of the median
    target_p99_ms: Optional[float] = None
    of_one_ad: bool = False

    def path(self, chance: random.Random, first: datetime) -> str:
        window = self.window(chance, first)
        ad = {"ad_id": str(chance.randint(1, ADS))} if self.of_one_ad else {}
        return "/ads/analytics?" + urlencode(
            {"start": window.start.isoformat(), "end": window.end.isoformat(), **self.parameters, **ad})


def any_window(chance: random.Random, first: datetime) -> Window:
    """To the microsecond."""
    ends = sorted(chance.randrange(DAYS * 86_400_000_000) for _ in range(2))
    return Window(*(first + timedelta(microseconds=end) for end in ends))


def year_to_a_minute(chance: random.Random, first: datetime) -> Window:
    start = first + timedelta(minutes=chance.randrange(1440))
    return Window(start, start + timedelta(days=DAYS - 1) - MICROSECOND)


def days_in(zone: str, days: int) -> Callable[[random.Random, datetime], Window]:
    """So many whole ones of a zone."""
    def window(chance: random.Random, first: datetime) -> Window:
        day = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
        start = day + timedelta(days=1 + chance.randrange(DAYS - days - 1))
        return Window(start, start + timedelta(days=days) - MICROSECOND)  # by the zone's calendar
    return window


def year_by_day(zone: str) -> Question:
    return Question(f"day, a year, {zone}", days_in(zone, DAYS - 7), {"group_by": "day", "tz": zone, "limit": "400"}, 20)


def ads_by_day(zone: str, form: str, target_ms: float) -> Question:
    shape = {"format": "csv"} if form == "csv" else {"format": "json", "limit": "100"}
    return Question(f"ad,day, 30 days, {zone}, {form}", days_in(zone, 30),
                    {"group_by": "ad,day", "tz": zone, **shape}, target_ms)


QUESTIONS = (
    Question("any window in total", any_window, {}, target_p99_ms=10),
    Question("ad, a year", days_in("UTC", DAYS - 7), {"group_by": "ad", "limit": str(ADS)}, 50),
    Question("ad, a year, to a minute", year_to_a_minute, {"group_by": "ad", "limit": str(ADS)}),
    *(ads_by_day(zone, form, target) for zone, target in (
        ("UTC", 100), ("Europe/Berlin", 300), ("Asia/Kolkata", 300), ("Pacific/Auckland", 600),
        ("Pacific/Chatham", 600)) for form in ("json", "csv")),
    year_by_day("Europe/Berlin"),
    Question("hour of one ad, 30 days", days_in("UTC", 30), {"group_by": "hour", "limit": "1000"}, 10,
             of_one_ad=True),
)


class Asker:
    """One connection that stays open."""

    def __init__(self, tracker: Tracker) -> None:
        self.name = tracker.name
        self.connection = http.client.HTTPConnection("127.0.0.1", tracker.port, timeout=30)

    def ask(self, path: str) -> float:
        """Returns milliseconds, until all of the answer is there."""
        begun = time.monotonic()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        milliseconds = (time.monotonic() - begun) * 1000
        if answer.status != 200:
            raise BenchError(f"{self.name}: {path}: {answer.status}: {body[:300]!r}")
        return milliseconds

    def close(self) -> None:
        self.connection.close()


def p99(values: List[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def millions(events: int) -> str:
    return f"{events / 1e6:g} M"


def check_answer(tracker: Tracker, loaded_year: Loaded) -> None:
    """One that is known: of the whole year, which the loader has counted."""
    window = Window(loaded_year.first, loaded_year.first + timedelta(days=DAYS) - MICROSECOND)
    answer = tracker.server.get("/ads/analytics?" + urlencode(
        {"start": window.start.isoformat(), "end": window.end.isoformat()}))
    told = json.loads(answer.body)["total_impressions"] if answer.status == 200 else answer.body
    stored = int(tracker.psql(
        "SELECT sum(k1) FROM counts WHERE level = 3 AND dimension = 0 AND verdict <> 4 "
        f"AND bucket BETWEEN '{window.start}' AND '{window.end}'"))
    if told != stored:
        raise BenchError(f"{tracker.name}: {stored} impressions are stored, the answer is {told!r}")


def measure_questions(report: Report, years: Dict[Tracker, Loaded], times: int, seed: int) -> None:
    """The smallest first. The same questions at every size."""
    smallest, largest = list(years)[0], list(years)[-1]
    for question in QUESTIONS:
        chances = {tracker: random.Random(f"{seed} {question.name}") for tracker in years}
        askers = {tracker: Asker(tracker) for tracker in years}
        found: Dict[Tracker, List[float]] = {tracker: [] for tracker in years}
        for turn in range(times + 1):
            for tracker, year in years.items():
                milliseconds = askers[tracker].ask(question.path(chances[tracker], year.first))
                if turn > 0:  # the first finds nothing read before
                    found[tracker].append(milliseconds)
        for tracker, year in years.items():
            what = f"{millions(year.events)}: {question.name}"
            report.add(what, "ms", found[tracker], target=question.target_ms)
            report.add(f"{what}: p99", "ms", [p99(found[tracker])], target=question.target_p99_ms)
            askers[tracker].close()
        if largest is not smallest:
            report.add(f"{millions(years[largest].events)}: {question.name}", "of " + millions(years[smallest].events),
                       [median(found[largest]) / median(found[smallest])], target=FLAT)


def write_questions(path: Path, year: Loaded, seed: int) -> None:
    """All of them at random, one a line."""
    chance = random.Random(seed)
    path.write_text("".join(f"{chance.choice(QUESTIONS).path(chance, year.first)}\n" for _ in range(2_000)),
                    encoding="ascii")


def measure_clicks(report: Report, load: Path, tracker: Tracker, questions: Path, bodies: Path, rounds: int,
                   seconds: int) -> None:
    """What a click waits, alone and while a hundred clients ask."""
    alone: List[float] = []
    beside: List[float] = []
    late: List[float] = []

    def click() -> List[float]:
        found = measure_latency(load, tracker, CLICKERS, CLICKS_PER_SECOND, seconds, bodies, settles=False)
        return [found.p99, found.late_p99]

    for _ in range(rounds):
        alone.append(click()[0])
        with loaded(tracker, "/", ASKERS, seconds + 2, questions):
            waited, generator = click()
        beside.append(waited)
        late.append(generator)
    base = median(alone)
    report.add("click alone: p99", "ms", alone)
    report.add(f"click beside {ASKERS} who ask: p99", "ms", beside, target=max(SHARE * base, base + SHARE_MS))
    report.add(f"click beside {ASKERS} who ask: the generator's own", "ms", late, is_reference=True)
