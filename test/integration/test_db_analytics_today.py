"""Questions about what comes at the same time, each answer held against plain SQL over the events."""
import threading
import unittest
from datetime import datetime, timedelta, timezone

from analytics_oracle import LEGAL, Question, us_of
from analytics_play import LONG
from analytics_support import AnalyticsCase, Client
from batch_support import Event
from functions_support import JOURNAL, NONCE


class Today(AnalyticsCase):
    """Events as clients send them, some with their age, to two servers whose maintenance is at work."""

    def body(self, number: int) -> dict:
        dice = self.random
        kind = dice.choice(("click", "impression", "start", "complete", "error", "viewable", "mute"))
        event = {"type": kind, "ad_id": dice.randint(1, 3), "video_playback_time": dice.choice((0, -3, 1.5, 2**31 - 1))}
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
        return Question(start, max(start, now + self.random.choice((-10**6, 0, 86400 * 10**6))),
                        self.random.choice(("UTC", "Europe/Berlin", "Asia/Kathmandu")), groups,
                        self.random.choice(("gross", "net")))


class Late(AnalyticsCase):
    """Counts of late events lie apart until they are folded."""

    def test_windows_that_begin_and_end_beside_late_events(self) -> None:
        client = Client(self, self.open_server())
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}')")
        self.still_maintenance()
        noon = datetime(2031, 5, 5, 12, tzinfo=timezone.utc)
        self.set_marks(noon.isoformat())
        minutes = [noon + timedelta(minutes=n) for n in (-15, -1, 0, 1, 5, 14, 15, 20, 59, 60, 61, 119, 2880)]
        events = [Event(n + 1, "click", 1 + n % 3, at + timedelta(seconds=n), placement="ab"[n % 2])
                  for n, at in enumerate(minutes * 2)]
        self.ingest(events[:len(minutes)], JOURNAL, NONCE)
        self.psql(f"SELECT played_close_minutes(0::smallint, '{noon + timedelta(hours=4)}')")
        self.repeat_many("played_roll_up()")
        self.ingest(events[len(minutes):], JOURNAL, NONCE)
        oracle = self.oracle()
        for start in minutes[:8]:
            for end in minutes[5:]:
                for groups in ((), ("ad",), ("placement", "hour"), ("day",), ("ad", "kind")):
                    first, past = (us_of(at) + self.random.choice((-1, 0, 1, 10**7, 6 * 10**7 - 1))
                                   for at in (start, end))
                    if first <= past:
                        zone = self.random.choice(("UTC", "Asia/Kathmandu"))
                        self.assert_right(client, Question(first, past, zone, groups), oracle)


if __name__ == "__main__":
    unittest.main()
