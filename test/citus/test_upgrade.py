"""A database that was distributed by an older version is brought up by the start of the program; and all of it, the
upkeep of every day with it, by a role that owns the tables and is no superuser."""
import unittest

from citus_case import CitusCase
from mixed_load import MixedLoad

from harness.process import wait_until

# What files 13 and 14 came for, as it was before them, at every node.
BEFORE = """
DELETE FROM marks WHERE mark IN (7, 8);
DROP FUNCTION expire_addresses, forget_addresses, claim_journal, import_position, forget_runs;
CREATE FUNCTION claim_journal(p_journal uuid, p_owners uuid[], p_nonce uuid, OUT lanes smallint) LANGUAGE plpgsql
    AS 'BEGIN lanes := 1; END';
CREATE FUNCTION import_position(p_journal uuid, p_run uuid, p_first bigint) RETURNS bigint LANGUAGE plpgsql
    AS 'BEGIN RETURN 0; END';
CREATE FUNCTION forget_runs(p_before timestamptz) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT create_distributed_function(f::regprocedure) FROM unnest(ARRAY['claim_journal(uuid, uuid[], uuid)',
    'import_position(uuid, uuid, bigint)', 'forget_runs(timestamptz)']) AS f;
DELETE FROM schema_migrations WHERE version > 12;
UPDATE schema_functions SET digest = 'other'
"""
AS_NOW = "to_regprocedure('import_position(uuid, uuid, bigint)') IS NULL AND " \
         "to_regprocedure('forget_runs(timestamptz)') IS NULL AND to_regproc('expire_addresses') IS NOT NULL"
LANES = 2


class Upgrade(CitusCase):
    def store(self, server: object, load: MixedLoad) -> None:
        load.post(server, 5)
        self.wait_at_rest(server, 60)

    def upgrade(self, server: object) -> None:
        """From file 12, which made databases that can be distributed."""
        server.stop()
        self.psql(BEFORE)
        server.start()
        wait_until(lambda: self.value("SELECT max(version) FROM schema_migrations") == "14", 180, "brought up")
        self.wait_up(server, 60)

    def test_one_that_was_distributed_before(self) -> None:
        server, load = self.distributed_server(lanes=LANES), MixedLoad(self.random)
        self.store(server, load)
        self.upgrade(server)
        self.store(server, load)
        self.assertEqual(self.psql("SELECT mark, count(DISTINCT lane), min(at) FROM marks WHERE mark > 6 GROUP BY 1 "
                                   "ORDER BY 1"), [(mark, str(LANES), "-infinity") for mark in ("7", "8")])
        self.assertEqual(self.psql(f"SELECT result FROM run_command_on_all_nodes($$SELECT {AS_NOW}$$)"), [("t",)] * 3)
        self.assert_exact(server, load)
        for lane in range(LANES):
            self.assertEqual(self.value(f"SELECT expire_addresses({lane}::smallint, 5)"), "t")


class OwnersRole(Upgrade):
    """The role has its database and what is in it; `psql` asks as that role."""

    def setUp(self) -> None:
        super().setUp()
        self.role = self.database
        super().psql(f"CREATE ROLE {self.role} LOGIN")
        for node in self.postgres.nodes:
            node.psql(f"ALTER DATABASE {self.database} OWNER TO {self.role}")
        self.db_conn = self.db_conn.replace("user=postgres", f"user={self.role}")

    def psql(self, sql: str) -> list:
        return super().psql(f"SET SESSION AUTHORIZATION {self.role}; {sql}")

    def value(self, sql: str) -> str:
        (value,), = self.psql(sql)
        return value

    def enable(self, shards: int = 4) -> str:
        (words,), = super().psql(f"SELECT enable_citus({shards})")
        return words

    def test_what_is_done_every_day(self) -> None:
        server, load = self.distributed_server(lanes=LANES, ADDRESS_RETENTION_DAYS="5"), MixedLoad(self.random)
        self.store(server, load)
        self.assertEqual(super().psql("SELECT DISTINCT relowner::regrole FROM pg_class c JOIN pg_dist_partition p "
                                      "ON c.oid = p.logicalrelid"), [(self.role,)])
        self.psql("DROP TABLE " + self.value("SELECT partition FROM partition_bounds('events') "
                                             "WHERE first > now() + interval '5 days' LIMIT 1"))
        self.assertEqual(self.value("SELECT maintain(now(), 16)"), "t")
        while self.value("SELECT maintain(now(), 16)") == "t":
            pass
        for call in ("close_minutes", "roll_up", "fold_late"):
            self.repeat_by_lane(call)
        self.psql("SELECT summarize_events(); INSERT INTO ads (id, image_url) VALUES (70, 'x')")
        self.psql("INSERT INTO clicks (ad_id, timestamp, ip) SELECT 70, now() AT TIME ZONE 'UTC' - interval '9 days', "
                  "'192.0.2.7'; SELECT forget_viewer('10.0.0.7'), retry_rejected()")
        server.wait_until(lambda: self.value("SELECT count(DISTINCT at) = 1 AND min(at) > '-infinity' FROM marks "
                                             "WHERE mark IN (7, 8)") == "t", 120)
        self.assertEqual(self.value("SELECT count(*) FROM events WHERE ip IN ('192.0.2.7', '10.0.0.7')"), "0")
        self.assertNotIn("sqlstate=42501", server.log_text())  # of a right that is missing
        self.assertEqual(self.value("SELECT delete_event(id, timestamp AT TIME ZONE 'UTC') FROM clicks "
                                    "WHERE ad_id = 70"), "t")
        self.assert_exact(server, load)


if __name__ == "__main__":
    unittest.main()
