"""GET /ads: what is available just now, and no byte more often than needed."""
import gzip
import re
import time

from http_support import OneServerCase, listed

from harness.case import TrackerCase

ADS = """INSERT INTO ads (id, image_url, target_url, active, starts_at, ends_at) VALUES """


class EtagTest(OneServerCase):
    def test_the_original_fields_are_there(self) -> None:
        answer = self.tracker.get("/ads")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(answer.json(), [
            {"id": i, "image_url": f"https://i.example/{i}", "target_url": f"https://t.example/{i}"}
            for i in self.ADS])

    def test_the_same_list_has_the_same_strong_tag(self) -> None:
        first, second = self.tracker.get("/ads"), self.tracker.get("/ads")
        self.assertRegex(first.headers["ETag"], r'^"[0-9a-f]+"$')
        self.assertEqual(first.headers["ETag"], second.headers["ETag"])
        self.assertEqual(self.tracker.request("HEAD", "/ads").headers["ETag"],
                         first.headers["ETag"])

    def test_a_known_tag_is_304_in_every_form(self) -> None:
        tag = self.tracker.get("/ads").headers["ETag"]
        for value in (tag, f"W/{tag}", "*", f'"other", {tag}', f'"a","b",W/{tag} ,"c"',
                      f"  {tag}  ", f', ,{tag}', f'W/"x",*'):
            for method in ("GET", "HEAD"):
                with self.subTest(f"{method} {value}"):
                    answer = self.tracker.request(method, "/ads", headers={"If-None-Match": value})
                    self.assertEqual((answer.status, answer.body), (304, b""))
                    self.assertEqual(answer.headers["ETag"], tag)
                    self.assertEqual(answer.headers["Cache-Control"], "no-cache")
                    self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")

    def test_any_other_tag_is_200(self) -> None:
        tag = self.tracker.get("/ads").headers["ETag"]
        for value in ("", '""', '"other"', tag.strip('"'), tag[:-1], tag.upper()[:-2] + '"', "W/",
                      "W/*", '"*"', f'"{tag}', f'x{tag}', "," * 5000):
            with self.subTest(value[:40]):
                answer = self.tracker.get("/ads", {"If-None-Match": value})
                self.assertEqual(answer.status, 200)
                self.assertEqual(len(answer.json()), len(self.ADS))

    def test_a_connection_is_in_step_after_304(self) -> None:
        tag = self.tracker.get("/ads").headers["ETag"]
        wire = self.wire()
        for _ in range(3):
            answer = wire.send(f"GET /ads HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\n\r\n"
                               .encode()).answer()
            self.assertEqual(answer.status, 304)
            self.assert_usable(wire)


class GzipTest(OneServerCase):
    def test_it_is_sent_where_it_is_accepted(self) -> None:
        plain = self.tracker.get("/ads")
        for wish, is_taken in (("gzip", True), ("deflate, gzip;q=0.5", True), ("*", True), ("br, x-gzip", True),
                               ("", False), ("identity", False), ("gzip;q=0", False), ("br", False),
                               ("*;q=0", False), ("gzip;q=0.1, identity", False)):
            for method in ("GET", "HEAD"):
                with self.subTest(f"{method} {wish}"):
                    answer = self.tracker.request(method, "/ads", headers={"Accept-Encoding": wish})
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.headers["Vary"], "Accept-Encoding")
                    self.assertEqual(answer.headers["Content-Type"], "application/json")
                    self.assertEqual(answer.headers["Content-Encoding"], "gzip" if is_taken else None)
                    self.assertEqual(answer.headers["ETag"] == plain.headers["ETag"], not is_taken)
                    if method == "GET":
                        body = gzip.decompress(answer.body) if is_taken else answer.body
                        self.assertEqual(body, plain.body)
                        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))

    def test_it_has_a_tag_of_its_own(self) -> None:
        plain = self.tracker.get("/ads").headers["ETag"]
        zipped = self.tracker.get("/ads", {"Accept-Encoding": "gzip"}).headers["ETag"]
        self.assertRegex(zipped, r'^"[0-9a-f]+-gzip"$')
        for tag, wish, status in ((zipped, "gzip", 304), (plain, "gzip", 200), (zipped, "identity", 200),
                                  (plain, "identity", 304), (f"{plain}, {zipped}", "gzip", 304), ("*", "gzip", 304)):
            with self.subTest(f"{tag} {wish}"):
                answer = self.tracker.get("/ads", {"Accept-Encoding": wish, "If-None-Match": tag})
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["ETag"], zipped if wish == "gzip" else plain)
                self.assertEqual(answer.headers["Vary"], "Accept-Encoding")

    def test_a_connection_is_in_step_after_it(self) -> None:
        wire = self.wire()
        for _ in range(3):
            self.assertEqual(wire.send(b"GET /ads HTTP/1.1\r\nHost: x\r\nAccept-Encoding: deflate\r\n"
                                       b"Accept-Encoding: gzip\r\n\r\n").answer().status, 200)
            self.assert_usable(wire)


