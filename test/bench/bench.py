#!/usr/bin/env python3
"""Measures the tracker against bare evhttp handlers: ./dev bench

The server has one core; the load and a private PostgreSQL share another. Everything runs in turn
(bare, ours, bare, ours, ...), so that a slow minute of the machine slows both alike, and after each
run the bench waits until all is stored and counts the rows.
"""
import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Callable, Dict, List, NamedTuple, Tuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

# pylint: disable=wrong-import-position
from analytics import Places, add_options, options_of, run_analytics
from analyst import log_batches, measure_analyst
from batches import ITEMS, measure_batches, write_batches
from clients import Latency, Rate, loaded, measure_latency, measure_rate, run_wrk, write_bodies
from disks import BESIDE_DELAYS_MS, CONNECTIONS, DELAYS_MS, measure_beside, measure_delayed
from harness.postgres import ROOT, PrivatePostgres
from harness.tokens import SECRET
from machine import BenchError, choose_cores, describe, filesystem, resident_bytes
from report import Report, read_report
from scale import run_scale
from serving import SERVED, VAST, write_paths
from storing import ADS, INVALID_PERCENT, MIXES, measure_bytes, measure_late, measure_storing
from subjects import Plain, Subject, Tracker, start_bare, start_nginx

BUILD = ROOT / "build" / "bench"
BINARY = Path(os.environ.get("ADTRACKER_BINARY", BUILD / "video-ad-tracker"))
RUN = BUILD / "run"
PLACES = Places(BINARY, ROOT, BUILD / "test/bench", RUN)
MIB = 1024 * 1024

# Of the bare handlers' rate, by mode and connections.
CLICK_TARGETS: Dict[Tuple[str, int], float] = {
    ("off", 128): 0.8, ("always", 8): 0.35, ("always", 32): 0.65, ("always", 128): 0.85, ("always", 512): 0.95}


class Plan(NamedTuple):
    rounds: int
    seconds: int  # of each run
    queued_events: int
    analyst_minutes: int
    minute_seconds: int
    stored_events: int
    late_events: int
    day_seconds: int
    scale_events: int  # of each instance


FULL = Plan(rounds=5, seconds=4, queued_events=500_000, analyst_minutes=10, minute_seconds=60,
            stored_events=1_000_000, late_events=10_000_000, day_seconds=86_400, scale_events=300_000)
QUICK = Plan(rounds=1, seconds=1, queued_events=20_000, analyst_minutes=2, minute_seconds=2,
             stored_events=50_000, late_events=100_000, day_seconds=3_600, scale_events=100_000)


