"""Requests for ads, and what players send of them: paths for wrk, each with a token of its own."""
import base64
import hashlib
import hmac
import itertools
import os
import time
from pathlib import Path
from typing import Dict

SECRET = "a secret of the bench that has enough characters"
VAST, TRACKER, CLICK = "/vast", "/t/impression/TOKEN", "/c/TOKEN"
# Of the bare handlers' rate. What is told of requests for ads comes up to a second later: these are last.
SERVED: Dict[str, float] = {TRACKER: 0.7, CLICK: 0.7, VAST: 0.6}
PER_SECOND = 120_000  # no server here takes more
ADS = 100


def make_token(number: int, milliseconds: int, key: "hmac.HMAC") -> str:
    """Of the number's ad, without a placement; see protocol/serving_token.h."""
    rest = bytearray(os.urandom(10))
    rest[0] = 0x70 | rest[0] & 0x0F
    rest[2] = 0x80 | rest[2] & 0x3F
    content = b"\1\0\0" + milliseconds.to_bytes(6, "big") + bytes(rest) + (number % ADS + 1).to_bytes(4, "big")
    signature = key.copy()
    signature.update(content)
    return base64.urlsafe_b64encode(content + signature.digest()[:16]).rstrip(b"=").decode()


def write_paths(path: Path, what: str, seconds: int) -> None:
    """More than can be asked for in so many seconds, one a line."""
    if what == VAST:
        path.write_text(f"{what}?placement=bench\n", encoding="ascii")
        return
    key = hmac.new(SECRET.encode(), None, hashlib.sha256)
    now = int(time.time() * 1000)
    tokens = (make_token(number, now, key) for number in range(PER_SECOND * seconds))
    lines = (what.replace("TOKEN", token) + "\n" for token in tokens)
    with path.open("w", encoding="ascii") as file:
        while block := "".join(itertools.islice(lines, 10_000)):
            file.write(block)
