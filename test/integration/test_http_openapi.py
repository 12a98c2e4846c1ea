"""openapi.yaml and the server say the same: each route and method is in it, each of its examples is sent, and each
answer, the faults among them, is as it has it."""
import gzip
import json
import re
import socket
import unittest
from typing import Any, Dict, List, Set, Tuple
from unittest import mock

from openapi_support import Description, Operation, check_answer

from harness.case import TrackerCase
from harness.postgres import ROOT
from harness.server import Response, Server
from harness.tokens import SECRET, make_token

READ, ADMIN = "r" * 32, "a" * 32
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
AS_READER = {"Authorization": f"Bearer {READ}"}
FOREIGN = {"Origin": "https://elsewhere.example"}
JSON = {"Content-Type": "application/json"}
ANY = {"If-Match": "*"}
WINDOW = "start=2020-01-01T00:00:00Z&end=2099-01-01T00:00:00Z"
HELD_MAX = 128

# What no test here can bring about: a database whose ads are a view of several tables, or without a default.
UNSEEN = {("POST", "/ads", 409), ("PUT", "/ads/{id}", 409), ("PATCH", "/ads/{id}", 409)}

Fault = Tuple[int, str, str, str, Dict[str, str], Any]  # status, method, template, path, headers, body


class OpenApiTest(TrackerCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = Description()
        self.seen: Set[Tuple[str, str, int]] = set()

    def start(self, **env: str) -> Server:
        server = self.start_server(TOKEN_SECRET=SECRET, JOURNAL_SYNC="off", **env)
        server.wait_until(lambda: "DB_CONN" in env or server.get("/ads").status == 200)
        return server

    def values(self) -> Dict[str, str]:
        """Of parameters that have no example."""
        return {"token": make_token(1)}

    def ask(self, server: Server, op: Operation, path: str, headers: Dict[str, str], body: Any = None) -> Response:
        answer = server.request(op.method, path, body, headers)
        self.seen.add((op.method, op.path, answer.status))
        try:
            op.check(answer)
        except AssertionError as error:
            raise AssertionError(f"{op.method} {path}: {error}") from None
        return answer

    def expect(self, server: Server, *faults: Fault) -> None:
        """Each is answered with its status, as the operation has it."""
        for status, method, template, path, headers, body in faults:
            answer = self.ask(server, self.file.operation(method, template), path, headers, body)
            self.assertEqual((answer.status, method, path), (status, method, path), answer.body)

    def test_the_server_has_the_files_routes_and_no_others(self) -> None:
        server = self.start(READ_TOKEN=READ)
        there: Dict[str, Set[str]] = {}
        for route in server.get("/").json()["routes"]:
            there.setdefault(re.sub(r"\{\w+\}", "{}", route["path"]), set()).update(route["methods"])
        for path, methods in there.items():
            self.assertIn("OPTIONS", methods, path)
            self.assertEqual("GET" in methods, "HEAD" in methods, path)
        told: Dict[str, Set[str]] = {}
        for op in self.file.operations():
            told.setdefault(re.sub(r"\{\w+\}", "{}", op.path), set()).add(op.method)
        self.assertEqual({path: methods - {"HEAD", "OPTIONS"} for path, methods in there.items()}, told)
        self.assertEqual(self.file.file["info"]["version"], server.get("/").json()["version"])
        served = server.get("/openapi.yaml", {"Accept-Encoding": "gzip"})
        self.assertEqual(gzip.decompress(served.body), (ROOT / "openapi.yaml").read_bytes())

    def test_each_example_and_each_fault(self) -> None:
        """All statuses of all operations are seen, and answered as they are in the file."""
        self.send_examples()
        self.psql("DELETE FROM ads")
        self.show_an_ad()
        self.psql("DELETE FROM ads")
        server = self.start(READ_TOKEN=READ, ADMIN_TOKEN=ADMIN)
        self.psql("INSERT INTO ads (id, title, target_url) VALUES (2, 'x', 'https://example.com'), (3, 'y', NULL)")
        self.psql("INSERT INTO ads (id, title, active) VALUES (4, 'paused', false)")
        server.wait_until(lambda: server.get("/ads/3").status == 200)
        self.expect(server, *self.unreadable(), *self.of_strangers(), *self.of_ads())
        self.unchanged(server)
        self.expect(server, *self.of_events())
        self.expect(self.start(), *self.without_tokens())
        self.unavailable()
        self.too_many_guesses(server)
        told = {(op.method, op.path, status) for op in self.file.operations() for status in op.statuses()}
        self.assertEqual(told - self.seen - UNSEEN, set(), "in the file, and seen nowhere")

    def send_examples(self) -> None:
        server = self.start(SAMPLE_DATA="1", READ_TOKEN=READ, ADMIN_TOKEN=ADMIN)
        last = ("PUT", "PATCH", "DELETE")
        for op in sorted(self.file.operations(), key=lambda op: last.index(op.method) if op.method in last else -1):
            for call in op.calls(self.values()):
                headers = {**call.headers, **(AS_ADMIN if op.needs_admin() else {})}
                answer = self.ask(server, op, call.path, headers, call.body)
                self.assertLess(answer.status, 400, (str(op), call.what, answer.body))
                if op.method == "GET":
                    self.check_head_and_options(server, op, call.path, headers)
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0)
        for path in ("?period=today&compare=previous&group_by=day&metrics=events,fill_rate",
                     "?period=today&group_by=placement", "?period=today&group_by=kind", "?period=month&group_by=month",
                     "?period=today&group_by=error_code", "?period=today&group_by=nofill_reason,hour",
                     "?period=today&group_by=ad,verdict&limit=1", "?period=today&group_by=week&placement=a&placement=b",
                     f"?{WINDOW}&ad_id=1&ad_id=2&traffic=test", f"?{WINDOW}&format=ndjson",
                     f"?{WINDOW}&group_by=ad&format=csv"):
            op = self.file.operation("GET", "/ads/analytics")
            self.assertEqual(self.ask(server, op, f"/ads/analytics{path}", AS_READER).status, 200)
        self.assertEqual(self.ask(server, self.file.operation("GET", "/ads/events"), f"/ads/events?{WINDOW}",
                                  AS_READER).status, 200)

    def check_head_and_options(self, server: Server, op: Operation, path: str, headers: Dict[str, str]) -> None:
        op.check(server.request("HEAD", path, None, headers), is_head=True)
        answer = server.request("OPTIONS", path)
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertIn(op.method, answer.headers["Allow"])

    def show_an_ad(self) -> None:
        """One with everything, by each route that shows ads; then its end, and the page's kinds of files."""
        server = self.start(READ_TOKEN=READ, ADMIN_TOKEN=ADMIN)
        create = self.file.operation("POST", "/ads")
        example = json.loads(next(body for what, _, body in create.bodies() if what == "much") or b"")
        example.update(image_url="https://example.com/i.png", image_width=300, image_height=250, active=True,
                       starts_at="2020-01-01T00:00:00Z", ends_at="2090-01-01T00:00:00.5+01:00")
        made = self.ask(server, create, "/ads", {**AS_ADMIN, **JSON}, example).headers["Location"]
        server.wait_until(lambda: len(server.get("/ads").json()) == 1)
        for template in ("/ads", "/ads/{id}", "/ads/serve", "/vast", "/ads/{id}/vast"):
            self.ask(server, self.file.operation("GET", template), template.replace("/ads/{id}", made), {})
        ad = self.ask(server, self.file.operation("GET", "/ads/{id}"), made, AS_READER).json()
        self.assertNotIn(None, [value for name, value in ad.items() if name not in (
            "archived_at", "wrapper_url", "ad_verifications")])
        for path in ("/ads?fields=all", "/ads?fields=all&state=archived&q=x"):
            self.ask(server, self.file.operation("GET", "/ads"), path, AS_READER)
        delete = self.file.operation("DELETE", "/ads/{id}")
        self.assertEqual(self.ask(server, delete, made, {**AS_ADMIN, **ANY}).status, 200)
        self.ask(server, self.file.operation("GET", "/vast"), "/vast", {})
        self.psql("UPDATE ingest_cursor SET claimed_at = now() - interval '1 hour', received_to = now()")
        self.psql("INSERT INTO ads (id, archived_at) VALUES (99, now() - interval '15 days')")
        self.assertEqual(self.ask(server, delete, "/ads/99?purge=1", {**AS_ADMIN, **ANY}).status, 204)
        pixel = f"/t/start/{make_token(ad['id'])}.gif"
        self.expect(server, *((200, method, "/t/{event}/{token}", pixel, {}, None) for method in ("GET", "POST")))
        for name in ("index.html", "base.css", "main.js", "icon.svg"):
            self.ask(server, self.file.operation("GET", "/page/{file}"), f"/page/{name}", {})
        page = self.ask(server, self.file.operation("GET", "/"), "/", {"Accept": "text/html"})
        self.assertIn("text/html", page.headers["Content-Type"])
        cookie = self.ask(server, self.file.operation("POST", "/session"), "/session", AS_READER).headers["Set-Cookie"]
        session = self.ask(server, self.file.operation("GET", "/session"), "/session", {"Cookie": cookie.split(";")[0]})
        self.assertTrue(session.json()["may_read_private"])

    def unreadable(self) -> List[Fault]:
        """400 of every kind."""
        url = "?access_token=x"
        return [
            *((400, "GET", path, path, {}, b"x") for path in (
                "/", "/livez", "/readyz", "/vat.js", "/openapi.yaml")),
            *((400, "GET", path, path + url, {}, None) for path in ("/session", "/status", "/metrics")),
            (400, "GET", "/page/{file}", "/page/main.js" + url, {}, None),
            (400, "GET", "/ads/{id}", "/ads/2" + url, AS_READER, None),
            (400, "GET", "/ads", "/ads?fields=some", AS_READER, None),
            (400, "GET", "/ads/analytics", "/ads/analytics", AS_READER, None),
            (400, "GET", "/ads/events", "/ads/events", AS_READER, None),
            (400, "GET", "/ads/serve", "/ads/serve?placement=%20", {}, None),
            (400, "GET", "/vast", "/vast?version=1", {}, None),
            (400, "GET", "/ads/{id}/vast", "/ads/2/vast?preview=2", {}, None),
            (400, "POST", "/session", "/session" + url, {}, None),
            (400, "DELETE", "/session", "/session" + url, {}, None),
            (400, "GET", "/c/{token}", "/c/none", {}, None),
            (400, "GET", "/t/{event}/{token}", "/t/start/none", {}, None),
            (400, "POST", "/t/{event}/{token}", "/t/start/none", {}, None)]

    def of_strangers(self) -> List[Fault]:
        """401 and 403."""
        foreign = {**AS_ADMIN, **FOREIGN, **ANY, **JSON}
        return [
            *((401, "GET", path, path + query, {}, None) for path, query in (
                ("/ads", "?fields=all"), ("/ads/analytics", "?period=today"), ("/ads/events", f"?{WINDOW}"),
                ("/status", ""), ("/metrics", ""))),
            (401, "GET", "/ads/{id}/vast", "/ads/4/vast?preview=1", {}, None),
            (401, "GET", "/ads/{id}", "/ads/2", {"Authorization": "Bearer wrong"}, None),
            (401, "POST", "/session", "/session", {}, None),
            (401, "POST", "/ads", "/ads", JSON, "{}"),
            *((401, method, "/ads/{id}", "/ads/2", {**ANY, **JSON}, body) for method, body in (
                ("PUT", "{}"), ("PATCH", "{}"), ("DELETE", None))),
            (403, "POST", "/ads", "/ads", foreign, "{}"),
            (403, "POST", "/ads", "/ads", {**AS_READER, **JSON}, "{}"),
            *((403, method, "/ads/{id}", "/ads/2", foreign, body) for method, body in (
                ("PUT", "{}"), ("PATCH", "{}"), ("DELETE", None))),
            (403, "GET", "/ads/{id}/vast", "/ads/4/vast?preview=1", AS_READER, None),
            (403, "POST", "/session", "/session", {**AS_READER, **FOREIGN}, None),
            (403, "DELETE", "/session", "/session", FOREIGN, None)]

    def of_ads(self) -> List[Fault]:
        as_admin = {**AS_ADMIN, **JSON}
        changing = {**as_admin, **ANY}
        old = {**as_admin, "If-Match": '"00000000000000000000000000000000"'}
        large = json.dumps({"title": "x" * (256 << 10)})
        faults: List[Fault] = [
            (400, "POST", "/ads", "/ads", as_admin, "{"), (413, "POST", "/ads", "/ads", as_admin, large),
            (415, "POST", "/ads", "/ads", {**AS_ADMIN, "Content-Type": "text/html"}, "{}"),
            (415, "POST", "/ads", "/ads", {**as_admin, "Content-Encoding": "br"}, "{}"),
            (422, "POST", "/ads", "/ads", as_admin, '{"target_url": "javascript:alert(1)"}'),
            (422, "POST", "/ads", "/ads", as_admin, '{"nonsense": 1}'),
            (404, "GET", "/ads/{id}", "/ads/999", AS_READER, None), (404, "GET", "/ads/{id}", "/ads/999", {}, None),
            (404, "GET", "/ads/{id}/vast", "/ads/999/vast", {}, None),
            (400, "DELETE", "/ads/{id}", "/ads/2?purge=2", {**AS_ADMIN, **ANY}, None),
            (409, "DELETE", "/ads/{id}", "/ads/2?purge=1", {**AS_ADMIN, **ANY}, None),
            (404, "DELETE", "/ads/{id}", "/ads/999", {**AS_ADMIN, **ANY}, None),
            (412, "DELETE", "/ads/{id}", "/ads/2", {**AS_ADMIN, "If-Match": old["If-Match"]}, None),
            (428, "DELETE", "/ads/{id}", "/ads/2", AS_ADMIN, None),
            (200, "PATCH", "/ads/{id}", "/ads/2", {**changing, "Idempotency-Key": "k"}, "{}"),
            (422, "DELETE", "/ads/{id}", "/ads/2", {**AS_ADMIN, **ANY, "Idempotency-Key": "k"}, None)]
        for method in ("PUT", "PATCH"):
            faults += [
                (400, method, "/ads/{id}", "/ads/2", changing, "{"),
                (413, method, "/ads/{id}", "/ads/2", changing, large),
                (404, method, "/ads/{id}", "/ads/999", changing, "{}"), (412, method, "/ads/{id}", "/ads/2", old, "{}"),
                (415, method, "/ads/{id}", "/ads/2", {**changing, "Content-Type": "text/html"}, "{}"),
                (422, method, "/ads/{id}", "/ads/2", changing, '{"weight": -1}'),
                (428, method, "/ads/{id}", "/ads/2", as_admin, "{}")]
        return faults

    def of_events(self) -> List[Fault]:
        faults: List[Fault] = []
        large = json.dumps({"ad_id": 2, "other": "x" * (64 << 10)})
        for template, path in (("/ads/click", "/ads/click"), ("/ads/impression", "/ads/impression"),
                               ("/ads/{id}", "/ads/start")):
            faults += [(400, "POST", template, path, {}, "{"), (404, "POST", template, path, {}, '{"ad_id": 77}'),
                       (413, "POST", template, path, {}, large), (422, "POST", template, path, {}, "{}"),
                       (415, "POST", template, path, {"Content-Type": "text/html"}, "{}")]
        batch = ("POST", "/ads/events", "/ads/events")
        nowhere = make_token(3)
        return faults + [
            (404, "POST", "/ads/{id}", "/ads/nonsense", {}, "{}"),
            (400, *batch, {}, b""), (413, *batch, {}, "[" + "{}," * 10000 + "{}]"),
            (415, *batch, {"Content-Type": "text/html"}, "[]"), (422, *batch, {}, "[]"),
            (422, *batch, {}, '[{"type": "start", "ad_id": 77}]'),
            (404, "GET", "/t/{event}/{token}", f"/t/nonsense/{nowhere}", {}, None),
            (404, "POST", "/t/{event}/{token}", f"/t/nonsense/{nowhere}", {}, None),
            (404, "GET", "/c/{token}", f"/c/{nowhere}", {}, None),
            (404, "GET", "/page/{file}", "/page/none.js", {}, None)]

    def without_tokens(self) -> List[Fault]:
        return [
            (403, "GET", "/ads", "/ads?fields=all", {}, None), (403, "GET", "/ads/{id}", "/ads/2", AS_READER, None),
            (403, "GET", "/ads/events", f"/ads/events?{WINDOW}", {}, None),
            (403, "POST", "/ads", "/ads", JSON, "{}"), (403, "POST", "/session", "/session", {}, None),
            (200, "GET", "/session", "/session", {}, None)]

    def unchanged(self, server: Server) -> None:
        """304, wherever it is in the file."""
        for op in self.file.operations():
            if 304 in op.statuses():
                path, _ = op.fill(self.values(), {"period": "yesterday"} if op.path == "/ads/analytics" else {"id": 2})
                headers = {"Accept": "text/html"} if path == "/" else AS_READER if op.needs_admin() else {}
                tag = self.ask(server, op, path, headers).headers["ETag"]
                self.assertEqual(self.ask(server, op, path, {**headers, "If-None-Match": tag}).status, 304)

    def unavailable(self) -> None:
        """503: the database away from the first moment on, and a journal that is full."""
        server = self.start(DB_CONN="host=/nowhere", READ_TOKEN=READ, ADMIN_TOKEN=ADMIN, JOURNAL_MAX_BYTES="65536")
        token = make_token(2)
        self.expect(server, *((503, "GET", template, path, AS_ADMIN, None) for template, path in (
            ("/ads", "/ads"), ("/ads", "/ads?fields=all"), ("/ads/{id}", "/ads/1"), ("/vast", "/vast"),
            ("/ads/serve", "/ads/serve"), ("/ads/{id}/vast", "/ads/1/vast"), ("/c/{token}", f"/c/{token}"),
            ("/ads/analytics", "/ads/analytics?period=today"), ("/ads/events", f"/ads/events?{WINDOW}"),
            ("/t/{event}/{token}", f"/t/progress/{token}?offset=1"))))
        changing = {**AS_ADMIN, **ANY, **JSON}
        self.expect(server, (503, "POST", "/ads", "/ads", {**AS_ADMIN, **JSON}, "{}"),
                  *((503, method, "/ads/{id}", "/ads/1", changing, body) for method, body in (
                      ("PUT", "{}"), ("PATCH", "{}"), ("DELETE", None))))
        batch = [{"type": "start", "ad_id": 2}] * 200
        server.wait_until(lambda: server.post("/ads/events", batch).status == 503)
        server.wait_until(lambda: server.post("/ads/click", {"ad_id": 2}).status == 503)
        self.expect(server, (503, "POST", "/ads/events", "/ads/events", {}, batch),
                  (503, "GET", "/readyz", "/readyz", {}, None),
                  (503, "POST", "/t/{event}/{token}", f"/t/start/{token}", {}, None),
                  *((503, "POST", template, path, {}, '{"ad_id": 2}') for template, path in (
                      ("/ads/click", "/ads/click"), ("/ads/impression", "/ads/impression"),
                      ("/ads/{id}", "/ads/start"))))
        self.ask(server, self.file.operation("GET", "/status"), "/status", AS_READER)

    def too_many_guesses(self, server: Server) -> None:
        """429, as long as so many answers to wrong tokens are kept back."""
        wrong = {"Authorization": "Bearer wrong"}

        def guess() -> None:
            for _ in range(HELD_MAX):
                connection = socket.create_connection(("127.0.0.1", server.port))
                self.addCleanup(connection.close)
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n")
        guess()
        for op in self.file.operations():
            if 429 not in op.statuses():
                continue
            path, headers = op.fill(self.values(), {"preview": 1, "id": 4} if op.path == "/ads/{id}/vast" else {
                "fields": "all"} if str(op) == "GET /ads" else {})
            for _ in range(5):  # those who were kept back are answered by and by
                answer = self.ask(server, op, path, {**headers, **JSON, **wrong},
                                  "{}" if op.method in ("PUT", "PATCH", "POST") else None)
                if answer.status == 429:
                    break
                guess()
            self.assertEqual((str(op), answer.status), (str(op), 429))

    def test_what_any_route_may_answer(self) -> None:
        server = self.start()
        fault = self.file.resolve(self.file.operation("GET", "/livez").content["responses"]["default"])
        for status, method, path, body in ((404, "GET", "/nowhere", None), (405, "PUT", "/livez", "{}"),
                                           (413, "POST", "/ads/click", b"x" * (5 << 20)),
                                           (431, "GET", "/" + "x" * 20000, None), (501, "BREW", "/", None)):
            answer = server.request(method, path, body)
            self.assertEqual(answer.status, status)
            check_answer(self.file, fault, answer)

    def test_it_would_notice(self) -> None:
        """A member, a header, a status and a type that are not in the file."""
        server = self.start()
        op = self.file.operation("GET", "/livez")
        right = server.get("/livez")
        op.check(right)
        headers = mock.MagicMock(wraps=right.headers)
        headers.__iter__.return_value = [*right.headers, "X-More"]
        for wrong in (right._replace(body=b'{"status":"live","more":1}'), right._replace(body=b"{}"),
                      right._replace(status=202), right._replace(body=b'{"status":"dead"}'),
                      right._replace(headers=headers)):
            self.assertRaises(AssertionError, op.check, wrong)
        analytics = self.file.operation("GET", "/ads/analytics")
        answer = server.get("/ads/analytics?period=today&group_by=kind")
        analytics.check(answer)
        for before, after in (('"clicks":', '"more":1,"clicks":'), ('"meta":{', '"meta":{"more":1,')):
            self.assertIn(before, answer.body.decode())
            self.assertRaises(AssertionError, analytics.check,
                              answer._replace(body=answer.body.decode().replace(before, after, 1).encode()))


if __name__ == "__main__":
    unittest.main()
