"""The functions of the schema: each stands once, and changes by three rules.

1. A changed signature (name, arguments, result) is a new name, from the first release on.
2. A program replaces functions unless those of the database have a higher number than its own.
3. A function that is removed is dropped by a numbered file of sql/schema: test_db_unreleased.py holds to it.
"""
import re
import unittest

from db_support import DatabaseCase, SqlSession
from schema_support import (FUNCTION_FILES, KINDS_TABLE, NUMBERED, SIGNATURES, SQL, described, differences,
                            faults_of_release, functions_digest, functions_versions, released_functions)

from harness.server import Server


class Replacing(DatabaseCase):
    """Programs of other versions are played by changing what the database has recorded."""

    MARK = "CREATE OR REPLACE FUNCTION notify_ads_changed() RETURNS trigger LANGUAGE plpgsql AS " \
           "$$ BEGIN RETURN NULL; /* another */ END $$;"

    def open(self, **env: str) -> Server:
        server = self.start_server(**env)
        self.wait_up(server)
        return server

    def recorded(self) -> tuple:
        rows = self.psql("SELECT version, digest FROM schema_functions")
        self.assertEqual(len(rows), 1)
        return int(rows[0][0]), rows[0][1]

    def is_marked(self) -> bool:
        return "another" in self.value("SELECT prosrc FROM pg_proc WHERE proname = 'notify_ads_changed'")

    def reopen(self, version: int, digest: str) -> Server:
        """A server on a database where a program of this version left other functions."""
        self.open().stop()
        self.assertEqual(self.recorded(), functions_versions()[-1])
        self.psql(self.MARK + f"UPDATE schema_functions SET version = {version}, digest = '{digest}'")
        return self.open()

    def test_functions_of_a_newer_program_are_left_alone(self) -> None:
        newer = functions_versions()[-1][0] + 1, "other"
        server = self.reopen(*newer)
        self.assertTrue(self.is_marked())
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                  "AND pid <> pg_backend_pid()")
        server.wait_until(lambda: server.metrics().total("adtracker_db_connects_total", connection="writer") == 2)
        self.wait_up(server)
        self.assertTrue(self.is_marked())
        self.assertEqual(self.recorded(), newer)
        self.assertEqual(server.log_text().count("functions are newer than this program"), 1)
        self.assertNotIn("applying", server.log_text().split("newer than")[1])

    def test_others_of_the_same_version_are_replaced(self) -> None:
        server = self.reopen(functions_versions()[-1][0], "other")
        self.assertFalse(self.is_marked())
        self.assertEqual(self.recorded(), functions_versions()[-1])
        self.assertIn(f"applying functions version={functions_versions()[-1][0]}", server.log_text())

    def test_those_of_an_older_program_are_replaced(self) -> None:
        self.reopen(functions_versions()[-1][0] - 1, functions_versions()[-1][1])
        self.assertFalse(self.is_marked())
        self.assertEqual(self.recorded(), functions_versions()[-1])

    def test_a_record_that_is_gone_is_made_again(self) -> None:
        self.open().stop()
        self.psql(self.MARK + "DELETE FROM schema_functions")
        self.open()
        self.assertFalse(self.is_marked())
        self.assertEqual(self.recorded(), functions_versions()[-1])

    def test_replacing_holds_up_no_batch(self) -> None:
        server = self.open_server()
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; SET LOCAL check_function_bodies = off")
        for path in FUNCTION_FILES:
            self.assertEqual(session.run(path.read_text()), [])
        events = self.post(server, 0, 50)
        self.wait_at_rest(server, 5)
        session.run("COMMIT")
        events += self.post(server, 50, 50)
        self.wait_at_rest(server)
        self.assert_stored(events)

    def test_a_reader_of_a_view_is_not_waited_for_long(self) -> None:
        self.open().stop()
        self.psql("UPDATE schema_functions SET digest = 'other'")
        reader = SqlSession(self, self.postgres, self.database)
        reader.run("BEGIN; SELECT count(*) FROM clicks")
        server = self.start_server()
        server.wait_until(lambda: "55P03" in server.log_text(), 20)
        reader.run("COMMIT")
        self.wait_up(server, 30)
        self.assertEqual(self.recorded(), functions_versions()[-1])


