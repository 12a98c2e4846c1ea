"""Damaged journals on a real start: it starts, says so, and delivers all that is intact. And what the
modes of JOURNAL_SYNC do, in the order of the system calls."""
import re
import struct
import subprocess
import time
import unittest
from pathlib import Path
from typing import List, Tuple

from journal_support import DAMAGED, JournalCase

from harness.abilities import can_trace, need
from harness.process import sync_workers
from harness.server import Server

HEADER_BYTES, RECORD_HEADER_BYTES = 128, 20


def records(segment: bytes) -> List[Tuple[int, int]]:
    """Where each record begins and ends, without the end record."""
    found, at = [], HEADER_BYTES
    while at + RECORD_HEADER_BYTES < len(segment):
        length, kind = struct.unpack_from("<HH", segment, at + 4)
        if length == 0 or kind != 0:
            break
        found.append((at, at + RECORD_HEADER_BYTES + length))
        at = found[-1][1]
    return found


class Damage(JournalCase):
    def backlog(self, count: int, **env: str) -> Server:
        """A killed server whose journal holds events that no database has."""
        self.postgres = self.private_postgres()
        self.db_conn = self.postgres.create_database(self.database)
        server = self.open_server(**env)
        self.postgres.stop()
        self.wait_down(server)
        self.post_events(server, 0, count)
        server.kill()
        return server

    def last_segment(self, server: Server) -> Path:
        return [path for path in self.segments(server) if records(path.read_bytes())][-1]

    def start_and_rest(self, server: Server) -> None:
        server.start()
        self.post_events(server, 5000, 10)
        self.postgres.start()
        self.rest(server)

    def assert_told(self, server: Server, kind: str, times: int = 1) -> None:
        self.assertEqual(server.metrics().value(DAMAGED), times)
        self.assertEqual(server.log_text().count(f"kind={kind}"), times)
        self.assertEqual(len(list(server.journal.glob(f"{kind}-*"))), times)

    def test_torn_tail(self) -> None:
        server = self.backlog(100)
        path = self.last_segment(server)
        data = bytearray(path.read_bytes())
        begin, end = records(data)[-1]
        data[begin + 30:end] = bytes(end - begin - 30)
        path.write_bytes(data)
        self.start_and_rest(server)
        self.assert_told(server, "torn")
        self.assert_exactly_once(list(range(99)) + list(range(5000, 5010)))

    def test_file_cut_short(self) -> None:
        server = self.backlog(100)
        path = self.last_segment(server)
        data = path.read_bytes()
        path.write_bytes(data[:records(data)[-2][1] - 1])
        self.start_and_rest(server)
        self.assert_told(server, "torn")
        self.assert_exactly_once(list(range(98)) + list(range(5000, 5010)))

    def test_damaged_middle(self) -> None:
        server = self.backlog(600, JOURNAL_MAX_BYTES="131072", JOURNAL_SYNC="off")
        segments = self.segments(server)
        self.assertGreater(len(segments), 1)
        data = bytearray(segments[0].read_bytes())
        place = records(data)[40:42]
        data[place[0][0] + 10:place[1][0] + 10] = b"\x5a" * (place[1][0] - place[0][0])
        segments[0].write_bytes(data)
        self.start_and_rest(server)
        self.assert_told(server, "damaged")
        kept, = server.journal.glob("damaged-*")
        self.assertEqual(kept.read_bytes(), data[place[0][0]:place[1][1]])
        lost = {40, 41}
        self.assert_exactly_once([n for n in range(600) if n not in lost] + list(range(5000, 5010)))

    def test_header_and_identity(self) -> None:
        server = self.backlog(100)
        path = self.last_segment(server)
        data = bytearray(path.read_bytes())
        data[20] ^= 0xFF
        path.write_bytes(data)
        identity = bytearray((server.journal / "identity").read_bytes())
        identity[40] ^= 0xFF  # of one slot
        (server.journal / "identity").write_bytes(identity)
        self.start_and_rest(server)
        self.assertIn("journal identity damaged, rebuilt from segments", server.log_text())
        self.assertGreaterEqual(server.metrics().value(DAMAGED), 1)
        self.assert_exactly_once(list(range(100)) + list(range(5000, 5010)))

    def test_identity_gone(self) -> None:
        server = self.backlog(100)
        (server.journal / "identity").unlink()
        self.start_and_rest(server)
        self.assert_exactly_once(list(range(100)) + list(range(5000, 5010)))
        self.assertEqual(self.value("SELECT count(*) FROM ingest_cursor"), "1")

    def test_garbage_and_strangers(self) -> None:
        """Files that are none of ours stay, and hold nothing up."""
        server = self.backlog(50)
        (server.journal / "0000000000000000.journal").write_bytes(self.random.randbytes(5000))
        (server.journal / "lost+found").mkdir()
        (server.journal / "notes.txt").write_text("mine")
        (server.journal / "damaged-x").write_text("old")
        self.start_and_rest(server)
        self.assert_exactly_once(list(range(50)) + list(range(5000, 5010)))
        self.assertEqual((server.journal / "notes.txt").read_text(), "mine")

    def test_segment_that_can_not_be_opened_is_no_empty_one(self) -> None:
        """It would be passed over for good. Mended, it is delivered."""
        server = self.backlog(50)
        path = self.last_segment(server)
        path.rename(server.directory / "aside")
        path.symlink_to(path.name)
        server.launch()
        self.assertEqual(server.wait(), 1)
        self.assertIn(f"JOURNAL_DIR: {path}: can't be opened", server.log_text())
        path.unlink()
        (server.directory / "aside").rename(path)
        self.start_and_rest(server)
        self.assert_exactly_once(list(range(50)) + list(range(5000, 5010)))


