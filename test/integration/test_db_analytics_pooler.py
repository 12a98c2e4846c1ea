"""Analytics through PgBouncer's transaction pooling: sessions are others' before and after each question."""
import threading
import unittest
from datetime import timedelta
from typing import List

from analytics_oracle import LEGAL, Question, us_of
from analytics_support import AnalyticsCase, Client
from db_support import SqlSession
from pooler_support import Pooler

CONNECTIONS = 2
# What PgBouncer itself keeps in step with each of its clients.
TRACKED = {"client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings", "application_name"}
HOSTILE = {
    "search_path": "elsewhere, pg_catalog", "statement_timeout": "30ms", "lock_timeout": "20ms",
    "idle_in_transaction_session_timeout": "20ms", "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on", "default_transaction_read_only": "on", "extra_float_digits": "-10",
    "IntervalStyle": "sql_standard", "bytea_output": "escape", "quote_all_identifiers": "on",
    "DateStyle": "SQL, DMY", "TimeZone": "Asia/Kathmandu", "transform_null_equals": "on",
    "row_security": "off", "array_nulls": "off", "backslash_quote": "off",
}

# Whatever a session has set, we are not to be late in a transaction of our own.
UNHURRIED = "SET LOCAL idle_in_transaction_session_timeout = 0"


class TransactionPooling(AnalyticsCase):
    def setUp(self) -> None:
        super().setUp()
        self.pooler = Pooler(self, self.postgres, "transaction", CONNECTIONS)
        self.tracker = self.open_server(DB_READ_CONN=self.pooler.conninfo(self.database),
                                        READER_CONNECTIONS=str(CONNECTIONS))
        self.post(self.tracker, 0, 40)
        self.wait_at_rest(self.tracker)
        self.questions = [
            Question(us_of(self.now() - timedelta(hours=2)), us_of(self.now() + timedelta(hours=1)), zone, groups)
            for groups in LEGAL for zone in ("UTC", "Asia/Kathmandu")]

    def ask_all(self) -> None:
        """By two clients at once, so that both connections are at work."""
        oracle, faults = self.oracle(), []

        def ask(client: Client, questions: List[Question]) -> None:
            try:
                for question in questions:
                    self.assert_right(client, question, oracle)
            except AssertionError as error:
                faults.append(str(error))

        threads = [threading.Thread(target=ask, args=(Client(self, self.tracker), self.questions[n::2]))
                   for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(faults, [])

    def foreign(self, begin: str) -> List[SqlSession]:
        """Sessions of somebody else, each in a transaction, so that each has one of the connections."""
        sessions = [SqlSession(self, self.pooler, self.database) for _ in range(CONNECTIONS)]
        for session in sessions:
            session.run(begin)
        return sessions

    def on_each(self, sql: str, begin: str = "BEGIN") -> List[List[str]]:
        sessions = self.foreign(begin)
        answers = [session.run(sql) for session in sessions]
        for session in sessions:
            session.run("COMMIT")
            session.close()
        return answers

    def test_nothing_is_left_in_a_session(self) -> None:
        self.tracker.wait_until(lambda: self.tracker.get(self.questions[0].path()).status == 200)
        self.ask_all()
        left = self.on_each("SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session'")
        for names, in left:
            self.assertEqual(set(names.split()) - TRACKED, set())
        for table in ("pg_prepared_statements", "pg_cursors", "pg_locks WHERE locktype = 'advisory' AND pid = "
                      "pg_backend_pid()", "pg_class WHERE relpersistence = 't'"):
            self.assertEqual(self.on_each(f"SELECT count(*) FROM {table}"), [["0"]] * CONNECTIONS, table)
        direct = SqlSession(self, self.postgres, self.database)
        for name in ("search_path", "statement_timeout", "lock_timeout", "transaction_isolation",
                     "transaction_read_only", "default_transaction_isolation", "jit", "plan_cache_mode"):
            self.assertEqual(self.on_each(f"SHOW {name}"), [direct.run(f"SHOW {name}")] * CONNECTIONS, name)

    def test_whatever_others_have_set(self) -> None:
        self.psql("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.events (x integer); "
                  "CREATE TABLE elsewhere.counts (LIKE counts); CREATE TABLE elsewhere.marks (LIKE marks); "
                  "CREATE FUNCTION elsewhere.least(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT -1'")
        self.tracker.wait_until(lambda: self.tracker.get(self.questions[0].path()).status == 200)
        statements = [f"SET SESSION {name} = {value if ',' in value else repr(value)}"
                      for name, value in HOSTILE.items() if name not in TRACKED]
        statements += ["SET SESSION DateStyle = 'SQL, DMY'", "SET SESSION TimeZone = 'Asia/Kathmandu'", UNHURRIED]
        self.on_each("\\; ".join(statements))  # in one message
        self.ask_all()
        for name in ("lock_timeout", "statement_timeout", "search_path", "default_transaction_isolation"):
            self.assertEqual(self.on_each(f"SHOW {name}", f"BEGIN\\; {UNHURRIED}"), [[HOSTILE[name]]] * CONNECTIONS, name)

    def test_a_timeout_that_is_shorter_than_a_question(self) -> None:
        self.on_each("SET SESSION statement_timeout = '30ms'; SET SESSION lock_timeout = '20ms'")
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; LOCK TABLE counts IN ACCESS EXCLUSIVE MODE")
        threading.Timer(0.4, lambda: lock.send("COMMIT")).start()
        answer = self.tracker.get(self.questions[0].path())
        lock.answer()
        self.assertEqual((answer.status, answer.json()["total_clicks"]), (200, 20))

    def test_questions_and_others_at_once(self) -> None:
        stopping, faults = threading.Event(), []

        def meddle() -> None:
            while not stopping.wait(0.002):
                said = [line for answer in self.on_each("SET SESSION search_path = pg_catalog; SET SESSION "
                                                        "lock_timeout = '5s'; PREPARE p AS SELECT 1; DEALLOCATE p; SELECT 1")
                        for line in answer]
                if said != ["1"] * CONNECTIONS:
                    faults.append(said)

        thread = threading.Thread(target=meddle)
        thread.start()
        self.addCleanup(stopping.set)
        for _ in range(3):
            self.ask_all()
        stopping.set()
        thread.join(20)
        self.assertEqual(faults[:2], [])

    def test_sessions_that_end_and_a_pooler_that_goes(self) -> None:
        self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           f"WHERE datname = '{self.database}' AND pid <> pg_backend_pid()")
        self.tracker.wait_until(lambda: self.tracker.get(self.questions[0].path()).status == 200)
        self.ask_all()
        self.pooler.process.kill()
        self.tracker.wait_until(lambda: self.tracker.get(self.questions[0].path()).status == 503)
        self.assertIn("database", self.tracker.get(self.questions[0].path()).json()["error"])
        self.post(self.tracker, 40, 4)
        self.wait_at_rest(self.tracker)


if __name__ == "__main__":
    unittest.main()
