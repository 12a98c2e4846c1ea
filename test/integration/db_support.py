"""What the tests of the database side share: load with every event told apart, the books, and a
psql session that stays open."""
import http.client
import itertools
import json
import subprocess
import threading
import time
from collections import Counter
from typing import List, NamedTuple

from harness.case import TrackerCase
from harness.counts import DISAGREEMENTS
from harness.postgres import PASSWORD, PrivatePostgres
from harness.process import wait_until
from harness.server import Server

KINDS = ("click", "impression")

class Event(NamedTuple):
    """`number` goes out as video_playback_time and so tells every event of a test apart."""
    number: int
    kind: str
    ad_id: int

    @property
    def path(self) -> str:
        return f"/ads/{self.kind}"

    def body(self) -> dict:
        return {"ad_id": self.ad_id, "ip": f"10.0.{self.number % 250}.7",
                "video_playback_time": self.number}


class Load:
    """Clients that post as quickly as they are answered, and remember what was accepted."""

    def __init__(self, case: TrackerCase, servers: List[Server], clients: int = 4, ads: int = 3,
                 pace_seconds: float = 0.0) -> None:
        self.accepted: List[Event] = []
        self.faults: List[str] = []
        self._numbers = itertools.count()
        self._random = case.random
        self._ads = ads
        self._pace = pace_seconds
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(servers[n % len(servers)],))
                         for n in range(clients)]
        case.addCleanup(self._stopping.set)

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> List[Event]:
        """Ends it; returns what was accepted. AssertionError when anything else was answered."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        assert not self.faults, self.faults[:3]
        return self.accepted

    def wait_accepted(self, more: int, timeout_seconds: float = 60.0) -> None:
        wanted = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= wanted or self.faults, timeout_seconds, "accepted")

    def _run(self, server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        try:
            while not self._stopping.is_set():
                event = Event(next(self._numbers), self._random.choice(KINDS),
                              self._random.randint(1, self._ads))
                connection.request("POST", event.path, json.dumps(event.body()))
                answer = connection.getresponse()
                answer.read()
                if answer.status != 202:
                    self.faults.append(f"{event}: {answer.status}")
                    return
                self.accepted.append(event)
                self._stopping.wait(self._pace)
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(repr(error))
        finally:
            connection.close()


class DatabaseCase(TrackerCase):
    """A TrackerCase that knows the books. `value` and `psql` ask this test's database."""

    def value(self, sql: str) -> str:
        return self.postgres.value(sql, self.database)

    @staticmethod
    def stay_in_one_day() -> None:
        """Waits for UTC's midnight where it is near, so that a test that begins now sees one day."""
        left_seconds = 86400 - time.time() % 86400
        if left_seconds < 90:
            time.sleep(left_seconds + 0.1)

    def open_server(self, **env: str) -> Server:
        """A server that is connected, with three ads loaded."""
        server = self.start_server(**env)
        self.wait_up(server)
        if self.value("SELECT count(*) FROM ads") == "0":
            self.add_ads()
        self.wait_ads(server)
        return server

    def wait_up(self, server: Server, timeout_seconds: float = 60.0) -> None:
        server.wait_until(lambda: server.metrics().value("adtracker_db_up") == 1, timeout_seconds)

    def wait_down(self, server: Server, timeout_seconds: float = 60.0) -> None:
        server.wait_until(lambda: server.metrics().value("adtracker_db_up") == 0, timeout_seconds)

    def add_ads(self, count: int = 3) -> None:
        self.psql("INSERT INTO ads (image_url, target_url) SELECT 'https://a.example/' || n, "
                  f"'https://b.example/' || n FROM generate_series(1, {count}) AS n")

    def wait_maintained(self) -> None:
        """Until every day has its partitions, and all of an older version has come over."""
        wait_until(lambda: self.value(
            "SELECT NOT EXISTS (SELECT FROM missing_partitions((now() AT TIME ZONE 'UTC')::date)) "
            "AND to_regclass('before_positions') IS NULL") == "t", 30, "maintained")

    def wait_ads(self, server: Server) -> None:
        """Until it lists the ads that the database has."""
        count = int(self.value("SELECT count(*) FROM ads WHERE active"))
        server.wait_until(lambda: self.listed(server) == count)

    @staticmethod
    def listed(server: Server) -> int:
        answer = server.get("/ads")
        return len(answer.json()) if answer.status == 200 else -1

    def post(self, server: Server, first: int, count: int, ads: int = 3) -> List[Event]:
        """Posts `count` events, numbered from `first` on, on one connection; all are accepted."""
        events = [Event(first + n, KINDS[n % 2], 1 + n % ads) for n in range(count)]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for event in events:
            connection.request("POST", event.path, json.dumps(event.body()))
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (202, b'{"status":"queued"}'))
        connection.close()
        return events

    def wait_at_rest(self, server: Server, timeout_seconds: float = 30.0) -> None:
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0,
                          timeout_seconds)

    def assert_books(self, server: Server, accepted: int) -> None:
        """At rest: everything accepted is stored, a duplicate, or rejected."""
        metrics = server.metrics()
        self.assertEqual(metrics.value("adtracker_queue_events"), 0)
        ends = {name: metrics.total(f"adtracker_events_{name}_total")
                for name in ("stored", "duplicate", "rejected")}
        self.assertEqual(metrics.total("adtracker_events_accepted_total"), accepted)
        self.assertEqual(accepted + metrics.total("adtracker_events_replayed_total"),
                         sum(ends.values()), ends)

    def assert_stored(self, events: List[Event]) -> None:
        """The database holds exactly these events, each once, and counts that agree with them."""
        rows = self.psql("SELECT playback_ms / 1000, kind, ad_id, host(ip) FROM events")
        stored = Counter((int(n), kind, int(ad), ip) for n, kind, ad, ip in rows)
        wanted = Counter((e.number, e.kind, e.ad_id, e.body()["ip"]) for e in events)
        self.assertEqual(list((stored - wanted).items())[:5], [], "stored too often")
        self.assertEqual(list((wanted - stored).items())[:5], [], "not stored")
        self.assert_counts_agree()

    def assert_counts_agree(self) -> None:
        self.assertEqual(self.psql(f"ANALYZE events, counts, counts_late, counts_minute; {DISAGREEMENTS}")[:5], [])


