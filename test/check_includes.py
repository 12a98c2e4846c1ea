#!/usr/bin/env python3
"""Checks the architecture: no #include points up, none goes in a circle, libraries stay in their layer,
memory comes from its one home, files stay small.

Run without arguments it checks the repository; --self-check proves that it finds each fault.
"""
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Dict, Iterator, List, Set

MAX_LINES = 400
SKIPPED = {"build", ".dev", ".git", "__pycache__"}
MEASURED = {".c", ".h", ".py", ".sql", ".sh", ".cmake", ".js", ".css"}
DUMPS = "test/integration/data"  # databases of earlier versions: nobody reads them
FOLDERS = ("protocol", "metrics", "store", "server")

LOWEST = {"protocol", "metrics"}
# What of the store the server knows.
STORE_FACADE = {"store/store.h", "store/settings_check.h", "store/import.h", "store/lane_change.h",
                "store/journal/settings.h", "store/journal/inspect.h", "store/disk/sync_worker.h"}

# A folder (or a file) -> the folders and files of ours that it may include. The longest name that fits decides.
MAY_INCLUDE = {
    "protocol": {"protocol"},
    "metrics": LOWEST,
    "store": LOWEST | {"store"},
    "store/base": LOWEST | {"store/base"},
    "store/database": LOWEST | {"store/base", "store/database"},
    "store/disk": LOWEST | {"store/base", "store/disk"},
    "store/catalogue": LOWEST | {"store/base", "store/database", "store/disk", "store/catalogue"},
    "store/journal": LOWEST | {"store/base", "store/disk", "store/journal"},
    "store/administration": LOWEST | {"store/base", "store/database", "store/catalogue/ad_verifications.h",
                                      "store/administration"},
    "store/analytics": LOWEST | {"store/base", "store/database", "store/analytics"},
    "store/ingest": LOWEST | {"store/base", "store/database", "store/journal", "store/ingest"},
    "server": LOWEST | STORE_FACADE | {"server"},
    "server/http": LOWEST | {"server/http"},
    "server/access": LOWEST | {"server/http", "server/access"},
    "server/daemon": LOWEST | {"server/daemon"},
    "server/assets": LOWEST | {"server/assets"},
    "server/handlers": LOWEST | {"store/store.h", "server/http", "server/access", "server/assets", "server/handlers"},
}

LIBPQ = r"(postgresql/|libpq|pg_config|postgres_ext)"
LIBEVENT = r"(event2/|event\.h|evhttp\.h|evdns\.h|evutil\.h)"
EVHTTP = r"(event2/http|evhttp\.h)"
# By the same rule: the library headers that are not for it.
FORBIDDEN = {
    "protocol": re.compile(f"{LIBPQ}|{LIBEVENT}"),
    "metrics": re.compile(f"{LIBPQ}|{LIBEVENT}"),
    "metrics/timer.h": re.compile(LIBPQ),
    "store": re.compile(EVHTTP),
    "store/journal": re.compile(f"{LIBPQ}|{EVHTTP}"),
    "server": re.compile(LIBPQ),
}

ALLOCATION = re.compile(r"\b(calloc|malloc|realloc|strdup|strndup)\(")
ALLOCATOR = "protocol/memory.c"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def lies_in(name: str, place: str) -> bool:
    return name == place or name.startswith(place + "/")


def rule_for(name: str, rules: Dict) -> object:
    fitting = [place for place in rules if lies_in(name, place)]
    return rules[max(fitting, key=len)] if fitting else None


def faults_of_include(path: str, quote: str, name: str) -> Iterator[str]:
    allowed = rule_for(path, MAY_INCLUDE)
    forbidden = rule_for(path, FORBIDDEN)
    if quote == '"' and "/" not in name:
        yield f'"{name}" is not named from the root'
    elif quote == '"' or name.split("/")[0] in FOLDERS:
        if not any(lies_in(name, place) for place in allowed):
            yield f"{path} must not include {name}"
    if forbidden is not None and forbidden.match(name):
        yield f"{path} must not include the library header {name}"


def sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.[ch]"))


def includes(path: Path) -> Iterator[tuple]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1], found[2]


def faults_of_layers(root: Path) -> Iterator[str]:
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        for number, quote, included in includes(path):
            for fault in faults_of_include(name, quote, included):
                yield f"{name}:{number}: {fault}"


def module_of(name: str) -> str:
    """A module is a .c with its .h."""
    return name.rsplit(".", 1)[0]


def includes_of_modules(root: Path) -> Dict[str, Set[str]]:
    graph: Dict[str, Set[str]] = {}
    for path in sources(root):
        module = module_of(path.relative_to(root).as_posix())
        others = {module_of(name) for _, quote, name in includes(path) if quote == '"'}
        graph.setdefault(module, set()).update(others - {module})
    return graph


def faults_of_circles(root: Path) -> Iterator[str]:
    graph = includes_of_modules(root)
    finished: Set[str] = set()

    def follow(module: str, way: List[str]) -> Iterator[str]:
        if module in way:
            yield "includes go in a circle: " + " -> ".join([*way[way.index(module):], module])
        elif module not in finished:
            for other in sorted(graph.get(module, ())):
                yield from follow(other, [*way, module])
            finished.add(module)

    for module in sorted(graph):
        yield from follow(module, [])


def faults_of_memory(root: Path) -> Iterator[str]:
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        code = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(code.splitlines(), 1):
            found = ALLOCATION.search(line)
            if found and name != ALLOCATOR:
                yield f"{name}:{number}: {found[1]}() where protocol/memory.h says what is wanted when there is none"


