"""What the tests of the SQL functions share: one database with the schema, copied for each."""
from datetime import date, datetime, timezone
from typing import ClassVar, List, NamedTuple, Optional

from batch_support import Event, columns_sql
from db_support import DatabaseCase, SqlSession
from schema_support import LABELS, schema_sql

JOURNAL = "00000000-0000-4000-8000-000000000001"
OTHER_JOURNAL = "00000000-0000-4000-8000-000000000002"
NONCE = "00000000-0000-4000-8000-00000000000a"
OTHER_NONCE = "00000000-0000-4000-8000-00000000000b"
NOON = "2031-05-05 12:00:00+00"

Row = Event


def row(sequence: int, kind: str = "click", ad_id: int = 1, at: str = NOON, event_id: Optional[str] = None,
        **more: object) -> Row:
    """`at`, and `received_at` where it is another time, as SQL gives it in UTC."""
    if "received_at" in more:
        more["received_at"] = time_of(more["received_at"])
    return Event(sequence, kind, ad_id, time_of(at), event_id, **more)


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00") if "+" not in text else
                                  text if text[-3] == ":" else f"{text}:00")


def by_kind(*counts: int, later: int = 0) -> str:
    """A cursor's array: the counts of the first kinds, none of the others. `later`: kinds that only the
    database knows."""
    return "{" + ",".join(map(str, [*counts, *[0] * (len(LABELS) + later - len(counts))])) + "}"


def ingest_sql(rows: List[Row], journal: str = JOURNAL, nonce: str = NONCE, run: Optional[str] = None,
               reject: Optional[str] = None, upto: Optional[int] = None) -> str:
    """The call as the writer makes it; `run` is the owner's own unless it is given, "" = not known."""
    named = f"'{nonce if run is None else run}'" if run != "" else "NULL"
    number = f"(SELECT journal_id FROM ingest_cursor WHERE journal = '{journal}')"
    return (f"SELECT * FROM ingest_batch(0::smallint, {number}, '{nonce}', {named}, 1::smallint, "
            f"{'NULL' if upto is None else upto}, NULL, {columns_sql(rows, reject)})")


def import_sql(rows: List[Row], run: str, journal: str = JOURNAL, reject: Optional[str] = None,
               force: bool = False) -> str:
    """The call as an import makes it."""
    return (f"SELECT * FROM import_batch(0::smallint, 1::smallint, '{journal}', '{run}', {force}, NULL, "
            f"{columns_sql(rows, reject)})")


class Template(NamedTuple):
    """A database, and the UTC day for which it has its partitions."""
    database: str
    day: date


class Functions(DatabaseCase):
    """Every test starts from a copy of one database with three ads and two journals."""

    template: ClassVar[Optional[Template]] = None

    def setUp(self) -> None:
        super().setUp()
        self.stay_in_one_day()
        today = datetime.now(timezone.utc).date()
        if Functions.template is None or Functions.template.day != today:
            self.psql(schema_sql())
            self.add_ads()
            self.maintain()
            self.claim(JOURNAL, NONCE)
            self.claim(OTHER_JOURNAL, OTHER_NONCE)
            Functions.template = Template(self.database, today)
        self.database += "f"
        self.postgres.create_database(self.database, Functions.template.database)

    def claim(self, journal: str, nonce: str, owners: str = "{}") -> tuple:
        return self.psql(f"SELECT * FROM claim_journal('{journal}', '{owners}', '{nonce}')")[0]

    def maintain(self) -> int:
        """As the server does, until there is no more; how many partitions it has made or dropped."""
        return self.repeat("maintain()")

    def repeat(self, call: str) -> int:
        times = 0
        while self.value(f"SELECT {call}") == "t":
            times += 1
        return times

    def ingest(self, *rows: Row, **options: str) -> tuple:
        return self.psql(ingest_sql(list(rows), **options))[0]

    def bring(self, *rows: Row, run: str, **options: str) -> tuple:
        """An import of these: their last sequence, then stored, duplicate, rejected, known, too late."""
        return self.psql(import_sql(list(rows), run, **options))[0]

    def contents(self) -> list:
        """All that a batch changes, but for the time of its last call."""
        tables = ("SELECT occurred_at, ad_id, kind, playback_ms, ip FROM events",
                  "SELECT * FROM counts_minute", "SELECT * FROM counts_late", "SELECT * FROM counts",
                  "SELECT * FROM event_keys", "SELECT * FROM placements",
                  "SELECT * FROM rejected_events",
                  "SELECT lane, journal, nonce, last_sequence, missing FROM ingest_runs",
                  "SELECT journal, nonce, last_sequence, stored, duplicate, rejected FROM ingest_cursor")
        return self.psql(" UNION ALL ".join(f"SELECT row_to_json(t)::text FROM ({sql}) t"
                                            for sql in tables) + " ORDER BY 1")

    def cursor_of(self, journal: str) -> str:
        """SQL for the number of a journal."""
        return f"(SELECT journal_id FROM ingest_cursor WHERE journal = '{journal}')"

    def count(self, table: str = "events") -> int:
        return int(self.value(f"SELECT count(*) FROM {table}"))

    def sqlstate(self, sql: str) -> str:
        session = SqlSession(self, self.postgres, self.database)
        session.run(sql)
        return session.run("\\echo :LAST_ERROR_SQLSTATE \n")[0].strip()
