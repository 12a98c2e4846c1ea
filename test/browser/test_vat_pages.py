"""vat.js in pages that come, go and are looked at, in Debian's Chromium."""
import threading
import time
import unittest
import uuid
from collections import Counter

from tabs import Asked
from vat_case import STORED, VatCase

HIDE = """(hidden) => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


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
        self.run_in("a", f"({HIDE})(true)")
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 2)
        self.assertEqual([item["type"] for item in self.items()], ["impression", "click"], "the beacon has the rest")
        self.tabs.do("leave", "a")
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

    def test_a_tab_that_goes_into_the_background_again_says_it_again(self) -> None:
        self.gate.before = lambda asked: (503, {}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")
        for posts, hidden in ((1, "true"), (2, "false"), (3, "true")):
            self.run_in("a", f"({HIDE})({hidden})")
            self.tracker.wait_until(lambda: len(self.gate.posts()) >= posts, 60)
        self.assertEqual(self.run_in("a", STORED), 1)

    def test_a_network_that_is_back_is_used_at_once(self) -> None:
        self.gate.before = lambda asked: (503, {"Retry-After": "90"}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")
        self.tabs.do("pass", "a", ms=1000)
        self.tracker.wait_until(lambda: len(self.gate.posts()) == 1)
        self.gate.before = lambda asked: None
        self.tracker.wait_until(lambda: self.run_in("a", "void dispatchEvent(new Event('online'))")
                                or self.run_in("a", STORED) == 0)
        self.assert_counted(impression=1)

    def test_a_page_that_is_only_made_ready_counts_nothing(self) -> None:
        """As browsers do with one that may be looked at next."""
        self.tabs.do("fresh", script="Object.defineProperty(document, 'prerendering', {value: true})")
        path = "/ready"
        self.site.pages[path] = f"<!doctype html>{self.script()}<div data-vat-ad=1>ad</div>"
        self.tabs.do("open", "a", url=self.site.url(path))
        self.tracker.wait_until(lambda: self.run_in("a", "!!window.vat"))
        self.assertEqual((self.run_in("a", STORED), self.gate.posts()), (0, []))
        self.run_in("a", "void document.dispatchEvent(new Event('prerenderingchange'))")
        self.tracker.wait_until(lambda: self.events() == {"impression 1": 1})
        self.allowed.append("favicon")

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
        """And what under our names is none of ours goes."""
        self.open()
        self.allowed.append("type is missing")
        ours = f"vat:{self.gate.url}/ads/events:"
        # Another tracker's, whose URL is as long.
        theirs = f"vat:{self.gate.url[:-1]}{'2' if self.gate.url[-1] == '1' else '1'}/ads/events:" + str(uuid.uuid4())
        click = '{"type":"click","ad_id":1'
        values = ["x", "7", f'{click},"more":"\u00fc"}}', f'{click},"more":"{"x" * 2000}"}}']
        self.run_in("a", f"""void [['theirs', '1'], ['{theirs}', '{click}}}'], ['{ours}junk', '{{']]
            .concat({values}.map((value) => ['{ours}' + vat.impression(1).replace(/.$/, ''), value]))
            .concat(['x'.repeat(70000), '\u00fc'.repeat(40000)].map((more) =>
                ['{ours}' + vat.impression(1) + more, '{click}}}']))
            .map(([key, value]) => localStorage.setItem(key, value))""")
        self.tracker.wait_until(lambda: self.gate.posts() and self.run_in("a", "localStorage.length") == 2)
        self.assertEqual(self.run_in("a", "Object.keys(localStorage).sort()"), ["theirs", theirs])
        self.assertEqual(len(self.tabs.do("complaints")), 1)
        self.assert_counted(waiting=1, impression=6)

    def test_what_is_too_old_for_the_tracker_goes(self) -> None:
        self.gate.before = lambda asked: (503, {}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open(ahead=-(14 * 86400 + 60))
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("leave", "a")
        self.open(tab="a", ahead=-(14 * 86400 - 60))
        self.run_in("a", "void vat.impression(1)")
        self.tabs.do("leave", "a")
        self.gate.before = lambda asked: None
        self.gate.asked.clear()
        self.open(tab="b")
        self.assert_counted(tab="b", impression=1)
        # Once, or twice where the first tab's beacon was still on its way.
        self.assertEqual({(item["type"], item["event_id"]) for item in self.items()},
                         {("impression", self.items()[0]["event_id"])})

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
        for top in (1000, 0):
            self.run_in("a", f"void scrollTo(0, {top})")
            self.frame()
            self.tabs.do("pass", "a", ms=10000)
        self.assert_counted(viewable=1)
        self.tabs.do("leave", "a")
        self.assertEqual(self.events(), {"viewable 1": 1})

    def test_less_than_half_of_it(self) -> None:
        self.watch(502)
        self.tabs.do("pass", "a", ms=60000)
        self.assertEqual(self.viewables(), 0)
        self.run_in("a", "void scrollTo(0, 4)")
        self.frame()
        self.tabs.do("pass", "a", ms=2000)
        self.assertEqual(self.viewables(), 1)

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
        """Impression, click and viewability without a line of script; in real time, before the elements are there."""
        link = ("<a href=/x id=link onclick='return false' onauxclick='return false'>read</a>"
                "<button id=mute>mute</button>")
        self.open(f"<div data-vat-ad=1 data-vat-placement=home.top>{link}</div><a href='#y' id=other>other</a>"
                  "<div style='position:absolute;top:2000px' data-vat-ad=2>below</div>", script=self.script(""))
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
