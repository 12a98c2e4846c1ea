"""GET /ads/events: raw events of a window, in order, resumable, whatever happens in the middle."""
import csv
import http.client
import io
import json
import threading
import time
from typing import Dict, Iterator, List
from urllib.parse import urlencode

from http_support import Wire
from journal_support import is_sanitized

from harness.case import TrackerCase
from harness.server import Response, Server

READ, ADMIN = "r" * 24, "a" * 24
WINDOW = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-03T23:59:59.999999Z"}
COLUMNS = ["id", "occurred_at", "received_at", "kind", "ad_id", "verdict", "placement", "error_code",
           "progress_ms", "nofill_reason", "quantity", "playback_ms", "ip", "flags"]
# A minute that many share, stretches without any, single microseconds, late ones among the others.
FILL = """
INSERT INTO events (id, occurred_at, received_at, kind, ad_id, verdict, placement, detail, quantity, playback_ms, ip,
                    late)
SELECT (i * 7919) % 1000003, CASE i % 10
           WHEN 0 THEN timestamptz '2026-03-02 12:00:00Z'
           WHEN 1 THEN timestamptz '2026-03-01 00:00:00Z' + i * interval '1 microsecond'
           ELSE timestamptz '2026-03-01 00:00:00Z' + i * interval '11 seconds' / {scale} END,
       timestamptz '2026-03-02 00:00:00.5Z' + i * interval '1 second', kind, nullif(i % 5, 0), i % 5,
       nullif('p' || i % 3, 'p0'), CASE WHEN kind = 'error' THEN 303 WHEN kind = 'progress' THEN 5000
           WHEN kind = 'nofill' THEN 1 ELSE 0 END, 1 + i % 2, 1500 * i % 100000, '192.0.2.1', i % 20 < 3
FROM generate_series(0, {rows} - 1) AS i,
     LATERAL (SELECT (ARRAY['click', 'error', 'progress', 'nofill', 'impression']::event_kind[])[1 + i % 5]) AS k (kind)
"""


def target(**parameters) -> str:
    return "/ads/events?" + urlencode({**WINDOW, **parameters}, doseq=True)


