"""Clicks and impressions as clients post them: what is accepted lands in the database as it was
said, what is wrong is told in words and nowhere stored."""
import json

from http_support import CLICK, EVENT_ROUTES, OneServerCase, Wire, post

from harness.case import TrackerCase

# Status, what the error names, and the body. Every one is sent to both routes.
REFUSED = [
    (400, "empty", b""),
    (400, "empty", b" \r\n\t "),
    (400, "not a JSON object", b"[]"),
    (400, "not a JSON object", b'[{"ad_id":1}]'),
    (400, "not a JSON object", b"null"),
    (400, "not a JSON object", b"1"),
    (400, "not a JSON object", b'"x"'),
    (400, "not a JSON object", b"ad_id=1&ip=127.0.0.1"),
    (400, "not a JSON object", b"\xef\xbb\xbf\xef\xbb\xbf{\"ad_id\":1}"),
    (400, "not a JSON object", b" \xef\xbb\xbf{\"ad_id\":1}"),
    (400, "not a JSON object", b"\xef\xbb{\"ad_id\":1}"),
    (400, "empty", b"\xef\xbb\xbf"),
    (400, "not a JSON object", "{\"ad_id\":1}".encode("utf-16")),
    (400, "JSON", b"{"),
    (400, "JSON", b'{"ad_id":1'),
    (400, "JSON", b'{"ad_id":1,}'),
    (400, "JSON", b'{"ad_id" 1}'),
    (400, "JSON", b"{'ad_id':1}"),
    (400, "JSON", b"{ad_id:1}"),
    (400, "JSON", b'{"ad_id":1} x'),
    (400, "JSON", b'{"ad_id":1}{"ad_id":2}'),
    (400, "JSON", b'{"ad_id":01}'),
    (400, "JSON", b'{"ad_id":+1}'),
    (400, "JSON", b'{"ad_id":.1}'),
    (400, "JSON", b'{"ad_id":0x1}'),
    (400, "JSON", b'{"ad_id":NaN}'),
    (400, "JSON", b'{"ad_id":Infinity}'),
    (400, "JSON", b'{"ad_id":1,"x":tru}'),
    (400, "JSON", b'{"ad_id":1,"x":"\n"}'),
    (400, "JSON", b'{"ad_id":1,"x":"\\q"}'),
    (400, "JSON", b'{"ad_id":1,"x":"\\ud800"}'),
    (400, "JSON", b'{"ad_id":1/**/}'),
    (400, "UTF-8", b'{"ad_id":1,"x":"\xff"}'),
    (400, "UTF-8", b'{"ad_id":1,"x":"\xc3"}'),
    (400, "UTF-8", b'{"ad_id":1,"x":"\xed\xa0\x80"}'),
    (400, "UTF-8", b'{"ad_id":1,"x":"\xc0\x80"}'),
    (400, "UTF-8", b'{"ad_id":1,"\xff":1}'),
    (400, "NUL", b'{"ad_id":1}\0'),
    (400, "NUL", b'{"ad_id":1,"event_id":"a\0b"}'),
    (400, "NUL", b'{"ad_id":1,"event_id":"a\\u0000b"}'),
    (400, "twice", b'{"ad_id":1,"ad_id":1}'),
    (400, "twice", b'{"ad_id":1,"ad_id":2}'),
    (400, "twice", b'{"ad_id":1,"ip":"192.0.2.1","ip":"192.0.2.2"}'),
    (400, "twice", b'{"ad_id":1,"x":1,"x":1}'),
    (400, "ad_id.*twice", b'{"ad_id":1,"AD_ID":2}'),
    (400, "deeper", b'{"ad_id":1,"x":' + b"[" * 40 + b"]" * 40 + b"}"),
    (400, "deeper", b'{"ad_id":1,"x":' + b'{"a":' * 10000 + b"1" + b"}" * 10000 + b"}"),
    (400, "deeper", b"{" + b"[" * 60000),
    (400, "members", b'{"ad_id":1,' + b",".join(b'"k%d":0' % i for i in range(5000)) + b"}"),
    (413, "64 KiB", b'{"ad_id":1,"x":"' + b"x" * 66000 + b'"}'),
    (422, "ad_id is missing", b"{}"),
    (422, "ad_id is missing", b'{"ip":"192.0.2.1"}'),
    (422, "ad_id is missing", b'{"ad_id":null}'),
    (422, "ad_id is missing", b'{"ad":1}'),
    (422, "ad_id", b'{"ad_id":0}'),
    (422, "ad_id", b'{"ad_id":-1}'),
    (422, "ad_id", b'{"ad_id":-0}'),
    (422, "ad_id", b'{"ad_id":1.5}'),
    (422, "ad_id", b'{"ad_id":1.0}'),
    (422, "ad_id", b'{"ad_id":1e0}'),
    (422, "ad_id", b'{"ad_id":"1"}'),
    (422, "ad_id", b'{"ad_id":""}'),
    (422, "ad_id", b'{"ad_id":true}'),
    (422, "ad_id", b'{"ad_id":[1]}'),
    (422, "ad_id", b'{"ad_id":{"id":1}}'),
    (422, "ad_id", b'{"ad_id":2147483648}'),
    (422, "ad_id", b'{"ad_id":4294967297}'),
    (422, "ad_id", b'{"ad_id":9223372036854775808}'),
    (422, "ad_id", b'{"ad_id":18446744073709551617}'),
    (422, "too large", b'{"ad_id":' + b"1" * 400 + b"}"),
    (422, "too large", b'{"ad_id":1e400}'),
    (422, "ip", b'{"ad_id":1,"ip":""}'),
    (422, "ip", b'{"ad_id":1,"ip":"localhost"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.256"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.1.1"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.01"}'),
    (422, "ip", b'{"ad_id":1,"ip":" 192.0.2.1"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.1 "}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.1:80"}'),
    (422, "ip", b'{"ad_id":1,"ip":"192.0.2.1/32"}'),
    (422, "ip", b'{"ad_id":1,"ip":"3221225985"}'),
    (422, "ip", b'{"ad_id":1,"ip":"0x7f.1"}'),
    (422, "ip", b'{"ad_id":1,"ip":"fe80::1%eth0"}'),
    (422, "ip", b'{"ad_id":1,"ip":"[::1]"}'),
    (422, "ip", b'{"ad_id":1,"ip":"::g"}'),
    (422, "ip", b'{"ad_id":1,"ip":":::"}'),
    (422, "ip", b'{"ad_id":1,"ip":"1:2:3:4:5:6:7:8:9"}'),
    (422, "ip", b'{"ad_id":1,"ip":"' + b"1" * 5000 + b'"}'),
    (422, "ip", b'{"ad_id":1,"ip":2130706433}'),
    (422, "ip", b'{"ad_id":1,"ip":["192.0.2.1"]}'),
    (422, "ip", b'{"ad_id":1,"ip":false}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":2147483648}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":2147483647.001}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":-2147483649}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":1e10}'),
    (422, "too large", b'{"ad_id":1,"video_playback_time":1e400}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":"30"}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":true}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":[]}'),
    (422, "video_playback_time", b'{"ad_id":1,"video_playback_time":99999999999999999999}'),
    (422, "event_id", b'{"ad_id":1,"event_id":""}'),
    (422, "event_id", b'{"ad_id":1,"event_id":7}'),
    (422, "event_id", b'{"ad_id":1,"event_id":["x"]}'),
    (422, "event_id", b'{"ad_id":1,"event_id":"' + b"x" * 65 + b'"}'),
    (422, "event_id", b'{"ad_id":1,"event_id":"' + "é".encode() * 33 + b'"}'),
    (422, "event_id", b'{"ad_id":1,"event_id":"a\\nb"}'),
    (422, "event_id", b'{"ad_id":1,"event_id":"a\\u007fb"}'),
    (422, "placement must be a string", b'{"ad_id":1,"placement":1}'),
    (422, "placement must be 1 to 64", b'{"ad_id":1,"placement":""}'),
    (422, "placement must be 1 to 64", b'{"ad_id":1,"placement":"' + b"x" * 65 + b'"}'),
    (422, "placement must be 1 to 64", b'{"ad_id":1,"placement":"a b"}'),
    (422, "placement must be 1 to 64", '{"ad_id":1,"placement":"ä"}'.encode()),
    (422, "age_ms", b'{"ad_id":1,"age_ms":-1}'),
    (422, "age_ms", b'{"ad_id":1,"age_ms":1209600001}'),
    (422, "age_ms", b'{"ad_id":1,"age_ms":1.5}'),
    (422, "age_ms", b'{"ad_id":1,"age_ms":"1"}'),
    (404, "no ad", b'{"ad_id":77}'),
    (404, "no ad", b'{"ad_id":2147483647}'),
]

