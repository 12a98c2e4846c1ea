"""What the tests of vat.js share: a tracker behind a gate, and pages of another site that load vat.js from it."""
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Dict, List, Optional

from harness.case import TrackerCase
from tabs import Gate, Tabs

STORED = "Object.keys(localStorage).filter((key) => key.startsWith('vat:')).length"


class Page(BaseHTTPRequestHandler):
    server: "Publisher"

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        body = self.server.pages.get(self.path, "<!doctype html>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        pass


class Publisher(ThreadingHTTPServer):
    """Another site than the tracker's, not only another port of the same one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.pages: Dict[str, str] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://localhost:{self.server_port}{path}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class VatCase(TrackerCase):
    tabs: ClassVar[Tabs]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.tabs = Tabs()
        cls.addClassCleanup(cls.tabs.stop)

    def setUp(self) -> None:
        super().setUp()
        self.tracker = self.start_server(JOURNAL_SYNC="off")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").status == 200)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1, 'i', 't'), (2, 'i', 't')")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 2)
        self.gate = Gate(self.tracker.port)
        self.addCleanup(self.gate.stop)
        self.site = Publisher()
        self.addCleanup(self.site.stop)
        self.tabs.do("fresh")
        self.allowed = ["net::"]

    def tearDown(self) -> None:
        complaints = [text for text in self.tabs.do("complaints")
                      if not any(word in text for word in self.allowed)]
        self.assertEqual(complaints, [])
        super().tearDown()

    def script(self, more: str = "async") -> str:
        return f'<script src="{self.gate.url}/vat.js" {more}></script>'

    def open(self, body: str = "", tab: str = "a", script: Optional[str] = None, at: Optional[float] = None,
             ahead: int = 0) -> None:
        """A page with vat.js and this body. `at`: from now on all tabs have a clock of their own that stands still,
        in seconds; `ahead`: its clock is wrong by so many."""
        path = f"/{len(self.site.pages)}"
        if ahead:
            script = f"<script>Date.now = ((now) => () => now() + {1000 * ahead})(Date.now)</script>{self.script()}"
        self.site.pages[path] = ("<!doctype html><title>news</title><link rel=icon href=data:,>"
                                 f"{self.script() if script is None else script}{body}")
        asked = {} if at is None else {"time": round(at * 1000)}
        self.tabs.do("open", tab, url=self.site.url(path), **asked)
        self.run_in(tab, "new Promise((done) => (window.vatq = window.vatq || []).push(done)).then(() => true)")

    def run_in(self, tab: str, script: str) -> Any:
        return self.tabs.do("run", tab, script=script)

    def events(self) -> Dict[str, int]:
        return {f"{kind} {ad}": int(count) for kind, ad, count in self.psql(
            "SELECT kind, coalesce(ad_id, 0), count(*) FROM events GROUP BY 1, 2")}

    def assert_counted(self, tab: str = "a", waiting: int = 0, **kinds: int) -> None:
        """Each of these kinds so often, of ad 1, and nothing else, once nothing more than `waiting` waits there."""
        wanted = {f"{kind} 1": count for kind, count in kinds.items()}
        self.tracker.wait_until(lambda: self.run_in(tab, STORED) <= waiting, 100)
        self.tracker.wait_until(lambda: sum(self.events().values()) >= sum(wanted.values()), 60)
        self.tracker.wait_until(lambda: self.tracker.get(
            "/ads/analytics?period=today").json()["pending_events"] == 0)
        self.assertEqual(self.events(), wanted)

    def items(self) -> List[Dict[str, Any]]:
        return [item for asked in self.gate.posts() for item in asked.items()]
