"""vat.js in pages of another site, in Debian's Chromium: what a page counts is in the database exactly once,
whatever comes between."""
import base64
import hashlib
import re
import time
import unittest
from typing import List

from harness.postgres import ROOT
from tabs import Asked
from vat_case import STORED, VatCase

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


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

    def test_a_page_may_say_which_script_it_trusts(self) -> None:
        def integrity(content: bytes) -> str:
            digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
            return self.script(f'async crossorigin="anonymous" integrity="sha384-{digest}"')
        content = self.tracker.get("/vat.js").body
        self.open(script=integrity(content))
        self.run_in("a", "void vat.impression(1)")
        self.assert_counted(impression=1)
        self.allowed.append("integrity")
        self.site.pages["/wrong"] = f"<!doctype html><link rel=icon href=data:,>{integrity(content + b' ')}"
        self.tabs.do("open", "wrong", url=self.site.url("/wrong"))
        self.assertTrue(self.run_in("wrong", "!window.vat"))

    def test_a_copy_of_the_script_names_the_tracker(self) -> None:
        self.site.pages["/copy.js"] = (ROOT / "server/assets/vat.js").read_text(encoding="utf-8")
        self.open(script=f"<script src=/copy.js data-server={self.gate.url}//></script>")
        self.run_in("a", "void vat.impression(1)")
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
        self.run_in("a", """new Promise((done) => navigator.locks.request(
            Object.keys(localStorage)[0].slice(0, -36), done)).then(() => true)""")  # it has seen the answer
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("pass", "a", ms=89000)
        self.assertEqual(self.run_in("a", STORED), 2)
        self.assertEqual(len(self.gate.posts()), 1)
        self.tabs.do("pass", "a", ms=4000)
        self.assert_counted(impression=1, click=1)
        self.assertEqual(len(self.gate.posts()), 2)

    def test_an_answer_of_somebody_else_settles_nothing(self) -> None:
        """A portal's, a proxy's."""
        right = b'{"accepted":1,"rejected":[],"rejected_total":0}'
        answers = [(200, "application/json", right), (200, "text/html", b"<h1>Log in"),
                   (202, "text/html", b"ok"), (202, "application/json", b"[]"),
                   (202, "application/json", b'{"accepted":7,"rejected":[],"rejected_total":0}'), (204, "x", b""),
                   (403, "application/json", b'{"error":"no"}')]
        self.gate.before = lambda asked: None if asked.method != "POST" or not answers else (
            lambda given: (given[0], {"Content-Type": given[1], "Access-Control-Allow-Origin": "*"}, given[2])
        )(answers.pop(0))
        self.allowed.append("403")
        self.open(at=time.time())
        self.run_in("a", "void vat.impression(1)")

        def is_settled() -> bool:
            self.tabs.do("pass", "a", ms=10000)
            return not answers and self.run_in("a", STORED) == 0
        self.tracker.wait_until(is_settled, 100)
        self.assert_counted(impression=1)
        self.assertGreaterEqual(len(self.gate.posts()), 8)

    def test_no_credentials_are_sent(self) -> None:
        """Else the page could not read such an answer."""
        self.gate.before = lambda asked: None if asked.method != "POST" else (
            202, {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"},
            b'{"accepted":1,"rejected":[],"rejected_total":0}')
        self.open()
        self.run_in("a", "void vat.impression(1)")
        self.tracker.wait_until(lambda: self.gate.posts() and self.run_in("a", STORED) == 0)

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
        """The newest."""
        self.gate.before = lambda asked: (503, {}, b"") if asked.method == "POST" else None
        self.allowed += ["503", "CORS"]
        self.open()
        self.run_in("a", "void vat.click(1)")
        self.tabs.do("leave", "a")
        self.open(tab="b")
        self.run_in("b", "void (() => { for (let i = 0; i < 4350; i++) vat.event('start', 1, {offset_ms: i}); })()")
        self.assertLess(self.run_in("b", STORED), 4100)
        self.gate.before = lambda asked: None
        self.tracker.wait_until(lambda: self.run_in("b", STORED) == 0, 30)
        self.assert_counted(tab="b", start=4000)


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
        self.open("<iframe sandbox=allow-scripts src=/frame></iframe>",
                  script="<script>vatq = {push(f) { f(); }}</script>")
        self.tracker.wait_until(lambda: sum(self.events().values()) == 1)
        self.assertEqual(self.gate.posts()[0].headers["origin"], "null")

    def test_an_old_browser(self) -> None:
        """Without locks and timeouts of signals."""
        self.tabs.do("fresh", script="delete AbortSignal.timeout; delete Navigator.prototype.locks")
        self.open()
        self.count()


if __name__ == "__main__":
    unittest.main()
