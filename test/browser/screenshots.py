"""Not a test: `./dev screenshots` takes the page's pictures with it, for somebody to look at. Each view in both colour
schemes, 320 and 1,400 px wide, with no data, a little and a year of it; SCREENSHOTS names the folder."""
import os
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Dict

from harness.abilities import need_program
from harness.postgres import ROOT
from page_case import ADMIN_TOKEN, READ_TOKEN, PageCase, Tab

FOLDER = Path(os.environ.get("SCREENSHOTS", ROOT / ".dev" / "screenshots"))
SCHEMES = ("light", "dark")
WIDTHS = (320, 1400)
DAYS = 365


class Pictures(PageCase):
    env: Dict[str, str] = {"ADMIN_TOKEN": ADMIN_TOKEN}

    def setUp(self) -> None:
        super().setUp()
        self.chromium = need_program("chromium")
        self.expected = {"401", "net::ERR_NAME_NOT_RESOLVED"}  # the demo's pictures, which no test asks for
        FOLDER.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, path: str, ready: str) -> None:
        """Of a view, once `ready` is there."""
        for scheme in SCHEMES:
            for width in WIDTHS:
                tab = self.open(path, colorScheme=scheme, viewport={"width": width, "height": 900},
                                reducedMotion="reduce")
                tab.run("await tab.locator(args.ready).first().waitFor()", ready=ready)
                self.settle(tab)
                file = FOLDER / f"{name}-{scheme}-{width}.png"
                tab.run("await tab.screenshot({path: args.file, fullPage: true})", file=str(file))
                print(file, flush=True)

    def settle(self, tab: Tab) -> None:
        """Until all that was asked for is there, and drawn."""
        tab.run("await tab.waitForLoadState('networkidle')")
        tab.run("await tab.evaluate(() => new Promise((done) => "
                "requestAnimationFrame(() => requestAnimationFrame(done))))")

    def test_no_data(self) -> None:
        self.take("none-overview", "/", ".first")
        self.take("none-new", "/?new", ".new-ad .groups fieldset")

    def test_a_little(self) -> None:
        ad = self.make_ad(title="Spring", advertiser="Blumen Nord", image_url="https://picsum.invalid/1")
        self.make_ad(title="Summer", wrapper_url="https://other.invalid/vast")
        self.send(*[("impression", ad["id"])] * 9, ("click", ad["id"]), ("start", ad["id"]), ("error", ad["id"]))
        self.take("little-overview", "/", ".ads-table tbody tr")
        self.take("little-ad", f"/?ad={ad['id']}", ".funnel tbody tr")

    def test_a_year(self) -> None:
        subprocess.run([str(self.postgres.bin / "psql"), "-Xq", "-d", self.db_conn, "-v", f"days={DAYS}",
                        "-f", str(ROOT / "test/demo/demo.sql")], check=True, stdout=subprocess.DEVNULL, timeout=1800)
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) >= 5)
        ad = self.tracker.get("/ads").json()[0]["id"]
        year = f"period=custom&from={date.today() - timedelta(days=DAYS)}&to={date.today()}"
        self.take("year-overview-week", "/", ".ads-table tbody tr")
        self.take("year-overview", f"/?{year}", ".ads-table tbody tr")
        self.take("year-ad", f"/?ad={ad}&{year}", ".funnel tbody tr")

    def test_sign_in(self) -> None:
        self.tracker.finish()
        self.tracker.env["READ_TOKEN"] = READ_TOKEN
        self.tracker.start()
        self.take("sign-in", "/", ".sign-in")
