"""PgBouncer in front of a test's PostgreSQL."""
import os
import shutil
import signal
import socket
import subprocess

from harness.abilities import need_program
from harness.case import TrackerCase
from harness.postgres import PrivatePostgres
from harness.process import free_port, unprivileged_user, wait_until, wrapper


class Pooler:
    """Listens on 127.0.0.1:`port` once it is made, with psql's view of it: `bin` and `conninfo`. Skips the test where
    there is no PgBouncer. `mode` is its pool_mode."""

    def __init__(self, case: TrackerCase, postgres: PrivatePostgres, mode: str, connections: int = 20) -> None:
        program = need_program("pgbouncer")
        self.user, self.directory, self.postgres = unprivileged_user(), case.directory(), postgres
        self.port = free_port()
        self.bin = postgres.bin
        self.connections = connections
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

    def conninfo(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def _launch(self) -> None:
        self.process = subprocess.Popen([*wrapper("KILL", self.user), self.program, "-q", str(self.directory / "ini")],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        wait_until(self._answers)

    def _configure(self, mode: str) -> None:
        (self.directory / "ini").write_text(
            f"[databases]\n* = user=postgres host={self.postgres.directory} port={self.postgres.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"pool_mode = {mode}\nauth_type = any\nauth_file =\ndefault_pool_size = {self.connections}\n"
            f"logfile = {self.directory}/log\npidfile =\nserver_login_retry = 1\n")

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the pooler ended at its start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