class TcpCase(DatabaseCase):
    """All tests of a class share a PostgreSQL that listens on 127.0.0.1 and ::1 as well."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(tcp=True, settings={"listen_addresses": "127.0.0.1,::1"})
        cls.addClassCleanup(cls.postgres.destroy)
        cls.postgres.start()

    def conninfo(self, **parts: object) -> str:
        """Keywords for the TCP listener; `parts` replaces some."""
        words = {"port": self.postgres.port, "user": "postgres", "dbname": self.database,
                 "password": f"'{PASSWORD}'", **parts}
        return " ".join(f"{name}={value}" for name, value in words.items())

    def assert_works(self, server: Server, timeout_seconds: float = 20.0) -> None:
        self.wait_up(server, timeout_seconds)
        self.add_ads()
        self.wait_ads(server)
        events = self.post(server, 0, 10)
        self.wait_at_rest(server)
        self.assert_stored(events)


class SqlSession:
    """One psql that stays open: for transactions that others have to wait for."""

    def __init__(self, case: TrackerCase, postgres: PrivatePostgres, database: str) -> None:
        self._process = subprocess.Popen(
            [str(postgres.bin / "psql"), "-XqAt", "-d", postgres.conninfo(database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        case.addCleanup(self.close)

    def run(self, sql: str) -> List[str]:
        """Runs statements and returns the lines they gave, errors among them."""
        self.send(sql)
        return self.answer()

    def send(self, sql: str) -> None:
        self._process.stdin.write(f"{sql};\n\\echo --end--\n")
        self._process.stdin.flush()

    def answer(self) -> List[str]:
        return list(itertools.takewhile(lambda line: line != "--end--",
                                        (line.rstrip("\n") for line in self._process.stdout)))

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            self._process.wait(10)
        self._process.stdout.close()
