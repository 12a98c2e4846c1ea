"""Analytics against a count by hand, over random events and windows."""
import http.client
import unittest
from datetime import datetime, timedelta, timezone
from typing import List, NamedTuple, Optional
from urllib.parse import quote
from uuid import UUID

from batch_support import Event
from db_support import DatabaseCase, SqlSession
from functions_support import JOURNAL, NONCE, ingest_sql, row

from harness.server import Server

FIRST_DAY = datetime(2031, 3, 30, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
TRAFFIC = {None: (0, 1, 2, 3), "gross": (0, 1, 2, 3), "net": (0,), "test": (4,)}  # the verdicts that count
WIDTHS = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


class Stored(NamedTuple):
    at: datetime
    ad_id: int
    kind: str
    seconds: int
    verdict: int


class Analytics(DatabaseCase):
    """Events over four days, many of them on or next to the edge of a minute, an hour, a day."""

    def random_time(self) -> datetime:
        at = FIRST_DAY + timedelta(microseconds=self.random.randrange(4 * 86400 * 10**6))
        if self.random.random() < 0.7:
            width = self.random.choice(WIDTHS)
            at -= (at - FIRST_DAY) % width
            at += MICROSECOND * self.random.choice((-1, 0, 0, 1))
        return at

    def store(self, count: int) -> List[Stored]:
        """Stores events through ingest_batch(), in several batches of several journals."""
        events = [Stored(self.random_time(), self.random.randint(1, 3),
                         self.random.choice(("click", "impression", "impression")),
                         self.random.randint(0, 300), self.random.choice((0, 0, 0, 1, 2, 3, 4))) for _ in range(count)]
        for n in range(4):
            journal, nonce = str(UUID(int=n + 1)), str(UUID(int=99))
            batch = [Event(k + 1, e.kind, e.ad_id, e.at, playback_ms=1000 * e.seconds, verdict=e.verdict)
                     for k, e in enumerate(events[n::4])]
            self.psql(f"SELECT claim_journal('{journal}', '{{}}', '{nonce}'); {ingest_sql(batch, journal, nonce)}")
        return events

    def ask(self, server: Server, start: str, end: str, ad_id: Optional[int] = None,
            traffic: Optional[str] = None) -> dict:
        only = (f"&ad_id={ad_id}" if ad_id else "") + (f"&traffic={traffic}" if traffic else "")
        answer = server.get(f"/ads/analytics?start={start}&end={end}{only}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def assert_counts(self, server: Server, events: List[Stored], start: datetime, end: datetime,
                      ad_id: Optional[int] = None) -> None:
        traffic = self.random.choice(list(TRAFFIC))
        zone = timezone(timedelta(minutes=self.random.choice((0, 330, -570, 840, -720))))
        texts = [quote(t.astimezone(zone).isoformat(), safe=":") for t in (start, end)]
        answer = self.ask(server, *texts, ad_id, traffic)
        inside = [e for e in events if start <= e.at <= end and ad_id in (None, e.ad_id)
                  and e.verdict in TRAFFIC[traffic]]
        clicks = [e for e in inside if e.kind == "click"]
        shown = len(inside) - len(clicks)
        self.assertEqual((answer["total_clicks"], answer["total_impressions"]), (len(clicks), shown),
                         (texts, ad_id, traffic))
        self.assertAlmostEqual(answer["click_rate"], 100 * len(clicks) / shown if shown else 0, 3)
        average = sum(e.seconds for e in clicks) / len(clicks) if clicks else 0
        self.assertAlmostEqual(answer["average_playback_time"], average, 3)

    def test_random_windows_agree_with_a_count_by_hand(self) -> None:
        server = self.open_server()
        events = self.store(3000)
        self.assert_counts_agree()
        for n in range(250):
            start, end = sorted((self.random_time(), self.random_time()))
            if n % 5 == 0:  # a short one
                end = start + MICROSECOND * self.random.choice((0, 1, 59_999_999, 60_000_000,
                                                                3_599_999_999, 3_600_000_000))
            self.assert_counts(server, events, start, end, self.random.choice((None, None, 1, 2, 3)))
        self.assert_counts(server, events, FIRST_DAY - timedelta(days=4000),
                           FIRST_DAY + timedelta(days=4000))
        self.assertEqual(self.ask(server, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", 9)
                         ["total_clicks"], 0)

    def test_edges_and_forms_of_a_window(self) -> None:
        server = self.open_server()
        self.psql(f"SELECT claim_journal('{JOURNAL}', '{{}}', '{NONCE}'); " + ingest_sql(
            [row(1, at="2031-04-01 00:00:00+00"), row(2, at="2031-04-01 00:59:59.999999+00"),
             row(3, "impression", at="2031-04-01 01:00:00+00")]))
        for start, end, clicks, shown in (
                ("2031-04-01T00:00:00Z", "2031-04-01T00:00:00Z", 1, 0),
                ("2031-04-01T00:00:00.000001Z", "2031-04-01T00:59:59.999998Z", 0, 0),
                ("2031-04-01T00:00:00.0000001Z", "2031-04-01T00:59:59.9999999Z", 1, 0),
                ("2031-04-01T00:00:00Z", "2031-04-01T00:59:59.999999Z", 2, 0),
                ("2031-04-01t00:00:00z", "2031-04-01t01:00:00z", 2, 1),
                ("2031-04-01T02:00:00+02:00", "2031-03-31T22:00:00-03:00", 2, 1),
                ("2031-04-01T02:00:00%2B02:00", "2031-04-01T03:00:00%2b02:00", 2, 1),
                ("2031-04-01T02:00:00%2002:00", "2031-04-01T03:00:00 02:00".replace(" ", "+"), 2, 1)):
            with self.subTest(start=start, end=end):
                answer = self.ask(server, start, end)
                self.assertEqual((answer["total_clicks"], answer["total_impressions"]), (clicks, shown))
        for query, word in (("end=2031-04-01T00:00:00Z", "start"), ("start=2031-04-01T00:00:00Z", "end"),
                            ("start=yesterday&end=2031-04-01T00:00:00Z", "start"),
                            ("start=2031-04-01T00:00:00Z&end=2031-02-30T00:00:00Z", "end"),
                            ("start=2031-04-01T00:00:00Z&end=2031-03-31T23:59:59.999999Z", "end"),
                            ("start=2031-04-01T00:00:00Z&end=2031-04-02T00:00:00Z&ad_id=x", "ad_id"),
                            ("start=2031-04-01T00:00:00Z&end=2031-04-02T00:00:00Z&traffic=all", "traffic")):
            with self.subTest(query):
                answer = server.get(f"/ads/analytics?{query}")
                self.assertEqual(answer.status, 400)
                self.assertIn(word, answer.json()["error"])

    def test_bots_are_gross_and_the_default_answer_is_as_it_was(self) -> None:
        server = self.open_server()
        for agent in ("Mozilla/5.0", "Googlebot/2.1"):
            for kind in ("click", "impression"):
                self.assertEqual(server.post(f"/ads/{kind}", {"ad_id": 1, "video_playback_time": 4},
                                             headers={"User-Agent": agent}).status, 202)
        self.wait_at_rest(server)
        window = ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
        members = {"start": window[0], "end": window[1], "click_rate": 100.0, "average_playback_time": 4.0,
                   "pending_events": 0}
        for traffic, count, more in ((None, 2, {}), ("gross", 2, {}), ("net", 1, {"traffic": "net"}),
                                     ("test", 0, {"traffic": "test", "click_rate": 0.0, "average_playback_time": 0.0})):
            told = self.ask(server, *window, traffic=traffic)
            wanted = {**members, "total_clicks": count, "total_impressions": count, **more}
            self.assertEqual({name: told[name] for name in wanted}, wanted)
            self.assertEqual("traffic" in told, "traffic" in wanted)

    def test_away_it_is_503_and_back_at_once(self) -> None:
        server = self.open_server()
        window = "/ads/analytics?start=2031-04-01T00:00:00Z&end=2031-04-02T00:00:00Z"
        self.assertEqual(server.get(window).status, 200)
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           f"WHERE datname = '{self.database}'")
        server.wait_until(lambda: server.get(window).status == 503)
        self.assertTrue(server.get(window).headers["Retry-After"])
        self.postgres.psql(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')
        server.wait_until(lambda: server.get(window).status == 200)

    def test_pending_events_are_told(self) -> None:
        server = self.open_server()
        session = SqlSession(self, self.postgres, self.database)
        session.run("BEGIN; SELECT FROM ingest_cursor FOR UPDATE")
        self.post(server, 0, 7)
        window = ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
        answer = self.ask(server, *window)
        self.assertEqual((answer["pending_events"], answer["total_clicks"]), (7, 0))
        session.run("COMMIT")
        self.wait_at_rest(server)
        answer = self.ask(server, *window)
        self.assertEqual((answer["pending_events"], answer["total_clicks"]), (0, 4))

    def test_many_questions_at_once(self) -> None:
        server = self.open_server()
        self.post(server, 0, 10)
        self.wait_at_rest(server)
        connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
                       for _ in range(60)]
        for connection in connections:
            connection.request("GET", "/ads/analytics?start=2000-01-01T00:00:00Z&"
                                      "end=2100-01-01T00:00:00Z")
        for connection in connections:
            answer = connection.getresponse()
            self.assertIn(b'"total_clicks":5', answer.read().replace(b" ", b""))
            connection.close()


if __name__ == "__main__":
    unittest.main()
