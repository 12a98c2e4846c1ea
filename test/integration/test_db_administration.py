"""Changes of ads in databases of every sort: when an ad may be purged, views in the table's place, columns of other
types, ids that were given by hand, rights that are missing."""
import re
import unittest
from typing import Any

from administration_support import DEFAULTS, WHOLE, AdministrationCase, fields_of

from harness.server import Server

PARTIAL = ("ALTER TABLE ads RENAME TO ads_table; CREATE VIEW ads AS SELECT id, image_url, target_url, title, video_url, "
           "video_type, video_width, video_height, duration_ms, active, starts_at, ends_at FROM ads_table")
LATER = ("weight", "skip_after_ms", "image_width", "image_height", "advertiser", "category", "wrapper_url", "media_files",
         "trackers", "progress_offsets_ms", "ad_verifications")
# A row of counts of ad 1: of a level, in a bucket; and of minutes.
COUNTS = ("INSERT INTO counts (bucket, key, detail, level, dimension, verdict, lane, k0) VALUES ({}, 1, 0, {}, 1, {}, 0, 1)")
MINUTE = ("INSERT INTO {} (bucket, key, detail, journal_id, dimension, verdict, lane, k0) "
          "VALUES ({}, 1, 0, 7, 1, {}, 0, 1)")
# A journal whose server connected an hour ago, and of which all is stored that it had at a time.
JOURNAL = ("INSERT INTO ingest_cursor (journal_id, journal, nonce, claimed_at, stored_at, received_to) VALUES "
           "(nextval('journal_ids'), '0193e3a0-0000-7000-8000-000000000000', gen_random_uuid(), {0}, {0}, {1})")
MARK = "(SELECT at FROM marks WHERE mark = {})"


