"""vat.js in pages of another site, in Debian's Chromium: what a page counts is in the database exactly once,
whatever comes between."""
import re
import threading
import time
import unittest
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Dict, List, Optional

from harness.case import TrackerCase
from tabs import Asked, Gate, Tabs

STORED = "Object.keys(localStorage).filter((key) => key.startsWith('vat:')).length"
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HIDE = """(hidden) => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


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
        self.tracker.wait_until(lambda: self.run_in(tab, STORED) <= waiting, 30)
        self.tracker.wait_until(lambda: sum(self.events().values()) >= sum(wanted.values()), 20)
        self.tracker.wait_until(lambda: self.tracker.get(
            "/ads/analytics?period=today").json()["pending_events"] == 0)
        self.assertEqual(self.events(), wanted)

    def items(self) -> List[Dict[str, Any]]:
        return [item for asked in self.gate.posts() for item in asked.items()]


class SendingTest(VatCase):
    def test_what_a_page_says_is_counted_once(self) -> None:
        self.open()
        ids = self.run_in("a", """[
            vat.impression(1), vat.click('1', {placement: 'home.top', video_playback_time: 1.5}),
            vat.event('progress', 1, {offset_ms: 5000}), vat.event('error', 0, {code: 402})]""")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 4)
        self.assertEqual(self.events(), {"impression 1": 1, "click 1": 1, "progress 1": 1, "error 0": 1})
        self.assertEqual(self.psql("SELECT kind, playback_ms, placement, detail FROM events ORDER BY 1"), [
            ("click", "1500", "home.top", "0"), ("impression", "0", "", "0"), ("progress", "0", "", "5000"),
            ("error", "0", "", "402")])
        self.assertTrue(all(UUID7.fullmatch(event_id) for event_id in ids), ids)
        now = time.time() * 1000
        for event_id in ids:
            self.assertLess(abs(int(event_id.replace("-", "")[:12], 16) - now), 60000)
        self.assertEqual(len(set(ids)), 4)
        self.assertEqual(self.run_in("a", STORED), 0)
        self.assertEqual([asked.method for asked in self.gate.asked], ["GET", "POST"], "no preflight, one batch")
        sent = self.gate.posts()[0]
        self.assertNotIn("cookie", sent.headers)
        self.assertEqual([item["event_id"] for item in sent.items()], sorted(ids))

    def test_a_page_may_queue_before_the_script_is_there(self) -> None:
        self.open(script="<script>window.vatq = [(vat) => vat.impression(1)];"
                         "vatq.push(() => { throw new Error('the page'); });"
                         f"vatq.push((vat) => vat.click(1));</script>{self.script('defer data-placement=all')}")
        self.run_in("a", "void vatq.push((vat) => vat.event('start', 1))")
        self.assert_counted(impression=1, click=1, start=1)
        self.assertEqual(self.psql("SELECT DISTINCT placement FROM events"), [("all",)])
        self.allowed.append("Error: the page")

    def test_a_script_loaded_twice_counts_once(self) -> None:
        self.open("<div data-vat-ad=1>ad</div>", script=self.script() + self.script("defer"))
        self.assert_counted(impression=1)

    def test_events_wait_while_the_tracker_is_down(self) -> None:
        self.open()
        self.tracker.stop()
        ids = self.run_in("a", "[vat.impression(1), vat.click(1)]")
        self.gate.asked.clear()
        self.tracker.wait_until(lambda: len(self.gate.posts()) >= 2, 20)
        self.assertEqual(self.run_in("a", STORED), 2)
        self.tracker.start()
        self.assert_counted(impression=1, click=1)
        self.assertEqual({item["event_id"] for item in self.items()}, set(ids), "the same ones each time")

    def test_an_answer_that_is_lost_counts_once(self) -> None:
        lost = []
        self.gate.is_lost = lambda asked: asked.method == "POST" and len(lost) < 2 and not lost.append(asked)
        self.open()
        self.run_in("a", "void [vat.impression(1), vat.click(1)]")
        self.assert_counted(impression=1, click=1)
        self.assertEqual(len(self.gate.posts()), 3)

    def test_503_is_waited_out(self) -> None:
        """As long as Retry-After says, by the clock of the page."""
        refused = {"Retry-After": "90", "Access-Control-Allow-Origin": "*", "Content-Type": "application/json",
                   "Access-Control-Expose-Headers": "Retry-After"}
        self.gate.before = lambda asked: (503, refused, b"{}") if len(self.gate.posts()) == 1 else None
        self.allowed.append("503")
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")
        self.tabs.do("pass", "a", ms=1000)
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
        self.run_in("a", "new Promise((done) => navigator.locks.request(Object.keys(localStorage)[0].slice(0, -36), done))"
                         ".then(() => true)")  # it has seen the answer
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("pass", "a", ms=89000)
        self.assertEqual(self.run_in("a", STORED), 2)
        self.assertEqual(len(self.gate.posts()), 1)
        self.tabs.do("pass", "a", ms=4000)
        self.assert_counted(impression=1, click=1)
        self.assertEqual(len(self.gate.posts()), 2)

    def test_an_answer_of_somebody_else_settles_nothing(self) -> None:
        """A portal's, a proxy's."""
        answers = [(200, "text/html", b"<h1>Log in"), (202, "text/html", b"ok"), (202, "application/json", b"[]"),
                   (202, "application/json", b'{"accepted":7,"rejected":[],"rejected_total":0}'), (204, "x", b""),
                   (403, "application/json", b'{"error":"no"}')]
        self.gate.before = lambda asked: None if asked.method != "POST" or not answers else (
            lambda given: (given[0], {"Content-Type": given[1], "Access-Control-Allow-Origin": "*"}, given[2])
        )(answers.pop(0))
        self.allowed.append("403")
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")
        for _ in range(100):
            if not answers and self.run_in("a", STORED) == 0:
                break
            self.tabs.do("pass", "a", ms=10000)
        self.assert_counted(impression=1)
        self.assertEqual(len(self.gate.posts()), 7)

    def test_a_refused_item_goes_and_the_others_count(self) -> None:
        self.open()
        self.run_in("a", "void [vat.impression(1), vat.impression(77), vat.event('nonsense', 1), vat.click(1)]")
        self.assert_counted(impression=1, click=1)
        self.assertEqual(len(self.gate.posts()), 1)
        said = self.tabs.do("complaints")
        self.assertEqual(len(said), 2, said)
        self.assertIn("vat: event refused: there is no ad with this ad_id", said)

    def test_more_refused_items_than_are_named(self) -> None:
        self.open()
        self.allowed.append("vat: event refused")
        self.run_in("a", """void (() => { for (let i = 0; i < 280; i++) vat.impression(i % 7 ? 77 : 1); })()""")
        self.assert_counted(impression=40)
        self.assertEqual(len(self.gate.posts()), 3)

    def test_a_batch_of_nothing_but_refused_items_goes(self) -> None:
        self.open()
        self.allowed += ["vat: event refused", "422"]
        self.run_in("a", "void vat.impression(77)")
        self.tracker.wait_until(lambda: self.gate.posts() and self.run_in("a", STORED) == 0)
        self.assertEqual(self.events(), {})

    def test_two_thousand_events(self) -> None:
        self.open()
        self.run_in("a", "void (() => { for (let i = 0; i < 2000; i++) vat.impression(1, {placement: 'p' + i}); })()")
        self.assertEqual(self.run_in("a", STORED), 2000)
        self.assert_counted(impression=2000)
        self.assertEqual(len(self.items()), 2000)
        self.assertLessEqual(max(len(asked.body) for asked in self.gate.posts()), 60 * 1024)
        self.assertLessEqual(len(self.gate.posts()), 6)

    def test_no_more_wait_than_4000(self) -> None:
        """The newest; and none that is older than the tracker would take."""
        self.gate.before = lambda asked: (503, {}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open(ahead=-(14 * 86400 + 60))
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("leave", "a")
        self.open(tab="b")
        self.run_in("b", "void (() => { for (let i = 0; i < 4350; i++) vat.event('start', 1, {offset_ms: i}); })()")
        self.assertLess(self.run_in("b", STORED), 4100)
        self.gate.before = lambda asked: None
        self.tracker.wait_until(lambda: self.run_in("b", STORED) == 0, 30)
        self.assert_counted(tab="b", start=4000)


class PageTest(VatCase):
    """Pages come and go, and there are several of them."""

    def test_a_page_that_goes_tells_what_is_left(self) -> None:
        """By a beacon; and the next one tells it again, older, until it has been answered."""
        for leave in ("leave", "close"):
            with self.subTest(leave):
                self.gate.asked.clear()
                self.open(at=time.time())
                event_id = self.run_in("a", "vat.impression(1)")
                self.tabs.do("pass", "a", ms=700)
                self.tabs.do(leave, "a")
                self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
                self.assertEqual(self.items(), [
                    {"type": "impression", "ad_id": 1, "event_id": event_id, "age_ms": 700}])
                self.open(tab="b")
                self.tracker.wait_until(lambda: len(self.gate.posts()) == 2)
                self.assertEqual(self.items()[1]["event_id"], event_id)
                self.tracker.wait_until(lambda: self.run_in("b", STORED) == 0)
        self.assert_counted(tab="b", impression=2)

    def test_the_next_page_tells_what_was_never_sent(self) -> None:
        """An hour later: it happened then."""
        self.gate.before = lambda asked: (503, {}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open(ahead=-3600)
        self.run_in("a", "void [vat.impression(1), vat.click(1)]")
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
        self.assertEqual(self.events(), {})
        self.gate.before = lambda asked: None
        self.open(tab="b")
        self.assert_counted(tab="b", impression=1, click=1)
        self.assertEqual(self.psql("SELECT bool_and(abs(extract(epoch FROM received_at - occurred_at) - 3600) < 60)"
                                   " FROM events"), [("t",)])

    def test_a_page_that_is_killed_loses_nothing(self) -> None:
        self.open(at=time.time())
        self.run_in("a", "void [vat.impression(1), vat.click(1)]")
        self.tabs.do("crash", "a")
        self.assertEqual(self.gate.posts(), [])
        self.open(tab="b")
        self.assert_counted(tab="b", impression=1, click=1)

    def test_a_page_that_goes_amid_a_request(self) -> None:
        """The request outlives it, but nobody hears the answer."""
        is_held = threading.Event()
        self.gate.before = lambda asked: None if asked.method != "POST" or is_held.wait(20) else None
        self.open()
        self.run_in("a", "void vat.impression(1)")
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 2)
        self.assertEqual([item["type"] for item in self.items()], ["impression", "click"], "the beacon has the rest")
        is_held.set()
        self.open(tab="b")
        self.assert_counted(tab="b", impression=1, click=1)

    def test_a_tab_in_the_background_says_it_once(self) -> None:
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")
        self.run_in("a", f"({HIDE})(true)")
        self.run_in("a", "void dispatchEvent(new Event('pagehide'))")
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
        self.run_in("a", f"({HIDE})(false)")
        self.assert_counted(impression=1)
        self.assertEqual(len(self.gate.posts()), 2)

    def test_tabs_share_what_waits(self) -> None:
        """Two count at once, a third comes and goes, and answers are lost."""
        lost = Counter()

        def is_lost(asked: Asked) -> bool:
            lost[asked.method] += 1
            return asked.method == "POST" and lost["POST"] % 3 == 1
        self.gate.is_lost = is_lost
        for tab in ("a", "b"):
            self.open(tab=tab)
        for turn in range(10):
            for tab in ("a", "b"):
                self.run_in(tab, "void (() => { for (let i = 0; i < 20; i++) vat.event('start', 1); })()")
            self.open(tab=f"c{turn}")
            self.run_in(f"c{turn}", "void vat.impression(1)")
            self.tabs.do("close", f"c{turn}")
        self.assert_counted(start=400, impression=10)
        self.assertEqual(self.run_in("b", STORED), 0)

    def test_the_pages_own_storage_stays(self) -> None:
        self.open()
        self.run_in("a", f"""void [['theirs', '1'], ['vat:other:x', 'y'], ['vat:{self.gate.url}/ads/events:junk', '{{'],
            ['vat:{self.gate.url}/ads/events:' + vat.impression(1).replace(/^./, 'x'), '{{"type":"click","ad_id":1}}'],
            ['vat:{self.gate.url}/ads/events:' + vat.impression(1).replace(/.$/, ''), '7']]
            .map(([key, value]) => localStorage.setItem(key, value))""")
        self.allowed.append("type is missing")
        self.tracker.wait_until(lambda: self.gate.posts() and self.run_in("a", "localStorage.length") == 2)
        self.assertEqual(self.run_in("a", "Object.keys(localStorage).sort()"), ["theirs", "vat:other:x"])
        self.assertEqual(self.events(), {"impression 1": 2})

    def test_a_clock_that_is_set_changes_no_age(self) -> None:
        for change_s in (-86400, 86400):
            self.gate.asked.clear()
            now = time.time()
            self.open(tab=f"t{change_s}", at=now)
            self.run_in(f"t{change_s}", "void vat.impression(1)")
            self.tabs.do("setTime", f"t{change_s}", time=round(1000 * (now + change_s)))
            self.tabs.do("pass", f"t{change_s}", ms=1000)
            self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
            self.assertEqual(self.items()[0]["age_ms"], 1000)
        self.assert_counted(tab="t86400", impression=2)

    def test_an_event_of_the_future_is_of_now(self) -> None:
        """The clock was ahead, and has been set back since the last page."""
        self.open(ahead=7 * 86400)
        self.run_in("a", "void vat.impression(1)")
        self.tabs.do("crash", "a")
        self.open(tab="b")
        self.assert_counted(tab="b", impression=1)
        self.assertEqual(self.items()[0]["age_ms"], 0)


class StorageTest(VatCase):
    """Where localStorage can't be had, events wait in the page."""

    def count(self) -> None:
        lost: List[Asked] = []
        self.gate.is_lost = lambda asked: asked.method == "POST" and not lost and not lost.append(asked)
        self.run_in("a", "void [vat.impression(1), vat.click(1)]")
        self.tracker.wait_until(lambda: len(self.gate.posts()) >= 2 and sum(self.events().values()) == 2, 20)
        self.run_in("a", "void vat.event('start', 1)")
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 3)
        self.assertEqual(self.events(), {"impression 1": 1, "click 1": 1, "start 1": 1})

    def test_full(self) -> None:
        self.open()
        self.run_in("a", """void (() => {
            for (let text = 'x'.repeat(1 << 20); text; text = text.slice(0, text.length / 2))
                try { for (let i = 0; ; i++) localStorage.setItem(text.length + '.' + i, text); } catch {}
        })()""")
        self.count()

    def test_forbidden(self) -> None:
        self.tabs.do("fresh", script="Object.defineProperty(window, 'localStorage', "
                                     "{get() { throw new DOMException('no', 'SecurityError'); }})")
        self.open()
        self.count()

    def test_absent(self) -> None:
        self.tabs.do("fresh", script="Object.defineProperty(window, 'localStorage', {value: null})")
        self.open()
        self.count()

    def test_not_wanted(self) -> None:
        self.open(script=self.script("data-storage=none"))
        self.run_in("a", "void vat.impression(2)")
        self.assertEqual(self.run_in("a", "localStorage.length"), 0)
        self.tracker.wait_until(lambda: sum(self.events().values()) == 1)
        self.psql("DELETE FROM events")
        self.gate.asked.clear()
        self.count()

    def test_a_sandbox(self) -> None:
        """Whose origin is null, without storage and locks."""
        self.site.pages["/frame"] = f"<!doctype html>{self.script()}<div data-vat-ad=1>ad</div>"
        self.open("<iframe sandbox=allow-scripts src=/frame></iframe>", script="<script>vatq = {push(f) { f(); }}</script>")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 1)
        self.assertEqual(self.gate.posts()[0].headers["origin"], "null")

    def test_an_old_browser(self) -> None:
        """Without locks and timeouts of signals."""
        self.tabs.do("fresh", script="delete AbortSignal.timeout; delete Navigator.prototype.locks")
        self.open()
        self.count()


