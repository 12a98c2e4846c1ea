"""Installations in schemas of one database: each finds its own, whatever search_path a caller has."""
import unittest
from typing import List

from db_support import DatabaseCase, Event, SqlSession
from functions_support import JOURNAL, NONCE, ingest_sql, row

from harness.process import wait_until
from harness.server import Server

ODD = 'Odd "Schema", t2'  # a name that has to be quoted, everywhere
AT_ONCE_SECONDS = 10  # far below the poll of 30 s


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


class OwnSchema(DatabaseCase):
    """Each schema has a role of its own, which a setting leads there. `psql` has no path but that of
    `schema`."""

    def setUp(self) -> None:
        super().setUp()
        self.schema = "public"

    def psql(self, sql: str) -> list:
        return super().psql(f"SET search_path = {quoted(self.schema)}; {sql}")

    def value(self, sql: str) -> str:
        return self.psql(sql)[0][0]

    def make_role(self, search_path: str) -> str:
        """A role with this path; returns its conninfo."""
        role = f"r{self.random.getrandbits(48):x}"
        self.postgres.psql(f"CREATE ROLE {role} LOGIN SUPERUSER; ALTER ROLE {role} SET search_path = {search_path}")
        return self.db_conn.replace("user=postgres", f"user={role}")

    def make_schema(self, name: str) -> str:
        self.postgres.psql(f"CREATE SCHEMA {quoted(name)}", self.database)
        return self.make_role(quoted(name))

    def open_in(self, schema: str, conninfo: str) -> Server:
        """As open_server(), in a schema: it stays the one of psql."""
        self.schema = schema
        return self.open_server(DB_CONN=conninfo)

    def wait_held(self, server: Server) -> str:
        """Until storing is paused; returns what the log says."""
        server.wait_until(lambda: server.metrics().value("adtracker_ingest_held") == 1)
        return server.log_text()


