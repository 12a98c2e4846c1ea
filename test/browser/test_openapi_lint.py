"""openapi.yaml as @redocly/cli judges it, by its strictest rules; whether it is true is for test_http_openapi.py."""
import os
import subprocess
import tempfile
import unittest

from harness.postgres import ROOT
from modules import MODULES, node_with

LINTER = MODULES / "@redocly" / "cli" / "bin" / "cli.js"


class LintTest(unittest.TestCase):
    def lint(self, text: str) -> subprocess.CompletedProcess:
        """Warnings are errors in these rules."""
        node = node_with("@redocly/cli")
        with tempfile.TemporaryDirectory() as home:
            with open(os.path.join(home, "openapi.yaml"), "w", encoding="utf-8") as file:
                file.write(text)
            return subprocess.run(
                [node, LINTER, "lint", "--extends=recommended-strict", "openapi.yaml"], cwd=home, text=True, timeout=120,
                env={"PATH": os.environ["PATH"], "HOME": home, "REDOCLY_TELEMETRY": "off",
                     "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def test_it_is_without_fault(self) -> None:
        done = self.lint((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_fault_is_found(self) -> None:
        text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
        for before, after in (("operationId: getLivez", "operationId: getReadyz"), ("{status: ready}", "{status: no}")):
            self.assertIn(before, text)
            self.assertNotEqual(self.lint(text.replace(before, after, 1)).returncode, 0)


if __name__ == "__main__":
    unittest.main()
