"""Many questions at once and a database that is slow, away, or changes its partitions: each question has an answer
within its deadline, and none is wrong."""
import http.client
import re
import threading
import time
import unittest
from datetime import timedelta
from typing import List

from analytics_history import AHEAD, History, Questions
from analytics_oracle import Question, us_of
from analytics_support import AnalyticsCase, Client
from db_support import SqlSession
from functions_support import JOURNAL, NONCE

from harness.postgres import PrivatePostgres
from harness.server import Response

DAY = 86400 * 10**6
BEGINS = re.compile(r"^analyst\|LOG:  [^\n]*\bBEGIN ", re.MULTILINE)
QUEUE, DEADLINE_SECONDS = 100, 5


class Asked:
    """A question on its way, on a connection of its own."""

    def __init__(self, port: int, path: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", path)

    def answer(self) -> Response:
        answer = self.connection.getresponse()
        told = Response(answer.status, answer.headers, answer.read())
        self.connection.close()
        return told


class Load(AnalyticsCase):
    """The statements of the readers are in the log of PostgreSQL."""

    def setUp(self) -> None:
        super().setUp()
        self.postgres: PrivatePostgres = self.private_postgres(settings={"log_line_prefix": "%u|"})
        self.db_conn = self.postgres.create_database(self.database)
        self.psql("CREATE ROLE analyst LOGIN SUPERUSER; ALTER ROLE analyst SET log_statement = 'all'")
        self.stay_in_one_day()

    def open(self, connections: int = 1):
        server = self.open_server(DB_READ_CONN=self.db_conn.replace("user=postgres", "user=analyst"),
                                  READER_CONNECTIONS=str(connections))
        server.wait_until(lambda: server.get(self.path(0)).status == 200)
        return server

    def path(self, number: int, *groups: str) -> str:
        """Another window for each number."""
        return Question(us_of(self.now()) // DAY * DAY - number * 60 * 10**6, us_of(self.now()) // DAY * DAY + DAY,
                        groups=groups).path()

    def lock(self) -> SqlSession:
        """Nothing that reads counts goes on before its COMMIT."""
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; LOCK TABLE counts IN ACCESS EXCLUSIVE MODE")
        return session

    def transactions(self) -> int:
        return len(BEGINS.findall(self.postgres.log_text()))

    def wait_for_lock(self, count: int = 1) -> None:
        self.postgres.psql("SELECT 1")
        for _ in range(200):
            if self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                          "AND usename = 'analyst'") == str(count):
                return
            time.sleep(0.02)
        self.fail("no question waits for the lock")

    def assert_told(self, answer: Response, *words: str) -> None:
        self.assertEqual(answer.status, 503, answer.body[:200])
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        for word in words:
            self.assertIn(word, answer.json()["error"])

    def test_identical_questions_share_one_query(self) -> None:
        server = self.open()
        self.post(server, 0, 20)
        self.wait_at_rest(server)
        path = self.path(1, "ad")
        lock, before = self.lock(), self.transactions()
        asked = [Asked(server.port, path)]
        self.wait_for_lock()
        asked += [Asked(server.port, path) for _ in range(150)]
        self.assertEqual(server.get("/livez").status, 200)
        lock.run("COMMIT")
        answers = [one.answer() for one in asked]
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.headers["ETag"] for answer in answers}), 1)
        self.assertEqual({answer.json()["total_clicks"] for answer in answers}, {10})
        self.assertLessEqual(self.transactions() - before, 2)  # with one asked too late to share
        count = self.transactions()
        self.assertEqual(server.get(path).status, 200)  # later ones are asked anew
        self.assertEqual(self.transactions(), count + 1)

    def test_one_that_shares_gets_its_own_form_and_page(self) -> None:
        server = self.open()
        self.post(server, 0, 20)
        self.wait_at_rest(server)
        path = self.path(1, "ad")
        lock, before = self.lock(), self.transactions()
        first = Asked(server.port, path)
        self.wait_for_lock()
        asked = [Asked(server.port, path + more) for more in ("&format=csv", "&limit=1", "&order_by=clicks")]
        self.assertEqual(server.get("/livez").status, 200)
        lock.run("COMMIT")
        whole, text, page, ordered = [one.answer() for one in (first, *asked)]
        self.assertEqual(len(whole.json()["rows"]), 3)
        self.assertEqual(text.body.count(b"\r\n"), 4)
        self.assertEqual((len(page.json()["rows"]), bool(page.json()["meta"]["next"])), (1, True))
        clicks = [row["clicks"] for row in ordered.json()["rows"]]
        self.assertEqual(clicks, sorted(clicks))
        self.assertLessEqual(self.transactions() - before, 4)

    def test_a_hundred_wait_and_more_are_told_to_come_back(self) -> None:
        server = self.open()
        lock = self.lock()
        asked = [Asked(server.port, self.path(0))]
        self.wait_for_lock()
        asked += [Asked(server.port, self.path(n)) for n in range(1, QUEUE + 1)]
        self.assertEqual(server.get("/livez").status, 200)
        began = time.monotonic()
        for n in range(5):
            self.assert_told(server.get(self.path(1000 + n)), "wait")
        self.assertLess(time.monotonic() - began, DEADLINE_SECONDS)
        same = [Asked(server.port, self.path(n)) for n in (0, 1, QUEUE)]  # what is asked already costs nothing
        self.assertEqual(server.get("/livez").status, 200)
        lock.run("COMMIT")
        self.assertEqual({one.answer().status for one in [*asked, *same]}, {200})
        self.assertEqual(server.get(self.path(1000)).status, 200)

    def test_no_question_takes_longer_than_its_deadline(self) -> None:
        server = self.open(2)
        self.post(server, 0, 10)
        self.wait_at_rest(server)
        lock = self.lock()
        began = time.monotonic()
        asked = [Asked(server.port, self.path(n)) for n in range(30)]
        slowest, events = 0.0, []
        while time.monotonic() - began < DEADLINE_SECONDS - 1:  # events go on, and all else
            before = time.monotonic()
            events += self.post(server, 10 + len(events), 3)
            self.assertEqual(server.get("/ads").status, 200)
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.1)
        self.assertLess(slowest, DEADLINE_SECONDS - 1)
        for one in asked:
            self.assert_told(one.answer(), "slow")
        self.assertLess(time.monotonic() - began, 2 * DEADLINE_SECONDS)
        self.assertGreater(time.monotonic() - began, DEADLINE_SECONDS - 1)
        lock.run("COMMIT")
        server.wait_until(lambda: server.get(self.path(0)).status == 200, 20)
        self.wait_at_rest(server)
        self.assertEqual(server.get(self.path(0)).json()["total_clicks"], 5 + sum(e.kind == "click" for e in events))
        self.assertEqual(self.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'analyst' "
                                    "AND state <> 'idle'"), "0")

    def test_no_more_connections_than_are_allowed(self) -> None:
        server = self.open(3)
        lock = self.lock()
        asked = [Asked(server.port, self.path(n)) for n in range(40)]
        self.wait_for_lock(3)
        self.assertEqual(self.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'analyst'"), "3")
        lock.run("COMMIT")
        self.assertEqual({one.answer().status for one in asked}, {200})

    def test_clients_that_go_are_no_trouble(self) -> None:
        server = self.open()
        lock = self.lock()
        asked = [Asked(server.port, self.path(n % 20)) for n in range(60)]
        self.wait_for_lock()
        for one in asked:
            one.connection.close()
        self.assertEqual(server.get("/livez").status, 200)
        lock.run("COMMIT")
        server.wait_until(lambda: server.get(self.path(50)).status == 200)

    def test_clients_that_do_not_read_long_answers(self) -> None:
        server = self.open()
        self.post(server, 0, 20)
        self.wait_at_rest(server)
        start, length = us_of(self.now()) // DAY * DAY - 70 * DAY, 100000 * 60 * 10**6
        for n in range(4):
            first = start + n * 60 * 10**6
            long = Question(first, first + length - 1, groups=("minute",)).path() + "&format=csv"
            asked = Asked(server.port, long)
            self.addCleanup(asked.connection.close)
            self.assertEqual(asked.connection.getresponse().status, 200)
        self.assert_told(server.get(long), "long answers")
        for groups in ((), ("ad",), ("ad", "day")):
            self.assertEqual(server.get(self.path(1, *groups)).status, 200, groups)

    def test_a_database_that_is_away_is_told_at_once(self) -> None:
        server = self.open()
        self.postgres.stop("immediate")
        server.wait_until(lambda: server.get(self.path(0)).status == 503)
        began = time.monotonic()
        for n in range(10):
            self.assert_told(server.get(self.path(n)), "database")
        self.assertLess(time.monotonic() - began, DEADLINE_SECONDS)
        self.postgres.start()
        server.wait_until(lambda: server.get(self.path(0)).status == 200)

    def test_one_that_is_lost_while_questions_wait(self) -> None:
        server = self.open()
        lock = self.lock()
        asked = [Asked(server.port, self.path(n)) for n in range(20)]
        self.wait_for_lock()
        self.postgres.stop("immediate")
        for one in asked:
            self.assert_told(one.answer(), "database")
        lock.close()
        self.postgres.start()
        server.wait_until(lambda: server.get(self.path(0)).status == 200)

    def test_partitions_that_come_and_go_beside(self) -> None:
        """Rows move from the default partition into one of their day; minutes go once they are not kept any more."""
        server = self.open(2)
        self.still_maintenance()
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}')")
        self.set_marks(AHEAD.first.isoformat())
        history = History(AHEAD, self.random)
        first = AHEAD.first + timedelta(days=3)
        past = first + timedelta(days=12)
        near = [event._replace(sequence=n + 1, event_id=None, ad_id=min(event.ad_id, 3), received_at=past,
                               at=first + self.random.random() * (past - first))
                for n, event in enumerate(history.event(3) for _ in range(1500))]
        self.ingest(near, JOURNAL, NONCE)
        self.psql(f"SELECT played_close_minutes(0::smallint, '{first + timedelta(days=11)}')")
        self.repeat_many("played_roll_up(0::smallint, 100000)")
        stopping, faults = threading.Event(), []
        answered = threading.Semaphore(0)
        mover = threading.Thread(target=self.move_partitions, args=(first, answered, stopping, faults))
        mover.start()
        self.addCleanup(stopping.set)
        client, oracle, questions, asked = Client(self, server), self.oracle(), Questions(history), 0
        while mover.is_alive():
            question = self.near(questions, first)
            if not questions.needs_minutes(question):
                self.assert_right(client, question, oracle)
                answered.release()
                asked += 1
        mover.join(60)
        self.assertEqual(faults, [])
        self.say(f"{asked} questions")

    def near(self, questions: Questions, first) -> Question:
        start, end = sorted(us_of(first) + self.random.randrange(13 * DAY) for _ in range(2))
        question = questions.question()
        if "minute" in question.groups:  # by kind, in more than three days there are too many cells
            end = min(end, start + 2 * DAY)
        return question._replace(start_us=start, end_us=end, has_previous=False)

    def move_partitions(self, first, answered: threading.Semaphore, stopping: threading.Event,
                        faults: List[str]) -> None:
        """Each behind an answer at the least."""
        try:
            for n in range(12):
                day = (first + timedelta(days=n)).date()
                for table, late in (("events", "false"), ("events", "true"), ("counts_minute", "false")):
                    stopping.wait(0.1)
                    while not answered.acquire(timeout=1):
                        if stopping.is_set():
                            return
                    while self.try_moving(f"SELECT make_partition('{table}', {late}, '{day}')"):
                        if stopping.wait(0.05):
                            return
                if n >= 2:
                    gone = day - timedelta(days=2)
                    self.psql(f"UPDATE marks SET at = '{gone + timedelta(days=1)} 00:00+00' WHERE mark = 5")
                    while self.try_moving(f"SET lock_timeout = '500ms'; DROP TABLE counts_minute_{gone:%Y%m%d}"):
                        if stopping.wait(0.05):
                            return
        except AssertionError as error:
            faults.append(str(error))

    def try_moving(self, sql: str) -> bool:
        """Whether it is to be tried again: readers hold the table."""
        try:
            self.psql(sql)
            return False
        except AssertionError as error:
            if "lock timeout" not in str(error):
                raise
            return True


if __name__ == "__main__":
    unittest.main()
