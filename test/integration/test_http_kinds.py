"""Every kind of event that clients report, over its own route: what it may say, and which of them
are flagged. What is stored is read from the table of events itself."""
import json
from typing import List, Optional

from http_support import OneServerCase, post

CLIENT_KINDS = [
    "click", "impression", "loaded", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete",
    "progress", "mute", "unmute", "pause", "resume", "rewind", "skip", "playerExpand",
    "playerCollapse", "closeLinear", "otherAdInteraction", "acceptInvitation", "viewable",
    "notViewable", "viewUndetermined", "error",
]

# Kind, body, and what the error names.
REFUSED = [
    ("error", {"code": -1}, "code must be"),
    ("error", {"code": 65536}, "code must be"),
    ("error", {"code": "303"}, "code must be"),
    ("error", {"code": 303.5}, "code must be"),
    ("error", {"ad_id": -1}, "ad_id must be a whole number from 0"),
    ("error", {"ad_id": "1"}, "ad_id must be"),
    ("progress", {"ad_id": 1, "offset_ms": -1}, "offset_ms must be"),
    ("progress", {"ad_id": 1, "offset_ms": 2147483648}, "offset_ms must be"),
    ("progress", {"ad_id": 1, "offset_ms": "5"}, "offset_ms must be"),
    *((kind, {"ad_id": 0}, "ad_id must be a whole number from 1")
      for kind in CLIENT_KINDS if kind != "error"),
    *((kind, {}, "ad_id is missing") for kind in CLIENT_KINDS if kind != "error"),
]


class Kinds(OneServerCase):
    def rows(self, columns: str, where: str = "true") -> List[tuple]:
        self.stored()
        return self.psql(f"SELECT {columns} FROM events WHERE {where} ORDER BY id")

    def send(self, kind: str, body: dict, *fields: str) -> None:
        answer = self.wire().send(post(f"/ads/{kind}", json.dumps(body).encode(), *fields)).answer()
        self.assertEqual((answer.status, answer.body), (202, b'{"status":"queued"}'), kind)


class RouteTest(Kinds):
    def test_each_is_taken_over_its_own_route(self) -> None:
        self.stored()
        self.psql("TRUNCATE events")
        for kind in CLIENT_KINDS:
            self.send(kind, {"ad_id": 2})
        self.assertEqual(sorted(self.rows("kind, ad_id")), sorted((k, "2") for k in CLIENT_KINDS))

    def test_an_error_may_lack_an_ad(self) -> None:
        self.stored()
        for body in ({}, {"ad_id": 0, "code": 303}, {"ad_id": None}):
            self.send("error", body)

    def test_what_only_the_server_reports_is_unknown(self) -> None:
        before = self.stored()
        wire = self.wire()
        for kind in ("request", "fill", "nofill", "Click", "firstquartile", "none"):
            with self.subTest(kind):
                answer = wire.send(post(f"/ads/{kind}", b'{"ad_id":1}')).answer()
                self.assert_error(answer, 404, "no such kind of event")
                self.assert_usable(wire)
        self.assertEqual(self.stored(), before)

    def test_bad_values_are_refused_in_words(self) -> None:
        before = self.stored()
        wire = self.wire()
        for kind, body, pattern in REFUSED:
            with self.subTest(kind=kind, body=body):
                answer = wire.send(post(f"/ads/{kind}", json.dumps(body).encode())).answer()
                self.assert_error(answer, 422, pattern)
                self.assert_usable(wire)
        self.assertEqual(self.stored(), before)


class StoredTest(Kinds):
    def test_details_and_placement(self) -> None:
        self.stored()
        self.psql("TRUNCATE events")
        self.send("error", {"ad_id": 1, "code": 303, "placement": "home.top"})
        self.send("error", {"code": 65535})
        self.send("error", {"ad_id": 0})
        self.send("progress", {"ad_id": 1, "offset_ms": 15000, "code": 7})
        self.send("mute", {"ad_id": 1, "offset_ms": 15000, "code": 7})
        self.assertEqual(self.rows("kind, coalesce(ad_id, 0), detail, placement"), [
            ("error", "1", "303", "home.top"), ("error", "0", "65535", ""), ("error", "0", "0", ""),
            ("progress", "1", "15000", ""), ("mute", "1", "0", "")])

    def test_playback_is_kept_to_the_millisecond(self) -> None:
        self.stored()
        self.psql("TRUNCATE events")
        for seconds in (12.483, -0.001, 2147483647, -2147483648, 1e-9):
            self.send("pause", {"ad_id": 1, "video_playback_time": seconds})
        self.assertEqual([row[0] for row in self.rows("playback_ms")],
                         ["12483", "-1", "2147483647000", "-2147483648000", "0"])

    def test_an_age_is_taken_off(self) -> None:
        self.stored()
        self.psql("TRUNCATE events")
        for age_ms in (0, 1500, 14 * 86400 * 1000):
            self.send("click", {"ad_id": 1, "age_ms": age_ms})
        self.assertEqual(
            self.rows("round(1000 * extract(epoch FROM received_at - occurred_at))::bigint"),
            [("0",), ("1500",), ("1209600000",)])


class VerdictTest(Kinds):
    ENV = {"TRUSTED_PROXIES": "127.0.0.1", "IVT_HEADER": "X-Ivt"}

    def verdict(self, *fields: str) -> Optional[str]:
        self.stored()
        self.psql("TRUNCATE events")
        self.send("click", {"ad_id": 1}, *fields)
        return self.rows("verdict")[0][0]

    def test_flagged_ones_are_answered_and_stored_like_all_others(self) -> None:
        self.assertEqual(self.verdict("User-Agent: okhttp/4.12.0"), "0")
        self.assertEqual(self.verdict("User-Agent: curl/8.0"), "1")
        self.assertEqual(self.verdict("X-Ivt: givt"), "2")
        self.assertEqual(self.verdict("X-Ivt: 0"), "0")
        self.assertEqual(self.verdict("X-Ivt: 0", "x-ivt: 1"), "2")
        self.assertEqual(self.verdict("X-Ivt: 1", "User-Agent: Googlebot/2.1"), "1")


class StrangersVerdictTest(Kinds):
    ENV = {"TRUSTED_PROXIES": "10.0.0.0/8", "IVT_HEADER": "X-Ivt"}

    def test_nobody_else_marks(self) -> None:
        self.send("click", {"ad_id": 1}, "X-Ivt: 1", "X-Forwarded-For: 10.0.0.1")
        self.assertEqual(self.rows("verdict"), [("0",)])
