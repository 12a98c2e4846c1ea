"""The operators' listener and its tokens: what is where, who may ask, under which name."""
import json
import socket
import subprocess

from http_support import CLICK, OneServerCase, Wire, post
from operators_support import ADMIN, ANALYTICS, EXPORT, OTHER, READ, WINDOW, ask, bearer

from harness.abilities import can_use_ipv6, need
from harness.case import BINARY, TrackerCase
from harness.process import free_port

OPERATORS = ("/metrics", ANALYTICS, "/session")
PUBLIC = ("/", "/ads", "/vast", "/livez", "/readyz")


class ListenerTest(OneServerCase):
    ENV = {"OPS_LISTEN": str(free_port()), "OPS_HOSTS": "ops.example,Other-Name"}

    def test_the_public_has_nothing_of_operators(self) -> None:
        for path in (*OPERATORS, "/metrics/", "/%6Detrics", "/session/", "/ads/analytic%73"):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
                answer = self.tracker.request(method, path)
                self.assertEqual(answer.status, 404, f"{method} {path}")
        self.assert_error(self.tracker.get("/metrics"), 404, "no such route")

    def test_a_template_of_both_has_its_public_methods(self) -> None:
        answer = self.tracker.get(EXPORT)
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "POST, OPTIONS"))
        answer = ask(self.tracker, "/ads/events", method="PUT")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, POST, OPTIONS"))
        self.assertNotIn("DELETE", self.tracker.request("OPTIONS", "*").headers["Allow"])
        self.assertIn("DELETE", ask(self.tracker, "*", method="OPTIONS").headers["Allow"])

    def test_operators_have_everything(self) -> None:
        for path in (*OPERATORS, *PUBLIC):
            self.assertEqual(ask(self.tracker, path).status, 200, path)
        for path in PUBLIC:
            self.assertEqual(self.tracker.get(path).status, 200, path)
        wire = Wire(self.tracker.ops_port)
        self.addCleanup(wire.close)
        self.assertEqual(wire.send(post("/ads/click", CLICK).replace(b"Host: x", b"Host: localhost"))
                         .answer().status, 202)
        self.tracker.wait_until(lambda: self.psql("SELECT count(*) FROM clicks") == [("1",)])

    def test_the_root_lists_what_is_there(self) -> None:
        public = {route["path"]: route["methods"] for route in self.tracker.get("/").json()["routes"]}
        every = {route["path"]: route["methods"] for route in ask(self.tracker, "/").json()["routes"]}
        self.assertLessEqual({path.partition("?")[0] for path in OPERATORS}, set(every) - set(public))
        self.assertLessEqual(set(public), set(every))
        self.assertEqual(public["/ads/events"], ["POST", "OPTIONS"])
        self.assertEqual(every["/ads/events"], ["GET", "HEAD", "POST", "OPTIONS"])

    def test_both_are_counted_together(self) -> None:
        labels = {"method": "GET", "endpoint": "/livez", "code": "200"}
        before = self.tracker.metrics().value("http_requests_total", **labels)
        self.tracker.get("/livez")
        ask(self.tracker, "/livez")
        self.assertEqual(self.tracker.metrics().value("http_requests_total", **labels), before + 2)
        self.tracker.get("/metrics")
        self.assertGreater(self.tracker.metrics().total("http_requests_total", endpoint="other", code="404"), 0)

    def test_it_is_on_loopback_alone_and_the_log_says_where(self) -> None:
        self.assertIn(f"operators_address=127.0.0.1 operators_port={self.tracker.ops_port}",
                      self.tracker.log_text())
        with socket.socket() as client:
            self.assertRaises(ConnectionRefusedError, client.connect, ("127.0.0.2", self.tracker.ops_port))

    def test_a_name_that_is_not_ours_is_turned_away(self) -> None:
        port = self.tracker.ops_port
        for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "2130706433", "x",
                     "a.localhost", "ops.example.evil"):
            for path in ("/metrics", "/livez", "/", "/nothing"):
                answer = ask(self.tracker, path, Host=host, Origin=f"http://{host}")
                self.assert_error(answer, 421, "OPS_HOSTS")
                self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
            self.assertEqual(ask(self.tracker, "/metrics", method="OPTIONS", Host=host).status, 421)
            self.assertEqual(self.tracker.get("/livez", {"Host": host}).status, 200)

    def test_addresses_localhost_and_our_names_are_let_in(self) -> None:
        for host in ("127.0.0.1", "192.0.2.1:1", "[::1]:9", "localhost", "LOCALHOST:80", "localhost.",
                     "ops.example", "OPS.example.:443", "other-name:1"):
            self.assertEqual(ask(self.tracker, "/metrics", Host=host).status, 200, host)

    def test_a_target_that_names_a_host_is_judged_by_it(self) -> None:
        for target, host, status in (("http://evil.example/livez", "localhost", 421),
                                     ("http://localhost/livez", "evil.example", 421),
                                     ("http://evil.example:80/livez", "", 421),
                                     ("http://ops.example:1/livez", "localhost", 200),
                                     ("http://[::1]:1/livez", "", 200)):
            wire = Wire(self.tracker.ops_port)
            self.addCleanup(wire.close)
            wire.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.assertEqual(wire.answer().status, status, (target, host))
        wire = Wire(self.tracker.ops_port)
        self.addCleanup(wire.close)
        self.assertEqual(wire.send(b"GET /livez HTTP/1.0\r\n\r\n").answer().status, 200)

    def test_what_is_malformed_is_refused_there_as_well(self) -> None:
        wire = Wire(self.tracker.ops_port)
        self.addCleanup(wire.close)
        self.assert_error(wire.send(b"GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n").answer(), 400)


