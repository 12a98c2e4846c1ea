"""--check, which the image's health check runs."""
import signal
import socket
import subprocess
import threading
import time

from harness.case import BINARY, TrackerCase
from harness.process import free_port


class SelfCheckTest(TrackerCase):
    def check(self, port: int, **env: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(BINARY), "--check"], env={"PORT": str(port), **env},
                              capture_output=True, text=True, timeout=20, check=False)

    def assert_fails(self, done: subprocess.CompletedProcess, reason: str) -> None:
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, f"^video-ad-tracker: --check: .*{reason}.*\n$")

    def answering(self, answer: bytes) -> int:
        """The port of a server that gives one client this answer."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return listener.getsockname()[1]

    def test_a_server_that_lives(self) -> None:
        server = self.start_server()
        done = self.check(server.port)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_a_server_without_its_database_lives(self) -> None:
        server = self.start_server(DB_CONN="host=/nonexistent")
        self.assertEqual(self.check(server.port).returncode, 0)

    def test_it_asks_at_the_address_listened_on(self) -> None:
        server = self.server(LISTEN_ADDR="127.0.0.2")
        server.launch()
        server.wait_until(lambda: self.check(server.port, LISTEN_ADDR="127.0.0.2").returncode == 0)
        self.assert_fails(self.check(server.port), "Connection refused")

    def test_nobody_listens(self) -> None:
        self.assert_fails(self.check(free_port()), "Connection refused")

    def test_a_server_that_stands_still(self) -> None:
        server = self.start_server()
        server.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        try:
            self.assert_fails(self.check(server.port), "no answer within 3 s")
        finally:
            server.process.send_signal(signal.SIGCONT)
        self.assertLess(time.monotonic() - begun, 20)

    def test_another_answer(self) -> None:
        port = self.answering(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        self.assert_fails(self.check(port), "not 200")
        self.assert_fails(self.check(self.answering(b"HTTP/1.1 2")), "ended without an answer")

    def test_a_wrong_configuration(self) -> None:
        done = self.check(8080, REUSE_PORT="perhaps")
        self.assertEqual(done.returncode, 2)
        self.assertIn("REUSE_PORT", done.stderr)
