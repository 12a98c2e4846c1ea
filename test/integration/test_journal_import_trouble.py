"""--import that is interrupted, meets damage, or has to be refused."""
import signal
import subprocess
import time
import unittest
from pathlib import Path

from db_network import Link, Proxy
from db_support import SqlSession
from import_support import AWAY, ImportCase
from journal_support import address, crc32c, describe

from harness.process import wait_until

HEADER_BYTES, RECORD_HEADER_BYTES = 128, 20


class Interrupted(ImportCase):
    def journal(self, count: int) -> tuple:
        """A directory with so many events, none of them stored, and their numbers."""
        self.open_server().stop()
        server = self.server(JOURNAL_SYNC="off", JOURNAL_MAX_BYTES=str(1 << 20))
        return server.journal, self.run_away(server, 0, count)

    def test_killed_again_and_again(self) -> None:
        journal, accepted = self.journal(9000)
        proxy = Proxy(self, self.postgres)
        proxy.delay_seconds = 0.03
        stored = 0
        for number in range(60):
            passed = proxy.plans["pass"]
            process = self.launch(journal, DB_CONN=proxy.conninfo(self.database))
            if number % 2:  # so that it gets on, however slow the machine is
                wait_until(lambda p=process, n=passed: proxy.plans["pass"] > n or p.poll() is not None)
            try:
                process.wait(self.random.uniform(0, 0.2) if number % 2 else self.random.uniform(0.1, 0.8))
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            now = len(self.stored())
            self.assertGreaterEqual(now, stored)
            stored = now
        self.assertEqual(self.bring(journal).known, len(accepted))
        self.assert_exactly_once(accepted)

    def test_answers_that_are_lost(self) -> None:
        journal, accepted = self.journal(5000)
        proxy = Proxy(self, self.postgres)
        for cut in ("cut before commit", "cut after answer"):
            plans = iter(["pass", cut])
            proxy.plan = lambda link: next(plans, "pass")  # pylint: disable=W0640
            outcome = self.bring(journal, status=1, DB_CONN=proxy.conninfo(self.database))
            self.assertIn("the connection to the database was lost; run again it goes on", outcome.err)
        self.assertEqual(proxy.plans["cut after answer"], 1)
        outcome = self.bring(journal)
        self.assertEqual((outcome.stored, outcome.known), (0, 5000))
        self.assert_exactly_once(accepted)

    def test_terminated(self) -> None:
        journal, accepted = self.journal(5000)
        proxy = Proxy(self, self.postgres)
        proxy.delay_seconds = 0.2

        def plan(_: Link) -> str:
            if proxy.plans["pass"] == 0:  # the first batch is in flight, and unanswered
                process.send_signal(signal.SIGTERM)
            return "pass"

        proxy.plan = plan
        process = self.launch(journal, DB_CONN=proxy.conninfo(self.database))
        outcome = self.finish(process)
        self.assertEqual(outcome.status, 1)
        self.assertIn("stopped; run again it goes on where it was", outcome.err)
        self.assertGreaterEqual(outcome.stored, 2000)
        self.assertEqual(len(self.stored()), outcome.stored)
        again = self.bring(journal)
        self.assertEqual((again.stored, again.known), (5000 - outcome.stored, outcome.stored))
        self.assert_exactly_once(accepted)

    def test_a_passing_fault_is_waited_out(self) -> None:
        journal, accepted = self.journal(100)
        self.psql("CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "IF nextval('tries') <= 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END IF; "
                  "RETURN NEW; END $$; CREATE TRIGGER fail BEFORE INSERT ON events FOR EACH STATEMENT "
                  "EXECUTE FUNCTION fail()".replace("RETURN NEW", "RETURN NULL"))
        self.assertEqual(self.bring(journal).stored, 100)
        self.assert_exactly_once(accepted)

    def test_one_that_stays_is_told(self) -> None:
        journal, accepted = self.journal(100)
        self.psql("ALTER TABLE events RENAME COLUMN ip TO other")
        outcome = self.bring(journal, status=1)
        self.assertIn("the database refuses, sqlstate=42703", outcome.err)
        self.psql("ALTER TABLE events RENAME COLUMN other TO ip")
        self.assertEqual(self.bring(journal).stored, 100)
        self.assert_exactly_once(accepted)

    def test_a_database_that_is_away_is_not_waited_for_for_ever(self) -> None:
        journal, accepted = self.journal(10)
        started = time.monotonic()
        outcome = self.bring(journal, status=1, DB_CONN=AWAY)
        self.assertLess(time.monotonic() - started, 30)
        self.assertIn("the database cannot be reached, nothing is imported", outcome.err)
        self.assertEqual(outcome[3:], (0, 0, 0, 0, 0))
        self.assertEqual(self.bring(journal).stored, len(accepted))


