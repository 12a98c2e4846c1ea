"""Where the page for operators is served, and GET /status, which its first line is made of."""
import unittest
from typing import Any, Dict

from harness.case import TrackerCase
from harness.process import free_port
from harness.server import Server

HTML = {"Accept": "text/html"}
READ_TOKEN = "read-token-of-the-page-tests"


def status(server: Server, **headers: str) -> Dict[str, Any]:
    return server.get("/status", headers).json()


class PageTest(TrackerCase):
    def ready(self, **env: str) -> Server:
        server = self.start_server(**env)
        server.wait_until(lambda: server.get("/ads").status == 200)
        return server

    def test_status(self) -> None:
        server = self.ready()
        server.wait_until(lambda: status(server)["as_of"] is not None)
        told = status(server)
        version = server.get("/").json()["version"]
        self.assertRegex(told.pop("as_of"), r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
        self.assertEqual(told, {"accepting": True, "reason": None, "pending_events": 0, "database": "up",
                                "instances": 1, "version": version})

    def test_other_servers_are_seen(self) -> None:
        one, other = self.ready(), self.ready()
        for server in (one, other):
            server.wait_until(lambda server=server: status(server)["instances"] == 2, 40)

    def test_a_database_that_is_away(self) -> None:
        postgres = self.private_postgres()
        server = Server(self.server().binary, {"DB_CONN": postgres.create_database("page")}, self.directory())
        self.addCleanup(server.finish)
        server.start()
        server.wait_until(lambda: status(server)["database"] == "up")
        postgres.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1, 'i', 't')", "page")
        server.wait_until(lambda: len(server.get("/ads").json()) == 1)
        postgres.stop()
        server.wait_until(lambda: status(server)["database"] == "down")
        self.assertEqual(server.request("POST", "/ads/impression", {"ad_id": 1}).status, 202)
        told = status(server)
        self.assertEqual((told["accepting"], told["pending_events"]), (True, 1))
        postgres.start()
        server.wait_until(lambda: status(server)["pending_events"] == 0 and status(server)["database"] == "up")

    def test_files_need_no_token_and_numbers_do(self) -> None:
        server = self.ready(READ_TOKEN=READ_TOKEN)
        self.assertEqual(server.get("/", HTML).headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(server.get("/page/main.js").status, 200)
        self.assertEqual(server.get("/status").status, 401)
        self.assertTrue(status(server, Authorization=f"Bearer {READ_TOKEN}")["accepting"])

    def test_only_browsers_get_the_page(self) -> None:
        server = self.ready()
        for accept, is_html in ((None, False), ("*/*", False), ("application/json", False), ("text/html", True),
                                ("text/*", False), ("text/html;q=0", False),
                                ("text/html;q=0.5,application/json", False),
                                ("application/json,text/html", False),
                                ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True)):
            with self.subTest(accept=accept):
                answer = server.get("/", {} if accept is None else {"Accept": accept})
                self.assertEqual((answer.status, answer.headers["Content-Type"]),
                                 (200, "text/html; charset=utf-8" if is_html else "application/json"))
                self.assertIn("Accept", answer.headers["Vary"].replace(" ", "").split(","))
        answer = server.get("/", {"Accept": "text/html", "Accept-Encoding": "gzip"})
        policy = answer.headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; "), policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual([answer.headers[name] for name in ("Referrer-Policy", "X-Content-Type-Options", "Content-Encoding")],
                         ["no-referrer", "nosniff", "gzip"])
        again = server.get("/", {"Accept": "text/html", "Accept-Encoding": "gzip",
                                       "If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(server.get("/page/main.js").headers["Content-Type"], "text/javascript; charset=utf-8")
        self.assertEqual(server.get("/page/nothing.js").status, 404)
        self.assertEqual(server.get("/page/..%2Findex.html").status, 404)

    def test_it_is_where_operators_are(self) -> None:
        port = free_port()
        server = self.ready(OPS_LISTEN=str(port))
        public = server.get("/", HTML)
        self.assertEqual(public.headers["Content-Type"], "application/json")
        self.assertNotIn("/status", [route["path"] for route in public.json()["routes"]])
        for path in ("/page/main.js", "/page/index.html", "/status"):
            self.assertEqual(server.get(path).status, 404, path)
        server.port = port
        self.assertEqual(server.get("/", HTML).headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(server.get("/page/main.js").status, 200)
        self.assertTrue(status(server)["accepting"])
        server.port = int(server.env["PORT"])

    def test_the_policy_lets_players_be_reached(self) -> None:
        for url, connections, near in (("https://ads.example.com/base", "connect-src 'self' https://ads.example.com;", False),
                                       ("http://127.0.0.1:8123", "connect-src 'self' http://127.0.0.1:8123;", True)):
            with self.subTest(url=url):
                server = self.ready(PUBLIC_URL=url)
                policy = server.get("/", HTML).headers["Content-Security-Policy"]
                self.assertIn(connections, policy)
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertEqual("http://localhost:*" in policy, near)
                server.stop()


if __name__ == "__main__":
    unittest.main()