class Two(OwnSchema):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.open_in("t1", self.make_schema("t1"))
        self.wait_maintained()
        self.second = self.open_in(ODD, self.make_schema(ODD))
        self.wait_maintained()
        self.servers = {"t1": self.first, ODD: self.second}

    def post_to(self, schema: str, first: int, count: int) -> List[Event]:
        events = self.post(self.servers[schema], first, count)
        self.wait_at_rest(self.servers[schema])
        return events

    def test_each_stores_what_it_accepted(self) -> None:
        """Both journals are the first of their schema: that number must not be all that is locked."""
        events = {"t1": self.post_to("t1", 0, 20), ODD: self.post_to(ODD, 100, 30)}
        for self.schema, server in self.servers.items():
            self.assert_stored(events[self.schema])
            self.assert_books(server, len(events[self.schema]))
            self.assertEqual(self.value("SELECT journal_id FROM ingest_cursor"), "1")
        for schema, server in self.servers.items():
            self.assertEqual(server.stop(), 0)
            server.start()
            self.wait_up(server)
            self.assertNotIn("VA00", server.log_text())
            events[schema] += self.post_to(schema, 500, 10)
        for self.schema in self.servers:
            self.assert_stored(events[self.schema])
        self.assertEqual(super().psql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                                      "OR relnamespace::regnamespace::text LIKE 'pg_temp%'"), [])

    def test_each_follows_its_own_ads_alone(self) -> None:
        listener = SqlSession(self, self.postgres, self.database)
        channel = self.value("SELECT 'ads_changed_' || quote_ident(current_schema())::regnamespace::oid")  # of ODD
        listener.run(f"LISTEN {channel}")
        self.schema = "t1"
        self.psql("UPDATE ads SET active = false WHERE id = 2")
        self.first.wait_until(lambda: self.listed(self.first) == 2, AT_ONCE_SECONDS)
        self.assertEqual(self.listed(self.second), 3)
        self.assertEqual(listener.run("SELECT 1"), ["1"])
        self.schema = ODD
        self.psql("DELETE FROM ads WHERE id = 1")
        self.second.wait_until(lambda: self.listed(self.second) == 2, AT_ONCE_SECONDS)
        self.assertIn(channel, "".join(listener.run("SELECT 1")))

    def test_maintenance_of_one_does_not_keep_the_other_from_its_own(self) -> None:
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; SET search_path = t1; SELECT pg_advisory_xact_lock(lock_key('maintain'))")
        self.psql("DROP TABLE {}".format(self.value(
            "SELECT 'events_' || to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')")))
        self.assertEqual(self.value("SELECT maintain()"), "t")
        self.schema = "t1"
        self.assertEqual(self.value("SELECT maintain()"), "f")

    def test_a_caller_may_have_any_search_path(self) -> None:
        """Everything that a person or a script calls, from sessions that would find other tables."""
        untouched = self.contents()
        traps = "".join(f"CREATE TEMP TABLE {table} (LIKE t1.{table} INCLUDING ALL); " for table in
                        ("ads", "events", "counts", "counts_minute", "counts_late", "event_keys", "marks",
                         "placements", "rejected_events", "ingest_cursor"))
        for n, path in enumerate(("DEFAULT", "''", quoted(ODD), f"pg_temp, {quoted(ODD)}, t1")):
            with self.subTest(path):
                session = SqlSession(self, self.postgres, self.database)
                session.run(traps * path.startswith("pg_temp"))
                session.run(f"SET search_path = {path}")
                self.call_everything(session, 100 * n)
        self.schema = "t1"
        self.assert_counts_agree()
        self.schema = ODD
        self.assertEqual(self.contents(), untouched)

    def contents(self) -> list:
        return self.psql("SELECT to_jsonb(e)::text FROM events e "
                         "UNION ALL SELECT to_jsonb(c)::text FROM counts_minute c "
                         "UNION ALL SELECT to_jsonb(r)::text FROM rejected_events r UNION ALL SELECT relname FROM "
                         "pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace ORDER BY 1")

    def call_everything(self, session: SqlSession, number: int) -> None:
        def run(sql: str) -> List[str]:
            answer = session.run(sql)
            self.assertNotIn("ERROR", "".join(answer))
            return answer

        def totals() -> List[str]:
            return run("SELECT kind, events FROM t1.analytics_totals('-infinity', 'infinity', NULL) WHERE kind < 2")

        before = [int(line.split("|")[1]) for line in totals()]
        ingest = ingest_sql([row(number + 1, event_id=f"e{number}"), row(number + 2, ad_id=90 + number),
                             row(number + 3, event_id=f"e{number}")])
        for sql in (f"SELECT last_sequence FROM t1.claim_journal('{JOURNAL}', '{{}}', '{NONCE}')",
                    ingest.replace(" ingest_", " t1.ingest_").replace("*", "last_sequence"),
                    "INSERT INTO t1.clicks (ad_id, ip) VALUES (1, '10.0.0.1'), (2, 'n/a')",
                    "INSERT INTO t1.impressions (ad_id) VALUES (1)",
                    "DELETE FROM t1.clicks WHERE ad_id = 2",
                    f"INSERT INTO t1.ads (id) VALUES ({90 + number})"):
            run(sql)
        self.assertEqual(run("SELECT t1.retry_rejected()"), ["1"])
        for call in ("maintain", "close_minutes", "roll_up", "fold_late", "bring_over"):
            while run(f"SELECT t1.{call}()") != ["f"]:
                pass
        run("SELECT * FROM t1.maintenance_state()")
        self.assertEqual([int(line.split("|")[1]) for line in totals()], [before[0] + 3, before[1] + 1])

    def test_every_function_knows_its_schema(self) -> None:
        """By a setting of its own, or in a form whose names are bound once for all."""
        for self.schema in self.servers:
            self.assertEqual(self.psql(
                "SELECT proname FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace AND "
                "prokind <> 'a' AND prosqlbody IS NULL AND 'search_path=' || quote_ident(current_schema()) || ', pg_temp' "
                "<> ALL (coalesce(proconfig, '{}'))"), [])
            self.assertGreater(int(self.value("SELECT count(*) FROM pg_proc WHERE pronamespace = "
                                              "quote_ident(current_schema())::regnamespace")), 15)

    def test_one_is_dropped(self) -> None:
        self.postgres.psql(f"DROP SCHEMA {quoted(ODD)} CASCADE", self.database)
        self.schema = "t1"
        self.assert_stored(self.post_to("t1", 0, 10))


