"""Damaged and cut journals: the program always starts, loses at most the damaged record, and says so.
Most of it happens in one process, see recovery.c; the rest are real starts."""
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import NamedTuple, Set

from fault_case import LONG, MIB, SHOWN, FaultCase, tool
from journal_file import EVENT, HEADER_BYTES, records, segments

from harness.process import wrapper
from harness.server import Server

EVENTS = 300
LONG_SECONDS, SHORT_SECONDS = 1500, 120
MEMORY = Path("/dev/shm")


class InProcess(FaultCase):
    """Every STRIDEth place, shared out between the processors."""

    def recover(self, way: str, stride: int) -> None:
        shares = os.cpu_count() or 1
        first = self.random.randrange(stride)
        processes = []
        for share in range(shares):
            directory = self.directory()
            if MEMORY.is_dir():
                directory = MEMORY / directory.name
                directory.mkdir()
                self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
            start, seed = first + share * stride, self.random.getrandbits(31)
            process = subprocess.Popen(
                [*wrapper("KILL"), str(tool("recovery")), str(directory / "journal"), way,
                 str(stride * shares), str(start), str(seed)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            processes.append(process)
        for process in processes:
            output, fault = process.communicate(timeout=LONG_SECONDS if LONG else SHORT_SECONDS)
            self.assertEqual((process.returncode, fault), (0, ""))
            self.say(f"{way}: {output.strip()}")

    def test_each_byte_flipped(self) -> None:
        self.recover("flip", 1 if LONG else 1009)

    def test_cut_at_each_offset(self) -> None:
        self.recover("cut", 1 if LONG else 101)

    def test_each_byte_of_the_identity(self) -> None:
        self.recover("identity", 1 if LONG else 11)


class Damage(NamedTuple):
    """`gone`: the addresses of the events that can't come out of it, and no others may be missing."""
    text: str
    gone: Set[str]
    is_said: bool


class RealStarts(FaultCase):
    """One journal of events that no database has seen, damaged in another way for each start."""

    def fill(self) -> Path:
        """The journal of a server whose database went away after it had told the ads."""
        server = self.open_server(JOURNAL_MAX_BYTES=str(MIB))
        server.kill()
        server.env["DB_CONN"] = "host=/nonexistent dbname=none"
        server.start()
        load = self.load([server], think_seconds=0)
        self.wait_accepted(EVENTS)
        load.stop()
        server.kill()
        return server.journal

    def flip(self, journal: Path) -> Damage:
        path = self.random.choice([p for p in sorted(journal.iterdir()) if p.stat().st_size > 0])
        at = self.random.randrange(self.end(path))
        data = bytearray(path.read_bytes())
        data[at] ^= self.random.randrange(1, 256)
        hit = {r.address for r in records(path) if r.type == EVENT and r.at <= at < r.end} \
            if path.suffix == ".journal" else set()
        path.write_bytes(data)
        return Damage(f"{path.name} byte {at} flipped", hit,
                      path.suffix == ".journal" or path.name == "identity")

    def cut(self, journal: Path) -> Damage:
        path = [p for p in segments(journal) if any(records(p))][-1]
        end = self.end(path)
        at = self.random.choice([self.random.randrange(end), end - self.random.randrange(200)])
        gone = {r.address for r in records(path) if r.type == EVENT and r.end > at}
        data = path.read_bytes()
        # Of an empty file, and of a record whose first bytes are zeros, nothing is there to be told.
        is_torn = 0 < at < HEADER_BYTES or any(r.at < at < r.end and any(data[r.at:at]) for r in records(path))
        os.truncate(path, at)
        return Damage(f"{path.name} cut at {at}", gone, is_torn)

    @staticmethod
    def end(path: Path) -> int:
        """Of what is in use: zeros lie behind it."""
        return max([r.end for r in records(path)], default=min(path.stat().st_size, HEADER_BYTES))

    def addresses_in(self, journal: Path) -> Set[str]:
        return {r.address for p in segments(journal) for r in records(p) if r.type == EVENT}

    def start_on(self, journal: Path, damage: Damage, server: Server) -> None:
        """The database forgets what it was told, so that this journal is a new one to it."""
        self.psql("TRUNCATE events, counts, counts_minute, counts_late, event_keys, placements, ingest_cursor, "
                  "ingest_runs, rejected_events")
        server.journal = journal
        server.env["JOURNAL_DIR"] = str(journal)
        server.stderr.unlink(missing_ok=True)
        server.start()
        self.rest(server)
        stored = {address for address, in self.psql("SELECT host(ip) FROM events")}
        wrong = sorted((self.written - damage.gone) ^ stored)
        if wrong:
            self.fail(f"{damage}: {len(wrong)} others are missing, or are there, among them\n"
                      + "\n".join(map(self.ledger.history_of, wrong[:SHOWN]))
                      + f"\n{server.log_tail()}")
        if damage.is_said:
            words = server.log_text()
            self.assertTrue("quarantined" in words or "identity damaged" in words,
                            f"{damage}: not a word\n{words}")
        self.ledger.check(self.psql, lambda event: True)
        server.kill()

    def test_starts(self) -> None:
        original = self.fill()
        self.written = self.addresses_in(original)
        self.assertGreaterEqual(len(self.written), EVENTS)
        server = self.server(JOURNAL_MAX_BYTES=str(MIB))
        for _ in self.rounds(200, 4):
            journal = self.directory() / "journal"
            shutil.copytree(original, journal)
            damage = self.random.choice([self.flip, self.cut])(journal)
            self.ledger.note(damage.text)
            self.start_on(journal, damage, server)
            shutil.rmtree(journal)
        self.say(f"{len(self.written)} events")


if __name__ == "__main__":
    unittest.main()
