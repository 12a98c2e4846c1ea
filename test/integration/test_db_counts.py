"""Counts against plain SQL over the events, at every moment: batches, late events, views, maintenance and
readers at once, and everything killed in between."""
import os
import signal
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone
from typing import Callable, List, Optional
from uuid import UUID

from batch_support import Event
from harness.counts import DISAGREEMENTS
from functions_support import JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE, import_sql, ingest_sql
from schema_support import LABELS, schema_sql

from harness.case import TrackerCase

HOURS_PER_SECOND = 4
CODES = (100, 303, 405, 900, 901, 77)

BROUGHT = "SELECT count(*), count(DISTINCT playback_ms) FROM events WHERE placement = 'brought'"

# What traffic_totals() says of a window that is not what the events say.
WINDOW = """
SELECT '{start}', '{end}', told.*, fact.* FROM (
    SELECT array_agg(events ORDER BY kind) AS events, sum(playback_ms) AS playback
    FROM traffic_totals('{start}', '{end}', {ad}, '{traffic}')
) AS told, (
    SELECT array_agg(n ORDER BY k) AS events, sum(playback) AS playback FROM (
        SELECT k, coalesce(sum(quantity), 0)::bigint AS n,
               coalesce(sum(least(greatest(playback_ms, 0), 86400000)) FILTER (WHERE kind = 'click'), 0) AS playback
        FROM unnest(enum_range(NULL::event_kind)) AS k LEFT JOIN events e
          ON e.kind = k AND occurred_at BETWEEN '{start}' AND '{end}' AND ({ad} IS NULL OR ad_id = {ad})
         AND CASE '{traffic}' WHEN 'gross' THEN verdict <> 4 WHEN 'net' THEN verdict = 0 ELSE verdict = 4 END
        GROUP BY k) AS s
) AS fact WHERE told.events <> fact.events OR told.playback <> fact.playback"""


