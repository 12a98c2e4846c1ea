"""What the tests of analytics share: questions over HTTP held against the oracle, and a database whose counts stand
where the test has put them."""
import csv
import http.client
import io
import json
import sys
import threading
from datetime import datetime, timezone
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from analytics_oracle import (BY_EVENTS, FACTS, METRICS, NOTHING, SHARES, TIMES, Expected, Key, Oracle, Question, Sums,
                              facts_of, fault_of, offset_s, rank_of, us_of_text)
from batch_support import Event
from db_support import DatabaseCase, SqlSession
from functions_support import ingest_sql
from schema_support import LABELS

from harness.server import Response, Server

ORIGINAL = ("total_clicks", "total_impressions", "click_rate", "average_playback_time", "pending_events")
MARKS = ("closed", "quarter", "hour", "day", "month", "minutes_from")
GUARDED = ("=", "+", "-", "@", "\t", "\r")
PLAYED = {  # what the servers call, by what it returns
    "close_minutes": "p_lane smallint DEFAULT 0, p_now timestamptz DEFAULT clock_timestamp()",
    "roll_up": "p_lane smallint DEFAULT 0, p_rows integer DEFAULT 6000",
    "fold_late": "p_lane smallint DEFAULT 0, p_rows integer DEFAULT 1000",
    "maintain": "p_now timestamptz DEFAULT now()",
}


class Client:
    """One connection that is kept: a question costs no more than it has to."""

    def __init__(self, case: DatabaseCase, server: Server) -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        case.addCleanup(self.connection.close)

    def get(self, path: str, headers: Optional[Mapping[str, str]] = None, method: str = "GET") -> Response:
        self.connection.request(method, path, headers=dict(headers or {}))
        answer = self.connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())


class Page(NamedTuple):
    """The rows of an answer in some form, and what else it told (JSON alone)."""
    rows: List[Dict[str, Any]]
    rest: Dict[str, Any]


def read_csv(body: bytes) -> List[Dict[str, Any]]:
    text = body.decode()
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.endswith("\r\n") and all(len(line) == len(lines[0]) for line in lines), text[:500]
    return [{name: read_cell(name, cell) for name, cell in zip(lines[0], line)} for line in lines[1:]]


def read_cell(name: str, cell: str) -> Any:
    assert not cell.startswith(GUARDED), f"{cell!r} is a formula"
    if cell == "":
        return None
    if name in METRICS or name in ("ad_id", "error_code"):
        return json.loads(cell)
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(GUARDED) else cell


def sort_key(question: Question, row: Dict[str, Any]) -> tuple:
    """Rows ascend by it: what they are ordered by, as they show it, nothing last; then groups by number, and time."""
    ranks = tuple(rank_of(column, row[column], LABELS) for column in question.columns)
    name = question.order.lstrip("-")
    is_descending = question.order.startswith("-")
    if not name and question.thing and not question.time:
        name, is_descending = default_metric(question), True
    name = name or question.columns[0]
    value = row[name]
    if name in TIMES:
        value = ranks[-1]
    if isinstance(value, str):
        letters = (*value.encode(), 0)
        return (False, tuple(-letter for letter in letters) if is_descending else letters, *ranks)
    return (value is None, (value or 0) * (-1 if is_descending else 1), *ranks)


def default_metric(question: Question) -> str:
    return "events" if any(group in BY_EVENTS for group in question.groups) else "impressions"


