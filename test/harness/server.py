"""The tracker as a process under test: started on a free port, spoken to over HTTP."""
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple, TypeVar, Union

from harness.process import children, free_port, sync_workers, wait_until, wrapper

Value = TypeVar("Value")
Body = Union[None, bytes, str, list, dict]
Labels = Tuple[Tuple[str, str], ...]

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Metrics(Dict[Tuple[str, Labels], float]):
    """The samples of /metrics by name and sorted labels."""

    def value(self, name: str, **labels: str) -> float:
        """The sample with exactly these labels, 0 when there is none."""
        return self.get((name, tuple(sorted(labels.items()))), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """The sum of all samples of this name that have these labels among theirs."""
        wanted = set(labels.items())
        return sum(v for (n, pairs), v in self.items() if n == name and wanted <= set(pairs))


def parse_metrics(text: str) -> Metrics:
    metrics = Metrics()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found = SAMPLE.match(line)
            assert found, f"not a sample: {line!r}"
            labels = tuple(sorted(LABEL.findall(found[2] or "")))
            assert (found[1], labels) not in metrics, f"twice: {line!r}"
            metrics[found[1], labels] = float(found[3])
    return metrics


class Server:
    """One tracker. Port, journal and the file of its stderr outlive stop() and kill(), so start()
    restarts it where it was. `env` is all it is given beside what is needed to run it."""

    def __init__(self, binary: Path, env: Mapping[str, str], directory: Path) -> None:
        self.binary = binary
        self.directory = directory
        self.port = int(env["PORT"]) if "PORT" in env else free_port()
        self.ops_port = int(env["OPS_LISTEN"].rpartition(":")[2]) if "OPS_LISTEN" in env else self.port
        self.journal = Path(env.get("JOURNAL_DIR", str(directory / "journal")))
        self.journal.mkdir(parents=True, exist_ok=True)
        self.stderr = directory / "stderr"
        self.env = {
            "PATH": os.environ["PATH"],
            "ASAN_OPTIONS": "detect_leaks=1:exitcode=99",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "LISTEN_ADDR": "127.0.0.1",
            **env,
            "PORT": str(self.port),
            "JOURNAL_DIR": str(self.journal),
        }
        self.before: List[str] = []  # the command that starts it, with descriptors of ours
        self.descriptors: Tuple[int, ...] = ()
        self.process: Optional[subprocess.Popen] = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    def start(self, timeout_seconds: float = 20.0) -> "Server":
        """Returns when /livez answers 200. A kernel signal ends it with the thread that starts it."""
        self.launch()
        wait_until(self._is_live, timeout_seconds, "/livez answers")
        return self

    def launch(self) -> subprocess.Popen:
        """Starts it and waits for nothing: for starts that are meant to fail."""
        assert self.process is None, "already started"
        with self.stderr.open("ab") as stderr:
            self.process = subprocess.Popen(
                [*wrapper("KILL"), *self.before, str(self.binary)], env=self.env, stdin=subprocess.DEVNULL,
                stdout=stderr, stderr=stderr, start_new_session=True, pass_fds=self.descriptors)
        return self.process

    def stop(self, timeout_seconds: float = 30.0) -> int:
        """SIGTERM; returns the exit code. AssertionError on anything a sanitizer said."""
        process = self._check_children()
        process.send_signal(signal.SIGTERM)
        return self.wait(timeout_seconds)

    def wait(self, timeout_seconds: float = 30.0) -> int:
        """Waits for it to end by itself; otherwise as stop()."""
        assert self.process is not None, "not started"
        pid = self.pid
        try:
            code = self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.process = None
            raise AssertionError(f"did not end in {timeout_seconds} s\n{self.log_tail()}") from None
        self.process = None
        self._check_workers(pid)
        self.check_sanitizers()
        return code

    def kill(self) -> None:
        """kill -9. AssertionError when it had ended by itself before."""
        assert self.process is not None, "not started"
        pid = self.pid
        self.process.send_signal(signal.SIGKILL)
        code = self.process.wait(30)
        self.process = None
        self._check_workers(pid)
        self.check_sanitizers()
        assert code == -signal.SIGKILL, f"had ended by itself with {code}\n{self.log_tail()}"

    def finish(self) -> None:
        """What a test leaves behind: stops it if it runs, and checks it in any case."""
        if self.process is not None:
            code = self.stop()
            assert code == 0, f"ended with {code}\n{self.log_tail()}"
        self.check_sanitizers()

    def request(self, method: str, path: str, body: Body = None,
                headers: Optional[Mapping[str, str]] = None, timeout: float = 10.0,
                port: Optional[int] = None) -> Response:
        """One request on a connection of its own. A list or dict goes out as JSON. `port` is another
        than PORT."""
        sent = dict(headers or {})
        if isinstance(body, (list, dict)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Optional[Mapping[str, str]] = None) -> Response:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Body, headers: Optional[Mapping[str, str]] = None) -> Response:
        return self.request("POST", path, body, headers)

    def metrics(self) -> Metrics:
        token = self.env.get("READ_TOKEN") or self.env.get("ADMIN_TOKEN")
        response = self.request("GET", "/metrics", port=self.ops_port,
                                headers={"Authorization": f"Bearer {token}"} if token else None)
        assert response.status == 200, f"/metrics: {response.status}"
        return parse_metrics(response.body.decode())

    def wait_until(self, probe: Callable[[], Value], timeout_seconds: float = 30.0) -> Value:
        """As the function, and shows the log when it never comes true."""
        try:
            return wait_until(probe, timeout_seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_tail()}") from None

    def log_text(self) -> str:
        return self.stderr.read_text(encoding="utf-8", errors="replace")

    def log_tail(self) -> str:
        return "\n".join(self.log_text().splitlines()[-40:])

    def check_sanitizers(self) -> None:
        found = SANITIZER.search(self.log_text()) if self.stderr.exists() else None
        if found:
            raise AssertionError(f"a sanitizer spoke:\n{self.log_text()[found.start():][:4000]}")

    def _is_live(self) -> bool:
        assert self.process is not None, "not started"
        if self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            raise AssertionError(f"ended at its start with {code}\n{self.log_tail()}")
        try:
            return self.get("/livez").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _check_children(self) -> subprocess.Popen:
        assert self.process is not None, "not started"
        zombies = [child.pid for child in children(self.process.pid) if child.state == "Z"]
        assert not zombies, f"left zombies: {zombies}"
        return self.process

    @staticmethod
    def _check_workers(pid: int) -> None:
        """No sync worker outlives its server, however that ended."""
        wait_until(lambda: not sync_workers(pid), 30, "its sync worker ends with the server")


def temporary_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="adt-", dir="/tmp"))
