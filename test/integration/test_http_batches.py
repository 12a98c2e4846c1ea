"""Batches of events: POST /ads/events. What is accepted lands in the database as it was said, what is
not is told item by item and nowhere stored."""
import gzip
import json
import os
import random
import signal
import zlib
from typing import Any, Dict, List, Tuple

from http_support import Answer, OneServerCase, Wire, chunked, post

from harness.process import cpu_seconds

PATH = "/ads/events"
MIB = 1024 * 1024
Rejections = List[Tuple[int, str]]


def click(ad: int = 1, **more: Any) -> Dict[str, Any]:
    return {"type": "click", "ad_id": ad, **more}


def lines(*items: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


class BatchCase(OneServerCase):
    def send(self, body: bytes, *fields: str) -> Answer:
        return self.wire().send(post(PATH, body, *fields)).answer()

    def assert_taken(self, answer: Answer, accepted: int, rejected: Rejections = (),
                     total: int = -1) -> None:
        """202 with these rejections: an index, and a word of the error."""
        self.assertEqual(answer.status, 202 if accepted else 422, answer.body)
        self.assertEqual(answer.field("Content-Type"), "application/json")
        told = json.loads(answer.body)
        self.assertEqual(set(told) - {"error"}, {"accepted", "rejected", "rejected_total"})
        self.assertEqual("error" in told, not accepted)
        self.assertEqual(told["accepted"], accepted)
        self.assertEqual(told["rejected_total"], len(rejected) if total < 0 else total)
        self.assertEqual([item["index"] for item in told["rejected"]], [i for i, _ in rejected])
        for item, (_, word) in zip(told["rejected"], rejected):
            self.assertEqual(set(item), {"index", "error"})
            self.assertRegex(item["error"], word)

    def stored_since(self, before: int) -> int:
        return self.stored() - before


# The body, how many are accepted, what is rejected.
BODIES: List[Tuple[bytes, int, Rejections]] = [
    (b'{"type":"click","ad_id":1}', 1, []),
    (b'{\r\n "type": "click",\r\n "ad_id": 1\r\n}\r\n', 1, []),
    (json.dumps([click(), click(2)]).encode(), 2, []),
    (json.dumps([click(), click(2)], indent=2).encode(), 2, []),
    (lines(click(), click(2)), 2, []),
    (lines(click(), click(2))[:-1], 2, []),
    (b"\xef\xbb\xbf" + lines(click(), click(2)).replace(b"\n", b"\r\n \r\n"), 2, []),
    (b'[{"type":"click","ad_id":1},garbage,{"type":"mute","ad_id":2}]', 2, [(1, "not a JSON object")]),
    (b'[{"type":"click","ad_id":1},{"x":tru},{"type":"mute","ad_id":2}]', 2, [(1, "not JSON")]),
    (b'[{"type":"click","ad_id":1},7,null,"x",[],{"type":"mute","ad_id":2}]', 2,
     [(n, "not a JSON object") for n in (1, 2, 3, 4)]),
    (b'{"type":"click","ad_id":1}\n{"type":"click",\n{"type":"mute","ad_id":2}\n', 2,
     [(1, "ends before")]),
    (b'[{"type":"click","ad_id":1},{"type":"cli', 1, [(1, "ends before"), (2, "body ends before")]),
    (b'[{"type":"click","ad_id":1}', 1, [(1, "body ends before")]),
    (b'{"type":"click","ad_id":1}\n{"type":"click","ad_', 1, [(1, "ends before")]),
    (b'[{"type":"click","ad_id":1}] x', 1, [(1, "goes on")]),
    (b'{"type":"click","ad_id":1', 0, [(0, "ends before")]),
    (b'[{"type":"click","ad_id":1},{"x":' + b"[" * 40 + b"]" * 40 + b'}]', 1, [(1, "deeper")]),
    (b"[" * 60000, 0, [(0, "deeper|64 KiB|object"), (1, "body ends")]),
    (json.dumps([click(), {}, {"type": "clic", "ad_id": 1}, {"type": "nofill", "ad_id": 1},
                 {"type": "request"}, {"type": "Click", "ad_id": 1}, {"type": 1, "ad_id": 1}]).encode(),
     1, [(1, "type is missing"), (2, "no kind"), (3, "only the server"), (4, "only the server"),
         (5, "no kind"), (6, "type must be")]),
    (json.dumps([click(0), click(-1), click(77), click(2**40), click(1e300), click()]).encode(), 1,
     [(0, "ad_id"), (1, "ad_id"), (2, "no ad"), (3, "ad_id"), (4, "ad_id")]),
    (json.dumps([click(placement="a" * 65), click(placement=""), click(placement="a b"),
                 click(age_ms=-1), click(age_ms=1209600001), click(age_ms=0.5),
                 click(event_id="x" * 65), click(ip="x"),
                 {"type": "error", "ad_id": 1, "code": 65536},
                 {"type": "progress", "ad_id": 1, "offset_ms": -1}]).encode(), 0,
     [(0, "placement"), (1, "placement"), (2, "placement"), (3, "age_ms"), (4, "age_ms"),
      (5, "age_ms"), (6, "event_id"), (7, "ip"), (8, "code"), (9, "offset_ms")]),
    (json.dumps([click(video_playback_time=2147483648)]).encode(), 0, [(0, "video_playback_time")]),
    (b'[{"type":"click","ad_id":1,"ad_id":1},{"type":"click","ad_id":1,"x":"\xff"}]', 0,
     [(0, "twice"), (1, "UTF-8")]),
    (b"ad_id=1&type=click", 0, [(0, "not a JSON object")]),
]


class ItemsTest(BatchCase):
    def test_each_item_is_judged_by_itself(self) -> None:
        wire = self.wire()
        for body, accepted, rejected in BODIES:
            with self.subTest(body=body[:100]):
                before = self.stored()
                for fields in ((), ("Content-Encoding: gzip",)):
                    sent = gzip.compress(body) if fields else body
                    self.assert_taken(wire.send(post(PATH, sent, *fields)).answer(), accepted, rejected)
                self.assertEqual(self.stored_since(before), 2 * accepted)
        self.assert_usable(wire)

    def test_nothing_of_what_is_rejected_comes_back_or_is_logged(self) -> None:
        for body in (b'[{"type":"WHISPER","ad_id":1}]', b'[WHISPER]', b'{"WHISPER', b'[{"WHISPER":1,}]'):
            self.assertNotIn(b"WHISPER", self.send(body).body)
        self.assertNotIn("WHISPER", self.tracker.log_text())

    def test_no_item_at_all(self) -> None:
        for body in (b"", b" \r\n\n", b"\xef\xbb\xbf"):
            self.assert_error(self.send(body), 400, "empty")
        for body in (b"[]", b" [ \n] "):
            self.assert_error(self.send(body), 422, "no items")

    def test_they_are_stored_as_they_were_said(self) -> None:
        self.stored()
        self.psql("TRUNCATE events")
        items = [{"type": "error", "code": 303},
                 {"type": "progress", "ad_id": 2, "offset_ms": 5000, "placement": "home.top-1_A"},
                 click(3, ip="2001:db8::1", video_playback_time=12.483, x="\u00e9", age_ms=3600000),
                 click(1, video_playback_time=-2147483648),
                 {"type": "viewable", "AD_ID": 1, "event_id": "batch-\u00e9"},
                 {"type": "viewable", "ad_id": 1, "event_id": "batch-\u00e9"}]
        self.assert_taken(self.send(lines(*items), "User-Agent: curl/8"), len(items))
        self.assertEqual(self.stored(), len(items) - 1)
        rows = self.psql(
            "SELECT kind, coalesce(ad_id, 0), detail, playback_ms, host(ip), coalesce(placement, ''), "
            "extract(epoch FROM received_at - occurred_at)::int, verdict FROM events ORDER BY 1, 2, 4")
        self.assertEqual(rows, [
            ("click", "1", "0", "-2147483648000", "127.0.0.1", "", "0", "1"),
            ("click", "3", "0", "12483", "2001:db8::1", "", "3600", "1"),
            ("progress", "2", "5000", "0", "127.0.0.1", "home.top-1_A", "0", "1"),
            ("viewable", "1", "0", "0", "127.0.0.1", "", "0", "1"),
            ("error", "0", "303", "0", "127.0.0.1", "", "0", "1")])
        self.assertEqual(self.psql("SELECT count(DISTINCT received_at) FROM events"), [("1",)])

    def test_every_kind_of_a_client_is_one_here(self) -> None:
        kinds = ("impression click loaded start firstQuartile midpoint thirdQuartile complete progress "
                 "mute unmute pause resume rewind skip playerExpand playerCollapse closeLinear "
                 "otherAdInteraction acceptInvitation viewable notViewable viewUndetermined "
                 "error").split()
        before = self.stored()
        self.assert_taken(self.send(lines(*({"type": kind, "ad_id": 1} for kind in kinds))), len(kinds))
        self.assertEqual(self.stored_since(before), 24)

    def test_random_batches_give_what_single_events_give(self) -> None:
        seed = random.SystemRandom().getrandbits(32)
        print(f"TEST_SEED={seed}")
        rng = random.Random(seed)
        values: Dict[str, List[Any]] = {
            "ad_id": [1, 2, 3, 0, 77, "1", None], "video_playback_time": [0, 1, 12.483, -5, 1e10, "x"],
            "ip": ["192.0.2.1", "::1", "x", None], "placement": ["a", "a b", 7], "age_ms": [0, 1000, -1],
            "code": [100, 70000], "other": [[1, {"x": "}"}], "\u00e9]"]}
        wire = self.wire()
        columns = "kind, ad_id, detail, playback_ms, ip, placement, received_at - occurred_at"
        for _ in range(20):
            items = [{name: rng.choice(values[name]) for name in
                      {"ad_id", *rng.sample(sorted(values), rng.randrange(4))}}
                     for _ in range(rng.randrange(1, 30))]
            kinds = [rng.choice(("click", "impression", "start", "error")) for _ in items]
            self.stored()
            self.psql("TRUNCATE events")
            alone = []
            for kind, item in zip(kinds, items):
                answer = wire.send(post(f"/ads/{kind}", json.dumps(item).encode())).answer()
                alone.append(None if answer.status == 202 else json.loads(answer.body)["error"])
            self.stored()
            expected = self.psql(f"SELECT {columns} FROM events ORDER BY {columns}")
            self.psql("TRUNCATE events")
            batch = [{"type": kind, **item} for kind, item in zip(kinds, items)]
            body = json.dumps(batch).encode() if rng.randrange(2) else lines(*batch)
            told = json.loads(wire.send(post(PATH, body)).answer().body)
            self.stored()
            self.assertEqual(told["accepted"], alone.count(None))
            self.assertEqual([(item["index"], item["error"]) for item in told["rejected"]],
                             [(n, error) for n, error in enumerate(alone) if error])
            self.assertEqual(self.psql(f"SELECT {columns} FROM events ORDER BY {columns}"), expected)


class LimitsTest(BatchCase):
    def test_ten_thousand_items_and_no_more(self) -> None:
        before = self.stored()
        for form in (lines, lambda *items: json.dumps(items).encode()):
            self.assert_taken(self.send(form(*[click()] * 10000)), 10000)
            self.assert_error(self.send(form(*[click()] * 10001)), 413, "10000 items")
            self.assert_error(self.send(form(*[7] * 10001)), 413, "10000 items")
        self.assertEqual(self.stored_since(before), 20000)

    def test_a_hundred_rejections_are_listed_and_all_counted(self) -> None:
        body = lines(*[7] * 150, click())
        self.assert_taken(self.send(body), 1, [(n, "object") for n in range(100)], 150)
        self.assert_taken(self.send(lines(*[7] * 101)), 0, [(n, "object") for n in range(100)], 101)

    def test_four_megabytes_and_no_more(self) -> None:
        body = lines(*[click()] * 5000)
        body += b" " * (4 * MIB - len(body))
        before = self.stored()
        whole = chunked(PATH, b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        for request in (post(PATH, body), whole):
            self.assert_taken(self.wire().send(request).answer(), 5000)
        self.assert_error(self.send(body + b" "), 413, "4 MiB")
        self.assert_error(self.send(gzip.compress(body + b" "), "Content-Encoding: gzip"), 413, "4096 KiB")
        self.assert_taken(self.send(gzip.compress(body), "Content-Encoding: gzip"), 5000)
        self.assertEqual(self.stored_since(before), 15000)

    def test_an_item_of_64_kib_and_no_more(self) -> None:
        def item(size: int) -> bytes:
            begin = b'{"type":"click","ad_id":1,"x":"'
            return begin + b"x" * (size - len(begin) - 2) + b'"}'
        body = b"[" + b",".join((item(65536), item(65537), item(65536))) + b"]"
        self.assert_taken(self.send(body), 2, [(1, "64 KiB")])

    def test_content_types(self) -> None:
        body = lines(click())
        for kind in ("application/json", "application/x-ndjson", "text/plain;charset=UTF-8", "text/plain",
                     "application/ndjson", ""):
            self.assert_taken(self.send(body, *([f"Content-Type: {kind}"] if kind else [])), 1)
        self.assert_error(self.send(body, "Content-Type: text/html"), 415, "JSON")

    def test_other_methods(self) -> None:
        answer = self.wire().send(b"PUT /ads/events HTTP/1.1\r\nHost: x\r\n\r\n").answer()
        self.assert_error(answer, 405)
        self.assertEqual(answer.field("Allow"), "GET, HEAD, POST, OPTIONS")
        answer = self.wire().send(
            b"OPTIONS /ads/events HTTP/1.1\r\nHost: x\r\nOrigin: https://player.example\r\n"
            b"Access-Control-Request-Method: POST\r\n"
            b"Access-Control-Request-Headers: content-type, content-encoding\r\n\r\n").answer()
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.field("Access-Control-Allow-Origin"), "https://player.example")
        self.assertEqual(answer.field("Access-Control-Allow-Headers"), "content-type, content-encoding")

    def test_what_is_measured(self) -> None:
        def measured() -> List[float]:
            metrics = self.tracker.metrics()
            return [metrics.value("adtracker_batch_requests_total"),
                    metrics.value("adtracker_batch_items_total", result="accepted"),
                    metrics.value("adtracker_batch_items_total", result="rejected"),
                    metrics.value("adtracker_batch_received_bytes_total"),
                    metrics.value("adtracker_batch_decoded_bytes_total"),
                    metrics.value("http_requests_total", method="POST", endpoint=PATH, code="202"),
                    metrics.value("adtracker_events_accepted_total", kind="click")]
        before = measured()
        body = lines(click(), 7, click())
        packed = gzip.compress(body)
        self.send(body)
        self.send(packed, "Content-Encoding: gzip")
        self.send(lines(7))
        self.send(b"")
        self.send(lines(7), "Content-Type: text/html")
        self.assertEqual([b - a for a, b in zip(before, measured())],
                         [5, 4, 3, len(body) + len(packed) + 4, 2 * len(body) + 2, 2, 4])


class GzipTest(BatchCase):
    BODY = lines(click(), click(2), {"type": "mute", "ad_id": 3})

    def send_packed(self, packed: bytes) -> Answer:
        return self.send(packed, "Content-Encoding: gzip")

    def test_whatever_gzip_writes_is_read(self) -> None:
        body, half = self.BODY, len(self.BODY) // 2
        named = zlib.compressobj(wbits=31)
        for packed in (gzip.compress(body), gzip.compress(body, 1), gzip.compress(body, 0),
                       gzip.compress(body[:half]) + gzip.compress(b"") + gzip.compress(body[half:]),
                       named.compress(body) + named.flush(zlib.Z_SYNC_FLUSH) + named.flush()):
            self.assert_taken(self.send_packed(packed), 3)

    def test_in_single_bytes_and_in_chunks(self) -> None:
        packed = gzip.compress(self.BODY)
        wire = self.wire()
        for byte in post(PATH, packed, "Content-Encoding: gzip"):
            wire.send(bytes([byte]))
        self.assert_taken(wire.answer(), 3)
        pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in packed) + b"0\r\n\r\n"
        self.assert_taken(wire.send(chunked(PATH, pieces, "Content-Encoding: gzip")).answer(), 3)

    def test_what_is_no_gzip_or_breaks_off_is_refused_whole(self) -> None:
        before = self.stored()
        packed = gzip.compress(self.BODY)
        for cut in range(len(packed)):
            self.assert_error(self.send_packed(packed[:cut]), 400, "gzip")
        for broken in (self.BODY, packed[:-5] + bytes([packed[-5] ^ 1]) + packed[-4:],
                       packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:], packed + b"x",
                       packed + b"\0" * 8, zlib.compress(self.BODY), packed + packed[:7]):
            self.assert_error(self.send_packed(broken), 400, "gzip")
        self.assertEqual(self.stored_since(before), 0)

    def test_a_bomb_is_refused_before_it_bursts(self) -> None:
        bomb = gzip.compress(gzip.compress(b" " * 1000) * 4000 + b" " * (1000 * MIB))
        self.assertLess(len(bomb), 4 * MIB)
        before = cpu_seconds(self.tracker.pid)
        self.assert_error(self.send_packed(bomb), 413, "inflates")
        self.assertLess(cpu_seconds(self.tracker.pid) - before, 1)
        wire = self.wire()
        self.assert_error(wire.send(post("/ads/click", bomb[:60000], "Content-Encoding: gzip")).answer(),
                          413, "inflates to over 64 KiB")
        self.assert_usable(wire)

    def test_single_events(self) -> None:
        before = self.stored()
        event = b'{"ad_id":1}'
        for body, status in ((event, 202), (event + b" " * 60000, 202), (event + b" " * 65536, 413),
                             (b"{}", 422)):
            answer = self.wire().send(post("/ads/start", gzip.compress(body),
                                           "Content-Encoding: gzip")).answer()
            self.assertEqual(answer.status, status, answer.body)
        for broken in (event, b"", gzip.compress(event)[:-1]):
            answer = self.wire().send(post("/ads/start", broken, "Content-Encoding: gzip")).answer()
            self.assert_error(answer, 400, "gzip")
        self.assertEqual(self.stored_since(before), 2)


