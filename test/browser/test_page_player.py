"""The page's test player: what it plays and tells, and whom it never asks."""
import unittest
from typing import Any, Dict, List

from harness.abilities import need_program
from harness.process import free_port
from page_case import ADMIN_TOKEN, PageCase, Tab
from publisher import CLIP_SECONDS

THIRD = "https://third.example"


class PlayerTest(PageCase):
    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.site = self.start_site()

    def clip(self, **columns: Any) -> Dict[str, Any]:
        return self.make_ad(title="Clip", video_url=self.site.url("ad.mp4"), duration_ms=1000 * CLIP_SECONDS, **columns)

    def play(self, ad: Dict[str, Any]) -> Tab:
        tab = self.open(f"/?ad={ad['id']}")
        tab.wait_text("h1", ad["title"] if ad["active"] else f"Ad {ad['id']}")
        tab.click("text=Play the ad")
        return tab

    def wait_over(self, tab: Tab) -> None:
        tab.wait("/again$/.test(document.querySelector('.test-player button.main').textContent)")

    def told(self, tab: Tab) -> List[str]:
        """Our trackers that were requested, each answered well."""
        tab.wait("![...document.querySelectorAll('.trackers tr')].some((row) => /way/.test(row.innerText))")
        rows = self.rows(tab, ".trackers tr.ours.is-told")
        self.assertEqual({row[2] for row in rows}, {"204, on disk"})
        return [row[0] for row in rows]

    def test_one_that_is_skipped(self) -> None:
        tab = self.play(self.clip(skip_after_ms=1000, progress_offsets_ms=[500]))
        tab.press_while("document.querySelector('.screen video')?.currentTime > 1", "Skip")
        self.wait_over(tab)
        told = self.told(tab)
        self.assertIn("skip", told)
        self.assertIn("progress 0.5 s", told)
        self.assertNotIn("complete", told)
        self.tracker.wait_until(lambda: self.psql("SELECT detail, verdict FROM events WHERE kind = 'progress'") == [("500", "4")])

    def test_one_that_is_not_available(self) -> None:
        self.expected = {"401", "404"}
        tab = self.play(self.clip(active=False))
        tab.wait_text(".test-player", "This ad is not available, and shown to nobody but who has ADMIN_TOKEN")
        tab.fill("ADMIN_TOKEN", ADMIN_TOKEN, "#edit")
        tab.click("text=Show its fields")
        tab.wait_text(".facts", "paused")
        tab.click("text=Play the ad")
        self.wait_over(tab)
        self.assertIn("complete", self.told(tab))

    def test_a_wrapper_is_not_followed(self) -> None:
        tab = self.play(self.make_ad(title="Around", wrapper_url=f"{THIRD}/vast", trackers={"impression": f"{THIRD}/seen"}))
        tab.wait_text(".trackers tr", "not fetched: somebody else’s VAST")
        tab.wait_text(".trackers tr.theirs", "not fetched: a third party’s")
        self.assertEqual(self.told_nothing(tab), [])

    def told_nothing(self, tab: Tab) -> List[List[str]]:
        return self.rows(tab, ".trackers tr.is-told")

    def test_an_image(self) -> None:
        tab = self.play(self.make_ad(title="Banner", image_url=self.site.url("ad.png"), image_width=320, image_height=180))
        tab.wait_text(".trackers tr.is-told", "viewable")
        self.assertEqual(self.told(tab), ["impression", "viewable"])

    def test_media_that_cannot_be_played(self) -> None:
        self.expected = {"net::ERR_ABORTED"}
        tab = self.play(self.make_ad(title="Broken", video_url=self.site.url("landing"), duration_ms=4000))
        tab.wait_text(".trackers tr.is-told", "error")
        self.assertEqual(self.told(tab), ["error"])
        self.tracker.wait_until(lambda: self.psql("SELECT detail, verdict FROM events WHERE kind = 'error'") == [("401", "4")])

    def test_media_on_http_is_not_shown(self) -> None:
        tab = self.play(self.make_ad(title="Plain", video_url="http://media.example/ad.mp4", duration_ms=4000))
        tab.wait_text(".test-player .note", "Its media files are not on https")
        self.assertEqual(self.told(tab), ["error"])

    def test_trackers_of_another_origin(self) -> None:
        """Operators have a listener of their own: players tell the public's."""
        public = self.public_url
        self.tracker.finish()
        self.tracker.env["OPS_LISTEN"] = str(free_port())
        self.tracker.start()
        self.tracker.wait_until(lambda: self.tracker.get("/ads").status == 200)
        self.public_url = f"http://127.0.0.1:{self.tracker.env['OPS_LISTEN']}"
        port, self.tracker.port = self.tracker.port, int(self.tracker.env["OPS_LISTEN"])
        ad = self.clip()
        self.tracker.port = port
        tab = self.play(ad)
        self.wait_over(tab)
        self.assertIn("complete", self.told(tab))
        asked = [url for url in tab.told()["requests"] if "/t/" in url]
        self.assertTrue(asked and all(url.startswith(f"{public}/t/") for url in asked), asked)


if __name__ == "__main__":
    unittest.main()
