"""enable_citus() on an empty and a filled database; what the server does, and what people do in SQL, works after it."""
import unittest
from datetime import datetime, timedelta, timezone

from citus_case import CitusCase
from db_support import SqlSession
from harness.process import wait_until

TABLES = {"marks", "lanes", "ingest_cursor", "ingest_runs", "placements", "events", "event_keys", "counts_minute",
          "counts_late", "counts", "rejected_events"}
HANDED_ON = {"ingest_batch", "ingest_text", "import_batch", "import_text", "claim_lane", "import_position",
             "close_minutes", "roll_up", "fold_late", "expire_addresses", "stop_lane"}


class Enable(CitusCase):
    def test_a_filled_database_is_distributed_and_goes_on(self) -> None:
        server = self.open_server()
        self.wait_maintained()
        before = self.post(server, 0, 100)
        self.wait_at_rest(server)
        self.psql("CREATE VIEW mine AS SELECT sum(events) FROM ad_totals; GRANT SELECT ON ad_totals TO PUBLIC")
        self.assertIn("11 tables are distributed by lane in 4 shards over 2 workers", self.enable())
        self.assertEqual(self.value("SELECT sum FROM mine"), "100")
        self.assertIn("=r/", self.value("SELECT relacl FROM pg_class WHERE oid = 'ad_totals'::regclass"))
        tables = {name for name, in self.psql(
            "SELECT logicalrelid::text FROM pg_dist_partition p WHERE p.partmethod = 'h' AND NOT EXISTS "
            "(SELECT FROM pg_inherits WHERE inhrelid = p.logicalrelid)")}
        self.assertEqual(tables, TABLES)
        self.assertEqual(self.value("SELECT count(DISTINCT colocationid) FROM pg_dist_partition "
                                    "WHERE partmethod = 'h'"), "1")
        handed = {name for name, in self.psql(
            "SELECT proname FROM pg_catalog.pg_dist_object o JOIN pg_proc p ON p.oid = o.objid "
            "WHERE o.classid = 'pg_proc'::regclass AND o.distribution_argument_index = 0")}
        self.assertEqual(handed, HANDED_ON)
        after = self.post(server, 100, 100)
        self.wait_at_rest(server)
        self.assert_stored(before + after)
        self.assert_books(server, 200)
        self.assertIn("distributed already", self.words_of_refusal("SELECT enable_citus()"))

    def test_an_empty_one_and_an_upgrade_after_it(self) -> None:
        server = self.distributed_server()
        server.stop()
        self.psql("UPDATE schema_functions SET digest = 'other'; DROP FUNCTION silent_ads, delete_event")
        server.start()
        wait_until(lambda: self.value("SELECT to_regproc('silent_ads') IS NOT NULL") == "t", 120, "functions applied")
        self.wait_up(server, 60)
        events = self.post(server, 0, 60)
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assertEqual(self.value("SELECT is_distributed()"), "t")
        self.assertEqual(self.value("SELECT count(*) FROM run_command_on_workers($$SELECT to_regproc('silent_ads')$$) "
                                    "WHERE result = 'silent_ads'"), "2")

    def test_ads_are_known_at_every_node_as_they_change(self) -> None:
        self.distributed_server()
        asked = ("SELECT string_agg(DISTINCT result, ' ') FROM run_command_on_workers("
                 "'SELECT coalesce(array_agg(id ORDER BY id), ''{}'') FROM ad_ids')")
        self.assertEqual(self.value(asked), "{1,2,3}")
        self.psql("INSERT INTO ads (id, image_url) VALUES (70, 'x'); DELETE FROM ads WHERE id = 2")
        self.assertEqual(self.value(asked), "{1,3,70}")
        self.psql("UPDATE ads SET id = 71 WHERE id = 70")
        self.assertEqual(self.value(asked), "{1,3,71}")
        self.psql("TRUNCATE ads")
        self.assertEqual(self.value(asked), "{}")

    def test_views_take_rows_and_a_function_takes_them_away(self) -> None:
        self.distributed_server()
        self.psql("INSERT INTO clicks (ad_id, timestamp, video_playback_time, ip) SELECT 1 + n % 3, now() AT TIME ZONE "
                  "'UTC' - n * interval '7 hours', n, '10.0.0.' || n FROM generate_series(1, 9) AS n")
        self.psql("INSERT INTO impressions (ad_id) VALUES (1), (2)")
        self.assert_counts_agree()
        self.assertEqual(self.value("SELECT sum(clicks) || ' ' || sum(impressions) FROM ad_totals"), "9 2")
        self.assertIn("cannot delete from view", self.words_of_refusal("DELETE FROM clicks WHERE ad_id = 1"))
        self.assertIn("cannot update view", self.words_of_refusal("UPDATE clicks SET ad_id = 2 WHERE ad_id = 1"))
        for number, at in self.psql("SELECT id, timestamp FROM clicks WHERE video_playback_time IN (2, 5)"):
            self.assertEqual(self.value(f"SELECT delete_event({number}, '{at}Z')"), "t")
            self.assertEqual(self.value(f"SELECT delete_event({number}, '{at}Z')"), "f")
        self.assert_counts_agree()
        self.assertEqual(self.value("SELECT sum(clicks) || ' ' || (SELECT count(*) FROM clicks) FROM traffic_days"),
                         "7 7")

    def test_partitions_come_and_go(self) -> None:
        """Rows that lie in the default partition move to the one that is made for their day."""
        server = self.distributed_server()
        day = (datetime.now(timezone.utc) + timedelta(days=20)).date()
        self.psql(f"INSERT INTO clicks (ad_id, timestamp) SELECT 1, '{day} 12:00' FROM generate_series(1, 50)")
        self.assertEqual(self.value("SELECT count(*) FROM events_default"), "50")
        self.assertEqual(self.value(f"SELECT make_partition('events', true, '{day}')"), "t")
        self.assertEqual(self.value(f"SELECT make_partition('events', false, '{day}')"), "t")
        self.assertEqual(self.value(f"SELECT make_partition('events', false, '{day}')"), "f")
        self.assertEqual(self.value("SELECT count(*) FROM events_default"), "0")
        self.assertEqual(self.value(f"SELECT count(*) FROM events_{day:%Y%m%d}"), "50")
        self.assertEqual(self.value(f"SELECT count(*) FROM pg_indexes WHERE tablename = 'events_{day:%Y%m%d}' "
                                    "AND indexdef LIKE '%USING brin%'"), "1")
        self.assertEqual(self.value(f"SELECT drop_partition('events_{day:%Y%m%d}')"), "t")
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "0")
        self.post(server, 0, 10)
        self.wait_at_rest(server)

    def test_a_reader_delays_no_drop_for_long(self) -> None:
        """A drop waits half a second for who reads on a worker, then gives up and leaves all as it was."""
        self.distributed_server()
        day = (datetime.now(timezone.utc) + timedelta(days=3)).date()
        session = SqlSession(self, self.postgres.node_of(0, self.database), self.database)
        shard = self.value(f"SELECT 'events_{day:%Y%m%d}_' || get_shard_id_for_distribution_column("
                           f"'events_{day:%Y%m%d}', 0::smallint)")
        session.run(f"BEGIN; SET LOCAL citus.override_table_visibility = off; SELECT count(*) FROM {shard}")
        self.assertIn("lock timeout", self.words_of_refusal(f"SELECT drop_partition('events_{day:%Y%m%d}')"))
        session.run("COMMIT")
        self.assertEqual(self.value(f"SELECT drop_partition('events_{day:%Y%m%d}')"), "t")

    def test_events_are_kept_for_some_time_only(self) -> None:
        self.distributed_server(lanes=2)
        self.psql("INSERT INTO clicks (ad_id, timestamp) SELECT 1, now() AT TIME ZONE 'UTC' - n * interval '1 day' "
                  "FROM generate_series(0, 39) AS n; UPDATE ingest_cursor SET received_to = now()")
        for call in ("roll_up", "fold_late"):
            self.repeat_by_lane(call)
        while self.value("SELECT maintain(now(), 16)") == "t":
            pass
        kept = int(self.value("SELECT count(*) FROM clicks"))
        self.assertTrue(15 <= kept <= 18, kept)
        self.assertEqual(self.value("SELECT sum(clicks) FROM traffic_days"), "40")

    def test_rejected_events_are_stored_once_their_ad_is_there(self) -> None:
        server = self.distributed_server(lanes=2)
        self.psql("INSERT INTO ads (id, image_url) SELECT n, 'x' FROM generate_series(11, 14) AS n")
        self.wait_ads(server)
        self.psql("ALTER TABLE ads DISABLE TRIGGER ads_changed; DELETE FROM ads WHERE id > 10")
        body = [{"type": "click", "ad_id": 11 + n % 4, **({"event_id": f"r{n}"} if n % 3 else {})} for n in range(60)]
        self.assertEqual(server.request("POST", "/ads/events", body).status, 202)
        self.wait_at_rest(server)
        rejected = int(self.value("SELECT count(*) FROM rejected_events"))
        self.assertGreater(rejected, 0)
        self.psql("INSERT INTO ads (id, image_url) SELECT n, 'x' FROM generate_series(11, 14) AS n")
        self.assertEqual(int(self.value("SELECT retry_rejected()")), rejected)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")
        self.assertEqual(self.value("SELECT sum(quantity) FROM events WHERE ad_id > 10"), "60")
        self.assertEqual(self.value("SELECT bool_and(lane_of(key, 0, 2) = lane) FROM event_keys"), "t")
        self.assert_counts_agree()

    def test_it_is_refused_in_words_without_workers(self) -> None:
        self.open_server()
        self.psql("SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid <> 0")
        self.assertIn("the cluster has no workers: citus_add_node", self.words_of_refusal("SELECT enable_citus()"))


if __name__ == "__main__":
    unittest.main()
