"""A private Citus cluster on the loopback: a coordinator and workers, each a PostgreSQL of its own."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from harness.postgres import PrivatePostgres

SETTINGS = {
    "shared_preload_libraries": "citus",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "max_connections": "200",
    "max_prepared_transactions": "200",  # each node's part of a transaction that several have
    "wal_level": "logical",  # shards move online so
    "citus.node_conninfo": "sslmode=disable",
    "citus.enable_statistics_collection": "off",
    "citus.recover_2pc_interval": "1s",  # else a minute
}


def citus_bin() -> Path:
    """The programs of the installation that CITUS_PREFIX names. Skips the test where it names none."""
    prefix = os.environ.get("CITUS_PREFIX")
    if not prefix:
        raise unittest.SkipTest("CITUS_PREFIX names no installation of PostgreSQL with Citus")
    for programs in (Path(prefix) / "bin", Path(prefix)):
        if (programs / "pg_config").exists():
            library = subprocess.run([str(programs / "pg_config"), "--pkglibdir"], capture_output=True, text=True,
                                     check=True).stdout.strip()
            assert (Path(library) / "citus.so").exists(), f"no citus.so in {library}"
            return programs
    raise AssertionError(f"no pg_config in CITUS_PREFIX, {prefix}")


class Node(PrivatePostgres):
    """One PostgreSQL of the cluster; whoever reaches it on the loopback is trusted."""

    def __init__(self, programs: Path, settings: Dict[str, str]) -> None:
        super().__init__(tcp=True, settings={**SETTINGS, **settings})
        self.bin = programs

    def start(self) -> "Node":
        if not self.data.exists():
            self._initdb()
            (self.data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n")
        super().start()
        return self


class Cluster:
    """`nodes[0]` is the coordinator. A database is one of every node, and asked there."""

    def __init__(self, workers: int = 2, settings: Optional[Dict[str, str]] = None) -> None:
        self.bin = citus_bin()
        self.nodes = [Node(self.bin, settings or {}) for _ in range(workers + 1)]

    @property
    def coordinator(self) -> Node:
        return self.nodes[0]

    @property
    def workers(self) -> List[Node]:
        return self.nodes[1:]

    def start(self) -> "Cluster":
        for node in self.nodes:
            node.start()
        return self

    def destroy(self) -> None:
        for node in self.nodes:
            node.destroy()

    def create_database(self, name: str) -> str:
        for node in self.nodes:
            node.create_database(name)
            node.psql("CREATE EXTENSION citus", name)
        self.psql(f"SELECT citus_set_coordinator_host('127.0.0.1', {self.coordinator.port})", name)
        for worker in self.workers:
            self.psql(f"SELECT citus_add_node('127.0.0.1', {worker.port})", name)
        return self.conninfo(name)

    def conninfo(self, database: str = "postgres") -> str:
        return self.coordinator.conninfo(database)

    def psql(self, sql: str, database: str = "postgres", timeout_seconds: float = 180) -> List[Tuple[str, ...]]:
        return self.coordinator.psql(sql, database, timeout_seconds)

    def value(self, sql: str, database: str = "postgres") -> str:
        rows = self.psql(sql, database)
        assert len(rows) == 1 and len(rows[0]) == 1, f"not one value: {rows!r}"
        return rows[0][0]

    def node_of(self, lane: int, database: str) -> Node:
        """The worker that has a lane."""
        port = int(self.value("SELECT n.nodeport FROM pg_dist_placement p JOIN pg_dist_node n USING (groupid) "
                              f"WHERE p.shardid = get_shard_id_for_distribution_column('marks', {lane}::smallint)",
                              database))
        return next(node for node in self.nodes if node.port == port)
