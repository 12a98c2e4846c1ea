"""What the tests of the schema share: the files of sql/, a whole schema as text, released functions."""
import hashlib
import re
import subprocess
from typing import Any, Dict, List, Set, Tuple

from harness.postgres import ROOT, PrivatePostgres
from harness.server import Server

SQL = ROOT / "sql"
NUMBERED = sorted((path for folder in ("schema", "data") for path in (SQL / folder).glob("*.sql")),
                  key=lambda path: path.name)
FUNCTION_FILES = sorted((SQL / "functions").glob("*.sql"))
KINDS_TABLE = re.findall(r'^EVENT_KIND\(\w+, (\d+), "(\w+)",',
                         (ROOT / "protocol/event_kinds.def").read_text(), re.MULTILINE)
LABELS = [name for _, name in KINDS_TABLE]

# Every function with its arguments, their defaults and its result.
SIGNATURES = """
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ') RETURNS ' || pg_get_function_result(p.oid)
FROM pg_proc p WHERE p.pronamespace = quote_ident(current_schema())::regnamespace ORDER BY 1"""


def schema_sql(first: int = 1) -> str:
    """All that the program applies to a database that lacks the numbered files from `first` on, in its order."""
    def numbered(folder: str) -> List[str]:
        return [path.read_text() for path in NUMBERED if path.parent.name == folder and int(path.name[:3]) >= first]

    parts = [f"SELECT set_config('adtracker.event_kinds', '{{{','.join(LABELS)}}}', false)",
             (SQL / "event_kinds.sql").read_text(), "BEGIN; SET LOCAL check_function_bodies = off",
             (SQL / "records.sql").read_text(), *numbered("schema"),
             *(path.read_text() for path in FUNCTION_FILES), *numbered("data"), "COMMIT"]
    return "SET search_path TO public, pg_temp; SET client_min_messages = warning; " + ";\n".join(parts)


def lock_key(what: str) -> str:
    """SQL for a key of an advisory lock, also where there is no function lock_key() yet."""
    return f"hashtextextended('video-ad-tracker {what}', quote_ident(current_schema())::regnamespace::oid::bigint)"


def functions_digest() -> str:
    """As `sha256sum *.sql | sha256sum` in sql/functions."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in FUNCTION_FILES]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def lines_of(text: str) -> List[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def functions_versions() -> List[Tuple[int, str]]:
    lines = lines_of((SQL / "functions/VERSIONS").read_text())
    return [(int(number), digest) for number, digest in map(str.split, lines)]


def released_functions() -> List[str]:
    return lines_of((SQL / "released_functions.txt").read_text())


def faults_of_release(released: List[str], present: List[str], schema: str) -> List[str]:
    """What of the released signatures a database with the present ones has broken. A function may go
    when the schema's files drop it; its name never comes back with another signature."""
    names = {signature.split("(")[0] for signature in present}
    dropped = set(re.findall(r"^\s*DROP FUNCTION (?:IF EXISTS )?(\w+)", schema, re.MULTILINE))
    faults = []
    for signature in sorted(set(released) - set(present)):
        name = signature.split("(")[0]
        if name in names:
            faults.append(f"changed: {signature}")
        elif name not in dropped:
            faults.append(f"missing: {signature}")
    return faults


def described(postgres: PrivatePostgres, database: str) -> Dict[str, Set[str]]:
    """All that pg_dump knows of a schema, by the objects' names. Days are DAY in it, since two
    databases have partitions of other days."""
    dump = subprocess.run(
        [str(postgres.bin / "pg_dump"), "--schema-only", "--no-owner", "-d", postgres.conninfo(database)],
        capture_output=True, text=True, timeout=60, check=True).stdout
    dump = re.sub(r"_\d{8}(?!\d)", "_DAY", dump.split("-- PostgreSQL database dump complete")[0])
    dump = re.sub(r"'\d{4}-\d\d-\d\d( 00:00:00\+00)?'", "'DAY'", dump)
    dump = re.sub(r"'[0-9a-f]{8}-[0-9a-f]{4}-0000-0000-0{12}'", "'DAY'", dump)  # of keys
    objects: Dict[str, Set[str]] = {}
    for part in re.split(r"^-- Name: ", dump, flags=re.MULTILINE)[1:]:
        name, text = part.split("\n", 1)
        objects.setdefault(name, set()).add(text.rstrip("\n- "))
    return objects


def differences(one: Dict[str, Set[str]], other: Dict[str, Set[str]]) -> List[str]:
    """The names of the objects that are not the same in two schemas."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def is_up(server: Server) -> bool:
    """Whether a server that may still be starting has its database."""
    try:
        return server.metrics().value("adtracker_db_up") == 1
    except OSError:
        return False


def brought_apart(case: Any, first: int) -> List[str]:
    """What the case's database, which lacks the files from `first` on, has other than a fresh one, once it has them."""
    case.psql(schema_sql(first))
    brought = described(case.postgres, case.database)
    case.database += "f"
    case.postgres.create_database(case.database)
    case.psql(schema_sql())
    found = differences(brought, described(case.postgres, case.database))
    return [name for name in found if "_DAY" not in name]
