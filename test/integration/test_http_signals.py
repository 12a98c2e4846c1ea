"""SIGHUP, SIGUSR1 and SIGUSR2, which end a process by default: a terminal that closes sends them, or a
habit of log rotation. Nothing ends, nothing is lost. SIGHUP has a meaning (test_http_reread.py)."""
import os
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from db_support import DatabaseCase, Load

from harness.case import BINARY
from harness.process import wait_until

HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


class Signals(DatabaseCase):
    def test_under_load_it_goes_on(self) -> None:
        server = self.open_server()
        load = Load(self, [server]).start()
        load.wait_accepted(100)
        for _ in range(20):
            for number in HARMLESS:
                server.process.send_signal(number)
            load.wait_accepted(5)
        events = load.stop()
        self.assertEqual(server.get("/livez").status, 200)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))
        for number in HARMLESS[1:]:  # once a minute at most
            self.assertEqual(
                server.log_text().count(f"signal ignored, SIGTERM stops the server signal={number:d}\n"), 1)
        self.assertIn("files reread", server.log_text())
        self.assertEqual(server.stop(), 0)

    def test_while_it_stops_they_change_nothing(self) -> None:
        server = self.open_server()
        events = self.post(server, 0, 200)
        server.process.send_signal(signal.SIGTERM)
        while server.process.poll() is None:
            for number in HARMLESS:
                server.process.send_signal(number)
            time.sleep(0.002)
        self.assertEqual(server.wait(), 0)
        self.assert_stored(events)

    def test_the_check_goes_on(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(10)
            check = subprocess.Popen([str(BINARY), "--check"], env={
                **os.environ, "PORT": str(listener.getsockname()[1]), "LISTEN_ADDR": "127.0.0.1"})
            self.addCleanup(check.wait)
            client, _ = listener.accept()
            with client:
                for number in HARMLESS:
                    check.send_signal(number)
                time.sleep(0.2)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                self.assertEqual(check.wait(10), 0)

    @staticmethod
    def ignores(pid: int) -> bool:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
        return all(ignored >> number - 1 & 1 for number in HARMLESS)

    def test_a_look_at_the_journal_goes_on(self) -> None:
        server = self.open_server()
        self.post(server, 0, 5)
        reader, writer = os.pipe()  # full, so that the command has to wait at its end
        os.set_blocking(writer, False)
        filled = 0
        try:
            while True:
                filled += os.write(writer, b"\n" * 4096)
        except BlockingIOError:
            os.set_blocking(writer, True)
        look = subprocess.Popen([str(BINARY), "--journal"], stdout=writer,
                                env={**os.environ, "JOURNAL_DIR": str(server.journal)})
        self.addCleanup(look.wait)
        os.close(writer)
        wait_until(lambda: self.ignores(look.pid))
        for number in HARMLESS:
            look.send_signal(number)
        with os.fdopen(reader, "rb") as output:
            text = output.read()[filled:].decode()
        self.assertEqual(look.wait(10), 0)
        self.assertIn("journal ", text)


if __name__ == "__main__":
    unittest.main()
