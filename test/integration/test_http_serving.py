"""GET /vast, /ads/{id}/vast and /ads/serve: which ad is served, to whom, as what, and what is counted of it."""
from collections import Counter

from serving_support import BOT, ServingCase, read_vast

from harness.tokens import SECRET, make_token, uuid_of

ADMIN = "an-admin-token-for-the-tests"


class AnswerTest(ServingCase):
    def test_the_document_of_an_ad(self) -> None:
        answer = self.fetch("/ads/2/vast?placement=home.top")
        served = read_vast(answer.body)
        self.assertRegex(answer.headers["Content-Type"], "^(application|text)/xml")
        self.assertEqual((answer.headers["Cache-Control"], answer.headers["Expires"], answer.headers["Pragma"]),
                         ("no-store", "0", "no-cache"))
        self.assertEqual(served.ad_id, 2)
        self.assertEqual(served.serving_id, uuid_of(served.token))
        self.assertIn(b"https://ads.example/t/start/", answer.body)
        for kind in ("impression", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete", "error",
                     "viewable", "click"):
            self.assertEqual(len(served.trackers[kind]), 1, kind)
            self.assertEqual(self.fetch(served.trackers[kind][0]).status, 204, kind)
        self.assertEqual(len(served.trackers["progress"]), 2)
        for path in served.trackers["progress"]:
            self.fetch(path)
        self.assertEqual(Counter(row[0] for row in self.rows("placement")), {"home.top": 11})
        self.assertEqual(self.rows("detail", "kind = 'progress'"), [("5000",), ("10000",)])

    def test_each_answer_has_a_token_of_its_own(self) -> None:
        self.assertEqual(len({self.serve("/ads/1/vast").token for _ in range(50)}), 50)

    def test_versions(self) -> None:
        for version in ("2.0", "3.0", "4.2"):
            self.assertIn(f'version="{version}"'.encode(), self.fetch(f"/vast?version={version}").body)
        self.assertIn(b'version="4.2"', self.fetch("/vast").body)

    def test_wrong_parameters_are_told_in_words(self) -> None:
        for query, pattern in (("version=5", "version must be 2.0, 3.0 or 4.2"), ("version=", "version"),
                               ("version=4.20000000000000", "version"), ("placement=a%20b", "placement"),
                               ("placement=" + "a" * 65, "placement"), ("placement=%ff", "placement"),
                               ("preview=2", "preview"), ("preview=1", "preview=1 is for one ad")):
            with self.subTest(query):
                self.assert_error(self.fetch(f"/vast?{query}"), 400, pattern)
        missing = self.fetch("/ads/99/vast")
        self.assert_error(missing, 404, "no ad")
        self.assertEqual(missing.headers["Cache-Control"], "no-store")
        self.assert_error(self.fetch("/ads/serve?placement=/"), 400, "placement")

    def test_what_tags_carry_besides_means_nothing(self) -> None:
        query = ("w=640&h=360&cb=[CACHEBUSTING]&ip=1.2.3.4&ua=x&url=https%3A%2F%2Fp&dnt=1&gdpr=1&gdpr_consent=%zz&"
                 "us_privacy=1YNN&app_bundle=x&placement=a&&=&x")
        self.assertIn(self.serve(f"/vast?{query}").ad_id, (1, 2, 3))

    def test_json_for_sdks(self) -> None:
        answer = self.fetch("/ads/serve?placement=app")
        ad = answer.json()
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIn(ad["id"], (1, 2, 3))
        self.assertEqual(ad["video_url"], f"https://m.example/{ad['id']}.mp4")
        self.assertTrue(ad["click_url"].startswith("https://ads.example/c/"))
        self.assertEqual(ad["serving_id"], uuid_of(ad["click_url"].rpartition("/")[2]))
        self.assertEqual([item["offset_ms"] for item in ad["tracking"]["progress"]], [5000, 10000])
        self.fetch("/" + ad["tracking"]["impression"].split("/", 3)[3])
        self.assertEqual(self.rows("kind, ad_id, placement"), [("impression", str(ad["id"]), "app")])

    def test_cors_and_head(self) -> None:
        answer = self.fetch("/vast", {"Origin": "https://page.example"})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://page.example")
        self.forget_sums()
        self.assertEqual(self.fetch("/vast", method="HEAD").body, b"")
        self.assertEqual(self.sums("request", "count(*)"), [("0",)])


