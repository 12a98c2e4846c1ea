"""What the tests of the SQL functions share: one database with the schema, copied for each."""
from typing import List, Optional, Tuple

from db_support import DatabaseCase, SqlSession
from schema_support import LABELS

from harness.case import shared_postgres

JOURNAL = "00000000-0000-4000-8000-000000000001"
OTHER_JOURNAL = "00000000-0000-4000-8000-000000000002"
NONCE = "00000000-0000-4000-8000-00000000000a"
OTHER_NONCE = "00000000-0000-4000-8000-00000000000b"
NOON = "2031-05-05 12:00:00+00"

Row = Tuple[int, str, int, str, Optional[str]]  # sequence, kind, ad, time, event_id


def row(sequence: int, kind: str = "click", ad_id: int = 1, at: str = NOON,
        event_id: Optional[str] = None) -> Row:
    return sequence, kind, ad_id, at, event_id


def by_kind(*counts: int, later: int = 0) -> str:
    """A cursor's array: the counts of the first kinds, none of the others. `later`: kinds that only the
    database knows."""
    return "{" + ",".join(map(str, [*counts, *[0] * (len(LABELS) + later - len(counts))])) + "}"


def columns_sql(rows: List[Row], reject: Optional[str]) -> str:
    """Arrays in parallel; no event_ids at all when none is there."""
    def array(values: list, kind: str) -> str:
        return "ARRAY[{}]::{}[]".format(
            ",".join("NULL" if v is None else f"'{v}'" for v in values), kind)

    sequences, kinds, ads, times, ids = map(list, zip(*rows)) if rows else ([],) * 5
    return ", ".join([
        array(sequences, "bigint"), array([LABELS.index(kind) for kind in kinds], "smallint"),
        array(ads, "integer"), array(times, "timestamptz"), array(["10.1.1.1"] * len(rows), "inet"),
        array([10] * len(rows), "integer"), array(ids, "text") if any(ids) else "NULL",
        f"'{reject}'" if reject else "NULL"])


def ingest_sql(rows: List[Row], journal: str = JOURNAL, nonce: str = NONCE, run: Optional[str] = None,
               reject: Optional[str] = None) -> str:
    """The call as the writer makes it; `run` is the owner's own unless it is given, "" = not known."""
    named = f"'{nonce if run is None else run}'" if run != "" else "NULL"
    return f"SELECT * FROM ingest_batch('{journal}', '{nonce}', {named}, {columns_sql(rows, reject)})"


def import_sql(rows: List[Row], run: str, journal: str = JOURNAL, reject: Optional[str] = None) -> str:
    """The call as an import makes it."""
    return f"SELECT * FROM import_batch('{journal}', '{run}', {columns_sql(rows, reject)})"


class Functions(DatabaseCase):
    """Every test starts from a copy of one database with three ads and two journals."""

    template = None

    def setUp(self) -> None:
        super().setUp()
        if Functions.template is None:
            server = self.open_server()
            server.stop()
            self.claim(JOURNAL, NONCE)
            self.claim(OTHER_JOURNAL, OTHER_NONCE)
            Functions.template = self.database
        fresh = f"{self.database}f"
        shared_postgres().psql(f'CREATE DATABASE "{fresh}" TEMPLATE "{Functions.template}"')
        self.database = fresh

    def claim(self, journal: str, nonce: str, owners: str = "{}") -> tuple:
        return self.psql(f"SELECT * FROM claim_journal('{journal}', '{owners}', '{nonce}')")[0]

    def ingest(self, *rows: Row, **options: str) -> tuple:
        return self.psql(ingest_sql(list(rows), **options))[0]

    def bring(self, *rows: Row, run: str, **options: str) -> tuple:
        """An import of these: their last sequence, then stored, duplicate, rejected, known."""
        return self.psql(import_sql(list(rows), run, **options))[0]

    def contents(self) -> list:
        """All that a batch changes, but for the time of its last call."""
        tables = ("SELECT occurred_at, ad_id, kind, video_playback_time, ip FROM events",
                  "SELECT * FROM event_counts", "SELECT * FROM event_keys",
                  "SELECT * FROM rejected_events",
                  "SELECT lane, journal, nonce, last_sequence, missing FROM ingest_runs",
                  "SELECT journal, nonce, last_sequence, stored, duplicate, rejected FROM ingest_cursor")
        return self.psql(" UNION ALL ".join(f"SELECT row_to_json(t)::text FROM ({sql}) t"
                                            for sql in tables) + " ORDER BY 1")

    def count(self, table: str = "events") -> int:
        return int(self.value(f"SELECT count(*) FROM {table}"))

    def sqlstate(self, sql: str) -> str:
        session = SqlSession(self, self.postgres, self.database)
        session.run(sql)
        return session.run("\\echo :LAST_ERROR_SQLSTATE \n")[0].strip()