class Modes(JournalCase):
    def traced(self, mode: str) -> str:
        """The system calls of a server that takes 30 events, and of its sync worker."""
        need(can_trace)
        server = self.open_server(JOURNAL_SYNC=mode)
        trace = server.directory / "trace"
        server.wait_until(lambda: sync_workers(server.pid))
        pids = [word for pid in (server.pid, *sync_workers(server.pid)) for word in ("-p", str(pid))]
        with subprocess.Popen(["strace", "-f", *pids, "-o", str(trace), "-e",
                               "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg", "-s",
                               "16"], stderr=subprocess.PIPE, text=True) as tracer:
            self.assertIn("attached", tracer.stderr.readline())
            begun = time.monotonic()
            self.post_events(server, 0, 30)
            if mode == "interval":
                server.wait_until(lambda: re.fullmatch(r"([^A]*A){30}[^A]*S", self.steps(trace.read_text())))
            else:
                time.sleep(1.5)
            self.traced_seconds = time.monotonic() - begun
            tracer.terminate()
            tracer.wait(10)
        self.assert_mode(server, mode)
        return trace.read_text()

    def assert_mode(self, server: Server, mode: str) -> None:
        self.assertEqual(server.metrics().value("adtracker_journal_sync_mode", mode=mode), 1)
        self.assertEqual(server.metrics().total("adtracker_journal_sync_mode"), 1)
        self.assertIn(f"store: journal opened sync={mode} run=1 ", server.log_text())

    def steps(self, trace: str) -> str:
        """W a record, S a sync of a segment, A an answer."""
        letters = ""
        for line in trace.splitlines():
            if re.search(r"pwrite64\(\d+, ", line):
                # The hint of what is stored, and the segment that is filled ahead.
                letters += "w" if re.search(r'"(00000|\\0\\0\\0\\0)', line) else "W"
            elif "fdatasync(" in line:
                letters += "S"
            elif "HTTP/1.1 202" in line:
                letters += "A"
        return letters.replace("w", "")

    def test_always_syncs_before_it_answers(self) -> None:
        steps = self.steps(self.traced("always"))
        self.assertEqual(steps.count("A"), 30)
        self.assertRegex(steps, r"^(W+SA)+S?$")

    def test_interval_answers_before_it_syncs(self) -> None:
        steps = self.steps(self.traced("interval"))
        self.assertEqual(steps.count("A"), 30)
        self.assertRegex(steps, r"^(W+S?AS?)+$")
        self.assertLessEqual(steps.count("S"), 2 * self.traced_seconds + 2)

    def test_off_never_syncs(self) -> None:
        steps = self.steps(self.traced("off"))
        self.assertRegex(steps, r"^(W+A)+$")


if __name__ == "__main__":
    unittest.main()
