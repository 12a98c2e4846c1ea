"""Debian's Prometheus over a server that has worked."""
import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Dict, List

from harness.abilities import need_program
from harness.case import TrackerCase
from harness.postgres import ROOT
from harness.process import free_port, wait_until, wrapper
from harness.server import Server

READ = "r" * 24


def with_token(directory: Path) -> str:
    """prometheus.yml with its authorization, which is a comment, and the file that it names."""
    text = (ROOT / "prometheus.yml").read_text()
    shown = re.search(r"(?:^    # +(?:authorization|type|credentials_file):.*\n){3}", text, re.MULTILINE)
    assert shown, text
    (directory / "token").write_text(READ)
    spoken = re.sub("^    # ", "    ", shown[0], flags=re.MULTILINE)
    return text.replace(shown[0], re.sub("credentials_file: .*", f"credentials_file: {directory}/token", spoken))


class PrometheusCase(TrackerCase):
    """`self.tracker` has worked; start_prometheus() then watches it."""

    def setUp(self) -> None:
        super().setUp()
        self.program = need_program("prometheus")
        self.tracker = self.start_server(SAMPLE_DATA="1")
        self.work(self.tracker)

    def work(self, server: Server) -> None:
        """One request of every kind, answered and stored."""
        server.wait_until(lambda: server.get("/ads").json())
        for route in ("/ads/click", "/ads/impression"):
            self.assertEqual(server.post(route, {"ad_id": 1}).status, 202)
        server.get("/ads/analytics?start=2025-04-20T00:00:00Z&end=2025-04-22T23:59:59Z")
        server.post("/ads/click", "not json", {"Content-Type": "application/json"})
        server.get("/nowhere")
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0)

    def start_prometheus(self, has_token: bool = False, interval: str = "10s") -> None:
        """With the repository's files; only the target's address is another, and the interval that is asked for."""
        directory = self.directory()
        text = with_token(directory) if has_token else (ROOT / "prometheus.yml").read_text()
        self.assertEqual(text.count("video-ad-tracker:8080"), 1)
        text = text.replace("video-ad-tracker:8080", f"127.0.0.1:{self.tracker.ops_port}")
        self.assertEqual(text.count("scrape_interval: 10s"), 1)
        text = text.replace("scrape_interval: 10s", f"scrape_interval: {interval}")
        (directory / "prometheus.yml").write_text(text)
        shutil.copy(ROOT / "alerts.yml", directory)
        port = free_port()
        self.prometheus = f"http://127.0.0.1:{port}"
        self.log = directory / "log"
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*wrapper("KILL"), self.program, f"--config.file={directory}/prometheus.yml",
                 f"--storage.tsdb.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=directory)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        wait_until(lambda: self.is_ready(process), 30, "Prometheus is ready")

    def is_ready(self, process: subprocess.Popen) -> bool:
        self.assertIsNone(process.poll(), f"ended at its start:\n{self.log.read_text()}")
        try:
            return self.fetch("/-/ready") != ""
        except OSError:
            return False

    def fetch(self, path: str) -> str:
        with urllib.request.urlopen(self.prometheus + path, timeout=10) as answer:
            return answer.read().decode()

    def api(self, path: str, **query: str) -> Any:
        answer = json.loads(self.fetch(f"/api/v1/{path}?{urllib.parse.urlencode(query)}"))
        self.assertEqual(answer["status"], "success")
        return answer["data"]

    def query(self, expression: str) -> List[Dict[str, Any]]:
        return self.api("query", query=expression)["result"]

    def value(self, expression: str) -> float:
        rows = self.query(expression)
        self.assertEqual(len(rows), 1, expression)
        return float(rows[0]["value"][1])
