"""A Chromium that stays open, whose tabs a test drives one step after the other; and what stands between
such a page and the tracker."""
import http.client
import json
import os
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from harness.abilities import need_program
from modules import MODULES, node_with

HERE = Path(__file__).resolve().parent


class Tabs:
    """Skips the test where Chromium or what drives it is not installed."""

    def __init__(self) -> None:
        node = node_with("playwright-core")
        chromium = need_program("chromium")
        self.home = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [node, HERE / "tabs.js", chromium], env={**os.environ, "NODE_PATH": str(MODULES), "HOME": self.home.name},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()
        self.home.cleanup()

    def do(self, does: str, tab: str = "", **asked: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        print(json.dumps({"does": does, "tab": tab, **asked}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "the browser's driver ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{does} {asked}: {answer.get('error')}"
        return answer.get("result")


class Asked(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: bytes

    def items(self) -> List[Dict[str, Any]]:
        return [json.loads(line) for line in self.body.decode().splitlines()]


class Gate(ThreadingHTTPServer):
    """Passes on what is asked, and back what is answered. `asked` has it all; `before` may answer in place of the
    tracker (a status and headers), and `is_lost` says of an answer that it never arrives."""
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.tracker_port = port
        self.asked: List[Asked] = []
        self.before: Callable[[Asked], Optional[tuple]] = lambda asked: None
        self.is_lost: Callable[[Asked], bool] = lambda asked: False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def posts(self) -> List[Asked]:
        return [asked for asked in self.asked if asked.method == "POST"]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that goes hangs up."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.server.asked.append(asked)
        answer = self.server.before(asked)
        if answer is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.tracker_port, timeout=10)
            try:
                connection.request(self.command, self.path, body, {
                    k: v for k, v in asked.headers.items() if k not in ("connection", "content-length")})
                given = connection.getresponse()
                answer = (given.status, dict(given.headers), given.read())
            except OSError:
                answer = None
            finally:
                connection.close()
        if answer is None or self.server.is_lost(asked):
            self.close_connection = True
            return
        self.send_response(answer[0])
        for name, value in answer[1].items():
            if name.lower() not in ("connection", "content-length", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer[2])))
        self.end_headers()
        self.wfile.write(answer[2])

    do_GET = do_POST = do_OPTIONS = pass_on  # pylint: disable=invalid-name

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        pass
