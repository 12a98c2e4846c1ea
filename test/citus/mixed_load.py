"""Batches of events with ids, of which some come again and again, and without; and what the database must have."""
import http.client
import json
import random
import threading
from typing import List, Set

from harness.server import Server

BATCH, POOL, ADS, NO_AD = 60, 4000, 3, 99


class MixedLoad:
    """Every event of an accepted batch is in `ids` or counted in `without`."""

    def __init__(self, dice: random.Random) -> None:
        self.random = dice
        self.ids: Set[str] = set()
        self.without = 0
        self.accepted = 0
        self.faults: List[str] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread = threading.Thread()

    @property
    def distinct(self) -> int:
        return len(self.ids) + self.without

    def batch(self) -> List[dict]:
        dice = self.random
        events: List[dict] = []
        for _ in range(BATCH):
            event = {"type": dice.choice(("click", "impression")), "ip": f"10.0.0.{dice.randrange(250)}",
                     "placement": f"p{dice.randrange(5)}", "video_playback_time": dice.randrange(60)}
            if dice.random() < 0.6:  # of one id kind and ad are the same
                number = dice.randrange(POOL)
                event.update(event_id=f"id-{number}", type=("click", "impression")[number % 2])
                event["ad_id"] = 1 + number % ADS
            else:
                event["ad_id"] = 1 + dice.randrange(ADS)
            if dice.random() < 0.2:
                event["age_ms"] = dice.randrange(3600 * 1000)
            events.append(event)
        return events

    def post(self, server: Server, batches: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for _ in range(batches):
            self._post(connection)
        connection.close()

    def start(self, server: Server) -> "MixedLoad":
        self._thread = threading.Thread(target=self._run, args=(server,))
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(60)
        assert not self.faults, self.faults[:3]

    def _post(self, connection: http.client.HTTPConnection) -> None:
        events = self.batch()
        connection.request("POST", "/ads/events", json.dumps(events), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 202 or json.loads(body)["accepted"] != len(events):
            raise OSError(f"{answer.status}: {body[:200]!r}")
        self.accepted += len(events)
        self.ids.update(event["event_id"] for event in events if "event_id" in event)
        self.without += sum("event_id" not in event for event in events)

    def _run(self, server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            while not self._stopping.wait(0.05):
                self._post(connection)
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(repr(error))
        finally:
            connection.close()
