"""A load of so many clicks a second, due whether or not earlier ones are answered: test/bench/load.c.
Each click has an address of its own, 30.0.0.0 and up, so that they can be told from the ledger's."""
import ipaddress
import itertools
import json
import statistics
import subprocess
from typing import NamedTuple, Sequence

from fault_case import ADS, FaultCase, tool

from harness.process import wrapper
from harness.server import Server

FIRST_ADDRESS = int(ipaddress.IPv4Address("30.0.0.0"))
CLICKS_MAX = 100000  # that load.c knows apart
LAST_ANSWERS_SECONDS = 50  # on a machine that is busy with anything

_clicks = itertools.count()


class Latency(NamedTuple):
    """In milliseconds, from when a click was due. `late_p99`: how late the generator itself was, waits
    for a connection not included."""
    sent: int
    answered: int
    refused: int
    p50: float
    p99: float
    max: float
    late_p99: float

    @property
    def own_p99(self) -> float:
        """Without what the generator added."""
        return self.p99 - self.late_p99


def typical_p99(latencies: Sequence[Latency]) -> float:
    """The median of several runs: a delay by what else goes on here is in few of them, one by the
    server in most. AssertionError unless every click was answered with 202."""
    for latency in latencies:
        assert (latency.answered, latency.refused) == (latency.sent, 0), latency
    return statistics.median(latency.own_p99 for latency in latencies)


class ConstantRate:
    """Runs for `seconds`, from now on, and until all is answered; only a little longer unless `is_distinct`,
    which forbids more than CLICKS_MAX clicks: then their addresses begin again."""

    def __init__(self, case: FaultCase, server: Server, rate: int, seconds: float,
                 connections: int = 16, is_distinct: bool = True) -> None:
        total = int(rate * seconds)
        assert total <= CLICKS_MAX or not is_distinct, "addresses would repeat"
        bodies = case.directory() / "bodies"
        numbers = list(itertools.islice(_clicks, min(total, CLICKS_MAX)))
        self.first_address, self.addresses = FIRST_ADDRESS + numbers[0], len(numbers)
        with bodies.open("w", encoding="ascii") as file:
            for number in numbers:
                address = ipaddress.IPv4Address(FIRST_ADDRESS + number)
                file.write(f'{{"ad_id":{1 + number % ADS},"ip":"{address}",'
                           '"video_playback_time":30}\n')
        self._process = subprocess.Popen(
            [*wrapper("KILL"), str(tool("constant_rate")), str(server.port), "/ads/click", str(connections),
             str(rate), str(seconds), str(bodies), *([str(LAST_ANSWERS_SECONDS)] if is_distinct else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._timeout = seconds + LAST_ANSWERS_SECONDS + 10
        case.addCleanup(self._end)

    def result(self) -> Latency:
        said, _ = self._process.communicate(timeout=self._timeout)
        assert self._process.returncode == 0, said
        found = json.loads(said.splitlines()[-1])
        return Latency(found["sent"], found["answered"], found["refused"], found["p50_us"] / 1000,
                       found["p99_us"] / 1000, found["max_us"] / 1000, found["late_p99_us"] / 1000)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
