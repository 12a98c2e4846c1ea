"""Stock players in Debian's Chromium play our ads on a publisher's page. Most of it takes long, and wants the
machine for itself: that is for `./dev browser` alone."""
import os
import unittest
from typing import Any, Dict, List
from urllib.parse import quote

from browser_case import PLAYED, BrowserCase, video_ad
from harness.abilities import need_program


class PlayersCase(BrowserCase):
    modules = ("playwright-core", "shaka-player", "fluid-player")

    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.site = self.start_site()

    def play(self, player: str, path: str, *words: str) -> Dict[str, Any]:
        """Plays content with the ad of this tag; `words` as play.js takes them."""
        tag = quote(self.public_url + path, safe="")
        # Another site than the tracker's, not only another port.
        told = self.run_node("play.js", self.chromium,
                             f"http://localhost:{self.site.server_port}/?player={player}&tag={tag}", *words)
        faults = ("CORS", "load resource", "net::", "Uncaught", "Error: ")
        own = "[FP_ERROR] Playback error AbortError: "  # fluid-player's, at each ad
        self.assertEqual([said for said in told["complaints"] if not said.startswith(own)
                          and any(fault in said for fault in faults)], [])
        self.assertEqual(told["log"][-2:], ["content", "end"])
        return told

    def assert_requested_once(self, told: Dict[str, Any], kinds: List[str]) -> None:
        """That the player is content with the first answer: no tracker is requested again."""
        urls = [url for _, url in told["requests"]]
        for kind in kinds:
            self.assertEqual(sum(f"/t/{kind}/" in url for url in urls), 1, (kind, urls))

    def play_whole(self, player: str, version: str) -> None:
        self.add_ads(video_ad(self.site))
        told = self.play(player, f"/vast?version={version}&placement=home", "click")
        self.assertEqual(told["target"], self.site.url("landing"))
        self.assert_requested_once(told, list(PLAYED))
        self.assertEqual(sum("/c/" in url for _, url in told["requests"]), 1)
        # fluid-player tells of the click besides; it is one all the same.
        self.assertEqual(sum("/t/click/" in url for _, url in told["requests"]), player == "fluid")
        self.assert_played(1)
        self.assertEqual(self.psql("SELECT DISTINCT placement FROM events"), [("home",)])


class PlayersTest(PlayersCase):
    def test_shaka_plays_an_ad_to_its_end(self) -> None:
        self.play_whole("shaka", "4.2")


if os.environ.get("TEST_EVERYTHING"):
    class MorePlayersTest(PlayersCase):
        def test_shaka_plays_an_ad_of_vast_2(self) -> None:
            self.play_whole("shaka", "2.0")

        def test_fluid_player_plays_an_ad_to_its_end(self) -> None:
            self.play_whole("fluid", "4.2")

        def test_fluid_player_plays_an_ad_of_vast_3(self) -> None:
            self.play_whole("fluid", "3.0")

        def test_fluid_player_follows_a_wrapper(self) -> None:
            self.add_ads(video_ad(self.site), {"id": 2, "title": "around it",
                                               "wrapper_url": f"{self.public_url}/ads/1/vast"})
            told = self.play("fluid", "/ads/2/vast")
            self.assertEqual(told["log"][-3:], ["ad", "content", "end"])
            self.assert_played(1, 2, clicked=False)

        def test_an_ad_that_is_skipped_is_not_complete(self) -> None:
            self.add_ads(video_ad(self.site, skip_after_ms=1000))
            for n, player in enumerate(("shaka", "fluid")):
                with self.subTest(player=player):
                    self.assertEqual(self.play(player, "/vast", "skip")["log"][-3:], ["ad", "content", "end"])
                    self.tracker.wait_until(lambda times=n + 1: self.stored().get(("1", "skip")) == times)
            stored = self.stored()
            self.assertEqual([stored.get(("1", kind), 0) for kind in ("impression", "start", "complete", "click")],
                             [2, 2, 0, 0])

        def test_an_image_lies_over_the_content(self) -> None:
            self.add_ads({"id": 1, "image_url": self.site.url("ad.png"), "image_width": 320, "image_height": 180,
                          "target_url": self.site.url("landing"), "duration_ms": 1000})
            for n, player in enumerate(("shaka", "fluid")):
                with self.subTest(player=player):
                    self.play(player, "/vast")
                    self.assertIn("/ad.png", self.site.asked)
                    self.site.asked.clear()
                    self.tracker.wait_until(lambda times=n + 1: self.stored().get(("1", "impression")) == times)

        def test_the_content_is_shown_when_there_is_no_ad(self) -> None:
            for player in ("shaka", "fluid"):
                with self.subTest(player=player):
                    self.assertEqual(self.play(player, "/vast")["log"], ["content", "end"])
            self.tracker.wait_until(lambda: self.analytics()["pending_events"] == 0)
            self.assertEqual({kind for _, kind in self.stored()} - {"error"}, {"request", "nofill"})


if __name__ == "__main__":
    unittest.main()
