"""Events that the database refuses: put aside whole, one by one, and never in the way of others."""
import time
import unittest

from db_support import DatabaseCase

from harness.process import wait_until
from harness.server import Server


class UnknownAds(DatabaseCase):
    def test_accepted_while_nobody_knew_then_rejected_then_retried(self) -> None:
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        server = self.start_server()
        events = self.post(server, 0, 40, ads=4)
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')
        self.wait_up(server)
        self.wait_at_rest(server)
        self.assert_books(server, 40)
        self.assertEqual(server.metrics().value("adtracker_events_rejected_total",
                                                reason="unknown_ad"), 40)
        self.assertEqual(
            self.psql("SELECT kind, ad_id, playback_ms / 1000, host(ip) FROM rejected_events "
                      "WHERE reason = 'unknown ad' ORDER BY playback_ms"),
            [(e.kind, str(e.ad_id), str(e.number), e.body()["ip"]) for e in events])
        self.add_ads(3)
        self.assertEqual(self.value("SELECT retry_rejected(2)"), "10")
        self.assertEqual(self.value("SELECT retry_rejected()"), "20")
        self.assertEqual(self.value("SELECT retry_rejected()"), "0")
        self.assert_stored([e for e in events if e.ad_id < 4])
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "10")

    def test_an_ad_that_goes_between_acceptance_and_storing(self) -> None:
        server = self.open_server()
        self.psql("""
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON events FOR EACH ROW
            WHEN (NEW.playback_ms = 0) EXECUTE FUNCTION slow()""")
        events = self.post(server, 0, 1)
        server.wait_until(lambda: self.value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1")
        events += self.post(server, 1, 9)
        self.psql("DELETE FROM ads WHERE id = 2")
        self.wait_at_rest(server)
        self.assert_stored([e for e in events if e.ad_id != 2])
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "3")
        self.assert_books(server, 10)
        self.assertEqual(server.post("/ads/click", {"ad_id": 2, "ip": "::1"}).status, 404)


class OtherEncoding(DatabaseCase):
    def test_an_event_id_that_the_database_has_no_characters_for(self) -> None:
        """Its key needs none: it is counted once, as any other."""
        self.database += "latin"
        self.postgres.psql(f"CREATE DATABASE {self.database} ENCODING 'LATIN1' LOCALE 'C' "
                           "TEMPLATE template0")
        server = self.open_server(DB_CONN=self.postgres.conninfo(self.database))
        for event_id in ("plain", "caf\u00e9", "\U0001f600", "\u20ac", "\u20ac", "plain"):
            body = {"ad_id": 1, "ip": "10.0.0.1", "event_id": event_id}
            self.assertEqual(server.post("/ads/click", body).status, 202)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), "4")
        self.assertEqual(self.value("SELECT duplicate[1] FROM ingest_cursor"), "2")
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")


class BadRows(DatabaseCase):
    REFUSE_ODD = """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.ip = '10.0.99.7' THEN RAISE EXCEPTION 'ünwanted: %', repeat('é', 200); END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()"""

    def refused(self, server: Server) -> float:
        return server.metrics().value("adtracker_events_rejected_total", reason="refused")

    def test_one_by_a_constraint_among_many(self) -> None:
        server = self.open_server()
        self.psql("ALTER TABLE events ADD CONSTRAINT odd CHECK (ip <> '10.0.99.7')")
        events = self.post(server, 0, 240)
        self.wait_at_rest(server)
        bad = [e for e in events if e.body()["ip"] == "10.0.99.7"]
        self.assertEqual(len(bad), 1)
        self.assert_stored([e for e in events if e not in bad])
        self.assertEqual(
            self.psql("SELECT kind, ad_id, host(ip), playback_ms / 1000, key IS NOT NULL FROM rejected_events"),
            [(bad[0].kind, str(bad[0].ad_id), "10.0.99.7", str(bad[0].number), "f")])
        self.assertRegex(self.value("SELECT reason FROM rejected_events"), "^23514: .*odd")
        self.assertEqual(self.refused(server), 1)
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)
        self.assert_books(server, len(events))
        self.psql("ALTER TABLE events DROP CONSTRAINT odd")
        self.assertEqual(self.value("SELECT retry_rejected()"), "1")
        self.assert_stored(events)

    def test_some_by_a_trigger_in_one_large_batch(self) -> None:
        server = self.open_server()
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                  "current_database() AND pid <> pg_backend_pid(); " + self.REFUSE_ODD)
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        events = self.post(server, 0, 1500)
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')
        self.wait_at_rest(server)
        good = [e for e in events if e.body()["ip"] != "10.0.99.7"]
        self.assertEqual(len(good), 1494)
        self.assert_stored(good)
        self.assertEqual(self.refused(server), 6)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events "
                                    "WHERE reason LIKE 'P0001: ünwanted: éé%'"), "6")
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)
        self.assert_books(server, len(events))

    def test_many_that_fail_alike_hold_the_queue_until_it_is_mended(self) -> None:
        server = self.open_server()
        self.psql("ALTER TABLE events ADD CONSTRAINT nothing CHECK (false) NOT VALID")
        events = self.post(server, 0, 60)
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        self.assertEqual(server.log_text().count("ingest paused"), 1)
        aside = int(self.value("SELECT count(*) FROM rejected_events"))
        self.assertLessEqual(aside, 10)
        events += self.post(server, 60, 20)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), 80 - aside)
        self.psql("ALTER TABLE events DROP CONSTRAINT nothing")
        self.wait_at_rest(server)
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)
        self.assertEqual(int(self.value("SELECT retry_rejected()")), aside)
        self.assert_stored(events)
        self.assert_books(server, len(events))


