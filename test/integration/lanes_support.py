"""What the tests of several lanes share."""
import os
import subprocess
from typing import Dict

from import_support import ImportCase

from harness.case import BINARY
from harness.server import Server

# The lane of what has a key, and of what has none.
LANE = ("(CASE WHEN key IS NULL THEN {sequence} "
        "ELSE ('x' || right(key::text, 8))::bit(32)::bigint END % {lanes})::smallint")


class LanesCase(ImportCase):
    lanes = 1

    def setUp(self) -> None:
        """The database has so many, and three ads."""
        super().setUp()
        self.double(self.lanes)
        self.add_ads()

    def launch_double(self, lanes: int) -> subprocess.Popen:
        environment = {"PATH": os.environ["PATH"], "DB_CONN": self.db_conn, "LOG_LEVEL": "warning",
                       "ASAN_OPTIONS": "detect_leaks=1:exitcode=99"}
        process = subprocess.Popen([str(BINARY), "--lanes", str(lanes)], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def double(self, lanes: int) -> str:
        """Until there are so many; what the command says."""
        process = self.launch_double(lanes)
        said, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(self.psql("SELECT DISTINCT lanes, lanes_before FROM lanes"), [(str(lanes), str(lanes))])
        self.assertEqual(self.value("SELECT count(*) FROM lanes"), str(lanes))
        return said

    def post_with_ids(self, server: Server, first: int, count: int, ids: str = "own") -> None:
        """Clicks with an id each, but for each fifth."""
        for at in range(first, first + count, 100):
            events = [{"type": "click", "ad_id": 1 + n % 3, "ip": "10.0.0.1", "video_playback_time": n,
                       **({"event_id": f"{ids}-{n}"} if n % 5 else {})}
                      for n in range(at, min(at + 100, first + count))]
            answer = server.post("/ads/events", events)
            self.assertEqual(answer.status, 202, answer.body)

    def times_stored(self) -> Dict[int, int]:
        """How many times each number is."""
        return {int(number): int(times) for number, times in self.psql(
            "SELECT playback_ms / 1000, count(*) FROM events GROUP BY 1")}

    def assert_in_lanes(self, lanes: int) -> None:
        """Each lane has events, and of the keys those that are its."""
        self.assertEqual(self.value("SELECT count(DISTINCT lane) FROM events"), str(lanes))
        lane = LANE.format(sequence=0, lanes=lanes)
        self.assertEqual(self.value(f"SELECT count(*) FROM event_keys WHERE lane <> {lane}"), "0")
        self.assertEqual(self.value(
            "SELECT count(*) FROM (SELECT key FROM event_keys GROUP BY key HAVING count(*) > 1) AS k"), "0")

    def positions(self) -> list:
        return [int(row[0]) for row in self.psql("SELECT last_sequence FROM ingest_cursor ORDER BY lane")]
