#!/usr/bin/env python3
"""Proves that tests can fail: python3 test/mutants/mutants.py [NAME ...]

Each mutant of a list (*.txt beside this file) is one line of the program changed, with the test that must
fail then. A mutant that its test lets pass has survived: the test proves nothing, or the line is not needed.
Works on a copy under build/mutants, so that the working tree stays as it is.
"""
import concurrent.futures
import os
import queue
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutants"
WORKERS = 2
TEST_TIMEOUT_S = 300
TARGETS = ["unit", "video-ad-tracker", "fault_tools"]


@dataclass(frozen=True)
class Mutant:
    name: str
    path: str
    old: str
    new: str
    test: str


class Fault(Exception):
    """The list is wrong, not the program."""


def read_block(lines: List[str], source: str) -> Mutant:
    """A block is: `# name`, the path, `-` old line, `+` new line, `test: ...`."""
    if len(lines) != 5 or lines[0][:2] != "# " or lines[2][:1] != "-" or lines[3][:1] != "+":
        raise Fault(f"{source}: not a mutant: {lines[0]}")
    if not lines[4].startswith("test: "):
        raise Fault(f"{source}: {lines[0]} names no test")
    return Mutant(lines[0][2:], lines[1], lines[2][1:], lines[3][1:], lines[4][len("test: "):])


def read_list(path: Path) -> List[Mutant]:
    blocks = path.read_text(encoding="utf-8").strip("\n").split("\n\n")
    return [read_block(block.strip("\n").split("\n"), path.name) for block in blocks]


def command_of(test: str, tree: Path) -> List[str]:
    """`unit SUITE`, or `integration FILE [CASE.TEST]`, `fault FILE [CASE.TEST]`."""
    kind, name, *rest = test.split()
    if kind == "unit":
        return [str(tree / "out/test/unit/unit"), name]
    return [sys.executable, str(tree / "src/test/run.py"),
            str(tree / f"src/test/{kind}/test_{name}.py"), *rest]


def environment(tree: Path) -> Dict[str, str]:
    return {**os.environ, "CK_FORK": "no", "PYTHONDONTWRITEBYTECODE": "1",
            "ADTRACKER_BINARY": str(tree / "out/video-ad-tracker"), "FAULT_TOOLS": str(tree / "out/test/fault")}


def run(command: List[str], tree: Path, output: Path, timeout_s: int = TEST_TIMEOUT_S) -> Optional[int]:
    """Returns the exit status, None after the timeout. What it started ends with it."""
    with output.open("ab") as log:
        process = subprocess.Popen(command, cwd=tree / "src", env=environment(tree), stdout=log,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)  # run.py cleans up after itself
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            return None


def build(tree: Path, output: Path) -> bool:
    return run(["cmake", "--build", str(tree / "out"), "--target", *TARGETS], tree, output, 600) == 0


def make_tree(number: int) -> Path:
    tree = WORK / str(number)
    shutil.rmtree(tree / "src", ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (tree / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / "src" / name)
    output = tree / "log"
    output.write_bytes(b"")
    configure = ["cmake", "-S", str(tree / "src"), "-B", str(tree / "out"), "-G", "Ninja",
                 "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1 -g"]
    if run(configure, tree, output) != 0 or not build(tree, output):
        raise Fault(f"the program does not build as it is, see {output}")
    return tree


def mutate(mutant: Mutant, tree: Path) -> str:
    """Changes the line and returns the file as it was."""
    path = tree / "src" / mutant.path
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    if lines.count(mutant.old) != 1:
        raise Fault(f"{mutant.name}: the line stands {lines.count(mutant.old)} times in {mutant.path}: {mutant.old}")
    lines[lines.index(mutant.old)] = mutant.new
    path.write_text("\n".join(lines), encoding="utf-8")
    return text


def judge(mutant: Mutant, tree: Path) -> str:
    """"killed", or what is wrong."""
    output = tree / "log"
    output.write_bytes(b"")
    text = mutate(mutant, tree)
    try:
        if not build(tree, output):
            return "does not build"
        return "survived" if run(command_of(mutant.test, tree), tree, output) == 0 else "killed"
    finally:
        (tree / "src" / mutant.path).write_text(text, encoding="utf-8")


def check_tests(mutants: List[Mutant], trees: "queue.Queue[Path]", pool: concurrent.futures.Executor) -> None:
    """Each test passes while nothing is changed: else its failure would prove nothing."""
    def passes(test: str) -> bool:
        tree = trees.get()
        try:
            return run(command_of(test, tree), tree, tree / "log") == 0
        finally:
            trees.put(tree)

    tests = sorted({mutant.test for mutant in mutants})
    for test, is_sound in zip(tests, pool.map(passes, tests)):
        if not is_sound:
            raise Fault(f"fails without any mutant: {test}")


def judge_all(mutants: List[Mutant]) -> int:
    trees: "queue.Queue[Path]" = queue.Queue()
    survivors = 0

    def judge_one(mutant: Mutant) -> str:
        tree = trees.get()
        try:
            return judge(mutant, tree)
        finally:
            trees.put(tree)

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for tree in pool.map(make_tree, range(WORKERS)):
            trees.put(tree)
        check_tests(mutants, trees, pool)
        for mutant, verdict in zip(mutants, pool.map(judge_one, mutants)):
            print(f"{verdict:8} {mutant.name} [{mutant.test}]", flush=True)
            survivors += verdict != "killed"
    print(f"{len(mutants) - survivors} passed, {survivors} failed")
    return 1 if survivors else 0


def main() -> int:
    try:
        mutants = [mutant for path in sorted(Path(__file__).parent.glob("*.txt")) for mutant in read_list(path)]
        if len({mutant.name for mutant in mutants}) != len(mutants):
            raise Fault("two mutants have one name")
        wanted = sys.argv[1:]
        chosen = [mutant for mutant in mutants if not wanted or any(word in mutant.name for word in wanted)]
        if not chosen:
            raise Fault("no such mutant")
        return judge_all(chosen)
    except Fault as fault:
        print(f"mutants: {fault}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
