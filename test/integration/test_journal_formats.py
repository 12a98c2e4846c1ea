"""Journals that earlier versions wrote: each of their events is stored once, and it stays the same
journal. A format that journals on somebody's disk have is never edited here, another one is added."""
import gzip
import unittest
from pathlib import Path
from typing import Dict

from journal_support import DAMAGED, JournalCase, contents, describe

from harness.server import Server

DATA = Path(__file__).parent / "data"
JOURNAL = "10191cac-6bc1-4858-8ce6-71dddbb9a76e"
# Kind, ad, address, playback, event_id; four of run 1, three of run 2.
EVENTS = [
    ("click", "1", "192.0.2.1", "10", ""),
    ("impression", "2", "2001:db8::1", "11", "first-run-impression"),
    ("click", "3", "192.0.2.2", "12", "first-run-click"),
    ("impression", "1", "192.0.2.3", "13", ""),
    ("click", "2", "2001:db8::2", "20", "second-run-click"),
    ("impression", "3", "192.0.2.4", "21", ""),
    ("click", "1", "192.0.2.5", "22", ""),
]
SEQUENCES = [("1", "1"), ("1", "2"), ("1", "3"), ("1", "4"), ("2", "1"), ("2", "2"), ("2", "3")]


def read_data(path: Path) -> str:
    """A file of text, compressed or not."""
    return gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")


def read_files(path: Path) -> Dict[str, bytes]:
    """The files of a journal's directory from their hexadecimal digits."""
    files: Dict[str, bytearray] = {}
    content = bytearray()
    for line in read_data(path).splitlines():
        words = line.split()
        if words[0] == "file":
            content = files[words[1]] = bytearray(int(words[2], 16))
        elif words[0] != "#":
            at, row = int(words[0], 16), bytes.fromhex(words[1])
            content[at:at + len(row)] = row
    return {name: bytes(content) for name, content in files.items()}


class FirstFormat(JournalCase):
    def lay(self, **env: str) -> Server:
        """A server, not started, on the journal."""
        server = self.server(JOURNAL_MAX_BYTES="65536", **env)
        for name, content in read_files(DATA / "journal_format_1.txt").items():
            (server.journal / name).write_bytes(content)
        return server

    def stored_run(self) -> str:
        """Of the last sequence that the database has of this journal."""
        return self.value(f"SELECT last_sequence >> 40 FROM ingest_cursor WHERE journal = '{JOURNAL}'")

    def test_each_event_is_stored_once_and_the_journal_stays_the_same(self) -> None:
        self.open_server().stop()  # which made the tables and the ads
        server = self.lay().start()
        self.rest(server)
        self.assertEqual(
            self.psql("SELECT kind, ad_id, host(ip), playback_ms / 1000 FROM events "
                      "ORDER BY playback_ms"), [event[:4] for event in EVENTS])
        self.assertEqual(server.metrics().value("adtracker_events_replayed_total"), len(EVENTS))
        self.assertEqual(server.metrics().value(DAMAGED), 0)
        self.assertNotIn("identity damaged", server.log_text())
        self.assertRegex(server.log_text(), "journal opened .* run=3 segments=2")
        self.assertEqual(self.stored_run(), "2")
        self.post_events(server, 0, 10)
        self.rest(server)
        self.assertEqual(self.stored_run(), "3")
        server.kill()
        server.start()
        self.rest(server)
        self.assertEqual(self.value("SELECT count(*) FROM events"), str(len(EVENTS) + 10))

    def test_runs_and_event_ids_are_what_they_were(self) -> None:
        """A database without ads keeps each event whole, with its sequence."""
        self.rest(self.lay().start())
        rows = self.psql("SELECT sequence >> 40, sequence & ((1::bigint << 40) - 1), kind, ad_id, "
                         "host(ip), playback_ms / 1000, key IS NOT NULL "
                         "FROM rejected_events ORDER BY sequence")
        self.assertEqual([row[:2] for row in rows], SEQUENCES)
        self.assertEqual([row[2:] for row in rows], [(*event[:-1], "t" if event[-1] else "f") for event in EVENTS])

    def test_is_described_as_it_lies_there(self) -> None:
        server = self.lay()
        before = contents(server.journal)
        self.assertEqual(describe(server.journal).splitlines()[:6], [
            f"journal {JOURNAL}  run 2  no server works on it",
            "run 1  nonce bec9029b-4339-4682-8d0a-359a86e45b9a",
            "segment 0000000000000001  bytes 379  records 4  "
            "sequences 1099511627777-1099511627780  format 1",
            "run 2  nonce 231f97db-6247-4b93-9abd-dfacbdf4bc34",
            "segment 0000000000000002  bytes 16384  records 3  "
            "sequences 2199023255553-2199023255555  format 1",
            "records 7  waiting for the database 7 (as last noted)  damaged ranges 0  torn bytes 0",
        ])
        self.assertEqual(contents(server.journal), before)


if __name__ == "__main__":
    unittest.main()
