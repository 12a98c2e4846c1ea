"""Buckets that are made in slices: at every moment between two of them the counts are right."""
import unittest
from datetime import timedelta

from harness.counts import DISAGREEMENTS
from db_support import SqlSession
from functions_support import JOURNAL, NONCE, Functions, ingest_sql, row, time_of

ADS = 30
MIDNIGHT = "2031-05-05 00:00:00+00"
WINDOWS = """
SELECT count(*) FILTER (WHERE told.n <> fact.n), count(*)
FROM generate_series(timestamptz '2031-05-04 22:00+00', '2031-05-06 02:00+00', '4 hours 47 minutes') AS first,
     unnest(ARRAY[NULL, 17]) AS ad, (VALUES ('gross', 0, 3), ('net', 0, 0), ('test', 4, 4)) AS t (traffic, least, most),
     LATERAL (SELECT sum(events) AS n
              FROM traffic_totals(first, first + interval '5 hours 20 seconds', ad, traffic)) AS told,
     LATERAL (SELECT coalesce(sum(quantity), 0) AS n FROM events
              WHERE occurred_at BETWEEN first AND first + interval '5 hours 20 seconds'
                AND (ad IS NULL OR ad_id = ad) AND verdict BETWEEN least AND most) AS fact"""


class Slices(Functions):
    def setUp(self) -> None:
        super().setUp()
        self.psql(f"INSERT INTO ads (id, image_url, target_url) SELECT n, 'x', 'y' FROM generate_series(1, {ADS}) AS n "
                  f"ON CONFLICT DO NOTHING; UPDATE marks SET at = '{MIDNIGHT}' WHERE mark < 4; "
                  "UPDATE marks SET at = '2031-05-01 00:00+00' WHERE mark IN (4, 5)")
        self.sent = 0

    def store(self, hours: int, minute: int = 7) -> None:
        """An event of every ad, some errors and placements, that many hours after midnight."""
        at = (time_of(MIDNIGHT) + timedelta(hours=hours, minutes=minute)).isoformat()
        self.ingest_rows([row(
            self.sent + n, ("click", "error", "nofill")[n % 3], n % ADS + 1 if n % 3 != 2 else 0, at,
            detail=n % 4 * 100, placement=("a", "b", None)[n % 3], verdict=(0, 1, 4)[n // 3 % 3], playback_ms=n)
            for n in range(1, 2 * ADS)])

    def ingest_rows(self, rows: list) -> None:
        self.psql(ingest_sql(rows, JOURNAL, NONCE))
        self.sent = rows[-1].sequence

    def assert_right(self) -> None:
        self.assertEqual(self.psql(DISAGREEMENTS), [])

    def roll_up(self, rows: int = 1) -> bool:
        return self.value(f"SELECT roll_up(0::smallint, {rows})") == "t"

    def close(self, until: str) -> None:
        self.psql(f"UPDATE marks SET at = '{until}' WHERE mark = 0")

    def test_every_moment_between_slices(self) -> None:
        """With a slice rolled back, as if it were killed, late events stored and folded in between."""
        for hours in (0, 17, 25):
            self.store(hours)
            self.store(hours, 22)
        self.close("2031-05-06 06:00:00+00")
        slices = parts = 0
        while True:
            self.psql("BEGIN; SELECT roll_up(0::smallint, 90); ROLLBACK")
            more, begun = self.psql("SELECT roll_up(0::smallint, 90), "
                                    "(SELECT count(*) FROM marks WHERE dimension >= 0)")[0]
            if more != "t":
                break
            slices += 1
            parts += int(begun)
            if slices % 7 == 0:
                self.store(slices % 30)
                self.psql("SELECT fold_late(0::smallint, 40)")
            if slices % 11 == 0:
                self.assert_right()
            if slices % 100 == 0:
                self.assertEqual(self.psql(WINDOWS)[0][0], "0")
        self.assertGreater(parts, 40)
        self.assertEqual(self.psql("SELECT at FROM marks WHERE mark BETWEEN 1 AND 3 AND dimension = -1 ORDER BY mark"),
                         [("2031-05-06 06:00:00+00",), ("2031-05-06 06:00:00+00",), ("2031-05-06 00:00:00+00",)])
        self.assert_right()
        while self.value("SELECT fold_late()") == "t":
            pass
        self.assert_right()
        self.assertEqual(self.psql(WINDOWS), [("0", "36")])

    def test_slices_make_what_one_makes(self) -> None:
        """Row by row; and of any size."""
        for hours in range(0, 30, 5):
            self.store(hours)
        self.close("2031-05-06 06:00:00+00")
        made = []
        for rows in (100000, 1, 50):
            session = SqlSession(self, self.postgres, self.database)
            session.run("BEGIN")
            made.append(session.run(
                f"DO $$ BEGIN WHILE roll_up(0::smallint, {rows}) LOOP END LOOP; END $$; "
                "SELECT count(*), md5(string_agg(c::text, ' ' ORDER BY c::text)) FROM counts c"))
            session.run("ROLLBACK")
        self.assertGreater(int(made[0][0].split("|")[0]), 500)
        self.assertEqual(made, made[:1] * 3)

    def test_late_events_of_a_bucket_in_the_making(self) -> None:
        """Those of keys that are there are added, those of the others come with their slice."""
        self.store(0)
        self.close("2031-05-05 01:00:00+00")
        while self.value("SELECT at FROM marks WHERE mark = 1") < "2031-05-05 01":
            self.roll_up(1000)
        self.psql("SELECT roll_up(0::smallint, 60)")
        dimension, key = self.psql("SELECT dimension, key FROM marks WHERE mark = 2")[0]
        self.assertEqual(dimension, "1")
        self.assertTrue(1 < int(key) < ADS, key)
        self.store(0)
        self.store(0, 40)
        while self.value("SELECT fold_late()") == "t":
            pass
        self.assertEqual(self.psql("SELECT count(*) FROM counts_late"), [("0",)])
        self.assert_right()
        while self.roll_up():
            pass
        self.assert_right()
        self.assertEqual(self.psql("SELECT sum(k0) FROM counts WHERE level = 2 AND dimension = 1 AND key = 30"),
                         self.psql("SELECT nullif(count(*), 0) FROM events WHERE ad_id = 30 AND kind = 'click'"))

    def test_late_events_of_a_quarter_hour_that_is_not_made(self) -> None:
        """They go to its minutes, but for while it is being made."""
        self.store(0, 3)
        self.close("2031-05-05 00:10:00+00")
        self.store(0, 4)
        self.assertNotEqual(self.late_rows(), 0)
        self.psql("SELECT fold_late()")
        self.assertEqual(self.late_rows(), 0)
        self.assert_right()
        self.close("2031-05-05 00:30:00+00")
        self.assertTrue(self.roll_up(60))
        self.assertEqual(self.value("SELECT dimension >= 0 FROM marks WHERE mark = 1"), "t")
        self.store(0, 8)
        self.psql("SELECT fold_late()")
        self.assertNotEqual(self.late_rows(), 0)
        self.assert_right()
        while self.roll_up():
            pass
        self.psql("SELECT fold_late()")
        self.assertEqual(self.late_rows(), 0)
        self.assert_right()
        self.assertEqual(self.psql(WINDOWS)[0][0], "0")

    def late_rows(self) -> int:
        return int(self.value("SELECT count(*) FROM counts_late"))


if __name__ == "__main__":
    unittest.main()
