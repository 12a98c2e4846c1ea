"""/t/{event}/{token}: what a player tells, counted once, as valid as its token; and what is told of nothing."""
import threading
import time
from typing import List

from http_support import Wire, post
from serving_support import BOT, BROWSER, OLD_SECRET, ServingCase

from harness.tokens import SECRET, make_token, uuid_of

DAY = 86400
LINEAR = ["impression", "loaded", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete", "mute", "unmute",
          "pause", "resume", "rewind", "skip", "playerExpand", "playerCollapse", "closeLinear", "otherAdInteraction",
          "acceptInvitation", "viewable", "notViewable", "viewUndetermined", "error", "click"]


class AnswerTest(ServingCase):
    def test_get_and_post_are_alike_and_head_counts_nothing(self) -> None:
        before = self.unstored("head")
        for method, kind in (("GET", "start"), ("POST", "midpoint"), ("HEAD", "complete")):
            answer = self.fetch(f"/t/{kind}/{make_token(1)}", method=method)
            self.assertEqual((answer.status, answer.body), (204, b""))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(self.rows("kind"), [("start",), ("midpoint",)])
        self.assertEqual(self.unstored("head"), before + 1)

    def test_a_body_of_a_post_means_nothing(self) -> None:
        answer = self.wire().send(post(f"/t/start/{make_token(1)}", b"\x00{]" * 9)).answer()
        self.assertEqual(answer.status, 204)
        self.assertEqual(len(self.rows("id")), 1)

    def test_a_pixel_is_one(self) -> None:
        token = make_token(2)
        answer = self.fetch(f"/t/impression/{token}.gif?cb=[CACHEBUSTING]&x=%5BY%5D")
        self.assertEqual((answer.status, answer.headers["Content-Type"], len(answer.body)), (200, "image/gif", 43))
        self.assertEqual(answer.body[:10], b"GIF89a\x01\0\x01\0")
        self.assertEqual(self.fetch(f"/t/impression/{token}").status, 204)
        self.assertEqual(self.rows("kind, ad_id"), [("impression", "2")])

    def test_cors_on_answers_and_errors_alike(self) -> None:
        for path in (f"/t/start/{make_token(1)}", "/t/start/nonsense", "/t/nothing/x"):
            for origin, allowed in (("https://page.example", "https://page.example"), ("null", "*")):
                answer = self.fetch(path, {"Origin": origin})
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], allowed, path)
                self.assertEqual(answer.headers["Access-Control-Allow-Credentials"],
                                 "true" if allowed != "*" else None)
                self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_every_event_that_clients_tell(self) -> None:
        token = make_token(3, placement="home.top")
        for kind in LINEAR:
            self.assertEqual(self.fetch(f"/t/{kind}/{token}").status, 204, kind)
        self.assertEqual(self.rows("kind, ad_id, placement, verdict"),
                         [(kind, "3", "home.top", "0") for kind in LINEAR])

    def test_events_that_are_none_of_theirs(self) -> None:
        for kind in ("request", "fill", "nofill", "Start", "creativeView"):
            self.assert_error(self.fetch(f"/t/{kind}/{make_token(1)}"), 404, "no such kind")
        self.assert_error(self.fetch(f"/t/start/{make_token(0)}"), 400, "no ad")
        self.assertEqual(self.rows("id"), [])

    def test_a_prefetch_counts_nothing(self) -> None:
        before = self.unstored("prefetch")
        for header in ({"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}):
            self.assertEqual(self.fetch(f"/t/start/{make_token(1)}", header).status, 204)
        self.assertEqual(self.rows("id"), [])
        self.assertEqual(self.unstored("prefetch"), before + 2)


class TokenTest(ServingCase):
    def test_forged_and_cut_ones_are_refused(self) -> None:
        before = self.unstored("bad_token")
        token = make_token(1)
        bad = [token[:-1], token[1:], token + "A", token + "=", token[:20], "x", "%00", "a" * 500,
               ("A" if token[30] != "A" else "B").join((token[:30], token[31:])),
               make_token(1, secret="a secret that nobody here has ever known"), make_token(1, version=2)]
        for wrong in bad:
            self.assert_error(self.fetch(f"/t/start/{wrong}"), 400, "token")
            self.assert_error(self.fetch(f"/c/{wrong}"), 400, "token")
        self.assertEqual(self.rows("id"), [])
        self.assertEqual(self.unstored("bad_token"), before + 2 * len(bad))

    def test_all_secrets_verify(self) -> None:
        for secret in (SECRET, OLD_SECRET):
            self.assertEqual(self.fetch(f"/t/start/{make_token(1, secret=secret)}").status, 204)
        self.assertEqual(len(self.rows("id")), 2)

    def test_old_ones_are_late_and_those_of_before_the_keys_are_passed_over(self) -> None:
        before = self.unstored("too_old")
        now = time.time()
        for age in (DAY - 60, DAY + 60, 14 * DAY - 60, 14 * DAY + 60, 400 * DAY):
            self.assertEqual(self.fetch(f"/t/start/{make_token(1, now - age)}").status, 204)
        self.assertEqual(self.rows("verdict"), [("0",), ("3",), ("3",)])
        self.assertEqual(self.unstored("too_old"), before + 2)

    def test_late_replaces_valid_alone(self) -> None:
        for verdict in (1, 2, 4):
            self.fetch(f"/t/start/{make_token(1, time.time() - 2 * DAY, verdict)}")
        self.assertEqual(self.rows("verdict"), [("1",), ("2",), ("4",)])

    def test_the_verdict_is_the_tokens(self) -> None:
        """A bot that fetches a viewer's tracker is a metric, and a viewer's of a bot's ad changes nothing."""
        def shown() -> float:
            return self.tracker.metrics().value("adtracker_trackers_invalid_total", reason="declared_bot")
        before = shown()
        self.fetch(f"/t/start/{make_token(1)}", BOT)
        self.fetch(f"/t/start/{make_token(1, verdict=1)}")
        self.assertEqual(self.rows("verdict"), [("0",), ("1",)])
        self.assertEqual(shown(), before + 1)

    def test_a_token_of_the_future_is_as_good(self) -> None:
        before = self.unstored("too_old")
        for ahead in (3600, 14 * DAY - 60, 14 * DAY + 60):
            self.fetch(f"/t/start/{make_token(1, time.time() + ahead)}")
        self.assertEqual(self.rows("verdict"), [("0",), ("0",)])
        self.assertEqual(self.unstored("too_old"), before + 1)


class DetailTest(ServingCase):
    def test_codes_of_errors(self) -> None:
        codes = ("303", "[ERRORCODE]", "%5BERRORCODE%5D", "-1", "-2", "", "abc", "0", "65536", "99999999999", "65535")
        for code in codes:
            self.assertEqual(self.fetch(f"/t/error/{make_token(1)}?code={code}").status, 204, code)
        self.fetch(f"/t/error/{make_token(1)}")
        self.fetch(f"/t/error/{make_token(0)}?code=303")
        self.assertEqual([row[0] for row in self.rows("detail")],
                         ["303", *["900"] * 9, "65535", "900", "303"])
        self.assertEqual(self.rows("coalesce(ad_id, 0)")[-1], ("0",))

    def test_an_error_is_one_whatever_its_code(self) -> None:
        token = make_token(1)
        for code in (303, 405, 900):
            self.fetch(f"/t/error/{token}?code={code}")
        self.assertEqual(self.rows("detail"), [("303",)])

    def test_progress_once_for_each_offset_that_the_ad_has(self) -> None:
        before = self.unstored("unknown_offset")
        token = make_token(1)
        for offset in ("5000", "10000", "5000", "7000", "", "[X]", "5001", "05000"):
            self.assertEqual(self.fetch(f"/t/progress/{token}?offset={offset}").status, 204, offset)
        self.assertEqual(self.rows("kind, detail"), [("progress", "5000"), ("progress", "10000")])
        self.assertEqual(self.unstored("unknown_offset"), before + 4)

    def test_what_a_player_says_of_the_server_side(self) -> None:
        for value in ("0", "1", "2", "3", "[SERVERSIDE]", "-1", ""):
            self.fetch(f"/t/start/{make_token(1)}?ss={value}")
        self.fetch(f"/t/start/{make_token(1, flags=1)}?ss=[SERVERSIDE]")
        self.assertEqual([row[0] for row in self.rows("flags & 3")], ["0", "1", "2", "0", "0", "0", "0", "1"])


class OnceTest(ServingCase):
    def hammer(self, paths: List[str], ports: List[int], times: int, connections: int) -> None:
        faults: List[str] = []

        def run(number: int) -> None:
            wire = Wire(ports[number % len(ports)])
            self.addCleanup(wire.close)
            for _ in range(times):
                for path in paths:
                    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {BROWSER['User-Agent']}\r\n\r\n"
                    if wire.send(request.encode()).answer().status not in (204, 302):
                        faults.append(path)
        threads = [threading.Thread(target=run, args=(n,)) for n in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(faults, [])

    def test_replays_count_once_on_two_instances(self) -> None:
        other = self.other_server(TOKEN_SECRET=self.ENV["TOKEN_SECRET"])
        other.wait_until(lambda: len(other.get("/ads").json()) == 3)
        token = make_token(2)
        paths = [f"/t/{kind}/{token}" for kind in LINEAR] + [f"/c/{token}"]
        self.hammer(paths, [self.tracker.port, other.port], 10, 20)
        other.wait_until(lambda: other.metrics().value("adtracker_queue_events") == 0)
        self.assertEqual(sorted(self.rows("kind")), sorted((kind,) for kind in LINEAR))

    def test_nobody_uses_up_a_tokens_key(self) -> None:
        token = make_token(1)
        for kind in LINEAR:
            answer = self.tracker.post(f"/ads/{kind}", {"ad_id": 1, "event_id": uuid_of(token)}, BROWSER)
            self.assertEqual(answer.status, 202)
        for kind in LINEAR:
            self.fetch(f"/t/{kind}/{token}")
        self.assertEqual(sorted(self.rows("kind")), sorted((kind,) for kind in LINEAR * 2))

    def test_a_token_counts_once_though_it_gets_late(self) -> None:
        token = make_token(1, time.time() - 23.5 * 3600)
        self.fetch(f"/t/start/{token}")
        for _ in range(3):
            self.fetch(f"/t/start/{token}")
        self.assertEqual(len(self.rows("id")), 1)


class InsertedTest(ServingCase):
    ENV = {**ServingCase.ENV, "SSAI_PEERS": "127.0.0.1"}

    def test_the_viewer_is_the_one_a_stitcher_names(self) -> None:
        device = {"X-Device-IP": "203.0.113.7", "X-Device-User-Agent": "Roku/DVP-12.0", "User-Agent": "curl/8"}
        served = self.serve("/vast", **device)
        for path in served.trackers["start"]:
            self.fetch(path, device)
        self.fetch(served.trackers["complete"][0], {"User-Agent": "curl/8"})
        self.assertEqual(self.rows("kind, host(ip), verdict, flags & 3"),
                         [("start", "203.0.113.7", "0", "1"), ("complete", "127.0.0.1", "0", "1")])


class StrangerTest(ServingCase):
    def test_from_anybody_else_these_headers_mean_nothing(self) -> None:
        self.fetch(f"/t/start/{make_token(1)}", {"X-Device-IP": "203.0.113.7", "X-Device-User-Agent": "curl/8"})
        self.assertEqual(self.rows("host(ip), verdict, flags & 3"), [("127.0.0.1", "0", "0")])
