"""Events that a page of another origin sends from a real browser. Needs node, playwright-core (which
`./dev browser` installs into .dev/browser) and Chromium; skipped without."""
import json
import os
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, List

from harness.abilities import need_program
from harness.case import TrackerCase
from modules import MODULES, node_with

HERE = Path(__file__).resolve().parent


class Page(BaseHTTPRequestHandler):
    """A page that has nothing to do with the tracker."""

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        body = b"<!doctype html><title>a player</title><link rel=icon href=data:,>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        pass


class BeaconTest(TrackerCase):
    def setUp(self) -> None:
        super().setUp()
        self.node = node_with("playwright-core")
        self.chromium = need_program("chromium")
        self.tracker = self.start_server(JOURNAL_SYNC="off")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").status == 200)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1, 'i', 't'), (2, 'i', 't')")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 2)
        pages = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        self.addCleanup(pages.server_close)
        self.addCleanup(pages.shutdown)
        # Another site, not only another port of the same one.
        self.page = f"http://localhost:{pages.server_port}/"
        self.server_url = f"http://127.0.0.1:{self.tracker.port}"

    def drive(self, script: str) -> Any:
        """What `script`, in which TRACKER is the tracker's URL, comes to in the page."""
        env = {**os.environ, "NODE_PATH": str(MODULES), "HOME": str(self.directory())}
        done = subprocess.run(
            [self.node, HERE / "drive.js", self.chromium, self.page,
             script.replace("TRACKER", self.server_url)],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["complaints"], [])
        return told["result"]

    def events(self, count: int) -> List[tuple]:
        """All, once there are so many."""
        self.tracker.wait_until(lambda: self.psql("SELECT count(*) FROM events") == [(str(count),)])
        return self.psql("SELECT kind, coalesce(ad_id, 0), playback_ms, verdict FROM events ORDER BY 1, 2")

    def test_a_beacon_with_a_batch_is_stored(self) -> None:
        """As text, which asks for no preflight, and as a JSON blob, which does."""
        self.assertEqual(self.drive("""
            [navigator.sendBeacon('TRACKER/ads/events',
                 '{"type":"start","ad_id":1}\\n{"type":"click","ad_id":2,"video_playback_time":12.483}\\n'),
             navigator.sendBeacon('TRACKER/ads/events',
                 new Blob([JSON.stringify([{type: 'complete', ad_id: 1}])], {type: 'application/json'}))]
            """), [True, True])
        bot = "1"  # HeadlessChrome says so itself
        self.assertEqual(self.events(3), [("click", "2", "12483", bot), ("start", "1", "0", bot),
                                          ("complete", "1", "0", bot)])
        self.assertEqual(self.tracker.metrics().value(
            "http_requests_total", method="OPTIONS", endpoint="/ads/events", code="204"), 1)

    def test_a_beacon_with_a_single_event_is_stored(self) -> None:
        self.assertIs(self.drive(
            "navigator.sendBeacon('TRACKER/ads/impression', JSON.stringify({ad_id: 1}))"), True)
        self.assertEqual(self.events(1), [("impression", "1", "0", "1")])

    def test_a_page_reads_its_answer_and_may_send_gzip(self) -> None:
        self.assertEqual(self.drive("""
            (async () => {
                const items = [{type: 'mute', ad_id: 1}, {type: 'mute', ad_id: 77}];
                const packed = new Blob([JSON.stringify(items)]).stream()
                    .pipeThrough(new CompressionStream('gzip'));
                const answer = await fetch('TRACKER/ads/events', {
                    method: 'POST', credentials: 'include',
                    body: await new Response(packed).blob(),
                    headers: {'Content-Type': 'application/json', 'Content-Encoding': 'gzip'}});
                return [answer.status, await answer.json()];
            })()"""), [202, {"accepted": 1, "rejected_total": 1, "rejected": [
                {"index": 1, "error": "there is no ad with this ad_id"}]}])
        self.assertEqual(self.events(1), [("mute", "1", "0", "1")])


if __name__ == "__main__":
    unittest.main()
