"""One lane fails and the others do not: what they store, what is told meanwhile, and that all is exact afterwards."""
import threading
import time
import unittest
from typing import List, Tuple

from analytics_oracle import us_of_text
from db_support import Event, Load, SqlSession
from lanes_support import LanesCase

from harness.server import Server

EVENTS = 400


class Faults(LanesCase):
    lanes = 4

    def refuse_claims(self, lane: int, state: str = "55P03") -> None:
        """Of one lane, by an error as a lock, or the node that has it, would give it."""
        self.psql(f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  f"IF NEW.lane = {lane} AND NEW.claimed_at = now() THEN "
                  f"RAISE EXCEPTION 'lane {lane} is away' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$; "
                  "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ingest_cursor "
                  "FOR EACH ROW EXECUTE FUNCTION refuse()")

    def let_claim(self) -> None:
        self.psql("DROP TRIGGER refuse ON ingest_cursor")

    def stored_in(self, lane: int) -> int:
        return int(self.value(f"SELECT count(*) FROM events WHERE lane = {lane}"))

    def wait_only_missing(self, server: Server, lane: int) -> None:
        """All lanes but this one store what they get."""
        before = [self.stored_in(other) for other in range(self.lanes)]
        self.post_with_ids(server, self.posted, EVENTS)
        self.posted += EVENTS
        for other in set(range(self.lanes)) - {lane}:
            server.wait_until(lambda: self.stored_in(other) > before[other], 30)
        server.wait_until(lambda: server.metrics().value("adtracker_lanes_up") == self.lanes - 1, 30)
        self.assertEqual(self.stored_in(lane), before[lane])
        self.assertGreater(server.metrics().value("adtracker_queue_events"), 0)

    def assert_exact(self, server: Server) -> None:
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assertEqual(self.times_stored(), {n: 1 for n in range(self.posted)})
        self.assert_in_lanes(self.lanes)
        self.assert_counts_agree()

    def start_again(self, server: Server) -> None:
        """With events in its journal that no lane has."""
        self.posted = EVENTS
        self.post_with_ids(server, 0, EVENTS)
        self.wait_at_rest(server)
        server.kill()


class Claims(Faults):
    def assert_others_go_on(self, lane: int, state: str) -> None:
        server = self.open_server()
        self.start_again(server)
        self.refuse_claims(lane, state)
        server.start()
        self.wait_only_missing(server, lane)
        self.let_claim()
        self.assert_exact(server)
        self.assert_books(server, self.posted - EVENTS)

    def test_of_the_first_lane(self) -> None:
        """By which a journal is claimed, unless that fails."""
        self.assert_others_go_on(0, "55P03")

    def test_of_another_lane(self) -> None:
        self.assert_others_go_on(2, "57014")

    def test_of_a_journal_that_is_new(self) -> None:
        """It begins in the first lane, and waits for that."""
        server = self.open_server()
        self.start_again(server)
        self.refuse_claims(0)
        other = self.start_server()
        self.post_with_ids(other, EVENTS, EVENTS)
        other.wait_until(lambda: "lane 0 is away" in other.log_text(), 60)
        self.assertNotIn("does not know", other.log_text())
        self.let_claim()
        self.posted = 2 * EVENTS
        self.assert_exact(other)

    def test_that_hangs_behind_a_lock(self) -> None:
        server = self.open_server()
        self.start_again(server)
        gate = SqlSession(self, self.postgres, self.database)
        gate.run("BEGIN; SELECT FROM ingest_cursor WHERE lane = 0 FOR UPDATE")
        server.start()
        self.wait_only_missing(server, 0)
        gate.run("ROLLBACK")
        self.assert_exact(server)


class SharedClaims(Claims):
    """Where several lanes share a connection."""
    lanes = 16


class Witness:
    """Holds what the analytics say against what was accepted: all that was so before complete_until is in them."""

    def __init__(self, server: Server, load: Load) -> None:
        self.answers = 0
        self.faults: List[str] = []
        self._server, self._load = server, load
        self._accepted: List[Tuple[int, int]] = []  # so many by then, in microseconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(30)
        assert not self.faults, self.faults[:3]
        assert self.answers > 0, "nothing was answered"

    def _run(self) -> None:
        while not self._stopping.wait(0.1):
            self._accepted.append((time.time_ns() // 1000, len(self._load.accepted)))
            answer = self._server.get("/ads/analytics?period=7d")
            if answer.status == 200:
                self._look(answer.json())

    def _look(self, told: dict) -> None:
        self.answers += 1
        until = told["meta"]["complete_until"]
        wanted = max((n for at, n in self._accepted if until and at <= us_of_text(until)), default=0)
        found = told["total_impressions"] + told["total_clicks"]
        if found < wanted:
            self.faults.append(f"{found} of {wanted}: {told}")


class Trouble(Faults):
    """In one lane, under load: the others keep up with that, no answer claims to have what it has not, and all is
    exact when it is over."""
    busy = 1
    begin = ("CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.lane = {} THEN {} END IF; "
             "RETURN NEW; END $$; CREATE TRIGGER trouble BEFORE INSERT OR UPDATE ON ingest_cursor "
             "FOR EACH ROW EXECUTE FUNCTION trouble()")  # whenever a position moves
    end = "DROP TRIGGER trouble ON ingest_cursor"

    def store_meanwhile(self, server: Server, with_witness: bool = True) -> List[Event]:
        """Returns what was accepted under load, of which the other lanes have stored what is theirs."""
        load = Load(self, [server]).start()
        witness = Witness(server, load) if with_witness else None
        load.wait_accepted(4000, 120)
        wanted = len(load.accepted) * (self.lanes - 1) / self.lanes * 0.9
        server.wait_until(lambda: int(self.value(
            f"SELECT count(*) FROM events WHERE lane <> {self.busy}")) > wanted, 30)
        if witness:
            witness.stop()
        return load.stop()

    def trouble(self, deed: str, **env: str) -> None:
        server = self.open_server(**env)
        self.psql(self.begin.format(self.busy, deed))
        events = self.store_meanwhile(server)
        self.psql(self.end)
        self.wait_up(server)
        self.wait_at_rest(server, 60)
        self.assert_stored(events)
        self.assert_books(server, len(events))

    def test_a_slow_lane(self) -> None:
        """It is waited for by nobody who reads the journal back."""
        self.trouble("PERFORM pg_sleep(1.5);", QUEUE_MAX_EVENTS="80")

    def test_a_lane_whose_connection_is_killed_time_after_time(self) -> None:
        self.trouble("IF random() < 0.5 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;")

    def test_a_lane_that_meets_deadlocks_and_timeouts(self) -> None:
        self.trouble("IF random() < 0.7 THEN RAISE EXCEPTION 'no' USING ERRCODE = "
                     "(ARRAY['40P01', '40001', '55P03', '57014'])[1 + floor(4 * random())]; END IF;")

    def test_a_lane_with_bad_events(self) -> None:
        """Which no answer has as long as they are rejected."""
        server = self.open_server()
        self.psql(f"ALTER TABLE events ADD CONSTRAINT odd CHECK (lane <> {self.busy} OR playback_ms % 40000 <> 7000)")
        events = self.store_meanwhile(server, with_witness=False)
        self.wait_at_rest(server, 60)
        self.assert_books(server, len(events))
        self.assertEqual(self.psql("SELECT DISTINCT lane FROM rejected_events"), [(str(self.busy),)])
        self.psql("ALTER TABLE events DROP CONSTRAINT odd; SELECT retry_rejected()")
        self.assert_stored(events)


if __name__ == "__main__":
    unittest.main()
