"""Where one request ends and the next begins, however it arrives; and what could be read in two
ways is refused."""
import time

from http_support import CLICK, LIVEZ, OneServerCase, Wire, chunked, post

HEAD = b"POST /ads/click HTTP/1.1\r\nHost: x\r\n"
CHUNKS = b"1a\r\n" + CLICK[:26] + b"\r\n1A\r\n" + CLICK[26:] + b"\r\n0\r\n\r\n"
assert len(CLICK) == 52

# All that comes after one of these must stay unanswered: it would be smuggled. What follows each is
# LIVEZ, as a request of its own or as the body.
VIOLATIONS = [
    (400, HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: 5, 5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: +5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: -5\r\n\r\n"),
    (400, HEAD + b"Content-Length: 0x5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: 18446744073709551621\r\n\r\nhello"),
    (400, HEAD + b"Content-Length:\r\n\r\n"),
    (400, HEAD + b"Content-Length : 5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length\r\n\r\n"),
    (400, HEAD + b" Content-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: b\r\n Content-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: b\rContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: b\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: \0\r\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: \x01\r\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: b\x1b[0m\r\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"A: b\x7f\r\nContent-Length: 5\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: 5\0\r\n\r\nhello"),
    (400, HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: identity\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    (400, HEAD + b"Transfer\xadEncoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, b"POST /ads/click HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, b"HEAD /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n"),
    (400, b"OPTIONS /ads HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"),
    (400, b"TRACE /ads HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost:\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: u@x\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x/livez\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x, y\r\n\r\n"),
    (400, b"GET http://x/livez HTTP/1.1\r\nHost: x/livez\r\n\r\n"),
    (400, b"GET /livez HTTP/1.1\nHost: x\n\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\r\n\n"),
    (400, b"GET /livez HTTP/1.1\r\nHost: x\n\r\n"),
    (400, b"GET /livez HTTP/1.1\rHost: x\r\n\r\n"),
    (400, b"\n\n"),
    (400, b"\r\r\n\r\n"),
    (400, b"GET /livez\r\n\r\n"),
    (400, b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (505, b"GET /livez HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET /li\0vez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, "GET /livez?caf\xe9 HTTP/1.1\r\nHost: x\r\n\r\n".encode()),
    (400, b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET /livez#x HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET //x:y/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET //livez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET http://x:99999/livez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET http://[::1/livez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET livez HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\n\n"),
    (417, HEAD + b"Expect: a miracle\r\nContent-Length: 36\r\n\r\n"),
    (431, HEAD + b"A: b\r\n" * 4000 + b"\r\n"),
    (431, HEAD + b"A: b\r\n" * 101 + b"\r\n"),
    (431, HEAD + b"A: " + b"b" * 17000 + b"\r\n\r\n"),
    (431, b"GET /" + b"x" * 17000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (431, b"x" * 17000),
    (501, b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"),
    (505, b"GET /livez HTTP/1.1 \r\nHost: x\r\n\r\n"),
    (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
]

# Bodies that are no chunked ones, with what might follow each if it were.
BAD_CHUNKS = [
    b"\r\n0\r\n\r\n", b"g\r\n", b"-1\r\n", b"+0\r\n\r\n", b" 0\r\n\r\n", b"0 \r\n\r\n",
    b"0x0\r\n\r\n",
    b"34;\r\n" + CLICK + b"\r\n0\r\n\r\n", b"34;a\n" + CLICK + b"\r\n0\r\n\r\n",
    b"34;a=[b\r\n" + CLICK + b"\r\n0\r\n\r\n", b"34;a=\x07\r\n" + CLICK + b"\r\n0\r\n\r\n",
    b"34;a=" + b"b" * 5000 + b"\r\n" + CLICK + b"\r\n0\r\n\r\n", b"1\nx\r\n0\r\n\r\n", b"1\r\nx\n0\r\n\r\n", b"1\r\nx0\r\n\r\n",
    b"1\r\nxyz\r\n0\r\n\r\n", b"000000000\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"0\r\n\n",
    b"0\r\nA: b\n\n",
    b"0\r\nA: b\x08\r\n\r\n", b"0\r\nA\r\n\r\n", b"0\r\n A: b\r\n\r\n",
    b"0\r\nA: b\rB: c\r\n\r\n", b"0\r\n" + b"A: b\r\n" * 400 + b"\r\n",
    b"34 \r\n" + CLICK + b"\r\n0\r\n\r\n", b"34\r\n" + CLICK + b"\r\n0 \r\n\r\n",
    b"34\r\n" + CLICK + b"0\r\n\r\n", b"34\r\n" + CLICK + b"\r\n-\r\n\r\n",
]


class FramingTest(OneServerCase):
    def stored_by(self, action) -> int:
        before = self.stored()
        action()
        return self.stored() - before

    def accept(self, wire: Wire) -> None:
        self.assertEqual(wire.answer().status, 202)

    def test_violations_end_the_connection(self) -> None:
        before = self.stored()
        for status, violation in VIOLATIONS:
            for lead in (b"", LIVEZ):
                with self.subTest(lead + violation[:80]):
                    wire = self.wire()
                    wire.send(lead + violation + LIVEZ)
                    if lead:
                        self.assertEqual(wire.answer().status, 200)
                    self.assert_error(wire.answer(), status)
                    self.assertTrue(wire.is_closed())
                    wire.close()
        self.assertEqual(self.stored(), before)

    def test_bad_chunks_end_the_connection(self) -> None:
        before = self.stored()
        for body in BAD_CHUNKS:
            for lead in (b"", LIVEZ):
                with self.subTest(lead + body[:60]):
                    wire = self.wire()
                    wire.send(lead + chunked("/ads/click", body) + LIVEZ)
                    if lead:
                        self.assertEqual(wire.answer().status, 200)
                    self.assert_error(wire.answer(), 400, "chunked")
                    self.assertTrue(wire.is_closed())
                    wire.close()
        self.assertEqual(self.stored(), before)

    def test_cut_in_two_at_every_byte(self) -> None:
        def run() -> None:
            wire = self.wire()
            for request in (post("/ads/click", CLICK), chunked("/ads/click", CHUNKS)):
                for cut in range(1, len(request)):
                    wire.send(request[:cut])
                    time.sleep(0.001)  # mostly enough for it to be read apart
                    wire.send(request[cut:])
                    self.accept(wire)
            self.assert_usable(wire)

        cuts = len(post("/ads/click", CLICK)) + len(chunked("/ads/click", CHUNKS)) - 2
        self.assertEqual(self.stored_by(run), cuts)

    def test_byte_by_byte(self) -> None:
        def run() -> None:
            wire = self.wire()
            for request in (post("/ads/click", CLICK), chunked("/ads/click", CHUNKS)):
                for byte in request:
                    wire.send(bytes([byte]))
                self.accept(wire)
            self.assert_usable(wire)

        self.assertEqual(self.stored_by(run), 2)

    def test_pipelined_in_one_piece_and_in_pieces_of_every_size(self) -> None:
        one = (post("/ads/click", CLICK) + LIVEZ + chunked("/ads/impression", CHUNKS) + b"\r\n" +
               post("/ads/click", b"{") + LIVEZ)
        statuses = [202, 200, 202, 400, 200]

        def run(size: int) -> None:
            wire = self.wire()
            data = one * 4
            for start in range(0, len(data), size):
                wire.send(data[start:start + size])
                if size < len(data):
                    time.sleep(0.0005)
            self.assertEqual([wire.answer().status for _ in statuses * 4], statuses * 4)
            wire.close()

        for size in (len(one) * 4, *range(53, 500, 97)):
            self.assertEqual(self.stored_by(lambda s=size: run(s)), 8)

    def test_a_long_pipeline_is_answered_in_order(self) -> None:
        wire = self.wire()
        count = 2000

        def run() -> None:
            wire.send(b"".join(post("/ads/click", CLICK) if i % 5 else LIVEZ for i in range(count)))
            self.assertEqual([wire.answer().status for _ in range(count)],
                             [202 if i % 5 else 200 for i in range(count)])

        self.assertEqual(self.stored_by(run), count * 4 // 5)
        self.assert_usable(wire)

    def test_a_chunked_body_of_many_small_and_of_large_chunks(self) -> None:
        wire = self.wire()
        small = b"".join(b"1\r\n%c\r\n" % byte for byte in CLICK) + b"0\r\n\r\n"
        padded = CLICK + b" " * 60000
        large = b"%x\r\n" % len(padded) + padded + b"\r\n00000000\r\n\r\n"

        def run() -> None:
            for body in (small, large):
                self.assertEqual(wire.send(chunked("/ads/click", body)).answer().status, 202)

        self.assertEqual(self.stored_by(run), 2)
        self.assert_error(wire.send(chunked("/ads/click", b"0\r\n\r\n")).answer(), 400, "empty")
        over = b"10001\r\n" + b" " * 65537 + b"\r\n0\r\n\r\n"
        self.assert_error(wire.send(chunked("/ads/click", over)).answer(), 413, "64 KiB")
        self.assert_usable(wire)

    def test_chunk_extensions_are_passed_over(self) -> None:
        wire = self.wire()
        signature = b";chunk-signature=" + b"0a" * 32

        def run() -> None:
            for body in (b"34;a\r\n" + CLICK + b"\r\n0;b=c\r\n\r\n",
                         b'1A ; a="; \\" \xff" ;b\r\n' + CLICK[:26] + b"\r\n1a;c\r\n" + CLICK[26:] +
                         b"\r\n0\r\n\r\n",
                         b"34" + signature + b"\r\n" + CLICK + b"\r\n0" + signature + b"\r\n\r\n"):
                self.assertEqual(wire.send(chunked("/ads/click", body)).answer().status, 202)

        self.assertEqual(self.stored_by(run), 3)
        self.assert_usable(wire)

    def test_trailer_fields_are_no_header_fields(self) -> None:
        wire = self.wire()
        trailer = (b"0\r\nContent-Type: image/png\r\nContent-Encoding: gzip\r\n"
                   b"Connection: close\r\nOrigin: https://evil.example\r\n\r\n")
        body = b"34\r\n" + CLICK + b"\r\n" + trailer
        answer = wire.send(chunked("/ads/click", body)).answer()
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.field("Access-Control-Allow-Origin"), "*")
        self.assert_usable(wire)

    def test_expect_100_continue(self) -> None:
        for head, body in ((post("/ads/click", CLICK, "Expect: 100-continue")[:-len(CLICK)], CLICK),
                           (chunked("/ads/click", b"", "Expect: 100-continue"), CHUNKS)):
            wire = self.wire()
            for _ in range(2):
                self.assertEqual(wire.send(head).answer().status, 100)
                self.assertEqual(wire.send(body).answer().status, 202)
            # One that does not wait is not asked, or asked in vain.
            statuses = [wire.send(head + body).answer().status]
            if statuses == [100]:
                statuses.append(wire.answer().status)
            self.assertEqual(statuses[-1], 202)
            self.assert_usable(wire)

    def test_a_line_end_between_requests_is_overlooked(self) -> None:
        wire = self.wire()
        wire.send(post("/ads/click", CLICK) + b"\r\n" + LIVEZ + b"\r\n\r\n" + LIVEZ)
        self.assertEqual([wire.answer().status for _ in range(3)], [202, 200, 200])

    def test_a_client_that_stops_sending_still_gets_its_answer(self) -> None:
        for request, status in ((LIVEZ, 200), (post("/ads/click", CLICK), 202),
                                (post("/ads/click", b"{"), 400)):
            wire = self.wire()
            wire.send(request)
            wire.socket.shutdown(1)
            self.assertEqual(wire.answer().status, status)
            self.assertTrue(wire.is_closed())

    def test_resets_in_the_middle_of_anything(self) -> None:
        requests = [post("/ads/click", CLICK), chunked("/ads/click", CHUNKS), LIVEZ * 50,
                    post("/ads/click", CLICK) * 50,
                    b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
                    b"GET /ads/analytics?start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z "
                    b"HTTP/1.1\r\nHost: x\r\n\r\n" * 5, HEAD + b"Content-Length: 2000000\r\n\r\nx"]
        for request in requests:
            for cut in sorted({1, 20, len(request) // 2, len(request) - 1, len(request)}):
                wire = Wire(self.tracker.port)
                wire.send(request[:cut])
                if cut % 2:
                    time.sleep(0.002)
                wire.reset()
        self.assert_usable(self.wire())
        self.tracker.wait_until(
            lambda: self.tracker.metrics().value("adtracker_queue_events") == 0)
