"""What the tests of stock players and VAST clients share: a tracker with ads, a publisher's site, and the
npm modules that `./dev browser` installs into .dev/browser. Skipped where something of it is missing."""
import json
import os
import subprocess
from pathlib import Path
from typing import Any, Dict, Tuple

from harness.abilities import need_program
from harness.case import TrackerCase
from modules import node_with
from publisher import CLIP_SECONDS, MODULES, Site, make_media

HERE = Path(__file__).resolve().parent

# What is told of an ad that is played from its first frame to its last, and clicked.
PLAYED = ("impression", "start", "firstQuartile", "midpoint", "thirdQuartile", "complete")
# What a player may tell besides: Shaka and fluid-player halt an ad when it is clicked.
BESIDES = ("loaded", "pause", "resume", "mute", "unmute", "viewable", "otherAdInteraction")

Counts = Dict[Tuple[str, str], int]


class BrowserCase(TrackerCase):
    modules: Tuple[str, ...] = ()

    def setUp(self) -> None:
        super().setUp()
        self.node = node_with(*self.modules)
        self.tracker = self.server(JOURNAL_SYNC="off")
        self.public_url = self.tracker.env["PUBLIC_URL"] = f"http://127.0.0.1:{self.tracker.port}"
        self.tracker.start()
        self.tracker.wait_until(lambda: self.tracker.get("/ads").status == 200)

    def start_site(self) -> Site:
        """The publisher's, with media."""
        need_program("ffmpeg")
        media = self.directory()
        make_media(media)
        site = Site(media).start()
        self.addCleanup(site.stop)
        return site

    def add_ads(self, *ads: Dict[str, Any]) -> None:
        """Adds ads by their columns, and waits until the tracker has them."""
        for ad in ads:
            values = ["NULL" if value is None else str(value) if isinstance(value, int) else
                      "'" + str(value if isinstance(value, str) else json.dumps(value)).replace("'", "''") + "'"
                      for value in ad.values()]
            self.psql(f"INSERT INTO ads ({', '.join(ad)}) VALUES ({', '.join(values)})")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == len(ads))

    def run_node(self, script: str, *arguments: str) -> Any:
        """What a script beside this file prints, as JSON."""
        env = {**os.environ, "NODE_PATH": str(MODULES), "HOME": str(self.directory())}
        done = subprocess.run([self.node, HERE / script, *arguments], env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def stored(self) -> Counts:
        """How many events there are of each ad and kind."""
        return {(ad, kind): int(count) for ad, kind, count in self.psql(
            "SELECT coalesce(ad_id, 0), kind, count(*) FROM events GROUP BY 1, 2")}

    def assert_played(self, *ads: int, clicked: bool = True) -> None:
        """Waits until all is stored that playing these ads comes to, and checks that each was counted once,
        in gross as in net, and that the answers of the analytics agree."""
        kinds = [*PLAYED, "click"] if clicked else PLAYED
        wanted = {(str(ad), kind): 1 for ad in ads for kind in kinds}
        self.tracker.wait_until(lambda: set(wanted) <= set(self.stored()))
        self.tracker.wait_until(lambda: self.analytics()["pending_events"] == 0)
        for (ad, kind), count in self.stored().items():
            if kind in kinds:
                self.assertEqual((ad, kind, count), (ad, kind, wanted.get((ad, kind))))
            else:
                self.assertIn(kind, (*BESIDES, "request", "fill", "progress"))
        self.assertEqual(self.psql("SELECT DISTINCT verdict FROM events"), [("0",)])
        for traffic in ("gross", "net"):
            for ad in ads:
                answer = self.analytics(f"&ad_id={ad}&traffic={traffic}")
                self.assertEqual((answer["total_impressions"], answer["total_clicks"]), (1, int(clicked)), answer)
            answer = self.analytics(f"&traffic={traffic}")
            self.assertEqual((answer["total_impressions"], answer["total_clicks"]),
                             (len(ads), len(ads) * clicked), answer)
        self.assertEqual(self.analytics("&traffic=test")["total_impressions"], 0)

    def analytics(self, more: str = "") -> Dict[str, Any]:
        answer = self.tracker.get(f"/ads/analytics?start=2020-01-01T00:00:00Z&end=2099-01-01T00:00:00Z{more}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()


def video_ad(site: Site, **columns: Any) -> Dict[str, Any]:
    """The columns of an ad with the site's clip."""
    return {"id": 1, "title": "A clip", "video_url": site.url("ad.mp4"), "duration_ms": 1000 * CLIP_SECONDS,
            "target_url": site.url("landing"), **columns}
