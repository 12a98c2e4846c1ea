"""kill -9 of the server, of its sync worker and of PostgreSQL, SIGTERM between, and answers cut off after
the commit: what was accepted is stored, once."""
import itertools
import os
import re
import signal
import time
import unittest
from pathlib import Path
from typing import Callable, Dict, List

from disks import preload
from fault_case import LONG, MIB, SLOW_DISK_US, TRACKING, WAYS, FaultCase
from integration.db_network import Link, Proxy
from integration.db_support import SqlSession
from sent_event import LOST
from surroundings import only_long

from harness.process import alive, send, sync_workers, wait_until
from harness.server import Server

CUTS = ("cut when sent", "cut after answer")
CONNECTIONS = 64
NO_DATABASE = "host=/nonexistent dbname=none"
KILLS = 12  # each takes a segment
DEEDS_MAX = 200  # until one meets a sync
STOPPED_SECONDS = 0.5  # until a worker that does not answer is looked at
STARTED_AGAIN = re.compile("the sync worker (.*), and is started again")
BATCH_SECONDS = 2.0  # at most, until a session that is frozen has been sent one
EPOLL_WAIT = ("232", "22")  # the system call, on x86-64 and ARM


class Kills(FaultCase):
    """A load from many connections goes on through all of it. Each time that the server is started again it
    syncs in another way."""

    def settings(self) -> Dict[str, str]:
        """Small ones too, so that segments fill and events wait on disk alone."""
        return {
            "JOURNAL_MAX_BYTES": str(self.random.choice([MIB, 16 * MIB, 4096 * MIB])),
            "JOURNAL_KEEP_SECONDS": str(self.random.choice([0, 600])),
            "QUEUE_MAX_EVENTS": str(self.random.choice([100, 500000])),
            "SHUTDOWN_GRACE_SECONDS": "1",
        }

    def restart(self, server: Server) -> None:
        """With other settings; now and then it is killed again while it starts."""
        server.env.update(self.settings())
        self.set_way(server, next(self.ways))
        while self.random.random() < 0.25:
            server.launch()
            time.sleep(self.random.uniform(0, 0.06))
            self.ledger.note("kill -9 of the server that starts")
            server.kill()
        server.start()
        self.ledger.note("the server is back")

    def kill_server(self, server: Server) -> None:
        self.ledger.note("kill -9 of the server")
        server.kill()
        self.restart(server)

    def terminate_server(self, server: Server) -> None:
        self.ledger.note("SIGTERM to the server")
        self.assertEqual(server.stop(), 0)
        self.restart(server)

    def kill_database(self, _: Server) -> None:
        """At one moment, or as the immediate shutdown does it."""
        if self.random.random() < 0.5:
            self.ledger.note("kill -9 of PostgreSQL")
            self.postgres.kill()
        else:
            self.ledger.note("immediate shutdown of PostgreSQL")
            self.postgres.stop("immediate")
        time.sleep(self.random.uniform(0, 0.3))
        self.postgres.start()
        self.ledger.note("PostgreSQL is back")

    def attack(self, rounds: int, rounds_short: int, *deeds, with_load_for: float = 0.5,
               **of_load: float) -> Server:
        """Returns the server, at rest."""
        self.ways = itertools.cycle(WAYS)
        slow = {**preload(), "SLOW_DISK_US": str(SLOW_DISK_US)}
        server = self.open_server(**slow, **self.settings(), **TRACKING)
        of_load = {"trackers": 0.3, **of_load}
        load = self.load([server], connections=CONNECTIONS, **of_load)
        self.wait_slow(server)
        for n in self.rounds(rounds, rounds_short):
            time.sleep(self.random.uniform(0, with_load_for))
            self.random.choice(deeds)(server)
            if n % 25 == 24:
                load.stop()
                self.say(f"round {n + 1}: {self.check(server)}")
                load = self.load([server], connections=CONNECTIONS, **of_load)
        self.wait_up(server)
        load.stop()
        self.say(self.check(server))
        return server

    def test_server(self) -> None:
        self.attack(200, 5, self.kill_server)

    def test_batches(self) -> None:
        """Of one that is killed unanswered the client sends again what has event_ids: it counts once."""
        self.attack(40, 8, self.kill_server, batches=1, with_id=0.8)
        again = [event for event in self.ledger.events
                 if event.is_accepted and any(a.status == LOST for a in event.attempts)]
        self.say(f"{len(again)} events were accepted the second time")
        self.assertGreater(len(again), 0)

    def test_database(self) -> None:
        self.own_postgres()
        self.attack(100, 2, self.kill_database, with_load_for=1.0)

    def test_server_and_database_and_sigterm(self) -> None:
        self.own_postgres()
        self.attack(60, 3, self.kill_server, self.kill_database, self.terminate_server,
                    with_load_for=1.0)


