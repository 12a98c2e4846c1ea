"""PgBouncer in front of a test's PostgreSQL."""
import os
import shutil
import socket
import subprocess
from pathlib import Path

from harness.abilities import need_program
from harness.case import TrackerCase
from harness.postgres import PrivatePostgres
from harness.process import free_port, unprivileged_user, wait_until, wrapper


class Pooler:
    """Listens on 127.0.0.1:`port` once it is made, with psql's view of it: `bin` and `conninfo`. Skips the test where
    there is no PgBouncer. `mode` is its pool_mode."""

    def __init__(self, case: TrackerCase, postgres: PrivatePostgres, mode: str, connections: int = 20) -> None:
        program = need_program("pgbouncer")
        user, directory = unprivileged_user(), case.directory()
        self.port = free_port()
        self.bin = postgres.bin
        program = shutil.copy(program, directory)  # where that user may read it
        if user is not None:
            os.chown(directory, user.pw_uid, user.pw_gid)
        self._configure(directory, postgres, mode, connections)
        self.process = subprocess.Popen([*wrapper("KILL", user), program, "-q", str(directory / "ini")],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill)
        wait_until(self._answers)

    def conninfo(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def _configure(self, directory: Path, postgres: PrivatePostgres, mode: str, connections: int) -> None:
        (directory / "ini").write_text(
            f"[databases]\n* = user=postgres host={postgres.directory} port={postgres.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"pool_mode = {mode}\nauth_type = any\nauth_file =\ndefault_pool_size = {connections}\n"
            f"logfile = {directory}/log\npidfile =\n")

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the pooler ended at its start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
