"""IP_ANONYMIZE, Sec-GPC and DNT: what is kept of a viewer's address, in the journal as in the database."""
import ipaddress
import json
from pathlib import Path
from typing import Dict, List, Optional

from serving_support import ServingCase

from harness.process import wait_until
from harness.tokens import make_token

CUT, SIGNAL = 4, 8  # bits of flags
IPV4, IPV4_CUT = "203.0.113.77", "203.0.113.0"
IPV6, IPV6_CUT = "2001:db8:1:2:3:4:5:6", "2001:db8:1::"
MAPPED = "::ffff:203.0.113.77"
READ_TOKEN = "reads-what-was-kept-of-viewers"
STITCHER = "198.51.100.9"
PROXY = {"TRUSTED_PROXIES": "127.0.0.1,::1", "SSAI_PEERS": "198.51.100.0/24"}
SIGNALS = ({"Sec-GPC": "1"}, {"DNT": "1"}, {"sec-gpc": "1", "dnt": "0"})
NO_SIGNALS = ({}, {"Sec-GPC": "0"}, {"DNT": "0"}, {"DNT": "unspecified"}, {"Sec-GPC": "true"})


class PrivacyCase(ServingCase):
    ENV = {**ServingCase.ENV, **PROXY}

    def setUp(self) -> None:
        super().setUp()
        self.psql("DELETE FROM rejected_events")

    def send(self, address: str, source: str, headers: Optional[Dict[str, str]] = None) -> None:
        """An impression whose address is that of a source."""
        headers, body = dict(headers or {}), {"ad_id": 1}
        if source == "body":
            body["ip"] = address
        elif source == "X-Device-IP":
            headers.update({"X-Forwarded-For": STITCHER, "X-Device-IP": address})
        else:
            headers["X-Forwarded-For"] = f"192.0.2.1, {address}"
        self.assertEqual(self.tracker.post("/ads/impression", body, headers).status, 202)

    def kept(self) -> List[tuple]:
        """Addresses and flags of events, in their order."""
        return self.rows(f"host(ip), flags & {CUT | SIGNAL}")

    def journal(self) -> bytes:
        return b"".join(path.read_bytes() for path in Path(self.tracker.journal).rglob("*") if path.is_file())

    def assert_all_cut(self, flags: int, headers: Dict[str, str]) -> None:
        for source in ("body", "X-Device-IP", "X-Forwarded-For"):
            for address, cut in ((IPV4, IPV4_CUT), (IPV6, IPV6_CUT), (MAPPED, IPV4_CUT)):
                self.psql("TRUNCATE events")
                self.send(address, source, headers)
                self.assertEqual(self.kept(), [(cut, str(flags))], f"{source} {address}")


class AnonymizeTest(PrivacyCase):
    ENV = {**PrivacyCase.ENV, "IP_ANONYMIZE": "truncate", "READ_TOKEN": READ_TOKEN}

    def test_the_address_of_every_source(self) -> None:
        self.assert_all_cut(CUT, {})

    def test_that_of_the_connection(self) -> None:
        """Which is nobody's proxy: of a server that trusts nobody."""
        other = self.other_server(IP_ANONYMIZE="truncate", TOKEN_SECRET=self.ENV["TOKEN_SECRET"])
        other.wait_until(lambda: other.get("/ads").status == 200)
        self.assertEqual(other.post("/ads/click", {"ad_id": 1}).status, 202)
        self.assertEqual(other.get(f"/t/start/{make_token(1)}").status, 204)
        other.wait_until(lambda: other.metrics().value("adtracker_queue_events") == 0)
        self.assertEqual(self.kept(), [("127.0.0.0", str(CUT))] * 2)

    def test_each_way_in(self) -> None:
        """One event, batches in each form, trackers, pixels and clicks."""
        forwarded = {"X-Forwarded-For": IPV4}
        event = {"type": "start", "ad_id": 2}
        self.tracker.post("/ads/start", {"ad_id": 2}, forwarded)
        self.tracker.post("/ads/events", [event, {**event, "ip": IPV6}], forwarded)
        self.tracker.post("/ads/events", f"{json.dumps(event)}\n{json.dumps(event)}\n",
                          {**forwarded, "Content-Type": "application/x-ndjson"})
        self.fetch(f"/t/start/{make_token(2)}", forwarded)
        self.fetch(f"/t/start/{make_token(2)}.gif", forwarded)
        self.fetch(f"/c/{make_token(2)}", forwarded)
        self.assertEqual(sorted(self.kept()), [(IPV6_CUT, str(CUT))] + [(IPV4_CUT, str(CUT))] * 7)

    def test_neither_the_journal_nor_rejected_events_have_more(self) -> None:
        """Refused by the database, so that it is kept with all that is known of it."""
        self.psql("ALTER TABLE events ADD CONSTRAINT nothing CHECK (playback_ms <> 666000) NOT VALID")
        self.addCleanup(self.psql, "ALTER TABLE events DROP CONSTRAINT nothing")
        for address in (IPV4, IPV6):
            self.tracker.post("/ads/click", {"ad_id": 1, "ip": address, "video_playback_time": 666})
        wait_until(lambda: len(self.psql("SELECT 1 FROM rejected_events")) == 2, 20, "both are rejected")
        self.assertEqual(self.psql("SELECT host(ip), flags FROM rejected_events ORDER BY id"),
                         [(IPV4_CUT, str(CUT)), (IPV6_CUT, str(CUT))])
        journal = self.journal()
        for address, cut in ((IPV4, IPV4_CUT), (IPV6, IPV6_CUT)):
            self.assertNotIn(ipaddress.ip_address(address).packed, journal)
            self.assertIn(ipaddress.ip_address(cut).packed, journal)
            self.assertNotIn(address, self.tracker.stderr.read_text())

    def test_the_export_tells_what_was_kept(self) -> None:
        self.send(IPV4, "body", {"DNT": "1"})
        self.stored()
        answer = self.tracker.get("/ads/events?start=2020-01-01T00:00:00Z&end=2120-01-01T00:00:00Z&kind=impression",
                                  {"Authorization": f"Bearer {READ_TOKEN}"})
        rows = [json.loads(line) for line in answer.body.splitlines()]
        self.assertEqual([(row["ip"], row["flags"]) for row in rows], [(IPV4_CUT, CUT | SIGNAL)])


