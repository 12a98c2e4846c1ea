"""How vat.js is served; what it does is in test/browser/."""
import base64
import gzip
import hashlib
import re
import subprocess

from harness.case import TrackerCase
from harness.postgres import ROOT
from harness.readme import blocks, section

FILE = ROOT / "server/assets/vat.js"


class VatTest(TrackerCase):
    def test_it_is_small(self) -> None:
        self.assertLessEqual(len(gzip.compress(FILE.read_bytes(), 9)), 4096)
        self.assertEqual([line for line in FILE.read_text().splitlines() if len(line) > 120], [])

    def test_pages_of_any_origin_may_load_it(self) -> None:
        server = self.start_server()
        answer = server.get("/vat.js", {"Origin": "https://news.example"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, FILE.read_bytes())
        for name, value in (("Content-Type", "text/javascript; charset=utf-8"),
                            ("Access-Control-Allow-Origin", "https://news.example"),
                            ("Cross-Origin-Resource-Policy", "cross-origin"),
                            ("X-Content-Type-Options", "nosniff"),
                            ("Cache-Control", "public, max-age=3600"), ("Vary", "Accept-Encoding, Origin")):
            self.assertEqual(answer.headers.get_all(name), [value])
        again = server.get("/vat.js", {"If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(again.headers["Access-Control-Allow-Origin"], "*")
        zipped = server.get("/vat.js", {"Accept-Encoding": "gzip"})
        self.assertEqual(zipped.headers["Content-Encoding"], "gzip")
        self.assertLessEqual(len(zipped.body), 4096)
        self.assertEqual(gzip.decompress(zipped.body), FILE.read_bytes())

    def test_its_digest_is_in_the_readme(self) -> None:
        server = self.start_server()
        digest = base64.b64encode(hashlib.sha384(FILE.read_bytes()).digest()).decode()
        text = section("Use").partition("### In a page\n")[2].partition("\n### ")[0]
        self.assertEqual(re.findall(r'integrity="sha384-([^"]*)"', text), [digest])
        commands = blocks(text, "sh")
        self.assertEqual(len(commands), 1)
        done = subprocess.run(
            ["bash", "-c", commands[0].replace("http://localhost:8080", f"http://127.0.0.1:{server.port}")],
            stdout=subprocess.PIPE, text=True, timeout=30, check=True)
        self.assertEqual(done.stdout.strip(), digest)

    def test_a_page_may_read_when_to_try_again(self) -> None:
        """Retry-After is none of the headers that scripts of other origins see anyway."""
        answer = self.start_server(DB_CONN="host=/nowhere").get("/ads/analytics?period=today")
        self.assertEqual(answer.status, 503, answer.body)
        self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(answer.headers["Access-Control-Expose-Headers"], "Retry-After")
