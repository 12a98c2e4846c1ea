#!/usr/bin/env python3
"""Proves that tests can fail: python3 test/mutants/mutants.py [--check] [NAME ...]

A list (*.txt beside this file) has mutants: the program with one line changed, and the test that must
fail then. A mutant that its test lets pass has survived: the test proves nothing, or the line is not
needed. Works on copies under build/mutants; the working tree stays as it is. NAME is a list, or a part
of a mutant's name. --check only looks whether the lines are there.

A mutant is a block of lines, with an empty one between blocks; `##` begins a remark:

    # what breaks, in a few words
    path/of/the/file.c
     the line before the changed one, only where the file has that one twice
    -the line
    +the line instead, or nothing
    test: unit SUITE | integration FILE [CASE.TEST] | browser FILE [CASE.TEST] | fault FILE [CASE.TEST]
"""
import concurrent.futures
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

ROOT = Path(__file__).resolve().parent.parent.parent
LISTS = Path(__file__).resolve().parent
WORK = ROOT / "build" / "mutants"
WORKERS = max(1, min(4, os.cpu_count() or 1))
BUILD_TIMEOUT_S = 900
TEST_TIMEOUT_S = 180
TARGETS = {"unit": ["unit"], "integration": ["video-ad-tracker"], "browser": ["video-ad-tracker"], "fault": ["video-ad-tracker", "fault_tools"]}
MEMORY_BYTES = 4 << 30  # a suite takes a hundredth; a mutant that never ends could take all there is


@dataclass(frozen=True)
class Mutant:
    source: str  # the list
    name: str
    path: str
    before: Optional[str]
    old: str
    new: str
    test: str

    @property
    def kind(self) -> str:
        return self.test.split()[0]


class Fault(Exception):
    """The list is wrong, not the program."""


def read_block(lines: List[str], source: str) -> Mutant:
    rest = list(lines)
    before = rest.pop(2)[1:] if len(rest) == 6 and rest[2][:1] == " " else None
    marks = [line[:length] for line, length in zip(rest, (2, 0, 1, 1, 6))]
    if len(rest) != 5 or marks != ["# ", "", "-", "+", "test: "]:
        raise Fault(f"{source}: not a mutant: {lines[0]}")
    name, path, old, new, test = rest
    mutant = Mutant(source, name[2:], path, before, old[1:], new[1:], test[len("test: "):])
    if mutant.kind not in TARGETS or len(mutant.test.split()) < 2:
        raise Fault(f"{source}: {mutant.name}: no such test: {mutant.test}")
    return mutant


def read_list(path: Path) -> List[Mutant]:
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith("##")]
    blocks = [block.strip("\n") for block in "\n".join(lines).split("\n\n")]
    return [read_block(block.split("\n"), path.stem) for block in blocks if block]


def read_all() -> List[Mutant]:
    mutants = [mutant for path in sorted(LISTS.glob("*.txt")) for mutant in read_list(path)]
    names = [mutant.name for mutant in mutants]
    for name in names:
        if names.count(name) > 1:
            raise Fault(f"two mutants have one name: {name}")
    return mutants


def mutate(mutant: Mutant, text: str) -> str:
    """The text with the line changed."""
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if line == mutant.old
              and (mutant.before is None or n > 0 and lines[n - 1] == mutant.before)]
    if len(places) != 1:
        raise Fault(f"{mutant.source}: {mutant.name}: the line stands {len(places)} times in {mutant.path}: "
                    f"{mutant.old.strip()}")
    lines[places[0]] = mutant.new
    return "\n".join(lines)


def choose(mutants: List[Mutant], wanted: List[str]) -> List[Mutant]:
    """Those of the lists that are named, and those that have a word in their names."""
    lists = {mutant.source for mutant in mutants}
    chosen = [mutant for mutant in mutants
              if not wanted or any(word == mutant.source if word in lists else word in mutant.name for word in wanted)]
    if not chosen:
        raise Fault("no such mutant")
    return chosen


def check(mutants: List[Mutant]) -> None:
    """Each mutant changes a line that is there."""
    faults = []
    for mutant in mutants:
        try:
            mutate(mutant, (ROOT / mutant.path).read_text(encoding="utf-8"))
        except (Fault, OSError) as fault:
            faults.append(str(fault))
    if faults:
        raise Fault("\nmutants: ".join(faults))


