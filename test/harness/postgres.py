"""A private PostgreSQL: its own data, a unix socket in a folder of its own, killed by process id."""
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from harness.process import alive, children, free_port, send, unprivileged_user, wait_until, wrapper

ROOT = Path(__file__).resolve().parents[2]
FIELD, RECORD = "\x1f", "\x1e"
PASSWORD = "p@ss:w/rd"  # of the TCP listener; to be percent-encoded in a URI
STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}

# Tests lose processes, never power; and a question of few rows is compiled longer than it runs. A test about
# durability overrides the first.
TEST_SETTINGS = {"fsync": "off", "jit": "off"}


def newest_bin() -> Path:
    """The programs of the newest PostgreSQL installed."""
    installed = {}
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        if re.fullmatch(r"\d+", initdb.parts[-3]):
            installed[int(initdb.parts[-3])] = initdb.parent
    if not installed:
        raise AssertionError("no PostgreSQL under /usr/lib/postgresql")
    return installed[max(installed)]


class PrivatePostgres:
    """`directory` holds data and socket, so its path is short; without one a temporary one is made.

    With `tcp` it also listens on 127.0.0.1:`port`, where the password is `PASSWORD` by SCRAM. `stock`: only
    `settings` are not as they come with it, for what is measured.
    """

    def __init__(self, directory: Optional[Path] = None, tcp: bool = False,
                 settings: Optional[Dict[str, str]] = None, stock: bool = False) -> None:
        self.user = unprivileged_user()
        self.bin = newest_bin()
        self.directory = directory or Path(tempfile.mkdtemp(prefix="adt-pg-", dir="/tmp"))
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self._give(self.directory)
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self.port = free_port() if tcp else 5432
        self.tcp = tcp
        self.settings = {**({} if stock else TEST_SETTINGS), **(settings or {})}
        self.process: Optional[subprocess.Popen] = None
        self.frozen: List[int] = []
        self._guard: Optional[subprocess.Popen] = None

    def start(self) -> "PrivatePostgres":
        """Returns when it answers. Starting again after a stop or a kill keeps the data."""
        if not self.data.exists():
            self._initdb()
        assert self.process is None, "already started"
        settings = {
            "listen_addresses": "127.0.0.1" if self.tcp else "",
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
            **self.settings,
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper("QUIT", self.user), str(self.bin / "postgres"), "-D", str(self.data),
                 *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True)
        wait_until(self._answers, 30, "PostgreSQL answers")
        return self

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends the sessions and checkpoints; `immediate` is a crash that can recover."""
        if self.process is None:
            return
        self.thaw()
        self.process.send_signal(STOP_SIGNALS[mode])
        self.process.wait(30)
        self.process = None

    def kill(self) -> None:
        """kill -9 of the postmaster and all its processes at one moment."""
        assert self.process is not None, "not started"
        self.freeze()
        frozen, self.frozen = self.frozen, []
        for pid in frozen:
            send(pid, signal.SIGKILL)
        self._end_guard()
        self.process.wait(30)
        self.process = None
        wait_until(lambda: not any(map(alive, frozen)), 10, "its processes are gone")

    def freeze(self) -> None:
        """Stops every process in its tracks: sockets stay open, nothing answers."""
        assert self.process is not None, "not started"
        self._guard = self._guard or self._start_guard(self.process.pid)
        send(self.process.pid, signal.SIGSTOP)  # first, so that it forks no more
        self.frozen = [self.process.pid]
        for child in children(self.process.pid):
            send(child.pid, signal.SIGSTOP)
            self.frozen.append(child.pid)

    def thaw(self) -> None:
        """Lets a frozen server go on."""
        for pid in reversed(self.frozen):
            send(pid, signal.SIGCONT)
        self.frozen = []
        self._end_guard()

    def destroy(self) -> None:
        """Ends it and removes its folder."""
        self.stop("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)

    def conninfo(self, database: str = "postgres") -> str:
        """libpq keywords for the unix socket."""
        return f"host={self.directory} port={self.port} dbname={database} user=postgres"

    def uri(self, database: str = "postgres", password: str = PASSWORD) -> str:
        """The TCP listener as the original service names it, the password not percent-encoded."""
        assert self.tcp, "has no TCP listener"
        return f"postgres://postgres:{password}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def psql(self, sql: str, database: str = "postgres", timeout_seconds: float = 60) -> List[Tuple[str, ...]]:
        """The rows of the answer as text, NULL as ''. AssertionError with psql's words on failure."""
        done = subprocess.run(
            [str(self.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-F", FIELD, "-R", RECORD,
             "-d", self.conninfo(database), "-f", "-"],
            input=sql, capture_output=True, text=True, timeout=timeout_seconds, check=False)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr.strip()}")
        if done.stdout == "":
            return []
        records = done.stdout[:-1].split(RECORD)
        return [tuple(record.split(FIELD)) for record in records]

    def value(self, sql: str, database: str = "postgres") -> str:
        """The one field of an answer of one row."""
        rows = self.psql(sql, database)
        assert len(rows) == 1 and len(rows[0]) == 1, f"not one value: {rows!r}"
        return rows[0][0]

    def create_database(self, name: str, template: str = "template1") -> str:
        """A new database, empty or a copy of one that nobody is connected to; returns its conninfo."""
        self.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.conninfo(name)

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            self.process = None
            raise AssertionError(f"PostgreSQL ended at its start:\n{self.log_text()[-2000:]}")
        ready = subprocess.run([str(self.bin / "pg_isready"), "-q", "-d", self.conninfo()],
                               timeout=10, check=False)
        return ready.returncode == 0

    @staticmethod
    def _start_guard(pid: int) -> subprocess.Popen:
        """Lets a frozen server go on should the test be killed meanwhile: frozen, it would not see the
        signal that ends it then."""
        return subprocess.Popen(["sh", "-c", f"read _; kill -CONT {pid}"], stdin=subprocess.PIPE,
                                start_new_session=True)

    def _end_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.kill()
            guard.communicate()

    def _give(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _initdb(self) -> None:
        """Copies a data folder that is made once for each version: a copy is quicker than initdb."""
        cache = ROOT / "build" / "postgres"
        cache.mkdir(parents=True, exist_ok=True)
        template = cache / self.bin.parent.name
        with (cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists() or (self.user and template.stat().st_uid != self.user.pw_uid):
                self._make_template(template)
        subprocess.run(["cp", "-a", str(template), str(self.data)], check=True)

    def _make_template(self, template: Path) -> None:
        """Made in our own folder first: the server's user may be unable to reach the repository."""
        shutil.rmtree(template, ignore_errors=True)
        password = self.directory / "password"
        password.write_text(PASSWORD)
        self._give(password)
        subprocess.run(
            [*wrapper("KILL", self.user), str(self.bin / "initdb"), "-D", str(self.data),
             "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
             f"--pwfile={password}", "--encoding=UTF8", "--no-locale", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/")
        password.unlink()
        unfinished = template.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.data), str(unfinished)], check=True)
        unfinished.rename(template)
        shutil.rmtree(self.data)