class Storm(TrackerCase):
    """A clock that runs at hours a second, for events and maintenance alike."""

    def setUp(self) -> None:
        super().setUp()
        self.postgres = self.private_postgres()
        self.postgres.create_database(self.database)
        self.psql(schema_sql())
        self.psql("INSERT INTO ads (id, image_url, target_url) SELECT n, 'x', 'y' FROM generate_series(1, 4) AS n; "
                  f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}'), "
                  f"claim_journal('{OTHER_JOURNAL}', '{{}}', '{OTHER_NONCE}')")
        self.began = time.monotonic()
        self.clock = datetime.now(timezone.utc)
        self.stopping = threading.Event()
        self.faults: List[str] = []
        self.wrong: List[tuple] = []
        self.windows = 0
        self.sent = {JOURNAL: 0, OTHER_JOURNAL: 0}
        self.deadlocks = 0

    def now(self) -> datetime:
        return self.clock + timedelta(hours=HOURS_PER_SECOND) * (time.monotonic() - self.began)

    def ask(self, sql: str, again: bool = True) -> Optional[list]:
        """Until it is answered, whatever is killed meanwhile; None where it is not to be asked again."""
        while not self.stopping.is_set() or again:
            try:
                return self.psql(sql)
            except AssertionError as error:
                text = str(error)
                self.deadlocks += "deadlock" in text
                if not any(word in text for word in ("connect", "terminat", "server closed", "crash", "starting up",
                                                     "recovery", "shutting down", "lock timeout", "SSL", "lost",
                                                     "No such file")):
                    self.faults.append(text)
                    return None
                if not again:
                    return None
                time.sleep(0.05)
        return None

    def random_event(self, sequence: int) -> Event:
        received = self.now()
        age = timedelta(0)
        if self.random.random() < 0.3:
            age = timedelta(seconds=self.random.choice((30, 600, 7200, 86400, 5 * 86400)) * self.random.random())
        kind = self.random.choice(LABELS)
        lacks_ad = kind in ("request", "nofill", "error") and self.random.random() < 0.5
        return Event(
            sequence, kind, 0 if lacks_ad else self.random.choice((1, 2, 3, 4, 4, 99)), received - age,
            self.random_id(received) if self.random.random() < 0.3 else None, received,
            verdict=self.random.choice((0, 0, 0, 1, 4)), quantity=self.random.choice((1, 1, 5)),
            detail=self.random.choice(CODES) if kind == "error" else self.random.randint(1, 4),
            playback_ms=self.random.choice((None, -5, 12483, 10**12)),
            placement=self.random.choice((None, "a", "b")))

    def random_id(self, at: datetime) -> str:
        if self.random.random() < 0.5:
            return f"id{self.random.randrange(200)}"
        ms = int(at.timestamp() * 1000) // 60000 * 60000 + self.random.randrange(3)
        return str(UUID(int=ms << 80 | 7 << 76 | 2 << 62))

    def write(self, journal: str, nonce: str) -> None:
        while not self.stopping.is_set():
            first = self.sent[journal] + 1
            batch = [self.random_event(first + n) for n in range(self.random.choice((1, 5, 40)))]
            self.ask(ingest_sql(batch, journal, nonce))
            self.sent[journal] = batch[-1].sequence

    def keep_bringing(self) -> None:
        """One of two imports of the same directory at once, from its beginning over and over."""
        while not self.stopping.is_set():
            self.bring(False)
            self.ask("SELECT retry_rejected(NULL, true)", False)

    def bring(self, again: bool = True) -> None:
        """Each event stands for one by its playback time."""
        journal, run = "00000000-0000-4000-8000-000000000003", "00000000-0000-4000-8000-00000000000c"
        for first in range(1, 400, 20):
            batch = [Event(n, "click", 1, self.clock - timedelta(hours=n), f"one{n}" if n % 2 else None,
                           self.clock - timedelta(hours=n), playback_ms=n, placement="brought")
                     for n in range(first, first + 20)]
            self.ask(import_sql(batch, run, journal, force=self.random.random() < 0.5), again)

    def use_views(self) -> None:
        while not self.stopping.is_set():
            at = self.now() - timedelta(hours=self.random.choice((0, 1, 30)))
            self.ask(f"INSERT INTO clicks (ad_id, timestamp) VALUES (1, '{at.replace(tzinfo=None)}')", False)
            self.ask("DELETE FROM impressions WHERE id IN (SELECT id FROM impressions LIMIT 2)", False)
            self.ask("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'x', 'y') ON CONFLICT DO NOTHING; "
                     "SELECT retry_rejected(); DELETE FROM ads WHERE id = 99", False)

    def keep_up(self) -> None:
        while not self.stopping.is_set():
            self.ask(f"SELECT close_minutes(0::smallint, '{self.now()}')", False)
            rows = self.random.choice((1, 30, 6000))
            for call in (f"maintain('{self.now()}')", f"roll_up(0::smallint, {rows})", "fold_late(0::smallint, 50)"):
                for _ in range(self.random.choice((1, 3, 20))):
                    if self.ask(f"SELECT {call}", False) != [("t",)]:
                        break

    def read(self) -> None:
        while not self.stopping.is_set():
            at = self.now()
            start = at - timedelta(seconds=self.random.choice((60, 3600, 86400, 40 * 86400)) * self.random.random())
            if self.random.random() < 0.5:
                start -= timedelta(minutes=start.minute, seconds=start.second, microseconds=start.microsecond)
            window = WINDOW.format(start=start, end=start + (at - start) * self.random.random(),
                                   ad=self.random.choice(("NULL", 1, 4)),
                                   traffic=self.random.choice(("gross", "net", "test")))
            rows = self.ask("BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE events, counts, counts_minute, "
                            f"counts_late IN ACCESS SHARE MODE; {DISAGREEMENTS}; {window}; COMMIT", False)
            self.windows += rows is not None
            self.wrong += rows or []

    def kill_backends(self) -> None:
        while not self.stopping.wait(self.random.random() * 4):
            rows = self.ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
                            "AND pid <> pg_backend_pid()", False)
            if rows and rows[0][0]:
                try:
                    os.kill(int(self.random.choice(rows)[0]), signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def rage(self, seconds: float, *more: Callable[[], None], kills: int = 0) -> None:
        """`kills` of the whole database, by this thread: one that ends takes down what it has started."""
        jobs = [lambda: self.write(JOURNAL, NONCE), lambda: self.write(OTHER_JOURNAL, OTHER_NONCE), self.use_views,
                self.keep_up, self.keep_up, self.read, self.read, *more]
        threads = [threading.Thread(target=job) for job in jobs]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            self.stopping.wait(seconds / (kills + 1))
            self.postgres.kill()
            self.postgres.start()
        self.stopping.wait(seconds / (kills + 1))
        self.stopping.set()
        for thread in threads:
            thread.join(60)

    def roll_up(self) -> None:
        while self.psql("SELECT count(*) FILTER (WHERE roll_up() OR fold_late()) "
                        "FROM generate_series(1, 50)") != [("0",)]:
            pass

    def assert_right(self) -> None:
        self.assertEqual(self.faults[:3], [])
        self.assertEqual(self.wrong[:3], [])
        self.assertEqual(self.deadlocks, 0)
        self.assertGreater(self.windows, 10)
        for _ in range(2):
            self.assertEqual(self.psql(DISAGREEMENTS)[:3], [])
            self.roll_up()
        marks = self.psql("SELECT at > now() + interval '20 hours' FROM marks WHERE mark < 3")
        self.assertEqual(marks, [("t",)] * 3)
        for journal, sent in self.sent.items():
            self.assertEqual(self.psql(f"SELECT last_sequence FROM ingest_cursor WHERE journal = '{journal}'"),
                             [(str(sent),)])

    def test_counts_are_right_at_every_moment(self) -> None:
        self.rage(20, self.keep_bringing, self.keep_bringing)
        self.assertNotEqual(self.psql(BROUGHT), [("0", "0")])
        self.bring()
        self.assert_right()
        self.psql("SELECT retry_rejected(NULL, true)")
        self.assertEqual(self.psql(BROUGHT), [("400", "400")])

    def test_whatever_is_killed(self) -> None:
        self.rage(25, self.kill_backends)
        self.assert_right()

    def test_with_the_whole_database(self) -> None:
        self.rage(20, kills=4)
        self.assert_right()

    def test_a_wrong_fold_is_found(self) -> None:
        """The check itself: late events go to every level, whether it has been made or not."""
        name = "spread_gone(integer)"
        text = self.psql(f"SELECT pg_get_functiondef('{name}'::regprocedure)")[0][0]
        self.assertIn("ELSE (l.start, g.dimension, g.key)", text)
        self.psql(text.replace("ELSE (l.start, g.dimension, g.key)",
                               "WHEN true THEN true ELSE (l.start, g.dimension, g.key)"))
        self.rage(12)
        self.roll_up()
        self.assertNotEqual(self.wrong + self.psql(DISAGREEMENTS), [])


if __name__ == "__main__":
    unittest.main()
