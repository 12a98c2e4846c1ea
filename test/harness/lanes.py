"""Another number of lanes, in plain SQL: nothing of the schema's own functions. With one transaction each."""
from typing import Iterator

CLOSE = "UPDATE lanes SET lanes_before = CASE WHEN lanes = 0 THEN lanes_before ELSE lanes END, lanes = 0"

# The lane of what has a key, and of what has none.
LANE = ("(CASE WHEN key IS NULL THEN {sequence} "
        "ELSE ('x' || right(key::text, 8))::bit(32)::bigint END % {lanes})::smallint")


def steps(before: int, lanes: int) -> Iterator[str]:
    """Doubles the lanes of a database as often as it takes."""
    while before < lanes:
        number = before * 2
        yield "; ".join(["BEGIN", *(
            f"SELECT pg_advisory_xact_lock(lock_key('lane {lane}'))" for lane in range(before)), CLOSE, "COMMIT"])
        new = f"(lane + {before})::smallint"
        key = LANE.format(sequence=0, lanes=number)
        of_key = LANE.format(sequence="sequence", lanes=number)
        yield "; ".join([
            "BEGIN",
            f"INSERT INTO lanes SELECT {new}, 0, {before} FROM lanes",
            f"INSERT INTO marks (lane, mark, at, dimension, key) SELECT {new}, mark, at, dimension, key FROM marks",
            "INSERT INTO ingest_cursor (lane, journal, journal_id, row_minute, nonce, last_sequence, received_to, "
            f"claimed_at, stored_at, untracked_to) SELECT {new}, journal, journal_id, row_minute, nonce, "
            "last_sequence, received_to, claimed_at, stored_at, untracked_to FROM ingest_cursor",
            "INSERT INTO ingest_runs (lane, journal, nonce, row_minute, last_sequence, missing, stored_at) SELECT "
            f"{new}, journal, nonce, row_minute, last_sequence, missing, stored_at FROM ingest_runs",
            f"INSERT INTO placements SELECT {new}, id, name, day FROM placements",
            f"UPDATE event_keys SET lane = {key} WHERE lane <> {key}",
            f"UPDATE rejected_events SET lane = {of_key} WHERE lane <> {of_key}", "COMMIT"])
        yield f"UPDATE lanes SET lanes = {number}, lanes_before = {number}"
        before = number
