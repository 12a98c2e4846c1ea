"""SIGTERM and SIGINT: what is in hand is answered, what is queued is stored or said."""
import re
import signal
import threading
import time
from typing import ClassVar, Tuple

from http_support import CLICK, LIVEZ, WINDOW, Wire, post, seconds_of

from harness.case import TrackerCase
from harness.postgres import PrivatePostgres
from harness.process import free_port
from harness.server import Server

ANALYTICS = f"GET /ads/analytics?{WINDOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


class StopTest(TrackerCase):
    own: ClassVar[PrivatePostgres]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.own = PrivatePostgres()
        cls.addClassCleanup(cls.own.destroy)
        cls.own.start()

    def ready(self, **env: str) -> Server:
        server = self.start_server(SAMPLE_DATA="1", JOURNAL_SYNC="off", **env)
        server.wait_until(lambda: server.get("/ads").status == 200 and server.get("/ads").json())
        return server

    def private(self, **env: str) -> Tuple[PrivatePostgres, Server]:
        """A server on the PostgreSQL that may be frozen and stopped, and is well again later."""
        self.addCleanup(self.restore)
        name = f"{self.database}_{self.random.getrandbits(32)}"
        return self.own, self.ready(DB_CONN=self.own.create_database(name), **env)

    def restore(self) -> None:
        self.own.thaw()
        if self.own.process is None:
            self.own.start()

    def stopping(self, server: Server, number: int = signal.SIGTERM) -> None:
        server.process.send_signal(number)
        server.wait_until(lambda: "stopping" in server.log_text())

    @staticmethod
    def is_refused(port: int) -> bool:
        try:
            Wire(port).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_both_signals_end_it_with_0(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.ready()
            idle = Wire(server.port)
            kept = Wire(server.port)
            self.assertEqual(kept.send(LIVEZ).answer().status, 200)
            server.process.send_signal(number)
            self.assertEqual(server.wait(10), 0)
            self.assertTrue(idle.is_closed() and kept.is_closed())

    def test_what_was_accepted_is_stored_before_it_ends(self) -> None:
        server = self.ready()
        wire = Wire(server.port)
        count = 3000
        wire.send(post("/ads/impression", b'{"ad_id":1}') * count)
        for _ in range(count):
            self.assertEqual(wire.answer().status, 202)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.psql("SELECT count(*) FROM impressions"), [(str(count),)])

    def test_what_is_in_hand_is_answered(self) -> None:
        postgres, server = self.private()
        asked = Wire(server.port)
        server.wait_until(lambda: asked.send(ANALYTICS).answer().status == 200)
        postgres.freeze()
        asked.send(ANALYTICS)
        asked_later = Wire(server.port).send(ANALYTICS[:20])
        server.wait_until(lambda: server.get("/livez").status == 200)
        self.stopping(server)
        asked_later.send(ANALYTICS[20:])
        time.sleep(0.3)
        postgres.thaw()
        for wire in (asked, asked_later):
            answer = wire.answer()
            self.assertEqual((answer.status, answer.field("Connection")), (200, "close"))
            self.assertTrue(wire.is_closed())
        self.assertEqual(server.wait(15), 0)

    def test_what_stays_unanswered_is_answered_with_503(self) -> None:
        postgres, server = self.private(SHUTDOWN_GRACE_SECONDS="1")
        asked = Wire(server.port)
        server.wait_until(lambda: asked.send(ANALYTICS).answer().status == 200)
        postgres.freeze()
        asked.send(ANALYTICS)
        self.stopping(server)
        answer = asked.answer()
        self.assertEqual(answer.status, 503)
        self.assertEqual(server.wait(10), 0)

    def test_it_listens_no_more_but_serves_whom_it_has(self) -> None:
        postgres, server = self.private()
        asked, kept = Wire(server.port), Wire(server.port)
        server.wait_until(lambda: asked.send(ANALYTICS).answer().status == 200)
        self.assertEqual(kept.send(LIVEZ).answer().status, 200)
        postgres.freeze()
        asked.send(ANALYTICS)
        server.wait_until(lambda: server.get("/livez").status == 200)
        self.stopping(server)
        server.wait_until(lambda: self.is_refused(server.port))
        answer = kept.send(LIVEZ).answer()
        self.assertEqual((answer.status, answer.field("Connection")), (200, "close"))
        self.assertTrue(kept.is_closed())
        postgres.thaw()
        self.assertEqual(asked.answer().status, 200)
        self.assertEqual(server.wait(15), 0)

    def test_both_listeners_close_and_whom_they_have_is_served(self) -> None:
        postgres, server = self.private(OPS_LISTEN=str(free_port()))
        asked = Wire(server.ops_port)
        server.wait_until(lambda: asked.send(ANALYTICS.replace(b"x", b"localhost")).answer().status == 200)
        postgres.freeze()
        asked.send(ANALYTICS.replace(b"x", b"localhost"))
        server.wait_until(lambda: server.get("/livez").status == 200)
        self.stopping(server)
        for port in (server.port, server.ops_port):
            server.wait_until(lambda p=port: self.is_refused(p))
        postgres.thaw()
        self.assertEqual(asked.answer().status, 200)
        self.assertEqual(server.wait(15), 0)

    def test_it_stores_what_it_has_and_takes_no_more_while_its_grace_lasts(self) -> None:
        postgres, server = self.private(SHUTDOWN_GRACE_SECONDS="60")
        database = re.search(r"dbname=(\S+)", server.env["DB_CONN"])[1]
        asked, *kept = [Wire(server.port) for _ in range(101)]
        server.wait_until(lambda: asked.send(ANALYTICS).answer().status == 200)
        postgres.freeze()
        asked.send(ANALYTICS)  # while it is in hand nothing drains, at first
        self.assertEqual(kept[0].send(LIVEZ).answer().status, 200)
        self.stopping(server)
        accepted = 0
        for wire in kept:  # one after the other, with quiet between: then it begins to drain
            answer = wire.send(post("/ads/impression", b'{"ad_id":1}')).answer()
            if answer.status != 202:
                break
            accepted += 1
            asked.close()
            time.sleep(0.3)
        self.assertEqual((answer.status, answer.body),
                         (503, b'{"error":"the server is shutting down"}'))
        postgres.thaw()
        self.assertEqual(server.wait(30), 0)
        self.assertIn("stopped, everything is stored", server.log_text())
        self.assertGreater(accepted, 0)
        self.assertEqual(postgres.value("SELECT count(*) FROM impressions", database),
                         str(accepted))

    def test_under_load_every_202_is_stored(self) -> None:
        server = self.ready()
        accepted, lock = [0], threading.Lock()

        def load() -> None:
            try:
                while True:
                    wire = Wire(server.port)
                    for _ in range(50):
                        status = wire.send(post("/ads/impression", b'{"ad_id":2}')).answer().status
                        with lock:
                            accepted[0] += status == 202
                    wire.close()
            except (OSError, ConnectionError):
                pass

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        server.wait_until(lambda: accepted[0] > 200)
        code = server.stop()
        for thread in threads:
            thread.join()
        self.assertEqual(code, 0)
        stored = int(self.psql("SELECT count(*) FROM impressions")[0][0])
        # An answer may be lost on its way, an accepted event may not.
        self.assertGreaterEqual(stored, accepted[0])
        self.assertLessEqual(stored - accepted[0], len(threads))

    def test_what_is_left_is_said_and_stored_by_the_next_start(self) -> None:
        postgres, server = self.private(SHUTDOWN_GRACE_SECONDS="1")
        name = re.search(r"dbname=(\S+)", server.env["DB_CONN"])[1]
        postgres.stop()
        for _ in range(7):
            self.assertEqual(server.post("/ads/impression", {"ad_id": 1}).status, 202)
        self.assertEqual(server.stop(9), 0)  # the default grace is longer
        self.assertRegex(server.log_text(), r"(?m) stay in the journal left=7$")
        postgres.start()
        server.start()
        server.wait_until(
            lambda: postgres.value("SELECT count(*) FROM impressions", name) == "7", 20)

    def test_a_second_signal_ends_it_at_once(self) -> None:
        for first in (signal.SIGTERM, signal.SIGINT):
            postgres, server = self.private(SHUTDOWN_GRACE_SECONDS="60")
            wires = [Wire(server.port) for _ in range(3)]
            server.wait_until(lambda w=wires[0]: w.send(ANALYTICS).answer().status == 200)
            postgres.freeze()
            wires[0].send(ANALYTICS)
            wires[1].send(ANALYTICS[:30])
            self.assertEqual(wires[2].send(post("/ads/click", CLICK)).answer().status, 202)
            self.stopping(server, first)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait(10), 0)
            self.assertIn("second signal", server.log_text())
            postgres.thaw()

    def test_signals_that_come_while_it_goes_change_nothing(self) -> None:
        for _ in range(5):
            server = self.ready()
            for _ in range(6):
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.0005)
            # The last may find nobody who listens to it any more.
            self.assertIn(server.wait(), (0, -signal.SIGTERM))
            self.assertNotIn("Sanitizer", server.log_text())

    def test_without_a_grace_it_does_not_wait(self) -> None:
        postgres, server = self.private(SHUTDOWN_GRACE_SECONDS="0")
        postgres.stop()
        self.assertEqual(server.post("/ads/impression", {"ad_id": 1}).status, 202)
        self.assertLess(seconds_of(lambda: self.assertEqual(server.stop(), 0)), 8)