class ElementTest(VatCase):
    def place(self, top: int, more: str = "") -> str:
        """An ad, 100 by 200, in a window that is 600 high."""
        return (f"<body style='margin:0;height:3000px'><div id=ad {more} style='position:absolute;top:{top}px;"
                "width:100px;height:200px'>ad</div>")

    def watch(self, top: int) -> None:
        self.open(self.place(top), at=time.time())
        self.run_in("a", "void vat.viewable(document.getElementById('ad'), 1)")
        self.frame()

    def frame(self, tab: str = "a") -> None:
        """Until the browser has looked what is in view."""
        self.run_in(tab, """new Promise((done) => new IntersectionObserver((entries, observer) => {
            observer.disconnect(); done(true); }).observe(document.body))""")
        self.run_in(tab, """new Promise((done) => new IntersectionObserver((entries, observer) => {
            observer.disconnect(); done(true); }).observe(document.body))""")

    def viewables(self, kind: str = "viewable") -> int:
        """How many the page has told or keeps."""
        return self.run_in("a", f"""Object.values(localStorage).filter((v) => v.includes('"{kind}"')).length""") + sum(
            item["type"] == kind for item in self.items())

    def test_half_of_it_for_two_seconds(self) -> None:
        self.watch(500)
        self.tabs.do("pass", "a", ms=1999)
        self.assertEqual(self.viewables(), 0)
        self.tabs.do("pass", "a", ms=1)
        self.assertEqual(self.viewables(), 1)
        self.tabs.do("pass", "a", ms=10000)
        self.assert_counted(viewable=1)
        self.tabs.do("leave", "a")
        self.assertEqual(self.events(), {"viewable 1": 1})

    def test_less_than_half_of_it(self) -> None:
        self.watch(502)
        self.tabs.do("pass", "a", ms=60000)
        self.assertEqual(self.viewables(), 0)

    def test_seconds_on_end(self) -> None:
        self.watch(500)
        for _ in range(3):
            self.tabs.do("pass", "a", ms=1900)
            self.run_in("a", "void scrollTo(0, 1000)")
            self.frame()
            self.tabs.do("pass", "a", ms=1900)
            self.run_in("a", "void scrollTo(0, 0)")
            self.frame()
        self.assertEqual(self.viewables(), 0)
        self.tabs.do("pass", "a", ms=1900)
        self.run_in("a", f"({HIDE})(true)")
        self.tabs.do("pass", "a", ms=60000)
        self.assertEqual(self.viewables(), 0, "nobody sees a hidden page")
        self.run_in("a", f"({HIDE})(false)")
        self.tabs.do("pass", "a", ms=1900)
        self.assertEqual(self.viewables(), 0)
        self.tabs.do("pass", "a", ms=100)
        self.assertEqual(self.viewables(), 1)

    def test_an_element_counts_once_for_an_ad(self) -> None:
        self.watch(0)
        self.run_in("a", "void [1, 2, 2].map((id) => vat.viewable(document.getElementById('ad'), id))")
        self.frame()
        self.tabs.do("pass", "a", ms=2000)
        self.tabs.do("pass", "a", ms=2000)
        self.tracker.wait_until(lambda: sum(self.events().values()) == 2)
        self.assertEqual(self.events(), {"viewable 1": 1, "viewable 2": 1})

    def test_a_page_that_goes_before(self) -> None:
        self.watch(0)
        self.tabs.do("pass", "a", ms=1900)
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 1)
        self.assertEqual(self.events(), {"notViewable 1": 1})

    def test_elements_that_name_their_ad(self) -> None:
        """Impression, click and viewability without a line of script; in real time."""
        link = "<a href='#x' id=link>read</a><button id=mute>mute</button>"
        self.open(f"<div data-vat-ad=1 data-vat-placement=home.top>{link}</div><a href='#y' id=other>other</a>"
                  "<div style='position:absolute;top:2000px' data-vat-ad=2>below</div>")
        self.tracker.wait_until(lambda: self.events().get("viewable 1"))
        for selector, button in (("#mute", "left"), ("#other", "left"), ("#link", "right"), ("#link", "left"),
                                 ("#link", "middle")):
            self.tabs.do("click", "a", selector=selector, options={"button": button})
        self.run_in("a", "void document.getElementById('link').click()")  # of a script
        self.tracker.wait_until(lambda: sum(self.events().values()) == 5)
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 6)
        self.assertEqual(self.events(), {"impression 1": 1, "impression 2": 1, "click 1": 2, "viewable 1": 1,
                                         "notViewable 2": 1})
        self.assertEqual(self.psql("SELECT DISTINCT placement, ad_id FROM events ORDER BY 2"),
                         [("home.top", "1"), ("", "2")])

    def test_elements_that_come_later(self) -> None:
        self.open("<div data-vat-ad=1></div>")
        self.run_in("a", """void (() => {
            document.body.insertAdjacentHTML('beforeend', '<p data-vat-ad=2>x');
            vat.scan();
            vat.scan(document.body);
        })()""")
        self.tracker.wait_until(lambda: sum(self.events().values()) >= 2)
        self.tabs.do("leave", "a")
        self.tracker.wait_until(lambda: sum(self.events().values()) >= 4)
        self.assertEqual({key: count for key, count in self.events().items() if "mpression" in key},
                         {"impression 1": 1, "impression 2": 1})

    def test_nonsense_is_told_and_throws_nothing(self) -> None:
        self.open("<div data-vat-ad=x></div>")
        self.assertEqual(self.run_in("a", """[
            vat.impression(), vat.impression('seven'), vat.impression(-1), vat.impression(2 ** 31), vat.impression(1.5),
            vat.click({}), vat.click(Symbol()), vat.impression(1, {placement: 'ü'}),
            vat.impression(1, {placement: 'x'.repeat(2000)}), vat.impression(1, {placement: 1n}),
            vat.viewable(null, 1), vat.viewable(document, 1), vat.viewable(document.body, 'x')]"""), [None] * 13)
        said = self.tabs.do("complaints")
        self.assertEqual(len(said), 14, said)
        self.assertTrue(all(text.startswith("vat: ") for text in said), said)
        self.run_in("a", "void vat.impression(1, null)")
        self.assert_counted(impression=1)


if __name__ == "__main__":
    unittest.main()
