"""The base class of the tests on a cluster: one of three nodes for all tests of a file, a database for each test."""
import atexit
import sys
from pathlib import Path
from typing import List, Optional

from cluster import Cluster
from mixed_load import MixedLoad

sys.path.append(str(Path(__file__).resolve().parents[1] / "integration"))

# pylint: disable=wrong-import-position
from db_support import DatabaseCase  # noqa: E402
from harness.counts import DISAGREEMENTS  # noqa: E402
from harness.process import wait_until  # noqa: E402
from harness.server import Server  # noqa: E402

COUNTED = ("marks", "events", "counts", "counts_minute", "counts_late")
SHARDS = 4

_shared: Optional[Cluster] = None


def shared_cluster() -> Cluster:
    """A test that kills a node starts it again."""
    global _shared
    if _shared is None:
        _shared = Cluster()
        atexit.register(_shared.destroy)
        _shared.start()
    return _shared


class CitusCase(DatabaseCase):
    """Each test has a database of its own on the cluster, which is not distributed yet."""

    postgres: Cluster  # type: ignore[assignment]

    @classmethod
    def setUpClass(cls) -> None:
        cluster = shared_cluster()  # skips where there is none
        super().setUpClass()
        cls.postgres = cluster

    def enable(self, shards: int = SHARDS) -> str:
        """Distributes the database, and returns what it said."""
        return self.value(f"SELECT enable_citus({shards})")

    def double(self, lanes: int, most: int = 10**6) -> List[str]:
        """Statement by statement, `most` of them, as --lanes does; returns them."""
        done: List[str] = []
        while len(done) < most:
            statement = self.value(f"SELECT statement FROM next_lane_step({lanes})")
            if not statement:
                break
            self.psql(statement)
            done.append(statement)
        return done

    def distributed_server(self, lanes: int = 1, **env: str) -> Server:
        """A server on the database, distributed, that has three ads."""
        server = self.open_server(**env)
        self.wait_maintained()
        self.assertIn("distributed", self.enable())
        if lanes > 1:
            self.double(lanes)
        return server

    def wait_maintained(self) -> None:
        """Made here: a server that is one of many on a busy machine takes long to come to it."""
        while self.value("SELECT maintain()") == "t":
            pass
        super().wait_maintained()

    def assert_counts_agree(self) -> None:
        """By plain PostgreSQL: from copies, which hide the distributed tables from this session. They are of several
        moments, between which a server may have folded or rolled up: then another look agrees."""
        copies = "; ".join(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM public.{table}" for table in COUNTED)
        for _ in range(5):
            found = self.psql(f"SET client_min_messages = warning; {copies}; ANALYZE; {DISAGREEMENTS}")[:5]
            if not found:
                break
        self.assertEqual(found, [])

    def repeat_by_lane(self, call: str) -> int:
        """A function of each lane until it is done, as the servers call it; how often it had more to do."""
        times = 0
        for lane, in self.psql("SELECT lane FROM lanes ORDER BY lane"):
            while self.value(f"SELECT {call}({lane}::smallint)") == "t":
                times += 1
        return times

    def assert_exact(self, server: Server, load: MixedLoad) -> None:
        """At rest: each event once, in its lane, and counted; and no part of a transaction is left at a node."""
        self.wait_at_rest(server, 120)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(load.distinct))
        lanes = self.value("SELECT count(*) FROM lanes")
        self.assertEqual(self.value(f"SELECT count(*) FROM event_keys WHERE lane_of(key, 0, {lanes}) <> lane"), "0")
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assert_counts_agree()
        for node in self.postgres.nodes:
            wait_until(lambda: node.value("SELECT count(*) FROM pg_prepared_xacts") == "0", 60, "nothing is prepared")

    def words_of_refusal(self, sql: str) -> str:
        with self.assertRaises(AssertionError) as caught:
            self.psql(sql)
        return str(caught.exception)