class ExportCase(TrackerCase):
    def ready(self, rows: int = 0, **env: str) -> Server:
        server = self.start_server(JOURNAL_SYNC="off", **{"READ_TOKEN": READ, **env})
        server.wait_until(lambda: server.get("/ads").status == 200)
        if rows:
            self.postgres.psql(FILL.format(rows=rows, scale=max(1, rows // 20000)), self.database)
        return server

    def expected(self, where: str = "true") -> List[str]:
        """The ids in order, as plain SQL has them."""
        rows = self.psql("SELECT id FROM (SELECT * FROM events WHERE NOT late UNION ALL "
                         "SELECT * FROM events WHERE late) AS e WHERE occurred_at BETWEEN "
                         f"'{WINDOW['start']}' AND '{WINDOW['end']}' AND {where} ORDER BY occurred_at, id")
        return [row[0] for row in rows]

    @staticmethod
    def ask(server: Server, method: str = "GET", token: str = READ, accept: str = "",
            **parameters) -> Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if accept:
            headers["Accept"] = accept
        return server.request(method, target(**parameters), headers=headers, timeout=60)

    def rows(self, server: Server, **parameters) -> List[Dict]:
        answer = self.ask(server, **parameters)
        self.assertEqual(answer.status, 200, answer.body)
        return [json.loads(line) for line in answer.body.splitlines()]


class ExportTest(ExportCase):
    def test_all_come_in_order_whatever_their_density(self) -> None:
        server = self.ready(60000)
        rows = self.rows(server)
        self.assertEqual([str(row["id"]) for row in rows], self.expected())
        self.assertEqual(list(rows[0]), COLUMNS)
        keys = [(row["occurred_at"].replace("Z", ".000000Z") if "." not in row["occurred_at"]
                 else row["occurred_at"], row["id"]) for row in rows]
        self.assertEqual(keys, sorted(keys))
        self.assertGreater(sum(key[0] == "2026-03-02T12:00:00.000000Z" for key in keys), 5000)

    def test_a_row_says_what_is_there(self) -> None:
        server = self.ready()
        self.psql("INSERT INTO events (id, occurred_at, received_at, kind, ad_id, verdict, placement, "
                  "detail, quantity, playback_ms, ip, ip_text, flags) VALUES "
                  "(1, '2026-03-01 00:00:00.12Z', '2026-03-01 00:00:01Z', 'error', NULL, 1, '-\"x,', 303, 1, 0, "
                  "'2001:db8::1', NULL, 4), "
                  "(2, '2026-03-01 00:00:00.123456Z', '2026-03-01 00:00:01Z', 'progress', 7, 0, NULL, 5000, 1, "
                  "-2000, NULL, 'localhost', 0), "
                  "(-3, '2026-03-01 00:00:01Z', NULL, 'nofill', 0, 9, '=1+1', 3, 12, NULL, NULL, NULL, 0)")
        rows = self.rows(server)
        self.assertEqual([list(row.values()) for row in rows], [
            [1, "2026-03-01T00:00:00.120000Z", "2026-03-01T00:00:01Z", "error", None, "declared_bot", '-"x,', 303,
             None, None, 1, 0, "2001:db8::1", 4],
            [2, "2026-03-01T00:00:00.123456Z", "2026-03-01T00:00:01Z", "progress", 7, "valid", None, None, 5000,
             None, 1, -2000, "localhost", 0],
            [-3, "2026-03-01T00:00:01Z", None, "nofill", None, 9, "=1+1", None, None, "weight_zero", 12, None, None,
             0]])
        answer = self.ask(server, format="csv")
        self.assertRegex(answer.headers["Content-Type"], "^text/csv")
        lines = answer.body.decode().split("\r\n")
        self.assertEqual(lines[1], '1,2026-03-01T00:00:00.120000Z,2026-03-01T00:00:01Z,error,,declared_bot,'
                                   '"\'-""x,",303,,,1,0,2001:db8::1,4')
        self.assertEqual(lines[3], "-3,2026-03-01T00:00:01Z,,nofill,,9,'=1+1,,,weight_zero,12,,,0")
        self.assertEqual(lines[4:], [""])

    def test_csv_is_the_same_as_ndjson(self) -> None:
        server = self.ready(12000)
        answer = self.ask(server, accept="text/csv, */*;q=0.1")
        read = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
        self.assertEqual(list(read[0]), COLUMNS)
        self.assertEqual(read, [{name: "" if value is None else str(value) for name, value in row.items()}
                                for row in self.rows(server, accept="*/*")])

    def test_filters_and_window(self) -> None:
        server = self.ready(8000)
        for parameters, where in (({"ad_id": 1}, "ad_id = 1"), ({"ad_id": [1, 3]}, "ad_id IN (1, 3)"),
                                  ({"kind": "error"}, "kind = 'error'"),
                                  ({"kind": ["error", "nofill"], "ad_id": [2, 3]},
                                   "kind IN ('error', 'nofill') AND ad_id IN (2, 3)"),
                                  ({"start": "2026-03-01T00:00:00.000101Z", "end": "2026-03-01T00:00:00.000141Z"},
                                   "occurred_at BETWEEN '2026-03-01T00:00:00.000101Z' AND "
                                   "'2026-03-01T00:00:00.000141Z'"),
                                  ({"start": "0000-01-01T00:00:00Z", "end": "9999-12-31T23:59:59.999999Z"},
                                   "true")):
            self.assertEqual([str(row["id"]) for row in self.rows(server, **parameters)], self.expected(where),
                             parameters)
        self.assertEqual(self.ask(server, start="2027-01-01T00:00:00Z", end="2027-02-01T00:00:00Z").body, b"")
        empty = self.ask(server, start="2027-01-01T00:00:00Z", end="2027-02-01T00:00:00Z", format="csv")
        self.assertEqual(empty.body.decode(), ",".join(COLUMNS) + "\r\n")

    def test_pages_by_limit_and_cursor_are_the_whole(self) -> None:
        server = self.ready(30000)
        got, cursor = [], {}
        while True:
            rows = self.rows(server, limit=self.random.choice((1, 999, 5000, 5001, 7000)), **cursor)
            if not rows:
                break
            got += [str(row["id"]) for row in rows]
            cursor = {"cursor": f"{rows[-1]['occurred_at']},{rows[-1]['id']}"}
        self.assertEqual(got, self.expected())

    def test_a_client_that_is_cut_off_goes_on_behind_the_last_whole_row(self) -> None:
        server = self.ready(30000)
        got: List[Dict] = []
        for cut in (10, 5000, 400000, 1000000, 1 << 30):
            cursor = {"cursor": f"{got[-1]['occurred_at']},{got[-1]['id']}"} if got else {}
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", target(**cursor), headers={"Authorization": f"Bearer {READ}"})
            text = connection.getresponse().read(cut)
            connection.close()
            got += [json.loads(line) for line in text[:text.rfind(b"\n") + 1].splitlines()]
        self.assertEqual([str(row["id"]) for row in got], self.expected())
        server.wait_until(lambda: server.get("/livez").status == 200)

    def test_who_may_read(self) -> None:
        server = self.ready(ADMIN_TOKEN=ADMIN)
        for token, status in ((READ, 200), (ADMIN, 200), ("", 401), (READ[1:], 401), (READ + "r", 401)):
            answer = self.ask(server, token=token)
            self.assertEqual(answer.status, status, token)
            self.assertEqual("WWW-Authenticate" in answer.headers, status == 401)
        self.assertEqual(self.ask(server, method="HEAD", token="").status, 401)
        unset = self.ready(READ_TOKEN="")
        answer = self.ask(unset)
        self.assertEqual((answer.status, answer.json()["error"]), (403, "this needs READ_TOKEN, which is not set"))

    def test_a_short_token_is_refused_at_the_start(self) -> None:
        for token in ("r" * 23, "r" * 23 + " r", "r" * 24 + "\n"):
            server = self.server(READ_TOKEN=token)
            server.launch()
            self.assertNotEqual(server.wait(10), 0)
            self.assertIn("READ_TOKEN", server.log_text())
            self.assertNotIn(token, server.log_text())

    def test_what_is_wrong_is_said(self) -> None:
        server = self.ready()
        for parameters, name in (({"start": ""}, "start"), ({"end": "2026-03-01"}, "end"),
                                 ({"start": "2026-03-05T00:00:00Z"}, "end"), ({"ad_id": "0"}, "ad_id"),
                                 ({"ad_id": list(range(1, 102))}, "ad_id"), ({"kind": "klick"}, "kind"),
                                 ({"kind": ["click", "x"]}, "kind"), ({"format": "json"}, "format"),
                                 ({"limit": "0"}, "limit"), ({"limit": "-1"}, "limit"), ({"cursor": "x"}, "cursor"),
                                 ({"cursor": "2026-03-01T00:00:00Z"}, "cursor"),
                                 ({"cursor": "2026-02-01T00:00:00Z,1"}, "cursor"),
                                 ({"cursor": "2026-03-01T00:00:00Z,1' OR 1"}, "cursor")):
            answer = self.ask(server, **parameters)
            self.assertEqual(answer.status, 400, parameters)
            self.assertRegex(answer.json()["error"], f"^{name} ")
        self.assertEqual(self.ask(server, whatever="1").status, 200)

    def test_methods(self) -> None:
        server = self.ready(100)
        head = self.ask(server, method="HEAD", format="csv")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertRegex(head.headers["Content-Type"], "^text/csv")
        other = self.ask(server, method="DELETE")
        self.assertEqual((other.status, other.headers["Allow"]), (405, "GET, HEAD, POST, OPTIONS"))
        self.assertEqual(server.request("POST", "/ads/events", []).status // 100, 4)

    def test_http_1_0(self) -> None:
        server = self.ready(9000)
        wire = Wire(server.port, timeout_seconds=30)
        self.addCleanup(wire.close)
        wire.send(f"GET {target()} HTTP/1.0\r\nConnection: keep-alive\r\nAuthorization: Bearer {READ}\r\n\r\n".encode())
        self.assertEqual(wire.answer().body.count(b"\n"), 9000)


class ExportTroubleTest(ExportCase):
    """With a client that takes its time, or a database that goes."""

    def open(self, server: Server, receive_buffer: int = 4096, **parameters) -> Wire:
        wire = Wire(server.port, receive_buffer=receive_buffer, timeout_seconds=60)
        self.addCleanup(wire.close)
        return wire.send(f"GET {target(**parameters)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {READ}\r\n\r\n"
                         .encode())

    @staticmethod
    def lines_of(wire: Wire) -> Iterator[bytes]:
        """The lines as they come, taken out of their chunks; ConnectionError where they are cut off."""
        stream = wire.socket.makefile("rb")
        while stream.readline() != b"\r\n":
            pass
        rest = b""
        while True:
            size = stream.readline()
            if not size:
                raise ConnectionError("no last chunk")
            chunk = stream.read(int(size, 16))
            stream.read(2)
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def test_a_slow_reader_costs_a_page_and_no_transaction(self) -> None:
        server = self.ready(200000)
        self.rows(server, limit=20000)
        before = server.metrics().value("process_resident_memory_bytes")
        wires = [self.open(server) for _ in range(5)]
        time.sleep(2)
        self.assertLess(server.metrics().value("adtracker_export_rows_total"), 20000 + 6 * 20000)
        if not is_sanitized(server):
            self.assertLess(server.metrics().value("process_resident_memory_bytes"), before + 5 * 8e6)
        idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        self.assertEqual(self.psql(idle), [("0",)])
        self.assertEqual(sum(1 for _ in self.lines_of(wires[0])), 200000)
        for wire in wires[1:]:
            wire.reset()
        server.wait_until(lambda: len(self.rows(server, limit=1)) == 1)

    def test_no_more_than_twenty_at_a_time(self) -> None:
        server = self.ready(100000)
        wires = [self.open(server) for _ in range(20)]
        server.wait_until(lambda: self.ask(server).status == 503, 30)
        self.assertEqual(self.ask(server).headers["Retry-After"], "1")
        for wire in wires:
            wire.close()
        server.wait_until(lambda: self.ask(server, limit=1).status == 200)

    def test_postgresql_is_restarted_in_the_middle(self) -> None:
        own = self.private_postgres()
        db_conn = own.create_database("export")
        self.postgres, shared, self.database = own, self.postgres, "export"
        self.addCleanup(setattr, self, "postgres", shared)
        server = self.ready(100000, DB_CONN=db_conn)
        expected = self.expected()
        lines = self.lines_of(self.open(server))
        got = [next(lines) for _ in range(3000)]
        reader = threading.Thread(target=lambda: got.extend(lines))
        own.kill()
        reader.start()
        time.sleep(1.5)
        own.start()  # in this thread: it ends with the one that started it
        reader.join(300)
        self.assertFalse(reader.is_alive())
        self.assertEqual([str(json.loads(line)["id"]) for line in got], expected)

    def test_a_database_that_stays_away_cuts_it_off(self) -> None:
        own = self.private_postgres()
        self.postgres, shared, self.database = own, self.postgres, "export"
        self.addCleanup(setattr, self, "postgres", shared)
        server = self.ready(100000, DB_CONN=own.create_database("export"))
        lines = self.lines_of(self.open(server))
        got = [next(lines) for _ in range(3000)]
        own.stop("immediate")
        with self.assertRaises(ConnectionError):
            got.extend(lines)
        self.assertEqual(self.ask(server).status, 503)
        own.start()
        expected = self.expected()
        self.assertEqual([str(json.loads(line)["id"]) for line in got], expected[:len(got)])
        last = json.loads(got[-1])
        server.wait_until(lambda: self.ask(server, limit=1).status == 200)
        rest = self.rows(server, cursor=f"{last['occurred_at']},{last['id']}")
        self.assertEqual([str(row["id"]) for row in rest], expected[len(got):])

    def test_a_server_that_stops_cuts_it_off(self) -> None:
        server = self.ready(200000)
        lines = self.lines_of(self.open(server))
        next(lines)
        started = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - started, 10)
        with self.assertRaises(ConnectionError):
            list(lines)

    def test_lost_permission_and_an_older_version_s_events_are_said(self) -> None:
        server = self.ready(10)
        self.psql("CREATE TABLE before_events ()")
        answer = self.ask(server)
        self.assertEqual(answer.status, 503)
        self.assertIn("brought over", answer.json()["error"])
        self.psql("DROP TABLE before_events")
        self.assertEqual(len(self.rows(server)), 10)
        self.psql("ALTER TABLE events RENAME TO gone")
        self.assertEqual(self.ask(server).status, 503)

