"""Node and the npm modules that the tests run in it. Skipped where something of it is missing."""
import functools
import subprocess
from pathlib import Path

from harness.abilities import do_without, need_program
from publisher import MODULES

NODE_MIN = 18  # what Debian 12 has


@functools.lru_cache(maxsize=None)
def node_major(node: str) -> int:
    """0 = it does not run."""
    done = subprocess.run([node, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False)
    version = done.stdout.strip().lstrip("v").split(".")[0]
    return int(version) if version.isdigit() else 0


def node_with(*modules: str) -> str:
    """The path of node, which has these to require."""
    node = need_program("node")
    if node_major(node) < NODE_MIN:
        do_without(f"needs node {NODE_MIN} or newer: {node} is {node_major(node) or 'none that runs'}")
    for name in modules:
        if not Path(MODULES / name / "package.json").is_file():
            do_without(f"needs {name}: not installed (./dev browser does)")
    return node
