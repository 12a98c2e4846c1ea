"""Requests for ads, and what players send of them: paths for wrk, each with a token of its own."""
import itertools
from pathlib import Path
from typing import Dict

from harness.tokens import SECRET, make_token

VAST, TRACKER, CLICK = "/vast", "/t/impression/TOKEN", "/c/TOKEN"
# Of the bare handlers' rate. What is told of requests for ads comes up to a second later: these are last.
SERVED: Dict[str, float] = {TRACKER: 0.7, CLICK: 0.7, VAST: 0.6}
PER_SECOND = 120_000  # no server here takes more
ADS = 100


def write_paths(path: Path, what: str, seconds: int) -> None:
    """More than can be asked for in so many seconds, one a line."""
    if what == VAST:
        path.write_text(f"{what}?placement=bench\n", encoding="ascii")
        return
    tokens = (make_token(number % ADS + 1) for number in range(PER_SECOND * seconds))
    lines = (what.replace("TOKEN", token) + "\n" for token in tokens)
    with path.open("w", encoding="ascii") as file:
        while block := "".join(itertools.islice(lines, 10_000)):
            file.write(block)
