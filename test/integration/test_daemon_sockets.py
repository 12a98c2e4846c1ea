"""Sockets that the service manager passes (LISTEN_FDS): who restarts behind one refuses nobody."""
import http.client
import json
import os
import re
import socket
import threading
from pathlib import Path
from typing import List

from daemon_support import DaemonCase, Passed

from harness.abilities import can_use_ipv6, need, need_program
from harness.process import descriptors, free_port, sync_workers
from harness.server import Server


class Visitors:
    """Clients that open a connection for each event, as quickly as they are answered."""

    def __init__(self, port: int, clients: int = 4) -> None:
        self.port = port
        self.accepted = 0
        self.refused: List[str] = []
        self.unanswered = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self) -> None:
        while not self._stopping.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.connect()
            except OSError as error:
                with self._lock:
                    self.refused.append(repr(error))
                return
            status = self._ask(connection)
            with self._lock:
                self.accepted += status == 202
                self.unanswered += status != 202

    @staticmethod
    def _ask(connection: http.client.HTTPConnection) -> int:
        try:
            connection.request("POST", "/ads/impression", json.dumps({"ad_id": 1}))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


class PassedTest(DaemonCase):
    def assert_serves(self, port: int, path: str = "/livez", status: int = 200) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        self.assertEqual(connection.getresponse().status, status)
        connection.close()

    def is_refused(self, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def test_it_serves_at_what_it_is_passed_and_nowhere_else(self) -> None:
        other = free_port()
        server = self.activated([self.listening()], PORT=str(other)).start()
        self.assertTrue(self.is_refused(other))
        self.assertIn("PORT and LISTEN_ADDR don't count", server.log_text())
        self.assertIn(f"listening port={server.port} ", server.log_text())
        self.wait_up(server)
        self.psql("INSERT INTO ads (image_url, target_url) VALUES ('https://a.example/1', 'https://b.example/1')")
        server.wait_until(lambda: f"http://localhost:{server.port}/" in server.get("/vast").body.decode())
        self.assertEqual(server.stop(), 0)

    def test_both_are_told_by_their_names(self) -> None:
        public, operators = self.listening(), self.listening()
        for first, second, names in ((public, operators, "public:operators"), (operators, public, "operators:public")):
            server = self.activated([first, second], LISTEN_FDNAMES=names)
            server.port, server.ops_port = public.getsockname()[1], operators.getsockname()[1]
            server.start()
            self.assert_serves(server.port, "/metrics", 404)
            self.assert_serves(server.ops_port, "/metrics")
            self.assertIn(f"port={server.port} operators_address=127.0.0.1 operators_port={server.ops_port}",
                          server.log_text())
            self.assertEqual(server.stop(), 0)

    def test_that_of_operators_alone(self) -> None:
        operators = self.listening()
        server = self.activated([operators], LISTEN_FDNAMES="operators", OPS_LISTEN=str(free_port()))
        not_ours, server.port = server.env["OPS_LISTEN"], int(server.env["PORT"])
        server.ops_port = operators.getsockname()[1]
        server.start()
        self.assert_serves(server.port, "/metrics", 404)
        self.assert_serves(server.ops_port, "/metrics")
        self.assertTrue(self.is_refused(int(not_ours)))

    def test_a_single_one_is_the_publics_whatever_its_name(self) -> None:
        for names in ({}, {"LISTEN_FDNAMES": "video-ad-tracker.socket"}, {"LISTEN_FDNAMES": ""}):
            server = self.activated([self.listening()], **names).start()
            self.assert_serves(server.port, "/metrics")
            self.assertEqual(server.stop(), 0)

    def test_one_of_ipv6_takes_both(self) -> None:
        need(can_use_ipv6)
        listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.addCleanup(listener.close)
        server = self.activated([listener]).start()
        answer = http.client.HTTPConnection("::1", server.port, timeout=10)
        answer.request("GET", "/livez")
        self.assertEqual(answer.getresponse().status, 200)
        answer.close()

    def test_those_of_another_process_are_left_alone(self) -> None:
        listener = self.listening()
        for env in ({"LISTEN_PID": "1"}, {"LISTEN_PID": "me"}, {"LISTEN_PID": ""}):
            server = self.activated([listener], LISTEN_FDS="nonsense", **env)
            server.port = server.ops_port = int(server.env["PORT"])
            server.start()
            self.assertEqual(server.stop(), 0)

    def test_none_are_none(self) -> None:
        server = self.activated([], LISTEN_FDS="0").start()
        self.assertEqual(server.stop(), 0)

    def refusal(self, sockets: List[Passed], **env: str) -> str:
        server = self.activated(sockets, **env)
        server.launch()
        self.assertEqual(server.wait(), 2)
        self.assertNotIn("listening port=", server.log_text())
        self.assertEqual(list(server.journal.iterdir()), [], "the journal was opened")
        return server.log_text()

    def test_what_is_no_listening_tcp_socket_is_refused(self) -> None:
        listener = self.listening()
        client = socket.create_connection(listener.getsockname())
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(f"\0video-ad-tracker-{os.getpid()}")
        unix.listen()
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        udp = socket.socket(type=socket.SOCK_DGRAM)
        for wrong in (client, unix, bound, udp):
            with self.subTest(wrong), wrong:
                self.assertIn("LISTEN_FDS: descriptor 3 (public) is no listening TCP socket", self.refusal([wrong]))
        file = os.open("/dev/null", os.O_RDONLY)
        self.addCleanup(os.close, file)
        self.assertIn("descriptor 4 (operators) is no listening TCP socket",
                      self.refusal([listener, file], LISTEN_FDNAMES="public:operators"))

    def test_what_is_not_clear_is_refused(self) -> None:
        first, second, third = (self.listening() for _ in range(3))
        for sockets, env, words in (
                ([first], {"LISTEN_FDS": "one"}, "LISTEN_FDS must be a whole number"),
                ([first], {"LISTEN_FDS": "-1"}, "LISTEN_FDS must be a whole number"),
                ([first], {"LISTEN_FDS": "2", "LISTEN_FDNAMES": "public:operators"}, "descriptor 4 can't be used"),
                ([first, second], {}, "that of descriptor 3 is not"),
                ([first, second], {"LISTEN_FDNAMES": "public"}, "that of descriptor 4 is not"),
                ([first, second], {"LISTEN_FDNAMES": "public:operator"}, "that of descriptor 4 is not"),
                ([first, second], {"LISTEN_FDNAMES": "public:public"}, "two sockets are called public"),
                ([first, second, third], {"LISTEN_FDNAMES": "public:operators:other"}, "more than 2 sockets")):
            with self.subTest(**env):
                self.assertIn(words, self.refusal(sockets, **env))

    def test_only_ports_that_count_are_compared(self) -> None:
        port, listener = str(free_port()), self.listening()
        server = self.activated([listener], PORT=port, OPS_LISTEN=port).start()
        self.assertIn(f"operators_port={port}", server.log_text())
        self.assertEqual(server.stop(), 0)
        self.assertIn("OPS_LISTEN must have another port than PORT",
                      self.refusal([listener], OPS_LISTEN=str(listener.getsockname()[1])))

    def test_both_of_one_port_are_refused(self) -> None:
        first = self.listening("127.0.0.2")
        second = self.listening("127.0.0.3", first.getsockname()[1])
        self.assertIn("OPS_LISTEN must have another port than PORT",
                      self.refusal([first, second], LISTEN_FDNAMES="public:operators"))

    def test_nobody_else_has_the_sockets_or_their_names(self) -> None:
        listener = self.listening()
        server = self.activated([listener], LISTEN_FDNAMES="public").start()
        inode = f"socket:[{os.fstat(listener.fileno()).st_ino}]"
        worker = server.wait_until(lambda: sync_workers(server.pid))[0]
        self.assertEqual(descriptors(server.pid).count(inode), 1)
        flags = re.search(r"flags:\s+(\d+)", Path(f"/proc/{server.pid}/fdinfo/3").read_text())
        self.assertTrue(int(flags[1], 8) & os.O_CLOEXEC)
        self.assertNotIn(inode, descriptors(worker))
        environment = Path(f"/proc/{worker}/environ").read_bytes()
        self.assertIn(b"PORT=", environment)
        self.assertNotIn(b"LISTEN_FD", environment)
        self.assertNotIn(b"LISTEN_PID", environment)


class RestartTest(DaemonCase):
    def prepared(self) -> Server:
        server = self.activated([self.listening()]).start()
        self.wait_up(server)
        self.add_ads()
        self.wait_ads(server)
        return server

    def test_who_restarts_refuses_nobody(self) -> None:
        server = self.prepared()
        visitors = Visitors(server.port)
        self.addCleanup(visitors.stop)
        for _ in range(3):
            before = visitors.accepted
            server.wait_until(lambda b=before: visitors.accepted > b + 50 or visitors.refused, 60)
            self.assertEqual(server.stop(), 0)
            server.launch()
        before = visitors.accepted
        server.wait_until(lambda: visitors.accepted > before + 50 or visitors.refused, 60)
        visitors.stop()
        self.assertEqual(visitors.refused, [])
        # Who had come in when it stopped, and had not asked yet, may find the connection closed.
        self.assertLessEqual(visitors.unanswered, 3 * 4)
        self.wait_at_rest(server)
        stored = int(self.value("SELECT count(*) FROM impressions"))
        self.assertGreaterEqual(stored, visitors.accepted)
        self.assertLessEqual(stored, visitors.accepted + visitors.unanswered)

    def test_who_is_killed_lets_them_wait_too(self) -> None:
        server = self.prepared()
        visitors = Visitors(server.port)
        self.addCleanup(visitors.stop)
        for _ in range(3):
            before = visitors.accepted
            server.wait_until(lambda b=before: visitors.accepted > b + 50 or visitors.refused, 60)
            server.kill()
            server.launch()
        server.wait_until(lambda: visitors.accepted > 250 or visitors.refused, 60)
        visitors.stop()
        self.assertEqual(visitors.refused, [])
        self.wait_at_rest(server)
        stored = int(self.value("SELECT count(*) FROM impressions"))
        self.assertGreaterEqual(stored, visitors.accepted)
        self.assertLessEqual(stored, visitors.accepted + visitors.unanswered)

    def test_who_waits_is_answered_by_the_next(self) -> None:
        server = self.prepared()
        self.assertEqual(server.stop(), 0)
        waiting = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(20)]
        for each in waiting:
            each.request("GET", "/livez")
        server.launch()
        self.assertEqual([each.getresponse().status for each in waiting], [200] * 20)
        for each in waiting:
            each.close()

    def test_as_systemd_itself_activates(self) -> None:
        program = need_program("systemd-socket-activate")
        port, operators = free_port(), free_port()
        server = self.server()
        server.before = [program, f"--listen=127.0.0.1:{port}", f"--listen=127.0.0.1:{operators}",
                         "--fdname=public:operators",
                         *(f"--setenv={name}={value}" for name, value in server.env.items())]
        server.port, server.ops_port = port, operators
        server.start()  # the first who comes starts it
        self.assertIn(f"port={port} operators_address=127.0.0.1 operators_port={operators}", server.log_text())
        self.wait_up(server)
        self.assertEqual(server.stop(), 0)