# The body, and what of it is found in the view: ad, address, seconds.
ACCEPTED = [
    (b'{"ad_id":1}', ("1", "127.0.0.1", "0")),
    (b'{"ad_id":2,"ip":"192.0.2.7","video_playback_time":30}', ("2", "192.0.2.7", "30")),
    (b'\r\n\t {"ad_id" : 3 , "video_playback_time" :86400}\n ', ("3", "127.0.0.1", "86400")),
    (b'\xef\xbb\xbf{"ad_id":1,"ip":"192.0.2.10","video_playback_time":1}', ("1", "192.0.2.10", "1")),
    (b'\xef\xbb\xbf {"ad_id":2,"other":1}', ("2", "127.0.0.1", "0")),
    (b'{"ad_id":1,"ip":"2001:DB8:0:0::1"}', ("1", "2001:db8::1", "0")),
    (b'{"ad_id":1,"ip":"::1","video_playback_time":0}', ("1", "::1", "0")),
    (b'{"ad_id":1,"ip":null,"video_playback_time":null,"event_id":null}', ("1", "127.0.0.1", "0")),
    (b'{"AD_ID":2,"Ip":"192.0.2.8","Video_Playback_Time":7}', ("2", "192.0.2.8", "7")),
    (b'{"ad_id":3,"ip":"192.0.2.11","video_playback_time":12.483}', ("3", "192.0.2.11", "12")),
    (b'{"ad_id":3,"ip":"192.0.2.12","video_playback_time":30.0}', ("3", "192.0.2.12", "30")),
    (b'{"ad_id":3,"ip":"192.0.2.13","video_playback_time":1e3}', ("3", "192.0.2.13", "1000")),
    (b'{"ad_id":3,"ip":"192.0.2.14","video_playback_time":-0}', ("3", "192.0.2.14", "0")),
    (b'{"ad_id":3,"ip":"192.0.2.15","video_playback_time":-0.5}', ("3", "192.0.2.15", "-1")),
    (b'{"ad_id":3,"ip":"192.0.2.16","video_playback_time":2147483647}',
     ("3", "192.0.2.16", "2147483647")),
    (b'{"ad_id":3,"ip":"192.0.2.17","video_playback_time":-2147483648}',
     ("3", "192.0.2.17", "-2147483648")),
    (b'{"ad_id":1,"ip":"192.0.2.18","code":"x","offset_ms":-1,"type":"nofill"}',
     ("1", "192.0.2.18", "0")),
    (b'{"ad_id":1,"ip":"192.0.2.19","placement":"home.top_1-A","age_ms":0}',
     ("1", "192.0.2.19", "0")),
    (b'{"ad_id":1,"other":{"deep":[1,2,{"x":null}]},"timestamp":"never"}', ("1", "127.0.0.1", "0")),
    (b'{"\\u0061d_id":3,"ip":"192.0.2.9"}', ("3", "192.0.2.9", "0")),
    (b'{"ad_id":2,"huge":99999999999999999999999999}', ("2", "127.0.0.1", "0")),
    ('{"ad_id":2,"event_id":"Ünïcödé ✓"}'.encode(), ("2", "127.0.0.1", "0")),
    (b'{"ad_id":2,"event_id":"' + b"x" * 64 + b'"}', ("2", "127.0.0.1", "0")),
]


