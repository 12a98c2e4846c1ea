"""The page while the server or its database is away, while nobody looks, and what pages of other sites can do to it."""
import unittest
from typing import Any, Dict

from harness.abilities import need_program
from page_case import ADMIN, ADMIN_TOKEN, READ_TOKEN, PageCase, today


class AwayTest(PageCase):
    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")

    def test_the_server_goes_and_comes_back(self) -> None:
        ad = self.make_ad(title="One")
        self.expected = {"net::ERR_CONNECTION_REFUSED", "net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET", "503"}
        tab = self.open(today())
        self.wait_number(tab, "Impressions", "0")
        self.send(("impression", ad["id"]))
        self.wait_number(tab, "Impressions", "1")
        self.tracker.stop()
        tab.wait_text(".state", "The server does not answer. Next try in")
        self.assertEqual(self.numbers(tab)["Impressions"], "1")
        self.tracker.start()
        tab.wait_text(".state", "Accepting events")
        self.send(("impression", ad["id"]))
        self.wait_number(tab, "Impressions", "2")

    def test_an_answer_that_is_cut_off(self) -> None:
        """As a reload or a broken connection does to what is under way: no fault of the page's, which asks again."""
        self.make_ad(title="One")
        tab = self.open(today())
        self.wait_number(tab, "Impressions", "0")
        tab.run("""await tab.evaluate(() => {
            window.intact = window.fetch;
            window.fetch = async (...asked) => {
                const answer = await window.intact(...asked);
                if (answer.status !== 200) {
                    return answer;
                }
                await answer.text();
                const body = new ReadableStream({ start: (to) => to.error(new TypeError('Failed to fetch')) });
                return new Response(body, { headers: answer.headers });
            };
        })""")
        self.send(("impression", 1))
        tab.wait_text(".state", "The server does not answer. Next try in")
        tab.run("await tab.evaluate(() => { window.fetch = window.intact; })")
        self.wait_number(tab, "Impressions", "1")

    def test_nobody_is_asked_while_nobody_looks(self) -> None:
        self.make_ad(title="One")
        tab = self.open(today())
        self.wait_number(tab, "Impressions", "0")
        hide = ("await tab.evaluate((hidden) => {Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
                "document.dispatchEvent(new Event('visibilitychange'));}, args.hidden)")
        tab.run("await tab.waitForLoadState('networkidle')")  # between two polls
        before = len(tab.told()["requests"])
        tab.run(hide, hidden=True)
        tab.run("await tab.waitForTimeout(7000)")
        self.assertEqual(len(tab.told()["requests"]), before)
        tab.run(hide, hidden=False)
        tab.run("await tab.waitForRequest(/ads.analytics/)")


class DatabaseAwayTest(PageCase):
    def setUp(self) -> None:
        self.private: Any = None
        super().setUp()
        self.chromium = need_program("chromium")

    def server(self, **env: str) -> Any:
        self.private = self.private_postgres()
        self.db_conn = self.private.create_database("away")
        return super().server(**env)

    def test_the_database_goes_and_comes_back(self) -> None:
        ad = self.make_ad(title="One")
        self.expected = {"503"}
        tab = self.open(today())
        self.send(("impression", ad["id"]))
        self.wait_number(tab, "Impressions", "1")
        self.private.stop()
        tab.wait_text(".strip", "Database away: events wait in the journal")
        tab.wait_text(".notice", "These are not the newest numbers")
        answer = self.tracker.request("POST", "/ads/impression", {"ad_id": ad["id"]}, {"User-Agent": "TV"})
        self.assertEqual(answer.status, 202)
        tab.wait_text(".strip", "1 waiting")
        self.assertEqual((tab.text(".state"), self.numbers(tab)["Impressions"]), ("Accepting events", "1"))
        self.private.start()
        self.wait_number(tab, "Impressions", "2")
        tab.wait("document.querySelector('.notice').hidden && document.querySelector('.fact.warn').hidden")


class OtherSitesTest(PageCase):
    env = {"ADMIN_TOKEN": ADMIN_TOKEN, "READ_TOKEN": READ_TOKEN}

    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.site = self.start_site()
        self.ad = self.make_ad(title="Mine")
        self.tab = self.open()
        self.tab.fill("Token", READ_TOKEN)
        self.tab.run("await tab.keyboard.press('Enter')")
        self.tab.wait_text(".ads-table tbody tr", "Mine")
        self.other = f"http://localhost:{self.site.server_port}/landing"  # another site, not only another port
        self.tab.run("await tab.goto(args.url)", url=self.other)

    def fetch(self, path: str, **options: Any) -> Any:
        """Its status, or that it could not be read."""
        return self.tab.run("""return tab.evaluate(({url, options}) => fetch(url, options).then(
            (answer) => answer.status, () => 'refused'), args)""", url=self.public_url + path, options=options)

    def assert_untouched(self) -> None:
        listed: Dict[str, Any] = self.tracker.get("/ads?fields=all", ADMIN).json()
        self.assertEqual([(ad["title"], ad["archived_at"]) for ad in listed["ads"]], [("Mine", None)])

    def test_their_fetches_are_refused(self) -> None:
        path = f"/ads/{self.ad['id']}"
        for method, body in (("DELETE", None), ("PATCH", '{"title":"Theirs"}'), ("PUT", '{"target_url":"https://a.invalid/"}')):
            with self.subTest(method=method):
                self.assertIn(self.fetch(path, method=method, body=body, headers={**ADMIN, "If-Match": "*"}), ("refused", 403))
        self.assertIn(self.fetch("/ads", method="POST", body='{"target_url":"https://a.invalid/"}',
                                 headers={**ADMIN, "Content-Type": "text/plain"}), ("refused", 403))
        for read in ("/ads/analytics?period=today", "/ads?fields=all", "/metrics", "/status"):
            with self.subTest(read=read):
                self.assertEqual(self.fetch(read, credentials="include"), "refused")
        self.assert_untouched()

    def test_their_forms_are_refused(self) -> None:
        for action in ("/ads", f"/ads/{self.ad['id']}", "/session"):
            with self.subTest(action=action):
                self.tab.run("await tab.goto(args.url)", url=self.other)
                self.tab.run("""await Promise.all([tab.waitForNavigation(), tab.evaluate((action) => {
                    const form = document.createElement('form');
                    Object.assign(form, {action, method: 'post', enctype: 'text/plain'});
                    const field = document.createElement('input');
                    Object.assign(field, {name: '{"target_url":"https://a.invalid/","x":"', value: '"}'});
                    form.append(field);
                    document.body.append(form);
                    form.submit();
                }, args.action)])""", action=self.public_url + action)
                status = self.tab.told()["answers"][-1][2]
                self.assertIn(status, (401, 403, 405, 415))
        self.assert_untouched()
        self.tab.run("await tab.goto(args.url)", url=self.public_url)
        self.tab.wait_text(".ads-table tbody tr", "Mine")  # the session is as it was

    def test_they_cannot_frame_it(self) -> None:
        self.tab.run("""await tab.evaluate((url) => {
            const frame = document.createElement('iframe');
            frame.src = url;
            document.body.append(frame);
            return new Promise((done) => frame.addEventListener('load', done));
        }, args.url)""", url=self.public_url)
        self.assertEqual(self.tab.run("return tab.frames()[1].evaluate(() => document.querySelectorAll('main').length)"), 0)

    def check_complaints(self, tab: Any) -> None:
        tab.close()


if __name__ == "__main__":
    unittest.main()