class TokenTest(OneServerCase):
    ENV = {"OPS_LISTEN": str(free_port()), "READ_TOKEN": READ, "ADMIN_TOKEN": ADMIN}

    def test_who_may_read(self) -> None:
        for target in ("/metrics", ANALYTICS, EXPORT):
            for method in ("GET", "HEAD"):
                for token, status in ((None, 401), (READ, 200), (ADMIN, 200)):
                    answer = ask(self.tracker, target, token, method)
                    self.assertEqual(answer.status, status, (target, token))
                    self.assertEqual("WWW-Authenticate" in answer.headers, status == 401)
                    self.assertIn("Authorization, Cookie", answer.headers["Vary"])
        self.assert_error(ask(self.tracker, "/metrics"), 401, "READ_TOKEN")

    def test_schemes_that_are_none(self) -> None:
        before = self.tracker.metrics().value("adtracker_access_failures_total")
        for value in (f"Basic {READ}", READ, "Bearer", "Bearer ", f"Bearer{READ}"):
            self.assertEqual(ask(self.tracker, "/metrics", Authorization=value).status, 401, value)
        for value in (f"bearer {READ}", f"BEARER   {READ}"):
            self.assertEqual(ask(self.tracker, "/metrics", Authorization=value).status, 200, value)
        self.assertEqual(self.tracker.metrics().value("adtracker_access_failures_total"), before)

    def test_what_needs_none(self) -> None:
        for path in ("/livez", "/readyz", "/", "/ads", "/session"):
            self.assertEqual(ask(self.tracker, path).status, 200, path)

    def test_a_token_in_the_url_is_refused(self) -> None:
        everybodys = ("token=x", f"access_token={OTHER}", "API_KEY", "tok%65n=1")
        for token, queries in ((None, everybodys), *((token, (*everybodys, f"x={token}", token))
                                                     for token in (READ, ADMIN, OTHER))):
            for query in queries:
                for path in ("/metrics", "/ads/analytics", "/ads/events", "/session"):
                    answer = ask(self.tracker, f"{path}?{WINDOW}&{query}", token)
                    self.assert_error(answer, 400, "Authorization: Bearer")
                    self.assertNotIn(READ.encode(), answer.body)
        self.assertEqual(ask(self.tracker, "/metrics?tokens=x", READ).status, 200)
        self.assertEqual(self.tracker.get("/vast?token=x").status, 200)
        self.assertNotIn(READ, self.tracker.log_text())

    def test_a_url_tells_nobody_whether_he_has_guessed_a_token(self) -> None:
        """Guesses in it would be neither counted nor slowed down."""
        def answer(method: str, target: str, port: int, guess: str, **fields: str):
            answer = self.tracker.request(method, f"{target}?x={guess}", headers=fields, port=port)
            return answer.status, answer.body
        cookie = ask(self.tracker, "/session", READ, "POST").headers["Set-Cookie"].partition(";")[0]
        for method, target, port in (("GET", "/session", self.tracker.ops_port), ("POST", "/ads", self.tracker.port),
                                     ("GET", "/metrics", self.tracker.ops_port)):
            self.assertEqual(len({answer(method, target, port, guess) for guess in (READ, ADMIN, OTHER)}), 1, target)
            self.assertEqual(len({answer(method, target, port, guess, Cookie=cookie, Authorization=f"Bearer {guess}")
                                  for guess in (READ, ADMIN, OTHER)}), 1, target)

    def test_tokens_mean_nothing_to_the_public_listener(self) -> None:
        self.psql("UPDATE ads SET active = false WHERE id = 3")
        self.addCleanup(self.psql, "UPDATE ads SET active = true WHERE id = 3")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 2)
        preview = "/ads/3/vast?preview=1"
        for token in (ADMIN, READ, OTHER):
            self.assert_error(self.tracker.get(preview, bearer(token)), 404, "operators")
        self.assertEqual(ask(self.tracker, preview, ADMIN).status, 200)
        self.assert_error(ask(self.tracker, preview), 401, "ADMIN_TOKEN")
        self.assert_error(ask(self.tracker, preview, READ), 403, "READ_TOKEN is for reading alone")