class WorkerKills(FaultCase):
    """The server goes on: nobody loses an answer. The database is away, so that all of the journal is read
    back: what was written twice as well."""

    def open_slow(self) -> Server:
        server = self.open_server(**preload(), JOURNAL_MAX_BYTES=str((KILLS + 4) * 64 * MIB))
        self.set_way(server, "slow")
        return server

    def worker(self, server: Server) -> int:
        """One that is at work."""
        def find() -> int:
            return next((pid for pid in sync_workers(server.pid) if alive(pid)), 0)
        return server.wait_until(find, 10)

    def kill_worker(self, server: Server) -> None:
        self.ledger.note("kill -9 of the sync worker")
        send(self.worker(server), signal.SIGKILL)

    def stop_worker(self, server: Server) -> None:
        """The server kills it when it has waited for it, and the group goes to another segment."""
        pid = self.worker(server)
        stopped = self.ledger.note("SIGSTOP to the sync worker")
        send(pid, signal.SIGSTOP)
        self.addCleanup(send, pid, signal.SIGCONT)
        wait_until(lambda: not alive(pid), 10, "the stopped worker is killed")
        self.lived.append(time.monotonic() - stopped)
        self.wait_accepted(1, 5)
        self.ledger.note("events are accepted again")

    def attack(self, server: Server, deed: Callable[[Server], None], times: int) -> None:
        self.assertEqual(server.stop(), 0)
        server.env["DB_CONN"] = NO_DATABASE
        server.start()
        load = self.load([server], connections=CONNECTIONS)
        done = 0
        while done < times or (self.failures(server) == 0 and done < DEEDS_MAX):
            time.sleep(self.random.uniform(0, 0.2))
            deed(server)
            done += 1
        self.wait_accepted(CONNECTIONS, 10)
        load.stop()
        failures = self.failures(server)
        server.kill()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.rest(server)
        self.say(f"{failures:.0f} segments given up")
        self.assertGreater(failures, 0, "no sync was in flight: no test")

    @staticmethod
    def failures(server: Server) -> float:
        return server.metrics().value("adtracker_journal_failures_total")

    def attack_by_stops(self, server: Server) -> None:
        """A stopped worker is killed when it was looked at, and for nothing else. One sync may have been in
        flight for a while before: the longest tells."""
        said = len(server.log_text())
        self.lived: List[float] = []
        self.attack(server, self.stop_worker, KILLS if LONG else 2)
        self.assertGreater(max(self.lived), STOPPED_SECONDS / 2, "it was not looked at, but killed")
        self.assertEqual(set(STARTED_AGAIN.findall(server.log_text()[said:])), {"was stopped"})

    def test_killed_and_stopped(self) -> None:
        server = self.open_slow()
        for n in self.rounds(15, 1):
            self.attack(server, self.kill_worker, KILLS)
            self.attack_by_stops(server)
            if n % 5 == 4 or not LONG:
                summary = self.check(server)
                self.say(summary)
                self.assertEqual(summary.lost, 0)
        self.assert_was_slow(server)


