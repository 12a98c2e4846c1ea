"""Whose a journal is: one process at a time, in its directory and in the database's cursor."""
import signal
import subprocess
import time
import unittest

from journal_support import WAITING, JournalCase, contents, crc32c, describe


class Owner(JournalCase):
    def test_second_process_is_told(self) -> None:
        server = self.open_server()
        second = self.server(JOURNAL_DIR=str(server.journal))
        second.launch()
        self.assertEqual(second.wait(), 1)
        self.assertIn(f"JOURNAL_DIR: {server.journal} is in use by another process",
                      second.log_text())
        self.post_events(server, 0, 10)
        self.rest(server)
        self.assertEqual(server.stop(), 0)
        second.start()
        self.rest(second)
        self.assert_exactly_once(list(range(10)))

    def test_copy_waits_until_its_original_is_dead_and_fences_it(self) -> None:
        server = self.open_server()
        accepted = self.post_events(server, 0, 50)
        self.rest(server)
        copy = self.copy_of(server).start()
        accepted += self.post_events(copy, 100, 20)  # on disk there, and kept
        accepted += self.post_events(server, 50, 20)
        self.rest(server)
        time.sleep(1.5)
        self.assertEqual(copy.metrics().value("adtracker_db_up"), 0)
        copy.wait_until(lambda: copy.metrics().value("adtracker_ingest_held") == 1, 20)
        self.assertRegex(copy.log_text(), "the last owner of journal .* is still connected")
        self.assertGreaterEqual(copy.metrics().value(WAITING), 20)
        self.assert_exactly_once(accepted[:50] + accepted[70:])
        server.kill()
        self.rest(copy)
        self.assertIn("ingest resumed", copy.log_text())
        self.assert_exactly_once(accepted)
        server.start()
        server.wait_until(lambda: "taken" in self.refusal(server))
        self.assert_refuses(server, 999, "another process has taken this server's journal over",
                            "fenced")
        self.assertIn("another process has taken this journal over", server.log_text())
        self.post_events(copy, 200, 20)
        self.rest(copy)
        self.assert_exactly_once(accepted + list(range(200, 220)))

    def test_original_that_stood_still_is_fenced(self) -> None:
        """The copy took the cursor while the original hung and its connection was lost."""
        server = self.open_server()
        accepted = self.post_events(server, 0, 20)
        self.rest(server)
        copy = self.copy_of(server)
        server.process.send_signal(signal.SIGSTOP)
        try:
            self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                               f"WHERE datname = '{self.database}'")
            copy.start()
            accepted += self.post_events(copy, 100, 20)
            self.rest(copy)
        finally:
            server.process.send_signal(signal.SIGCONT)
        server.wait_until(lambda: "taken" in self.refusal(server))
        self.assert_refuses(server, 999, "another process has taken this server's journal over",
                            "fenced")
        self.assert_exactly_once(accepted)

    def test_journal_of_a_later_version_is_refused_untouched(self) -> None:
        server = self.open_server()
        self.post_events(server, 0, 10)
        self.rest(server)
        self.assertEqual(server.stop(), 0)
        identity = server.journal / "identity"
        later = bytearray(identity.read_bytes())
        for at in range(0, len(later), 512):
            later[at + 8] += 1
            later[at + 12:at + 16] = crc32c(bytes(later[at:at + 12]) + bytes(4)
                                            + bytes(later[at + 16:at + 512])).to_bytes(4, "little")
        identity.write_bytes(later)
        before = contents(server.journal)
        server.launch()
        self.assertEqual(server.wait(), 1)
        self.assertIn("was written by a later version of this program", server.log_text())
        self.assertEqual(contents(server.journal), before)


class Kept(JournalCase):
    def test_stored_segments_stay_as_long_as_they_have_to(self) -> None:
        server = self.open_server(JOURNAL_KEEP_SECONDS="6", JOURNAL_MAX_BYTES=str(1 << 20))
        self.post_events(server, 0, 200)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.rest(server)
        stored_at = time.monotonic()
        count = len(self.segments(server))
        self.assertGreaterEqual(count, 2)
        while time.monotonic() - stored_at < 2:
            self.assertEqual(len(self.segments(server)), count)
            time.sleep(0.2)
        server.wait_until(lambda: len(self.segments(server)) == 1, 20)

    def test_described_while_a_server_runs_and_when_none_does(self) -> None:
        server = self.open_server()
        self.post_events(server, 0, 30)
        self.rest(server)
        self.assertIn("a server works on it", describe(server.journal))
        self.assertEqual(server.stop(), 0)
        before = contents(server.journal)
        text = describe(server.journal)
        self.assertIn("no server works on it", text)
        self.assertRegex(text, r"\nrecords 30  waiting for the database 0 ")
        self.assertEqual(contents(server.journal), before)

    def test_a_directory_without_a_journal_is_told(self) -> None:
        empty = self.directory()
        with self.assertRaises(subprocess.CalledProcessError) as raised:
            describe(empty)
        self.assertIn(f"{empty} holds no journal", raised.exception.stderr)
        self.assertEqual(list(empty.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
