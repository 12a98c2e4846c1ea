"""The base class of integration and fault tests."""
import atexit
import os
import random
import shutil
import sys
import unittest
from pathlib import Path
from typing import ClassVar, Optional

from harness.postgres import ROOT, PrivatePostgres
from harness.server import Server, temporary_directory

BINARY = Path(os.environ.get("ADTRACKER_BINARY", ROOT / "build/release/video-ad-tracker"))

_shared: Optional[PrivatePostgres] = None


def shared_postgres() -> PrivatePostgres:
    """The one PostgreSQL of this test process. Not for tests that stop, kill or freeze it."""
    global _shared
    if _shared is None:
        _shared = PrivatePostgres()
        atexit.register(_shared.destroy)
        _shared.start()
    return _shared


class TrackerCase(unittest.TestCase):
    """Each test has a new, empty database, `self.database`, in the shared `self.postgres`, and a
    `self.random` whose seed is printed: TEST_SEED=<n> repeats it."""

    postgres: ClassVar[PrivatePostgres]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        assert BINARY.exists(), f"no {BINARY}: build it, or name another in ADTRACKER_BINARY"
        cls.postgres = shared_postgres()

    def setUp(self) -> None:
        super().setUp()
        self.database = f"t{random.SystemRandom().getrandbits(48):x}"
        self.db_conn = self.postgres.create_database(self.database)
        seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().getrandbits(32))
        self.random = random.Random(seed)
        print(f"TEST_SEED={seed} {self.id()}", file=sys.stderr, flush=True)

    def psql(self, sql: str) -> list:
        """The rows that this test's database answers with."""
        return self.postgres.psql(sql, self.database)

    def directory(self) -> Path:
        """A new folder, removed after the test."""
        path = temporary_directory()
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def private_postgres(self, **arguments) -> PrivatePostgres:
        """A started PostgreSQL for this test alone, to be stopped, killed or frozen."""
        postgres = PrivatePostgres(**arguments)
        self.addCleanup(postgres.destroy)
        return postgres.start()

    def server(self, **env: str) -> Server:
        """A tracker on this test's database, not started; stopped and checked after the test."""
        server = Server(BINARY, {"DB_CONN": self.db_conn, **env}, self.directory())
        self.addCleanup(server.finish)
        return server

    def start_server(self, **env: str) -> Server:
        return self.server(**env).start()
