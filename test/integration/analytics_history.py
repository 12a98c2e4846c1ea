"""A year of random events as the servers would have stored them, and random questions about it."""
import random
from datetime import datetime, timedelta, timezone
from typing import Iterator, List, NamedTuple, Optional, Tuple

from analytics_oracle import (LEGAL, METRICS, THINGS, TIMES, TRAFFIC, Question, buckets_of, is_answered, transitions,
                              us_of)
from batch_support import EPOCH, Event
from schema_support import LABELS

MICROSECOND = timedelta(microseconds=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut",
         "Africa/Cairo", "Asia/Kathmandu", "Asia/Kolkata", "America/St_Johns")
WIDTHS = tuple(timedelta(minutes=n) for n in (1, 15, 30, 60, 1440))
PLACEMENTS = (None, "a", "b", "pre-roll.home", "-1_2", "Z" * 64)
CODES = (0, 77, 100, 303, 405, 900, 901)
AGES = (timedelta(seconds=30), timedelta(minutes=10), timedelta(hours=2), timedelta(days=14), timedelta(days=300))
KINDS = LABELS + 3 * ["impression", "click", "request", "start", "error", "nofill"]
# The longest windows: a thousand buckets take long to look at.
WINDOWS_DAYS = {"minute": 0.4, "hour": 9, "day": 200, "week": 400, "month": 400, None: 400}


class Era(NamedTuple):
    """A year and more of history; its first day is the first of a month."""
    first: datetime
    days: int
    has_ids: bool  # whether keys are not too old to be told apart

    @property
    def past(self) -> datetime:
        return self.first + timedelta(days=self.days)


# With a leap day, clocks that change at midnight in Brazil and Lebanon; the other where tzdata has rules alone.
BEFORE = Era(datetime(2015, 10, 1, tzinfo=timezone.utc), 520, False)
AHEAD = Era(datetime(2039, 9, 1, tzinfo=timezone.utc), 540, True)