class Bench:
    """One run: what is measured, and the servers and files that takes, which `stack` cleans up."""

    def __init__(self, plan: Plan, quick: bool, stack: ExitStack) -> None:
        self.plan = plan
        self.stack = stack
        self.cores = choose_cores()
        self.report = Report(describe(BINARY, ROOT, self.cores), quick)
        # All that we start has our core, but for the servers.
        os.sched_setaffinity(0, {self.cores.client})
        self.bodies = RUN / "bodies"
        write_bodies(self.bodies)
        self.postgres = PrivatePostgres(stock=True)
        stack.callback(self.postgres.destroy)
        self.postgres.start()
        self.trackers = [self.tracker(mode, mode) for mode in ("off", "always")]
        for tracker in self.trackers:
            run_wrk(tracker, "/ads/click", 128, 1, self.bodies)
        self.bare = self._start_bare()
        self.nginx = start_nginx(RUN / "nginx", self.cores.server)
        if self.nginx is not None:
            stack.callback(self.nginx.stop)

    def tracker(self, name: str, mode: str, **env: str) -> Tracker:
        """A running one. The mode is JOURNAL_SYNC."""
        env["JOURNAL_SYNC"] = mode
        tracker = Tracker(name, BINARY, self.postgres, RUN / name, self.cores.server, env)
        self.stack.callback(tracker.stop)
        tracker.prepare()
        return tracker

    def _start_bare(self) -> Plain:
        """The bare handlers answer the GETs with what the tracker answers."""
        answers = [RUN / name for name in ("ads", "metrics", "vast")]
        for answer in answers:
            answer.write_bytes(self.trackers[-1].server.get("/" + answer.name).body)
        bare = start_bare(BUILD / "test/bench/bare_server", answers, self.cores.server)
        self.stack.callback(bare.stop)
        return bare

    def _rates(self, subjects: List[Subject], path: str, connections: int,
               posts: bool) -> Dict[str, List[Rate]]:
        rates: Dict[str, List[Rate]] = {subject.name: [] for subject in subjects}
        for _ in range(self.plan.rounds):
            for subject in subjects:
                rates[subject.name].append(measure_rate(
                    subject, path, connections, self.plan.seconds, self.bodies if posts else None))
        return rates

    def add_rates(self, what: str, rates: Dict[str, List[Rate]],
                   targets: Dict[str, float]) -> None:
        """The ratio is that of neighbours in time: each round's ours to its bare."""
        bare = rates["bare"]
        for name, runs in rates.items():
            is_reference = name in ("bare", "nginx")
            if name != "bare":
                self.report.add(f"{what}, {name}", "of bare",
                                [run.per_second / base.per_second for run, base in zip(runs, bare)],
                                more_is_better=True, target=targets.get(name),
                                is_reference=is_reference)
                self.report.add(f"{what}, {name}: by CPU", "of bare",
                                [base.cpu_us / run.cpu_us for run, base in zip(runs, bare)],
                                more_is_better=True, is_reference=is_reference)
            self.report.add(f"{what}, {name}: rate", "requests/s",
                            [run.per_second for run in runs], more_is_better=True,
                            is_reference=is_reference)
            self.report.add(f"{what}, {name}: CPU", "us/request", [run.cpu_us for run in runs],
                            is_reference=is_reference)
            if runs[0].stored_per_second:
                self.report.add(f"{what}, {name}: stored", "events/s",
                                [run.stored_per_second for run in runs], more_is_better=True)

    def measure_clicks(self) -> Dict[str, float]:
        """Returns the rates at 128 connections."""
        medians: Dict[str, float] = {}
        for connections in CONNECTIONS:
            subjects: List[Subject] = [self.bare, *self.trackers]
            if self.nginx is not None and connections == 128:
                subjects.append(self.nginx)
            rates = self._rates(subjects, "/ads/click", connections, True)
            targets = {tracker.name: CLICK_TARGETS[tracker.name, connections]
                       for tracker in self.trackers if (tracker.name, connections) in CLICK_TARGETS}
            self.add_rates(f"POST /ads/click at {connections}", rates, targets)
            if connections == 128:
                medians = {name: median(run.per_second for run in runs)
                           for name, runs in rates.items()}
        for tracker in self.trackers:
            self.report.add(f"resident under load, {tracker.name}", "MiB",
                            [resident_bytes(tracker.pid, "VmHWM") / MIB])
        return medians

    def measure_gets(self) -> None:
        ours = self.trackers[-1]
        for path, target in (("/ads", 0.9), ("/metrics", None)):
            rates = self._rates([self.bare, ours], path, 128, False)
            self.add_rates(f"GET {path} at 128", rates, {ours.name: target} if target else {})

    def measure_latencies(self, full_rates: Dict[str, float]) -> None:
        """At half of what each could do at most."""
        subjects: List[Subject] = [self.bare, *self.trackers]
        latencies: Dict[str, List[Latency]] = {subject.name: [] for subject in subjects}
        lags: Dict[str, List[float]] = {tracker.name: [] for tracker in self.trackers}

        def run(subject: Subject) -> None:
            latencies[subject.name].append(measure_latency(
                BUILD / "test/bench/load", subject, 128, int(full_rates[subject.name] / 2),
                self.plan.seconds, self.bodies))

        for _ in range(self.plan.rounds):
            run(self.bare)
            for tracker in self.trackers:
                lags[tracker.name].append(tracker.worst_lag_ms(lambda t=tracker: run(t)))
        for name, runs in latencies.items():
            for part in Latency._fields:
                self.report.add(f"click at half load, {name}: {part}", "ms",
                                [getattr(run, part) for run in runs],
                                is_reference=name == "bare" or part == "late_p99",
                                target=10 if part == "p99" and name != "bare" else None)
        for name, values in lags.items():
            self.report.add(f"loop lag at half load, {name}: at most", "ms", values)

    def measure_queue(self) -> None:
        """Memory for each event that waits for the database, and how fast they are stored then."""
        mode = self.trackers[-1].name
        events = self.plan.queued_events
        tracker = self.tracker("queue", mode, QUEUE_MAX_EVENTS=str(20 * events))
        run_wrk(tracker, "/ads/click", 128, self.plan.seconds, self.bodies)
        tracker.settle()
        resident, accepted = resident_bytes(tracker.pid), tracker.accepted()
        self.postgres.stop()
        while tracker.accepted() < accepted + events:
            run_wrk(tracker, "/ads/click", 128, self.plan.seconds, self.bodies)
        queued = tracker.accepted() - accepted
        each = (resident_bytes(tracker.pid) - resident) / queued
        self.report.add("resident for each queued event", "bytes", [each], target=64)
        stored = tracker.stored()
        self.postgres.start()
        while tracker.stored() == stored:
            time.sleep(0.005)
        begun, stored = time.monotonic(), tracker.stored()
        settled = tracker.settle()
        self.report.add("stored from a full queue", "events/s",
                        [(tracker.stored() - stored) / (settled - begun)], more_is_better=True)
        tracker.stop()

    def measure_batches(self, clicks_per_second: float) -> None:
        """A second each: what is accepted is a multiple of what PostgreSQL stores meanwhile, and waits in
        the journal, which is thrown away."""
        tracker = self.tracker("batches", self.trackers[-1].name, SHUTDOWN_GRACE_SECONDS="1")
        for name, target in (("three fields", 400_000), ("four fields, event_id", 250_000)):
            bodies = RUN / "batch_bodies"
            write_batches(bodies, with_ids="event_id" in name)
            runs = [measure_batches(tracker, 32, 1, bodies) for _ in range(self.plan.rounds)]
            what = f"POST /ads/events, {ITEMS} of {name}"
            self.report.add(what, "events/s", [run.per_second for run in runs], more_is_better=True,
                            target=target)
            self.report.add(f"{what}: by single clicks", "times",
                            [run.per_second / clicks_per_second for run in runs], more_is_better=True,
                            target=6 if name == "three fields" else None)
            self.report.add(f"{what}: CPU", "ns/event", [run.cpu_ns for run in runs])
        waits: List[Latency] = []
        for _ in range(self.plan.rounds):
            with loaded(tracker, "/ads/events", 8, 2, RUN / "batch_bodies"):
                waits.append(measure_latency(BUILD / "test/bench/load", tracker, 16, 1000, 1, self.bodies,
                                             settles=False))
        self.report.add("click beside batches: p99", "ms", [wait.p99 for wait in waits], target=20)
        self.report.add("resident after batches", "MiB", [resident_bytes(tracker.pid, "VmHWM") / MIB])
        tracker.stop()

    def measure_start(self) -> None:
        tracker = self.tracker("start", self.trackers[-1].name)
        seconds: List[float] = []
        resident: List[float] = []
        for _ in range(self.plan.rounds):
            tracker.stop()
            seconds.append(tracker.start())
            time.sleep(0.3)
            resident.append(resident_bytes(tracker.pid) / MIB)
        self.report.add("start until ready", "s", seconds, target=0.2)
        self.report.add("resident idle", "MiB", resident, target=32)

    def run(self) -> Report:
        self.measure_start()
        rates = self.measure_clicks()
        self.measure_gets()
        self.measure_latencies(rates)
        self.measure_batches(rates[self.trackers[-1].name])
        self.measure_queue()
        return self.report


