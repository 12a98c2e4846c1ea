"""Events of the last forty days, of every kind, and a server that rolls them up: for tests of the forms of answers."""
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple, Optional

from analytics_history import PLACEMENTS
from analytics_oracle import Question, us_of
from analytics_support import AnalyticsCase, Client
from batch_support import Event
from functions_support import JOURNAL, NONCE
from schema_support import LABELS


class Filled(NamedTuple):
    """A database, and the hour in which it was filled."""
    database: str
    began: datetime


class Recent(AnalyticsCase):
    """Events of the last forty days, which a server has rolled up as it does: each test has a copy of them and a
    server of its own. They are drawn by the seed of the first test that runs."""

    history: ClassVar[Optional[Filled]] = None

    def setUp(self) -> None:
        super().setUp()
        Recent.history = Recent.history or self.filled()
        filled, self.began = Recent.history
        self.database += "c"
        self.db_conn = self.postgres.create_database(self.database, template=filled)
        self.tracker = self.open_server()
        self.client = Client(self, self.tracker)
        self.window = (us_of(self.began - timedelta(days=40)), us_of(self.began) - 1)

    def filled(self) -> Filled:
        """Of this test's database, which nobody is connected to any more."""
        server = self.open_server()
        self.wait_maintained()
        self.add_ads(9)
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}')")
        self.began = self.now().replace(minute=0, second=0, microsecond=0)
        self.set_marks((self.began - timedelta(days=40)).isoformat())
        self.ingest([self.event(n + 1) for n in range(800)], JOURNAL, NONCE)
        self.psql("SELECT close_minutes()")
        self.repeat_many("roll_up()")
        self.psql("SELECT maintain()")  # from when on minutes are kept, as a test's server leaves it
        self.assertEqual(server.stop(), 0)
        return Filled(self.database, self.began)

    def event(self, number: int) -> Event:
        dice = self.random
        kind = dice.choice(LABELS + 4 * ["impression", "click", "request"] + ["error"])
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