class BadInputTest(OneServerCase):
    def test_each_is_refused_in_words_and_the_connection_goes_on(self) -> None:
        before, rejected = self.stored(), self.psql("SELECT count(*) FROM rejected_events")
        wire = self.wire()
        for status, pattern, body in REFUSED:
            for path in EVENT_ROUTES:
                with self.subTest(path=path, body=body[:80]):
                    answer = wire.send(post(path, body, "Content-Type: application/json")).answer()
                    self.assert_error(answer, status, pattern)
                    self.assert_usable(wire)
        self.assertEqual(self.stored(), before)
        self.assertEqual(self.psql("SELECT count(*) FROM rejected_events"), rejected)

    def test_nothing_of_a_refused_body_comes_back_or_is_logged(self) -> None:
        wire = self.wire()
        for body in (b'{"ad_id":1,"ip":"WHISPER<script>"}', b'{"WHISPER":', b'{"ad_id":"WHISPER"}',
                     b'{"ad_id":1,"event_id":"WHISPER\\n"}'):
            answer = wire.send(post("/ads/click", body)).answer()
            self.assertGreaterEqual(answer.status, 400)
            self.assertNotIn(b"WHISPER", answer.body)
        self.assertNotIn("WHISPER", self.tracker.log_text())

    def test_accepted_ones_are_stored_as_they_were_said(self) -> None:
        wire = self.wire()
        for view, path in (("clicks", "/ads/click"), ("impressions", "/ads/impression")):
            self.stored()
            self.psql("TRUNCATE events")
            for body, _ in ACCEPTED:
                with self.subTest(body):
                    answer = wire.send(post(path, body)).answer()
                    self.assertEqual((answer.status, answer.body), (202, b'{"status":"queued"}'))
                    self.assertEqual(answer.field("Content-Type"), "application/json")
            self.assertEqual(self.stored(), len(ACCEPTED))
            rows = self.psql(f"SELECT ad_id, ip, video_playback_time FROM {view}")
            self.assertEqual(sorted(rows), sorted(row for _, row in ACCEPTED))

    def test_a_kind_is_the_same_however_its_path_is_spelled(self) -> None:
        wire = self.wire()
        before = self.stored()
        for path in ("/ads/cl%69ck", "/ads/%63%6C%69%63%6B"):
            answer = wire.send(post(path, b'{"ad_id":1,"video_playback_time":31}')).answer()
            self.assertEqual((answer.status, answer.body), (202, b'{"status":"queued"}'))
        self.assert_error(wire.send(post("/ads/no_such_kind", CLICK)).answer(), 404, "no such kind")
        self.assertEqual(self.stored() - before, 2)
        self.assertEqual(
            self.psql("SELECT count(*) FROM clicks WHERE video_playback_time = 31"), [("2",)])

    def test_the_time_is_the_servers(self) -> None:
        self.tracker.post("/ads/click", {"ad_id": 1, "video_playback_time": 4242,
                                         "timestamp": "2001-01-01T00:00:00Z"})
        self.stored()
        self.assertEqual(self.psql(
            "SELECT abs(extract(epoch FROM timestamp - now() AT TIME ZONE 'UTC')) < 60 "
            "FROM clicks WHERE video_playback_time = 4242"), [("t",)])

    def test_an_event_id_counts_once_for_each_kind(self) -> None:
        before = self.stored()
        for _ in range(3):
            for path in EVENT_ROUTES:
                answer = self.tracker.post(path, {"ad_id": 1, "event_id": "once"})
                self.assertEqual(answer.status, 202)
        self.assertEqual(self.stored() - before, 2)

    def test_a_query_is_ignored(self) -> None:
        before = self.stored()
        self.assertEqual(self.tracker.post("/ads/click?ad_id=9&x=[y]", {"ad_id": 1}).status, 202)
        self.assertEqual(self.stored() - before, 1)

    def test_a_new_ad_is_known_before_the_next_poll_and_a_deleted_one_unknown(self) -> None:
        body = json.dumps({"ad_id": 50}).encode()
        self.assertEqual(self.tracker.post("/ads/click", body).status, 404)
        self.psql("INSERT INTO ads (id, image_url, target_url) VALUES (50, 'i', 't')")
        self.tracker.wait_until(lambda: self.tracker.post("/ads/click", body).status == 202, 20)
        self.stored()
        self.psql("DELETE FROM ads WHERE id = 50")
        self.tracker.wait_until(lambda: self.tracker.post("/ads/click", body).status == 404, 20)
        self.stored()


