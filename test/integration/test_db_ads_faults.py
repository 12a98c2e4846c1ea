"""Ads that can't be read cost no other ad anything; a table that can't be read is told in words."""
import unittest

from db_support import DatabaseCase, SqlSession

from harness.server import Server

AT_ONCE_SECONDS = 10  # far below the poll of 30 s

# The table under another name, whose trigger goes on telling, and a view in its place.
VIEW = "ALTER TABLE ads RENAME TO ads_table; CREATE VIEW ads AS "
COLUMNS = ("id, image_url, target_url, title, video_url, video_type, video_width, video_height, "
           "duration_ms, active, starts_at, ends_at")


class FaultsCase(DatabaseCase):
    def ids(self, server: Server) -> list:
        return [ad["id"] for ad in server.get("/ads").json()]

    def wait_ids(self, server: Server, ids: list) -> None:
        server.wait_until(lambda: self.ids(server) == ids, AT_ONCE_SECONDS)

    def change_and_wait(self, server: Server, table: str = "ads") -> None:
        """Another change, seen in a load of its own."""
        title = f"t{self.random.getrandbits(32)}"
        self.psql(f"UPDATE {table} SET title = '{title}' WHERE id = 1")
        server.wait_until(lambda: server.get("/ads").json()[0].get("title") == title,
                          AT_ONCE_SECONDS)

    def lines(self, server: Server, text: str) -> int:
        return sum(text in line for line in server.log_text().splitlines())

    def unreadable(self, server: Server) -> float:
        return server.metrics().value("adtracker_ads_unreadable")

    @staticmethod
    def trouble(server: Server) -> str:
        answer = server.get("/ads")
        return answer.json()["error"] if answer.status == 503 else f"{answer.status}"


