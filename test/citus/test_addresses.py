"""Viewers' addresses on a cluster: those that are old go, and one viewer's, wherever their lanes lie."""
import unittest

from citus_case import CitusCase
from db_support import SqlSession

OLD = "now() - interval '5 days'"


class Addresses(CitusCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.distributed_server(2)
        self.post(self.server, 0, 60)
        self.wait_at_rest(self.server)
        self.server.stop()
        for lane in (0, 1):  # days of their own, late ones, the default partition
            self.psql("INSERT INTO events (lane, occurred_at, received_at, ad_id, kind, late, ip) "
                      f"SELECT {lane}::smallint, {OLD} - n * interval '1 day', now(), 1, 'pause'::event_kind, l, "
                      "'10.9.9.9' FROM generate_series(0, 30, 10) AS n, unnest('{true,false}'::boolean[]) AS l")
        self.psql("INSERT INTO rejected_events (lane, id, journal, sequence, kind, received_at, occurred_at, ad_id, "
                  "ip, reason, playback_ms, verdict, flags, detail, quantity) SELECT l::smallint, 1000 + l, "
                  "'00000000-0000-4000-8000-000000000001'::uuid, l, 'pause'::event_kind, now(), "
                  f"{OLD}, 77, '10.9.9.9'::inet, 'unknown ad', 0, 0, 0, 0, 1 FROM generate_series(0, 1) AS l")

    def kept(self, table: str, where: str = "true") -> int:
        return int(self.value(f"SELECT count(ip) FROM {table} WHERE {where}"))

    def test_old_ones_go_behind_a_retry_that_is_under_way(self) -> None:
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (77, 'https://a.example', 'https://b.example')")
        retry = SqlSession(self, self.postgres, self.database)
        self.assertEqual(retry.run("BEGIN; SELECT retry_rejected()"), ["2"])
        for lane in (0, 1):
            self.assertEqual(self.value(f"SELECT expire_addresses({lane}::smallint, 3)"), "f")
        retry.run("COMMIT")
        self.server.env["ADDRESS_RETENTION_DAYS"] = "3"
        self.server.start()
        self.server.wait_until(lambda: self.kept("events") == 60, 120)
        self.assertEqual(self.kept("events", f"occurred_at <= {OLD}"), 0)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "78")

    def test_one_viewers(self) -> None:
        """Those of the oldest days first."""
        self.assertEqual(self.value("SELECT forget_viewer('10.9.9.9', '-infinity', now() - interval '25 days')"), "8")
        self.assertEqual((self.kept("events"), self.kept("rejected_events")), (68, 2))
        self.assertEqual(self.value("SELECT forget_viewer('10.9.9.9')"), "10")
        self.assertEqual((self.kept("events"), self.kept("rejected_events")), (60, 0))
        self.assertEqual(self.value("SELECT forget_viewer('10.9.9.9')"), "0")


if __name__ == "__main__":
    unittest.main()