class ChangeTest(OneServerCase):
    """Each test puts the list back as it found it."""

    def expect(self, ids, timeout_seconds: float = 20.0) -> None:
        self.tracker.wait_until(lambda: listed(self.tracker) == sorted(ids), timeout_seconds)

    def tearDown(self) -> None:
        self.psql(f"DELETE FROM ads WHERE id > {len(self.ADS)}; UPDATE ads SET active = true, "
                  "starts_at = NULL, ends_at = NULL, title = NULL")
        self.expect(self.ADS)
        super().tearDown()

    def test_every_kind_of_change_is_seen_at_once(self) -> None:
        changes = [
            (ADS + "(10, 'i', 't', true, NULL, NULL)", [1, 2, 3, 10]),
            ("UPDATE ads SET active = false WHERE id = 2", [1, 3, 10]),
            ("UPDATE ads SET id = 11 WHERE id = 10", [1, 3, 11]),
            ("DELETE FROM ads WHERE id = 11", [1, 3]),
            ("BEGIN; UPDATE ads SET active = true; " + ADS + "(12, 'i', 't', true, NULL, NULL); "
             "COMMIT", [1, 2, 3, 12]),
            ("COPY ads (id, image_url, target_url) FROM stdin;\n13\ti\tt\n\\.\n",
             [1, 2, 3, 12, 13]),
        ]
        for sql, ids in changes:
            with self.subTest(sql):
                tag = self.tracker.get("/ads").headers["ETag"]
                self.psql(sql)
                self.expect(ids)
                self.assertNotEqual(self.tracker.get("/ads").headers["ETag"], tag)

    def test_a_changed_field_changes_list_and_tag(self) -> None:
        tag = self.tracker.get("/ads").headers["ETag"]
        self.psql("UPDATE ads SET title = 'Ein \"Titel\" \\ ✓' WHERE id = 1")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").headers["ETag"] != tag, 20)
        self.assertEqual(self.tracker.get("/ads").json()[0]["title"], 'Ein "Titel" \\ ✓')

    def test_what_is_rolled_back_never_shows(self) -> None:
        self.psql("BEGIN; DELETE FROM ads WHERE id = 1; ROLLBACK")
        self.psql("UPDATE ads SET active = false WHERE id = 3")
        self.expect([1, 2])

    def test_only_what_is_available_is_listed(self) -> None:
        self.psql(ADS + """
            (20, 'inactive', 't', false, NULL, NULL),
            (21, 'over', 't', true, NULL, now() - interval '1 s'),
            (22, 'to come', 't', true, now() + interval '1 h', NULL),
            (23, 'now', 't', true, now() - interval '1 h', now() + interval '1 h'),
            (24, 'for ever', 't', true, '-infinity', 'infinity'),
            (25, 'never', 't', true, 'infinity', NULL),
            (26, 'long over', 't', true, NULL, '-infinity'),
            (27, 'far off', 't', true, '9999-01-01', NULL)""")
        self.expect([1, 2, 3, 23, 24])

    def test_every_year_has_four_digits(self) -> None:
        self.psql(ADS + """
            (40, 'i', 't', true, '4713-01-01 BC', '12345-06-07'),
            (41, 'i', 't', true, '0001-12-31 23:59:59.999999+00 BC', '200000-01-01'),
            (42, 'i', 't', true, '2025-04-20 00:00:00+00', '9999-12-31 23:59:59.999999+00')""")
        self.expect([1, 2, 3, 40, 41, 42])
        told = {ad["id"]: (ad["starts_at"], ad["ends_at"]) for ad in self.tracker.get("/ads").json()
                if "ends_at" in ad}
        last = "9999-12-31T23:59:59.999999Z"
        self.assertEqual(told, {40: ("0000-01-01T00:00:00Z", last),
                                41: ("0000-12-31T23:59:59.999999Z", last),
                                42: ("2025-04-20T00:00:00Z", last)})
        answer = self.tracker.get("/ads/analytics?start=0000-01-01T00:00:00%2B23:59&"
                                  "end=9999-12-31T23:59:59-23:59")
        self.assertEqual((answer.json()["start"], answer.json()["end"]),
                         ("0000-01-01T00:00:00Z", last))

    def test_it_starts_and_ends_on_time(self) -> None:
        start, gap = time.time() + 6, 4
        self.psql(ADS + f"(30, 'i', 't', true, to_timestamp({start}), to_timestamp({start + gap})), "
                  f"(31, 'i', 't', true, NULL, to_timestamp({start + 2 * gap}))")
        self.expect([1, 2, 3, 31], 5.9)
        seen = []
        while not seen or seen[-1][1] != [1, 2, 3]:
            ids = listed(self.tracker)
            if not seen or ids != seen[-1][1]:
                seen.append((time.time() - start, ids))
            self.assertLess(time.time() - start, 5 * gap, seen)
            time.sleep(0.005)
        self.assertEqual([ids for _, ids in seen],
                         [[1, 2, 3, 31], [1, 2, 3, 30, 31], [1, 2, 3, 31], [1, 2, 3]])
        for (at, _), due in zip(seen[1:], (0, gap, 2 * gap)):
            self.assertGreaterEqual(at, due - 0.01)
            self.assertLess(at, due + gap)

    def test_a_list_is_of_one_state_and_so_is_its_tag(self) -> None:
        self.psql("INSERT INTO ads (id, image_url, target_url) "
                  "SELECT i, repeat('x', 200), 't' FROM generate_series(100, 4099) i")
        bodies: dict = {}
        for n in range(5):
            self.psql(f"UPDATE ads SET title = 'state {n}'")
            end = time.time() + 20
            titles: set = set()
            while titles != {f"state {n}"}:
                answer = self.tracker.get("/ads")
                body = bodies.setdefault(answer.headers["ETag"], answer.body)
                self.assertEqual(body, answer.body)
                titles = {ad.get("title") for ad in answer.json()}
                self.assertEqual(len(titles), 1)
                self.assertLess(time.time(), end)

    def test_it_is_not_zipped_where_that_does_not_pay(self) -> None:
        self.psql("UPDATE ads SET active = false")
        self.expect([])
        answer = self.tracker.get("/ads", {"Accept-Encoding": "gzip"})
        self.assertEqual((answer.body, answer.headers["Content-Encoding"]), (b"[]", None))
        self.assertEqual(answer.headers["ETag"], self.tracker.get("/ads").headers["ETag"])

    def test_both_forms_are_of_one_state(self) -> None:
        self.psql("INSERT INTO ads (id, image_url, target_url) "
                  "SELECT i, md5(i::text), 't' FROM generate_series(100, 4099) i")
        self.tracker.wait_until(lambda: len(listed(self.tracker)) > 4000, 20)
        plain, zipped = self.tracker.get("/ads"), self.tracker.get("/ads", {"Accept-Encoding": "gzip"})
        self.assertEqual(gzip.decompress(zipped.body), plain.body)
        self.assertLess(3 * len(zipped.body), len(plain.body))

    def test_a_burst_of_changes_ends_with_the_last(self) -> None:
        for _ in range(3):
            self.psql("".join(f"UPDATE ads SET title = 'title {i}' WHERE id = 1;"
                              for i in range(200)))
        self.tracker.wait_until(
            lambda: self.tracker.get("/ads").json()[0].get("title") == "title 199", 20)