class ProxyTest(OneServerCase):
    ENV = {"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, 2001:db8::/32"}

    # What the proxies said, and who the viewer is then.
    CASES = [
        ([], "127.0.0.1"),
        (["203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7, 10.1.1.1", "10.2.2.2,2001:db8::9"], "203.0.113.7"),
        (["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
        (["2001:db9::7"], "2001:db9::7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db9::7]:4711"], "2001:db9::7"),
        (['"203.0.113.7:4711"'], "203.0.113.7"),
        (['6.6.6.6, "[2001:db9::7]:4711" ,10.0.0.2'], "2001:db9::7"),
        (["203.0.113.7,"], "203.0.113.7"),
        (["6.6.6.6", "203.0.113.7 ,, 10.0.0.2", ""], "203.0.113.7"),
        (["203.0.113.7, unknown"], "127.0.0.1"),
        (["203.0.113.7, unknown, 10.0.0.5"], "10.0.0.5"),
        ([""], "127.0.0.1"),
        (["x" * 8000], "127.0.0.1"),
        (["1.1.1.1," * 1500 + "203.0.113.7"], "203.0.113.7"),
    ]

    def test_the_viewer_behind_trusted_proxies(self) -> None:
        wire = self.wire()
        for number, (fields, _) in enumerate(self.CASES):
            body = json.dumps({"ad_id": 1, "video_playback_time": number}).encode()
            lines = [f"X-Forwarded-For: {field}" for field in fields]
            self.assertEqual(wire.send(post("/ads/click", body, *lines)).answer().status, 202)
        body = json.dumps({"ad_id": 1, "ip": "192.0.2.3", "video_playback_time": 9999}).encode()
        wire.send(post("/ads/click", body, "X-Forwarded-For: 203.0.113.7")).answer()
        self.stored()
        rows = self.psql("SELECT ip FROM clicks WHERE video_playback_time <> 5555 "
                         "ORDER BY video_playback_time")
        self.assertEqual([row[0] for row in rows],
                         [client for _, client in self.CASES] + ["192.0.2.3"])

    def test_a_trailer_names_nobody(self) -> None:
        body = b'{"ad_id":1,"video_playback_time":5555}'
        request = (b"POST /ads/click HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body +
                   b"\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
        self.assertEqual(self.wire().send(request).answer().status, 202)
        self.stored()
        self.assertEqual(self.psql("SELECT ip FROM clicks WHERE video_playback_time = 5555"),
                         [("203.0.113.7",)])


class StrangerTest(OneServerCase):
    def test_nobody_is_trusted_unless_named(self) -> None:
        wire = self.wire()
        body = b'{"ad_id":1,"video_playback_time":6666}'
        wire.send(post("/ads/click", body, "X-Forwarded-For: 203.0.113.7")).answer()
        self.stored()
        self.assertEqual(self.psql("SELECT ip FROM clicks WHERE video_playback_time = 6666"),
                         [("127.0.0.1",)])


class FullTest(TrackerCase):
    """What can't be kept is refused, and taken again as soon as it can."""

    def test_full_is_503_until_the_database_is_back(self) -> None:
        postgres = self.private_postgres()
        conninfo = postgres.create_database("full")
        server = self.start_server(DB_CONN=conninfo, QUEUE_MAX_EVENTS="50", JOURNAL_SYNC="off",
                                   JOURNAL_MAX_BYTES="65536", JOURNAL_KEEP_SECONDS="0")
        server.wait_until(lambda: server.get("/ads").status == 200)
        postgres.psql("INSERT INTO ads (image_url, target_url) VALUES ('i', 't')", "full")
        server.wait_until(lambda: server.get("/ads").json())
        postgres.stop()
        wire = Wire(server.port)
        self.addCleanup(wire.close)
        accepted = 0
        answer = wire.send(post("/ads/click", b'{"ad_id":1}')).answer()
        while answer.status == 202 and accepted < 20000:
            accepted += 1
            answer = wire.send(post("/ads/click", b'{"ad_id":1}')).answer()
        self.assertEqual(answer.status, 503)
        self.assertGreater(int(answer.field("Retry-After")), 0)
        self.assertRegex(json.loads(answer.body)["error"], "full")
        self.assertEqual(answer.field("Access-Control-Allow-Origin"), "*")
        self.assertGreaterEqual(accepted, 50)
        ready = server.get("/readyz")
        self.assertEqual((ready.status, server.get("/livez").status), (503, 200))
        self.assertEqual(server.get("/ads").status, 200)
        metrics = server.metrics()
        self.assertEqual(metrics.total("adtracker_events_accepted_total"), accepted)
        self.assertEqual(metrics.total("adtracker_events_refused_total"), 1)
        postgres.start()
        server.wait_until(lambda: server.post("/ads/click", {"ad_id": 1}).status == 202, 20)
        self.assertEqual(server.get("/readyz").status, 200)
        server.wait_until(lambda: server.metrics().value("adtracker_queue_events") == 0)
        self.assertEqual(postgres.value("SELECT count(*) FROM clicks", "full"), str(accepted + 1))
