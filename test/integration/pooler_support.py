"""PgBouncer in front of a test's PostgreSQL."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

from harness.abilities import need_program
from harness.case import TrackerCase
from harness.postgres import PrivatePostgres
from harness.process import free_port, unprivileged_user, wait_until, wrapper

READY_FOR_QUERY = b"Z\0\0\0\5I"


class SlowRelay:
    """Carries bytes from 127.0.0.1:`port` to another port. Where a session is told to end it holds back what comes
    behind the answer to that, once, for `hold_seconds`."""

    def __init__(self, case: TrackerCase, port: int, hold_seconds: float) -> None:
        self._to, self._hold_seconds = port, hold_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.held = 0
        case.addCleanup(self._listener.close)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return  # the test is over
            is_ending = threading.Event()
            threading.Thread(target=self._ask, args=(client, server, is_ending), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client, is_ending), daemon=True).start()

    @staticmethod
    def _ask(client: socket.socket, server: socket.socket, is_ending: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"SET idle_session_timeout = 200" in data:
                    is_ending.set()
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket, is_ending: threading.Event) -> None:
        with contextlib.suppress(OSError):
            answer = b""
            while data := server.recv(65536):
                answer = (answer + data)[-6:]
                if is_ending.is_set() and not answer.endswith(READY_FOR_QUERY):
                    is_ending.clear()
                    self.held += 1
                    time.sleep(self._hold_seconds)
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)


class Pooler:
    """Listens on 127.0.0.1:`port` once it is made, with psql's view of it: `bin` and `conninfo`. Skips the test where
    there is no PgBouncer. `mode` is its pool_mode, `settings` are others."""

    def __init__(self, case: TrackerCase, postgres: PrivatePostgres, mode: str, connections: int = 20,
                 **settings: str) -> None:
        program = need_program("pgbouncer")
        self.user, self.directory, self.postgres = unprivileged_user(), case.directory(), postgres
        self.port = free_port()
        self.bin = postgres.bin
        self.connections, self.settings = connections, settings
        self.program = shutil.copy(program, self.directory)  # where that user may read it
        if self.user is not None:
            os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)
        self._configure(mode)
        self._launch()
        case.addCleanup(self.kill)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def restart(self, mode: str) -> None:
        """Ended hard, and again at the same port."""
        self.kill()
        self._configure(mode)
        self._launch()

    def change(self, mode: str) -> None:
        """Reads another mode while its clients are there."""
        self._configure(mode)
        self.process.send_signal(signal.SIGHUP)

    def conninfo(self, database: str, port: int = 0) -> str:
        """`port`: of what leads to it."""
        return f"host=127.0.0.1 port={port or self.port} user=postgres dbname={database}"

    def _launch(self) -> None:
        self.process = subprocess.Popen([*wrapper("KILL", self.user), self.program, "-q", str(self.directory / "ini")],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        wait_until(self._answers)

    def _configure(self, mode: str) -> None:
        (self.directory / "ini").write_text(
            f"[databases]\n* = user=postgres host={self.postgres.directory} port={self.postgres.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"pool_mode = {mode}\nauth_type = any\nauth_file =\ndefault_pool_size = {self.connections}\n"
            f"logfile = {self.directory}/log\npidfile =\nserver_login_retry = 1\n"
            + "".join(f"{name} = {value}\n" for name, value in self.settings.items()))

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the pooler ended at its start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
