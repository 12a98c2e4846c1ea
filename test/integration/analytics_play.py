"""A history that is played chapter by chapter, with random questions about it meanwhile."""
import os
from datetime import datetime, timedelta
from typing import List

from analytics_history import Era, History, Questions
from analytics_oracle import LEGAL, Oracle, Question
from analytics_support import AnalyticsCase, Client, RollUps
from batch_support import EPOCH, Event
from functions_support import JOURNAL, NONCE, OTHER_JOURNAL, OTHER_NONCE

from harness.server import Server

LONG = bool(os.environ.get("ANALYTICS_LONG"))
CHAPTERS, EVENTS, QUESTIONS, ADS = 8, 2000, 900 if LONG else 90, 5
PAGE_LIMITS = (10000, 10000, 10000, 7, 100)
FORMS = ("json", "json", "json", "json", "csv", "ndjson")


class RandomQuestions(AnalyticsCase):
    def play(self, server: Server, era: Era) -> None:
        """Chapter by chapter: events come, some of them again, marks move as far as they happen to, questions are
        asked."""
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}'), "
                  f"claim_journal('{OTHER_JOURNAL}', '{{}}', '{OTHER_NONCE}')")
        self.still_maintenance()
        self.set_marks(era.first.isoformat())
        history = History(era, self.random)
        client, questions, asked, rows = Client(self, server), Questions(history), 0, 0
        for number, events in enumerate(history.chapters(CHAPTERS, EVENTS, ADS)):
            self.store(events)
            self.move_marks(events, number)
            history.told = self.late_minutes() or history.told
            oracle = self.oracle()
            with RollUps(self, has_folds=number % 2 == 1) as roll_ups:
                for n in range(QUESTIONS):
                    question = questions.question(LEGAL[n % len(LEGAL)] if n % 2 else None)
                    rows += self.ask(client, question, questions, oracle)
                    asked += 1
            self.say(f"chapter {number}: {asked} questions, {rows} rows, {len(oracle.facts)} facts, {roll_ups.slices} "
                     f"slices rolled up beside, {self.value('SELECT count(*) FROM counts_late')} late counts left")
        self.assert_counts_agree()

    def late_minutes(self) -> List[datetime]:
        """Those that are not folded yet: near them questions are to be asked."""
        return [EPOCH + timedelta(seconds=int(at)) for at, in self.psql(
            "SELECT DISTINCT extract(epoch FROM bucket)::bigint FROM counts_late") if at]

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
            self.repeat_many("played_roll_up()")
            if chapter < 4:  # later on they pile up
                self.repeat_many("played_fold_late()")
            self.psql("UPDATE marks m SET at = least(r.at, date_trunc('day', timestamptz "
                      f"'{now - timedelta(hours=48)}', 'UTC')) FROM marks r WHERE r.mark = 1 AND m.mark = 5")
            self.psql("DELETE FROM counts_minute WHERE bucket < (SELECT at FROM marks WHERE mark = 5)")
        for _ in range(self.random.choice((0, 5, 60))):
            self.psql(f"SELECT played_roll_up(0::smallint, {self.random.choice((1, 30, 6000))})")
