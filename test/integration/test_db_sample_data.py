"""The original service's samples: into an empty database, once, and only where asked for."""
import unittest

from db_support import DatabaseCase


class SampleData(DatabaseCase):
    CLICKS = [("1", "2025-04-20 10:00:00", "192.168.1.1", "30"),
              ("2", "2025-04-21 11:15:00", "192.168.1.2", "45"),
              ("1", "2025-04-21 12:30:00", "192.168.1.3", "60"),
              ("3", "2025-04-22 09:45:00", "192.168.1.4", "25"),
              ("4", "2025-04-22 14:00:00", "192.168.1.5", "40")]
    WINDOW = "/ads/analytics?start=2025-04-20T00:00:00Z&end=2025-04-22T23:59:59Z"

    def clicks(self) -> list:
        return self.psql('SELECT ad_id, "timestamp", ip, video_playback_time FROM clicks '
                         'ORDER BY "timestamp"')

    def test_into_an_empty_database_once(self) -> None:
        server = self.open_server(SAMPLE_DATA="1")
        self.assertEqual(
            [(ad["id"], ad["image_url"], ad["target_url"]) for ad in server.get("/ads").json()],
            [(n, f"https://example.com/image{n}.jpg", f"https://example.com/ad{n}")
             for n in range(1, 6)])
        self.assertEqual(self.clicks(), self.CLICKS)
        self.assertEqual(server.get(self.WINDOW).json()["total_clicks"], 5)
        self.assert_counts_agree()
        self.psql("INSERT INTO ads (image_url, target_url) VALUES ('https://x', 'https://y')")
        self.assertEqual(self.value("SELECT max(id) FROM ads"), "6")
        server.stop()
        self.psql("DELETE FROM ads WHERE id = 2")
        self.open_server(SAMPLE_DATA="1")
        self.assertEqual(self.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM ads"),
                         "1,3,4,5,6")
        self.assertEqual(self.clicks(), self.CLICKS)

    def test_not_into_one_with_data(self) -> None:
        server = self.open_server()
        self.post(server, 0, 3)
        self.wait_at_rest(server)
        server.stop()
        self.psql("DELETE FROM ads")
        again = self.start_server(SAMPLE_DATA="1")
        self.wait_up(again)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "0")
        self.assertEqual(self.value("SELECT count(*) FROM events"), "3")

    def test_not_unless_asked_for(self) -> None:
        server = self.start_server()
        self.wait_up(server)
        self.assertEqual(self.value("SELECT count(*) FROM ads"), "0")


if __name__ == "__main__":
    unittest.main()