def command_of(test: str, tree: Path) -> List[str]:
    kind, name, *rest = test.split()
    if kind == "unit":
        return [str(tree / "out/test/unit/unit"), name]
    return [sys.executable, str(tree / "src/test/run.py"),
            str(tree / f"src/test/{kind}/test_{name}.py"), *rest]


def environment(tree: Path) -> Dict[str, str]:
    """The same seed for every test: chance must neither kill a mutant nor let one live."""
    return {**os.environ, "CK_FORK": "no", "PYTHONDONTWRITEBYTECODE": "1", "TEST_SEED": "1",
            "ADTRACKER_BINARY": str(tree / "out/video-ad-tracker"), "FAULT_TOOLS": str(tree / "out/test/fault")}


def bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def run(command: List[str], tree: Path, output: Path, timeout_s: int = TEST_TIMEOUT_S) -> Optional[int]:
    """Returns the exit status, None after the timeout. What it started ends with it."""
    with output.open("ab") as log:
        process = subprocess.Popen(command, cwd=tree / "src", env=environment(tree), stdout=log,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=bound_memory if command[0].endswith("/unit") else None)
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


def build(tree: Path, targets: List[str], output: Path) -> bool:
    return run(["cmake", "--build", str(tree / "out"), "--target", *targets], tree, output, BUILD_TIMEOUT_S) == 0


def make_tree(number: int, targets: List[str]) -> Path:
    tree = WORK / str(number)
    shutil.rmtree(tree / "src", ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (tree / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / "src" / name)  # newer than what was built of a mutant
    (tree / "src/.dev").mkdir()
    (tree / "src/.dev/browser").symlink_to(ROOT / ".dev/browser")  # npm's modules
    output = tree / "log"
    output.write_bytes(b"")
    configure = ["cmake", "-S", str(tree / "src"), "-B", str(tree / "out"), "-G", "Ninja",
                 "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1"]
    if run(configure, tree, output) != 0 or not build(tree, targets, output):
        raise Fault(f"the program does not build as it is, see {output}")
    return tree


def judge(mutant: Mutant, tree: Path) -> str:
    """"killed", or what is wrong."""
    output = tree / "log"
    output.write_bytes(b"")
    path = tree / "src" / mutant.path
    text = path.read_text(encoding="utf-8")
    path.write_text(mutate(mutant, text), encoding="utf-8")
    try:
        if not build(tree, TARGETS[mutant.kind], output):
            return "does not build"
        return "survived" if run(command_of(mutant.test, tree), tree, output) == 0 else "killed"
    finally:
        path.write_text(text, encoding="utf-8")


class Trees:
    """Copies of the source, each with its build; one worker has one at a time."""

    def __init__(self, pool: concurrent.futures.Executor, targets: List[str]) -> None:
        self._pool = pool
        self._free: "queue.Queue[Path]" = queue.Queue()
        for tree in pool.map(make_tree, range(WORKERS), [targets] * WORKERS):
            self._free.put(tree)

    def map(self, work, items: list):
        def with_tree(item):
            tree = self._free.get()
            try:
                return work(item, tree)
            finally:
                self._free.put(tree)

        return self._pool.map(with_tree, items)


def check_tests(mutants: List[Mutant], trees: Trees) -> None:
    """Each test passes while nothing is changed: else its failure would prove nothing."""
    tests = sorted({mutant.test for mutant in mutants})
    results = trees.map(lambda test, tree: run(command_of(test, tree), tree, tree / "log"), tests)
    faults = [test for test, status in zip(tests, results) if status != 0]
    if faults:
        raise Fault("fails without any mutant: " + ", ".join(faults))


def judge_all(mutants: List[Mutant]) -> int:
    started = time.monotonic()
    survivors = 0
    targets = sorted({target for mutant in mutants for target in TARGETS[mutant.kind]})
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        trees = Trees(pool, targets)
        check_tests(mutants, trees)
        for mutant, verdict in zip(mutants, trees.map(judge, mutants)):
            print(f"{verdict:8}  {mutant.source}: {mutant.name} [{mutant.test}]", flush=True)
            survivors += verdict != "killed"
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    print(f"{len(mutants) - survivors} killed, {survivors} not, in {minutes}:{seconds:02}")
    return 1 if survivors else 0


def main() -> int:
    wanted = [word for word in sys.argv[1:] if word != "--check"]
    try:
        chosen = choose(read_all(), wanted)
        check(chosen)
        return 0 if "--check" in sys.argv[1:] else judge_all(chosen)
    except Fault as fault:
        print(f"mutants: {fault}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
