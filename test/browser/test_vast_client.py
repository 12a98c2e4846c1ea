"""What vast-client makes of our documents, and that what it would then request counts once."""
import unittest
from typing import Any, Dict, List
from urllib.parse import urlsplit

from browser_case import PLAYED, BrowserCase

VERSIONS = ("2.0", "3.0", "4.2")
THIRD_PARTY = "https://tracker.example/"
HOSTILE = "Tom & \"Jerry\" <b>]]></b> 'é' \U0001f408"

LINEAR = {
    "id": 1, "title": HOSTILE, "advertiser": "A & <B>", "duration_ms": 8000, "skip_after_ms": 5000,
    "video_url": "https://media.example/ad.mp4?a=1&b=<2>]]>", "target_url": "https://shop.example/?a=1&b=2",
    "media_files": [
        {"url": "https://media.example/hd.mp4", "type": "video/mp4", "width": 1920, "height": 1080,
         "bitrate_kbps": 4000, "codec": "avc1.640028"},
        {"url": "https://media.example/ad.m3u8", "delivery": "streaming"},
        {"url": "https://media.example/raw.mov", "mezzanine": True}],
    "trackers": {"impression": [f"{THIRD_PARTY}i?n=[CACHEBUSTING]", f"{THIRD_PARTY}i2"],
                 "complete": f"{THIRD_PARTY}done", "click": f"{THIRD_PARTY}click"},
    "progress_offsets_ms": [2000],
}
IMAGE = {"id": 1, "title": HOSTILE, "image_url": "https://media.example/ad.png", "image_width": 320,
         "image_height": 180, "target_url": "https://shop.example/", "duration_ms": 6000}


def told_kinds(urls: List[str]) -> List[str]:
    return sorted(urlsplit(url).path.split("/")[2] for url in urls if "/t/" in url)


