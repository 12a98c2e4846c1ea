"""The page for operators, as somebody uses it who runs ads: makes one, tries it out, sees its numbers, changes it."""
import base64
import csv
import hashlib
import io
import unittest
from typing import Any, Dict, List

from harness.abilities import need_program
from page_case import ADMIN, ADMIN_TOKEN, READ_TOKEN, PageCase, Tab, insert_ads, today
from publisher import CLIP_SECONDS

PLAYED = ("impression", "loaded", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete")
HOSTILE = '<b>Bold</b><img src=x onerror="document.title=1"><script>document.title=2</script>'


class PageTest(PageCase):
    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")

    def show_fields(self, tab: Tab, token: str = ADMIN_TOKEN) -> None:
        tab.fill("ADMIN_TOKEN", token, "#edit")
        tab.click("#edit button[type=submit]")

    def test_from_an_empty_database_to_an_ad_and_its_numbers(self) -> None:
        site = self.start_site()
        tab = self.open()
        tab.wait_text("h2", "Nothing here yet")
        self.assertEqual(tab.count(".first .snippet"), 3)
        tab.click("text=fill in the form")
        tab.fill("Title", "Spring")
        tab.fill("Target", "https://shop.invalid/spring")
        tab.fill("Media file", site.url("ad.mp4"))
        tab.fill("Duration ms", str(1000 * CLIP_SECONDS))
        tab.fill("Trackers", '{"impression": "https://third.example/pixel", "complete": "https://third.example/done"}')
        tab.fill("ADMIN_TOKEN", ADMIN_TOKEN)
        tab.click("text=Make the ad")
        tab.wait_text("h1", "Spring")
        self.play(tab)
        self.change(tab)
        self.send(("impression", 1), ("impression", 1), ("click", 1), ("start", 1))
        self.wait_number(tab, "Impressions", "2")
        self.assertEqual(self.numbers(tab)["Click rate"], "50.00%")
        self.assertEqual(self.rows(tab, ".funnel tbody tr")[1][:2], ["Impression", "2"])
        self.download(tab)
        self.check_tag(tab)

    def test_all_ads_are_seen_with_the_token(self) -> None:
        """Who has not shown it sees those that everybody may."""
        self.make_ad(title="Asleep", active=False)
        self.make_ad(title="Awake")
        tab = self.open()
        tab.wait_text(".ads-table", "Awake")
        self.assertNotIn("Asleep", tab.text(".ads-table"))
        tab.click("nav button:text-is('All ads')")
        for token, slip in (("", "The token is missing"), (READ_TOKEN, "This is not ADMIN_TOKEN")):
            tab.fill("ADMIN_TOKEN", token)
            tab.click("text=See all ads")
            tab.wait_text(".slip", slip)
        tab.fill("ADMIN_TOKEN", ADMIN_TOKEN)
        tab.click("text=See all ads")
        tab.wait_text(".ads-table", "Asleep")
        self.assertEqual(tab.count("nav button:text-is('All ads')"), 0)

    def play(self, tab: Tab) -> None:
        """What is played is stored as a test, and what belongs to others is not asked for."""
        tab.click("text=Play the ad")
        tab.press_while("document.querySelector('.screen video')?.currentTime > 0", "Mute", "Pause")
        tab.click("button:text-is('Go on')")
        tab.wait("document.querySelector('.test-player button.main').textContent === 'Play it again'")
        tab.wait_text(".told", "11 of ")
        answers = {row[0]: row[2] for row in self.rows(tab, ".trackers tr.ours.is-told")}
        self.assertEqual(answers, {kind: "204, on disk" for kind in (*PLAYED, "mute", "pause", "resume", "viewable")})
        self.assertEqual([row[2] for row in self.rows(tab, ".trackers tr.theirs")],
                         ["would be told now; not fetched"] * 2)
        self.tracker.wait_until(lambda: set(PLAYED) <= {kind for _, kind in self.stored()})
        self.assertEqual(self.psql("SELECT DISTINCT verdict FROM events"), [("4",)])
        tab.wait_text(".stored", "complete 1")
        self.assertEqual(self.numbers(tab)["Impressions"], "0")

    def change(self, tab: Tab) -> None:
        tab.fill("Title", "Spring and summer")
        tab.click("text=Save")
        tab.wait_text(".result", "Saved")
        self.assertEqual(self.tracker.get("/ads/1", ADMIN).json()["title"], "Spring and summer")
        tab.wait_text("h1", "Spring and summer")
        self.tracker.wait_until(lambda: self.tracker.get("/ads").json()[0]["title"] == "Spring and summer")

    def downloaded(self, tab: Tab, selector: str) -> List[Dict[str, str]]:
        """The rows of the file that a link leads to."""
        text = tab.run("""
            const [file] = await Promise.all([tab.waitForEvent('download'), tab.locator(args.selector).click()]);
            return process.mainModule.require('node:fs').readFileSync(await file.path(), 'utf8');""", selector=selector)
        return list(csv.DictReader(io.StringIO(text)))

    def download(self, tab: Tab) -> None:
        """Each table's file has what the table has."""
        rows = self.downloaded(tab, ".chart .csv")
        self.assertEqual((len(rows), sum(int(row["impressions"]) for row in rows)), (7, 2))
        rows = self.downloaded(tab, ".trackers .csv")
        self.assertEqual([[row["Event"], row["At"], row["Answer"]] for row in rows],
                         [row[:3] for row in self.rows(tab, ".trackers tbody tr")])
        self.assertIn("https://third.example/pixel", [row["Tracker"] for row in rows])
        tab.wait("[...document.querySelectorAll('table')].every((table) => "
                 "table.closest('section section, section, figure').querySelector('.csv'))")

    def check_tag(self, tab: Tab) -> None:
        """A browser takes the file that the server has, and no other."""
        digest = base64.b64encode(hashlib.sha384(self.tracker.get("/vat.js").body).digest()).decode()
        tab.wait_text(".tags code", f'integrity="sha384-{digest}"></script>')

    def test_numbers_arrive_while_nobody_touches_anything(self) -> None:
        ad = self.make_ad(title="One")
        tab = self.open(today())
        self.wait_number(tab, "Impressions", "0")
        self.send(*[("impression", ad["id"])] * 3, ("error", ad["id"]))
        self.wait_number(tab, "Impressions", "3")
        tab.wait_text(".ads-table tbody tr", "One")
        self.assertEqual(self.rows(tab, ".ads-table tbody tr")[0][3], "3")
        tab.wait_text(".breakdown", "900 Something that VAST has no code for")
        polls = [status for _, url, status in tab.told()["answers"] if "/ads/analytics" in url]
        self.assertIn(304, polls)

    def test_a_token_for_reading(self) -> None:
        self.tracker.finish()
        self.tracker.env["READ_TOKEN"] = READ_TOKEN
        self.tracker.start()
        self.tracker.wait_until(lambda: self.tracker.get("/ads").status == 200)
        self.make_ad(title="Secret")
        self.expected = {"401"}
        tab = self.open()
        tab.wait_text("h1", "Sign in")
        tab.fill("Token", "not-the-token-not-the-token")
        tab.click("text=Sign in >> nth=1")
        tab.wait_text(".slip", "neither READ_TOKEN nor ADMIN_TOKEN")
        tab.fill("Token", READ_TOKEN)
        tab.run("await tab.keyboard.press('Enter')")
        tab.wait_text(".ads-table tbody tr", "Secret")
        cookie, = tab.run("return context.cookies()")
        self.assertTrue(cookie["httpOnly"] and cookie["sameSite"] == "Strict", cookie)
        self.assertNotIn(READ_TOKEN, cookie["value"])
        self.assertEqual(tab.run("return (await tab.request.get(await tab.locator('.ads .csv').evaluate((a) => a.href))).status()"), 200)
        tab.click(".ads-table tbody a")
        self.wrong_admin(tab)
        tab.click("text=Sign out")
        tab.wait_text("h1", "Sign in")
        self.assertEqual(tab.run("return context.cookies()"), [])

    def wrong_admin(self, tab: Tab) -> None:
        """The session reads, and changes nothing."""
        tab.fill("Title", "Public")
        for token in (READ_TOKEN, "not-the-token-not-the-token"):
            tab.fill("ADMIN_TOKEN", token, "#edit > div > .ad-form > .token")
            tab.click("text=Save")
            tab.wait_text("#edit > div > .ad-form > .token .slip", "This is not ADMIN_TOKEN")
        self.assertEqual(self.tracker.get("/ads/1", ADMIN).json()["title"], "Secret")

    def test_two_editors(self) -> None:
        ad = self.make_ad(title="First", weight=2)
        self.expected = {"412"}
        tab = self.open(f"/?ad={ad['id']}")
        self.show_fields(tab)
        for choice, title, weight in (("Save mine on top", "Mine", 5), ("Take theirs, drop mine", "Theirs", 7)):
            with self.subTest(choice=choice):
                tab.wait("document.querySelector('.ad-form [id^=title]')")
                tab.fill("Title", "Mine")
                self.patch(ad["id"], title="Theirs", weight=weight)
                tab.click("text=Save")
                tab.wait_text(".quarrel h3", "Somebody else has changed this ad")
                self.assertIn(["Title", "First", "Theirs", "Mine"], self.rows(tab, ".quarrel tbody tr"))
                self.assertIn({"Field": "Title", "It was": "First", "It is now": "Theirs", "You want": "Mine"},
                              self.downloaded(tab, ".quarrel .csv"))
                tab.click(f"text={choice}")
                tab.wait("document.querySelector('.quarrel').childElementCount === 0")
                stored = self.tracker.get(f"/ads/{ad['id']}", ADMIN).json()
                self.assertEqual((stored["title"], stored["weight"]), (title, weight))
                self.patch(ad["id"], title="First")
                tab.run("await tab.reload()")
                self.show_fields(tab)

    def patch(self, ad_id: int, **columns: Any) -> None:
        answer = self.tracker.request("PATCH", f"/ads/{ad_id}", columns, {**ADMIN, "If-Match": "*"})
        self.assertEqual(answer.status, 200, answer.body)

    def test_a_fault_stands_at_its_field_and_an_ad_is_archived(self) -> None:
        ad = self.make_ad(title="Short-lived")
        self.expected = {"422"}
        tab = self.open(f"/?ad={ad['id']}")
        self.show_fields(tab)
        tab.fill("Target", "javascript:alert(1)")
        tab.click("text=Save")
        tab.wait_text(".field:has([id^=target_url]) .slip", "must be an http or https URL")
        tab.fill("Target", "https://shop.invalid/")
        tab.fill("Weight", "heavy")
        tab.click("text=Save")
        tab.wait_text(".field:has([id^=weight]) .slip", "whole number")
        tab.fill("Weight", "1")
        tab.click("text=Archive…")
        tab.click("dialog >> text=Archive >> nth=-1")
        tab.wait_text(".facts", "archived")
        self.assertIsNotNone(self.tracker.get(f"/ads/{ad['id']}", ADMIN).json()["archived_at"])

    def test_what_ads_say_is_text(self) -> None:
        insert_ads(self, [{"title": HOSTILE, "advertiser": HOSTILE, "target_url": "javascript:alert(1)",
                           "image_url": "javascript:alert(2)"}])
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 1)
        tab = self.open()
        tab.wait_text(".ads-table tbody tr", HOSTILE)
        tab.click(".ads-table tbody a")
        tab.wait_text("h1", HOSTILE)
        self.assertEqual(tab.count("main b, main script, main img, [href^=javascript]"), 0)
        self.assertIn("javascript:alert(1)", tab.text(".facts"))
        tab.wait("document.title.includes(args.text)", text=HOSTILE)

    def test_a_metric_that_is_none_is_the_usual_one(self) -> None:
        """Objects have members that nobody gave them."""
        insert_ads(self, [{"title": "An ad", "target_url": "https://shop.invalid/"}])
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 1)
        for name in ("constructor", "__proto__", "nothing"):
            tab = self.open(f"/?metric={name}")
            tab.wait_text(".ads-table tbody tr", "An ad")
            tab.wait_text(".ads-table thead", "of impressions")


if __name__ == "__main__":
    unittest.main()
