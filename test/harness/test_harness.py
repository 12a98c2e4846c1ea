"""The harness itself, against a real PostgreSQL and a stand-in for the tracker."""
import http.client
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest
from pathlib import Path

from harness.postgres import PASSWORD, PrivatePostgres
from harness.process import alive, children, wait_until, wrapper
from harness.server import Server, parse_metrics, temporary_directory

STAND_IN = f"#!{sys.executable}" + textwrap.dedent("""
    import http.server, os, signal, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/fault":
                print("x.c:1:2: runtime error: signed integer overflow", file=sys.stderr, flush=True)
            if self.path == "/crash":
                os._exit(3)
            if self.path == "/zombie" and os.fork() == 0:
                os._exit(0)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'a_total{kind="click",x="\\\\""} 2\\n')
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *_):
            pass
    if os.environ.get("REFUSE"):
        sys.exit("PORT: refused")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
""")


class PostgresTest(unittest.TestCase):
    def make(self, **arguments) -> PrivatePostgres:
        postgres = PrivatePostgres(**arguments)
        self.addCleanup(postgres.destroy)
        return postgres.start()

    def test_rows_keep_their_separators(self) -> None:
        postgres = self.make()
        self.assertEqual(postgres.psql("SELECT 1 WHERE false"), [])
        self.assertEqual(postgres.psql("SELECT ''"), [("",)])
        self.assertEqual(postgres.psql("VALUES (1, E'a|b\\nc'), (2, NULL)"),
                         [("1", "a|b\nc"), ("2", "")])
        with self.assertRaisesRegex(AssertionError, "does not exist"):
            postgres.psql("SELECT * FROM nothing")

    def test_databases_are_apart(self) -> None:
        postgres = self.make()
        postgres.create_database("one")
        postgres.create_database("two")
        postgres.psql("CREATE TABLE t (i int)", "one")
        self.assertEqual(postgres.value("SELECT count(*) FROM pg_tables WHERE tablename = 't'", "two"),
                         "0")

    def test_data_survive_every_way_to_end(self) -> None:
        postgres = self.make()
        postgres.psql("CREATE TABLE t (i int)")
        ends = [lambda: postgres.stop("fast"), lambda: postgres.stop("immediate"), postgres.kill]
        for number, end in enumerate(ends):
            postgres.psql(f"INSERT INTO t VALUES ({number})")
            processes = [child.pid for child in children(postgres.process.pid)]
            self.assertTrue(processes)
            end()
            wait_until(lambda: not any(map(alive, processes)), 5)  # pylint: disable=W0640
            postgres.start()
        self.assertEqual(postgres.value("SELECT count(*) FROM t"), str(len(ends)))

    def test_frozen_answers_after_the_thaw(self) -> None:
        postgres = self.make()
        answers = []
        postgres.freeze()
        thread = threading.Thread(target=lambda: answers.append(postgres.value("SELECT 7")))
        thread.start()
        time.sleep(0.5)
        self.assertEqual(answers, [])
        postgres.thaw()
        thread.join(10)
        self.assertEqual(answers, ["7"])

    def test_tcp_wants_the_password(self) -> None:
        postgres = self.make(tcp=True)
        command = [str(postgres.bin / "psql"), "-XAtw", "-c", "SELECT 1", "-d",
                   f"host=127.0.0.1 port={postgres.port} user=postgres dbname=postgres"]
        for password, code in ((PASSWORD, 0), ("wrong", 2)):
            done = subprocess.run(command, env={**os.environ, "PGPASSWORD": password},
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)

    def test_dies_with_a_killed_test(self) -> None:
        self.assert_dies_with_its_test("")

    def test_dies_with_a_killed_test_that_has_frozen_it(self) -> None:
        self.assert_dies_with_its_test("postgres.freeze()")

    def assert_dies_with_its_test(self, then: str) -> None:
        script = textwrap.dedent("""
            import os
            from harness.postgres import PrivatePostgres
            from pathlib import Path
            import sys
            postgres = PrivatePostgres(Path(sys.argv[1])).start()
            exec(sys.argv[2])
            print(postgres.process.pid, flush=True)
            input()
        """)
        directory = temporary_directory()
        self.addCleanup(subprocess.run, ["rm", "-rf", str(directory)], check=True)
        with subprocess.Popen([sys.executable, "-c", script, str(directory), then],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}) as test:
            pid = int(test.stdout.readline())
            self.assertTrue(alive(pid))
            test.send_signal(signal.SIGKILL)
        wait_until(lambda: not alive(pid), 10, "PostgreSQL is gone")

    def test_nothing_starts_for_a_test_that_is_dead_already(self) -> None:
        """The command of another process, as it is when that ends before the signal is asked for."""
        script = "from harness.process import wrapper; print(*wrapper('KILL'), sep='\\0', end='')"
        dead = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                              env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
        for command, words in ((dead.stdout.split("\0"), ""), (wrapper("KILL"), "runs\n")):
            done = subprocess.run([*command, "echo", "runs"], capture_output=True, text=True, check=False)
            self.assertEqual((done.stdout, done.stderr), (words, ""))


class ServerTest(unittest.TestCase):
    def make(self, **env: str) -> Server:
        directory = temporary_directory()
        self.addCleanup(subprocess.run, ["rm", "-rf", str(directory)], check=True)
        binary = directory / "stand-in"
        binary.write_text(STAND_IN)
        binary.chmod(0o755)
        server = Server(binary, env, directory)
        self.addCleanup(lambda: server.process and server.kill())
        return server

    def test_speaks_http_and_stops(self) -> None:
        server = self.make().start()
        answer = server.post("/x", {"a": [1]})
        self.assertEqual((answer.status, answer.json()), (202, {"a": [1]}))
        self.assertEqual(server.metrics().value("a_total", kind="click", x='\\"'), 2)
        self.assertEqual(server.metrics().total("a_total", kind="click"), 2)
        self.assertEqual(server.stop(), 0)
        server.start()
        server.kill()

    def test_a_sanitizer_fails_the_test(self) -> None:
        server = self.make().start()
        server.get("/fault")
        with self.assertRaisesRegex(AssertionError, "signed integer overflow"):
            server.stop()
        self.assertRaises(AssertionError, server.finish)

    def test_a_zombie_fails_the_test(self) -> None:
        server = self.make().start()
        server.get("/zombie")
        wait_until(lambda: [c for c in children(server.pid) if c.state == "Z"])
        with self.assertRaisesRegex(AssertionError, "zombie"):
            server.stop()

    def test_a_crash_fails_the_test(self) -> None:
        for end in (Server.finish, Server.kill):
            server = self.make().start()
            self.assertRaises(http.client.HTTPException, server.get, "/crash")
            server.process.wait()
            with self.assertRaisesRegex(AssertionError, "with 3"):
                end(server)

    def test_a_failed_start_shows_the_log(self) -> None:
        with self.assertRaisesRegex(AssertionError, "PORT: refused"):
            self.make(REFUSE="1").start()

    def test_duplicate_samples_are_refused(self) -> None:
        self.assertRaises(AssertionError, parse_metrics, "a 1\na 2\n")
        self.assertRaises(AssertionError, parse_metrics, "a{ 1 2\n")
        self.assertEqual(parse_metrics("# TYPE a counter\na 1e3\n").value("a"), 1000)
