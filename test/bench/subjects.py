"""The servers under load: the tracker in its modes, the bare handlers, nginx."""
import http.client
import shutil
import socket
import subprocess
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

from harness.postgres import PrivatePostgres
from harness.process import alive, free_port, wait_until, wrapper
from harness.server import Metrics, Server
from machine import BenchError, pinned

STORED_WITHIN_SECONDS = 120
QUIET_SECONDS = 0.05
PSQL_SECONDS = 600
LAG = "adtracker_event_loop_lag_seconds_bucket"

NGINX_CONF = """
daemon off;
master_process off;
error_log stderr;
pid {directory}/pid;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type application/json; return 202 '{{"status":"queued"}}'; }}
    }}
}}
"""


class Subject:
    """A server that answers on a loopback port."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    @property
    def pid(self) -> int:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def state(self) -> str:
        """For an error: whether it runs, and what it said."""
        return f"process {self.pid}: {'alive' if alive(self.pid) else 'gone'}"

    def settle(self) -> float:
        """Waits until nothing is left to do; returns when that was."""
        return time.monotonic()


class Plain(Subject):
    """One that keeps nothing: a command that is ended by its process."""

    def __init__(self, name: str, port: int, command: List[str], core: int) -> None:
        super().__init__(name, port)
        with pinned(core):
            self.process = subprocess.Popen(  # pylint: disable=R1732
                [*wrapper("KILL"), *command], stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(self._listens, 10, f"{name} listens")

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _listens(self) -> bool:
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} ended at its start with {self.process.returncode}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def start_bare(program: Path, answers: List[Path], core: int) -> Plain:
    """`answers`: what it answers to GET /ads, /metrics and /vast."""
    port = free_port()
    return Plain("bare", port, [str(program), str(port), *map(str, answers)], core)


def start_nginx(directory: Path, core: int) -> Optional[Plain]:
    """None where it is not installed."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        return None
    port = free_port()
    directory.mkdir(parents=True)
    conf = directory / "conf"
    conf.write_text(NGINX_CONF.format(directory=directory, port=port), encoding="utf-8")
    return Plain("nginx", port, [program, "-p", str(directory), "-e", "stderr", "-c", str(conf)],
                 core)


class Tracker(Subject):
    """The tracker on a database of its own, or on the one that is named. Without a core it has all that we may use."""

    def __init__(self, mode: str, binary: Path, postgres: PrivatePostgres, directory: Path,
                 core: Optional[int], env: Dict[str, str], database: Optional[str] = None) -> None:
        self.postgres = postgres
        self.database = database or f"bench_{mode}"
        self.core = core
        directory.mkdir(parents=True)
        conninfo = postgres.conninfo if database else postgres.create_database
        self.server = Server(binary, {"DB_CONN": conninfo(self.database),
                                      "LOG_LEVEL": "warning", **env}, directory)
        super().__init__(mode, self.server.port)

    @property
    def pid(self) -> int:
        return self.server.pid

    def start(self) -> float:
        """Returns how many seconds it took from its start until it took events and served ads."""
        begun = time.monotonic()
        with nullcontext() if self.core is None else pinned(self.core):
            self.server.launch()
        for path in ("/readyz", "/ads"):
            while not self._answers(path):
                if time.monotonic() > begun + 20:
                    raise BenchError(f"{path} is not 200 in 20 s\n{self.server.log_tail()}")
                time.sleep(0.001)
        return time.monotonic() - begun

    def prepare(self, ads: int = 100) -> None:
        """Migrates the database and fills in so many ads; returns with the tracker running."""
        self.start()
        self.psql("INSERT INTO ads (image_url, target_url) SELECT "
                  "'https://cdn.example/' || n || '.png', 'https://shop.example/' || n "
                  f"FROM generate_series((SELECT count(*) FROM ads) + 1, {ads}) n")
        self.stop()
        self.start()

    def stop(self) -> None:
        if self.server.process is not None:
            code = self.server.stop()
            if code != 0:
                raise BenchError(f"the tracker ended with {code}\n{self.server.log_tail()}")

    def state(self) -> str:
        return f"{super().state()}\n{self.server.log_tail()}"

    def metrics(self) -> Metrics:
        return self.server.metrics()

    def accepted(self) -> int:
        return int(self.metrics().total("adtracker_events_accepted_total"))

    def stored(self) -> int:
        return int(self.metrics().total("adtracker_events_stored_total"))

    def waiting(self) -> int:
        """How many events are not known to be stored."""
        return int(self.metrics().value("adtracker_queue_events"))

    def settle(self) -> float:
        """Also checks that each event that was answered with 202 is stored, and nothing else is."""
        deadline = time.monotonic() + STORED_WITHIN_SECONDS
        settled, accepted = self._wait_until_stored(deadline)
        time.sleep(QUIET_SECONDS)
        # What a client left behind in its sockets may have been taken since.
        while self.accepted() != accepted:
            settled, accepted = self._wait_until_stored(deadline)
            time.sleep(QUIET_SECONDS)
        stored = int(self.psql("SELECT coalesce(sum(quantity), 0) FROM events"))
        if stored != accepted:
            raise BenchError(f"{accepted} events were accepted, and {stored} are stored")
        return settled

    def _wait_until_stored(self, deadline: float) -> Tuple[float, int]:
        """Returns when all was stored, and how many that were."""
        while True:
            metrics = self.metrics()
            accepted = int(metrics.total("adtracker_events_accepted_total"))
            if metrics.total("adtracker_events_stored_total") == accepted:
                return time.monotonic(), accepted
            if time.monotonic() > deadline:
                raise BenchError(f"not all of {accepted} events are stored within "
                                 f"{STORED_WITHIN_SECONDS} s\n{self.server.log_tail()}")
            time.sleep(0.005)

    def worst_lag_ms(self, run: Callable[[], None]) -> float:
        """The bound of the highest histogram bucket that the loop's lag fell into during `run`."""
        before = self._lag_buckets()
        run()
        after = self._lag_buckets()
        counts = {bound: after[bound] - before.get(bound, 0.0) for bound in after}
        total = max(counts.values())
        return min(bound for bound, count in counts.items() if count >= total) * 1000

    def _lag_buckets(self) -> Dict[float, float]:
        return {float(dict(labels)["le"]): value for (name, labels), value
                in self.metrics().items() if name == LAG}

    def _answers(self, path: str) -> bool:
        if self.server.process is None or self.server.process.poll() is not None:
            raise BenchError(f"the tracker ended at its start\n{self.server.log_tail()}")
        try:
            return self.server.get(path).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def psql(self, sql: str) -> str:
        """The first value of the answer."""
        rows = self.postgres.psql(sql, self.database, PSQL_SECONDS)
        return rows[0][0] if rows else ""
