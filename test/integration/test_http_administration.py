"""POST /ads, GET, PUT, PATCH and DELETE /ads/{id}: every column both ways, and the words for what is refused."""
import gzip
import unittest
from typing import Any

from administration_support import ADMIN, DEFAULTS, READ, VALUES, WHOLE, AdministrationCase, fields_of


class Columns(AdministrationCase):
    def test_every_column_is_written_and_read(self) -> None:
        server = self.ready()
        answer = self.ask(server, "POST", "/ads", WHOLE)
        self.assertEqual(answer.status, 201, answer.body)
        ad = answer.json()
        self.assertEqual(fields_of(ad), WHOLE)
        self.assertEqual(answer.headers["Location"], f"/ads/{ad['id']}")
        self.assertEqual(set(fields_of(ad)), set(self.columns()) - {"id", "archived_at"})
        self.assertEqual(self.read(server, ad["id"]), ad)
        for name, (_, other) in VALUES.items():
            with self.subTest(name):
                answer = self.ask(server, "PATCH", f"/ads/{ad['id']}", {name: other})
                merged = {**WHOLE[name], **other} if name == "trackers" else other
                self.assertEqual((answer.status, answer.json().get(name)), (200, merged), answer.body)
                answer = self.ask(server, "PATCH", f"/ads/{ad['id']}", {name: None})
                self.assertEqual((answer.status, answer.json()[name]), (200, DEFAULTS[name]))
        self.assertEqual(fields_of(self.read(server, ad["id"])), DEFAULTS)
        answer = self.ask(server, "PUT", f"/ads/{ad['id']}", WHOLE)
        self.assertEqual(answer.json(), {**ad, "state": answer.json()["state"]})
        answer = self.ask(server, "PUT", f"/ads/{ad['id']}", {"title": "only"})
        self.assertEqual(fields_of(answer.json()), {**DEFAULTS, "title": "only"})

    def columns(self) -> list:
        return [row[0] for row in self.psql("SELECT attname FROM pg_attribute WHERE attrelid = 'ads'::regclass "
                                            "AND attnum > 0 AND NOT attisdropped")]

    def test_what_was_read_may_be_sent_back(self) -> None:
        server = self.ready()
        ad = self.create(server, **WHOLE)
        answer = self.ask(server, "GET", f"/ads/{ad['id']}", token=READ)
        tag = answer.headers["ETag"]
        for method in ("PUT", "PATCH"):
            again = self.ask(server, method, f"/ads/{ad['id']}", answer.json(), match=tag)
            self.assertEqual((again.status, again.json(), again.headers["ETag"]), (200, ad, tag), again.body)
        listed = self.ask(server, "GET", "/ads?fields=all", token=READ).json()["ads"][0]
        self.assertEqual(listed["etag"], tag)
        self.assertEqual(self.ask(server, "PUT", f"/ads/{ad['id']}", listed, match=tag).status, 200)

    def test_what_the_server_writes_is_its_own(self) -> None:
        server = self.ready()
        ad = self.create(server)
        for field, value in (("id", ad["id"] + 1), ("state", "paused"), ("state", ""), ("etag", "\"x\""),
                             ("etag", None), ("archived_at", "2026-01-31T12:00:00Z")):
            answer = self.ask(server, "PATCH", f"/ads/{ad['id']}", {field: value})
            self.assert_refused(answer, 422, f"^{field}: ", field)
        self.assert_refused(self.ask(server, "POST", "/ads", {"id": 7}), 422, "^id: is the server's", "id")
        self.assertEqual(self.read(server, ad["id"]), ad)

    def test_a_state_that_the_time_has_changed_may_be_sent_back(self) -> None:
        server = self.ready()
        ad = self.create(server, starts_at="2126-01-31T12:00:00Z")
        self.assertEqual(ad["state"], "scheduled")
        self.psql("UPDATE ads SET starts_at = now() - interval '1 hour'")
        ad = {"title": "x", "state": "scheduled"}
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", ad).json()["state"], "available")

    def test_a_patch_merges_what_is_an_object(self) -> None:
        server = self.ready()
        self.create(server, trackers={"start": "https://x.example/1", "skip": "https://x.example/s"})
        answer = self.ask(server, "PATCH", "/ads/1", {"trackers": {"start": None, "mute": ["https://x.example/m"]}})
        self.assertEqual(answer.json()["trackers"], {"skip": "https://x.example/s", "mute": ["https://x.example/m"]})
        answer = self.ask(server, "PUT", "/ads/1", {"trackers": {"mute": ["https://x.example/m"]}})
        self.assertEqual(answer.json()["trackers"], {"mute": ["https://x.example/m"]})
        full = [f"https://x.example/{n}" for n in range(200)]
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"trackers": {"start": full}}), 422,
                            "^trackers: there are 201 URLs, more than 200", "trackers")

    def test_states(self) -> None:
        server = self.ready()
        for fields, state in (({}, "available"), ({"active": False}, "paused"), ({"weight": 0}, "without_weight"),
                              ({"starts_at": "2126-01-31T12:00:00Z"}, "scheduled"),
                              ({"ends_at": "2026-01-31T12:00:00Z"}, "ended"),
                              ({"ends_at": "2026-01-31T12:00:00Z", "active": False, "weight": 0}, "paused")):
            ad = self.create(server, **fields)
            self.assertEqual(ad["state"], state)
            listed = self.ask(server, "GET", f"/ads?fields=all&id={ad['id']}&state={state}", token=READ).json()
            self.assertEqual([found["id"] for found in listed["ads"]], [ad["id"]])

    def test_a_time_with_its_zone_is_kept_as_utc(self) -> None:
        server = self.ready()
        ad = self.create(server, starts_at="2026-01-31T13:00:00.25+01:00")
        self.assertEqual(ad["starts_at"], "2026-01-31T12:00:00.250000Z")
        self.assertEqual(self.psql("SELECT starts_at = '2026-01-31 12:00:00.25+00' FROM ads"), [("t",)])


