#!/usr/bin/env python3
"""Runs the tests of one file: python3 test/run.py test/integration/test_x.py [Class.test_name ...]

A file without a test is a failure, and with FAULT_LONG so is a skipped test. The harness is importable
as `harness`.
"""
import os
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
    skipped = result.skipped if os.environ.get("FAULT_LONG") else []
    for test, reason in skipped:
        print(f"FAILED: {test}: skipped, though the long form is all of it: {reason}", file=sys.stderr)
    return 0 if result.wasSuccessful() and result.testsRun > 0 and not skipped else 1


if __name__ == "__main__":
    sys.exit(main())
