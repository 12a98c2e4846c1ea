#!/usr/bin/env python3
"""Runs the tests of one file: python3 test/run.py test/integration/test_x.py [Class.test_name ...]

A file without a test is a failure. The harness is importable as `harness`.
"""
import signal
import sys
import unittest
from pathlib import Path


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a test cleans up after itself
    path = Path(sys.argv[1]).resolve()
    sys.path[:0] = [str(Path(__file__).resolve().parent), str(path.parent)]
    loader = unittest.defaultTestLoader
    if sys.argv[2:]:
        suite = loader.loadTestsFromNames([f"{path.stem}.{name}" for name in sys.argv[2:]])
    else:
        suite = loader.loadTestsFromName(path.stem)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