class UnsetTest(TrackerCase):
    def test_without_tokens_all_is_as_it_was(self) -> None:
        server = self.start_server(SAMPLE_DATA="1")
        server.wait_until(lambda: server.get(ANALYTICS).status == 200)
        self.assertEqual(server.get("/metrics", bearer(OTHER)).status, 200)
        answer = server.get(EXPORT, bearer(OTHER))
        self.assertEqual((answer.status, answer.json()["error"]), (403, "this needs READ_TOKEN, which is not set"))
        told = server.get("/session", bearer(OTHER)).json()
        self.assertEqual((told["may_read"], told["may_read_private"], told["may_change"]), (True, False, False))
        self.assertEqual(server.request("POST", "/session", headers=bearer(OTHER)).status, 403)
        self.assertEqual(server.metrics().value("adtracker_access_failures_total"), 0)

    def test_admin_token_alone_leaves_analytics_open_and_keeps_raw_events(self) -> None:
        server = self.start_server(ADMIN_TOKEN=ADMIN)
        server.wait_until(lambda: server.get(ANALYTICS).status == 200)
        self.assertEqual(server.get("/metrics").status, 200)
        answer = server.get(EXPORT)
        self.assertEqual((answer.status, answer.json()["error"]), (401, "this needs ADMIN_TOKEN as a bearer"))
        self.assertEqual(server.get(EXPORT, bearer(ADMIN)).status, 200)
        begun = server.request("POST", "/session", headers=bearer(ADMIN))
        self.assertEqual((begun.status, begun.headers["Set-Cookie"], begun.json()["expires_at"]), (200, None, None))
        self.assertEqual((begun.json()["may_change"], begun.json()["read_token_set"]), (True, False))


class PlaceTest(TrackerCase):
    def fails(self, **env: str) -> str:
        given = {"JOURNAL_DIR": str(self.directory()), "PORT": str(free_port()), "LISTEN_ADDR": "127.0.0.1",
                 "DB_CONN": self.db_conn, "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", **env}
        done = subprocess.run([str(BINARY)], env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertNotIn("listening", done.stderr)
        return done.stderr

    def test_ipv6(self) -> None:
        need(can_use_ipv6)
        port = free_port()
        server = self.start_server(OPS_LISTEN=f"[::1]:{port}")
        self.assertIn(f"operators_address=::1 operators_port={port}", server.log_text())
        done = subprocess.run(["curl", "-sS", "-g", f"http://[::1]:{port}/session"], capture_output=True, text=True,
                              timeout=20, check=True)
        self.assertTrue(json.loads(done.stdout)["may_read"])

    def test_another_address(self) -> None:
        port = free_port()
        self.start_server(OPS_LISTEN=f"127.0.0.2:{port}")
        with socket.create_connection(("127.0.0.2", port)) as client:
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200 "))

    def test_a_port_that_is_taken_is_told(self) -> None:
        taken = self.start_server()
        self.assertRegex(self.fails(OPS_LISTEN=str(taken.port)), f"port.* {taken.port} of 127.0.0.1: .*in use")

    def test_what_cannot_be_is_told(self) -> None:
        for name, value, words in (("OPS_LISTEN", "18999", "another port than PORT"),
                                   ("OPS_LISTEN", "localhost:18998", "address:port"),
                                   ("OPS_HOSTS", "ops.example:80", "no host name"),
                                   ("READ_TOKEN", "r" * 23, "at least 24"),
                                   ("ADMIN_TOKEN", "a" * 23, "at least 24")):
            said = self.fails(**{"PORT": "18999", "REUSE_PORT": "1", name: value})
            self.assertRegex(said, f"{name} .*{words}|{name}: .*{words}")
        said = self.fails(READ_TOKEN=READ, ADMIN_TOKEN=READ)
        self.assertRegex(said, "ADMIN_TOKEN and READ_TOKEN must not be the same")
        self.assertNotIn(READ, said)

    def test_the_health_check_asks_the_public_listener(self) -> None:
        server = self.start_server(OPS_LISTEN=str(free_port()), READ_TOKEN=READ)
        env = {"PORT": str(server.port), "OPS_LISTEN": str(server.ops_port)}
        done = subprocess.run([str(BINARY), "--check"], env=env, capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