class Mending(DatabaseCase):
    """Faults of permissions and schema lose nothing: the queue waits."""

    def held(self, server: Server) -> bool:
        return server.metrics().value("adtracker_ingest_held") == 1

    def assert_holds_and_goes_on(self, server: Server, spoil: str, mend: str) -> None:
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.psql(spoil)
        events += self.post(server, 10, 10)
        server.wait_until(lambda: self.held(server))
        self.assertEqual(server.get("/livez").status, 200)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), 10)
        self.psql(mend)
        self.wait_at_rest(server)
        self.assertFalse(self.held(server))
        self.assert_stored(events)
        self.assert_books(server, 20)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "0")

    def test_a_permission_revoked_and_granted(self) -> None:
        self.start_server().stop()
        server = self.start_server()
        self.wait_up(server)
        server.stop()
        role = f"r{self.database}"
        self.psql(f"""CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role};
                      GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};
                      GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}""")
        server = self.open_server(DB_CONN=self.db_conn.replace("user=postgres", f"user={role}"))
        self.assert_holds_and_goes_on(server, f"REVOKE INSERT ON events FROM {role}",
                                      f"GRANT INSERT ON events TO {role}")

    def test_a_table_that_is_away(self) -> None:
        self.assert_holds_and_goes_on(self.open_server(), "ALTER TABLE counts_minute RENAME TO away",
                                      "ALTER TABLE away RENAME TO counts_minute")

    def test_a_column_that_is_away(self) -> None:
        self.assert_holds_and_goes_on(self.open_server(), "ALTER TABLE events RENAME ip TO away",
                                      "ALTER TABLE events RENAME away TO ip")

    def test_restarted_while_it_is_held(self) -> None:
        server = self.open_server(SHUTDOWN_GRACE_SECONDS="0")
        self.psql("ALTER TABLE counts_minute RENAME TO away")
        events = self.post(server, 0, 10)
        server.wait_until(lambda: self.held(server))
        self.assertEqual(server.stop(), 0)
        server.start()
        server.wait_until(lambda: self.held(server))
        events += self.post(server, 10, 10)
        self.psql("ALTER TABLE away RENAME TO counts_minute")
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, 10)


class Systemic(DatabaseCase):
    def test_a_fault_that_stays_puts_no_more_aside_while_it_is_held(self) -> None:
        """Also when the session is opened anew meanwhile: ten alike are enough to know."""
        server = self.open_server()
        self.psql("ALTER TABLE events ADD CONSTRAINT none CHECK (false) NOT VALID")
        events = self.post(server, 0, 60)
        held = "ingest paused, needs attention"
        server.wait_until(lambda: held in server.log_text())
        aside = self.value("SELECT count(*) FROM rejected_events")
        time.sleep(13)
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), aside)
        self.assertEqual(server.log_text().count(held), 1)
        self.assertNotIn("ingest resumed", server.log_text())
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 1)
        self.psql("ALTER TABLE events DROP CONSTRAINT none")
        self.wait_at_rest(server)
        self.psql("SELECT retry_rejected()")
        self.assert_stored(events)


class Lethal(DatabaseCase):
    """An event over which the database's process ends, as a fault in it would do."""

    KILL = """
        CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'kill -9 ' || pg_backend_pid());
            PERFORM pg_sleep(10);
            RETURN NEW;
        END $$;
        CREATE TRIGGER end_it BEFORE INSERT ON events FOR EACH ROW
        WHEN (NEW.playback_ms = 100000) EXECUTE FUNCTION end_it()"""

    def test_it_is_found_and_told_and_the_others_before_it_are_stored(self) -> None:
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.open_server(DB_CONN=self.db_conn)
        self.psql(self.KILL)
        events = self.post(server, 0, 200)
        held = "the next event ends every connection"
        server.wait_until(lambda: held in server.log_text(), 90)
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 1)
        tries = server.metrics().value("adtracker_db_connects_total", connection="writer")
        # About twenty; a busy PostgreSQL takes some more in and loses them while it goes down. Without a
        # backoff they are hundreds.
        self.assertLess(tries, 60)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "ip": "10.0.200.7"}).status, 202)
        self.assertEqual(self.with_patience("SELECT count(*) FROM events"), "100")
        self.with_patience("DROP TRIGGER end_it ON events")
        self.wait_at_rest(server)
        self.assertEqual(server.log_text().count(held), 1)
        rows = self.psql("SELECT playback_ms / 1000 FROM events WHERE ip <> '10.0.200.7' ORDER BY 1")
        self.assertEqual([int(row[0]) for row in rows], [event.number for event in events])
        self.assertEqual(server.metrics().value("adtracker_ingest_held"), 0)

    def with_patience(self, sql: str) -> str:
        """The database recovers from each crash, and takes nobody meanwhile."""
        found = []

        def ask() -> bool:
            try:
                found.append(self.postgres.psql(sql, self.database))
                return True
            except AssertionError:
                return False

        wait_until(ask, 30)
        return found[-1][0][0] if found[-1] else ""


class Remade(DatabaseCase):
    def test_a_schema_that_was_dropped_is_made_anew(self) -> None:
        server = self.open_server()
        self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        server.post("/ads/click", {"ad_id": 1, "ip": "::1"})
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 0, 30)
        self.add_ads()
        self.wait_ads(server)
        self.wait_at_rest(server)
        self.psql("SELECT retry_rejected()")  # those that were quicker than the ads
        self.assertEqual(self.value("SELECT count(*) FROM events"), "11")  # the journal still held them
        self.assert_counts_agree()


if __name__ == "__main__":
    unittest.main()
