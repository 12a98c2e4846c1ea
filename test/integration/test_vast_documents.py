"""What GET /vast, /ads/{id}/vast and /ads/serve answer is what IAB's texts say, whatever stands in the
table."""
import json
import re
import xml.etree.ElementTree as xml
from typing import Dict, List, Optional

from http_support import OneServerCase, listed
from vast_support import NAMESPACE, VERSIONS, check_document

from harness.abilities import need_program

PUBLIC_URL = "https://ads.example"
TOKEN = re.compile(r"https://ads\.example/(?:t/(\w+)|c)/([A-Za-z0-9_-]+)")
HOSTILE = "<a>&amp;\"'`]]>\x01\x1f\x7f\t\r\n\\ {{x}} ${ [x] %zz <![CDATA[ --> \ufffe\x85é😀"
VERIFICATIONS = ('<AdVerifications><Verification vendor="a.example-omid"><JavaScriptResource '
                 'apiFramework="omid" browserOptional="true"><![CDATA[https://a.example/omid.js]]>'
                 '</JavaScriptResource></Verification></AdVerifications>')

LINEAR = {
    "image_url": "https://i.example/1.png", "target_url": "https://t.example/?a=1&b=2",
    "title": "Tea & Biscuits", "video_url": "https://cdn.example/1.mp4", "video_type": "video/mp4",
    "video_width": 1280, "video_height": 720, "duration_ms": 30500, "skip_after_ms": 5000,
    "advertiser": "Tea <Ltd>", "category": "IAB8-5",
    "media_files": [
        {"url": "https://cdn.example/1.m3u8", "codec": "avc1.4d401f", "bitrate_kbps": 800},
        {"url": "https://cdn.example/1.mov", "mezzanine": True, "width": 3840, "height": 2160}],
    "trackers": {"impression": ["https://a.example/i?cb=[CACHEBUSTING]", "https://b.example/i"],
                 "click": "https://a.example/c", "error": "https://a.example/e?[ERRORCODE]",
                 "progress": "https://a.example/p", "viewable": "https://a.example/v",
                 "loaded": "https://a.example/l"},
    "progress_offsets_ms": [10000, 5000],
    "ad_verifications": VERIFICATIONS,
}
NONLINEAR = {"image_url": "https://i.example/2.webp", "target_url": "https://t.example/2",
             "image_width": 728, "image_height": 90, "duration_ms": 15000}
WRAPPER = {**LINEAR, "wrapper_url": "https://third.example/vast?cb=[CACHEBUSTING]&c=${GDPR}"}


def literal(value: object) -> str:
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


class DocumentCase(OneServerCase):
    ENV = {"PUBLIC_URL": PUBLIC_URL}
    ADS = (1,)

    def setUp(self) -> None:
        super().setUp()
        need_program("xmllint")

    def load(self, ads: Dict[int, dict]) -> None:
        """These ads and no others, once the server knows them."""
        rows = [{"id": ad_id, "image_url": "", "target_url": "", **ad} for ad_id, ad in ads.items()]
        inserts = [f"INSERT INTO ads ({', '.join(row)}) VALUES ({', '.join(map(literal, row.values()))})"
                   for row in rows]
        for sql, ids in (("DELETE FROM ads", []), ("; ".join(["BEGIN", *inserts, "COMMIT"]), sorted(ads))):
            self.psql(sql)
            self.tracker.wait_until(lambda wanted=ids: listed(self.tracker) == wanted)

    def vast(self, path: str, version: Optional[str] = None) -> xml.Element:
        query = "" if version is None else f"?version={version}"
        answer = self.tracker.get(path + query)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertRegex(answer.headers["Content-Type"], "^(application|text)/xml")
        return check_document(answer.body, version or "4.2")


def texts(root: xml.Element, version: str, name: str) -> List[str]:
    return [element.text or "" for element in root.iter(f"{{{NAMESPACE[version]}}}{name}"
                                                        if NAMESPACE[version] else name)]


def events(root: xml.Element) -> Dict[str, str]:
    """Our trackers by their kind, each with its token."""
    found = {}
    for element in root.iter():
        match = TOKEN.match(element.text or "")
        if match:
            found[match[1] or "through"] = match[2]
    return found


