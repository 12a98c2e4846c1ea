"""The page for whoever reads it with the keyboard alone or by ear, on a narrow screen, and with ten thousand ads."""
import json
import unittest
from typing import Any, Dict, List

from harness.abilities import need_program
from page_case import ADMIN_TOKEN, READ_TOKEN, PageCase, Tab, today
from publisher import MODULES

SCREENS = [(scheme, width) for scheme in ("light", "dark") for width in (320, 1400)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ADS = 10_000


class AxeCase(PageCase):
    modules = ("playwright-core", "axe-core")

    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.axe = (MODULES / "axe-core" / "axe.min.js").read_text()

    def violations(self, tab: Tab) -> List[str]:
        """What axe-core finds wrong with the page as it is now."""
        tab.run("await tab.evaluate(args.axe)", axe=self.axe)
        found = tab.run("return tab.evaluate((rules) => axe.run(document, {runOnly: rules}), args.rules)", rules=RULES)
        return [f"{fault['id']}: {node['target']} {node['failureSummary']}"
                for fault in found["violations"] for node in fault["nodes"]]

    def check(self, path: str, ready: str, *, then: str = "") -> None:
        """On each screen nothing is wrong, and nothing is wider than it."""
        for scheme, width in SCREENS:
            with self.subTest(path=path, scheme=scheme, width=width):
                tab = self.open(path, colorScheme=scheme, viewport={"width": width, "height": 800})
                tab.run("await tab.locator(args.ready).first().waitFor()", ready=ready)
                if then:
                    tab.run(then)
                self.assertEqual(self.violations(tab), [])
                self.assertEqual(tab.run("return tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)"), 0)


class AxeTest(AxeCase):
    def test_an_empty_page(self) -> None:
        self.check("/", ".first .snippet")

    def test_the_form_of_a_new_ad(self) -> None:
        self.check("/?new", ".ad-form")

    def test_the_overview(self) -> None:
        first = self.make_ad(title="An ad with a title that is so long that it takes more than one line " * 2)
        self.make_ad(title="Off", active=False)
        self.send(*[("impression", first["id"])] * 5, ("click", first["id"]), ("error", first["id"]))
        self.check(today(), ".breakdown tbody tr", then="await tab.locator('.chart summary').click()")

    def test_an_ad(self) -> None:
        ad = self.make_ad(title="An ad", image_url="https://media.invalid/x.png")
        self.send(*[("impression", ad["id"])] * 5, ("click", ad["id"]), ("error", ad["id"]))
        self.check(f"/?ad={ad['id']}", ".funnel tbody tr", then=f"""
            await tab.getByLabel('ADMIN_TOKEN').fill('{ADMIN_TOKEN}');
            await tab.locator('text=Show its fields').click();
            await tab.locator('.groups').waitFor();
            await tab.locator('text=Play the ad').click();
            await tab.locator('.trackers tbody tr').first().waitFor();""")

    def test_the_question_before_an_ad_is_archived(self) -> None:
        ad = self.make_ad(title="An ad")
        self.check(f"/?ad={ad['id']}", ".ad-form", then=f"""
            await tab.getByLabel('ADMIN_TOKEN').fill('{ADMIN_TOKEN}');
            await tab.locator('text=Show its fields').click();
            await tab.locator('text=Archive…').click();
            await tab.locator('dialog[open]').waitFor();""")

    def is_expected(self, said: str) -> bool:
        return "ERR_NAME_NOT_RESOLVED" in said


class AxeOfStrangersTest(AxeCase):
    env = {"ADMIN_TOKEN": ADMIN_TOKEN, "READ_TOKEN": READ_TOKEN}

    def test_who_has_to_sign_in(self) -> None:
        self.expected = {"401"}
        self.check("/", ".sign-in", then="""
            await tab.getByLabel('Token').fill('not-the-token-not-the-token');
            await tab.locator('.sign-in button').click();
            await tab.locator('.slip:not(:empty)').waitFor();""")


class KeyboardTest(PageCase):
    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")

    def press(self, tab: Tab, *keys: str) -> None:
        for key in keys:
            tab.run("await tab.keyboard.press(args.key)", key=key)

    def focus(self, tab: Tab, selector: str) -> None:
        """By the Tab key alone."""
        for _ in range(80):
            if tab.run("return tab.evaluate((selector) => document.activeElement.matches(selector), args.selector)",
                       selector=selector):
                return
            self.press(tab, "Tab")
        self.fail(f"nobody comes to {selector} with the Tab key")

    def test_everything_is_done_without_a_mouse(self) -> None:
        ad = self.make_ad(title="One")
        self.send(("impression", ad["id"]), ("impression", ad["id"]), ("click", ad["id"]))
        tab = self.open(today())
        self.wait_number(tab, "Impressions", "2")
        self.press(tab, "Tab", "Enter")
        self.assertEqual(tab.run("return tab.evaluate(() => document.activeElement.id)"), "main")
        self.focus(tab, ".card input")
        self.press(tab, "ArrowRight")
        tab.wait_text(".chart h2", "Clicks by hour")
        self.assertIn("metric=clicks", tab.run("return tab.url()"))
        self.focus(tab, ".plot")
        self.press(tab, "Home")
        tab.wait_text(".readout", "00:00")
        self.focus(tab, ".chart summary")
        self.press(tab, "Enter")
        self.assertTrue(tab.run("return tab.locator('.chart tbody tr').first().isVisible()"))
        self.focus(tab, ".ads-table th:nth-child(5) a")
        self.press(tab, "Enter")
        tab.wait("document.querySelector('[aria-sort=descending]').textContent.startsWith('Clicks')")
        self.focus(tab, ".ads-table tbody a")
        self.press(tab, "Enter")
        tab.wait_text("h1", "One")
        tab.run("await tab.goBack()")
        tab.wait_text(".chart h2", "Clicks by hour")


class PlaceTest(PageCase):
    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")

    def test_a_link_has_its_window_and_its_zone(self) -> None:
        ad = self.make_ad(title="One")
        self.send(("impression", ad["id"]))
        tab = self.open("/")
        tab.wait_text(".ads-table tbody tr", "One")
        self.assertEqual(tab.run("return tab.url()"), f"{self.public_url}/?period=7d&tz=Europe/Berlin")
        tab.click("text=Yesterday")
        self.wait_number(tab, "Impressions", "0")
        tab.run("await tab.goBack()")
        self.wait_number(tab, "Impressions", "1")
        tab.run("await tab.getByLabel('Time zone').selectOption('Asia/Kathmandu')")
        self.assertEqual(tab.run("return tab.url()"), f"{self.public_url}/?period=7d&tz=Asia/Kathmandu")

    def test_days_are_those_of_the_zone(self) -> None:
        """Also the one that has 23 hours."""
        self.make_ad(title="One")
        tab = self.open("/?period=custom&from=2026-03-29&to=2026-03-29&tz=Europe/Berlin")
        tab.wait_text(".range", "29 Mar 2026")
        asked = [url for url in tab.told()["requests"] if "group_by=hour" in url][0]
        self.assertIn("start=2026-03-28T23%3A00%3A00.000Z&end=2026-03-29T21%3A59%3A59.999999Z", asked)
        self.assertEqual(tab.count(".chart tbody tr"), 23)

    def test_instants_of_clocks(self) -> None:
        self.make_ad(title="One")
        tab = self.open("/")
        for wall, zone, instant in (("2026-07-01T00:00", "Europe/Berlin", "2026-06-30T22:00:00.000Z"),
                                    ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
                                    ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"),
                                    ("2026-01-01T00:00", "Asia/Kathmandu", "2025-12-31T18:15:00.000Z"),
                                    ("2026-01-01T12:34:56", "UTC", "2026-01-01T12:34:56.000Z"),
                                    ("2011-12-30T00:00", "Pacific/Apia", "2011-12-30T10:00:00.000Z")):
            with self.subTest(wall=wall, zone=zone):
                self.assertEqual(tab.run("""return tab.evaluate(async ({wall, zone}) =>
                    (await import('./page/times.js')).instantOf(wall, zone).toISOString(), args)""",
                                         wall=wall, zone=zone), instant)


class ManyAdsTest(PageCase):
    env: Dict[str, str] = {"ADMIN_TOKEN": ADMIN_TOKEN}

    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.psql(f"INSERT INTO ads (title, target_url) SELECT 'Number ' || n, 'https://shop.invalid/' FROM generate_series(1, {ADS}) n")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == ADS)

    def look(self, tab: Tab) -> None:
        tab.wait_text(".ads h2", "10,000")
        self.assertEqual(self.page(tab), [f"Number {n}" for n in range(ADS, ADS - 25, -1)])
        for first in (26, 51):
            tab.click("text=Next →")
            tab.wait_text(".where", f"{first} to {first + 24}")
        self.assertEqual(self.page(tab), [f"Number {n}" for n in range(ADS - 50, ADS - 75, -1)])
        tab.click("text=← Previous")
        tab.wait_text(".where", "26 to 50")
        tab.run("await tab.getByLabel('Find ads').fill('number 7777')")
        tab.wait("/^Ads 1( available)?$/.test(document.querySelector('.ads h2').textContent)")
        self.assertEqual(self.page(tab), ["Number 7777"])

    def page(self, tab: Tab) -> List[str]:
        return tab.texts(".ads-table tbody th a")

    def test_the_table_pages(self) -> None:
        """By what GET /ads tells everybody."""
        self.look(self.open("/?sort=newest"))

    def test_the_table_pages_with_events(self) -> None:
        """Those that have any come first, then the others, each once."""
        self.send(*[("impression", 5)] * 2, ("impression", 9_990))
        tab = self.open(today())
        tab.wait_text(".ads h2", "10,000")
        seen = self.page(tab)
        for first in (26, 51):
            tab.click("text=Next →")
            tab.wait_text(".where", f"{first} to {first + 24}")
            seen += self.page(tab)
        numbers = [5, 9_990] + [n for n in range(ADS, 0, -1) if n != 9_990]
        self.assertEqual(seen, [f"Number {n}" for n in numbers[:75]])


class ManyAdsToReadersTest(ManyAdsTest):
    """By the list of those who may read all."""
    env = {"ADMIN_TOKEN": ADMIN_TOKEN, "READ_TOKEN": READ_TOKEN}

    def open(self, path: str = "/", **options: Any) -> Tab:
        tab = super().open(path, **options)
        tab.fill("Token", READ_TOKEN)
        tab.run("await tab.keyboard.press('Enter')")
        return tab

    def test_paused_ones_are_found(self) -> None:
        self.psql("UPDATE ads SET active = false WHERE id IN (17, 4000)")
        tab = self.open("/?sort=newest")
        tab.wait_text(".ads h2", "10,000")
        tab.run("await tab.getByLabel('Of which state').selectOption('paused')")
        tab.wait("document.querySelector('.ads h2').textContent === 'Ads 2'")
        self.assertEqual(self.page(tab), ["Number 4000", "Number 17"])
        self.assertNotIn(json.dumps(READ_TOKEN), json.dumps(tab.told()["requests"]))


if __name__ == "__main__":
    unittest.main()