class Released(DatabaseCase):
    """Rule 1: a changed signature is a new name."""

    OLD = ["a(p_x integer) RETURNS bigint", "b() RETURNS void", "b(p_x integer) RETURNS void"]

    def test_none_is_missing_or_changed(self) -> None:
        self.wait_up(self.start_server())
        present = [signature for signature, in self.psql(SIGNATURES)]
        self.assertIn("retry_rejected(p_ad_id integer DEFAULT NULL::integer, p_force boolean DEFAULT false) "
                      "RETURNS bigint", present)
        schema = "".join(path.read_text() for path in NUMBERED)
        self.assertEqual(faults_of_release(released_functions(), present, schema), [])

    def test_the_check_finds_them(self) -> None:
        for present, schema, faults in (
                (self.OLD, "", []),
                (self.OLD + ["c() RETURNS void"], "", []),
                (self.OLD[1:], "", ["missing: a(p_x integer) RETURNS bigint"]),
                (self.OLD[1:], "-- DROP FUNCTION a;\nDROP FUNCTION ab;", ["missing: a(p_x integer) RETURNS bigint"]),
                (self.OLD[1:], "DROP FUNCTION a(integer);", []),
                (self.OLD[1:], "SELECT 1;\n    DROP FUNCTION IF EXISTS a;", []),
                (["a(p_y integer) RETURNS bigint"] + self.OLD[1:], "DROP FUNCTION a;",
                 ["changed: a(p_x integer) RETURNS bigint"]),
                (["a(p_x integer) RETURNS integer"] + self.OLD[1:], "",
                 ["changed: a(p_x integer) RETURNS bigint"]),
                (["a(p_x integer DEFAULT 1) RETURNS bigint"] + self.OLD[1:], "",
                 ["changed: a(p_x integer) RETURNS bigint"]),
                (self.OLD[:2], "", ["changed: b(p_x integer) RETURNS void"])):
            with self.subTest(present=present, schema=schema):
                self.assertEqual(faults_of_release(self.OLD, present, schema), faults)


class Sources(unittest.TestCase):
    def test_a_changed_function_has_a_new_version(self) -> None:
        """Rule 2: a line for each state that others may have started, then the number goes up."""
        versions = functions_versions()
        self.assertEqual([number for number, _ in versions], list(range(1, len(versions) + 1)))
        self.assertEqual(
            versions[-1][1], functions_digest(),
            "sql/functions has changed: VERSIONS needs the next number with the digest that this prints:\n"
            "(cd sql/functions && LC_ALL=C sha256sum *.sql | sha256sum)")

    def test_files_are_numbered_without_gaps(self) -> None:
        self.assertEqual([int(path.name[:3]) for path in NUMBERED], list(range(1, len(NUMBERED) + 1)))
        for path in NUMBERED:
            self.assertRegex(path.name, r"^\d{3}_[a-z_]+\.sql$")

    def test_every_function_stands_once(self) -> None:
        made = []
        for path in FUNCTION_FILES:
            text = re.sub(r"\$\$.*?\$\$", "", path.read_text(), flags=re.DOTALL)  # what a body makes is its own
            made += re.findall(r"^CREATE OR REPLACE (?:FUNCTION|VIEW|TRIGGER) (\w+)", text, re.MULTILINE)
            self.assertEqual(re.findall(r"^(?!CREATE OR REPLACE (?:AGGREGATE|FUNCTION|VIEW|TRIGGER)) *CREATE .*", text,
                                        re.MULTILINE), [], path.name)
        self.assertEqual(sorted(made), sorted(set(made)))
        for path in NUMBERED:
            self.assertNotRegex(path.read_text(), r"CREATE (OR REPLACE )?(FUNCTION|VIEW|TRIGGER)", path.name)

    def test_counts_are_written_in_one_place(self) -> None:
        for table, where in (("counts_minute", ["counts.sql", "maintenance.sql"]),
                             ("counts_late", ["bring_over.sql", "counts.sql"]), ("counts", ["maintenance.sql"]),
                             ("events", ["002_adopt_clicks.sql", "006_adopt_clicks.sql", "bring_over.sql",
                                         "store_batch.sql", "views.sql"])):
            self.assertEqual(sorted(path.name for path in SQL.rglob("*.sql")
                                    for _ in re.findall(rf"INSERT\s+INTO\s+{table}\s", path.read_text())), where)

    def test_kinds_are_named_by_views_alone(self) -> None:
        words = "|".join(name for _, name in KINDS_TABLE)
        naming = [path.name for path in sorted(SQL.rglob("*.sql"))
                  if re.search(rf"'\{{?({words})\b", path.read_text())]
        self.assertEqual(naming, ["002_adopt_clicks.sql", "006_adopt_clicks.sql", "views.sql"])


class Adopted(DatabaseCase):
    """Rule 3, for the original's database: nothing of it is left over but the form of its ads."""

    def test_its_schema_is_that_of_a_fresh_database(self) -> None:
        self.wait_up(self.start_server())
        fresh = described(self.postgres, self.database)
        self.database += "a"
        conninfo = self.postgres.create_database(self.database)
        self.psql("CREATE TABLE ads (id SERIAL PRIMARY KEY, image_url VARCHAR(255) NOT NULL, "
                  "target_url VARCHAR(255) NOT NULL); CREATE TABLE clicks (id SERIAL PRIMARY KEY, "
                  "ad_id INT REFERENCES ads (id), timestamp TIMESTAMP, ip VARCHAR(45), video_playback_time INT);"
                  "CREATE INDEX idx_clicks_ad_timestamp ON clicks (ad_id, timestamp)")
        self.wait_up(self.start_server(DB_CONN=conninfo))
        self.assertEqual(differences(described(self.postgres, self.database), fresh),
                         ["ads; Type: TABLE; Schema: public; Owner: -"])


if __name__ == "__main__":
    unittest.main()
