"""GET /metrics: what Prometheus would refuse or choke on."""
import re
import subprocess

from http_support import (CLICK, EVENT_ROUTES, GET_ROUTES, LIVEZ, WINDOW, OneServerCase, chunked,
                          post)
from test_http_framing import BAD_CHUNKS, VIOLATIONS

from harness.abilities import need_program

LABEL = r'\w+="(?:[^"\\]|\\.)*"'
SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(" + LABEL + "(?:," + LABEL + r")*)\})? (\S+)")


class MetricsTest(OneServerCase):
    def text(self) -> str:
        answer = self.tracker.get("/metrics")
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def use_everything(self) -> None:
        """Every route with every method, well and badly, and what is refused before any route."""
        wire = self.wire()
        for path in (*GET_ROUTES, *EVENT_ROUTES, "/ads/none", f"/ads/analytics?{WINDOW}",
                     "/nothing"):
            for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                wire.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                wire.answer(has_body=method != "HEAD")
            for body in (CLICK, b"{", b"{}", b" " * 70000, b'{"ad_id":77}'):
                wire.send(post(path, body)).answer()
            wire.send(post(path, CLICK, "Content-Type: image/png")).answer()
        tag = self.tracker.get("/ads").headers["ETag"]
        self.tracker.get("/ads", {"If-None-Match": tag})
        for _, violation in VIOLATIONS:
            self.wire().send(violation + LIVEZ).answer()
        for body in BAD_CHUNKS:
            self.wire().send(chunked("/ads/click", body)).answer()
        self.wire().send(post("/ads/click", b" " * 2000000)).answer()
        self.stored()

    def test_promtool_finds_nothing(self) -> None:
        promtool = need_program("promtool")
        self.use_everything()
        done = subprocess.run([promtool, "check", "metrics"], input=self.text(), text=True,
                              capture_output=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_a_family_stands_together_and_no_series_twice(self) -> None:
        self.use_everything()
        text = self.text()
        self.assertTrue(text.endswith("\n"))
        families, series, kind = [], set(), ""
        for line in text.splitlines():
            if line.startswith("# HELP "):
                families.append(line.split()[2])
                self.assertGreater(len(line.split()), 3, line)
                kind = ""
            elif line.startswith("# TYPE "):
                self.assertEqual(line.split()[2], families[-1])
                kind = line.split()[3]
                self.assertIn(kind, ("counter", "gauge", "histogram"))
            else:
                found = SAMPLE.fullmatch(line)
                self.assertIsNotNone(found, line)
                suffix = "_(bucket|sum|count)" if kind == "histogram" else ""
                self.assertRegex(found[1], f"^{families[-1]}{suffix}$")
                self.assertNotIn(found.groups()[:2], series)
                series.add(found.groups()[:2])
                float(found[3])
        self.assertEqual(len(families), len(set(families)))
        self.assertTrue(all(name.endswith("_total") for name in re.findall(
            r"^# TYPE (\S+) counter$", text, re.M)))

    def test_the_type_is_that_of_the_text_format(self) -> None:
        self.assertEqual(self.tracker.get("/metrics").headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")

    def test_odd_requests_make_no_new_series(self) -> None:
        self.use_everything()
        before = set(self.tracker.metrics())
        for i in range(300):
            self.tracker.request("GET" if i % 2 else "DELETE",
                                 f"/odd/{i}/{self.id()}?q={i}", headers={f"X-{i}": "y"})
            self.tracker.get(f"/ads/analytics?start={i}")
            self.tracker.post(f"/ads/kind{i}", CLICK)
        for method in ("A", "ZZ", "PROPFIND", "get"):
            line = f"{method} /{method} HTTP/1.1\r\nHost: {method}\r\n\r\n"
            self.assertEqual(self.wire().send(line.encode()).answer().status, 501)
        self.use_everything()
        self.assertEqual(set(self.tracker.metrics()), before)

    def test_each_answer_is_counted_where_it_belongs(self) -> None:
        def counted(**labels: str) -> float:
            return self.tracker.metrics().value("http_requests_total", **labels)

        wire = self.wire()
        for method, path, endpoint, code in (
                ("GET", "/ads?x=1", "/ads", "200"), ("HEAD", "/ads", "/ads", "200"),
                ("POST", "/ads/click", "/ads/click", "400"),
                ("POST", "/ads/none", "/ads/{kind}", "404"), ("PUT", "/ads", "/ads", "405"),
                ("GET", "/ads/x7", "/ads/{kind}", "405"), ("GET", "/ads/77777", "/ads/{id}", "404"),
                ("GET", "/ads/analytics", "/ads/analytics", "400"),
                ("OPTIONS", "/readyz", "/readyz", "204"), ("GET", "/x/y", "other", "404"),
                ("TRACE", "/livez", "/livez", "405")):
            labels = {"method": "OTHER" if method == "TRACE" else method, "endpoint": endpoint,
                      "code": code}
            before = counted(**labels)
            wire.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wire.answer(has_body=method != "HEAD")
            self.assertEqual(counted(**labels) - before, 1, labels)

    def test_what_is_refused_before_any_route_counts_for_none(self) -> None:
        def counted() -> float:
            metrics = self.tracker.metrics()
            self.assertEqual(metrics.value("http_requests_total", method="GET", endpoint="/",
                                           code="400"), 0)
            return metrics.value("http_requests_total", method="GET", endpoint="other", code="400")

        before = counted()
        self.wire().send(b"GET / HTTP/1.1\r\n\r\n").answer()
        self.assertEqual(counted() - before, 1)

    def test_every_answer_is_timed(self) -> None:
        metrics = self.tracker.metrics()
        for endpoint in (*GET_ROUTES, *EVENT_ROUTES, "/ads/{kind}", "other"):
            # The answer that tells it is counted after it is rendered.
            self.assertEqual(
                metrics.value("http_request_duration_seconds_count", endpoint=endpoint),
                metrics.total("http_requests_total", endpoint=endpoint))

    def test_the_books_balance(self) -> None:
        before = self.tracker.metrics()
        wire = self.wire()
        for i in range(20):
            path = EVENT_ROUTES[i % 2]
            wire.send(post(path, b'{"ad_id":1,"event_id":"books-%d"}' % (i // 4))).answer()
        rows = self.stored()
        after = self.tracker.metrics()

        def grown(name: str, **labels: str) -> float:
            return after.total(name, **labels) - before.total(name, **labels)

        for kind in ("click", "impression"):
            self.assertEqual(grown("adtracker_events_accepted_total", kind=kind), 10)
            self.assertEqual(grown("adtracker_events_stored_total", kind=kind), 5)
            self.assertEqual(grown("adtracker_events_duplicate_total", kind=kind), 5)
        self.assertEqual(after.total("adtracker_events_stored_total"), rows)
        self.assertEqual(after.value("adtracker_db_up"), 1)
