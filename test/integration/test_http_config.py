"""The command line and the environment: what is wrong is told before anything starts."""
import subprocess

from harness.abilities import can_use_ipv6, need
from harness.case import BINARY, TrackerCase
from harness.process import free_port

# A value that is refused, for each variable that can be wrong.
REFUSED = [
    ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "80x"), ("PORT", "-1"),
    ("LISTEN_ADDR", "localhost"), ("LISTEN_ADDR", "127.0.0.1:80"),
    ("JOURNAL_SYNC", "maybe"),
    ("JOURNAL_MAX_BYTES", "much"), ("JOURNAL_MAX_BYTES", "1"),
    ("JOURNAL_KEEP_SECONDS", "-1"),
    ("QUEUE_MAX_EVENTS", "0"), ("QUEUE_MAX_EVENTS", "many"),
    ("EVENTS_RETENTION_DAYS", "15"), ("EVENTS_RETENTION_DAYS", "36501"), ("EVENTS_RETENTION_DAYS", "ever"),
    ("ADDRESS_RETENTION_DAYS", "36501"), ("ADDRESS_RETENTION_DAYS", "ever"), ("IP_ANONYMIZE", "hash"),
    ("SHUTDOWN_GRACE_SECONDS", "soon"), ("SHUTDOWN_GRACE_SECONDS", "-1"),
    ("KEEPALIVE_SECONDS", "0"), ("KEEPALIVE_SECONDS", "3601"), ("KEEPALIVE_SECONDS", "1.5"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"), ("TRUSTED_PROXIES", "all"),
    ("IVT_HEADER", "X Ivt"), ("IVT_HEADER", "X-Ivt:"),
    ("REUSE_PORT", "yes"),
    ("SAMPLE_DATA", "2"),
    ("LOG_LEVEL", "loud"),
    ("DB_CONN", "nonsense"),
    ("DB_CONN", "host=db1 port=abc"),
    ("DB_CONN", "host=db1 port=70000"),
    ("DB_CONN", "host=db1 no_such_option=1"),
    ("DB_CONN", "host=a,b hostaddr=127.0.0.1"),
    ("DB_CONN", "postgres://host:notaport/db"),
    ("DB_CONN", "postgres://h/db?no_such_option=1"),
    ("DB_CONN", "host='unfinished"),
]

SECRET = "Hu5hHu5h"

# Each is no connection string, and libpq's words about most repeat a part of it.
SECRET_DB_CONN = [
    f"host=db1 password = {SECRET} {SECRET}",
    f"host=db1 password='{SECRET}",
    f"password={SECRET} port=x",
    f"{SECRET}",
    f"host=db1 password={SECRET} {SECRET}",
    f"postgres://user:{SECRET}@db1:{SECRET}/db",
    f"postgres://user:{SECRET}%zz@db1/db",
    f"postgres://user:{SECRET}%@db1/db",
    f"postgres://user:{SECRET}[x@db1:port/db",
    f"postgres://user:{SECRET}@[::1/db",
    f"postgres://user@db1/db?password={SECRET}%z",
    f"postgres://user@db1/db?{SECRET}",
    f"mysql://user:{SECRET}@db1/db",
]


class ConfigurationTest(TrackerCase):
    def run_tracker(self, *arguments: str, **env: str) -> subprocess.CompletedProcess:
        given = {"JOURNAL_DIR": str(self.directory()), "PORT": str(free_port()),
                 "LISTEN_ADDR": "127.0.0.1", "DB_CONN": self.db_conn,
                 "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", **env}
        return subprocess.run([str(BINARY), *arguments], env=given, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, check=False)

    def test_a_wrong_value_is_named_and_nothing_starts(self) -> None:
        for name, value in REFUSED:
            with self.subTest(f"{name}={value}"):
                done = self.run_tracker(**{name: value})
                self.assertIn(done.returncode, (1, 2), done.stderr)
                self.assertRegex(done.stderr, rf"(?m)\b{name}\b.+")
                self.assertNotIn("listening", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_a_password_is_never_repeated(self) -> None:
        for value in SECRET_DB_CONN:
            with self.subTest(value):
                done = self.run_tracker(DB_CONN=value)
                self.assertIn(done.returncode, (1, 2), done.stderr)
                self.assertIn("DB_CONN", done.stderr)
                self.assertNotIn(SECRET, done.stderr + done.stdout)

    def test_a_password_that_is_wrong_is_not_logged_either(self) -> None:
        postgres = self.private_postgres(tcp=True)
        server = self.start_server(DB_CONN=postgres.uri(password=SECRET), LOG_LEVEL="debug")
        server.wait_until(lambda: "authentication failed" in server.log_text())
        self.assertEqual(server.stop(), 0)
        self.assertNotIn(SECRET, server.log_text())

    def test_help_lists_the_variables_with_their_defaults(self) -> None:
        done = self.run_tracker("--help", PORT="wrong")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in {name for name, _ in REFUSED}:
            self.assertRegex(done.stdout, rf"(?m)^ *{name} ")
        for default in ("8080", "500000", "info"):
            self.assertIn(default, done.stdout)

    def test_version(self) -> None:
        done = self.run_tracker("--version", PORT="wrong")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^video-ad-tracker \d+\.\d+\.\d+ \(\w+\)\n$")

    def test_arguments_that_are_wrong(self) -> None:
        for arguments in (("--port",), ("-h",), ("8080",), ("--help", "--version"), ("",), ("--lanes",),
                          ("--lanes", "2", "4"), ("--import",), ("--import", "a", "b")):
            done = self.run_tracker(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("--help", done.stderr)

    def test_a_port_in_use_is_told(self) -> None:
        server = self.start_server()
        done = self.run_tracker(PORT=str(server.port))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, f"port.* {server.port} .*in use")

    def test_ports_are_shared_when_asked(self) -> None:
        first = self.start_server(REUSE_PORT="1")
        second = self.start_server(REUSE_PORT="1", PORT=str(first.port))
        # Either may have answered that it lives.
        second.wait_until(lambda: "listening" in second.log_text())
        self.assertEqual(first.stop(), 0)
        self.assertEqual(second.get("/livez").status, 200)

    def test_without_db_conn_it_uses_libpqs_defaults_and_says_so(self) -> None:
        host = str(self.postgres.directory)
        server = self.start_server(DB_CONN="", PGHOST=host, PGDATABASE=self.database,
                                   PGUSER="postgres", PGPORT=str(self.postgres.port))
        server.wait_until(lambda: server.get("/ads").status == 200)
        self.assertIn("DB_CONN is not set", server.log_text())

    def test_listens_on_ipv6_and_ipv4_unless_told_otherwise(self) -> None:
        need(can_use_ipv6)
        server = self.start_server(LISTEN_ADDR="")
        done = subprocess.run(["curl", "-sS", "-g", f"http://[::1]:{server.port}/livez"],
                              capture_output=True, text=True, timeout=20, check=True)
        self.assertEqual(done.stdout, '{"status":"live"}')
        self.assertEqual(server.get("/livez").status, 200)

    def test_a_viewer_over_both_families_has_an_ipv4_address(self) -> None:
        server = self.start_server(LISTEN_ADDR="", SAMPLE_DATA="1")
        server.wait_until(lambda: server.get("/ads").status == 200 and server.get("/ads").json())
        self.assertEqual(server.post("/ads/impression", {"ad_id": 1}).status, 202)
        server.wait_until(lambda: self.psql("SELECT ip FROM impressions") == [("127.0.0.1",)])
