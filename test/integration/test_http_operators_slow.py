"""Wrong tokens are answered late, and nothing else is. Judged by what comes before what."""
import signal
from contextlib import ExitStack
from typing import List

from http_support import Wire
from journal_support import is_sanitized
from operators_support import ADMIN, OTHER, READ, ask, has_answer, send

from harness.case import TrackerCase
from harness.server import Server

HELD_MAX = 128
BODIES = 60
LONGEST = 7  # so many wrong ones, and the last waits as long as any will


class SlowTest(TrackerCase):
    def started(self, **env: str) -> Server:
        server = self.start_server(READ_TOKEN=READ, ADMIN_TOKEN=ADMIN, **env)
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        return server

    def wrong(self, server: Server, count: int, *fields: str, target: str = "/metrics") -> List[Wire]:
        """As many, and all have come in."""
        before = server.metrics().value("adtracker_access_failures_total")
        wires = [send(server, target, OTHER, *fields) for _ in range(count)]
        for wire in wires:
            self.stack.callback(wire.close)
        server.wait_until(lambda: server.metrics().value("adtracker_access_failures_total") == before + count)
        return wires

    def held(self, server: Server) -> float:
        return server.metrics().value("adtracker_access_answers_held")

    def test_a_right_token_is_not_held_up_by_wrong_ones(self) -> None:
        server = self.started()
        wires = self.wrong(server, LONGEST)
        for token in (READ, ADMIN):
            for path in ("/metrics", "/session"):
                self.assertEqual(ask(server, path, token).status, 200)
        self.assertEqual(ask(server, "/livez").status, 200)
        self.assertEqual(ask(server, "/metrics").status, 401)
        # All of these came later, and their answers earlier.
        self.assertFalse(has_answer(wires[-1]))
        self.assertGreaterEqual(self.held(server), 1)
        for wire in wires:
            self.assertEqual(wire.answer().status, 401)
        self.assertEqual(self.held(server), 0)
        self.assertEqual(server.metrics().value("http_requests_total", method="GET", endpoint="/metrics", code="401"),
                         LONGEST + 1)

    def test_the_time_that_they_wait_is_not_the_servers(self) -> None:
        server = self.started()
        self.assertEqual(self.wrong(server, LONGEST)[-1].answer().status, 401)
        seconds = server.metrics().value("http_request_duration_seconds_sum", endpoint="/metrics")
        self.assertLess(seconds, 3)  # the last alone waited for five

    def test_each_waits_longer_than_the_one_before(self) -> None:
        server = self.started()
        wires = self.wrong(server, LONGEST)
        for wire in wires:
            self.assertEqual(wire.answer().status, 401)
        for index in range(2, LONGEST - 2):
            self.assertLess(wires[index].came_ns, min(later.came_ns for later in wires[index + 2:]))

    def test_guesses_at_what_the_session_may_do_wait_as_well(self) -> None:
        server = self.started()
        wires = self.wrong(server, LONGEST, target="/session")
        self.assertEqual(ask(server, "/session", READ).status, 200)
        self.assertFalse(has_answer(wires[-1]))
        for wire in wires:
            answer = wire.answer()
            self.assertEqual((answer.status, b'"may_read":false' in answer.body), (200, True))

    def test_others_do_not_wait_for_an_address(self) -> None:
        server = self.started(TRUSTED_PROXIES="127.0.0.1")
        wires = self.wrong(server, LONGEST, "X-Forwarded-For: 2001:db8::1")
        for other in ("X-Forwarded-For: 2001:db8:0:1::1", "X-Forwarded-For: 192.0.2.1"):
            self.assertEqual(self.wrong(server, 1, other)[0].answer().status, 401)
        self.assertFalse(has_answer(wires[-1]))
        # A household has 2^64 addresses.
        neighbour = self.wrong(server, 1, "X-Forwarded-For: 2001:db8::ffff")[0]
        self.assertEqual(self.wrong(server, 1, "X-Forwarded-For: 192.0.2.2")[0].answer().status, 401)
        self.assertFalse(has_answer(neighbour))

    def test_so_many_wait_and_more_are_turned_away_at_once(self) -> None:
        server = self.started()
        wires = self.wrong(server, 2 * HELD_MAX)
        self.assertLessEqual(self.held(server), HELD_MAX)
        self.assertEqual(ask(server, "/session", READ).status, 200)
        away = 0
        for wire in wires:
            answer = wire.answer()
            self.assertIn(answer.status, (401, 429))
            if answer.status == 429:
                away += 1
                self.assertTrue(1 <= int(answer.field("Retry-After")) <= 5)
                self.assertIn(b"too many wrong tokens", answer.body)
        self.assertGreater(away, 0)
        self.assertGreaterEqual(2 * HELD_MAX - away, HELD_MAX)
        self.assertEqual(self.held(server), 0)

    def test_who_goes_away_frees_the_place(self) -> None:
        server = self.started()
        self.wrong(server, LONGEST)
        server.wait_until(lambda: self.held(server) == 0, 20)
        stays, goes = self.wrong(server, 2)
        self.assertEqual(self.held(server), 2)
        goes.reset()
        server.wait_until(lambda: self.held(server) == 1)
        self.assertFalse(has_answer(stays))
        self.assertEqual(stays.answer().status, 401)

    def test_a_connection_goes_on_behind_a_wrong_token(self) -> None:
        server = self.started(KEEPALIVE_SECONDS="1")
        wire = self.wrong(server, LONGEST)[-1]
        wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual((wire.answer().status, wire.answer().status), (401, 200))

    def test_a_body_is_not_kept(self) -> None:
        server = self.started()
        if is_sanitized(server):
            self.skipTest("a sanitizer keeps what is freed")
        self.wrong(server, LONGEST)
        body = b"x" * (4 * 1024 * 1024)
        before = server.metrics().value("process_resident_memory_bytes")
        wires = []
        for _ in range(BODIES):
            wire = Wire(server.ops_port, timeout_seconds=30)
            self.stack.callback(wire.close)
            wires.append(wire.send(f"POST /session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {OTHER}\r\n"
                                   f"Content-Length: {len(body)}\r\n\r\n".encode() + body))
        server.wait_until(lambda: server.metrics().value("adtracker_access_failures_total") == LONGEST + BODIES)
        self.assertGreaterEqual(self.held(server), BODIES / 2)
        self.assertLess(server.metrics().value("process_resident_memory_bytes") - before, BODIES / 4 * len(body))
        for wire in wires:
            self.assertEqual(wire.answer().status, 401)

    def test_a_stop_does_not_wait_for_them(self) -> None:
        postgres = self.private_postgres()
        server = self.started(SHUTDOWN_GRACE_SECONDS="4", DB_CONN=postgres.create_database("stop"), SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200 and server.get("/ads").json())
        postgres.freeze()
        self.addCleanup(postgres.thaw)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1}).status, 202)
        wires = self.wrong(server, LONGEST)
        self.assertFalse(has_answer(wires[-1]))
        server.process.send_signal(signal.SIGTERM)
        answer = wires[-1].answer()
        self.assertEqual((answer.status, answer.field("Connection")), (401, "close"))
        # It still tries to store the click, for as long as its grace lasts.
        self.assertNotIn("stay in the journal", server.log_text())
        self.assertEqual(server.wait(), 0)
        self.assertIn("stay in the journal", server.log_text())