class VastDocuments(DocumentCase):
    def test_each_form_in_each_version(self) -> None:
        self.load({1: LINEAR, 2: NONLINEAR, 3: WRAPPER})
        for version in VERSIONS:
            for ad_id, form in ((1, "MediaFile"), (2, "StaticResource"), (3, "VASTAdTagURI")):
                with self.subTest(f"{version} {form}"):
                    root = self.vast(f"/ads/{ad_id}/vast", version)
                    self.assertTrue(texts(root, version, form))
                    self.assertEqual(len(set(events(root).values())), 1, "one token an answer")

    def test_4_2_is_the_default(self) -> None:
        self.load({1: LINEAR})
        self.assertEqual(self.vast("/ads/1/vast").get("version"), "4.2")
        self.assertEqual(self.vast("/vast").get("version"), "4.2")

    def test_each_event_of_4_2_has_our_tracker(self) -> None:
        self.load({1: LINEAR})
        found = set(events(self.vast("/ads/1/vast")))
        self.assertEqual(found, {
            "impression", "click", "through", "error", "viewable", "notViewable", "viewUndetermined",
            "loaded", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete", "progress",
            "mute", "unmute", "pause", "resume", "rewind", "skip", "playerExpand", "playerCollapse",
            "closeLinear", "otherAdInteraction"})

    def test_ours_come_before_those_of_third_parties(self) -> None:
        self.load({1: LINEAR})
        for version in VERSIONS:
            ours, *theirs = texts(self.vast("/ads/1/vast", version), version, "Impression")
            self.assertRegex(ours, TOKEN)
            self.assertEqual(theirs, LINEAR["trackers"]["impression"])

    def test_no_ad_is_a_document_too(self) -> None:
        self.psql("DELETE FROM ads")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").json() == [])
        for version in VERSIONS:
            root = self.vast("/vast", version)
            self.assertEqual(list(events(root)), ["error"])
            self.assertEqual(len(root), 1)

    def test_no_column_spoils_a_document(self) -> None:
        url = "https://cdn.example/a.mp4?" + HOSTILE
        hostile = {"image_url": url, "target_url": url, "title": HOSTILE, "video_url": url,
                   "video_type": HOSTILE, "video_width": 1, "video_height": 2147483647,
                   "duration_ms": 2147483647, "skip_after_ms": 2147483647, "advertiser": HOSTILE,
                   "category": HOSTILE, "ad_verifications": VERIFICATIONS,
                   "media_files": [{"url": url, "codec": "<\"&']]>", "type": "<\"&']]>"}],
                   "trackers": {"impression": [url], "click": url, "progress": url, "error": url},
                   "progress_offsets_ms": [86400000]}
        image = {"image_url": url, "target_url": url, "title": HOSTILE, "image_width": 2147483647,
                 "duration_ms": 1}
        self.load({1: hostile, 2: image, 3: {**hostile, "wrapper_url": url}})
        for version in VERSIONS:
            for ad_id in (1, 2, 3):
                with self.subTest(f"{version} {ad_id}"):
                    self.vast(f"/ads/{ad_id}/vast", version)

    def test_only_the_web_is_shown_and_linked(self) -> None:
        self.load({1: {"image_url": "/a.png", "video_url": "ftp://cdn.example/a.mp4"},
                   2: {**LINEAR, "target_url": "javascript:alert(1)"},
                   3: {**LINEAR, "target_url": "https://t.example/\r\nX: y"}})
        self.assertEqual(self.tracker.get("/ads/1/vast").status, 200)
        self.assertEqual(list(events(self.vast("/ads/1/vast"))), ["error"])
        for ad_id in (2, 3):
            self.assertNotIn("through", events(self.vast(f"/ads/{ad_id}/vast")))


class ServedAds(DocumentCase):
    def test_the_same_as_json(self) -> None:
        self.load({1: LINEAR})
        served = self.tracker.get("/ads/serve").json()
        self.assertEqual(served["id"], 1)
        for name in ("title", "video_url", "advertiser", "category", "skip_after_ms", "duration_ms"):
            self.assertEqual(served[name], LINEAR[name])
        self.assertEqual([media["url"] for media in served["media_files"]],
                         [media["url"] for media in LINEAR["media_files"]])
        self.assertEqual(served["progress_offsets_ms"], [5000, 10000])
        self.assertNotIn("ad_verifications", served)
        self.assertNotIn("weight", served)
        self.assertRegex(served["serving_id"], "^[0-9a-f-]{36}$")
        self.assertRegex(served["click_url"], TOKEN)
        self.assertRegex(served["tracking"]["impression"], TOKEN)
        self.assertEqual([item["offset_ms"] for item in served["tracking"]["progress"]], [5000, 10000])

    def test_no_ad_says_so(self) -> None:
        self.psql("DELETE FROM ads")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").json() == [])
        served = self.tracker.get("/ads/serve").json()
        self.assertEqual(list(served), ["nofill", "error_url"])
        self.assertIs(served["nofill"], True)
        self.assertRegex(served["error_url"], TOKEN)

    def test_no_column_spoils_it(self) -> None:
        url = "https://cdn.example/a.mp4?" + HOSTILE
        self.load({1: {"image_url": url, "target_url": url, "title": HOSTILE, "video_url": url,
                       "advertiser": HOSTILE, "wrapper_url": url}})
        served = self.tracker.get("/ads/serve").json()
        self.assertEqual((served["title"], served["wrapper_url"]), (HOSTILE, url))
        self.assertNotIn("click_url", served)
