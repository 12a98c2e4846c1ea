"""Events of the last forty days, of every kind, and a server that rolls them up: for tests of the forms of answers."""
from datetime import timedelta

from analytics_history import PLACEMENTS
from analytics_oracle import Question, us_of
from analytics_support import AnalyticsCase, Client
from batch_support import Event
from functions_support import JOURNAL, NONCE
from schema_support import LABELS


class Recent(AnalyticsCase):
    """Events of the last forty days, which the server rolls up as it does."""

    def setUp(self) -> None:
        super().setUp()
        self.tracker = self.open_server()
        self.client = Client(self, self.tracker)
        self.add_ads(9)
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}')")
        self.began = self.now().replace(minute=0, second=0, microsecond=0)
        self.set_marks((self.began - timedelta(days=40)).isoformat())
        self.ingest([self.event(n + 1) for n in range(800)], JOURNAL, NONCE)
        self.psql("SELECT close_minutes()")
        self.repeat_many("roll_up()")
        self.window = (us_of(self.began - timedelta(days=40)), us_of(self.began) - 1)

    def event(self, number: int) -> Event:
        dice = self.random
        kind = dice.choice(LABELS + 4 * ["impression", "click", "request"])
        lacks_ad = kind in ("request", "nofill") or kind == "error" and number % 2
        return Event(number, kind, 0 if lacks_ad else dice.randint(1, 12),
                     self.began - timedelta(minutes=dice.randint(1, 57000)), verdict=dice.choice((0, 0, 0, 1, 2, 3, 4)),
                     detail={"error": dice.choice((303, 405, 77)), "nofill": dice.randint(1, 4)}.get(kind, 0),
                     quantity=dice.choice((1, 40)) if kind in ("request", "nofill") else 1,
                     placement=dice.choice(PLACEMENTS))

    def question(self, *groups: str, **more: object) -> Question:
        start, end = self.window
        if "minute" in groups or "hour" in groups:  # few enough rows to look at each
            start = end + 1 - (6 if "minute" in groups else 100) * 3600 * 10**6
        return Question(start, end, groups=groups)._replace(**more)