class RotationTest(ServingCase):
    def shares(self, answers: int) -> Counter:
        return Counter(self.serve().ad_id for _ in range(answers))

    def test_ads_come_by_their_weights(self) -> None:
        self.change("UPDATE ads SET weight = CASE id WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 0 END")
        shares = self.shares(200)
        self.assertEqual(set(shares), {1, 2})
        self.assertAlmostEqual(shares[1], 50, delta=4)

    def test_any_pattern_of_requests_gets_each_ad(self) -> None:
        """Every second request, and every fifth, sees the same shares."""
        ads = [self.serve().ad_id for _ in range(300)]
        for step in (2, 3, 5, 8):
            shares = Counter(ads[::step])
            for ad_id in (1, 2, 3):
                self.assertAlmostEqual(shares[ad_id], len(ads) / step / 3, delta=5, msg=f"every {step}: {shares}")

    def test_a_change_is_in_the_answers_at_once(self) -> None:
        self.change("UPDATE ads SET active = id = 3")
        self.assertEqual(set(self.shares(20)), {3})
        self.change("UPDATE ads SET active = true, video_url = 'https://new.example/v.mp4'")
        self.assertIn(b"https://new.example/v.mp4", self.fetch("/vast").body)


class NofillTest(ServingCase):
    ENV = {**ServingCase.ENV, "LOG_LEVEL": "warning"}  # a server of its own: its table gets empty

    def assert_nofill(self, reason: int, path: str = "/vast", ad_id: str = "0") -> None:
        self.psql("TRUNCATE events")
        before = self.told_nofills()
        for version in ("2.0", "3.0", "4.2"):
            answer = self.fetch(f"{path}?version={version}&placement=p")
            self.assertEqual(answer.status, 200)
            self.assertIn(f'<VAST version="{version}"'.encode(), answer.body)
            served = read_vast(answer.body)
            self.assertEqual(list(served.trackers), ["error"])
            self.assertNotIn(b"<Ad", answer.body)
            self.fetch(served.trackers["error"][0].replace("[ERRORCODE]", "303"))
        self.assertEqual(self.sums("nofill", "sum(quantity), min(detail), max(detail), coalesce(max(ad_id), 0)"),
                         [("3", str(reason), str(reason), ad_id)])
        self.assertEqual(self.rows("kind, coalesce(ad_id, 0), detail, placement"), [("error", "0", "303", "p")] * 3)
        self.assertEqual([after - count for after, count in zip(self.told_nofills(), before)],
                         [3.0 * (number == reason) for number in range(1, 5)])

    def told_nofills(self) -> list:
        told = self.tracker.metrics()
        return [told.value("adtracker_nofills_total", reason=name)
                for name in ("no_ads", "none_available", "weight_zero", "no_form")]

    def test_each_reason(self) -> None:
        self.change("UPDATE ads SET weight = 0")
        self.assert_nofill(3)
        self.psql("UPDATE ads SET ends_at = now() - interval '1 second'")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").json() == [])
        self.assert_nofill(2)
        self.assert_nofill(2, "/ads/1/vast", "1")
        self.psql("UPDATE ads SET ends_at = NULL, weight = 1, video_url = NULL, image_url = NULL")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 3)
        self.assert_nofill(4)
        self.assert_nofill(4, "/ads/1/vast", "1")
        self.psql("CREATE TABLE kept AS TABLE ads; DELETE FROM ads")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").json() == [])
        self.assert_nofill(1)
        self.psql("INSERT INTO ads TABLE kept")

    def test_json(self) -> None:
        self.change("UPDATE ads SET weight = 0")
        answer = self.fetch("/ads/serve").json()
        self.assertTrue(answer["nofill"])
        self.assertIn("/t/error/", answer["error_url"])


class CountTest(ServingCase):
    def test_requests_and_fills(self) -> None:
        self.forget_sums()
        for _ in range(5):
            self.serve("/ads/2/vast?placement=a")
        for _ in range(3):
            self.serve("/vast", **BOT)
        self.assertEqual(self.sums("request", "sum(quantity) FILTER (WHERE ad_id = 2 AND placement = 'a'), "
                                   "sum(quantity) FILTER (WHERE verdict = 1)"), [("5", "3")])
        self.assertEqual(self.sums("fill",
                                   "sum(quantity) FILTER (WHERE ad_id = 2 AND placement = 'a' AND verdict = 0), "
                                   "sum(quantity) FILTER (WHERE verdict = 1 AND ad_id > 0)"), [("5", "3")])
        self.assertEqual(self.psql("SELECT count(*) FROM impressions"), [("0",)])

    def test_a_bots_ad_is_a_bots_to_the_end(self) -> None:
        served = self.serve("/ads/1/vast", **BOT)
        for kind in ("impression", "start", "complete"):
            self.fetch(served.trackers[kind][0])
        self.assertEqual(self.rows("verdict"), [("1",)] * 3)