class Refusals(AdministrationCase):
    def test_values_are_refused_in_words(self) -> None:
        server = self.ready()
        self.create(server, title="as it was", ends_at="2026-01-31T12:00:00Z")
        before = self.read(server, 1)
        for body, words, field in (
                ({"target_url": "javascript:alert(1)"}, "^target_url: must be an http or https URL", "target_url"),
                ({"titel": "x"}, "did you mean title", "titel"),
                ({"weight": "3"}, "^weight: must be a whole number from 0 to 1000000", "weight"),
                ({"starts_at": "2026-01-31T12:00:00Z"}, "^ends_at: must be after starts_at", "ends_at"),
                ({"starts_at": "2027-01-31T12:00:00Z"}, "^ends_at: must be after starts_at", "ends_at"),
                ({"media_files": [{"url": "https://m.example/"}, {"url": "x"}]}, "item 2", "media_files"),
                ({"ad_verifications": "<AdVerifications>"}, "^ad_verifications: ", "ad_verifications")):
            for method in ("PATCH", "PUT"):
                given = body if method == "PATCH" else {**fields_of(before), **body}
                self.assert_refused(self.ask(server, method, "/ads/1", given), 422, words, field)
        self.assertEqual(self.read(server, 1), before)
        self.assertEqual(self.psql("SELECT count(*) FROM ads"), [("1",)])

    def test_what_the_database_refuses_is_told(self) -> None:
        server = self.ready()
        self.create(server, title="one")
        self.psql("ALTER TABLE ads ADD CONSTRAINT titles UNIQUE (title), ADD CONSTRAINT no_cats CHECK (title <> 'cat')")
        self.assert_refused(self.ask(server, "POST", "/ads", {"title": "one"}), 422, "titles")
        self.assert_refused(self.ask(server, "POST", "/ads", {"title": "cat"}, key="k"), 422, "no_cats")
        self.psql("ALTER TABLE ads ALTER title TYPE varchar(5), ALTER title SET NOT NULL, ALTER title DROP DEFAULT")
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"title": "longer", "weight": 3}), 422,
                            r"^title: value too long for type character varying\(5\)", "title")
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {"title": None}), 422, "null value", "title")
        self.assertEqual(self.read(server, 1)["title"], "one")

    def test_a_failed_request_does_not_keep_its_key(self) -> None:
        server = self.ready()
        self.psql("ALTER TABLE ads ADD CONSTRAINT no_cats CHECK (title <> 'cat')")
        self.assertEqual(self.ask(server, "POST", "/ads", {"title": "cat"}, key="k").status, 422)
        self.assertEqual(self.psql("SELECT count(*) FROM ad_requests"), [("0",)])
        self.psql("ALTER TABLE ads DROP CONSTRAINT no_cats")
        self.assertEqual(self.ask(server, "POST", "/ads", {"title": "cat"}, key="k").status, 201)

    def test_bodies(self) -> None:
        server = self.ready()
        self.create(server)
        for body, status in ((b"", 400), (b"[]", 400), (b"{", 400), (b"{\"title\":\"a\",\"title\":\"b\"}", 400),
                             (b"{\"title\":\"" + b"x" * 1001 + b"\"}", 422),
                             (b"{\"title\":\"" + b"x" * (256 * 1024) + b"\"}", 413),
                             (b" " * (256 * 1024 - 2) + b"{}", 200), (b" " * (256 * 1024 - 1) + b"{}", 413)):
            answer = self.ask(server, "PATCH", "/ads/1", body)
            self.assertEqual(answer.status, status, (body[:40], answer.body))
            if status != 200:
                self.assertIn("error", answer.json())
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", b"{\"a\":" * 20 + b"1" + b"}" * 20).status, 400)

    def test_types_of_bodies(self) -> None:
        server = self.ready()
        self.create(server)
        patch = "application/merge-patch+json"
        for method, path, kind, status in (
                ("PATCH", "/ads/1", patch, 200), ("PATCH", "/ads/1", "Application/JSON; charset=utf-8", 200),
                ("PATCH", "/ads/1", "application/json-patch+json", 415), ("PUT", "/ads/1", patch, 415),
                ("PATCH", "/ads/1", "text/plain", 415), ("POST", "/ads", patch, 415), ("POST", "/ads", "text/plain", 415),
                ("POST", "/ads", "application/x-www-form-urlencoded", 415), ("POST", "/ads", "application/json", 201)):
            answer = self.ask(server, method, path, b"{}", Content_Type=kind)
            self.assertEqual(answer.status, status, (method, kind, answer.body))
            if status == 415:
                header = "Accept-Patch" if method == "PATCH" else "Accept"
                self.assertIn("application/json", answer.headers[header])
                self.assertIn("application/json", answer.json()["error"])
        zipped = gzip.compress(b"{\"title\":\"zipped\"}")
        answer = self.ask(server, "PATCH", "/ads/1", zipped, Content_Encoding="gzip", Content_Type=patch)
        self.assertEqual(answer.json()["title"], "zipped")
        bomb = gzip.compress(b" " * (257 * 1024) + b"{}")
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", bomb, Content_Encoding="gzip").status, 413)
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", zipped[:-9], Content_Encoding="gzip").status, 400)

    def test_who_may(self) -> None:
        server = self.ready()
        self.create(server, active=False)
        self.create(server, title="open")
        server.wait_until(lambda: self.listed(server) == 1)
        for token, read, change in ((None, 404, 401), ("x" * 24, 401, 401), (READ, 200, 403), (ADMIN, 200, 200)):
            def ask(method: str, path: str, body: Any = None) -> int:
                return self.ask(server, method, path, body, token=token).status
            self.assertEqual(ask("GET", "/ads/1"), read)
            self.assertEqual(ask("GET", "/ads?fields=all"), 401 if read == 404 else read)
            for method, body in (("PUT", {}), ("PATCH", {}), ("DELETE", None)):
                self.assertEqual(ask(method, "/ads/1", body), change, (token, method))
            self.assertEqual(ask("POST", "/ads", {}), 201 if change == 200 else change)
        public = self.ask(server, "GET", "/ads/2", token=None)
        self.assertEqual(public.json(), {"id": 2, "image_url": "", "target_url": "", "title": "open"})
        again = self.ask(server, "GET", "/ads/2", token=None, If_None_Match=public.headers["ETag"])
        self.assertEqual((again.status, again.body), (304, b""))
        for answer in (public, self.ask(server, "PATCH", "/ads/2", {}), self.ask(server, "GET", "/ads?fields=all")):
            self.assertEqual(answer.headers["Vary"], "Authorization, Cookie")
        self.assertEqual(self.ask(server, "GET", "/ads/99", token=None).status, 404)
        self.assertEqual(self.ask(server, "HEAD", "/ads/1").status, 200)

    def test_without_a_token_there_are_no_changes(self) -> None:
        server = self.ready(ADMIN_TOKEN="", READ_TOKEN="")
        for method, path, body in (("POST", "/ads", {}), ("PATCH", "/ads/1", {}), ("DELETE", "/ads/1", None)):
            self.assert_refused(self.ask(server, method, path, body, token=None), 403, "ADMIN_TOKEN")
        self.assertEqual(self.psql("SELECT count(*) FROM ads"), [("0",)])