class Contents(ImportCase):
    def test_what_became_of_each_is_told(self) -> None:
        self.open_server().stop()
        server = self.server(DB_CONN=AWAY).start()
        for number, (ad_id, event_id) in enumerate([(1, "a"), (1, "a"), (9, "b"), (2, None), (1, "c")]):
            body = {"ad_id": ad_id, "ip": address(number), **({"event_id": event_id} if event_id else {})}
            self.assertEqual(server.post("/ads/click", body).status, 202)
        server.stop()
        self.psql("ALTER TABLE events ADD CHECK (ad_id <> 2)")
        self.assertEqual(self.bring(server.journal)[3:], (2, 1, 2, 0, 0))
        self.assertEqual(self.bring(server.journal)[3:], (0, 0, 0, 5, 0))
        self.assertEqual(self.stored(), [0, 4])
        self.assertEqual([reason.split(":")[0] for reason, in
                          self.psql("SELECT reason FROM rejected_events ORDER BY sequence")],
                         ["unknown ad", "23514"])
        self.assert_counts_agree()

    def test_an_empty_database_gets_its_schema(self) -> None:
        server = self.server()
        accepted = self.run_away(server, 0, 10)
        outcome = self.bring(server.journal)
        self.assertEqual(outcome.rejected, len(accepted))
        self.assertEqual(self.bring(server.journal).known, len(accepted))

    def test_an_identity_that_is_gone_is_told_by_the_segments(self) -> None:
        self.open_server().stop()
        server = self.server()
        accepted = self.run_away(server, 0, 10)
        (server.journal / "identity").unlink()
        self.assertEqual(self.bring(server.journal).stored, len(accepted))
        self.assert_exactly_once(accepted)

    def make_older(self, path: Path, days: int) -> None:
        """The events of a segment, as if they had been taken and had happened so long ago."""
        data = bytearray(path.read_bytes())
        at = HEADER_BYTES
        while at + RECORD_HEADER_BYTES < len(data) and int.from_bytes(data[at + 4:at + 6], "little") > 0:
            length = RECORD_HEADER_BYTES + int.from_bytes(data[at + 4:at + 6], "little")
            for field in (at + RECORD_HEADER_BYTES + 8, at + RECORD_HEADER_BYTES + 16):
                if data[at + 6] == 0:  # an event
                    when = int.from_bytes(data[field:field + 8], "little") - days * 86_400_000_000
                    data[field:field + 8] = when.to_bytes(8, "little")
            data[at:at + 4] = crc32c(bytes(data[at + 4:at + length])).to_bytes(4, "little")
            at += length
        path.write_bytes(data)

    def test_what_is_too_late_to_tell_a_duplicate_is_stored_only_by_force(self) -> None:
        """Whether an event with an id was stored two weeks ago nobody knows any more."""
        self.open_server().stop()
        for forced in (False, True):
            server = self.server(DB_CONN=AWAY, SHUTDOWN_GRACE_SECONDS="0").start()
            for body in ({"event_id": f"a{forced}"}, {"event_id": f"b{forced}"}, {}):
                self.assertEqual(server.post("/ads/click", {"ad_id": 1, "ip": "192.0.2.1", **body}).status, 202)
            server.stop()
            self.make_older(self.segments(server)[0], 15)
            outcome = self.bring(server.journal, *(["--force"] if forced else []))
            self.assertEqual(outcome[3:], (3, 0, 0, 0, 0) if forced else (1, 0, 0, 0, 2))
        self.assertEqual(self.psql("SELECT reason, count(*) FROM rejected_events GROUP BY 1"),
                         [("too late to tell a duplicate", "2")])
        self.assertEqual(self.value("SELECT count(*) FROM events"), "4")

    def test_void_records_are_not_imported(self) -> None:
        """A segment failed, and the next one says how far it was accepted."""
        self.open_server().stop()
        server = self.server(JOURNAL_MAX_BYTES="65536", JOURNAL_SYNC="off")
        self.run_away(server, 0, 400)
        first, second = self.segments(server)[:2]
        header = bytearray(second.read_bytes())
        accepted = int.from_bytes(header[76:84], "little") - 7
        header[76:84] = accepted.to_bytes(8, "little")
        header[124:128] = crc32c(bytes(header[:124])).to_bytes(4, "little")
        second.write_bytes(bytes(header))
        self.assertEqual(self.bring(server.journal).stored, 393)
        count = accepted & (1 << 40) - 1
        self.assertEqual(self.stored(), [*range(count), *range(count + 7, 400)])

    def test_a_segment_without_a_sound_header_is_left_alone(self) -> None:
        self.open_server().stop()
        server = self.server(JOURNAL_MAX_BYTES="131072", JOURNAL_SYNC="off")
        self.run_away(server, 0, 1600)
        paths = self.segments(server)
        self.assertGreaterEqual(len(paths), 3)
        before = [int(line.split("records ")[1].split()[0]) for line in describe(server.journal).splitlines()
                  if line.startswith("segment")]
        damaged = bytearray(paths[1].read_bytes())
        damaged[40] ^= 0xFF
        paths[1].write_bytes(bytes(damaged))
        outcome = self.bring(server.journal, status=1)
        self.assertRegex(outcome.out, f"segment {paths[1].stem} is not imported, its header is damaged: "
                                      f"{before[1]} records\n")
        self.assertIn("not all of it is imported", outcome.err)
        self.assertEqual(outcome.stored, 1600 - before[1])
        self.assertEqual(self.stored(), [*range(before[0]), *range(before[0] + before[1], 1600)])

    def test_damage_and_a_torn_tail_are_told_and_left_as_they_are(self) -> None:
        self.open_server().stop()
        server = self.server()
        self.run_away(server, 0, 100)
        path = self.segments(server)[0]
        data = bytearray(path.read_bytes())
        data[HEADER_BYTES + 200] ^= 0xFF
        end = len(data.rstrip(b"\0"))  # a server that is not waited for may leave its segment as it is
        data[end - 100:end] = b"torn"
        path.write_bytes(bytes(data))
        outcome = self.bring(server.journal)
        self.assertRegex(outcome.out, r" 1 damaged ranges and [1-9]\d* torn bytes passed over\n")
        self.assertEqual(outcome.stored, len(self.stored()))
        self.assertTrue(90 <= outcome.stored < 99, outcome)
        self.assert_counts_agree()

    def test_a_killed_servers_open_segment(self) -> None:
        self.open_server().stop()
        server = self.server(DB_CONN=AWAY).start()
        accepted = self.post_events(server, 0, 100)
        server.kill()
        outcome = self.bring(server.journal)
        self.assertEqual(outcome.stored, len(accepted))
        self.assertIn(" 0 damaged ranges and 0 torn bytes", outcome.out)
        self.assert_exactly_once(accepted)


