"""A database of the original service is taken over without losing a row."""
import unittest

from db_support import DatabaseCase
from schema_support import is_up

ORIGINAL_SCHEMA = """
CREATE TABLE ads (
    id SERIAL PRIMARY KEY, image_url VARCHAR(255) NOT NULL, target_url VARCHAR(255) NOT NULL);
CREATE TABLE clicks (
    id SERIAL PRIMARY KEY, ad_id INT REFERENCES ads (id), timestamp TIMESTAMP, ip VARCHAR(45),
    video_playback_time INT);
CREATE INDEX idx_clicks_ad_timestamp ON clicks (ad_id, timestamp);
INSERT INTO ads (image_url, target_url)
SELECT 'https://example.com/image' || n, 'https://example.com/ad' || n
FROM generate_series(1, 5) AS n;
"""

ODD_CLICKS = """
INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time) VALUES
    (1, '2025-04-20 10:00:00', '192.168.1.1', 30),
    (2, '2025-04-20 10:00:00.000001', '::1', 0),
    (3, '2025-04-20 23:59:59.999999', '2001:DB8::A', 10),
    (1, '2025-04-21 00:00:00', 'not an address', 10),
    (1, '2025-04-21 00:00:00', '', 10),
    (1, '2025-04-21 00:00:00', '10.1.2.3/8', 10),
    (1, '2025-04-21 00:00:00', 'fe80::1%eth0', 10),
    (1, '2025-04-21 00:00:00', ' 10.1.2.3', 10),
    (1, '2025-04-21 00:00:00', '010.001.002.003', 10),
    (1, '2025-04-21 00:00:00', '10.1.2.3, 10.4.5.6', 10),
    (1, '2025-04-21 00:00:00', NULL, 10),
    (NULL, '2025-04-21 00:00:00', '10.0.0.1', 10),
    (1, NULL, '10.0.0.1', 10),
    (1, '2025-04-21 00:00:00', '10.0.0.1', NULL),
    (1, '2025-04-21 00:00:00', '10.0.0.1', -5),
    (1, '2025-04-21 00:00:00', '10.0.0.1', 2147483647),
    (NULL, NULL, NULL, NULL),
    (1, '1970-01-01 00:00:00', '10.0.0.1', 10),
    (1, '1999-12-31 00:00:00', '10.0.0.1', 10),
    (1, '1999-12-30 23:59:59.999999', '10.0.0.1', 10),
    (1, '2000-01-01 00:00:00', '10.0.0.1', 10),
    (1, '0044-03-15 12:00:00 BC', '10.0.0.1', 10),
    (1, '-infinity', '10.0.0.1', 10),
    (1, 'infinity', '10.0.0.1', 10),
    (4, (now() AT TIME ZONE 'UTC')::date - interval '1 microsecond', '10.0.0.1', 10),
    (4, (now() AT TIME ZONE 'UTC')::date, '10.0.0.1', 10),
    (4, now() AT TIME ZONE 'UTC', '10.0.0.1', 10),
    (4, (now() AT TIME ZONE 'UTC')::date + 1, '10.0.0.1', 10),
    (4, (now() AT TIME ZONE 'UTC')::date + 8, '10.0.0.1', 10),
    (4, (now() AT TIME ZONE 'UTC')::date + interval '100 days 3 hours', '10.0.0.1', 10);
UPDATE clicks SET id = 1000000 WHERE video_playback_time = 2147483647;
DELETE FROM clicks WHERE id = 6;
"""

MANY_CLICKS = """
INSERT INTO clicks (ad_id, timestamp, ip, video_playback_time)
SELECT 1 + n % 5, timestamp '2025-04-20' + n * interval '7 minutes 3.21 seconds',
       '10.' || n % 250 || '.' || n % 99 || '.1', n % 300
FROM generate_series(1, 20000) AS n;
"""

CLICKS = 'SELECT id, ad_id, "timestamp", ip, video_playback_time FROM clicks ORDER BY id'


