"""An event of a fault test: what is sent of it, and what has to be stored."""
import hashlib
import ipaddress
import re
import time
from typing import Dict, List, NamedTuple, Optional, Tuple

import event_key

from harness.postgres import ROOT
from harness.tokens import make_token, uuid_of

LOST = 0  # the status of an attempt whose answer never came
FIRST_ADDRESS = int(ipaddress.IPv4Address("10.0.0.0"))
HOUR_MS, AGE_MAX_MS = 3600 * 1000, 13 * 86400 * 1000
SECONDS_MAX = 2 ** 31 - 1
CODES = (100, 301, 402, 901, 7, 65535)  # the last two are in no list of VAST's
BOT, VIEWER = "Googlebot/2.1 (+http://a.example/bot)", "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0)"


def _client_kinds() -> Dict[str, int]:
    text = (ROOT / "protocol/event_kinds.def").read_text(encoding="utf-8")
    return {name: int(number) for number, name in
            re.findall(r'^EVENT_KIND\(\w+, (\d+), "(\w+)", CLIENT\)', text, re.MULTILINE)}


NUMBERS = _client_kinds()
KINDS = tuple(NUMBERS)
assert len(KINDS) >= 24


class Attempt(NamedTuple):
    began: float  # monotonic: the request was sent between this
    sent: float  # and this
    ended: float
    status: int  # or LOST
    where: str


class Event:
    """Its fields follow from its number, all forms of each among them. Without an `event_id` it is sent
    once, with one until it is accepted. A tracker's has the id of its token, which a viewer or a bot was given."""
    __slots__ = ("number", "kind", "ad_id", "is_bot", "token", "event_id", "attempts")

    def __init__(self, number: int, kind: str, ad_id: int, has_id: bool, is_bot: bool,  # pylint: disable=R0913
                 is_tracker: bool) -> None:
        self.number = number
        self.kind = "start" if is_tracker and kind == "progress" else kind  # the ads have no offsets
        self.ad_id = 0 if kind == "error" and number % 4 == 0 else ad_id
        self.is_bot = is_bot
        self.token = make_token(self.ad_id, None, int(is_bot), self.placement) if is_tracker else None
        self.event_id = uuid_of(self.token) if self.token else self._make_id() if has_id else None
        self.attempts: List[Attempt] = []

    def _make_id(self) -> str:
        """Some carry a time: when they happened, or when they are sent for the first time."""
        now_ms = int(time.time() * 1000)
        if self.number % 4 == 1:
            return event_key.uuid_7(now_ms - self.age_ms, self.number)
        if self.number % 4 == 2:
            return event_key.uuid_7(now_ms, self.number)
        return f"e-{self.number}"

    @property
    def address(self) -> str:
        return str(ipaddress.IPv4Address(FIRST_ADDRESS + self.number))

    @property
    def age_ms(self) -> int:
        """Most happen when they are sent; some were kept by the client for an hour, or for days."""
        if self.token:
            return 0
        if self.number % 200 == 7:
            return self.number * 7919 * 1000 % AGE_MAX_MS
        return self.number * 7919 % HOUR_MS if self.number % 25 == 3 else 0

    @property
    def playback_ms(self) -> int:
        if self.token:
            return 0
        if self.number % 1009 == 5:
            return SECONDS_MAX * 1000
        if self.number % 101 == 5:
            return -5500
        return 0 if self.number % 5 == 4 else self.number % 60000

    @property
    def placement(self) -> str:
        return f"p-{self.number % 20}.A_z" if self.number % 3 == 0 else ""

    @property
    def detail(self) -> int:
        if self.kind == "error":
            return CODES[self.number % len(CODES)]
        return self.number * 1009 % SECONDS_MAX if self.kind == "progress" else 0

    @property
    def agent(self) -> str:
        return BOT if self.is_bot and not self.token else VIEWER

    @property
    def tracker(self) -> str:
        """The path, of one that has a token."""
        return f"/t/{self.kind}/{self.token}?code={self.detail}"

    def body(self) -> Dict[str, object]:
        body: Dict[str, object] = {"ip": self.address}
        if self.ad_id != 0:
            body["ad_id"] = self.ad_id
        if self.playback_ms != 0:
            body["video_playback_time"] = self.playback_ms / 1000
        if self.age_ms != 0:
            body["age_ms"] = self.age_ms
        if self.placement:
            body["placement"] = self.placement
        if self.kind in ("error", "progress"):
            body["code" if self.kind == "error" else "offset_ms"] = self.detail
        if self.event_id is not None:
            body["event_id"] = self.event_id
        return body

    def fields(self) -> Tuple[str, ...]:
        """As the ledger reads them: kind, ad, verdict, flags, playback, detail, placement and its number,
        quantity, age."""
        placed = ""
        if self.placement:
            told = hashlib.sha256(self.placement.encode()).digest()
            placed = str(int.from_bytes(told[:8], "big") & 2 ** 63 - 1)
        flags = event_key.TOKENS << 4 | 1 if self.token else 0  # inserted by a server, which names the viewer
        return (self.kind, str(self.ad_id), str(int(self.is_bot)), str(flags), str(self.playback_ms), str(self.detail),
                self.placement, placed, "1", str(self.age_ms * 1000))

    @property
    def digest(self) -> str:
        """Of its key; it has an id."""
        assert self.event_id is not None
        offset_ms = self.detail if self.kind == "progress" else 0
        space = event_key.TOKENS if self.token else event_key.CLIENTS
        return event_key.digest(space, NUMBERS[self.kind], self.ad_id, offset_ms, self.event_id)

    def claims(self, received_us: int) -> List[str]:
        """The keys that it has, when it is stored; it has an id."""
        assert self.event_id is not None
        return event_key.claims(self.digest, self.event_id, received_us, received_us - self.age_ms * 1000)

    @property
    def is_accepted(self) -> bool:
        return any(attempt.status == 202 for attempt in self.attempts)

    def wanted(self) -> Tuple[int, int]:
        """How often it must and may be stored. What was not accepted may still have been written,
        but for what was refused as wrong."""
        if self.is_accepted:
            return 1, 1
        return 0, int(any(a.status == LOST or a.status >= 500 for a in self.attempts))

    def was_under_way(self, at: float, slack: float) -> bool:
        """Whether an attempt of it was, at this time, which is monotonic."""
        return any(a.began - slack <= at <= a.ended + slack for a in self.attempts)
