"""A database that is dumped while a server works on it, and restored: the server goes on in the copy, and
what it lacks is stored again from the journal."""
import subprocess
import unittest

from db_support import DatabaseCase, Load


class DumpAndRestore(DatabaseCase):
    def dump(self) -> str:
        return subprocess.run([str(self.postgres.bin / "pg_dump"), "-d", self.postgres.conninfo(self.database)],
                              capture_output=True, text=True, timeout=120, check=True).stdout

    def restore(self, dump: str) -> None:
        self.database += "_restored"
        self.db_conn = self.postgres.create_database(self.database)
        self.psql(dump)
        self.assert_counts_agree()  # a dump is of one moment

    def test_a_server_goes_on_in_the_copy(self) -> None:
        server = self.open_server()
        self.add_ads()
        self.wait_ads(server)
        load = Load(self, [server]).start()
        load.wait_accepted(300)
        dump = self.dump()
        load.wait_accepted(300)
        accepted = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(accepted)
        self.assertEqual(server.stop(), 0)

        self.restore(dump)
        self.assertLess(int(self.value("SELECT count(*) FROM events")), len(accepted))
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        accepted += self.post(server, len(accepted) + 1000, 50)
        server.wait_until(lambda: self.value("SELECT count(*) FROM events") == str(len(accepted)), 30)
        self.wait_at_rest(server)
        self.assert_stored(accepted)

    def test_rejected_events_and_keys_come_along(self) -> None:
        server = self.open_server()
        self.add_ads(1)
        self.wait_ads(server)
        keyed = {"ad_id": 1, "ip": "10.0.0.1", "event_id": "once"}
        self.assertEqual(server.post("/ads/click", keyed).status, 202)
        self.wait_at_rest(server)
        self.psql("DELETE FROM ads")
        server.wait_until(lambda: server.get("/ads").json() == [])
        server.stop()
        self.psql("INSERT INTO rejected_events (journal, sequence, kind, ad_id, occurred_at, video_playback_time, "
                  "reason) VALUES (gen_random_uuid(), 1, 'click', 9, now(), 3, 'unknown ad')")
        self.restore(self.dump())
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (1, 'x', 'y'), (9, 'x', 'y')")
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        self.wait_ads(server)
        self.assertEqual(server.post("/ads/click", keyed).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "2")
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
