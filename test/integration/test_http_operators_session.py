"""The session of a page, and what pages of other sites can do: nothing."""
import re
import time
from http.cookies import SimpleCookie
from typing import Mapping, Optional

from http_support import OneServerCase
from operators_support import ADMIN, ANALYTICS, EXPORT, OTHER, READ, ask

from harness.case import TrackerCase
from harness.process import free_port
from harness.server import Response, Server

PORT = free_port()
OWN = f"http://127.0.0.1:{PORT}"
FOREIGN = "https://evil.example"
TWELVE_HOURS = 12 * 3600


def begin(server: Server, token: Optional[str] = READ, **headers: str) -> Response:
    return ask(server, "/session", token, "POST", **headers)


def cookie_of(answer: Response) -> str:
    """As a browser sends it back."""
    [field] = answer.headers.get_all("Set-Cookie")
    return field.partition(";")[0]


class SessionTest(OneServerCase):
    ENV = {"OPS_LISTEN": str(PORT), "READ_TOKEN": READ, "ADMIN_TOKEN": ADMIN, "PUBLIC_URL": "https://ads.example",
           "TRUSTED_PROXIES": "127.0.0.1"}

    def failures(self) -> float:
        return self.tracker.metrics().value("adtracker_access_failures_total")

    def test_it_is_begun_with_a_token_and_reads_from_then_on(self) -> None:
        now = time.time()
        for token in (READ, ADMIN):
            answer = begin(self.tracker, token)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            cookie = cookie_of(answer)
            told = answer.json()
            self.assertEqual((told["may_read"], told["may_read_private"], told["may_change"]),
                             (True, True, token == ADMIN))
            ends = int(re.match(r"vat_session_[0-9a-f]{8}=(\d+)\.[\w-]{43}$", cookie)[1])
            self.assertLessEqual(abs(ends - now - TWELVE_HOURS), 30)
            for target in ("/metrics", ANALYTICS, EXPORT):
                self.assertEqual(ask(self.tracker, target, Cookie=cookie).status, 200)
                self.assertEqual(ask(self.tracker, target, Cookie=f"a=b; {cookie}; c=d").status, 200)
            again = ask(self.tracker, "/session", Cookie=cookie).json()
            self.assertEqual(again, {**told, "may_change": False})

    def test_what_the_browser_is_told_of_it(self) -> None:
        [field] = begin(self.tracker).headers.get_all("Set-Cookie")
        self.assertEqual(field.split("; ")[1:], ["Path=/", f"Max-Age={TWELVE_HOURS}", "HttpOnly", "SameSite=Strict"])
        [morsel] = SimpleCookie(field).values()
        self.assertEqual((morsel["domain"], morsel["secure"]), ("", ""))
        for secure in ({"Origin": "https://ads.example"}, {"Origin": "https://OPS.example", "Host": "127.0.0.1"},
                       {"X_Forwarded_Proto": "https"}, {"X_Forwarded_Proto": "https, http"}):
            answer = begin(self.tracker, **secure)
            if answer.status == 403:
                self.assertEqual(secure["Origin"], "https://OPS.example")
                continue
            [field] = answer.headers.get_all("Set-Cookie")
            self.assertRegex(field, r"^__Host-vat_session_[0-9a-f]{8}=")
            self.assertEqual(field.split("; ")[1:],
                             ["Path=/", f"Max-Age={TWELVE_HOURS}", "HttpOnly", "SameSite=Strict", "Secure"])
            self.assertEqual(ask(self.tracker, "/metrics", Cookie=cookie_of(answer)).status, 200)
        self.assertNotIn("Secure", begin(self.tracker, Origin=OWN, X_Forwarded_Proto="http").headers["Set-Cookie"])

    def test_without_a_token_it_does_not_begin(self) -> None:
        cookie = cookie_of(begin(self.tracker))
        for answer in (begin(self.tracker, None), begin(self.tracker, OTHER), begin(self.tracker, None, Cookie=cookie)):
            self.assertEqual((answer.status, answer.headers["Set-Cookie"]), (401, None))

    def test_what_a_request_may_do(self) -> None:
        told = ask(self.tracker, "/session").json()
        self.assertEqual({**told, "version": ""}, {
            "may_read": False, "may_read_private": False, "may_change": False, "read_token_set": True,
            "admin_token_set": True, "expires_at": None, "version": "", "public_url": "https://ads.example"})
        for token, allowed in ((READ, (True, True, False)), (ADMIN, (True, True, True)), (OTHER, (False,) * 3)):
            told = ask(self.tracker, "/session", token).json()
            self.assertEqual((told["may_read"], told["may_read_private"], told["may_change"]), allowed)

    def test_a_changed_cookie_is_none(self) -> None:
        name, _, value = cookie_of(begin(self.tracker)).partition("=")
        ends, _, code = value.partition(".")
        for forged in (f"{int(ends) + 1}.{code}", f"{ends}.{'A' * 43}", ends, "", code):
            before = self.failures()
            answer = ask(self.tracker, "/metrics", Cookie=f"{name}={forged}")
            self.assert_error(answer, 401, "session")
            self.assertIn("error=\"invalid_token\"", answer.headers["WWW-Authenticate"])
            self.assertTrue(all("Max-Age=0" in field for field in answer.headers.get_all("Set-Cookie")))
            self.assertEqual(self.failures(), before + 1)
        # One of another token, or of another server here, is neither.
        before = self.failures()
        answer = ask(self.tracker, "/metrics", Cookie=f"vat_session_00000000={value}")
        self.assertEqual((answer.status, answer.headers["Set-Cookie"]), (401, None))
        self.assertEqual(self.failures(), before)

    def test_it_ends(self) -> None:
        cookie = cookie_of(begin(self.tracker))
        answer = ask(self.tracker, "/session", method="DELETE", Cookie=cookie)
        self.assertEqual((answer.status, answer.body), (204, b""))
        fields = answer.headers.get_all("Set-Cookie")
        self.assertEqual(sorted(field.partition("=")[0] for field in fields),
                         sorted([cookie.partition("=")[0], "__Host-" + cookie.partition("=")[0]]))
        self.assertTrue(all("=; Path=/; Max-Age=0; " in field for field in fields))

    def test_pages_of_other_sites_cannot_use_it(self) -> None:
        cookie = cookie_of(begin(self.tracker))
        for headers, status in (({}, 200), ({"Origin": OWN}, 200), ({"Sec_Fetch_Site": "same-origin"}, 200),
                                ({"Sec_Fetch_Site": "none"}, 200), ({"Origin": "https://ads.example"}, 200),
                                ({"Sec_Fetch_Site": "same-site"}, 401), ({"Sec_Fetch_Site": "cross-site"}, 401),
                                ({"Origin": FOREIGN}, 401), ({"Origin": "null"}, 401),
                                ({"Origin": "http://127.0.0.1:1"}, 401)):
            for target in ("/metrics", ANALYTICS, EXPORT):
                self.assertEqual(ask(self.tracker, target, Cookie=cookie, **headers).status, status, headers)
            told = ask(self.tracker, "/session", Cookie=cookie, **headers).json()
            self.assertEqual(told["may_read"], status == 200, headers)

    def test_changes_come_from_our_own_pages(self) -> None:
        for headers, status in (({}, 200), ({"Origin": OWN}, 200), ({"Origin": "https://ads.example"}, 200),
                                ({"Sec_Fetch_Site": "same-origin", "Origin": OWN}, 200),
                                ({"Sec_Fetch_Site": "none"}, 200), ({"Origin": FOREIGN}, 403),
                                ({"Origin": "null"}, 403), ({"Sec_Fetch_Site": "cross-site"}, 403),
                                ({"Sec_Fetch_Site": "same-site"}, 403),
                                ({"Sec_Fetch_Site": "cross-site", "Origin": OWN}, 403)):
            answer = begin(self.tracker, ADMIN, **headers)
            self.assertEqual(answer.status, status, headers)
            self.assertEqual("Set-Cookie" in answer.headers, status == 200)
            ended = ask(self.tracker, "/session", method="DELETE", **headers)
            self.assertEqual(ended.status, 204 if status == 200 else 403, headers)
        self.assert_error(begin(self.tracker, ADMIN, Origin=FOREIGN), 403, "another site")

    def test_a_session_changes_nothing(self) -> None:
        self.psql("UPDATE ads SET active = false WHERE id = 3")
        self.addCleanup(self.psql, "UPDATE ads SET active = true WHERE id = 3")
        self.tracker.wait_until(lambda: len(ask(self.tracker, "/ads").json()) == 2)
        cookie = cookie_of(begin(self.tracker, ADMIN))
        self.assert_error(ask(self.tracker, "/ads/3/vast?preview=1", Cookie=cookie), 401, "ADMIN_TOKEN")
        self.assertEqual(ask(self.tracker, "/ads/3/vast?preview=1", ADMIN, Cookie=cookie).status, 200)

    def test_no_origin_is_echoed(self) -> None:
        for target in ("/metrics", ANALYTICS, EXPORT, "/session", "/metrics?token=x"):
            for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
                for token in (None, READ):
                    if target == EXPORT and method not in ("GET", "HEAD"):
                        continue  # players send batches there
                    answer = ask(self.tracker, target, token, method, Origin=FOREIGN)
                    self.assertFalse([name for name in answer.headers if name.startswith("Access-Control")],
                                     (method, target, answer.status))
        preflight = ask(self.tracker, ANALYTICS, method="OPTIONS", Origin=FOREIGN,
                        Access_Control_Request_Method="GET", Access_Control_Request_Headers="authorization")
        self.assertEqual((preflight.status, preflight.headers["Allow"]), (204, "GET, HEAD, OPTIONS"))

    def test_a_preflight_is_about_the_method_that_it_asks_for(self) -> None:
        for method, is_open in (("POST", True), ("GET", False)):
            for origin in (FOREIGN, OWN):
                answer = ask(self.tracker, "/ads/events", method="OPTIONS", Origin=origin,
                             Access_Control_Request_Method=method)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin if is_open else None)

    def test_players_are_answered_as_before(self) -> None:
        for path in ("/vast", "/ads", "/livez", "/nothing"):
            for answer in (self.tracker.get(path, {"Origin": FOREIGN}), ask(self.tracker, path, Origin=FOREIGN)):
                self.assertEqual((answer.headers["Access-Control-Allow-Origin"],
                                  answer.headers["Access-Control-Allow-Credentials"]), (FOREIGN, "true"))