class AnalyticsCase(DatabaseCase):
    """The questions, and what they are held against."""

    def oracle(self) -> Oracle:
        return Oracle(facts_of(self.psql(FACTS)))

    # ---- asking

    def page(self, client: Client, question: Question, form: str = "json", **more: object) -> Page:
        path = question.path(**({} if form == "json" else {"format": form}), **more)
        answer = client.get(path)
        self.assertEqual(answer.status, 200, (path, answer.body[:300]))
        if form == "csv":
            return Page(read_csv(answer.body), {})
        if form == "ndjson":
            self.assertTrue(answer.body.endswith(b"\n") or answer.body == b"", answer.body[-100:])
            return Page([json.loads(line) for line in answer.body.splitlines()], {})
        told = answer.json()
        return Page(told.pop("rows", []), told)

    def pages(self, client: Client, question: Question, limit: int) -> Page:
        """All of an answer, page by page."""
        page = self.page(client, question, limit=limit)
        rows, rest = page
        while page.rest["meta"].get("next"):
            self.assertEqual(len(page.rows), limit)
            page = self.page(client, question, limit=limit, cursor=page.rest["meta"]["next"])
            self.assertGreater(len(page.rows), 0, "an empty page")
            rows = rows + page.rows
            for name in set(rest) - {"meta", "pending_events"}:
                self.assertEqual(page.rest[name], rest[name], name)
        return Page(rows, rest)

    # ---- holding against

    def assert_sums(self, told: Dict[str, Any], sums: Sums, question: Question, what: object) -> None:
        faults = [fault_of(metric, told.get(metric), sums) for metric in question.told_metrics]
        if any(faults):
            self.fail(f"{question.path()}: {what}: {[fault for fault in faults if fault]}")

    def assert_rows(self, rows: List[Dict[str, Any]], expected: Expected, question: Question) -> None:
        told: Dict[Key, Dict[str, Any]] = {}
        path, columns, names = question.path(), question.columns, {*question.columns, *question.told_metrics}
        for row in rows:
            self.assertEqual(set(row), names, path)
            key = tuple(row[column] for column in columns)
            self.assertNotIn(key, told, path)
            told[key] = row
        lacking = [key for key in expected.rows if key not in told]
        odd = [told[key] for key in told if key not in expected.rows and key not in expected.may_lack]
        self.assertEqual((lacking[:3], odd[:3]), ([], []), path)
        nothing = {metric: None if metric in SHARES else 0 for metric in question.told_metrics}
        for key, row in told.items():
            sums = expected.rows.get(key) or expected.may_lack[key]
            if sums is not NOTHING or {name: row[name] for name in nothing} != nothing:
                self.assert_sums(row, sums, question, key)
        keys = [sort_key(question, row) for row in rows] if self.is_order_told(question) else []
        self.assertIsNone(next((pair for pair in zip(keys, keys[1:]) if pair[0] > pair[1]), None), path)

    @staticmethod
    def is_order_told(question: Question) -> bool:
        """Whether the rows hold what they are ordered by."""
        default = default_metric(question) if question.thing and not question.time else ""
        name = question.order.lstrip("-") or default
        return not name or name in question.columns or name in question.told_metrics

    def assert_head(self, told: Dict[str, Any], expected: Expected, question: Question) -> None:
        """What the original told comes first, as it did; then the total, and what is new."""
        names = ["start", "end", *(["ad_id"] if question.ads else []), *ORIGINAL]
        if question.traffic != "gross":
            names.insert(names.index("total_clicks"), "traffic")
        self.assertEqual([name for name in told if name in (*names, "traffic")][:len(names)], names, question.path())
        for name, at_us in (("start", question.start_us), ("end", question.end_us)):
            self.assertEqual(us_of_text(told[name]), at_us, question.path())
            self.assertTrue(told[name].endswith("Z"), told[name])
            self.assertEqual(us_of_text(told["meta"][name]), at_us, question.path())
            self.assertEqual(int(offset_of(told["meta"][name])), offset_s(question.zone, at_us // 10**6))
        self.assertEqual(told["meta"]["tz"], question.zone)
        total = {"clicks": told["total_clicks"], "impressions": told["total_impressions"]}
        for metric in ("click_rate", "average_playback_time", *total):
            self.assertIsNone(fault_of(metric, {**told, **total}[metric], expected.total), question.path())
        self.assert_sums(told, expected.total, question, "the total")

    def assert_right(self, client: Client, question: Question, oracle: Oracle, limit: int = 10000,
                     form: str = "json") -> int:
        """Asks, and holds the answer against the oracle; returns how many rows it had."""
        expected = oracle.answer(question)
        limit = min(10000, max(limit, len(expected.rows) // 8 + 1))
        page = self.page(client, question, form) if form != "json" else self.pages(client, question, limit)
        if form == "json":
            self.assert_head(page.rest, expected, question)
            if question.has_previous:
                before = question.previous()
                told = page.rest["previous"]
                self.assertEqual([us_of_text(told[name]) for name in ("start", "end")],
                                 [before.start_us, before.end_us], question.path())
                self.assert_sums(told, oracle.total(before), question, "previous")
        elif not question.groups:
            self.assertEqual(len(page.rows), 1)
            self.assert_sums(page.rows[0], expected.total, question, form)
        if question.groups:
            self.assert_rows(page.rows, expected, question)
        return len(page.rows)

    def assert_refused(self, client: Client, path: str, *words: str) -> None:
        answer = client.get(path)
        self.assertEqual(answer.status, 400, (path, answer.body[:200]))
        for word in words:
            self.assertIn(word, answer.json()["error"], path)

    # ---- a database whose counts stand still

    def say(self, words: str) -> None:
        print(f"{self.id()}: {words}", file=sys.stderr, flush=True)

    @staticmethod
    def now() -> datetime:
        return datetime.now(timezone.utc)

    def still_maintenance(self) -> None:
        """What the servers call does nothing from here on; the test calls played_...()."""
        for name, arguments in PLAYED.items():
            self.psql(f"ALTER FUNCTION {name} RENAME TO played_{name}; CREATE FUNCTION {name}({arguments}) "
                      "RETURNS boolean LANGUAGE sql AS 'SELECT false'")

    def set_marks(self, at: str) -> None:
        """All of them to the start of this day's month, from where a history is to be played."""
        self.psql(f"UPDATE marks SET at = date_trunc('month', timestamptz '{at}', 'UTC')")

    def mark(self, name: str) -> int:
        return int(self.value("SELECT (extract(epoch FROM at) * 1000000)::bigint FROM marks "
                              f"WHERE lane = 0 AND mark = {MARKS.index(name)}"))

    def repeat_many(self, call: str) -> None:
        """Until it is done, a hundred times in a statement."""
        while self.value(f"SELECT count(*) FILTER (WHERE {call}) FROM generate_series(1, 100)") != "0":
            pass

    def ingest(self, events: List[Event], journal: str, nonce: str) -> None:
        self.psql(ingest_sql(events, journal, nonce))


class RollUps:
    """Another session that rolls up a slice at a time, for as long as it is told to, and may fold."""

    def __init__(self, case: AnalyticsCase, has_folds: bool, pause_seconds: float = 0.005) -> None:
        self.case = case
        self.has_folds = has_folds
        self.pause_seconds = pause_seconds
        self.slices = 0
        self.faults: List[str] = []
        self._stopping = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def __enter__(self) -> "RollUps":
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        assert self._thread is not None
        self._thread.join(30)
        self.case.assertEqual(self.faults, [])

    def _run(self) -> None:
        session = SqlSession(self.case, self.case.postgres, self.case.database)
        calls = ["played_roll_up(0::smallint, 1)", "played_roll_up(0::smallint, 40)", "played_roll_up()",
                 *(["played_fold_late(0::smallint, 2)"] if self.has_folds else [])]
        while not self._stopping.wait(self.pause_seconds) and not self.faults:
            said = session.run(f"SELECT {calls[self.slices % len(calls)]}")
            self.slices += 1
            if said not in (["t"], ["f"]):
                self.faults += said
        session.close()


def offset_of(text: str) -> float:
    """How many seconds the zone of an RFC 3339 time is ahead."""
    if text.endswith("Z"):
        return 0
    hours, minutes = text[-6:].split(":")
    return (int(hours) * 3600 + int(minutes) * 60 * (-1 if hours[0] == "-" else 1))

