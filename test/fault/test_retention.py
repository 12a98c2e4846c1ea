"""kill -9 of the server, of the backend that drops old events, and of all of PostgreSQL in the middle of it:
under load, the counts tell of what is gone as much as before, and nothing else goes."""
import os
import signal
import time
import unittest
from datetime import datetime, timedelta

from fault_case import LONG, FaultCase

from harness.process import wait_until
from harness.server import Server

KEPT, OLDEST = 16, 26  # days back: from when on events are kept, and the first partition
STRAY = 15000  # rows without a partition of their own: more than go in one call
DROPPING = ("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT maintain(now(), %' "
            "AND datname = current_database()")

# Old events in partitions and in the default one, counted as those of the original service are; old_events keeps them.
AGE = f"""
CREATE TABLE IF NOT EXISTS old_events (LIKE events INCLUDING DEFAULTS);
SELECT make_partition('events', is_late, (now() AT TIME ZONE 'UTC')::date - n)
FROM generate_series({KEPT + 1}, {OLDEST}) AS n, unnest(ARRAY[false, true]) AS is_late;
BEGIN;
WITH made AS (
    INSERT INTO events (occurred_at, received_at, ad_id, kind, playback_ms, quantity, late)
    SELECT date_trunc('day', now(), 'UTC') - days * interval '1 day' + n * step, now(), 1 + n % 3,
           CASE WHEN n % 2 = 0 THEN 'click' ELSE 'impression' END::event_kind, n, 1 + n % 2, n % 5 = 0
    FROM (SELECT d AS days, n, interval '37.25 seconds' AS step
          FROM generate_series({KEPT + 1}, {OLDEST}) AS d, generate_series(1, 50) AS n
          UNION ALL SELECT {OLDEST} + 10, n, interval '37 milliseconds' FROM generate_series(1, {STRAY}) AS n) AS s
    RETURNING *
), kept AS (INSERT INTO old_events SELECT * FROM made RETURNING *)
SELECT add_counts(0::smallint, 0, 'infinity', count_events(ROW(
    NULL, array_agg(array_position(enum_range(NULL::event_kind), kind) - 1), array_agg(verdict), NULL, array_agg(ad_id),
    array_agg(detail), array_agg(quantity), NULL, array_agg(occurred_at), array_agg(playback_ms), NULL, NULL,
    array_agg(placement_id), NULL)::event_columns)) FROM kept;
WITH alike AS (DELETE FROM old_events RETURNING *)
INSERT INTO old_events (occurred_at, ad_id, kind, late, playback_ms, quantity)
SELECT occurred_at, ad_id, kind, late, sum(playback_ms), sum(quantity) FROM alike GROUP BY 1, 2, 3, 4;
COMMIT"""

# What each level has of the old days, all of which lie before its mark, less what there was.
LEVELS = """
SELECT level, dimension, key, sum(clicks), sum(impressions), sum(playback) FROM (
    SELECT c.level, c.dimension, c.key, k0 AS clicks, k1 AS impressions, playback_ms AS playback
    FROM counts c WHERE level BETWEEN 1 AND 3 AND c.bucket < (SELECT at FROM marks WHERE mark = 6)
    UNION ALL
    SELECT level, c.dimension, c.key, k0, k1, playback_ms FROM counts_late c, generate_series(1, 3) AS level
    WHERE c.bucket < (SELECT at FROM marks WHERE mark = 6)
    UNION ALL
    SELECT level, dimension, CASE dimension WHEN 1 THEN ad_id ELSE 0 END,
           CASE WHEN kind = 'click' THEN -quantity END, CASE WHEN kind = 'impression' THEN -quantity END,
           CASE WHEN kind = 'click' THEN -playback_ms END
    FROM old_events, generate_series(1, 3) AS level, generate_series(0, 1) AS dimension
) AS n GROUP BY 1, 2, 3 HAVING coalesce(sum(clicks), 0) <> 0 OR coalesce(sum(impressions), 0) <> 0
                            OR coalesce(sum(playback), 0) <> 0"""

