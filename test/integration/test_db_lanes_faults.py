"""One lane fails and the others do not: what they store, what is told meanwhile, and that all is exact afterwards."""
import unittest

from db_support import SqlSession
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

    def test_of_the_first_lane_whose_node_is_away(self) -> None:
        self.assert_others_go_on(0, "57P03")

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


if __name__ == "__main__":
    unittest.main()
