"""What a distributed database (Citus) demands of the schema and the functions, on a plain PostgreSQL; and that they say
so where there is no cluster."""
import re
import unittest
from pathlib import Path

from functions_support import Functions

STORE = Path(__file__).resolve().parents[2] / "store"
LANE_TABLES = "SELECT unnest(lane_tables())::regclass AS oid"
# Citus calls a default where the row is stored: on any node.
DEFAULT = r"^nextval\('events_id_seq'::regclass\)$|^now\(\)$|^('?[-\w{}]+'?|true|false)(::[a-z0-9 ]+(\[\])?)?$"


class Demands(Functions):
    def test_every_table_with_a_lane_is_distributed(self) -> None:
        self.assertEqual(self.psql(
            "SELECT attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE attname = 'lane' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND relname <> 'lane_steps' "
            f"AND relnamespace = 'public'::regnamespace AND attrelid NOT IN ({LANE_TABLES})"), [])
        self.assertEqual(self.psql(f"SELECT format_type(atttypid, NULL), attnotnull FROM ({LANE_TABLES}) t JOIN "
                                   "pg_attribute a ON a.attrelid = t.oid AND attname = 'lane' GROUP BY 1, 2"),
                         [("smallint", "t")])

    def test_every_unique_key_holds_the_lane(self) -> None:
        rows = self.psql(
            f"SELECT i.indexrelid::regclass FROM ({LANE_TABLES}) t JOIN pg_index i ON i.indrelid = t.oid "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'lane' "
            "WHERE (i.indisunique OR i.indisexclusion) AND NOT a.attnum = ANY (i.indkey[:i.indnkeyatts - 1])")
        self.assertEqual(rows, [])
        self.assertGreaterEqual(int(self.value(
            f"SELECT count(*) FROM ({LANE_TABLES}) t JOIN pg_index i ON i.indrelid = t.oid WHERE i.indisunique")), 9)

    def test_no_foreign_key_and_no_trigger_is_across(self) -> None:
        self.assertEqual(self.psql("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' "
                                   f"AND (conrelid IN ({LANE_TABLES}) OR confrelid IN ({LANE_TABLES}))"), [])
        self.assertEqual(self.psql("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal "
                                   f"AND tgrelid IN ({LANE_TABLES})"), [])

    def test_defaults_may_be_evaluated_anywhere(self) -> None:
        rows = self.psql(
            "SELECT attrelid::regclass, attname, pg_get_expr(adbin, adrelid), attidentity FROM pg_attribute a "
            f"JOIN ({LANE_TABLES}) t ON t.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND "
            "d.adnum = a.attnum WHERE attnum > 0 AND (d.oid IS NOT NULL OR attidentity <> '' OR attgenerated <> '')")
        odd = [row for row in rows if row[3] or self.value(f"SELECT $r${row[2]}$r$ ~ $e${DEFAULT}$e$") != "t"]
        self.assertEqual(odd, [])
        self.assertEqual(self.value("SELECT format_type(seqtypid, NULL) FROM pg_sequence "
                                    "WHERE seqrelid = 'events_id_seq'::regclass"), "bigint")

    def test_partitions_are_one_level(self) -> None:
        self.assertEqual(self.psql("SELECT inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                                   "WHERE c.relkind = 'p'"), [])

    def test_what_is_handed_on_begins_with_the_lane(self) -> None:
        names = self.psql("SELECT unnest(lane_functions())")
        rows = self.psql(
            "SELECT proname, proargnames[1], proargtypes[0]::regtype, prosrc ~ 'require_lane|_batch[(]' "
            "FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE lanname = 'plpgsql' "
            "AND pronamespace = 'public'::regnamespace AND proname = ANY (lane_functions()) ORDER BY 1")
        self.assertEqual(rows, sorted((name, "p_lane", "smallint", "t") for name, in names))

    def test_what_the_program_calls_in_a_lane_is_handed_on(self) -> None:
        """Each function that a statement of its gives a lane first; batches' arguments are made elsewhere."""
        called = {name for file in STORE.rglob("*.c")
                  for name in re.findall(r"\b(\w+)\(\$1::smallint", file.read_text())}
        self.assertLessEqual({"close_minutes", "expire_addresses", "claim_lane", "import_position"}, called)
        handed = {name for name, in self.psql("SELECT unnest(lane_functions())")}
        self.assertEqual(called - handed, set())

    def test_times_are_cut_in_utc(self) -> None:
        """By the statement or the function itself: what a client has set reaches no other node."""
        cut = r"date_trunc\(|::date\y|to_char\(|\yAT TIME ZONE\y|\ycurrent_date\y"
        lines = self.psql(
            "SELECT proname, line FROM pg_proc, regexp_split_to_table(pg_get_functiondef(oid), E'\\n') AS line "
            "WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND "
            f"line ~* '{cut}' AND lower(proconfig::text) !~ 'timezone=utc'")
        self.assertGreater(len(lines), 5)
        self.assertEqual([row for row in lines if "'UTC'" not in row[1]], [])

    def test_every_lane_is_here_and_a_cluster_is_missed_in_words(self) -> None:
        self.assertEqual(self.value("SELECT is_distributed()"), "f")
        self.assertEqual(self.value("SELECT lane_is_here(7::smallint)"), "t")
        with self.assertRaisesRegex(AssertionError, "this is a plain PostgreSQL: CREATE EXTENSION citus"):
            self.psql("SELECT enable_citus()")


class Steps(Functions):
    def double(self, lanes: int, most: int = 99) -> int:
        done = 0
        while done < most and (statement := self.value(f"SELECT statement FROM next_lane_step({lanes})")):
            self.psql(statement)
            done += 1
        return done

    def test_each_step_may_be_the_last_before_a_kill(self) -> None:
        """Where a step is asked for again, or late, nothing happens twice."""
        self.psql("INSERT INTO event_keys (lane, key) SELECT 0, key_at(1000 * n, sha256(int4send(n))) "
                  "FROM generate_series(1, 3000) AS n; INSERT INTO marks VALUES (0, 7, now()) ON CONFLICT DO NOTHING")
        before = self.psql("SELECT key FROM event_keys ORDER BY 1")
        past = []
        while statement := self.value("SELECT statement FROM next_lane_step(4)"):
            self.assertEqual(self.value("SELECT statement FROM next_lane_step(4)"), statement)
            if statement.startswith("SELECT move_keys"):
                statement = statement.replace(")", ", 100)", 1) if ", 100" not in statement else statement
            self.psql(statement)
            past.append(statement)
            for late in past:
                self.psql(late)
        self.assertEqual(self.psql("SELECT key FROM event_keys ORDER BY 1"), before)
        self.assertEqual(self.psql("SELECT DISTINCT lane_of(key, 0, 4) = lane FROM event_keys"), [("t",)])
        self.assertEqual(self.psql("SELECT lane, lanes, lanes_before FROM lanes ORDER BY 1"),
                         [(str(lane), "4", "4") for lane in range(4)])
        self.assertEqual(self.value("SELECT count(*) FROM lane_steps"), "0")
        for table in ("marks", "ingest_cursor", "placements"):
            rows = self.psql(f"SELECT lane, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
            self.assertEqual(len({count for _, count in rows}), 1 if rows else 0, table)
        self.assertEqual(self.value("SELECT count(*) FROM marks WHERE mark = 7"), "4")

    def test_batches_and_retries_wait_until_it_ends(self) -> None:
        self.double(2, 1)
        self.assertEqual(self.sqlstate("SELECT enter_lane(0::smallint, 1::smallint)"), "VA003")
        self.assertEqual(self.sqlstate("SELECT retry_rejected()"), "55000")
        with self.assertRaisesRegex(AssertionError, "are being doubled: go on to 2"):
            self.psql("SELECT next_lane_step(1)")
        self.assertGreater(self.double(2), 0)
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assertEqual(self.sqlstate("SELECT next_lane_step(1)"), "VA005")
        self.assertEqual(self.sqlstate("SELECT next_lane_step(3)"), "VA005")
        self.assertEqual(self.sqlstate("SELECT next_lane_step(128)"), "VA005")

    def test_an_event_is_deleted_by_its_id_and_time(self) -> None:
        self.psql("INSERT INTO clicks (id, ad_id, timestamp, video_playback_time) VALUES "
                  "(5, 1, '2031-05-05 12:00', 3), (6, 1, '2031-05-05 12:00', 4), (7, 1, '2001-05-05 12:00', 4)")
        at = "'2031-05-05 12:00Z'"
        self.assertEqual(self.psql(f"SELECT delete_event(5, {at}), delete_event(5, {at}), "
                                   "delete_event(6, '2031-05-05 12:01Z'), delete_event(7, '2001-05-05 12:00Z')"),
                         [("t", "f", "f", "t")])
        self.assertEqual(self.psql("SELECT id FROM clicks"), [("6",)])
        self.assertEqual(self.value("SELECT sum(clicks) FROM traffic_days"), "1")


if __name__ == "__main__":
    unittest.main()
