"""Databases that don't answer: packets that vanish, a frozen backend, a lock that is never given back,
a full disk. Noticed within ten seconds, mended by itself, nothing lost or doubled, and the event loop
never stands still meanwhile."""
import os
import signal
import time
import unittest
from typing import Callable, List, Tuple

from fault_case import LONG, FaultCase
from integration.db_support import SqlSession
from surroundings import (CoreOfItsOwn, Network, fill, is_sanitized, memory_directory, mount_tmpfs,
                          only_long, stalls)

from harness.postgres import PrivatePostgres
from harness.process import wait_until
from harness.server import Server

NOTICED_WITHIN_SECONDS = 10.0
STALL_SECONDS = 0.01
STALLED_MAX = 1  # strikes of a test with a stall in them: one of ours would come with each
BACK_WITHIN_SECONDS = 12.0  # a backoff, a connect, and a lock that the old backend may still hold


class DatabaseFault(FaultCase):
    def prepare(self, **env: str) -> Server:
        """Its journal lies in memory: so what the loop waits for is not the disk."""
        server = self.open_server(JOURNAL_DIR=str(memory_directory(self)), **env)
        self.core = CoreOfItsOwn(self, server, STALL_SECONDS / 2)
        self.running = self.load([server])
        self.wait_accepted(50)
        self.stalled_in: List[str] = []
        return server

    def strike(self, server: Server, what: str, break_it: Callable[[], None],
               mend_it: Callable[[], None]) -> None:
        """Breaks the database, waits until that is noticed, mends it, waits until it is used."""
        self.wait_up(server)
        self.wait_accepted(20)
        self.ledger.note(what)
        stalls_before = self.stalls(server)
        started = time.monotonic()
        break_it()
        server.wait_until(lambda: server.metrics().value("adtracker_db_up") == 0,
                          NOTICED_WITHIN_SECONDS)
        noticed = time.monotonic() - started
        self.wait_accepted(20)
        time.sleep(self.random.uniform(0, 5 if LONG else 0.2))
        mend_it()
        self.ledger.note("mended")
        started = time.monotonic()
        self.wait_stored(server)
        self.say(f"{what}: noticed after {noticed:.1f} s, storing again after "
                 f"{time.monotonic() - started:.1f} s")
        late = self.stalls(server) - stalls_before
        if late > 0:
            self.stalled_in.append(f"{late} with {what}")

    def stalls(self, server: Server) -> int:
        """Of the loop, but for those of the whole core."""
        return stalls(server.metrics(), str(STALL_SECONDS)) - self.core.machine_stalls()

    def wait_stored(self, server: Server) -> None:
        """Until it stores what comes in now."""
        before = server.metrics().total("adtracker_events_stored_total")
        server.wait_until(
            lambda: server.metrics().total("adtracker_events_stored_total") > before,
            BACK_WITHIN_SECONDS)

    def finish_check(self, server: Server) -> None:
        self.running.stop()
        summary = self.check(server)
        why_not = (self.core.reason or (is_sanitized() and "the build has sanitizers")
                   or (not LONG and "a short run can't tell"))
        self.say(f"{summary}; {self.core.machine_stalls()} stalls of the machine; of the loop over "
                 f"{STALL_SECONDS} s: {', '.join(self.stalled_in) or 'none'}"
                 + (f", which is not judged: {why_not}" if why_not else ""))
        if not why_not:
            self.assertLessEqual(len(self.stalled_in), STALLED_MAX, self.stalled_in)


class HalfOpen(DatabaseFault):
    def test_packets_are_dropped(self) -> None:
        network = Network(self)
        self.postgres = self.postgres_inside(network)
        self.db_conn = (f"host={network.there} port={self.postgres.port} user=postgres "
                        f"dbname={self.database} sslmode=disable")
        server = self.prepare()
        for _ in self.rounds(5, 1):
            self.strike(server, "packets are dropped", network.drop, network.heal)
        self.finish_check(server)

    def postgres_inside(self, network: Network) -> PrivatePostgres:
        postgres = PrivatePostgres(tcp=True, settings={"listen_addresses": network.there})
        self.addCleanup(postgres.destroy)
        with network.inside():
            postgres.start()
        with (postgres.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network.subnet} trust\n")
        postgres.psql("SELECT pg_reload_conf()")
        postgres.create_database(self.database)
        return postgres


class Frozen(DatabaseFault):
    def test_backend_is_stopped(self) -> None:
        only_long(self)
        self.own_postgres()
        server = self.prepare()
        for _ in self.rounds(5, 1):
            stopped = self.writer_backend()
            self.strike(server, "the writer's backend is stopped",
                        lambda pid=stopped: os.kill(pid, signal.SIGSTOP),
                        lambda pid=stopped: os.kill(pid, signal.SIGCONT))
        self.finish_check(server)

    def writer_backend(self) -> int:
        """The youngest: an older one may still be there, frozen before."""
        rows: list = []

        def find() -> bool:
            rows[:] = self.psql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%ingest_batch%' "
                                "AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1")
            return len(rows) == 1
        wait_until(find, 20, "there is a session that stores")
        return int(rows[0][0])

    def test_every_process_is_stopped(self) -> None:
        only_long(self)
        self.own_postgres()
        server = self.prepare()
        for _ in self.rounds(5, 1):
            self.strike(server, "PostgreSQL is stopped", self.postgres.freeze, self.postgres.thaw)
        self.finish_check(server)


class Locked(DatabaseFault):
    def test_a_table_is_locked_for_ever(self) -> None:
        self.own_postgres()
        server = self.prepare()
        for n in self.rounds(4, 1):
            table = ("events", "ingest_cursor", "counts_minute")[(n + self.random.randrange(3)) % 3]
            break_it, mend_it = self.lock(table)
            self.strike(server, f"{table} is locked", break_it, mend_it)
        self.finish_check(server)

    def lock(self, table: str) -> Tuple[Callable[[], None], Callable[[], None]]:
        session = SqlSession(self, self.postgres, self.database)

        def take() -> None:
            self.assertEqual(
                session.run(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"), [])
        return take, session.close


class FullWal(DatabaseFault):
    def test_pg_wal_is_full(self) -> None:
        postgres = PrivatePostgres(settings={"min_wal_size": "32MB", "max_wal_size": "1GB"})
        self.addCleanup(postgres.destroy)
        postgres.start()
        postgres.stop()
        wal = postgres.data / "pg_wal"
        wal.rename(postgres.data / "pg_wal.old")
        mount_tmpfs(self, wal, "96m")
        done = os.system(f"cp -a {postgres.data}/pg_wal.old/. {wal} && "
                         f"chown --reference={postgres.data} {wal} && chmod 700 {wal}")
        self.assertEqual(done, 0)
        self.postgres = postgres.start()
        self.db_conn = postgres.create_database(self.database)
        server = self.prepare()
        for _ in self.rounds(5, 1):
            self.strike(server, "pg_wal is full", self.fill_wal, self.free_wal)
        self.finish_check(server)

    def fill_wal(self) -> None:
        """The next segment there is no room for ends PostgreSQL."""
        fill(self.postgres.data / "pg_wal" / "filler")
        try:
            self.postgres.psql("CREATE TABLE x AS SELECT g FROM generate_series(1, 5000000) g",
                               self.database)
        except AssertionError:
            return
        self.fail("the disk was not full")

    def free_wal(self) -> None:
        (self.postgres.data / "pg_wal" / "filler").unlink()
        self.postgres.stop("immediate")
        self.postgres.start()


if __name__ == "__main__":
    unittest.main()