class Adoption(DatabaseCase):
    def make_original(self, clicks: str) -> list:
        """Makes the original's database; returns its clicks."""
        self.psql(ORIGINAL_SCHEMA + clicks)
        return self.psql(CLICKS)

    def test_no_click_is_lost_however_odd(self) -> None:
        clicks = self.make_original(ODD_CLICKS)
        server = self.open_server()
        self.assertEqual(self.psql(CLICKS), clicks)
        self.assertEqual(len(clicks), 29)
        self.assert_counts_agree()
        self.assertEqual(self.listed(server), 5)
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname = 'clicks' "
                                    "AND relkind <> 'v'"), "0")
        self.assertNotIn(" error ", server.log_text())

    def test_new_events_get_ids_above(self) -> None:
        self.make_original(ODD_CLICKS)
        server = self.open_server()
        self.post(server, 0, 20, ads=5)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events WHERE id > 1000000"), "20")
        self.assertEqual(self.value("SELECT count(*) FROM impressions"), "10")
        self.assert_counts_agree()

    def test_analytics_of_old_clicks(self) -> None:
        self.make_original(ODD_CLICKS + MANY_CLICKS)
        server = self.open_server()
        for start, end in (("2025-04-20T10:00:00Z", "2025-04-20T10:00:00Z"),
                           ("2025-04-20T10:00:00.000001Z", "2025-04-20T23:59:59.999998Z"),
                           ("2025-04-20T00:00:00Z", "2025-06-01T11:22:33.456789Z"),
                           ("1999-12-30T23:59:59.999999Z", "1999-12-31T00:00:00Z"),
                           ("1970-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
                           ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")):
            with self.subTest(start=start, end=end):
                answer = server.get(f"/ads/analytics?start={start}&end={end}").json()
                self.assertEqual(answer["total_clicks"], int(self.value(
                    f"SELECT count(*) FROM clicks WHERE \"timestamp\" BETWEEN '{start}' AND '{end}'")))

    def test_clicks_of_a_day_without_partition_move_when_it_gets_one(self) -> None:
        self.stay_in_one_day()
        clicks = self.make_original(ODD_CLICKS)
        self.open_server()
        later = "(now() AT TIME ZONE 'UTC')::date + 100"
        self.assertEqual(self.value(
            "SELECT string_agg(DISTINCT tableoid::regclass::text, ' ') FROM events "
            f"WHERE occurred_at >= ({later})::timestamp AT TIME ZONE 'UTC' "
            "AND isfinite(occurred_at)"), "events_default")
        self.wait_maintained()  # nobody else is at the table
        self.assertEqual(self.value(
            f"SELECT make_partition('events', false, {later})"), "t")
        self.assertEqual(self.value(
            f"SELECT count(*) FROM events WHERE tableoid::regclass::text = "
            f"to_char({later}, '\"events_\"YYYYMMDD')"), "1")
        self.assertEqual(self.value("SELECT count(*) FROM events_default"), "4")
        self.assertEqual(self.psql(CLICKS), clicks)

    def test_four_instances_at_once(self) -> None:
        clicks = self.make_original(ODD_CLICKS + MANY_CLICKS)
        servers = [self.server(SAMPLE_DATA="1") for _ in range(4)]
        for server in servers:
            server.launch()
        for server in servers:
            wait_for = lambda: is_up(server)  # noqa: E731 pylint: disable=C3001,W0640
            server.wait_until(wait_for, 30)
            self.assertNotIn(" error ", server.log_text())
        self.assertEqual(self.psql(CLICKS), clicks)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "5")
        self.assert_counts_agree()

    def test_a_view_of_somebodys_own_holds_it_and_nothing_is_lost(self) -> None:
        clicks = self.make_original(MANY_CLICKS + "CREATE VIEW mine AS SELECT count(*) FROM clicks;")
        server = self.start_server()
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertIn("depend", server.log_text())
        self.assertEqual(self.psql(CLICKS), clicks)
        self.post(server, 0, 5)
        self.psql("DROP VIEW mine")
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(len(clicks) + 5))

    def test_an_original_without_a_row(self) -> None:
        self.psql(ORIGINAL_SCHEMA + "DELETE FROM ads;")
        server = self.start_server()
        self.wait_up(server)
        self.psql("INSERT INTO ads (image_url, target_url) VALUES ('https://x', 'https://y')")
        self.assertEqual(self.value("SELECT min(id) FROM ads"), "6")
        self.assertEqual(self.psql(CLICKS), [])


if __name__ == "__main__":
    unittest.main()
