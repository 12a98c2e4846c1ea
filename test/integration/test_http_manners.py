"""Methods, CORS, errors and bodies, as any HTTP client sees them."""
import gzip
import json
import re
import subprocess

from http_support import CLICK, EVENT_ROUTES, GET_ROUTES, LIVEZ, WINDOW, OneServerCase, post

from harness.case import BINARY

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
QUERY = {"/ads/analytics": "?" + WINDOW}


def request(method: str, path: str, *fields: str) -> bytes:
    head = [f"{method} {path}{QUERY.get(path, '')} HTTP/1.1", "Host: x", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n"


class MethodsTest(OneServerCase):
    def test_head_is_get_without_the_body(self) -> None:
        wire = self.wire()
        for path in GET_ROUTES:
            with self.subTest(path):
                got = wire.send(request("GET", path)).answer()
                headed = wire.send(request("HEAD", path)).answer(has_body=False)
                self.assertEqual((got.status, headed.status), (200, 200))
                varying = {"Date", "X-As-Of", "X-Complete-Until"} | ({"Content-Length"} if path == "/metrics" else set())
                self.assertEqual(
                    sorted(field for field in got.fields if field[0] not in varying),
                    sorted(field for field in headed.fields if field[0] not in varying))
                self.assertGreater(int(headed.field("Content-Length")), 0)
                self.assert_usable(wire)

    def test_head_has_no_body_on_errors_either(self) -> None:
        wire = self.wire()
        for path, status in (("/nothing", 404), ("/ads/click", 405), ("/ads/analytics?x=1", 400)):
            answer = wire.send(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer(False)
            self.assertEqual(answer.status, status)
            self.assert_usable(wire)

    def test_a_method_that_a_route_has_not_is_405_with_allow(self) -> None:
        wire = self.wire()
        for path in GET_ROUTES + EVENT_ROUTES:
            allowed = ("POST", "OPTIONS") if path in EVENT_ROUTES else ("GET", "HEAD", "OPTIONS")
            if path == "/ads":
                allowed = ("GET", "HEAD", "POST", "OPTIONS")
            for method in METHODS:
                if method in allowed:
                    continue
                with self.subTest(f"{method} {path}"):
                    answer = wire.send(request(method, path)).answer(method != "HEAD")
                    self.assertEqual(answer.status, 405)
                    self.assertEqual(answer.field("Allow").split(", "), list(allowed))
                    if method != "HEAD":
                        self.assert_error(answer, 405)
        self.assert_usable(wire)

    def test_options_on_every_route(self) -> None:
        wire = self.wire()
        for path in GET_ROUTES + EVENT_ROUTES:
            answer = wire.send(request("OPTIONS", path)).answer()
            self.assertEqual((answer.status, answer.field("Content-Length")), (204, None))
            self.assertIn("OPTIONS", answer.field("Allow"))
        self.assert_usable(wire)

    def test_options_of_the_server_as_a_whole(self) -> None:
        for target in ("*", "http://x", "http://x:80"):
            wire = self.wire()
            answer = wire.send(f"OPTIONS {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer()
            self.assertEqual((answer.status, answer.field("Content-Length")), (204, None), target)
            self.assertRegex(answer.field("Allow"), "^GET, HEAD, POST, OPTIONS(, [A-Z]+)*$")

    def test_no_such_route(self) -> None:
        wire = self.wire()
        for path in ("/Ads", "/ads//", "/ads/1.x", "/ads%2Fclick", "/%41ds", "/ads/%00",
                     "/ads/%6", "/ads/" + "x" * 33, "/ads/click%2F", "/%00", "/.",
                     "/../ads", "/%FF", "/" + "x" * 8000, "/ads%3F", "/.refused/3", "/[", "/a;b"):
            for method in METHODS:
                line = f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1")
                answer = wire.send(line).answer(method != "HEAD")
                self.assertEqual(answer.status, 404, line)
                if method != "HEAD":
                    self.assert_error(answer, 404, "no such route")
        self.assert_usable(wire)

    def test_the_root_tells_what_is_here(self) -> None:
        answer = self.wire().send(b"GET /?x HTTP/1.1\r\nHost: x\r\n\r\n").answer()
        self.assertEqual((answer.status, answer.field("Content-Type")), (200, "application/json"))
        told = json.loads(answer.body)
        self.assertEqual(list(told), ["name", "version", "routes"])
        version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
        self.assertRegex(version.stdout, rf"^{told['name']} {told['version']} ")
        routes = {route["path"]: route["methods"] for route in told["routes"]}
        self.assertEqual(len(routes), len(told["routes"]))
        self.assertLessEqual({*GET_ROUTES, *EVENT_ROUTES, "/ads/{kind}", "/ads/events", "/vast", "/ads/{id}",
                              "/ads/{id}/vast", "/ads/serve", "/t/{event}/{token}", "/c/{token}", "/session"},
                             set(routes))
        for path, methods in routes.items():
            some = re.sub(r"\{\w+\}", "x", path.replace("{id}", "1"))
            answer = self.wire().send(request("OPTIONS", some)).answer()
            self.assertEqual(answer.field("Allow").split(", "), methods)

    def test_other_spellings_of_a_path(self) -> None:
        wire = self.wire()
        for path in GET_ROUTES[1:]:
            label = f'endpoint="{path}"'.encode()
            for spelling in (f"{path}/", f"/%{ord(path[1]):02x}{path[2:]}",
                             "/".join("".join(f"%{ord(c):02X}" for c in part)
                                      for part in path.split("/")) + "/"):
                target = spelling + ("?" + QUERY[path][1:] if path in QUERY else "")
                answer = wire.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer()
                self.assertEqual(answer.status, 200, target)
            self.assertIn(label, wire.send(request("GET", "/metrics/")).answer().body)
        for path in EVENT_ROUTES:
            for spelling in (f"{path}/", path.replace("/a", "/%61"), path.replace("s/", "%73/") + "/"):
                self.assertEqual(wire.send(post(spelling, CLICK)).answer().status, 202, spelling)
                answer = wire.send(request("GET", spelling)).answer()
                self.assertEqual((answer.status, answer.field("Allow")), (405, "POST, OPTIONS"))

    def test_a_route_with_a_word_in_its_path(self) -> None:
        wire = self.wire()
        for word in ("1x", "0x", "Click", "clicks", "x" * 32, "%63licks"):
            for method in METHODS:
                answer = wire.send(request(method, f"/ads/{word}")).answer(method != "HEAD")
                if method == "POST":
                    self.assert_error(answer, 404, "no such kind of event")
                else:
                    self.assertEqual(answer.status, 204 if method == "OPTIONS" else 405)
                    self.assertEqual(answer.field("Allow"), "POST, OPTIONS")
        self.assert_usable(wire)

    def test_methods_http_has_not(self) -> None:
        for method in ("PROPFIND", "get", "GETS", "X"):
            wire = self.wire()
            self.assert_error(wire.send(request(method, "/ads")).answer(), 501)
            self.assertTrue(wire.is_closed())

    def test_a_body_for_a_method_that_a_route_has_not(self) -> None:
        wire = self.wire()
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            answer = wire.send(request(method, "/livez", "Content-Length: 5") + b"GET /").answer()
            self.assert_error(answer, 405)
            self.assert_usable(wire)


class CorsTest(OneServerCase):
    # Each answers otherwise: 2xx, 4xx of a handler, of the routes, and of what is refused before.
    REQUESTS = [
        *(request("GET", path) for path in GET_ROUTES),
        *(request("OPTIONS", path) for path in GET_ROUTES + EVENT_ROUTES),
        *(post(path, CLICK) for path in EVENT_ROUTES),
        *(post(path, b"{") for path in EVENT_ROUTES),
        post("/ads/click", b'{"ad_id":77}'),
        post("/ads/click", CLICK, "Content-Type: image/png"),
        post("/ads/click", b" " * 70000),
        b"GET /ads/analytics HTTP/1.1\r\nHost: x\r\n\r\n",
        request("GET", "/nothing"),
        request("PUT", "/ads"),
    ]

    def exchange(self, request_bytes: bytes, origin: str):
        fields = f"\r\nOrigin: {origin}\r\n\r\n" if origin else "\r\n\r\n"
        return self.wire().send(request_bytes.replace(b"\r\n\r\n", fields.encode(), 1)).answer()

    def test_any_origin_may_read_every_answer(self) -> None:
        for request_bytes in self.REQUESTS:
            with self.subTest(request_bytes[:60]):
                answer = self.exchange(request_bytes, "https://site.example:8443")
                self.assertEqual(answer.field("Access-Control-Allow-Origin"),
                                 "https://site.example:8443")
                is_operators = re.match(rb"\w+ (/ads/analytics|/metrics)[ ?]", request_bytes)
                self.assertEqual(answer.field("Access-Control-Allow-Credentials"),
                                 None if is_operators else "true")
                self.assertIn(answer.field("Vary"), ("Origin", "Accept-Encoding, Origin", "Accept, Origin"))

    def test_without_an_origin_or_with_null_it_is_a_star(self) -> None:
        for request_bytes in self.REQUESTS:
            for origin in ("", "null"):
                answer = self.exchange(request_bytes, origin)
                self.assertEqual(answer.field("Access-Control-Allow-Origin"), "*")
                self.assertIsNone(answer.field("Access-Control-Allow-Credentials"))

    def test_a_preflight_is_allowed(self) -> None:
        answer = self.wire().send(request(
            "OPTIONS", "/ads/click", "Origin: https://a.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: content-type, x-sdk-version")).answer()
        self.assertEqual(answer.status, 204)
        self.assertIn("POST", answer.field("Access-Control-Allow-Methods"))
        self.assertEqual(answer.field("Access-Control-Allow-Headers"),
                         "content-type, x-sdk-version")
        self.assertEqual(answer.field("Access-Control-Allow-Origin"), "https://a.example")
        self.assertGreater(int(answer.field("Access-Control-Max-Age")), 0)


class BodyTest(OneServerCase):
    """What may come as a body. Every accepted one is counted, and in the end looked for."""

    def test_content_types(self) -> None:
        before = self.stored()
        wire = self.wire()
        accepted = ("", "application/json", "Application/JSON", "application/json; charset=utf-8",
                    'application/json;charset="UTF-8"', "text/plain", "text/plain;charset=UTF-8",
                    "application/x-www-form-urlencoded", "text/json",
                    "application/vnd.ads+json; v=1", "application/octet-stream")
        for content_type in accepted:
            for path in EVENT_ROUTES:
                answer = wire.send(post(path, CLICK, f"Content-Type: {content_type}")).answer()
                self.assertEqual((answer.status, answer.body), (202, b'{"status":"queued"}'),
                                 content_type)
        self.assertEqual(wire.send(post("/ads/click", CLICK)).answer().status, 202)
        for content_type in ("image/png", "multipart/form-data; boundary=x", "text/html",
                             "application/xml", "json", "application/jsonx"):
            answer = wire.send(post("/ads/click", CLICK, f"Content-Type: {content_type}")).answer()
            self.assert_error(answer, 415, "JSON")
            self.assertEqual(answer.field("Accept"), "application/json, application/x-ndjson, text/plain")
            self.assertIsNone(answer.field("Accept-Encoding"))
        self.assertEqual(self.stored() - before, 2 * len(accepted) + 1)

    def test_content_codings(self) -> None:
        before = self.stored()
        wire = self.wire()
        accepted = ("", "identity", "Identity", ",", "identity, identity", " ,\tidentity ,")
        for coding in accepted:
            answer = wire.send(post("/ads/click", CLICK, f"Content-Encoding: {coding}")).answer()
            self.assertEqual(answer.status, 202, coding)
        packed = gzip.compress(CLICK)
        for coding in ("gzip", "x-gzip", "GZip", "identity, gzip", "gzip, identity", ", gzip ,"):
            answer = wire.send(post("/ads/click", packed, f"Content-Encoding: {coding}")).answer()
            self.assertEqual(answer.status, 202, coding)
        for coding in ("br", "deflate", "deflate, gzip", "gzip, gzip", "gzip, x-gzip", "x",
                       "identity gzip", "gzi", "gzipp", "identit", "identityx", "zstd"):
            answer = wire.send(post("/ads/click", CLICK, f"Content-Encoding: {coding}",
                                    "Content-Type: image/png")).answer()
            self.assert_error(answer, 415, "encoded")
            self.assertEqual(answer.field("Accept-Encoding"), "gzip", coding)
            self.assertIsNone(answer.field("Accept"))
        self.assertEqual(self.stored() - before, len(accepted) + 6)

    def test_a_field_that_is_given_twice_is_looked_at_twice(self) -> None:
        before = self.stored()
        wire = self.wire()
        for fields, status in (
                (("Content-Type: text/plain", "content-type: application/json"), 202),
                (("Content-Type: application/json", "Content-Type: text/html"), 415),
                (("Content-Type: text/html", "Content-Type: application/json"), 415),
                (("Content-Encoding:", "Content-Encoding: identity"), 202),
                (("Content-Encoding: identity", "content-encoding: gzip"), 400),
                (("Content-Encoding: gzip", "Content-Encoding: gzip"), 415),
                (("Content-Encoding: br", "Content-Encoding: identity"), 415)):
            answer = wire.send(post("/ads/click", CLICK, *fields)).answer()
            self.assertEqual(answer.status, status, fields)
        self.assertEqual(self.stored() - before, 2)

    def test_the_limit_of_a_single_event(self) -> None:
        wire = self.wire()
        for size, status in ((65536, 202), (65537, 413), (4194304, 413)):
            body = CLICK + b" " * (size - len(CLICK))
            answer = wire.send(post("/ads/click", body)).answer()
            self.assertEqual(answer.status, status, size)
            self.assert_usable(wire)

    def test_what_is_too_long_to_be_read_gets_its_answer_all_the_same(self) -> None:
        body = b" " * 12000000
        for request_bytes in (post("/ads/click", body),
                              b"POST /ads/click HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
                              b"\r\n\r\nB71B00\r\n" + body + b"\r\n0\r\n\r\n"):
            wire = self.wire()
            self.assert_error(wire.send(request_bytes).answer(), 413, "4 MiB")
            self.assertTrue(wire.is_closed())

    def test_what_is_far_too_long_is_not_waited_for(self) -> None:
        for head in (b"Content-Length: 100000000000", b"Content-Length: 4194305\r\n"
                     b"Expect: 100-continue"):
            wire = self.wire()
            wire.send(b"POST /ads/click HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
            self.assert_error(wire.answer(), 413)
        wire = self.wire()
        wire.send(b"POST /ads/click HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  b"FFFFFFFF\r\nx")
        self.assert_error(wire.answer(), 413)

    def test_a_post_without_a_body_is_answered_at_once(self) -> None:
        for fields in ("", "Connection: keep-alive\r\n", "Connection: close\r\n",
                       "Content-Length: 0\r\n"):
            wire = self.wire()
            wire.send(f"POST /ads/click HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
            self.assert_error(wire.answer(), 400, "empty")

    def test_curl_as_the_original_readme_has_it(self) -> None:
        base = f"http://127.0.0.1:{self.tracker.port}"

        def curl(*arguments: str) -> str:
            done = subprocess.run(["curl", "-sS", "--max-time", "10", "-w", "%{http_code}",
                                   *arguments], capture_output=True, text=True, check=True)
            return done.stdout

        self.assertEqual(curl("-X", "POST", f"{base}/ads/click", "-H",
                              "Content-Type: application/json", "-d",
                              '{"ad_id":1,"ip":"127.0.0.1","video_playback_time":30}'),
                         '{"status":"queued"}202')
        self.assertEqual(curl(f"{base}/ads/click", "-d", CLICK.decode()), '{"status":"queued"}202')
        self.assertEqual(curl(f"{base}/ads/impression", "-H", "Transfer-Encoding: chunked", "-d",
                              CLICK.decode()), '{"status":"queued"}202')
        self.assertEqual(json.loads(curl(f"{base}/ads")[:-3])[0]["target_url"],
                         "https://t.example/1")
        self.assertEqual(curl("-I", f"{base}/livez")[-3:], "200")


class ConnectionTest(OneServerCase):
    def test_keeps_alive_after_every_kind_of_answer(self) -> None:
        wire = self.wire()
        for request_bytes in CorsTest.REQUESTS:
            wire.send(request_bytes).answer()
            self.assert_usable(wire)

    def test_closes_when_asked_to(self) -> None:
        wire = self.wire()
        answer = wire.send(LIVEZ.replace(b"Host", b"Connection: close\r\nHost")).answer()
        self.assertEqual((answer.status, answer.field("Connection")), (200, "close"))
        self.assertTrue(wire.is_closed())

    def test_http_1_0(self) -> None:
        wire = self.wire()
        self.assertEqual(wire.send(b"GET /ads HTTP/1.0\r\n\r\n").answer().status, 200)
        self.assertTrue(wire.is_closed())
        wire = self.wire()
        wire.send(b"POST /ads/click HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(CLICK) + CLICK)
        self.assertEqual(wire.answer().status, 202)
        self.assertTrue(wire.is_closed())
        wire = self.wire()
        answer = wire.send(b"GET /ads HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()
        self.assertEqual(answer.status, 200)
        self.assert_usable(wire)

    def test_a_target_in_absolute_form(self) -> None:
        for host in (b"x", b"x:8080", b"[::1]:80"):
            wire = self.wire()
            wire.send(b"GET http://" + host + b"/livez HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.answer().body, b'{"status":"live"}')
        for field in (b"other.example", b""):  # the target goes before it
            wire = self.wire()
            wire.send(b"GET http://x/livez HTTP/1.1\r\nHost: " + field + b"\r\n\r\n")
            self.assertEqual(wire.answer().body, b'{"status":"live"}')

    def test_answers_carry_a_date(self) -> None:
        self.assertRegex(self.tracker.get("/livez").headers["Date"],
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