def measured_files(root: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for path in (Path(directory, name) for name in sorted(names)):
            is_dump = lies_in(path.relative_to(root).as_posix(), DUMPS)
            if path.suffix in MEASURED and not is_dump or path == root / "dev":
                yield path


def faults_of_size(root: Path) -> Iterator[str]:
    for path in measured_files(root):
        with path.open("rb") as file:
            lines = sum(1 for _ in file)
        if lines > MAX_LINES:
            yield f"{path.relative_to(root)}: {lines} lines, more than {MAX_LINES}"


def faults(root: Path) -> List[str]:
    return [*faults_of_layers(root), *faults_of_circles(root), *faults_of_memory(root), *faults_of_size(root)]


# Stand-in files, each set by itself, and whether there is a fault in it.
STAND_INS = [
    ({"protocol/a.c": '#include "protocol/a.h"\n#include <jansson.h>\n'}, False),
    ({"store/a.c": '#include "metrics/a.h"\n#include <libpq-fe.h>\n#include <event2/event.h>\n'}, False),
    ({"store/a.c": '#include "store/journal/a.h"\n#include "store/b.h"\n'}, False),
    ({"store/ingest/a.c": '#include "store/journal/a.h"\n#include "store/database/a.h"\n'}, False),
    ({"server/a.c": '#include "store/store.h"\n#include <event2/http.h>\n'}, False),
    ({"server/a.c": '#include "server/handlers/a.h"\n#include "server/http/a.h"\n'}, False),
    ({"server/http/a.c": '#include "metrics/timer.h"\n#include "protocol/a.h"\n'}, False),
    ({"metrics/a.c": '#include "protocol/a.h"\n' + "\n" * (MAX_LINES - 1)}, False),
    ({"metrics/timer.h": "#include <event2/event.h>\n"}, False),
    ({"store/a.c": '#include "store/a.h"\n#include "store/b.h"\n', "store/b.c": '#include "store/b.h"\n'}, False),
    ({"test/integration/data/a.sql": "\n" * (MAX_LINES + 1)}, False),
    ({"protocol/b.c": '#include "store/a.h"\n'}, True),
    ({"protocol/c.c": '#  include "metrics/a.h"\n'}, True),
    ({"protocol/d.c": "#include <libpq-fe.h>\n"}, True),
    ({"protocol/e.h": "#include <event2/buffer.h>\n"}, True),
    ({"protocol/f.c": '#include "a.h"\n'}, True),
    ({"protocol/deep/g.c": '#include "../store/a.h"\n'}, True),
    ({"metrics/b.c": '#include "store/a.h"\n'}, True),
    ({"metrics/c.c": "#include <postgresql/libpq-fe.h>\n"}, True),
    ({"metrics/d.c": "#include <event2/event.h>\n"}, True),
    ({"metrics/timer.h": "#include <libpq-fe.h>\n"}, True),
    ({"store/b.h": '#include "server/a.h"\n'}, True),
    ({"store/c.c": "#include <server/a.h>\n"}, True),
    ({"store/d.c": "#include <event2/http.h>\n"}, True),
    ({"store/journal/a.c": '#include "store/store.h"\n'}, True),
    ({"store/journal/b.c": '#include "store/database/a.h"\n'}, True),
    ({"store/journal/c.c": "#include <libpq-fe.h>\n"}, True),
    ({"store/database/a.c": '#include "store/journal/a.h"\n'}, True),
    ({"store/base/a.c": '#include "store/database/a.h"\n'}, True),
    ({"store/ingest/a.c": '#include "store/catalogue.h"\n'}, True),
    ({"server/a.c": '#include "store/journal/journal.h"\n'}, True),
    ({"server/http/a.c": '#include "store/store.h"\n'}, True),
    ({"server/http/b.c": '#include "server/config.h"\n'}, True),
    ({"server/handlers/a.c": '#include "server/config.h"\n'}, True),
    ({"server/daemon/a.c": '#include "store/store.h"\n'}, True),
    ({"server/access/a.c": '#include "server/http/authority.h"\n'}, False),
    ({"server/access/a.c": '#include "server/handlers/context.h"\n'}, True),
    ({"server/http/a.c": '#include "server/access/secrets.h"\n'}, True),
    ({"store/a.c": '#include "store/b.h"\n', "store/b.c": '#include "store/a.h"\n'}, True),
    ({"store/a.h": '#include "store/b.h"\n', "store/b.h": '#include "store/c.h"\n',
      "store/c.c": '#include "store/a.h"\n'}, True),
    ({ALLOCATOR: "void *a = malloc(1);\n"}, False),
    ({"store/a.c": "/* as malloc()\n * does */\n"}, False),
    ({"store/a.c": "char *a = strdup(b);\n"}, True),
    ({"server/b.c": "\n" * (MAX_LINES + 1)}, True),
    ({"dev": "\n" * (MAX_LINES + 1)}, True),
    ({"sql/data/a.sql": "\n" * (MAX_LINES + 1)}, True),
]


def self_check() -> List[str]:
    wrong = []
    for files, at_fault in STAND_INS:
        with tempfile.TemporaryDirectory() as directory:
            for name, text in files.items():
                path = Path(directory, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            if bool(faults(Path(directory))) != at_fault:
                wrong.append(f"{', '.join(files)}: {'not found' if at_fault else 'found wrongly'}")
    return wrong


def main() -> int:
    found = self_check() if "--self-check" in sys.argv[1:] else faults(Path(__file__).parent.parent)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
