"""grafana/dashboard.json: the rules of Grafana's dashboard-linter, and each query answered by Prometheus."""
import json
import re
import unittest
from typing import Any, Dict, Iterator, List, Tuple

from prometheus_support import PrometheusCase

from harness.postgres import ROOT
from harness.process import wait_until

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SELECTOR = re.compile(r"\b([a-z_]+)\{([^}]*)\}")
FAMILY = re.compile(r"\b(?:adtracker|http|process)_[a-z_]+|\bup\b")


def dashboard() -> Dict[str, Any]:
    return json.loads((ROOT / "grafana/dashboard.json").read_text())


def panels() -> List[Dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def queries() -> Iterator[Tuple[str, str]]:
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def faults_of_query(text: str) -> Iterator[str]:
    """By the linter's rules for targets."""
    selectors = list(SELECTOR.finditer(text))
    named = set(FAMILY.findall(text))
    if named - {found[1] for found in selectors}:
        yield "a family without matchers"
    for found in selectors:
        for matcher in ('job=~"$job"', 'instance=~"$instance"'):
            if matcher not in found[2]:
                yield f"{found[1]} without {matcher}"
        is_counter = re.search("_(total|bucket|sum|count)$", found[1])
        is_rated = re.search(r"(rate|increase)\($", text[:found.start()])
        if bool(is_counter) != bool(is_rated):
            yield f"{found[1]}: rate() and increase() are for counters"
        if is_rated and not text[found.end():].startswith("[$__rate_interval]"):
            yield f"{found[1]} without $__rate_interval"


class LinterTest(unittest.TestCase):
    def test_the_rules_for_queries_find_faults(self) -> None:
        good = 'sum(rate(a_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))'
        self.assertEqual(list(faults_of_query(good)), [])
        for old, new in (("rate(", "("), ("a_total", "a"), ("$__rate_interval", "5m"), ('job=~"$job", ', ""),
                         ('instance=~"$instance"', ""), ("sum", "adtracker_b + sum")):
            self.assertNotEqual(list(faults_of_query(good.replace(old, new))), [], new)

    def test_queries(self) -> None:
        self.assertGreater(len(list(queries())), 30)
        for title, text in queries():
            self.assertEqual((title, list(faults_of_query(text))), (title, []))

    def test_the_dashboard_itself(self) -> None:
        board = dashboard()
        self.assertIs(board["editable"], False)
        self.assertEqual((board["title"], board["uid"], board["id"]), ("video-ad-tracker", "video-ad-tracker", None))
        ids = [panel["id"] for panel in board["panels"]]
        self.assertEqual(len(ids), len(set(ids)))
        source, job, instance = board["templating"]["list"]
        self.assertEqual((source["name"], source["type"], source["query"], source["label"]),
                         ("datasource", "datasource", "prometheus", "Data source"))
        for variable, label in ((job, "Job"), (instance, "Instance")):
            self.assertEqual((variable["name"], variable["label"], variable["type"]), (label.lower(), label, "query"))
            self.assertEqual((variable["datasource"], variable["multi"], variable["includeAll"], variable["allValue"],
                              variable["refresh"]), (DATASOURCE, True, True, ".+", 2))
        self.assertIn('job=~"$job"', instance["definition"])

    def test_panels(self) -> None:
        for panel in panels():
            with self.subTest(panel["title"]):
                self.assertGreater(len(panel["title"]), 1)
                self.assertGreater(len(panel["description"]), 8)
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"], DATASOURCE)
                self.assertGreater(len(panel["targets"]), 0)
                for target in panel["targets"]:
                    self.assertEqual(target["datasource"], DATASOURCE)
                    self.assertTrue(target["legendFormat"])

    def test_panels_lie_beside_each_other(self) -> None:
        taken = set()
        for panel in dashboard()["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertLessEqual(place["x"] + place["w"], 24)
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells


class QueriesTest(PrometheusCase):
    def test_prometheus_answers_each(self) -> None:
        """With rows: what never happened is 0, and not nothing."""
        self.tracker.get("/vast")
        self.start_prometheus(interval="1s")
        wait_until(lambda: self.query('count_over_time(up{job="video-ad-tracker"}[1m]) > 3'), 30, "a few scrapes")
        self.tracker.get("/vast")
        wait_until(lambda: self.query('rate(http_requests_total{endpoint="/vast"}[1m]) > 0'), 30, "a second request")
        known = set(self.api("label/__name__/values"))
        for title, text in queries():
            with self.subTest(title):
                self.assertEqual(set(FAMILY.findall(text)) - known, set())
                asked = text.replace("$__rate_interval", "1m").replace("$job", "video-ad-tracker").replace("$instance", ".+")
                self.assertNotIn("$", asked)
                self.assertGreater(len(self.query(asked)), 0, asked)

    def test_variables_have_values(self) -> None:
        self.start_prometheus(interval="1s")
        wait_until(lambda: self.query("adtracker_build_info"), 30, "a scrape")
        for variable in dashboard()["templating"]["list"][1:]:
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"])
            assert found, variable["definition"]
            [row] = self.query(found[1].replace("$job", "video-ad-tracker"))
            self.assertTrue(row["metric"][found[2]])
