"""Variables whose values are in files, and SIGHUP, which reads them again."""
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from db_support import DatabaseCase, Load

from harness.case import BINARY
from harness.postgres import PASSWORD
from harness.process import free_port, wait_until
from harness.server import Server
from harness.tokens import make_token

ADMIN, NEW_ADMIN = "admin-token-of-the-first-day", "admin-token-of-the-next-day"
READ, NEW_READ = "read-token-of-the-first-day", "read-token-of-the-second-day"
SECRET, NEW_SECRET = "the-secret-of-the-first-day-12345", "the-secret-of-the-second-day-1234"
CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'video-ad-tracker' ORDER BY 1"


class RereadCase(DatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.files = self.directory()
        self.rereads = 0

    def write(self, name: str, text: str) -> Path:
        """As Kubernetes does: a new file takes the old one's place."""
        path = self.files / name
        (self.files / "new").write_bytes(text.encode())
        os.replace(self.files / "new", path)
        return path

    def reread(self, server: Server, summary: str) -> str:
        """SIGHUP; returns what the log says of it, which ends with this summary."""
        self.rereads += 1
        before = len(server.log_text())
        server.process.send_signal(signal.SIGHUP)
        server.wait_until(lambda: server.log_text().count("files reread") == self.rereads)
        text = server.log_text()[before:]
        self.assertIn(summary + "\n", text)
        return text


class RereadTest(RereadCase):
    def status(self, server: Server, path: str, token: str) -> int:
        return server.get(path, {"Authorization": f"Bearer {token}"}).status

    def test_tokens_are_exchanged(self) -> None:
        server = self.open_server(ADMIN_TOKEN_FILE=str(self.write("admin", ADMIN + "\n")))
        self.psql("UPDATE ads SET active = false WHERE id = 2")
        self.wait_ads(server)
        preview = "/ads/2/vast?preview=1"
        self.assertEqual(self.status(server, preview, ADMIN), 200)
        self.reread(server, "files=1 changed=0 unusable=0")
        self.assertEqual(self.status(server, preview, ADMIN), 200)
        self.write("admin", NEW_ADMIN + "\r\n")
        said = self.reread(server, "files=1 changed=1 unusable=0")
        self.assertIn(" info server: ADMIN_TOKEN has changed: in force at once", said)
        self.assertEqual(self.status(server, preview, NEW_ADMIN), 200)
        self.assertEqual(self.status(server, preview, ADMIN), 401)
        self.assertNotIn(ADMIN, server.log_text())
        self.assertNotIn(NEW_ADMIN, server.log_text())

    def test_the_old_read_token_reads_no_more(self) -> None:
        server = self.start_server(READ_TOKEN_FILE=str(self.write("read", READ)))
        server.wait_until(lambda: self.status(server, "/metrics", READ) == 200)
        self.write("read", NEW_READ)
        self.reread(server, "files=1 changed=1 unusable=0")
        self.assertEqual(self.status(server, "/metrics", READ), 401)
        self.assertEqual(self.status(server, "/metrics", NEW_READ), 200)

    def test_sessions_end_with_their_token(self) -> None:
        server = self.start_server(READ_TOKEN_FILE=str(self.write("read", READ)))
        opened = server.request("POST", "/session", headers={"Authorization": f"Bearer {READ}"})
        self.assertEqual(opened.status, 200)
        cookie = {"Cookie": opened.headers["Set-Cookie"].partition(";")[0]}
        self.assertTrue(server.get("/session", cookie).json()["may_read"])
        self.write("read", NEW_READ)
        self.reread(server, "files=1 changed=1 unusable=0")
        self.assertFalse(server.get("/session", cookie).json()["may_read"])

    def test_one_token_must_not_become_the_other(self) -> None:
        server = self.start_server(READ_TOKEN_FILE=str(self.write("read", READ)), ADMIN_TOKEN=ADMIN)
        self.write("read", ADMIN)
        self.assertIn("READ_TOKEN stays as it was: ", self.reread(server, "files=1 changed=0 unusable=1"))
        self.assertEqual(self.status(server, "/metrics", READ), 200)

    def test_two_tokens_change_places(self) -> None:
        """At a level at which what is said of it would not be in the log."""
        server = self.start_server(READ_TOKEN_FILE=str(self.write("read", READ)), LOG_LEVEL="error",
                                   ADMIN_TOKEN_FILE=str(self.write("admin", ADMIN)))
        self.write("read", ADMIN)
        said = self.reread(server, "files=2 changed=0 unusable=1")
        self.assertRegex(said, "READ_TOKEN stays as it was: ADMIN_TOKEN and READ_TOKEN must not be the same")
        self.write("admin", READ)
        said = self.reread(server, "files=2 changed=2 unusable=0")
        self.assertIn("ADMIN_TOKEN has changed: in force at once", said)
        self.assertIn("READ_TOKEN has changed: in force at once", said)
        for token, may_change in ((READ, True), (ADMIN, False)):
            told = server.get("/session", {"Authorization": f"Bearer {token}"}).json()
            self.assertEqual((told["may_read"], told["may_change"]), (True, may_change))
        self.write("read", NEW_READ)
        self.write("admin", NEW_READ)
        said = self.reread(server, "files=2 changed=0 unusable=2")
        self.assertIn("ADMIN_TOKEN stays as it was: ", said)
        self.assertIn("READ_TOKEN stays as it was: ", said)
        self.assertEqual(self.status(server, "/metrics", ADMIN), 200)
        self.write("read", "short")
        self.write("admin", NEW_ADMIN)
        self.reread(server, "files=2 changed=1 unusable=1")
        self.assertTrue(server.get("/session", {"Authorization": f"Bearer {NEW_ADMIN}"}).json()["may_change"])

    def test_what_is_unusable_keeps_the_old_value(self) -> None:
        path = self.write("read", READ)
        server = self.start_server(READ_TOKEN_FILE=str(path), LOG_LEVEL_FILE=str(self.write("level", "info")))

        def expect(words: str) -> None:
            said = self.reread(server, "files=2 changed=0 unusable=1")
            self.assertIn(f" error server: READ_TOKEN stays as it was: the file of READ_TOKEN_FILE {words}", said)
            self.assertEqual(self.status(server, "/metrics", READ), 200)
            self.assertEqual(self.status(server, "/metrics", ""), 401)

        path.unlink()
        expect("can't be used: No such file or directory")
        path.mkdir()
        expect("can't be used: it is no regular file")
        path.rmdir()
        os.mkfifo(path)
        expect("can't be used: it is no regular file")
        for text, words in (("", "it is empty"), ("\n", "it is empty"), ("short", "READ_TOKEN must be at least 24"),
                            (READ + "\0", "there is a NUL byte in it"), (READ + "\n\n", "READ_TOKEN must be"),
                            ("x" * 16385, "it has more than 16384 bytes")):
            self.write("read", text)
            expect("can't be used: " + words)
        self.write("read", READ)
        self.write("level", "louder")
        said = self.reread(server, "files=2 changed=0 unusable=1")
        self.assertIn("LOG_LEVEL must be error, warning or warn, info or debug", said)
        self.assertNotIn("louder", said)

    def test_the_level_of_the_log(self) -> None:
        server = self.start_server(LOG_LEVEL_FILE=str(self.write("level", "warn\n")))
        self.wait_up(server)
        self.assertNotIn(" info ", server.log_text())
        self.write("level", "info\n")
        self.reread(server, "files=1 changed=1 unusable=0")
        self.write("level", "error\n")
        said = self.reread(server, "files=1 changed=1 unusable=0")
        self.assertIn(" info server: LOG_LEVEL has changed: in force at once", said)

    def test_secrets_of_tokens(self) -> None:
        server = self.open_server(TOKEN_SECRET_FILE=str(self.write("secret", SECRET)))

        def click(secret: str) -> int:
            return server.get(f"/t/start/{make_token(1, secret=secret)}").status

        self.assertEqual((click(SECRET), click(NEW_SECRET)), (204, 400))
        self.write("secret", f"{NEW_SECRET},{SECRET}\n")
        self.reread(server, "files=1 changed=1 unusable=0")
        self.assertEqual((click(SECRET), click(NEW_SECRET)), (204, 204))
        self.write("secret", "too-short")
        said = self.reread(server, "files=1 changed=0 unusable=1")
        self.assertIn("TOKEN_SECRET stays as it was: ", said)
        self.assertNotIn("too-short", said)
        self.assertEqual((click(SECRET), click(NEW_SECRET)), (204, 204))
        self.write("secret", NEW_SECRET)
        self.reread(server, "files=1 changed=1 unusable=0")
        self.assertEqual((click(SECRET), click(NEW_SECRET)), (400, 204))

    def test_without_files_it_says_so(self) -> None:
        self.reread(self.start_server(), "files reread, all other variables need a restart files=0 changed=0 unusable=0")

    def test_under_load_and_twice_at_once(self) -> None:
        server = self.open_server(TOKEN_SECRET_FILE=str(self.write("secret", SECRET)),
                                  ADMIN_TOKEN_FILE=str(self.write("admin", ADMIN)),
                                  DB_CONN_FILE=str(self.write("conn", self.db_conn)), DB_CONN="")
        load = Load(self, [server]).start()
        load.wait_accepted(100)
        for number in range(20):
            self.write("secret", (SECRET, NEW_SECRET)[number % 2])
            self.write("conn", self.db_conn + " " * (number % 3))
            server.process.send_signal(signal.SIGHUP)
            server.process.send_signal(signal.SIGHUP)
            load.wait_accepted(5)
        events = load.stop()
        self.wait_at_rest(server)
        self.assert_stored(events)
        self.assert_books(server, len(events))
        self.assertEqual(server.stop(), 0)
        self.assertIn("TOKEN_SECRET has changed", server.log_text())

    def test_while_it_stops_nothing_is_reread(self) -> None:
        server = self.open_server(ADMIN_TOKEN_FILE=str(self.write("admin", ADMIN)))
        events = self.post(server, 0, 200)
        self.write("admin", NEW_ADMIN)
        server.process.send_signal(signal.SIGTERM)
        server.wait_until(lambda: "stopping signal=15" in server.log_text())
        while server.process.poll() is None:
            server.process.send_signal(signal.SIGHUP)
        self.assertEqual(server.wait(), 0)
        self.assertNotIn("reread", server.log_text())
        self.assert_stored(events)


class DatabaseRereadTest(RereadCase):
    """DB_CONN_FILE: a password is exchanged, or the place."""

    def setUp(self) -> None:
        super().setUp()
        self.own = self.private_postgres(tcp=True)
        self.uri = self.own.uri(password=quote(PASSWORD, safe=""))
        self.path = self.write("conn", self.uri + "\n")
        self.tracker = self.start_server(DB_CONN="", DB_CONN_FILE=str(self.path))
        self.wait_up(self.tracker)
        self.own.psql("INSERT INTO ads (image_url, target_url) VALUES ('https://a.example/', 'https://b.example/')")
        self.tracker.wait_until(lambda: len(self.tracker.get("/ads").json()) == 1)

    def sessions(self) -> list:
        return self.own.psql(CONNECTIONS)

    def end_sessions(self) -> None:
        self.own.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE application_name = 'video-ad-tracker'")

    def click(self) -> None:
        self.assertEqual(self.tracker.post("/ads/click", {"ad_id": 1}).status, 202)

    def wait_stored(self, count: int) -> None:
        self.tracker.wait_until(lambda: self.own.value("SELECT count(*) FROM clicks") == str(count), 30)

    def test_a_password_is_exchanged(self) -> None:
        wait_until(lambda: len(self.sessions()) == 5)
        before = self.sessions()
        self.own.psql("ALTER ROLE postgres PASSWORD 'n3w/p@ss'")
        self.write("conn", self.own.uri(password=quote("n3w/p@ss", safe="")))
        said = self.reread(self.tracker, "files=1 changed=1 unusable=0")
        self.assertIn("DB_CONN has changed: new connections use it, those that are up stay until they end", said)
        self.click()
        self.wait_stored(1)
        self.assertEqual(self.sessions(), before)
        self.end_sessions()
        self.click()
        self.wait_stored(2)
        wait_until(lambda: len(self.sessions()) == 5, 30)
        self.assertFalse(set(self.sessions()) & set(before))
        for password in ("n3w/p@ss", PASSWORD):
            self.assertNotIn(password, self.tracker.log_text())

    def test_the_old_password_is_tried_until_the_file_is_right(self) -> None:
        """A restart of the database in between: nothing is lost meanwhile."""
        self.own.psql("ALTER ROLE postgres PASSWORD 'n3w/p@ss'")
        self.end_sessions()
        self.wait_down(self.tracker)
        self.click()
        wait_until(lambda: "password authentication failed" in self.own.log_text())
        self.write("conn", self.own.uri(password=quote("n3w/p@ss", safe="")))
        self.reread(self.tracker, "files=1 changed=1 unusable=0")
        self.wait_stored(1)

    def test_nonsense_changes_nothing(self) -> None:
        for text in ("nonsense", "host=db1 password=hunter2 hunter2", "postgres://u:hunter2@h:x/d"):
            self.write("conn", text)
            said = self.reread(self.tracker, "files=1 changed=0 unusable=1")
            self.assertIn("DB_CONN stays as it was: DB_CONN: ", said)
            self.assertNotIn("hunter2", said)
        self.end_sessions()
        self.click()
        self.wait_stored(1)

    def test_names_are_resolved_anew(self) -> None:
        """While an attempt is under way to hosts that have gone from the file."""
        nowhere = f"host=no-such-host.invalid,127.0.0.1 port={free_port()},{free_port()} user=postgres"
        self.write("conn", nowhere)
        self.reread(self.tracker, "files=1 changed=1 unusable=0")
        self.end_sessions()
        self.wait_down(self.tracker)
        for number in range(10):
            self.write("conn", nowhere + " " * number)
            self.tracker.process.send_signal(signal.SIGHUP)
        self.write("conn", self.uri)
        self.tracker.process.send_signal(signal.SIGHUP)
        self.click()
        self.wait_stored(1)


class StartTest(RereadCase):
    def run_tracker(self, *arguments: str, **env: str) -> subprocess.CompletedProcess:
        given = {"JOURNAL_DIR": str(self.directory()), "PORT": str(free_port()), "LISTEN_ADDR": "127.0.0.1",
                 "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", **env}
        return subprocess.run([str(BINARY), *arguments], env=given, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=20, check=False)

    def test_a_file_that_is_wrong_is_told_at_the_start(self) -> None:
        wrong = str(self.write("wrong", "hunter2"))
        nul = str(self.write("nul", f"{ADMIN}\0"))
        for env, words in (
                ({"DB_CONN": self.db_conn, "DB_CONN_FILE": wrong}, "DB_CONN and DB_CONN_FILE are both set"),
                ({"ADMIN_TOKEN_FILE": wrong}, "the file of ADMIN_TOKEN_FILE can't be used: ADMIN_TOKEN must be"),
                ({"ADMIN_TOKEN_FILE": nul}, "the file of ADMIN_TOKEN_FILE can't be used: there is a NUL"),
                ({"READ_TOKEN_FILE": str(self.files)}, "the file of READ_TOKEN_FILE can't be used: it is no regular"),
                ({"LOG_LEVEL_FILE": "/nowhere/hunter2"}, "the file of LOG_LEVEL_FILE can't be used: No such file"),
                ({"READ_TOKEN_FILE": str(self.write("same", ADMIN)), "ADMIN_TOKEN": ADMIN}, "ADMIN_TOKEN and READ_TOKEN"),
                ({"LOG_LEVEL_FILE": wrong}, "the file of LOG_LEVEL_FILE can't be used: LOG_LEVEL must be")):
            with self.subTest(words):
                done = self.run_tracker(**env)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith(f"video-ad-tracker: {words}"), done.stderr)
                self.assertNotIn("hunter2", done.stderr)
        for env, words in (({"TOKEN_SECRET_FILE": wrong}, "TOKEN_SECRET"), ({"DB_CONN_FILE": wrong}, "DB_CONN: it is")):
            with self.subTest(words):
                done = self.run_tracker(**env)
                self.assertEqual(done.returncode, 2)
                self.assertIn(words, done.stderr)
                self.assertNotIn("hunter2", done.stderr)

    def test_the_check_needs_no_secret(self) -> None:
        """It asks a server that may have kept the value of a file that is gone."""
        path = self.write("read", READ)
        server = self.start_server(READ_TOKEN_FILE=str(path))
        path.unlink()
        done = self.run_tracker("--check", PORT=str(server.port), READ_TOKEN_FILE=str(path))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_tracker("--journal", JOURNAL_DIR=str(server.journal), READ_TOKEN_FILE=str(path))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_import_has_its_database_from_a_file(self) -> None:
        self.open_server()
        journal = self.directory()
        cut_off = self.start_server(DB_CONN="host=/nowhere", JOURNAL_DIR=str(journal))
        self.assertEqual(cut_off.post("/ads/click", {"ad_id": 1}).status, 202)
        cut_off.kill()
        done = self.run_tracker("--import", str(journal), DB_CONN_FILE=str(self.write("conn", self.db_conn)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.value("SELECT count(*) FROM clicks"), "1")
