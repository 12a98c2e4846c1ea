"""Random questions about random histories, each answer held against plain SQL over the events, while counts are rolled up
and late ones folded. ANALYTICS_LONG=1 asks ten times as many."""
import os
import threading
import unittest
from datetime import timedelta
from typing import List

from analytics_history import AHEAD, BEFORE, Era, History, Questions
from analytics_oracle import LEGAL, Oracle, Question, us_of
from analytics_support import AnalyticsCase, Client, RollUps
from batch_support import Event
from functions_support import JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE

from harness.server import Server

LONG = bool(os.environ.get("ANALYTICS_LONG"))
CHAPTERS, EVENTS, QUESTIONS, ADS = 8, 2000, 1200 if LONG else 120, 5
PAGE_LIMITS = (10000, 10000, 10000, 7, 100)
FORMS = ("json", "json", "json", "json", "csv", "ndjson")


class RandomQuestions(AnalyticsCase):
    def play(self, server: Server, era: Era) -> None:
        """Chapter by chapter: events come, some of them again, marks move as far as they happen to, questions are asked."""
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}'), "
                  f"claim_journal('{OTHER_JOURNAL}', '{{}}', '{OTHER_NONCE}')")
        self.still_maintenance()
        self.set_marks(era.first.isoformat())
        history = History(era, self.random)
        client, questions, asked, rows = Client(self, server), Questions(history), 0, 0
        for number, events in enumerate(history.chapters(CHAPTERS, EVENTS, ADS)):
            self.store(events)
            self.move_marks(events, number)
            oracle = self.oracle()
            with RollUps(self) as roll_ups:
                for n in range(QUESTIONS):
                    question = questions.question(LEGAL[n % len(LEGAL)] if n % 2 else None)
                    rows += self.ask(client, question, questions, oracle)
                    asked += 1
            self.say(f"chapter {number}: {asked} questions, {rows} rows, {len(oracle.facts)} facts, "
                     f"{roll_ups.slices} slices rolled up beside")
        self.assert_counts_agree()

    def ask(self, client: Client, question: Question, questions: Questions, oracle: Oracle) -> int:
        form = self.random.choice(FORMS)
        if question.has_previous:
            form = "json"
        if questions.needs_minutes(question) and question.start_us < self.mark("minutes_from"):
            self.assert_refused(client, question.path(), "minute")
            return 0
        limit = self.random.choice(PAGE_LIMITS)
        return self.assert_right(client, question, oracle, limit, form)

    def store(self, events: List[Event]) -> None:
        """By two journals in turns, and every third batch once more."""
        for n, (journal, nonce) in enumerate(((JOURNAL, NONCE), (OTHER_JOURNAL, OTHER_NONCE)) * 2):
            batch = events[n * len(events) // 4:(n + 1) * len(events) // 4]
            self.ingest(batch, journal, nonce)
            if n % 3 == 0:
                self.ingest(batch, journal, nonce)

    def move_marks(self, events: List[Event], chapter: int) -> None:
        """Not far in some chapters; in others all that can be is rolled up, and minutes go."""
        now = events[-1].received
        if chapter % 4 != 1:
            self.psql(f"SELECT played_close_minutes(0::smallint, '{now - self.random.random() * timedelta(days=3)}')")
        if chapter % 4 == 2:
            self.repeat("played_roll_up()")
            self.repeat("played_fold_late()")
            self.psql("UPDATE marks m SET at = least(r.at, date_trunc('day', timestamptz "
                      f"'{now - timedelta(hours=48)}', 'UTC')) FROM marks r WHERE r.mark = 1 AND m.mark = 5")
            self.psql("DELETE FROM counts_minute WHERE bucket < (SELECT at FROM marks WHERE mark = 5)")
        for _ in range(self.random.choice((0, 5, 60))):
            self.psql(f"SELECT played_roll_up(0::smallint, {self.random.choice((1, 30, 6000))})")

    def test_a_year_of_before(self) -> None:
        server = self.open_server()
        self.add_ads(ADS - 3)
        self.play(server, BEFORE)

    def test_a_year_to_come(self) -> None:
        server = self.open_server()
        self.add_ads(ADS - 3)
        self.play(server, AHEAD)


class Today(AnalyticsCase):
    """Events as clients send them, some with their age, to two servers whose maintenance is at work."""

    def body(self, number: int) -> dict:
        dice = self.random
        kind = dice.choice(("click", "impression", "start", "complete", "error", "viewable", "mute"))
        event = {"kind": kind, "ad_id": dice.randint(1, 3), "video_playback_time": dice.choice((0, -3, 1.5, 2**31 - 1))}
        if dice.random() < 0.4:
            event["age_ms"] = dice.choice((1, 59999, 60000, 900000, 3600000, 86400000, 14 * 86400000)) \
                - dice.choice((0, 0, 1))
        if dice.random() < 0.5:
            event["placement"] = dice.choice(("a", "-b", "c.d"))
        if dice.random() < 0.3:
            event["event_id"] = f"id{dice.randrange(40)}"
        if kind == "error":
            event["error_code"] = dice.choice((100, 303, 900, 123))
        return event

    def test_events_that_come_while_questions_are_asked(self) -> None:
        """Each answer is of one moment: held against the events where none has come meanwhile."""
        servers = [self.open_server(), self.open_server()]
        stopping, busy, faults = threading.Event(), threading.Lock(), []

        def send() -> None:
            while not stopping.wait(0.02):
                with busy:
                    server = servers[self.random.randrange(2)]
                    agent = ("Mozilla/5.0", "Googlebot/2.1")[self.random.random() < 0.2]
                    answer = server.post("/ads/events", [self.body(n) for n in range(self.random.randint(1, 30))],
                                         headers={"User-Agent": agent})
                    if answer.status != 202:
                        faults.append(answer)
                        return
                stopping.wait(0.2)

        sender = threading.Thread(target=send)
        sender.start()
        self.addCleanup(stopping.set)
        client, asked = Client(self, servers[0]), 0
        groups = [group for group in LEGAL if "minute" not in group]
        for round_number in range(400 if LONG else 40):
            with busy:
                for server in servers:
                    self.wait_at_rest(server)
                oracle = self.oracle()
                for _ in range(8):
                    question = self.recent(groups[asked % len(groups)])
                    self.assert_right(client, question, oracle)
                    asked += 1
            stopping.wait(0.05)
            if round_number % 10 == 5:
                self.psql("SELECT close_minutes(); SELECT roll_up(); SELECT fold_late()")
        stopping.set()
        sender.join(20)
        self.assertEqual(faults, [])
        self.say(f"{asked} questions, {len(oracle.facts)} facts")

    def recent(self, groups: tuple) -> Question:
        now = us_of(self.now())
        start = now - int(self.random.choice((60, 3600, 86400, 20 * 86400)) * 10**6 * self.random.random())
        return Question(start, now + self.random.choice((-10**6, 0, 86400 * 10**6)),
                        self.random.choice(("UTC", "Europe/Berlin", "Asia/Kathmandu")), groups,
                        self.random.choice(("gross", "net")))


if __name__ == "__main__":
    unittest.main()