def measure_disk(bench: "Bench") -> Report:
    """Disks that take so much longer for each sync, and what a request that needs no disk waits beside clickers."""
    trackers = {delay: bench.tracker(f"delayed_{delay}", "always", LD_PRELOAD=str(BUILD / "test/bench/libslow_disk.so"),
                                     SLOW_DISK_US=str(1000 * delay)) for delay in BESIDE_DELAYS_MS}
    for connections in CONNECTIONS:
        measure_delayed(bench.report, {delay: trackers[delay] for delay in DELAYS_MS}, connections, bench.plan.rounds,
                        bench.plan.seconds, bench.bodies)
    for path in ("/livez", "/ads"):
        measure_beside(bench.report, BUILD / "test/bench/load", trackers, path, bench.plan.rounds,
                       bench.plan.seconds, bench.bodies)
    return bench.report


def measure_serving(bench: "Bench") -> Report:
    """Ads, what players tell of them, and click-through, each against a bare handler that answers alike."""
    tracker = bench.tracker("serving", "always", TOKEN_SECRET=SECRET)
    for what, target in SERVED.items():
        rates: Dict[str, List[Rate]] = {"bare": [], "serving": []}
        for _ in range(bench.plan.rounds):
            for subject in (bench.bare, tracker):
                write_paths(bench.bodies, what, bench.plan.seconds)
                rates[subject.name].append(measure_rate(subject, "/", 512, bench.plan.seconds, bench.bodies,
                                                        settles=what != VAST))
        bench.add_rates(f"GET {what} at 512", rates, {"serving": target})
    return bench.report