class InstancesTest(TrackerCase):
    def started(self, **env: str) -> Server:
        server = self.start_server(**{"READ_TOKEN": READ, **env})
        server.wait_until(lambda: server.get("/ads").status == 200)
        return server

    def test_every_instance_knows_it_and_a_new_token_ends_it(self) -> None:
        first, second, third = self.started(), self.started(ADMIN_TOKEN=ADMIN), self.started(READ_TOKEN=OTHER)
        cookie = cookie_of(begin(first))
        self.assertEqual(ask(second, "/metrics", Cookie=cookie).status, 200)
        self.assertEqual(ask(third, "/metrics", Cookie=cookie).status, 401)
        first.stop()
        self.assertEqual(ask(first.start(), "/metrics", Cookie=cookie).status, 200)
        self.assertEqual(third.request("GET", "/metrics", headers={"Authorization": f"Bearer {OTHER}"}).status, 200)

    def test_without_read_token_pages_read_what_is_open_without_credentials(self) -> None:
        server = self.start_server(ADMIN_TOKEN=ADMIN)
        for target in ("/metrics", "/session"):
            answer = ask(server, target, Origin=FOREIGN)
            self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"],
                              answer.headers["Access-Control-Allow-Credentials"]), (200, FOREIGN, None))

    def test_a_proxy_that_is_not_trusted_is_not_believed(self) -> None:
        server = self.started()
        headers: Mapping[str, str] = {"X_Forwarded_Proto": "https"}
        self.assertNotIn("Secure", begin(server, **headers).headers["Set-Cookie"])
