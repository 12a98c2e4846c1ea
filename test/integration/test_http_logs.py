"""The log's forms: every line of a server that works, loses its database and stops."""
import json
import os

from db_support import DatabaseCase

from harness.server import Server


class LogsTest(DatabaseCase):
    def live(self, **env: str) -> Server:
        """A server that has said something of every kind, and is over."""
        postgres = self.private_postgres()
        server = self.server(DB_CONN=postgres.conninfo("postgres"), TRUSTED_PROXIES="127.0.0.1", **env)
        if "JOURNAL_STREAM" in server.env:
            server.stderr.touch()
            status = os.stat(server.stderr)
            server.env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        server.start()
        self.wait_up(server)
        server.post("/ads/click", b'"\xff\x00\x1b\\', {"X-Forwarded-For": "\"\\\x7f"})
        postgres.stop()
        self.wait_down(server)
        self.assertEqual(server.stop(), 0)
        return server

    def test_json_is_an_object_a_line(self) -> None:
        server = self.live(LOG_FORMAT="json", LOG_LEVEL="debug")
        entries = [json.loads(line) for line in server.log_text().splitlines()]
        self.assertGreater(len(entries), 5)
        for entry in entries:
            self.assertLessEqual({"ts", "level", "module", "msg"}, set(entry))
            self.assertLessEqual(set(entry), {"ts", "level", "module", "msg", "fields"})
            self.assertRegex(entry["ts"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$")
        [listening] = [entry for entry in entries if entry["msg"].startswith("listening ")]
        self.assertEqual((listening["level"], listening["module"]), ("info", "server"))
        self.assertEqual(listening["fields"]["port"], str(server.port))
        connected = [entry["fields"] for entry in entries if entry["msg"].startswith("connected ")]
        self.assertLessEqual({"writer", "catalogue", "reader", "reader_2"}, {fields.get("name") for fields in connected})
        for fields in connected:
            self.assertEqual(set(fields), {"name", "server"})
        self.assertIn("warning", {entry["level"] for entry in entries})

    def test_the_journal_gets_priorities_and_no_time(self) -> None:
        text = self.live(JOURNAL_STREAM="", LOG_LEVEL="info").log_text()
        lines = text.splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertRegex(line, r"^<[346]>[a-z]+: \S")
        self.assertRegex(text, r"(?m)^<6>server: listening port=")
        self.assertRegex(text, r"(?m)^<4>store: database unreachable")

    def test_a_wrong_variable_is_an_error_in_the_journal(self) -> None:
        server = self.server(PORT="80", LOG_FORMAT="xml")
        server.stderr.touch()
        status = os.stat(server.stderr)
        server.env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        self.assertEqual(server.launch().wait(10), 2)
        server.process = None
        self.assertEqual(server.log_text(), "<3>video-ad-tracker: LOG_FORMAT must be text or json\n")

    def test_another_stderr_is_no_journal(self) -> None:
        """As of a shell in a unit that leads it into a file."""
        server = self.start_server(JOURNAL_STREAM="8:12345", LOG_LEVEL="warn")
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("<", server.log_text()[:1])
        self.assertRegex(server.log_text(), r"(?m)^20\S+Z warning server: PUBLIC_URL")
        self.assertNotIn(" info ", server.log_text())