class Apart:
    """What is measured on PostgreSQL alone: one whose log tells how long each batch took."""

    def __init__(self, plan: Plan, quick: bool, stack: ExitStack) -> None:
        self.plan = plan
        self.stack = stack
        self.cores = choose_cores()
        self.report = Report(describe(BINARY, ROOT, self.cores), quick)
        os.sched_setaffinity(0, {self.cores.client})
        self.postgres = PrivatePostgres(stock=True, settings={"shared_buffers": "512MB", "max_wal_size": "4GB"})
        stack.callback(self.postgres.destroy)
        self.postgres.start()

    def tracker(self, name: str, ads: int) -> Tracker:
        tracker = Tracker(name, BINARY, self.postgres, RUN / name, self.cores.server, {"JOURNAL_SYNC": "always"})
        self.stack.callback(tracker.stop)
        log_batches(self.postgres, tracker.database)
        tracker.prepare(ads)
        return tracker

    def run_analyst(self) -> Report:
        waits = measure_analyst(self.tracker("analyst", 100), self.plan.analyst_minutes, self.plan.minute_seconds)
        report = self.report
        report.add("batch before an analyst's transaction", "ms", [waits.before])
        for minute, wait in enumerate(waits.minutes, 1):
            report.add(f"batch in minute {minute} of it", "ms", [wait])
        report.add("batch in its last minute", "times before", [waits.minutes[-1] / waits.before], target=3)
        return report

    def run_stored(self) -> Report:
        tools = BUILD / "test/bench"
        for number, mix in enumerate(MIXES):
            tracker = self.tracker(f"stored_{number}", ADS)
            measure_storing(self.report, tools, tracker, mix, self.plan.stored_events, self.plan.rounds)
            tracker.stop()
        tracker = self.tracker("late", ADS)
        measure_late(self.report, tools, tracker, self.plan.late_events)
        tracker.stop()
        for per_second, invalid in ((1, 0), (3, 0), (10, 0), (10, INVALID_PERCENT), (100, 0)):
            tracker = self.tracker(f"bytes_{per_second}_{invalid}", ADS)
            measure_bytes(self.report, tools, tracker, per_second, self.plan.day_seconds, invalid)
            tracker.stop()
        return self.report


PARTS: Dict[str, Callable[[Plan, bool, ExitStack], Report]] = {
    "server": lambda *how: Bench(*how).run(),
    "stored": lambda *how: Apart(*how).run_stored(),
    "analyst": lambda *how: Apart(*how).run_analyst(),
    "disk": lambda *how: measure_disk(Bench(*how)),
    "serving": lambda *how: measure_serving(Bench(*how)),
    "scale": lambda plan, *how: run_scale(PLACES, plan.scale_events, plan.rounds, *how),
}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short run of each, to see it work")
    parts = parser.add_mutually_exclusive_group()
    for part, what in (("stored", "how fast events are stored, and what their counts take"),
                       ("analyst", "batches beside a transaction that stays open for ten minutes"),
                       ("disk", "disks that are slower"),
                       ("serving", "VAST, trackers with new tokens, click-through"),
                       ("scale", "one to four instances on a database, and lanes"),
                       ("analytics", "questions about a year of events, at several sizes")):
        parts.add_argument(f"--{part}", dest="part", action="store_const", const=part, default="server",
                           help=f"{what}, and nothing else")
    add_options(parser)
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", metavar="FILE",
                        help="where the figures go (%(default)s)")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="the figures of an earlier run")
    parser.add_argument("--strict", action="store_true", help="a missed target is a failure")
    return parser.parse_args()


def run_bench(arguments: argparse.Namespace) -> Report:
    plan = QUICK if arguments.quick else FULL
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w", encoding="ascii") as lock, ExitStack() as stack:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BenchError("another bench is at work here") from None
        shutil.rmtree(RUN, ignore_errors=True)
        RUN.mkdir()
        stack.callback(shutil.rmtree, RUN, ignore_errors=True)
        if filesystem(RUN) in ("tmpfs", "ramfs"):
            raise BenchError(f"{RUN} must lie on a disk: the journal is part of what is measured")
        if arguments.part == "analytics":
            return run_analytics(options_of(arguments, plan.rounds, plan.seconds),
                                 PLACES, arguments.quick, stack)
        return PARTS[arguments.part](plan, arguments.quick, stack)


def main() -> int:
    arguments = parse_arguments()
    try:
        earlier = read_report(arguments.compare) if arguments.compare else None
        report = run_bench(arguments)
    except (BenchError, AssertionError, OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(report.table())
    report.write(arguments.json)
    if earlier is not None:
        print(report.compared(earlier))
    return 1 if arguments.strict and report.missed() else 0


if __name__ == "__main__":
    sys.exit(main())
