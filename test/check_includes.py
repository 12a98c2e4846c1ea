#!/usr/bin/env python3
"""Checks the architecture: no #include points up, libraries stay in their layer, files stay small.

Run without arguments it checks the repository; --self-check proves that it finds each fault.
"""
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Iterator, List

MAX_LINES = 400
SKIPPED = {"build", ".dev", ".git", "__pycache__"}
MEASURED = {".c", ".h", ".py", ".sql", ".sh", ".cmake"}

# folder -> the folders of ours that it may include
MAY_INCLUDE = {
    "protocol": {"protocol"},
    "metrics": {"metrics"},
    "store": {"store", "protocol", "metrics"},
    "server": {"server", "store", "protocol", "metrics"},
}

LIBPQ = r"(postgresql/|libpq|pg_config|postgres_ext)"
LIBEVENT = r"(event2/|event\.h|evhttp\.h|evdns\.h|evutil\.h)"
EVHTTP = r"(event2/http|evhttp\.h)"
FORBIDDEN = {
    "protocol": re.compile(f"{LIBPQ}|{LIBEVENT}"),
    "metrics": re.compile(f"{LIBPQ}|{LIBEVENT}"),
    "store": re.compile(EVHTTP),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def faults_of_include(folder: str, quote: str, name: str) -> Iterator[str]:
    owner = name.split("/")[0]
    if quote == '"' and "/" not in name:
        yield f'"{name}" is not named from the root'
    elif (quote == '"' or owner in MAY_INCLUDE) and owner not in MAY_INCLUDE[folder]:
        yield f"{folder}/ must not include {name}"
    if folder in FORBIDDEN and FORBIDDEN[folder].match(name):
        yield f"{folder}/ must not include the library header {name}"


def faults_of_layers(root: Path) -> Iterator[str]:
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*.[ch]")):
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, 1):
                found = INCLUDE.match(line)
                if found:
                    for fault in faults_of_include(folder, found[1], found[2]):
                        yield f"{path.relative_to(root)}:{number}: {fault}"


def measured_files(root: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for path in (Path(directory, name) for name in sorted(names)):
            if path.suffix in MEASURED or path == root / "dev":
                yield path


def faults_of_size(root: Path) -> Iterator[str]:
    for path in measured_files(root):
        with path.open("rb") as file:
            lines = sum(1 for _ in file)
        if lines > MAX_LINES:
            yield f"{path.relative_to(root)}: {lines} lines, more than {MAX_LINES}"


def faults(root: Path) -> List[str]:
    return [*faults_of_layers(root), *faults_of_size(root)]


# Each stand-in file and whether it is at fault.
STAND_INS = [
    ("protocol/a.c", '#include "protocol/a.h"\n#include <jansson.h>\n', False),
    ("store/a.c", '#include "metrics/a.h"\n#include <libpq-fe.h>\n#include <event2/event.h>\n', False),
    ("server/a.c", '#include "store/a.h"\n#include <event2/http.h>\n', False),
    ("metrics/a.c", "\n" * MAX_LINES, False),
    ("protocol/b.c", '#include "store/a.h"\n', True),
    ("protocol/c.c", '#  include "metrics/a.h"\n', True),
    ("protocol/d.c", "#include <libpq-fe.h>\n", True),
    ("protocol/e.h", "#include <event2/buffer.h>\n", True),
    ("protocol/f.c", '#include "a.h"\n', True),
    ("protocol/deep/g.c", '#include "../store/a.h"\n', True),
    ("metrics/b.c", '#include "protocol/a.h"\n', True),
    ("metrics/c.c", "#include <postgresql/libpq-fe.h>\n", True),
    ("store/b.h", '#include "server/a.h"\n', True),
    ("store/c.c", "#include <server/a.h>\n", True),
    ("store/d.c", "#include <event2/http.h>\n", True),
    ("server/b.c", "\n" * (MAX_LINES + 1), True),
    ("dev", "\n" * (MAX_LINES + 1), True),
]


def self_check() -> List[str]:
    wrong = []
    for name, text, at_fault in STAND_INS:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if bool(faults(Path(directory))) != at_fault:
                wrong.append(f"{name}: {'not found' if at_fault else 'found wrongly'}")
    return wrong


def main() -> int:
    found = self_check() if "--self-check" in sys.argv[1:] else faults(Path(__file__).parent.parent)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
