"""The proxies of packaging/, with the files as they are there: what goes through each, and what does not."""
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar, Set

from db_support import DatabaseCase
from proxy_support import CLIENT, Proxy
from serving_support import read_vast

from harness.process import free_port

READ, ADMIN = "read-token-behind-a-proxy", "admin-token-behind-a-proxy"
MEBIBYTE = 1 << 20
LIES = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "gopher", "Forwarded": "for=203.0.113.9",
        "X-Device-IP": "203.0.113.8", "X-Device-User-Agent": "Googlebot/2.1", "X-Device-Referer": "https://x.example/",
        "X-IVT": "1"}


class ThroughProxy:
    """The tests, once for each proxy."""
    name: ClassVar[str]

    def setUp(self) -> None:
        super().setUp()
        port, ops_port = free_port(), free_port()
        self.proxy = Proxy(self, self.name, port, ops_port)
        self.public_url = f"https://ads.example.com:{self.proxy.port}"
        self.tracker = self.open_server(
            PORT=str(port), OPS_LISTEN=f"127.0.0.1:{ops_port}", OPS_HOSTS="ops.example.com", PUBLIC_URL=self.public_url,
            TRUSTED_PROXIES="127.0.0.1,::1", IVT_HEADER="X-IVT", SSAI_PEERS=CLIENT, ADMIN_TOKEN=ADMIN, READ_TOKEN=READ)

    def wait_up(self, server, timeout_seconds: float = 20.0) -> None:
        server.wait_until(lambda: server.get("/ads").status == 200, timeout_seconds)

    def ads(self, method: str, path: str, body=None, **headers: str):
        return self.proxy.request("ads", method, path, body, headers)

    def ops(self, method: str, path: str, body=None, **headers: str):
        return self.proxy.request("ops", method, path, body, headers)

    def wait_events(self, count: int) -> list:
        self.tracker.wait_until(lambda: self.value("SELECT count(*) FROM events WHERE kind NOT IN ('request', 'fill')")
                                == str(count))
        return self.psql("SELECT kind, host(ip), verdict, flags & 3 FROM events WHERE kind NOT IN ('request', 'fill') ORDER BY 1")

    def connections(self) -> Set[str]:
        """To the server, since a minute: those that are over are still told."""
        found = set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            local, remote = line.split()[1:3]
            if int(remote.rpartition(":")[2], 16) == self.tracker.port:
                found.add(local)
            if int(local.rpartition(":")[2], 16) == self.tracker.port:
                found.add(remote)
        return {name for name in found if not name.endswith(":0000")}

    def test_a_click_has_the_clients_address_and_nothing_that_it_says(self) -> None:
        body = json.dumps({"ad_id": 1})
        for headers in ({}, LIES):
            self.assertEqual(self.proxy.request("ads", "POST", "/ads/click", body, headers).status, 202)
        self.assertEqual(self.wait_events(2), [("click", CLIENT, "0", "0")] * 2)

    def test_a_batch_of_four_mebibytes(self) -> None:
        item = {"type": "impression", "ad_id": 1, "pad": "x" * 400}
        line = json.dumps(item) + "\n"
        three = (line * (3 * MEBIBYTE // len(line))).encode()
        answer = self.ads("POST", "/ads/events", three, **{"Content-Type": "application/x-ndjson"})
        count = three.count(b"\n")
        self.assertEqual((answer.status, answer.json()["accepted"]), (202, count))
        four = (line * 9000).encode()[:4 * MEBIBYTE - 10_000]
        four = four[:four.rindex(b"\n") + 1]
        four += b" " * (4 * MEBIBYTE - len(four))
        answer = self.ads("POST", "/ads/events", four, **{"Content-Type": "application/x-ndjson"})
        self.assertEqual((answer.status, answer.json()["accepted"]), (202, four.count(b"\n")))
        try:
            status = self.ads("POST", "/ads/events", four + b" ", **{"Content-Type": "application/x-ndjson"}).status
        except OSError:  # it may close before all is sent
            status = 413
        self.assertEqual(status, 413)
        rows = set(self.wait_events(count + four.count(b"\n")))
        self.assertEqual(rows, {("impression", CLIENT, "0", "0")})

    def test_an_ad_its_trackers_and_its_click(self) -> None:
        answer = self.proxy.request("ads", "GET", "/vast", headers=LIES)
        self.assertEqual(answer.status, 200)
        self.assertIn(f"{self.public_url}/t/impression/".encode(), answer.body)
        served = read_vast(answer.body)
        self.assertEqual(self.ads("GET", served.trackers["impression"][0]).status, 204)
        self.assertEqual(self.ads("POST", served.trackers["error"][0]).status, 204)
        click = self.ads("GET", f"/c/{served.token}")
        self.assertEqual(click.status, 302)
        self.assertEqual(self.wait_events(3), [("click", CLIENT, "0", "0"), ("impression", CLIENT, "0", "0"),
                                               ("error", CLIENT, "0", "0")])

    def test_operators_have_a_name_of_their_own(self) -> None:
        page = self.ops("GET", "/", Accept="text/html")
        self.assertEqual((page.status, page.headers.get_content_type()), (200, "text/html"))
        files = re.findall(rb'(?:src|href)="(/?page/[^"]+)"', page.body)
        self.assertGreater(len(files), 1)
        for file in files:
            self.assertEqual(self.ops("GET", '/' + file.decode().lstrip('/')).status, 200, file)
        for path in ("/metrics", "/ads/analytics?period=today"):
            self.assertEqual(self.ads("GET", path).status, 404, path)
            self.assertEqual(self.ops("GET", path).status, 401, path)
            self.assertEqual(self.ops("GET", path, Authorization=f"Bearer {READ}").status, 200, path)

    def test_a_session_of_https(self) -> None:
        """Origin has the port, and the server knows that the page came by https."""
        own = {"Authorization": f"Bearer {READ}", "Origin": f"https://ops.example.com:{self.proxy.port}",
               "Sec-Fetch-Site": "same-origin"}
        opened = self.ops("POST", "/session", **own)
        self.assertEqual(opened.status, 200)
        cookie = opened.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-"), cookie)
        self.assertIn("Secure", cookie)
        read = self.ops("GET", "/ads/analytics?period=today", Cookie=cookie.partition(";")[0])
        self.assertEqual(read.status, 200)
        foreign = {**own, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        self.assertEqual(self.ops("POST", "/session", **foreign).status, 403)

    def test_an_export_comes_whole(self) -> None:
        batch = [{"type": "impression", "ad_id": 1, "placement": f"p{n}"} for n in range(5000)]
        self.assertEqual(self.ads("POST", "/ads/events", json.dumps(batch), **{"Content-Type": "application/json"}).status, 202)
        self.wait_events(5000)
        now = datetime.now(timezone.utc)
        window = "start={:%Y-%m-%dT%H:%M:%SZ}&end={:%Y-%m-%dT%H:%M:%SZ}".format(now - timedelta(hours=1), now + timedelta(hours=1))
        answer = self.ops("GET", f"/ads/events?{window}&format=csv", Authorization=f"Bearer {READ}")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(set(re.findall(rb",p\d+", answer.body))), 5000)
        self.assertEqual(self.ads("GET", f"/ads/events?{window}", Authorization=f"Bearer {READ}").status, 405)

    def test_connections_to_the_server_are_used_again(self) -> None:
        before = self.connections()
        for _ in range(50):
            self.assertEqual(self.ads("POST", "/ads/click", json.dumps({"ad_id": 1})).status, 202)
        self.assertLessEqual(len(self.connections() - before), 3)

    def test_http_2(self) -> None:
        said = self.proxy.curl("ads", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", "-A", "Mozilla/5.0",
                               "-H", "X-Device-IP: 203.0.113.8", "-d", '{"ad_id": 1}', f"{self.public_url}/ads/click")
        self.assertEqual(said, "2 202")
        url = f"https://ops.example.com:{self.proxy.port}"
        said = self.proxy.curl("ops", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", "-X", "POST",
                               "-H", f"Authorization: Bearer {READ}", "-H", f"Origin: {url}", f"{url}/session")
        self.assertEqual(said, "2 200")
        self.assertEqual(self.wait_events(1), [("click", "127.0.0.1", "0", "0")])


class NginxTest(ThroughProxy, DatabaseCase):
    name = "nginx"


class CaddyTest(ThroughProxy, DatabaseCase):
    name = "caddy"