class Refused(ImportCase):
    def test_a_directory_in_use(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 10)
        self.rest(server)
        outcome = self.finish(self.launch(server.journal))
        self.assertEqual((outcome.status, outcome.out), (1, ""))
        self.assertIn("is in use by another process", outcome.err)
        self.assert_exactly_once(accepted)

    def test_a_server_while_it_is_imported(self) -> None:
        self.open_server().stop()
        server = self.server()
        accepted = self.run_away(server, 0, 10)
        lock = SqlSession(self, self.postgres, self.database)
        lock.run("BEGIN; LOCK TABLE ingest_runs")
        process = self.launch(server.journal)
        server.wait_until(lambda: "import" in self.value(
            "SELECT string_agg(query, '') FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        server.launch()
        self.assertEqual(server.wait(), 1)
        self.assertIn("is in use by another process", server.log_text())
        lock.run("ROLLBACK")
        self.assertEqual(self.finish(process).stored, 10)
        self.assert_exactly_once(accepted)

    def test_what_is_no_journal(self) -> None:
        empty = self.directory()
        file = empty / "file"
        file.write_text("x")
        for path, words in ((empty, "holds no journal"), (empty / "missing", "No such file"),
                            (file, "Not a directory")):
            outcome = self.finish(self.launch(path))
            self.assertEqual((outcome.status, outcome.out), (2, ""))
            self.assertIn(words, outcome.err)
        self.assertEqual([path.name for path in empty.iterdir()], ["file"])

    def test_a_journal_of_a_later_version(self) -> None:
        self.open_server().stop()
        server = self.server()
        self.run_away(server, 0, 10)
        path = self.segments(server)[0]
        data = bytearray(path.read_bytes())
        data[8] += 1
        data[124:128] = crc32c(bytes(data[:124])).to_bytes(4, "little")
        path.write_bytes(bytes(data))
        self.assertIn("later version", self.bring(server.journal, status=1).err)
        self.assertEqual(self.stored(), [])


if __name__ == "__main__":
    unittest.main()