class NamelessTest(ServingCase):
    ENV = {**ServingCase.ENV, "TOKEN_TTL_SECONDS": "86399"}  # a server of its own: its log is read

    def test_ads_that_no_event_can_name_are_listed_and_not_served(self) -> None:
        """0 stands for no ad, in tokens and events alike."""
        self.change("INSERT INTO ads (id, image_url, video_url, target_url, weight) SELECT id, 'i', "
                    "'https://m.example/v.mp4', 'https://t.example/' || id, 1000000 FROM (VALUES (0), (-5)) AS v (id)")
        self.addCleanup(self.psql, "DELETE FROM ads WHERE id < 1")
        self.assertEqual([ad["id"] for ad in self.tracker.get("/ads").json()], [-5, 0, 1, 2, 3])
        for path in ("/vast", "/vast?version=2.0"):
            self.assertIn(self.serve(path).ad_id, (1, 2, 3))
        self.assertIn(self.fetch("/ads/serve").json()["id"], (1, 2, 3))
        self.assert_error(self.fetch(f"/c/{make_token(0)}"), 404, "nowhere")
        self.assertIn("part of an ad passed over id=-5 column=id: no event can name it", self.tracker.log_text())


class PreviewTest(ServingCase):
    ENV = {**ServingCase.ENV, "ADMIN_TOKEN": ADMIN}

    def test_everything_is_a_test(self) -> None:
        self.forget_sums()
        served = self.serve("/ads/1/vast?preview=1", **BOT)
        for kind in ("impression", "start"):
            self.assertEqual(self.fetch(served.trackers[kind][0]).status, 204)
        self.assertEqual(self.fetch(served.click, BOT).status, 302)
        self.assertEqual(self.fetch(served.click).status, 302)
        self.assertEqual(self.rows("kind, verdict"), [("impression", "4"), ("start", "4"), ("click", "4"),
                                                      ("click", "4")])
        self.assertEqual(self.sums("request", "count(*) FILTER (WHERE verdict <> 4)"), [("0",)])
        self.assertEqual(self.psql("SELECT (SELECT count(*) FROM clicks), (SELECT count(*) FROM impressions)"),
                         [("0", "0")])

    def test_an_ad_that_viewers_cannot_get_takes_the_admin_token(self) -> None:
        self.change("UPDATE ads SET active = false WHERE id = 3")
        path = "/ads/3/vast?preview=1"
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {ADMIN}x"},
                      {"Authorization": f"Basic {ADMIN}"}, {"Authorization": "Bearer "}):
            answer = self.fetch(path, wrong)
            self.assert_error(answer, 401, "ADMIN_TOKEN")
            self.assertRegex(answer.headers["WWW-Authenticate"], "^Bearer")
        self.assertEqual(self.serve(path, Authorization=f"Bearer {ADMIN}").ad_id, 3)
        self.assertEqual(self.serve("/ads/3/vast").ad_id, 0)


class NoAdminTest(ServingCase):
    def test_nobody_previews_without_a_token_to_do_it_with(self) -> None:
        self.change("UPDATE ads SET active = false WHERE id = 3")
        self.assert_error(self.fetch("/ads/3/vast?preview=1", {"Authorization": "Bearer x"}), 403, "ADMIN_TOKEN")
        self.assertEqual(self.serve("/ads/2/vast?preview=1").ad_id, 2)


class UnloadedTest(ServingCase):
    def test_ads_that_were_never_loaded_are_no_nofill(self) -> None:
        server = self.other_server(DB_CONN="host=/nowhere", TOKEN_SECRET=SECRET)
        self.assert_error(self.fetch("/vast", server=server), 503)
        self.assertEqual(self.fetch("/t/start/x", server=server).status, 400)
        token = make_token(1)
        self.assertEqual(self.fetch(f"/t/start/{token}", server=server).status, 204)
        for path in (f"/t/progress/{token}?offset=5000", f"/c/{token}"):
            answer = self.fetch(path, server=server)
            self.assert_error(answer, 503)
            self.assertEqual(answer.headers["Retry-After"], "1")

    def test_a_secret_that_was_damaged_keeps_no_event_from_coming(self) -> None:
        server = self.other_server()
        server.stop()
        (server.journal / "token_secret").write_bytes(b"\0" * 64)
        server.start()
        server.wait_until(lambda: server.get("/ads").status == 200)
        self.assertIn("token_secret is not one line of text without commas: trackers are signed for this run alone",
                      server.log_text())
        token = read_vast(self.fetch("/vast", server=server).body).token
        self.assertEqual(self.fetch(f"/t/start/{token}", server=server).status, 204)
        self.assertEqual((server.journal / "token_secret").read_bytes(), b"\0" * 64)

    def test_the_secret_lies_beside_the_journal(self) -> None:
        server = self.other_server()
        server.wait_until(lambda: server.get("/ads").status == 200)
        token = read_vast(self.fetch("/vast", server=server).body).token
        server.stop()
        self.assertEqual((server.journal / "token_secret").stat().st_mode & 0o777, 0o600)
        self.assertIn("TOKEN_SECRET is not set", server.log_text())
        self.assertNotIn((server.journal / "token_secret").read_text().strip(), server.log_text())
        server.start()
        self.assertEqual(self.fetch(f"/t/start/{token}", server=server).status, 204)
        self.assertEqual(self.fetch(f"/t/start/{token}").status, 400)
