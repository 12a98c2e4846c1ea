"""/c/{token}: the click is counted once, and the viewer arrives whatever becomes of it."""
from typing import Optional

from serving_support import BOT, ServingCase

from harness.process import wait_until
from harness.tokens import SECRET, make_token


class ClickThroughTest(ServingCase):
    def assert_redirects(self, token: str, ad_id: int, headers: Optional[dict] = None, method: str = "GET") -> None:
        answer = self.fetch(f"/c/{token}", headers, method=method)
        self.assertEqual((answer.status, answer.headers["Location"]), (302, f"https://t.example/{ad_id}"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_a_click_is_one_however_it_is_told(self) -> None:
        token = make_token(2)
        for _ in range(2):
            self.assert_redirects(token, 2)
            self.assertEqual(self.fetch(f"/t/click/{token}").status, 204)
        self.assertEqual(self.rows("kind, ad_id"), [("click", "2")])
        self.assertEqual(self.psql("SELECT count(*) FROM clicks"), [("1",)])

    def test_a_link_scanner_leaves_the_viewers_click_alone(self) -> None:
        token = make_token(1)
        for headers in (BOT, BOT, None, None):
            self.assert_redirects(token, 1, headers)
        self.assertEqual(self.rows("kind, verdict"), [("click", "1"), ("click", "0")])

    def test_nobody_has_clicked_yet(self) -> None:
        self.assert_redirects(make_token(1), 1, {"Sec-Purpose": "prefetch"})
        self.assert_redirects(make_token(1), 1, method="HEAD")
        self.assertEqual(self.rows("id"), [])

    def test_the_target_is_never_the_requests(self) -> None:
        answer = self.fetch(f"/c/{make_token(1)}?url=https://evil.example&target_url=https://evil.example")
        self.assertEqual(answer.headers["Location"], "https://t.example/1")

    def test_ads_that_are_over_lead_on(self) -> None:
        self.change("UPDATE ads SET active = false WHERE id = 2")
        self.change("UPDATE ads SET ends_at = now() - interval '1 day' WHERE id = 3")
        for ad_id in (2, 3):
            self.assert_redirects(make_token(ad_id), ad_id)
        self.assertEqual(len(self.rows("id")), 2)

    def test_targets_that_are_none(self) -> None:
        for target in ("javascript:alert(1)", "/relative", "https://x/\r\nSet-Cookie: a=b", "data:text/html,x", ""):
            literal = target.replace("\r", "'||chr(13)||'").replace("\n", "'||chr(10)||'")
            self.change(f"UPDATE ads SET target_url = '{literal}' WHERE id = 2")
            self.assert_error(self.fetch(f"/c/{make_token(2)}"), 404, "nowhere")
            self.assertEqual(self.serve("/ads/2/vast").click, "")
        self.assert_error(self.fetch(f"/c/{make_token(99)}"), 404)
        self.assertEqual(self.rows("id"), [])

    def test_a_target_is_encoded(self) -> None:
        self.change("UPDATE ads SET target_url = 'https://t.example/ä b?\"<>' WHERE id = 2")
        answer = self.fetch(f"/c/{make_token(2)}")
        self.assertEqual(answer.headers["Location"].lower(), "https://t.example/%c3%a4%20b?%22%3c%3e")


class AwayTest(ServingCase):
    def test_without_the_database_it_works_from_what_was_kept(self) -> None:
        server = self.other_server(TOKEN_SECRET=SECRET)
        server.wait_until(lambda: len(server.get("/ads").json()) == 3)
        wait_until((server.journal / "ads").exists, 10, "kept")
        server.stop()
        server.env["DB_CONN"] = "host=/nowhere"
        server.start()
        token = make_token(3)
        self.assertEqual(self.fetch(f"/c/{token}", server=server).headers["Location"], "https://t.example/3")
        self.assertEqual(self.fetch(f"/t/start/{token}", server=server).status, 204)
        self.assertEqual(self.fetch("/vast", server=server).status, 200)
        server.stop()
        server.env["DB_CONN"] = self.tracker.env["DB_CONN"]
        server.start()
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0)
        self.assertEqual(self.rows("kind, ad_id"), [("click", "3"), ("start", "3")])

    def test_a_full_journal_stops_trackers_and_no_viewer(self) -> None:
        server = self.other_server(TOKEN_SECRET=SECRET, JOURNAL_MAX_BYTES="65536")
        server.wait_until(lambda: len(server.get("/ads").json()) == 3)
        server.stop()
        server.env["DB_CONN"] = "host=/nowhere"
        server.start()
        for _ in range(3000):
            if self.fetch(f"/t/start/{make_token(1)}", server=server).status == 503:
                break
        answer = self.fetch(f"/t/start/{make_token(1)}", server=server)
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "1"))
        click = self.fetch(f"/c/{make_token(1)}", server=server)
        self.assertEqual((click.status, click.headers["Location"]), (302, "https://t.example/1"))
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_trackers_unstored_total", reason="refused"), 1)
        self.assertGreaterEqual(metrics.total("adtracker_events_refused_total"), 3)
        server.kill()
