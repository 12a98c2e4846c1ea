"""The ads in memory follow the table at once, and are served while the database is away."""
import json
import time
import unittest

from db_support import DatabaseCase, SqlSession

from harness.server import Server

AT_ONCE_SECONDS = 10  # far below the poll of 30 s


class Catalogue(DatabaseCase):
    def ids(self, server: Server) -> list:
        return [ad["id"] for ad in server.get("/ads").json()]

    def wait_ids(self, server: Server, ids: list) -> None:
        server.wait_until(lambda: self.ids(server) == ids, AT_ONCE_SECONDS)

    def click(self, server: Server, ad_id: int) -> int:
        return server.post("/ads/click", {"ad_id": ad_id, "ip": "::1"}).status

    def test_every_way_to_change_the_table_is_seen_at_once(self) -> None:
        servers = [self.open_server(), self.open_server()]
        changes = (
            ("INSERT INTO ads (image_url, target_url) VALUES ('https://x/4', 'https://y')", [1, 2, 3, 4]),
            ("UPDATE ads SET active = false WHERE id IN (1, 2)", [3, 4]),
            ("UPDATE ads SET active = true", [1, 2, 3, 4]),
            ("DELETE FROM ads WHERE id = 3", [1, 2, 4]),
            ("BEGIN; DELETE FROM ads; ROLLBACK; UPDATE ads SET id = 7 WHERE id = 4", [1, 2, 7]),
            ("UPDATE ads SET ends_at = now() - interval '1 s' WHERE id = 1", [2, 7]),
            ("UPDATE ads SET starts_at = 'infinity' WHERE id = 2", [7]),
            ("UPDATE ads SET starts_at = '-infinity', ends_at = 'infinity'", [1, 2, 7]),
            ("TRUNCATE ads", []),
            ("INSERT INTO ads SELECT n, 'https://x', 'https://y' FROM generate_series(50, 52) n",
             [50, 51, 52]),
            ("COPY ads (id, image_url, target_url) FROM STDIN;\n9\thttps://x\thttps://y\n\\.\n",
             [9, 50, 51, 52]),
        )
        for sql, ids in changes:
            with self.subTest(sql):
                self.psql(sql)
                for server in servers:
                    self.wait_ids(server, ids)

    def test_fields_and_etag_follow(self) -> None:
        server = self.open_server()
        first = server.get("/ads")
        tag = {"If-None-Match": first.headers["ETag"]}
        self.assertEqual(server.get("/ads", tag).status, 304)
        self.psql("UPDATE ads SET image_url = 'https://new/ü\"' , title = 'Neu', duration_ms = 15000 "
                  "WHERE id = 2")
        server.wait_until(lambda: server.get("/ads", tag).status == 200, AT_ONCE_SECONDS)
        second = server.get("/ads")
        self.assertEqual(second.json()[1]["image_url"], 'https://new/ü"')
        self.assertEqual(second.json()[1]["title"], "Neu")
        self.assertNotEqual(second.headers["ETag"], first.headers["ETag"])

    def test_a_change_of_any_field_is_noticed_and_none_writes_nothing(self) -> None:
        server = self.open_server()
        kept = server.journal / "ads"
        for change in ("image_url = 'a'", "target_url = 'b'", "title = 'c'", "video_url = 'd'",
                       "video_type = 'video/mp4'", "video_width = 1", "video_height = 2",
                       "duration_ms = 3", "title = NULL", "starts_at = '2001-01-01'",
                       "ends_at = '2101-01-01'", "active = false"):
            with self.subTest(change):
                before = kept.read_bytes()
                self.psql(f"UPDATE ads SET {change} WHERE id = 2")
                server.wait_until(lambda then=before: kept.read_bytes() != then, AT_ONCE_SECONDS)
                written = kept.stat()
                self.psql(f"UPDATE ads SET {change} WHERE id = 2")
                time.sleep(0.2)
                self.assertEqual((kept.stat().st_ino, kept.stat().st_mtime_ns),
                                 (written.st_ino, written.st_mtime_ns))
        self.wait_ids(server, [1, 3])

    def test_a_change_right_behind_another_is_seen_whenever_it_comes(self) -> None:
        """Its notification may come with the very answer to the load that the other one began."""
        server = self.open_server()
        session = SqlSession(self, self.postgres, self.database)
        for n in range(150):
            session.run(f"UPDATE ads SET title = 'first {n}' WHERE id = 1")
            time.sleep(self.random.uniform(0, 0.004))
            session.run(f"UPDATE ads SET title = 'second {n}' WHERE id = 1")
            server.wait_until(lambda n=n: server.get("/ads").json()[0].get("title") == f"second {n}",
                              AT_ONCE_SECONDS)

    def test_a_burst_of_changes_ends_with_the_last(self) -> None:
        server = self.open_server()
        self.psql("".join(f"UPDATE ads SET title = '{n}' WHERE id = 1;" for n in range(300)))
        server.wait_until(lambda: server.get("/ads").json()[0].get("title") == "299",
                          AT_ONCE_SECONDS)

    def test_an_ad_begins_and_ends_by_the_clock(self) -> None:
        server = self.open_server()
        self.psql("UPDATE ads SET starts_at = now() + interval '4 s' WHERE id = 1; "
                  "UPDATE ads SET ends_at = now() + interval '4 s' WHERE id = 2")
        self.wait_ids(server, [2, 3])
        server.wait_until(lambda: self.ids(server) == [1, 3], 20)

    def test_unknown_ads_are_refused_and_known_ones_taken_listed_or_not(self) -> None:
        server = self.open_server()
        self.psql("UPDATE ads SET active = false WHERE id = 1")
        self.wait_ids(server, [2, 3])
        self.assertEqual(self.click(server, 1), 202)
        self.assertEqual(self.click(server, 99), 404)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (99, 'https://x', 'https://y')")
        server.wait_until(lambda: self.click(server, 99) == 202, AT_ONCE_SECONDS)
        self.psql("DELETE FROM ads WHERE id = 99")
        server.wait_until(lambda: self.click(server, 99) == 404, AT_ONCE_SECONDS)

    def test_while_away_the_list_stays_and_the_changes_come_after(self) -> None:
        server = self.open_server()
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           f"WHERE datname = '{self.database}'")
        self.wait_down(server)
        self.assertEqual(self.ids(server), [1, 2, 3])
        server.wait_until(lambda: self.click(server, 77) == 202)  # nobody knows just now
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')
        self.psql("DELETE FROM ads WHERE id = 2")
        server.wait_until(lambda: self.ids(server) == [1, 3], 20)
        server.wait_until(lambda: self.click(server, 77) == 404)

    def test_a_snapshot_of_another_version_is_served_as_far_as_it_goes(self) -> None:
        server = self.open_server()
        self.psql("UPDATE ads SET title = 'T', ends_at = '2101-01-01'")
        server.wait_until(lambda: server.get("/ads").json()[0].get("title") == "T", AT_ONCE_SECONDS)
        listed = server.get("/ads").json()
        self.assertEqual(server.stop(), 0)
        kept = server.journal / "ads"
        written = kept.read_bytes()
        ads = json.loads(written)
        ads[0]["weight"] = 7
        del ads[0]["duration_ms"]
        ads[1]["target_url"] = {"ios": "https://x"}
        kept.write_text(json.dumps(ads))
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        server.start()
        self.assertEqual(server.get("/ads").json(), [listed[0], listed[2]])
        self.assertIn("unreadable ads of the snapshot left out count=1", server.log_text())
        self.assertEqual(self.click(server, 2), 202)  # nobody knows just now
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')
        server.wait_until(lambda: server.get("/ads").json() == listed)
        server.wait_until(lambda: kept.read_bytes() == written)

    def test_ads_that_are_incomplete(self) -> None:
        server = self.open_server()
        self.psql("ALTER TABLE ads ALTER image_url DROP NOT NULL; "
                  "INSERT INTO ads (image_url, target_url) VALUES (NULL, NULL)")
        server.wait_until(lambda: self.listed(server) == 4, AT_ONCE_SECONDS)
        self.assertEqual({"id", "image_url", "target_url"} - set(server.get("/ads").json()[3]), set())

    def test_ten_thousand_ads(self) -> None:
        server = self.open_server()
        self.add_ads(10000)
        server.wait_until(lambda: self.listed(server) == 10003)
        self.assertEqual(self.click(server, 10003), 202)


if __name__ == "__main__":
    unittest.main()