class Archive(AdministrationCase):
    def purge(self, server: Server, ad_id: int = 1, **options: Any):
        return self.ask(server, "DELETE", f"/ads/{ad_id}?purge=1", **options)

    def rest(self, server: Server) -> None:
        """Its journal has been at rest since it connected, which seems to be an hour ago."""
        self.wait_at_rest(server)
        server.wait_until(lambda: self.value("SELECT count(*) FROM journals_at_rest") == "1")
        self.psql("UPDATE ingest_cursor SET claimed_at = now() - interval '1 hour'")

    def test_an_archived_ad_is_not_shown_and_its_events_count(self) -> None:
        server = self.ready()
        self.create(server, image_url="https://i.example/1.png", target_url="https://t.example/")
        server.wait_until(lambda: self.listed(server) == 1)
        answer = self.ask(server, "DELETE", "/ads/1")
        archived = answer.json()
        self.assertEqual((answer.status, archived["state"]), (200, "archived"))
        server.wait_until(lambda: self.listed(server) == 0)
        again = self.ask(server, "DELETE", "/ads/1", match=answer.headers["ETag"])
        self.assertEqual((again.status, again.json()), (200, archived))
        self.assertEqual(server.get("/ads/1").status, 404)
        self.assertNotIn(b"<Ad ", server.get("/ads/1/vast").body)
        self.assertNotIn(b"<Ad ", server.get("/vast").body)
        self.assertIn(b"<Ad ", self.ask(server, "GET", "/ads/1/vast?preview=1").body)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "ip": "::1"}).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.psql("SELECT ad_id, clicks FROM ad_totals"), [("1", "1")])
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")

    def test_its_events_are_taken_for_a_week(self) -> None:
        server = self.ready()
        self.create(server, video_url="https://v.example/1.mp4", duration_ms=1000, target_url="https://t.example/")
        self.create(server)
        server.wait_until(lambda: self.listed(server) == 2)
        click = {"ad_id": 1, "ip": "::1"}
        token = re.search(r"/c/([^]?\"<]+)", server.get("/ads/1/vast").body.decode())[1]
        for age, status, click_through, vast in (("6 days 23:59:00", 202, 302, 200), ("7 days", 404, 302, 404)):
            self.psql(f"UPDATE ads SET archived_at = now() - interval '{age}' WHERE id = 1")
            self.psql("UPDATE ads SET title = 'read' WHERE id = 2")
            server.wait_until(lambda: self.listed(server) == 1)
            server.wait_until(lambda: server.post("/ads/click", click).status == status)
            answer = server.post("/ads/events", [{**click, "type": "click"}]).json()
            self.assertEqual(answer["accepted"], int(status == 202), answer)
            self.assertEqual(server.get("/ads/1/vast").status, vast)
            self.assertEqual(self.ask(server, "GET", "/ads/1/vast?preview=1").status, vast)
            before = server.metrics().value("adtracker_events_accepted_total", kind="click")
            self.assertEqual(server.get(f"/c/{token}").status, click_through)
            self.assertEqual(server.metrics().value("adtracker_events_accepted_total", kind="click") - before, status == 202)
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"archived_at": None}).status, 200)
        server.wait_until(lambda: server.post("/ads/click", click).status == 202)

    def test_it_comes_out_of_the_archive_again(self) -> None:
        server = self.ready()
        self.create(server, title="a")
        archived = self.ask(server, "DELETE", "/ads/1").json()
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"title": "b"}).json()["archived_at"],
                         archived["archived_at"])
        self.assertEqual(self.ask(server, "PUT", "/ads/1", {"title": "c"}).json()["state"], "archived")
        back = self.ask(server, "PATCH", "/ads/1", {"archived_at": None}).json()
        self.assertEqual((back["archived_at"], back["state"], back["title"]), (None, "available", "c"))
        server.wait_until(lambda: self.listed(server) == 1)

    def test_when_it_was_archived_does_not_matter(self) -> None:
        server = self.ready()
        self.create(server)
        for when in ("now() + interval '1 hour'", "to_timestamp(0)", "'-infinity'"):
            self.psql(f"UPDATE ads SET archived_at = {when}")
            server.wait_until(lambda: self.listed(server) == 0)
            self.assertEqual(self.read(server, 1)["state"], "archived")
            self.psql("UPDATE ads SET archived_at = 'infinity'")
            server.wait_until(lambda: self.listed(server) == 1)
            self.assertEqual(self.read(server, 1)["state"], "available")

    def test_it_is_purged_after_14_days(self) -> None:
        server = self.ready()
        self.create(server)
        server.wait_until(lambda: self.listed(server) == 1)
        self.assert_refused(self.purge(server), 409, "the ad is not archived")
        for query in ("purge", "purge=x"):
            self.assertEqual(self.ask(server, "DELETE", f"/ads/1?{query}").status, 400)
        self.assertIsNone(self.read(server, 1)["archived_at"])
        self.assertEqual(self.ask(server, "DELETE", "/ads/1?purge=0").json()["state"], "archived")
        self.psql("UPDATE ads SET archived_at = '2026-01-31 12:00:00+00'::timestamptz + (now() - '2026-02-14 11:59:00+00')")
        words = self.value("SELECT to_char((archived_at + interval '14 days') AT TIME ZONE 'UTC', "
                           "'YYYY-MM-DD\"T\"HH24:MI:SS') FROM ads")
        self.assert_refused(self.purge(server), 409, f"from {words}")
        self.psql("UPDATE ads SET archived_at = now() - interval '14 days'")
        self.rest(server)
        self.assertEqual(self.purge(server, match=None).status, 428)
        self.assertEqual(self.purge(server, match="\"x\"").status, 412)
        for query in ("purge=yes", "purge", "purge=", "purge=2", "purge=01", "purge=11", "p%75rge", "a=1&purge", "purge=0&purge=1"):
            self.assert_refused(self.ask(server, "DELETE", f"/ads/1?{query}"), 400, "^purge must be 0 or 1, or left out$")
        answer = self.purge(server, match=self.ask(server, "GET", "/ads/1").headers["ETag"], key="k")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(self.ask(server, "GET", "/ads/1").status, 404)
        self.assertEqual(self.purge(server).status, 404)
        server.wait_until(lambda: server.post("/ads/click", {"ad_id": 1, "ip": "::1"}).status == 404)

    def test_it_stays_where_something_was_counted_of_it(self) -> None:
        server = self.ready()
        self.create(server)
        self.psql("UPDATE ads SET archived_at = now() - interval '20 days'")
        self.wait_maintained()
        self.rest(server)
        for sql, table in (
                (COUNTS.format("'2020-01-01+00'", 4, 0), "counts"), (COUNTS.format(MARK.format(4), 3, 0), "counts"),
                (COUNTS.format(MARK.format(3), 2, 4), "counts"), (COUNTS.format(MARK.format(2), 1, 1), "counts"),
                (MINUTE.format("counts_minute", MARK.format(1), 0), "counts_minute"),
                (MINUTE.format("counts_late", "now()", 4), "counts_late")):
            self.psql(sql)
            self.assert_refused(self.purge(server), 409, "events of it were counted")
            self.psql(f"DELETE FROM {table} WHERE key = 1")
        self.psql("INSERT INTO rejected_events (journal, sequence, kind, verdict, flags, ad_id, detail, quantity, "
                  "received_at, occurred_at, reason) VALUES (gen_random_uuid(), 1, 'click', 0, 0, 1, 0, 1, now(), now(), '')")
        self.assert_refused(self.purge(server), 409, "rejected_events")
        self.psql("DELETE FROM rejected_events; CREATE TABLE before_positions ()")
        self.assert_refused(self.purge(server), 409, "brought over")
        self.psql("DROP TABLE before_positions")
        self.assertEqual(self.purge(server).status, 204)


    def test_it_stays_while_a_journal_may_hold_events_of_it(self) -> None:
        server = self.ready()
        self.psql("INSERT INTO ads (id, archived_at) SELECT id, now() - interval '20 days' FROM generate_series(1, 9) AS id")
        self.rest(server)
        for ad_id, (claimed, received, words) in enumerate((
                ("now() - interval '19 days'", "NULL", "0193e3a0-0000-7000-8000-000000000000 may hold"),
                ("now() - interval '19 days'", "now() - interval '13 days 1 hour'", "may hold"),
                ("now() - interval '29 days'", "NULL", "may hold"),
                ("now() - interval '10 minutes'", "now() - interval '11 minutes'", "connected just now"),
                ("now() - interval '4 minutes'", "now()", "connected just now"),
                ("now() - interval '19 days'", "now() - interval '12 days 23 hours'", None),
                ("now() - interval '10 minutes'", "now()", None),
                ("now() - interval '31 days'", "NULL", None)), 1):
            with self.subTest(claimed=claimed, received=received):
                self.psql(JOURNAL.format(claimed, received))
                if words is None:
                    self.assertEqual(self.purge(server, ad_id).status, 204)
                else:
                    self.assert_refused(self.purge(server, ad_id), 409, words)
                self.psql("DELETE FROM ingest_cursor WHERE journal = '0193e3a0-0000-7000-8000-000000000000'")
        self.psql("UPDATE journals_at_rest SET at = now() - interval '2 hours'")  # and it has stored nothing since
        self.assert_refused(self.purge(server, 9), 409, "connected just now")

    def test_a_journal_in_which_events_wait_is_not_at_rest(self) -> None:
        server = self.ready()
        self.create(server)
        self.psql("ALTER TABLE events RENAME COLUMN ip TO other")  # nothing can be stored
        server.wait_until(lambda: server.post("/ads/click", {"ad_id": 1, "ip": "::1"}).status == 202)
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        server.finish()
        self.psql("DELETE FROM journals_at_rest")
        server.start()
        server.wait_until(lambda: self.ask(server, "GET", "/status").json()["as_of"])  # its last chore is done
        self.assertEqual(self.value("SELECT count(*) FROM journals_at_rest"), "0")
        self.psql("ALTER TABLE events RENAME COLUMN other TO ip")
        server.finish()
        server.start()
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT clicks FROM ad_totals"), "1")
        server.finish()
        server.start()
        server.wait_until(lambda: self.value("SELECT count(*) FROM journals_at_rest") == "1")