class History:
    def __init__(self, era: Era, dice: random.Random) -> None:
        self.era = era
        self.random = dice
        self.edges = self._edges()
        self.sequence = 0
        self.told: List[datetime] = []  # when something happened that was told in this chapter

    def _edges(self) -> List[datetime]:
        """Where something may go wrong: clocks change, years end, a day is a leap day."""
        first, past = (int(at.timestamp()) for at in (self.era.first, self.era.past))
        found = [EPOCH + timedelta(seconds=at) for zone in ZONES for at in transitions(zone, first, past)]
        for zone in ZONES:
            days = buckets_of(zone, "month", first * 10**6, past * 10**6) \
                + [b for b in buckets_of(zone, "day", first * 10**6, past * 10**6) if b[1].endswith("-02-29")]
            picked = self.random.sample(days, 3) + [b for b in days if b[1].endswith(("-01-01", "-02-29"))]
            found += [EPOCH + timedelta(microseconds=begins) for begins, _ in picked]
        return [at for at in found if self.era.first <= at < self.era.past]

    def time(self) -> datetime:
        """Any time of the era; mostly near an edge, and at or beside that of some bucket."""
        dice = self.random
        if dice.random() < 0.8:
            at = dice.choice(self.edges) + dice.choice((-1, 0, 1, 1)) * dice.random() * dice.choice(
                (timedelta(seconds=1), timedelta(minutes=20), timedelta(hours=3), timedelta(hours=30)))
        else:
            at = self.era.first + dice.random() * timedelta(days=self.era.days)
        if dice.random() < 0.7:
            at -= (at - EPOCH) % dice.choice(WIDTHS)
            at += MICROSECOND * dice.choice((-1, 0, 0, 1))
        return min(max(at, self.era.first), self.era.past)

    def event(self, ads: int) -> Event:
        dice = self.random
        at, kind = self.time(), dice.choice(KINDS)
        age = dice.choice(AGES) * dice.random() if dice.random() < 0.6 else timedelta()
        lacks_ad = kind in ("request", "nofill") or kind == "error" and dice.random() < 0.5
        detail = {"error": dice.choice(CODES), "nofill": dice.randint(1, 4), "progress": 1000}.get(kind, 0)
        is_many = kind in ("request", "fill", "nofill") and dice.random() < 0.5
        has_id = self.era.has_ids and dice.random() < 0.2
        return Event(0, kind, 0 if lacks_ad else dice.randint(1, ads), at,
                     f"id{dice.randrange(150)}" if has_id else None, at + age, dice.choice((0, 0, 0, 0, 1, 2, 3, 4)),
                     detail, dice.choice((2, 7, 10**6)) if is_many else 1,
                     dice.choice((None, 0, -5, 999, 12483, 86400001, 10**12)), dice.choice(PLACEMENTS))

    def chapters(self, count: int, events: int, ads: int = 5) -> Iterator[List[Event]]:
        """As they were received, in parts of a batch or two."""
        rows = sorted((self.event(ads) for _ in range(events)), key=lambda event: event.received)
        for n in range(count):
            chapter = rows[n * events // count:(n + 1) * events // count]
            self.told = [event.at for event in chapter]
            yield [event._replace(sequence=self._next()) for event in chapter]

    def beside(self) -> datetime:
        """In the first minute of a bucket in which something happened, if it is known what did."""
        at = self.random.choice(self.told) if self.told else self.time()
        behind_us = self.random.choice((1, 10**7, 6 * 10**7 - 1))
        return at - (at - EPOCH) % self.random.choice(WIDTHS) + behind_us * MICROSECOND

    def _next(self) -> int:
        self.sequence += 1
        return self.sequence


class Questions:
    """Of every legal form, about an era."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.random = history.random

    def window(self, longest_days: float) -> Tuple[int, int]:
        dice, longest = self.random, timedelta(days=longest_days)
        start = self.history.beside() if dice.random() < 0.3 else self.history.time()
        if dice.random() < 0.4:
            end = start + dice.random() * dice.choice((timedelta(seconds=2), timedelta(hours=1),
                                                       min(timedelta(days=2), longest), longest))
        else:
            start, end = sorted((start, self.history.beside() if dice.random() < 0.2 else self.history.time()))
        if dice.random() < 0.3:  # whole minutes, or more
            width = dice.choice(WIDTHS)
            start, end = start - (start - EPOCH) % width, end - (end - EPOCH) % width + width - MICROSECOND
        return us_of(start), us_of(min(end, start + longest))

    def question(self, groups: Optional[Tuple[str, ...]] = None) -> Question:
        dice = self.random
        groups = dice.choice(LEGAL) if groups is None else groups
        if dice.random() < 0.3:
            groups = tuple(reversed(groups))
        time = next((group for group in groups if group in TIMES), None)
        start, end = self.window(WINDOWS_DAYS[time])
        question = Question(start, end, dice.choice(ZONES), groups, dice.choice(tuple(TRAFFIC)))
        filtered = question._replace(
            ads=tuple(dice.sample(range(1, 8), dice.choice((0, 0, 1, 3)))),
            placements=tuple(dice.sample([p for p in PLACEMENTS if p], dice.choice((0, 0, 1, 2)))))
        for lack in ({}, {"ads": ()}, {"placements": ()}):
            if is_answered(filtered._replace(**lack)):
                question = filtered._replace(**lack)
                break
        if dice.random() < 0.3:
            question = question._replace(metrics=tuple(dice.sample(METRICS, dice.randint(1, 5))))
        if question.groups and dice.random() < 0.4:
            names = [*question.told_metrics, *question.columns]
            question = question._replace(order=dice.choice(("", "-")) + dice.choice(names))
        return question._replace(has_previous=dice.random() < 0.3)

    def needs_minutes(self, question: Question) -> bool:
        """Whether it is of minutes that are kept for two days alone."""
        return question.time == "minute" and bool(
            question.ads or question.placements
            or any(thing not in ("kind", "verdict") for thing in question.thing))


def is_pair_legal(one: str, other: str) -> bool:
    """By the rule in words, apart from the list."""
    pair = {one, other}
    if len(pair & set(TIMES)) == 1:
        return len(pair & set(THINGS)) == 1
    return pair in ({"ad", "kind"}, {"ad", "error_code"}, {"ad", "verdict"}, {"placement", "kind"},
                    {"placement", "nofill_reason"}, {"placement", "verdict"})
