"""packaging/kubernetes.yaml by Kubernetes' own schema; whether what it says is true is for test_kubernetes.py."""
import json
import os
import subprocess
import unittest
from pathlib import Path

import yaml

from harness.postgres import ROOT
from modules import MODULES, node_with

TEXT = (ROOT / "packaging" / "kubernetes.yaml").read_text(encoding="utf-8")


class SchemaTest(unittest.TestCase):
    def faults(self, text: str) -> str:
        node = node_with("kubernetes-models")
        done = subprocess.run([node, Path(__file__).with_name("kubernetes.js")], text=True, capture_output=True,
                              input=json.dumps(list(yaml.safe_load_all(text))), timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "NODE_PATH": str(MODULES)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_it_is_without_fault(self) -> None:
        self.assertEqual(self.faults(TEXT), "")

    def test_faults_are_found(self) -> None:
        for before, after, where in (("periodSeconds:", "periodSecond:", "startupProbe.periodSecond"),
                                     ("replicas: 2", 'replicas: "2"', "/spec/replicas"),
                                     ("storage: 8Gi", "storage: 8Gigs", "/storage"),
                                     ("containers:", "container:", "/spec/template/spec: required"),
                                     ("serviceName:", "servicename:", "StatefulSet.spec.servicename"),
                                     ("drop: [ALL]", "drop: ALL", "/capabilities/drop"),
                                     ("targetPort:", "target:", "Service.spec.ports[0].target"),
                                     ("maxUnavailable:", "maxAvailable:", "PodDisruptionBudget.spec.maxAvailable")):
            self.assertIn(before, TEXT)
            self.assertIn(where, self.faults(TEXT.replace(before, after, 1)), after)


if __name__ == "__main__":
    unittest.main()