class Tables(AdministrationCase):
    def test_ids_that_were_given_by_hand_are_passed_over(self) -> None:
        server = self.ready()
        self.psql("INSERT INTO ads (id) VALUES (1), (2), (40)")
        self.assertEqual([self.create(server)["id"] for _ in range(3)], [41, 42, 43])

    def test_a_view_that_lacks_columns(self) -> None:
        server = self.ready()
        self.psql(PARTIAL)
        ad = self.create(server, title="through the view", weight=None)
        self.assertEqual({name: ad[name] for name in LATER}, dict.fromkeys(LATER))
        server.wait_until(lambda: self.listed(server) == 1)
        for name in LATER:
            answer = self.ask(server, "PATCH", f"/ads/{ad['id']}", {name: WHOLE[name]})
            self.assert_refused(answer, 422, f"^{name}: what is called ads in this database has no such column", name)
        tag = self.ask(server, "GET", f"/ads/{ad['id']}").headers["ETag"]
        self.assertEqual(self.ask(server, "PUT", f"/ads/{ad['id']}", ad, match=tag).json(), ad)
        changed = self.ask(server, "PATCH", f"/ads/{ad['id']}", {"title": "other", "active": False}).json()
        self.assertEqual((changed["title"], changed["state"]), ("other", "paused"))
        server.wait_until(lambda: self.listed(server) == 0)
        self.assert_refused(self.ask(server, "DELETE", f"/ads/{ad['id']}"), 409, "no archive", "archived_at")
        self.assertEqual(self.ask(server, "GET", "/ads?fields=all&state=paused").json()["total"], 1)

    def test_a_view_over_a_table_of_somebody_elses_is_shown_at_once(self) -> None:
        server = self.ready()
        self.psql("ALTER TABLE ads RENAME TO before; CREATE TABLE other (LIKE before INCLUDING ALL); "
                  "CREATE VIEW ads AS SELECT * FROM other")
        ad = self.create(server, **{**WHOLE, "active": True})
        self.assertEqual(fields_of(ad), {**WHOLE, "active": True})
        server.wait_until(lambda: self.listed(server) == 1, 20)  # nothing else tells before 30 s
        answer = self.ask(server, "PATCH", f"/ads/{ad['id']}", {"weight": None})
        self.assertEqual(answer.json()["weight"], DEFAULTS["weight"])

    def test_a_view_that_takes_no_changes(self) -> None:
        server = self.ready()
        self.create(server)
        self.psql("ALTER TABLE ads RENAME TO a; CREATE VIEW ads AS SELECT * FROM a UNION ALL SELECT * FROM a WHERE false")
        for method, path in (("POST", "/ads"), ("PATCH", "/ads/1")):
            self.assert_refused(self.ask(server, method, path, {"title": "x"}), 409, "takes no such change")
        self.assertEqual(self.read(server, 1)["title"], None)

    def test_an_id_that_is_there_twice(self) -> None:
        server = self.ready()
        self.psql("ALTER TABLE ads DROP CONSTRAINT ads_pkey; INSERT INTO ads (id) VALUES (5), (5)")
        self.assert_refused(self.ask(server, "PATCH", "/ads/5", {}), 409, "several ads")

    def test_columns_of_other_types(self) -> None:
        self.psql("CREATE TABLE ads (id bigserial PRIMARY KEY, image_url varchar(100), target_url text, weight smallint "
                  "DEFAULT 7, starts_at timestamp, ends_at date, media_files json, trackers text, own text DEFAULT 'own')")
        server = self.ready()
        ad = self.create(server, **{**WHOLE, "ends_at": "2126-01-31T00:00:00Z"})
        self.assertEqual(fields_of(ad), {**WHOLE, "ends_at": "2126-01-31T00:00:00Z"})
        self.assertEqual(self.psql("SELECT own, weight, starts_at FROM ads"), [("own", "3", "2026-01-31 12:00:00")])
        answer = self.ask(server, "PATCH", "/ads/1", {"trackers": {"click": None}, "weight": None})
        self.assertEqual((answer.json()["trackers"], answer.json()["weight"]), ({"start": WHOLE["trackers"]["start"]}, 7))
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"weight": 40000}), 422, "^weight: ", "weight")
        server.wait_until(lambda: server.get("/ads").status == 200)

    def test_a_database_of_another_encoding(self) -> None:
        self.psql(f"CREATE DATABASE {self.database}l ENCODING LATIN1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        self.database += "l"
        self.db_conn = self.postgres.conninfo(self.database)
        server = self.ready()
        self.assertEqual(self.create(server, title="\u00e9")["title"], "\u00e9")
        self.assert_refused(self.ask(server, "POST", "/ads", {"title": "\u20ac"}), 422, "encoding")

    def test_rights_that_are_missing(self) -> None:
        self.ready().finish()
        role = f"editor_{self.database}"
        self.psql(f"CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; "
                  f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}; REVOKE INSERT, UPDATE, DELETE ON ads FROM {role}; "
                  "INSERT INTO ads (title) VALUES ('a')")
        self.addCleanup(self.psql, f"DROP OWNED BY {role}; DROP ROLE {role}")
        server = self.ready(DB_CONN=self.db_conn.replace("user=postgres", f"user={role}"))
        self.assertEqual(self.read(server, 1)["title"], "a")
        for method, path, body in (("POST", "/ads", {}), ("PATCH", "/ads/1", {"title": "b"}), ("DELETE", "/ads/1", None)):
            self.assert_refused(self.ask(server, method, path, body), 503, "SELECT, INSERT, UPDATE and DELETE on ads")
        self.psql(f"GRANT INSERT, UPDATE ON ads TO {role}")
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"title": "b"}).status, 200)
        self.assertEqual(self.create(server)["id"], 2)
        server.finish()

    def test_a_database_that_takes_no_changes(self) -> None:
        server = self.ready()
        self.create(server)
        self.psql(f"ALTER DATABASE {self.database} SET default_transaction_read_only = on")
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                  f"AND datname = '{self.database}'")
        server.wait_until(lambda: "read-only" in self.ask(server, "PATCH", "/ads/1", {"title": "x"}).json()["error"])
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"title": "x"}).status, 503)


if __name__ == "__main__":
    unittest.main()