class VastClientTest(BrowserCase):
    modules = ("@dailymotion/vast-client",)

    def read(self, path: str) -> Dict[str, Any]:
        """What vast-client makes of the answer, of which it complains nothing."""
        told = self.run_node("vast.js", self.public_url + path)
        self.assertEqual(told["warnings"], [])
        return told

    def fire(self, urls: List[str]) -> None:
        """Requests those of ours as a viewer's device does, twice, as some players do."""
        for url in urls + urls:
            if url.startswith(self.public_url):
                answer = self.tracker.get(url[len(self.public_url):], {"User-Agent": "Mozilla/5.0 (Smart TV)"})
                self.assertIn(answer.status, (204, 302), url)

    def assert_linear(self, ad: Dict[str, Any], version: str) -> None:
        creative, = [c for c in ad["creatives"] if c["type"] == "linear"]
        self.assertEqual(creative["duration"], 8)
        self.assertEqual([file["fileURL"] for file in creative["mediaFiles"]],
                         ["https://media.example/ad.mp4?a=1&b=%3C2%3E%5D%5D%3E", "https://media.example/hd.mp4",
                          "https://media.example/ad.m3u8"])
        self.assertEqual([file["deliveryType"] for file in creative["mediaFiles"]],
                         ["progressive", "progressive", "streaming"])
        hd = creative["mediaFiles"][1]
        self.assertEqual((hd["width"], hd["height"], hd["bitrate"], hd["mimeType"]),
                         (1920, 1080, 4000, "video/mp4"))
        self.assertEqual(creative["skipDelay"], -1 if version == "2.0" else 5)
        self.assertEqual(any(name.startswith("progress") for name in creative["trackingEvents"]),
                         version != "2.0")
        for kind in PLAYED[1:]:
            self.assertEqual(told_kinds(creative["trackingEvents"][kind]), [kind])
        self.assertEqual(creative["trackingEvents"]["complete"][1:], [f"{THIRD_PARTY}done"])
        self.assertTrue(creative["videoClickThroughURLTemplate"]["url"].startswith(f"{self.public_url}/c/"))
        clicks = [url["url"] for url in creative["videoClickTrackingURLTemplates"]]
        self.assertEqual((told_kinds(clicks[:1]), clicks[1:]), (["click"], [f"{THIRD_PARTY}click"]))

    def test_a_linear_ad_of_each_version(self) -> None:
        self.add_ads(LINEAR)
        ids = set()
        for n, version in enumerate(VERSIONS):
            with self.subTest(version=version):
                told = self.read(f"/vast?version={version}")
                self.assertEqual((told["version"], told["errors"], len(told["ads"])), (version, [], 1))
                ad = told["ads"][0]
                self.assertEqual((ad["id"], ad["title"]), ("1", HOSTILE))
                self.assertEqual([told_kinds([url]) for url in ad["errorURLTemplates"]], [["error"]])
                self.assertEqual([url["url"] for url in ad["impressionURLTemplates"]][1:],
                                 LINEAR["trackers"]["impression"])  # type: ignore[index]
                if version == "4.2":
                    ids.add(ad["adServingId"])
                    self.assertRegex(ad["adServingId"], "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]")
                else:
                    self.assertIsNone(ad["adServingId"])
                self.assert_linear(ad, version)
                self.fire(told["fired"])
                self.tracker.wait_until(
                    lambda times=n + 1: self.stored().get(("1", "complete")) == times)  # type: ignore[misc]
        stored = self.stored()
        for kind in (*PLAYED, "click"):
            self.assertEqual(stored.get(("1", kind)), len(VERSIONS), kind)
        self.assertEqual(stored.get(("1", "progress")), 2)  # 2.0 knows none

    def test_an_ad_played_to_its_end_counts_once(self) -> None:
        self.add_ads(LINEAR)
        self.fire(self.read("/ads/1/vast")["fired"])
        self.assert_played(1)
        self.assertEqual(self.psql("SELECT detail FROM events WHERE kind = 'progress'"), [("2000",)])

    def test_both_ads_of_a_wrapper_count(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                self.psql("TRUNCATE ads")
                self.psql("DELETE FROM events")
                self.add_ads(LINEAR, {"id": 2, "title": "around it", "wrapper_url":
                                      f"{self.public_url}/ads/1/vast?version={version}",
                                      "trackers": {"impression": f"{THIRD_PARTY}outer"}})
                told = self.read(f"/ads/2/vast?version={version}")
                self.assertEqual((told["errors"], len(told["ads"])), ([], 1))
                ad = told["ads"][0]
                self.assertEqual(ad["title"], HOSTILE)
                impressions = [url["url"] for url in ad["impressionURLTemplates"]]
                self.assertEqual(sum("/t/impression/" in url for url in impressions), 2)
                self.assertIn(f"{THIRD_PARTY}outer", impressions)
                self.fire(told["fired"])
                self.tracker.wait_until(lambda: all(
                    self.stored().get((ad, kind)) == 1 for ad in "12" for kind in PLAYED))

    def test_an_ad_with_an_image_alone(self) -> None:
        self.add_ads(IMAGE)
        for version in VERSIONS:
            with self.subTest(version=version):
                told = self.read(f"/vast?version={version}")
                self.assertEqual((told["errors"], len(told["ads"])), ([], 1))
                creative, = told["ads"][0]["creatives"]
                self.assertEqual(creative["type"], "nonlinear")
                image, = creative["variations"]
                self.assertEqual((image["staticResource"], image["type"]),
                                 ("https://media.example/ad.png", "image/png"))
                self.assertEqual((int(image["width"]), int(image["height"])), (320, 180))
                self.assertEqual(image["minSuggestedDuration"], 6)
                self.assertTrue(image["nonlinearClickThroughURLTemplate"].startswith(f"{self.public_url}/c/"))
                self.assertEqual(told_kinds([url["url"] for url in image["nonlinearClickTrackingURLTemplates"]]),
                                 [] if version == "2.0" else ["click"])  # 2.0 has no place for it

    def test_no_ad(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                told = self.read(f"/vast?version={version}")
                self.assertEqual((told["version"], told["ads"]), (version, []))
                self.assertEqual([error["ERRORCODE"] for error in told["errors"]], [303])
                url, = told["errorURLTemplates"]
                self.fire([url, url.replace("[ERRORCODE]", "303")])
        self.tracker.wait_until(lambda: self.stored().get(("0", "error")) == len(VERSIONS))


if __name__ == "__main__":
    unittest.main()