class Choosing(OwnSchema):
    def test_a_start_does_not_wait_for_one_in_another_schema(self) -> None:
        conninfo = self.make_schema(ODD)
        session = SqlSession(self, self.postgres, self.database)
        session.run(f"SET search_path = {quoted(ODD)}; CREATE TABLE ads (id serial, image_url text, target_url text); "
                    "BEGIN; SELECT FROM ads")
        waiting = self.start_server(DB_CONN=conninfo)
        wait_until(lambda: self.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1")
        self.open_in("t1", self.make_schema("t1"))
        self.assertEqual(waiting.metrics().value("adtracker_db_up"), 0)
        session.run("COMMIT")
        self.wait_up(waiting)

    def test_a_path_that_leads_nowhere_is_refused_in_words(self) -> None:
        for path in ("''", "missing, neither", "pg_catalog, public", "pg_temp, public"):
            with self.subTest(path):
                server = self.start_server(DB_CONN=self.make_role(path))
                self.assertIn("search_path leads to no schema to have tables in: ", self.wait_held(server))
                self.assertEqual(self.psql("SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text "
                                           "!~ '^(pg_catalog|pg_toast|information_schema)$'"), [])

    def test_a_schema_that_comes_later(self) -> None:
        server = self.start_server(DB_CONN=self.make_role("later"))
        self.wait_held(server)
        self.assertEqual(server.post("/ads/click", {"ad_id": 1, "ip": "::1"}).status, 202)
        self.postgres.psql("CREATE SCHEMA later", self.database)
        self.wait_up(server, 30)
        self.wait_at_rest(server)
        self.schema = "later"
        self.assertEqual(self.value("SELECT count(*) FROM rejected_events"), "1")  # there is no ad

    def test_tables_further_down_the_path_are_not_passed_over(self) -> None:
        server = self.open_in("public", self.make_role('"$user", public'))
        posted = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.assert_stored(posted)
        user = server.env["DB_CONN"].split("user=")[1]
        self.postgres.psql(f"CREATE SCHEMA {user}", self.database)
        server.stop()
        server.start()
        self.assertIn(f"search_path begins with schema {user}, but the tables are in schema public",
                      self.wait_held(server))
        self.assertEqual(self.psql(f"SELECT relname FROM pg_class WHERE relnamespace = '{user}'::regnamespace"), [])
        events = self.post(server, 10, 10)
        self.postgres.psql(f"DROP SCHEMA {user}", self.database)
        self.wait_up(server, 30)
        self.wait_at_rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(10 + len(events)))
        self.assert_counts_agree()

    def test_a_renamed_schema(self) -> None:
        server = self.open_in("t1", self.make_schema("t1"))
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        server.stop()
        self.postgres.psql(f"ALTER SCHEMA t1 RENAME TO {quoted(ODD)}", self.database)
        self.schema = ODD
        server.env["DB_CONN"] = self.make_role(quoted(ODD))
        server.start()
        self.wait_up(server)
        self.assertNotIn("applying schema name", server.log_text().split("stopped")[-1])
        self.assert_stored(events)
        events += self.post(server, 10, 10)
        self.wait_at_rest(server)
        self.assert_stored(events)

    def test_roles_that_quote_everything_agree_with_others(self) -> None:
        self.open_in("t1", self.make_schema("t1")).stop()
        again = self.make_role("t1")
        role = again.split("user=")[1]
        self.postgres.psql(f"ALTER ROLE {role} SET quote_all_identifiers = on")
        self.assertNotIn("applying", self.open_in("t1", again).log_text())


if __name__ == "__main__":
    unittest.main()
