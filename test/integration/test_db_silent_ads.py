"""Ads that were shown yesterday and are not today: which they are, and how they are told."""
from db_support import DatabaseCase
from functions_support import Functions

DAY = "interval '24 hours'"


class SilentAds(Functions):
    def show(self, ad_id: int, times: int, age: str, kind: str = "impressions") -> None:
        self.psql(f"INSERT INTO {kind} (\"timestamp\", ad_id) SELECT (now() - ({age})) AT TIME ZONE 'UTC', {ad_id} "
                  f"FROM generate_series(1, {times})")

    def fold(self) -> None:
        self.psql("DO $$ BEGIN WHILE roll_up() OR fold_late() LOOP NULL; END LOOP; END $$")

    def silent(self) -> list:
        return self.psql("SELECT * FROM silent_ads()")

    def test_it_is_an_ad_that_was_shown_a_day_ago_at_these_hours(self) -> None:
        self.show(1, 15, f"{DAY} + interval '2 hours'")
        self.show(1, 6, f"{DAY} + interval '4 hours'")
        self.show(2, 19, f"{DAY} + interval '3 hours'")  # too few
        self.show(2, 50, f"{DAY} + interval '8 hours'")  # at other hours
        self.show(2, 50, f"{DAY} - interval '3 hours'")
        self.show(3, 50, f"{DAY} + interval '3 hours'", "clicks")
        self.fold()
        self.assertEqual(self.silent(), [("1", "21")])
        self.assertEqual(self.psql("SELECT * FROM silent_ads(p_least => 22)"), [])
        self.assertEqual(self.psql("SELECT ad_id FROM silent_ads(10) ORDER BY 1"), [("1",), ("2",)])

    def test_one_impression_is_enough_wherever_it_is_counted(self) -> None:
        for ad_id in (1, 2, 3):
            self.show(ad_id, 30 + ad_id, f"{DAY} + interval '3 hours'")
        self.fold()
        self.assertEqual(self.silent(), [("3", "33"), ("2", "32"), ("1", "31")])
        self.show(1, 1, "interval '2 hours'")  # it waits to be folded
        self.assertEqual(self.silent(), [("3", "33"), ("2", "32")])
        self.fold()
        self.assertEqual(self.silent(), [("3", "33"), ("2", "32")])
        self.psql("INSERT INTO counts_minute (lane, bucket, dimension, key, detail, verdict, journal_id, k1) "
                  "SELECT 0, bucket_start('1 minute', now()), 1, 2, 0, 0, 0, 1")
        self.assertEqual(self.silent(), [("3", "33")])

    def test_previews_do_not_count(self) -> None:
        self.psql("INSERT INTO counts_late (lane, bucket, dimension, key, detail, verdict, k1) "
                  "SELECT 0, bucket_start('1 minute', now() - interval '27 hours'), 1, ad, 0, verdict, 30 "
                  "FROM (VALUES (1, 4), (2, 1)) AS v (ad, verdict)")
        self.fold()
        self.assertEqual(self.silent(), [("2", "30")])
        self.psql("INSERT INTO counts_late (lane, bucket, dimension, key, detail, verdict, k1) "
                  "SELECT 0, bucket_start('1 minute', now()), 1, 2, 0, 4, 30")
        self.assertEqual(self.silent(), [("2", "30")])

    def test_an_ad_that_must_not_be_shown_is_not_missed(self) -> None:
        self.show(1, 30, f"{DAY} + interval '3 hours'")
        self.fold()
        for change in ("active = false", "weight = 0", "ends_at = now() - interval '1 hour'",
                       "starts_at = now() + interval '1 hour'", "archived_at = now()"):
            with self.subTest(change):
                before = self.psql("SELECT active, weight, ends_at, starts_at, archived_at FROM ads WHERE id = 1")
                self.psql(f"UPDATE ads SET {change} WHERE id = 1")
                self.assertEqual(self.silent(), [])
                self.psql("UPDATE ads SET active = true, weight = 1, ends_at = NULL, starts_at = NULL, archived_at = NULL")
                self.assertEqual(self.psql("SELECT active, weight, ends_at, starts_at, archived_at FROM ads WHERE id = 1"),
                                 before)
        self.assertEqual(self.silent(), [("1", "30")])

    def test_it_is_read_from_indexes_alone(self) -> None:
        self.show(1, 30, f"{DAY} + interval '3 hours'")
        self.fold()
        scans = self.psql("BEGIN; SELECT count(*) FROM silent_ads(); SELECT relname, seq_scan FROM "
                          "pg_stat_xact_user_tables WHERE relname ~ '^counts' AND seq_scan + idx_scan > 0 ORDER BY 1; "
                          "COMMIT")[1:]
        self.assertGreater(len(scans), 3)
        self.assertEqual({times for _, times in scans}, {"0"}, scans)


class Told(DatabaseCase):
    def test_a_server_tells_their_number_and_the_log_their_names(self) -> None:
        server = self.open_server()
        self.wait_maintained()
        self.assertEqual(server.metrics().value("adtracker_silent_ads"), 0)
        self.psql("INSERT INTO impressions (\"timestamp\", ad_id) SELECT (now() - interval '27 hours') AT TIME ZONE 'UTC', ad "
                  "FROM generate_series(1, 30), (VALUES (1), (3)) AS v (ad)")
        server.wait_until(lambda: self.value("SELECT count(*) FROM silent_ads()") == "2", 40)
        self.assertEqual(server.stop(), 0)  # it looks when it starts, and then every five minutes
        server.start()
        server.wait_until(lambda: server.metrics().value("adtracker_silent_ads") == 2, 30)
        self.assertIn("warning store: ads are not shown any more that were at these hours a day ago count=2 ads=1,3\n",
                      server.log_text())
