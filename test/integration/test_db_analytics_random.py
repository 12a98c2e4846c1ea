"""Random questions about years gone by, each answer held against plain SQL over the events, while counts are rolled up
and late ones folded. ANALYTICS_LONG=1 asks ten times as many."""
import unittest

from analytics_history import BEFORE
from analytics_play import ADS, RandomQuestions


class Before(RandomQuestions):
    def test_a_year_and_more(self) -> None:
        server = self.open_server()
        self.add_ads(ADS - 3)
        self.play(server, BEFORE)


if __name__ == "__main__":
    unittest.main()