class AwayTest(TrackerCase):
    def test_the_list_outlives_the_database(self) -> None:
        postgres = self.private_postgres()
        conninfo = postgres.create_database("ads")
        server = self.start_server(DB_CONN=conninfo, SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200 and listed(server))
        end = time.time() + 10
        postgres.psql(f"UPDATE ads SET title = 'last', ends_at = to_timestamp({end}) WHERE id = 5",
                      "ads")
        server.wait_until(lambda: b'"last"' in server.get("/ads").body)
        tag = server.get("/ads").headers["ETag"]
        postgres.stop()
        for _ in range(5):
            answer = server.get("/ads")
            self.assertEqual(answer.status, 200)
        # The boundary comes all the same.
        server.wait_until(lambda: listed(server) == [1, 2, 3, 4], 20)
        self.assertGreaterEqual(time.time(), end - 0.01)
        self.assertNotEqual(server.get("/ads").headers["ETag"], tag)
        postgres.start()
        postgres.psql("UPDATE ads SET ends_at = NULL", "ads")
        server.wait_until(lambda: listed(server) == [1, 2, 3, 4, 5], 15)

    def test_before_it_was_ever_loaded_it_is_503(self) -> None:
        server = self.start_server(DB_CONN=f"host={self.directory()}")
        answer = server.get("/ads")
        self.assertEqual(answer.status, 503)
        self.assertTrue(re.fullmatch(r"\d+", answer.headers["Retry-After"]))
        self.assertIn("database", answer.json()["error"])
        head = server.request("HEAD", "/ads")
        self.assertEqual((head.status, head.body), (503, b""))

    def test_a_list_of_ten_thousand(self) -> None:
        server = self.start_server()
        server.wait_until(lambda: server.get("/ads").status == 200)
        self.psql("INSERT INTO ads (id, image_url, target_url) "
                  "SELECT i, repeat('é', 250), 't' FROM generate_series(1, 10000) i")
        server.wait_until(lambda: len(server.get("/ads").json()) == 10000, 30)
