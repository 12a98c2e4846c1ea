"""The page for operators in Debian's Chromium, over a real server and PostgreSQL."""
import json
import os
import re
import subprocess
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Tuple

from browser_case import HERE, BrowserCase
from harness.server import Server
from publisher import MODULES

ADMIN_TOKEN = "admin-token-of-the-page-tests"
READ_TOKEN = "read-token-of-the-page-tests"
ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
# What Chromium says of an answer that is no 2xx: the page says it in words, and this is no fault of its.
FAILED = re.compile(r"^Failed to load resource: the server responded with a status of (\d+)|^Failed to load resource: (net::\w+)")


def today() -> str:
    """The overview of a day that does not end while it is looked at."""
    return "/?period=today&tz=" + ("Europe/Berlin" if 5 <= datetime.now(timezone.utc).hour < 17 else "Pacific/Auckland")


class Tab:
    """One tab; fails with what it said when it can't do what it is told."""

    def __init__(self, node: str, chromium: str, home: str, options: Dict[str, Any]) -> None:
        env = {**os.environ, "NODE_PATH": str(MODULES), "HOME": home}
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [node, str(HERE / "page.js"), chromium, json.dumps(options)], env=env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def _ask(self, question: Dict[str, Any]) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser is gone"
        answer = json.loads(line)
        if "fault" in answer:
            raise AssertionError(f"{question['code']}\n{answer['fault']}\ncomplaints: {self.told()['complaints']}")
        return answer["result"]

    def run(self, code: str, **args: Any) -> Any:
        """What this body of a function of tab, context and args returns, in Node."""
        return self._ask({"code": code, "args": args})

    def told(self) -> Dict[str, Any]:
        return self._ask({"code": None})

    def text(self, selector: str) -> str:
        return self.run("return (await tab.locator(args.selector).first().innerText())", selector=selector)

    def texts(self, selector: str) -> List[str]:
        return self.run("return tab.locator(args.selector).allInnerTexts()", selector=selector)

    def count(self, selector: str) -> int:
        return self.run("return tab.locator(args.selector).count()", selector=selector)

    def click(self, selector: str) -> None:
        self.run("await tab.locator(args.selector).first().click()", selector=selector)

    def fill(self, label: str, text: str, within: str = "body") -> None:
        """The field of this label."""
        self.run("await tab.locator(args.within).getByLabel(args.label, {exact: true}).fill(args.text)",
                 label=label, text=text, within=within)

    def wait(self, condition: str, **args: Any) -> None:
        """Until this expression of the page is true."""
        self.run("await tab.waitForFunction(new Function('args', `return ${args.condition}`), args)",
                 condition=condition, **args)

    def wait_text(self, selector: str, text: str) -> None:
        """Until an element has this text in it."""
        self.run("await tab.locator(args.selector).filter({hasText: args.text}).first().waitFor()",
                 selector=selector, text=text)

    def press_while(self, condition: str, *names: str) -> None:
        """Presses buttons in the moment in which an expression of the page becomes true: a clip is short."""
        self.wait(f"""(() => {{
            const buttons = args.names.map((name) => [...document.querySelectorAll('button')].find(
                (button) => button.textContent === name && !button.disabled && !button.hidden));
            if (!({condition}) || buttons.includes(undefined)) return false;
            buttons.forEach((button) => button.click());
            return true;
        }})()""", names=names)

    def close(self) -> None:
        self.process.communicate()


class PageCase(BrowserCase):
    modules = ("playwright-core",)
    env: Dict[str, str] = {"ADMIN_TOKEN": ADMIN_TOKEN}

    def setUp(self) -> None:
        super().setUp()
        self.expected: set = set()

    def server(self, **env: str) -> Server:
        return super().server(**{**self.env, **env})

    def open(self, path: str = "/", **options: Any) -> Tab:
        """A new browser with this page; at the test's end it must have complained of nothing but `expected`."""
        tab = Tab(self.node, self.chromium, str(self.directory()), options)
        self.addCleanup(self.check_complaints, tab)
        tab.run("await tab.goto(args.url)", url=self.public_url + path)
        return tab

    def check_complaints(self, tab: Tab) -> None:
        try:
            told = tab.told()
        finally:
            tab.close()
        unexpected = [said for said in told["complaints"] if not self.is_expected(said)]
        self.assertEqual(unexpected, [])
        # Nothing of an ad but its pictures and its media is asked for anywhere else.
        self.assertEqual([url for url in told["requests"] if "example" in url], [])

    def is_expected(self, said: str) -> bool:
        found = FAILED.match(said)
        return bool(found) and (found[1] or found[2]) in self.expected  # type: ignore[index]

    def make_ad(self, **columns: Any) -> Dict[str, Any]:
        answer = self.tracker.request("POST", "/ads", {"target_url": "https://shop.invalid/", **columns}, ADMIN)
        self.assertEqual(answer.status, 201, answer.body)
        ad = answer.json()
        # Within a second every server has it.
        self.tracker.wait_until(lambda: ad["state"] != "available" or any(
            listed["id"] == ad["id"] for listed in self.tracker.get("/ads").json()))
        return ad

    def send(self, *events: Tuple[str, int]) -> None:
        """Valid events, by kind and ad; returns when they are stored."""
        items = [{"type": kind, "ad_id": ad} for kind, ad in events]
        answer = self.tracker.request("POST", "/ads/events", items, {"User-Agent": "Mozilla/5.0 (Smart TV)"})
        self.assertEqual((answer.status, answer.json()["accepted"]), (202, len(items)), answer.body)
        self.tracker.wait_until(lambda: self.tracker.get(
            "/status", ADMIN).json()["pending_events"] == 0)

    def numbers(self, tab: Tab) -> Dict[str, str]:
        """What the cards say."""
        return dict(zip(tab.texts(".card .name"), tab.texts(".card .value")))

    def wait_number(self, tab: Tab, name: str, value: str) -> None:
        tab.wait("[...document.querySelectorAll('.card')].some((card) => "
                 "card.querySelector('.name').textContent === args.name && "
                 "card.querySelector('.value').textContent === args.value)", name=name, value=value)

    def rows(self, tab: Tab, selector: str) -> List[List[str]]:
        return tab.run("return tab.locator(args.selector).evaluateAll((rows) => rows.map((row) => "
                       "[...row.children].map((cell) => cell.innerText.trim())))", selector=selector)


def insert_ads(case: BrowserCase, ads: Iterable[Dict[str, Any]]) -> None:
    """As somebody with psql does, who may write what the API refuses."""
    for ad in ads:
        values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in ad.values())
        case.psql(f"INSERT INTO ads ({', '.join(ad)}) VALUES ({values})")