class Conditions(AdministrationCase):
    def test_a_change_says_what_it_changes(self) -> None:
        server = self.ready()
        self.create(server)
        tag = self.ask(server, "GET", "/ads/1").headers["ETag"]
        for match, status in ((None, 428), ("\"x\"", 412), (f"W/{tag}", 412), (tag.strip("\""), 412), ("", 412),
                              (tag, 200), (f"\"x\", {tag}", 200), (f"\"a,b\",{tag}", 200), ("*", 200)):
            for method, body in (("PATCH", {}), ("PUT", {}), ("DELETE", None)):
                answer = self.ask(server, method, "/ads/1", body, match=match)
                self.assertEqual(answer.status, status, (match, method, answer.body))
                if method == "DELETE" and status == 200:
                    self.ask(server, "PATCH", "/ads/1", {"archived_at": None})
        self.assert_refused(self.ask(server, "PATCH", "/ads/1", {}, match=None), 428, "If-Match")

    def test_the_tag_is_of_the_content(self) -> None:
        server = self.ready()
        tags = [self.ask(server, "POST", "/ads", {"title": "a"}).headers["ETag"]]
        for title in ("b", "a", "a"):
            tags.append(self.ask(server, "PATCH", "/ads/1", {"title": title}).headers["ETag"])
        self.assertEqual([tags[0] == tag for tag in tags], [True, False, True, True])
        self.psql("UPDATE ads SET weight = 7")
        self.assertEqual(self.ask(server, "PATCH", "/ads/1", {"title": "c"}, match=tags[0]).status, 412)
        self.assertRegex(tags[0], "^\"[0-9a-f]{32}\"$")

    def test_an_answer_that_is_known_is_not_sent_again(self) -> None:
        server = self.ready()
        self.create(server)
        for path in ("/ads/1", "/ads?fields=all"):
            answer = self.ask(server, "GET", path)
            self.assertEqual(answer.headers["Cache-Control"], "private, no-cache")
            again = self.ask(server, "GET", path, If_None_Match=answer.headers["ETag"])
            self.assertEqual((again.status, again.body), (304, b""))
            self.ask(server, "PATCH", "/ads/1", {"title": path})
            again = self.ask(server, "GET", path, If_None_Match=answer.headers["ETag"])
            self.assertEqual(again.status, 200)

    def test_there_is_no_such_ad(self) -> None:
        server = self.ready()
        for method, body in (("GET", None), ("PUT", {}), ("PATCH", {}), ("DELETE", None)):
            self.assert_refused(self.ask(server, method, "/ads/77", body), 404, "there is no ad with this id")
            for number in ("0", "99999999999", "2147483648", "00000000001"):  # no id of an ad
                self.assertEqual(self.ask(server, method, f"/ads/{number}", body).status, 404)


if __name__ == "__main__":
    unittest.main()