class ManyTest(BatchCase):
    """What many batches at once do to the others."""

    # Under the sanitizers what is freed stays resident for a while.
    ENV = {"ASAN_OPTIONS": "detect_leaks=1:exitcode=99:quarantine_size_mb=1"}

    def test_bodies_of_all_connections_stay_within_their_limit_and_clicks_go_on(self) -> None:
        body = post(PATH, lines(*[click()] * 10000) + b" " * 3 * MIB)
        before = self.stored()
        wires = [Wire(self.tracker.port, timeout_seconds=30) for _ in range(40)]
        for wire in wires:
            self.addCleanup(wire.close)
            wire.send(body[:MIB])
        reserved = self.tracker.metrics().value("adtracker_bodies_bytes")
        limit = self.tracker.metrics().value("adtracker_bodies_max_bytes")
        self.assertLessEqual(reserved, limit)
        self.assertGreater(reserved, limit - 4 * MIB)
        self.assertEqual(self.tracker.post("/ads/click", {"ad_id": 1}).status, 202)
        for wire in wires:  # each has its deadline
            wire.send(body[MIB:])
        statuses = []
        for wire in wires:
            answer = wire.answer()
            statuses.append(answer.status)
            self.assertEqual(answer.field("Retry-After"), "1" if answer.status == 503 else None)
        self.assertEqual(set(statuses), {202, 503})
        self.assertEqual(self.stored_since(before), 10000 * statuses.count(202) + 1)
        self.tracker.wait_until(
            lambda: self.tracker.metrics().value("adtracker_bodies_bytes") == 0)

    def test_many_small_bombs_hold_nobody_up(self) -> None:
        """Each inflates to 4 MiB of items that jansson has to read. What waits takes its room."""
        bomb = gzip.compress(lines(*[{"x": "y" * 350, "type": "click", "ad_id": 0}] * 10000))
        self.assertLess(len(bomb), 16384)
        os.kill(self.tracker.pid, signal.SIGSTOP)  # so that all of them come at once
        wires = [self.wire(timeout_seconds=30).send(post(PATH, bomb, "Content-Encoding: gzip"))
                 for _ in range(40)]
        os.kill(self.tracker.pid, signal.SIGCONT)
        self.tracker.wait_until(
            lambda: self.tracker.metrics().value("adtracker_bodies_bytes") > 10 * len(bomb))
        slowest = 0.0
        for _ in range(50):
            begun = cpu_seconds(self.tracker.pid)
            self.assertEqual(self.tracker.post("/ads/click", {"ad_id": 1}).status, 202)
            slowest = max(slowest, cpu_seconds(self.tracker.pid) - begun)
        self.assertLess(slowest, 0.5)
        for wire in wires:
            self.assertIn(wire.answer().status, (422, 503))

    def test_clients_that_leave_before_their_answer(self) -> None:
        body = post(PATH, lines(*[click(x=1)] * 10000))
        before = self.stored()
        for way in (Wire.close, Wire.reset):
            wires = [self.wire().send(body) for _ in range(10)]
            for wire in wires[1:]:
                way(wire)
            self.assert_taken(wires[0].answer(), 10000)
        self.assertEqual(self.stored_since(before) % 10000, 0)
        self.assert_usable(self.wire())

    def test_pipelined_ones_are_answered_in_turn(self) -> None:
        wire = self.wire()
        wire.send(b"".join(post(PATH, lines(*[click()] * n)) for n in range(1, 60)))
        for n in range(1, 60):
            self.assert_taken(wire.answer(), n)


class RefusalTest(BatchCase):
    ENV = {"JOURNAL_MAX_BYTES": str(1 * MIB), "JOURNAL_KEEP_SECONDS": "0"}

    def test_a_batch_over_half_of_the_journal_is_too_large(self) -> None:
        before = self.stored()
        body = lines(*[click(event_id=f"{n:064}") for n in range(10000)])
        answer = self.send(body)
        self.assertEqual(answer.status, 413, answer.body)
        self.assertEqual(self.stored_since(before), 0)
        self.assert_taken(self.send(lines(*[click()] * 100)), 100)
