"""What the tests of served ads share: documents taken apart, and tokens of our own making."""
import json
import os
import time
import xml.etree.ElementTree as ElementTree
from typing import Dict, List, NamedTuple, Optional
from urllib.parse import urlsplit

from analytics_oracle import us_of_text
from http_support import OneServerCase

from harness.server import Server
from harness.tokens import SECRET

OLD_SECRET = "another one that was in use until yesterday"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"}
BOT = {"User-Agent": "Googlebot/2.1"}


def plain(tag: str) -> str:
    return tag.rpartition("}")[2]


class Served(NamedTuple):
    """An ad as a player sees it: paths of trackers by event, each with its query."""

    ad_id: int
    serving_id: str
    trackers: Dict[str, List[str]]
    click: str

    @property
    def token(self) -> str:
        return urlsplit(self.click).path.rpartition("/")[2]


def path_of(url: str) -> str:
    return url[url.index("/", url.index("//") + 2):]


def read_vast(body: bytes) -> Served:
    """Our own URLs out of a document; paths, since tests are at another port."""
    root = ElementTree.fromstring(body)
    trackers: Dict[str, List[str]] = {}
    ad_id, serving_id, click = 0, "", ""
    for node in root.iter():
        name, text = plain(node.tag), (node.text or "").strip()
        if name == "Ad":
            ad_id = int(node.get("id", "0"))
        elif name == "AdServingId":
            serving_id = text
        elif name in ("ClickThrough", "NonLinearClickThrough"):
            click = path_of(text)
        elif "/t/" in text:
            trackers.setdefault(path_of(text).split("/")[2], []).append(path_of(text))
    return Served(ad_id, serving_id, trackers, click)


class ServingCase(OneServerCase):
    """Three ads with videos; the events of a test are what is in the table when it ends."""

    ENV = {"TOKEN_SECRET": f"{SECRET},{OLD_SECRET}", "PUBLIC_URL": "https://ads.example"}

    def setUp(self) -> None:
        super().setUp()
        self.stored()
        self.psql("TRUNCATE events; TRUNCATE event_keys; DELETE FROM ads WHERE id > 3; "
                  "UPDATE ads SET video_url = 'https://m.example/' || id || '.mp4', duration_ms = 15000, weight = 1, "
                  "active = true, target_url = 'https://t.example/' || id, progress_offsets_ms = '[5000, 10000]', "
                  "wrapper_url = NULL, starts_at = NULL, ends_at = NULL")
        self.wait_for_ads()

    def other_server(self, **env: str) -> Server:
        """One more, on the same database unless `env` names another."""
        self.db_conn = self.tracker.env["DB_CONN"]
        return self.start_server(**env)

    def forget_sums(self) -> None:
        """What earlier tests had the server sum up is stored, and goes."""
        self.sums("request")
        self.psql("TRUNCATE events")

    def wait_for_ads(self) -> None:
        """Until the server has the ads as the table has them now: a change of ours is in its list."""
        mark = os.urandom(8).hex()
        self.psql(f"UPDATE ads SET title = '{mark}' WHERE id = 1")
        self.tracker.wait_until(lambda: mark in self.tracker.get("/ads").body.decode()
                                or not self.psql("SELECT 1 FROM ads WHERE id = 1 AND active "
                                                 "AND coalesce(ends_at, 'infinity') > now()"))

    def change(self, sql: str) -> None:
        self.psql(sql)
        self.wait_for_ads()

    def serve(self, path: str = "/vast", **headers: str) -> Served:
        answer = self.tracker.get(path, {**BROWSER, **headers})
        self.assertEqual(answer.status, 200, answer.body)
        return read_vast(answer.body)

    def fetch(self, path: str, headers: Optional[dict] = None, server: Optional[Server] = None, method: str = "GET"):
        return (server or self.tracker).request(method, path, headers={**BROWSER, **(headers or {})})

    def rows(self, columns: str, where: str = "true") -> List[tuple]:
        self.stored()
        return self.psql(f"SELECT {columns} FROM events WHERE kind NOT IN ('request', 'fill', 'nofill') AND {where} "
                         "ORDER BY id")

    def sums(self, kind: str, columns: str = "sum(quantity)") -> List[tuple]:
        """What the server itself has told, which it does once a second."""
        self.wait_complete()
        return self.psql(f"SELECT {columns} FROM events WHERE kind = '{kind}'")

    def wait_complete(self) -> None:
        """Until all that has happened by now is stored, whatever the server had yet to sum up among it."""
        now = time.time() * 1e6
        path = "/ads/analytics?start=2000-01-01T00:00:00Z&end=2000-01-02T00:00:00Z"

        def is_complete() -> bool:
            answer = self.tracker.get(path)
            return answer.status == 200 and us_of_text(answer.json()["meta"]["complete_until"]) > now
        self.tracker.wait_until(is_complete, 30)

    def unstored(self, reason: str) -> float:
        return self.tracker.metrics().value("adtracker_trackers_unstored_total", reason=reason)


def json_of(body: bytes) -> dict:
    return json.loads(body)