class LeftOut(FaultsCase):
    def assert_named_once(self, server: Server, names: list, table: str = "ads") -> None:
        """Each in one line of the log, however often they are read."""
        for _ in range(3):
            self.change_and_wait(server, table)
        for name in names:
            self.assertEqual(self.lines(server, f"ad left out {name}"), 1, name)
        self.assertEqual(self.lines(server, "ad left out"), len(names))
        self.assertEqual(self.unreadable(server), len(names))

    def test_times_beyond_ours(self) -> None:
        server = self.open_server()
        self.add_ads(3)
        self.psql("UPDATE ads SET ends_at = '294276-12-31 23:59:59.999999+00' WHERE id = 2; "
                  "UPDATE ads SET starts_at = '4713-01-01 00:00:00+00 BC', "
                  "ends_at = '294246-01-01' WHERE id = 3; "
                  "UPDATE ads SET starts_at = '294250-01-01' WHERE id = 4; "
                  "UPDATE ads SET starts_at = '-infinity', ends_at = 'infinity' WHERE id = 5")
        self.wait_ids(server, [1, 3, 5, 6])
        for ad_id, status in ((1, 202), (2, 202), (4, 202), (99, 404)):  # it is there, if not read
            self.assertEqual(server.post("/ads/click", {"ad_id": ad_id, "ip": "::1"}).status, status)
        self.assert_named_once(server, ["id=2 column=ends_at: out of range",
                                        "id=4 column=starts_at: out of range"])
        self.assertEqual(server.get("/ads").json()[1]["ends_at"], "9999-12-31T23:59:59.999999Z")
        self.psql("UPDATE ads SET starts_at = NULL, ends_at = NULL")
        self.wait_ids(server, [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.unreadable(server), 0)

    def test_numbers_and_ids_beyond_ours(self) -> None:
        server = self.open_server()
        self.psql(VIEW + "SELECT id::bigint AS id, image_url, target_url, title, video_url, "
                  "video_type, video_width::bigint * 1000000000 AS video_width, video_height, "
                  "duration_ms, active, starts_at, ends_at FROM ads_table "
                  "UNION ALL SELECT id + 4294967296, image_url, target_url, title, video_url, "
                  "video_type, 1, 1, 1, true, NULL, NULL FROM ads_table WHERE id = 2 "
                  "UNION ALL SELECT NULL, image_url, target_url, title, video_url, video_type, "
                  "1, 1, 1, true, NULL, NULL FROM ads_table WHERE id = 3; "
                  "UPDATE ads_table SET video_width = 2 WHERE id = 1; "
                  "UPDATE ads_table SET video_width = 3 WHERE id = 2")
        self.wait_ids(server, [1, 3])
        self.assertEqual(server.get("/ads").json()[0]["video_width"], 2000000000)
        self.assert_named_once(server, ["id=2 column=video_width: out of range",
                                        "id=4294967298 column=id: out of range",
                                        "id=null column=id: null"], "ads_table")

    def test_one_id_twice(self) -> None:
        server = self.open_server()
        self.psql(VIEW + f"SELECT {COLUMNS} FROM ads_table UNION ALL "
                  f"SELECT {COLUMNS.replace('image_url', 'q.url')} FROM ads_table, "
                  "(VALUES ('https://z.example'), ('https://a.example/'), (NULL)) AS q (url) "
                  "WHERE id = 2; UPDATE ads_table SET video_type = 'v'")
        server.wait_until(lambda: "video_type" in server.get("/ads").json()[1], AT_ONCE_SECONDS)
        ads = server.get("/ads").json()
        self.assertEqual([ad["id"] for ad in ads], [1, 2, 3])
        self.assertEqual(ads[1]["image_url"], "https://a.example/")
        for _ in range(3):
            self.change_and_wait(server, "ads_table")
        self.assertEqual(self.lines(server, "ad left out"), 1)
        self.assertEqual(self.lines(server, "ad left out id=2 column=id: another row has it"), 1)
        self.assertEqual(self.unreadable(server), 3)

    def test_text_that_is_not_utf8(self) -> None:
        self.database += "_ascii"
        self.postgres.psql(f'CREATE DATABASE "{self.database}" TEMPLATE template0 '
                           "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
        server = self.open_server(DB_CONN=self.postgres.conninfo(self.database))
        self.psql("UPDATE ads SET image_url = E'https://caf\\xe9' WHERE id = 2; "
                  "UPDATE ads SET image_url = E'https://caf\\xc3\\xa9' WHERE id = 3")
        server.wait_until(lambda: server.get("/ads").json()[1]["image_url"] == "https://café",
                          AT_ONCE_SECONDS)
        self.assertEqual(self.ids(server), [1, 3])
        self.assert_named_once(server, ["id=2 column=image_url: not UTF-8"])
        self.assertEqual(server.post("/ads/click", {"ad_id": 3, "ip": "::1"}).status, 202)


class WrongTypes(FaultsCase):
    def view(self, column: str, expression: str) -> str:
        return VIEW + "SELECT " + COLUMNS.replace(column, f"{expression} AS {column}", 1) + \
            " FROM ads_table; UPDATE ads_table SET title = 'changed'"

    def test_each_is_told_in_words(self) -> None:
        """By a server that has a list, which it keeps, and by one that has none."""
        wrong = (
            ("id", "gen_random_uuid()", "uuid", "integer"),
            ("id", "id::text", "text", "integer"),
            ("id", "id::numeric", "numeric", "integer"),
            ("image_url", "image_url::bytea", "bytea", "text"),
            ("title", "point(0, 0)::text::tsvector", "tsvector", "text"),
            ("video_type", "ARRAY['a']", "text[]", "text"),
            ("active", "1", "integer", "boolean"),
            ("starts_at", "'10:00'::time", "time without time zone", "timestamp with time zone"),
            ("ends_at", "'2030-01-01'::text", "text", "timestamp with time zone"),
        )
        server = self.open_server()
        for column, expression, kind, wanted in wrong:
            with self.subTest(column=column, kind=kind):
                told = f"ads.{column} is of type {kind}; it must be {wanted}"
                before = self.lines(server, told)
                self.psql(self.view(column, expression))
                server.wait_until(lambda t=told, b=before: self.lines(server, t) > b,
                                  AT_ONCE_SECONDS)
                self.assertEqual(self.ids(server), [1, 2, 3])
                new = self.start_server()
                new.wait_until(lambda n=new, t=told: t in self.trouble(n), AT_ONCE_SECONDS)
                new.wait_until(lambda n=new: n.metrics().value("adtracker_db_connects_total",
                                                               connection="catalogue") == 1)
                self.assertEqual(self.lines(new, told), 1)
                self.assertEqual(new.post("/ads/click", {"ad_id": 99, "ip": "::1"}).status, 202)
                new.stop()
                self.psql("DROP VIEW ads; ALTER TABLE ads_table RENAME TO ads; "
                          "UPDATE ads SET title = NULL")
                server.wait_until(lambda: server.get("/ads").json()[0].get("title") is None, 20)

    def test_what_reads_alike_is_taken(self) -> None:
        server = self.open_server()
        self.psql("CREATE TYPE mood AS ENUM ('video/mp4', 'video/webm'); "
                  "CREATE DOMAIN url AS varchar(100) CHECK (value LIKE 'https://%')")
        alike = (
            ("id", "id::smallint"), ("id", "id::bigint"), ("title", "title::varchar(20)"),
            ("image_url", "image_url::url"), ("video_type", "'video/webm'::mood"),
            ("ends_at", "'2130-01-02'::date"), ("ends_at", "'2130-01-02 00:00'::timestamp"),
        )
        for column, expression in alike:
            with self.subTest(column=column, expression=expression):
                self.psql(self.view(column, expression))
                server.wait_until(lambda: server.get("/ads").json()[0].get("title") == "changed",
                                  AT_ONCE_SECONDS)
                ad = server.get("/ads").json()[0]
                self.assertEqual((ad["id"], ad["image_url"]), (1, "https://a.example/1"))
                if column == "ends_at":
                    self.assertEqual(ad["ends_at"], "2130-01-02T00:00:00Z")
                if column == "video_type":
                    self.assertEqual(ad["video_type"], "video/webm")
                self.psql("DROP VIEW ads; ALTER TABLE ads_table RENAME TO ads; "
                          "UPDATE ads SET title = NULL")
                server.wait_until(lambda: "title" not in server.get("/ads").json()[0],
                                  AT_ONCE_SECONDS)


class NotLoaded(FaultsCase):
    def wait_trouble(self, server: Server, text: str) -> None:
        server.wait_until(lambda: text in self.trouble(server), AT_ONCE_SECONDS)

    def test_the_schema_is_not_there_yet(self) -> None:
        session = SqlSession(self, self.postgres, self.database)
        session.run("SELECT pg_advisory_lock(86, 65)")
        server = self.start_server()
        self.wait_trouble(server, "the database has no table ads yet")
        session.run("SELECT pg_advisory_unlock(86, 65)")
        server.wait_until(lambda: self.listed(server) == 0)
        self.assertEqual(self.lines(server, "ads not loaded"), 0)

    def test_permission_is_denied(self) -> None:
        self.wait_up(self.start_server())
        role = f"r{self.database}"
        self.psql(f"CREATE ROLE {role} LOGIN")
        server = self.start_server(DB_CONN=self.db_conn.replace("user=postgres", f"user={role}"))
        self.wait_trouble(server, "the database denies the permission to read the table ads")
        server.wait_until(lambda: self.lines(server, "permission denied for table ads") == 1)
        self.psql(f"GRANT SELECT ON ads TO {role}")
        server.wait_until(lambda: self.listed(server) == 0)
        self.assertEqual(self.lines(server, "permission denied for table ads"), 1)
        self.psql(f"DROP OWNED BY {role}")

    def test_another_table_is_in_the_way(self) -> None:
        self.wait_up(self.start_server())
        self.psql("ALTER TABLE ads RENAME TO ads_table; CREATE TABLE ads (id integer, name text)")
        server = self.start_server()
        self.wait_trouble(server, "the table ads lacks a column that it must have")
        server.wait_until(lambda: self.lines(server, 'column "image_url" does not exist') == 1)

    def test_a_value_is_never_told(self) -> None:
        self.open_server()
        self.psql(VIEW + "SELECT " + COLUMNS.replace("title", "(image_url::integer)::text AS title")
                  + " FROM ads_table")
        server = self.start_server()
        self.wait_trouble(server, "the database refuses to list them (SQLSTATE 22P02)")
        server.wait_until(lambda: self.lines(server, "ads not loaded: sqlstate=22P02") == 1)
        self.assertNotIn("https://a.example/1", server.log_text())

    def test_the_database_is_unreachable(self) -> None:
        server = self.start_server(DB_CONN=f"host={self.directory()}")
        self.wait_trouble(server, "the database is unreachable")


if __name__ == "__main__":
    unittest.main()
