"""Prometheus with the repository's prometheus.yml and alerts.yml, over a server that has worked."""
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Optional, Set

from prometheus_support import READ, PrometheusCase, with_token

from harness.abilities import need_program
from harness.postgres import ROOT
from harness.process import free_port, wait_until

SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def families(text: str) -> Dict[str, str]:
    """The families of an exposition with their types. AssertionError where a family's lines are not
    all together or a series comes twice: promtool lets both pass."""
    types: Dict[str, str] = {}
    series: Set[str] = set()
    name = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            assert name not in types, f"family in two places: {name}"
            types[name] = kind
            continue
        identity = line.rpartition(" ")[0]
        sample = identity.partition("{")[0]
        assert name and sample in [name + suffix for suffix in SUFFIXES[types[name]]], \
            f"{sample} among the samples of {name or 'nothing'}"
        assert identity not in series, f"series twice: {identity}"
        series.add(identity)
    return types


def promtool(*arguments: str, text: Optional[str] = None) -> str:
    done = subprocess.run([need_program("promtool"), *arguments], input=text, cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"promtool {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


class FamiliesTest(unittest.TestCase):
    def test_what_promtool_lets_pass(self) -> None:
        good = "# HELP a x\n# TYPE a counter\na{b=\"c d\"} 1\na 2\n# TYPE h histogram\n" \
               "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
        self.assertEqual(families(good), {"a": "counter", "h": "histogram"})
        for wrong in ("a 3\n", "# TYPE a counter\n", "# TYPE b gauge\nb 1\nh_sum{x=\"y\"} 1\n",
                      "# TYPE b gauge\nb 1\nb 2\n", "# TYPE b gauge\nb_sum 1\n"):
            with self.assertRaises(AssertionError, msg=wrong):
                families(good + wrong)
        self.assertRaises(AssertionError, families, "a 1\n")


class RulesTest(unittest.TestCase):
    def test_prometheus_accepts_the_files(self) -> None:
        self.assertIn("is valid", promtool("check", "config", "prometheus.yml"))
        self.assertNotIn("0 rules", promtool("check", "rules", "alerts.yml"))

    def test_the_token_that_it_shows_would_be_accepted(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            shutil.copy(ROOT / "alerts.yml", directory)
            Path(directory, "prometheus.yml").write_text(with_token(Path(directory)))
            self.assertIn("is valid", promtool("check", "config", f"{directory}/prometheus.yml"))

    def test_alerts_fire_and_stay_silent(self) -> None:
        promtool("test", "rules", "test/prometheus/alerts_test.yml")


class PrometheusTest(PrometheusCase):
    def assert_scraped(self, text: str) -> None:
        """All of `text`, an earlier answer of /metrics, is found in the query API."""
        for name, kind in families(text).items():
            for suffix in SUFFIXES[kind]:
                expected = len(re.findall(rf"^{name}{suffix}[{{ ]", text, re.MULTILINE))
                found = len(self.query(f'{{__name__="{name}{suffix}", job="video-ad-tracker"}}'))
                self.assertGreater(expected, 0, name + suffix)
                self.assertGreaterEqual(found, expected, name + suffix)

    def assert_no_scrape_error(self) -> None:
        [target] = self.api("targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))
        self.assertEqual(target["scrapeInterval"], "10s")
        # What a scrape leaves out is an error in none of these, but counted.
        left_out = re.findall(r"^(prometheus_target_scrapes?_(?:sample|exceeded|cache)_\w+_total) (\S+)$",
                              self.fetch("/metrics"), re.MULTILINE)
        self.assertGreater(len(left_out), 3)
        self.assertEqual([name for name, value in left_out if float(value) != 0], [])
        self.assertNotRegex(self.log.read_text(), r"level=(warn|error)")

    def assert_rules_work(self, known: Set[str]) -> None:
        """Each is evaluated without a fault, tells what to do, and asks for families that exist."""
        tests = (ROOT / "test/prometheus/alerts_test.yml").read_text()
        [group] = self.api("rules")["groups"]
        for rule in group["rules"]:
            with self.subTest(rule["name"]):
                self.assertEqual((rule["health"], rule["state"]), ("ok", "inactive"))
                self.assertGreaterEqual(rule["duration"], 60)
                self.assertEqual(set(rule["annotations"]), {"summary", "description"})
                self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
                self.assertIn(f"alertname: {rule['name']}\n        exp_alerts:", tests)
                self.assertRegex(tests, rf"alertname: {rule['name']}\n(?!        exp_alerts)")
                words = rule["query"] + rule["annotations"]["description"]
                for name in re.findall(r"\b(?:adtracker|http)_[a-z_]+", words):
                    self.assertIn(re.sub("_bucket$", "", name), known)

    def test_promtool_has_no_complaint(self) -> None:
        text = self.tracker.get("/metrics").body.decode()
        self.assertEqual(promtool("check", "metrics", text=text), "")
        families(text)

    def test_it_scrapes_the_operators_listener_with_a_token(self) -> None:
        self.tracker = self.start_server(READ_TOKEN=READ, OPS_LISTEN=str(free_port()))
        self.start_prometheus(has_token=True)
        wait_until(lambda: self.query('up{job="video-ad-tracker"} == 1'), 25, "the target is up")
        self.assertEqual(self.query("adtracker_access_failures_total > 0"), [])

    def test_it_scrapes_every_family_without_an_error(self) -> None:
        text = self.tracker.get("/metrics").body.decode()
        self.start_prometheus()
        wait_until(lambda: self.query('up{job="video-ad-tracker"} == 1'), 25, "the target is up")
        self.assert_scraped(text)
        self.assertEqual(self.value('adtracker_events_stored_total{kind="click"}'), 1)
        self.assertEqual(self.value('http_requests_total{method="POST",endpoint="/ads/impression",'
                                    'code="202"}'), 1)
        self.assertEqual(self.value("scrape_samples_scraped"),
                         self.value("scrape_samples_post_metric_relabeling"))
        wait_until(lambda: all(rule["health"] != "unknown"
                               for group in self.api("rules")["groups"] for rule in group["rules"]),
                   25, "the rules were evaluated")
        self.assert_rules_work(set(families(text)))
        self.assert_no_scrape_error()
