#!/usr/bin/env python3
"""The closing lines of `./dev test`: summary.py JUNIT_FILE. Adds up, over all tests of ctest, the single
tests that each of them has counted: what was skipped for which reason, and in the last line how many
passed, failed and were skipped. `--self-check` proves that it can count.

One that counts none, as a fuzz target, is one test. One that failed without a failure that it counted, as
when it was killed, adds one.
"""
import re
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections import Counter
from typing import Counter as Counts, Iterable, List, Tuple

COUNTED = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)  # run.py
CHECKED = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.MULTILINE)  # Check
SKIPPED = re.compile(r"^skipped: (\d+) tests?: (.+)$", re.MULTILINE)


def count(output: str) -> Tuple[int, int, int]:
    """How many it says have passed, failed, were skipped."""
    found = COUNTED.findall(output)
    if found:
        passed, failed, skipped = map(int, found[-1])
        return passed, failed, skipped
    suites = [tuple(map(int, suite)) for suite in CHECKED.findall(output)]
    failed = sum(failures + errors for _, failures, errors in suites)
    return sum(checks for checks, _, _ in suites) - failed, failed, 0


def summarize(tests: Iterable[Tuple[str, str]]) -> List[str]:
    """The lines for tests, each of which is its status in the words of ctest, and its output."""
    passed = failed = skipped = 0
    reasons: Counts[str] = Counter()
    for status, output in tests:
        counts = count(output)
        is_sound = status == "run" or (status == "notrun" and counts[2] > 0)
        if is_sound and counts == (0, 0, 0):
            counts = (1, 0, 0)
        if not is_sound and counts[1] == 0:
            counts = (counts[0], 1, counts[2])
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
        for number, reason in SKIPPED.findall(output):
            reasons[reason] += int(number)
    lines = [f"skipped: {number} test{'s' * (number > 1)}: {reason}"
             for reason, number in sorted(reasons.items())]
    return [*lines, f"{passed} passed, {failed} failed, {skipped} skipped"]


def tests_in(path: str) -> List[Tuple[str, str]]:
    return [(case.get("status", ""), case.findtext("system-out") or "")
            for case in xml.parse(path).iter("testcase")]


def self_check() -> None:
    python = "ok\nskipped: 2 tests: needs x\nskipped: 1 test: needs y\n4 passed, {} failed, 3 skipped\n"
    check = "100%: Checks: 5, Failures: 0, Errors: 0\nx\n100%: Checks: 2, Failures: 0, Errors: 0\n"
    assert summarize([("run", python.format(0)), ("run", check), ("run", "no count")]) == \
        ["skipped: 2 tests: needs x", "skipped: 1 test: needs y", "12 passed, 0 failed, 3 skipped"]
    assert summarize([("fail", python.format(2))])[-1] == "4 passed, 2 failed, 3 skipped"
    assert summarize([("fail", python.format(0))])[-1] == "4 passed, 1 failed, 3 skipped"
    assert summarize([("fail", "killed"), ("fail", "71%: Checks: 7, Failures: 1, Errors: 1\n")]) == \
        ["5 passed, 3 failed, 0 skipped"]
    all_skipped = "skipped: 2 tests: needs x\n0 passed, 0 failed, 2 skipped\n"
    assert summarize([("notrun", all_skipped), ("notrun", "no executable")]) == \
        ["skipped: 2 tests: needs x", "0 passed, 1 failed, 2 skipped"]
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write('<a><testcase status="run"><system-out>a\n&lt;</system-out></testcase></a>')
        file.flush()
        assert tests_in(file.name) == [("run", "a\n<")]


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-check"]:
        self_check()
    else:
        ran = tests_in(sys.argv[1])
        if ran:  # not so when ctest was asked for something else
            print("\n".join(summarize(ran)))