class SignalTest(PrivacyCase):
    """Without IP_ANONYMIZE."""

    def test_a_signal_cuts_the_address_of_every_source_and_is_marked(self) -> None:
        for headers in SIGNALS:
            self.assert_all_cut(CUT | SIGNAL, headers)

    def test_whoever_does_not_signal_is_kept_as_he_is(self) -> None:
        for headers in NO_SIGNALS:
            self.send(IPV4, "X-Forwarded-For", headers)
            self.send(IPV6, "body", headers)
        self.assertEqual(self.kept(), [(IPV4, "0"), (IPV6, "0")] * len(NO_SIGNALS))

    def test_of_all_the_events_of_a_request_and_of_that_request_alone(self) -> None:
        events = [{"type": "start", "ad_id": 1, "ip": IPV4}, {"type": "pause", "ad_id": 1}]
        forwarded = {"X-Forwarded-For": IPV6}
        self.tracker.post("/ads/events", events, {**forwarded, "DNT": "1"})
        self.stored()
        self.tracker.post("/ads/events", events, forwarded)
        both = str(CUT | SIGNAL)
        self.assertEqual(self.kept(), [(IPV4_CUT, both), (IPV6_CUT, both), (IPV4, "0"), (IPV6, "0")])

    def test_a_line_that_a_proxy_has_added(self) -> None:
        body = b'{"ad_id":1}'
        wire = self.wire()
        wire.send(b"POST /ads/click HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nDNT: 0\r\nDNT: 1\r\n"
                  b"X-Forwarded-For: 203.0.113.77\r\n\r\n%s" % (len(body), body))
        self.assertEqual(wire.answer().status, 202)
        self.assertEqual(self.kept(), [(IPV4_CUT, str(CUT | SIGNAL))])

    def test_an_ad_that_was_served_to_it_keeps_the_signal(self) -> None:
        """Whoever tells what follows, as the server that inserts the ad does, may not pass the header on."""
        forwarded = {"X-Forwarded-For": IPV4}
        for headers, kept in (({"Sec-GPC": "1"}, (IPV4_CUT, str(CUT | SIGNAL))), ({}, (IPV4, "0"))):
            self.psql("TRUNCATE events")
            served = self.serve("/vast", **forwarded, **headers)
            self.fetch(served.trackers["start"][0], forwarded)
            self.fetch(served.click, forwarded)
            self.assertEqual(self.kept(), [kept] * 2)

    def test_it_changes_no_count_and_no_verdict(self) -> None:
        for headers in ({}, {"DNT": "1"}):
            self.send(IPV4, "body", headers)
            self.tracker.post("/ads/impression", {"ad_id": 1, "event_id": "the same"}, headers)
        self.assertEqual(self.rows("kind, verdict, quantity"), [("impression", "0", "1")] * 3)
