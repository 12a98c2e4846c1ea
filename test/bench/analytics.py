"""A year of events at several sizes, and what questions about it take."""
import argparse
import json
import os
import shutil
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

from clients import write_bodies
from harness.postgres import PrivatePostgres
from machine import BenchError, choose_cores, describe
from questions import measure_clicks, measure_questions, check_answer, millions, write_questions
from report import Report
from subjects import Tracker
from year import ADS, LOAD_SETTINGS, Loaded, TooLong, load_year, room_for

# Nothing but what is measured is at work.
SETTINGS = {"fsync": "on", "autovacuum": "off", "shared_buffers": "2GB", "max_wal_size": "4GB"}
MILLION = 1_000_000
SIZES = (1, 10, 100)  # millions


class Options(NamedTuple):
    """What the command line says."""
    events: List[int]  # the sizes
    minutes: float  # to load all of them
    data: Optional[Path]  # where what is loaded stays, to be asked again
    clicks: bool
    times: int  # that each question is asked
    seed: int
    rounds: int
    seconds: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those of --analytics."""
    group = parser.add_argument_group("with --analytics")
    group.add_argument("--events", default=",".join(map(str, SIZES)), metavar="N,...",
                       help="millions of events over a year, a database each (%(default)s)")
    group.add_argument("--minutes", type=float, default=60, help="to load them in (%(default)g); else there are fewer")
    group.add_argument("--data", type=Path, metavar="DIR", help="where they stay, to be asked by the next run as well")
    group.add_argument("--clicks", action="store_true", help="what clicks wait while a hundred clients ask")
    group.add_argument("--seed", type=int, default=int(time.time()), help="of the questions' windows")


def options_of(arguments: argparse.Namespace, rounds: int, seconds: int) -> Options:
    sizes = [int(float(size) * MILLION) for size in arguments.events.split(",")]
    if arguments.quick:
        sizes = sizes[:1]
    elif arguments.clicks:
        sizes = [max(sizes)]
    return Options(sizes, arguments.minutes, arguments.data, arguments.clicks,
                   10 if arguments.quick else 100, arguments.seed, rounds, seconds)


class Places(NamedTuple):
    """Where things are."""
    binary: Path
    root: Path
    tools: Path
    run: Path


class Years:
    """The databases, each with a year of so many events."""

    def __init__(self, options: Options, places: Places, report: Report, stack: ExitStack) -> None:
        self.options = options
        self.places = places
        self.report = report
        self.stack = stack
        self.cores = choose_cores()
        if options.data is not None:
            options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.postgres = PrivatePostgres(options.data and options.data.resolve(), settings=dict(LOAD_SETTINGS))
        stack.callback(self.postgres.destroy if options.data is None else self.postgres.stop)
        self.postgres.start()
        self.ends = time.monotonic() + options.minutes * 60

    def load(self) -> Dict[str, Loaded]:
        """By the database's name, the smallest first. Where the disk or the time lacks, fewer events."""
        years: Dict[str, Loaded] = {}
        for wanted in sorted(self.options.events):
            events = room_for(self.postgres.directory, wanted)
            self._tell(wanted, f"the disk has room for {millions(events)}" if events < wanted else "")
            found = self._find(wanted)
            while found is None and events > 0 and all(events > year.events for year in years.values()):
                try:
                    found = self._load(events)
                except TooLong as error:
                    events = int(events * 0.9 * self._left() / error.seconds) // MILLION * MILLION
                    self._tell(wanted, f"{error}: {millions(events)} instead")
            if found is not None:
                years[self._name(found.events)] = found
        if not years:
            raise BenchError("nothing could be loaded")
        return years

    def trackers(self, years: Dict[str, Loaded]) -> Dict[Tracker, Loaded]:
        """Running ones, on a PostgreSQL that has a core with whoever asks."""
        self.postgres.stop()
        os.sched_setaffinity(0, {self.cores.client})
        self.postgres.settings = dict(SETTINGS)
        self.postgres.start()
        found: Dict[Tracker, Loaded] = {}
        for name, year in years.items():
            tracker = self._tracker(name, has_database=True)
            tracker.start()
            check_answer(tracker, year)
            found[tracker] = year
        return found

    def _load(self, events: int) -> Loaded:
        name = self._name(events)
        self.postgres.psql(f"DROP DATABASE IF EXISTS bench_{name}")
        tracker = self._tracker(name)
        tracker.prepare(ADS)
        tracker.stop()
        try:
            found = load_year(self.places.tools / "write_year", tracker, events, self._left())
        except TooLong:
            self.postgres.psql(f"DROP DATABASE bench_{name}")
            raise
        told = json.dumps({"first": found.first.isoformat(), "events": found.events, "seconds": found.seconds})
        self.postgres.psql(f"COMMENT ON DATABASE bench_{name} IS '{told}'")
        self._tell(events, f"loaded in {found.seconds / 60:.1f} minutes")
        return found

    def _find(self, events: int) -> Optional[Loaded]:
        """What an earlier run has left."""
        told = self.postgres.psql("SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                                  f"WHERE datname = 'bench_{self._name(events)}'")
        if not told or not told[0][0]:
            return None
        found = json.loads(told[0][0])
        return Loaded(datetime.fromisoformat(found["first"]), found["events"], found["seconds"])

    def _tracker(self, name: str, has_database: bool = False) -> Tracker:
        directory = self.places.run / name
        shutil.rmtree(directory, ignore_errors=True)
        tracker = Tracker(name, self.places.binary, self.postgres, directory, self.cores.server, {},
                          f"bench_{name}" if has_database else None)
        self.stack.callback(tracker.stop)
        return tracker

    def _left(self) -> float:
        return self.ends - time.monotonic()

    def _tell(self, events: int, what: str) -> None:
        """In the report and at once: it takes a while."""
        if what:
            print(f"{millions(events)}: {what}", flush=True)
            self.report.machine.setdefault(millions(events), "")
            self.report.machine[millions(events)] += f"{what}; "

    @staticmethod
    def _name(events: int) -> str:
        return f"year_{events}"


def run_analytics(options: Options, places: Places, quick: bool, stack: ExitStack) -> Report:
    """The machine's lines of the report say what was loaded, and the seed of all that is at random."""
    report = Report(describe(places.binary, places.root, choose_cores()), quick)
    report.machine["seed"] = str(options.seed)
    years = Years(options, places, report, stack)
    trackers = years.trackers(years.load())
    if options.clicks:
        tracker, year = list(trackers.items())[-1]
        write_bodies(places.run / "bodies")
        write_questions(places.run / "questions", year, options.seed)
        measure_clicks(report, places.tools / "load", tracker, places.run / "questions", places.run / "bodies",
                       options.rounds, options.seconds)
    else:
        measure_questions(report, trackers, options.times, options.seed)
    return report