# Of a window in the old days what is told and what there was, in whole minutes.
WINDOW = """
SELECT '{start}', '{end}', told.n, fact.n
FROM (SELECT sum(events) AS n FROM traffic_totals('{start}', '{end}', NULL, 'gross')) AS told,
     (SELECT coalesce(sum(quantity), 0) AS n FROM old_events
      WHERE occurred_at >= date_trunc('minute', '{start}'::timestamptz)
      AND occurred_at < date_trunc('minute', '{end}'::timestamptz) + interval '1 minute') AS fact
WHERE told.n <> fact.n"""


class Retention(FaultCase):
    def open(self) -> Server:
        """With a load that goes on."""
        self.own_postgres()
        server = self.open_server(EVENTS_RETENTION_DAYS=str(KEPT))
        self.running = self.load([server], connections=4, think_seconds=0.02)
        self.wait_accepted(50)
        wait_until(lambda: self.psql("SELECT 1 FROM marks WHERE mark = 6 AND isfinite(at)"), 60, "the mark moves")
        self.psql("DROP TABLE events_past, events_past_late")  # each old day has partitions of its own
        return server

    def old_rows(self) -> int:
        return int(self.psql("SELECT count(*) FROM events WHERE occurred_at < "
                             "(SELECT at FROM marks WHERE mark = 6)")[0][0])

    def has_old(self) -> bool:
        return self.old_rows() > 0 or self.psql("SELECT 1 FROM partition_bounds('events') WHERE past <= "
                                                "(SELECT at FROM marks WHERE mark = 6) LIMIT 1") != []

    def check_counts(self) -> None:
        """Of old, at any moment."""
        self.assertEqual(self.psql(LEVELS)[:5], [])
        today = datetime.fromisoformat(self.psql("SELECT (now() AT TIME ZONE 'UTC')::date::timestamp")[0][0])
        for _ in range(5):
            start, end = sorted(today - timedelta(days=self.random.uniform(KEPT + 0.01, OLDEST + 11)) for _ in range(2))
            self.assertEqual(self.psql(WINDOW.format(start=f"{start}+00", end=f"{end}+00")), [])

    def age(self, server: Server) -> None:
        """From now on there is something to drop, and the server begins with it."""
        self.ledger.note("old events come")
        server.kill()
        self.psql(AGE)
        server.start()

    def kill_server(self, server: Server) -> None:
        self.ledger.note("kill -9 of the server")
        server.kill()
        server.start()

    def kill_backend(self, _: Server) -> None:
        """With it PostgreSQL ends all others and recovers."""
        self.ledger.note("kill -9 of the backend")
        for pid, in self.psql(DROPPING):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue  # it had ended
            wait_until(lambda gone=f"/proc/{pid}": not os.path.exists(gone), 60, "PostgreSQL sees it, ends the others")
        wait_until(self.answers, 60, "PostgreSQL is back")

    def answers(self) -> bool:
        try:
            return self.psql("SELECT 1") == [("1",)]
        except AssertionError:
            return False

    def kill_postgres(self, _: Server) -> None:
        self.ledger.note("kill -9 of PostgreSQL")
        self.postgres.kill()
        self.postgres.start()

    def attack(self, *deeds) -> None:
        server = self.open()
        halfway = 0
        for _ in self.rounds(50, 2):
            self.age(server)
            for _ in range(2):
                time.sleep(self.random.uniform(0, 0.3))
                self.random.choice(deeds)(server)
                halfway += self.has_old()
                self.check_counts()
            self.wait_up(server)
            wait_until(lambda: not self.has_old(), 120, f"what is old is gone\n{server.log_tail()}")
            self.check_counts()
        self.running.stop()
        self.rest(server)
        server.stop()
        self.psql("UPDATE marks SET at = '-infinity' WHERE mark = 6; INSERT INTO events SELECT * FROM old_events")
        self.say(f"{halfway} kills left something to drop; {self.ledger.check(self.psql)}")
        self.assertGreater(halfway, 10 if LONG else -1)

    def test_the_server(self) -> None:
        self.attack(self.kill_server)

    def test_the_database(self) -> None:
        self.attack(self.kill_backend, self.kill_postgres)


if __name__ == "__main__":
    unittest.main()
