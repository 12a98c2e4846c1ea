#!/usr/bin/env python3
"""Runs the tests of one file: python3 test/run.py test/integration/test_x.py [Class.test_name ...]

The last lines say how many were skipped for what reason, and how many passed, failed and were skipped. A
file without a test is a failure, and with FAULT_LONG so is a skipped test. The harness is importable as
`harness`.
"""
import os
import signal
import sys
import unittest
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, Tuple

HERE = Path(__file__).resolve().parent
ALL_SKIPPED = 77  # as CMakeLists.txt tells ctest


class Result(unittest.TextTestResult):
    """One that counts each test once, whatever its subtests and cleanups add."""

    def __init__(self, *arguments, **named) -> None:
        super().__init__(*arguments, **named)
        self.passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def reasons(self, suite: unittest.TestSuite) -> Dict[str, int]:
        """How many tests were skipped for which reason; with a class go all of its tests. One that has
        failed as well was not skipped."""
        tests = list(every(suite))
        failed = {name_of(test) for test, _ in [*self.failures, *self.errors]}
        skipped = {name_of(test): reason for test, reason in self.skipped}
        counts: Dict[str, int] = Counter()
        for name, reason in skipped.items():
            if name not in failed:
                counts[reason] += sum(name in names_with(test) for test in tests)
        return counts


def every(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from every(test)
        else:
            yield test


def name_of(test) -> str:
    """That of a subtest is its test's."""
    return getattr(test, "test_case", test).id()


def names_with(test: unittest.TestCase) -> Tuple[str, ...]:
    """Its own, and those that unittest uses when a whole class or file is skipped."""
    return (test.id(), f"setUpClass ({unittest.util.strclass(type(test))})",
            f"setUpModule ({type(test).__module__})")


def run(suite: unittest.TestSuite) -> int:
    tests = list(every(suite))  # a suite forgets what it has run
    keeper = unittest.TestSuite(tests)
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(suite)
    reasons = result.reasons(keeper)
    skipped = sum(reasons.values())
    failed = len(tests) - result.passed - skipped
    for reason, count in sorted(reasons.items()):
        print(f"skipped: {count} test{'s' * (count > 1)}: {reason}")
    print(f"{result.passed} passed, {failed} failed, {skipped} skipped", flush=True)
    if not result.wasSuccessful() or failed or not tests:
        return 1
    if skipped and os.environ.get("FAULT_LONG"):
        print("FAILED: skipped tests, though the long form is all of it", file=sys.stderr)
        return 1
    return 0 if result.passed else ALL_SKIPPED


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a test cleans up after itself
    os.environ["PATH"] += f":/usr/sbin:/sbin:{HERE.parent}/.dev/tools/usr/bin"
    path = Path(sys.argv[1]).resolve()
    sys.path[:0] = [str(HERE), str(path.parent)]
    from harness import namespaces  # pylint: disable=import-outside-toplevel
    namespaces.enter()
    loader = unittest.defaultTestLoader
    if sys.argv[2:]:
        return run(loader.loadTestsFromNames([f"{path.stem}.{name}" for name in sys.argv[2:]]))
    return run(loader.loadTestsFromName(path.stem))


if __name__ == "__main__":
    sys.exit(main())
