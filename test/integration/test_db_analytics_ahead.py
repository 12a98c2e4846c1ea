"""Random questions about years to come, with events that count once, each answer held against plain SQL over the
events, while counts are rolled up and late ones folded. ANALYTICS_LONG=1 asks ten times as many."""
import unittest

from analytics_history import AHEAD
from analytics_play import ADS, RandomQuestions


class Ahead(RandomQuestions):
    def test_a_year_and_more(self) -> None:
        server = self.open_server()
        self.add_ads(ADS - 3)
        self.play(server, AHEAD)


if __name__ == "__main__":
    unittest.main()