class LostCommits(FaultCase):
    """The commit is on its way, and its answer never comes."""

    def test_answers_cut_off(self) -> None:
        cuts = 500 if LONG else 8
        proxy = Proxy(self, self.postgres)
        server = self.open_server(DB_CONN=proxy.conninfo(self.database))
        load = self.load([server], connections=CONNECTIONS)

        def plan(_: Link) -> str:
            if self.random.random() < 0.5:
                return "pass"
            cut = self.random.choice(CUTS)
            self.ledger.note(f"the connection of a batch is {cut}")
            return cut

        proxy.plan = plan
        server.wait_until(lambda: sum(proxy.plans[cut] for cut in CUTS) >= cuts, 400)
        proxy.plan = lambda link: "pass"
        load.stop()
        self.say(f"{dict(proxy.plans)}: {self.check(server)}")

    def waiting_for(self, lock: str) -> bool:
        return self.psql("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                         f"AND wait_event = '{lock}' AND datname = current_database()") == [("t",)]

    def test_old_session_commits_after_the_server_was_killed(self) -> None:
        """The batch stands still in the old session until the new one asks for the cursor."""
        server = self.open_server()
        self.psql("""
            CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '60s' AS $$
            BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
            CREATE TRIGGER slow AFTER INSERT ON events
                FOR EACH STATEMENT EXECUTE FUNCTION stand_still()""")
        gate = SqlSession(self, self.postgres, self.database)
        load = self.load([server])
        committed, rounds = 0, 20 if LONG else 2
        for _ in self.rounds(rounds, rounds):
            gate.run("SELECT pg_advisory_lock(1)")
            wait_until(lambda: self.waiting_for("advisory"), 20, "a batch is under way")
            self.ledger.note("kill -9 of the server in mid-batch")
            server.kill()
            server.start()
            server.wait_until(lambda: not self.waiting_for("advisory")
                              or self.waiting_for("transactionid") or self.waiting_for("tuple"))
            committed += self.waiting_for("advisory")
            gate.run("SELECT pg_advisory_unlock(1)")
            self.wait_up(server)
        load.stop()
        self.say(f"{committed} old sessions committed: {self.check(server)}")
        self.assertGreaterEqual(2 * committed, rounds, "old sessions that went on by themselves")

    def test_old_session_runs_its_batch_when_the_new_one_has_stored_it(self) -> None:
        """It is frozen before it reads the batch, of which the tracker then sees no more; it reads and
        runs it when it goes on. Only the cursor tells it that there is nothing left to do."""
        rounds, ran = 20 if LONG else 2, 0
        self.own_postgres(settings={"log_line_prefix": "%p ", "log_min_duration_statement": "0",
                                    "log_parameter_max_length": "0"})
        proxy = Proxy(self, self.postgres)
        server = self.open_server(DB_CONN=proxy.conninfo(self.database))
        load = self.load([server], connections=CONNECTIONS, batches=0)  # what is sent fits into a socket
        for _ in self.rounds(rounds, rounds):
            self.wait_accepted(CONNECTIONS)
            old = self.freeze_idle_session(proxy)
            time.sleep(0.1)  # then the batch is on its way
            self.ledger.note("the connection of a frozen session is cut")
            proxy.cut_all()
            self.wait_stored(server)
            said = self.count_runs(old)
            self.ledger.note("the frozen session goes on")
            os.kill(old, signal.SIGCONT)
            wait_until(lambda pid=old: not alive(pid), 10, "it has ended")
            ran += self.count_runs(old) > said
        load.stop()
        self.say(f"{ran} old sessions ran their batch: {self.check(server)}")
        self.assertGreaterEqual(2 * ran, rounds, "old sessions that ran their batch")

    def freeze_idle_session(self, proxy: Proxy) -> int:
        """One that stores, between two batches. One that is in the middle might hold up all others. Returns
        when the next batch is sent."""
        [(text,)] = wait_until(lambda: self.psql(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE '%ingest_batch%' "
            "AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1"), 20)
        pid = int(text)
        self.addCleanup(send, pid, signal.SIGCONT)
        for _ in range(1000):
            os.kill(pid, signal.SIGSTOP)
            sent, until = sum(proxy.plans.values()), time.monotonic() + BATCH_SECONDS
            if Path(f"/proc/{pid}/syscall").read_text().split()[0] in EPOLL_WAIT and \
                    self.psql(f"SELECT state FROM pg_stat_activity WHERE pid = {pid}") == [("idle",)]:
                while sum(proxy.plans.values()) == sent and time.monotonic() < until:
                    time.sleep(0.01)
                return pid
            os.kill(pid, signal.SIGCONT)
            time.sleep(self.random.uniform(0, 0.02))
        self.fail("the session is never idle")

    def count_runs(self, pid: int) -> int:
        return len(re.findall(rf"^{pid} LOG:  duration: .* execute ingest", self.postgres.log_text(),
                              re.MULTILINE))

    @staticmethod
    def wait_stored(server: Server) -> None:
        """Until it stores what comes in now."""
        before = server.metrics().total("adtracker_events_stored_total")
        server.wait_until(
            lambda: server.metrics().total("adtracker_events_stored_total") > before, 12)

    def test_new_session_outlasts_a_cursor_that_is_held(self) -> None:
        """Longer than it waits for a lock: it has to ask again, on the same connection."""
        only_long(self)
        server = self.open_server()
        server.kill()
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        server.start()
        load = self.load([server])
        wait_until(lambda: "canceling statement due to lock timeout" in self.postgres.log_text(),
                   30, "it has given up once")
        gate.run("COMMIT")
        self.wait_up(server)
        load.stop()
        self.say(self.check(server))


if __name__ == "__main__":
    unittest.main()
