"""Where the database is: addresses, sockets, several hosts of which some are dead or read-only."""
import socket
import time
import unittest

from db_support import TcpCase

from harness.abilities import can_use_ipv6, need
from harness.case import BINARY
from harness.process import free_port, wait_until
from harness.server import Server


class Hosts(TcpCase):
    def silent_listener(self) -> int:
        """The port of a listener that accepts by its backlog and never says a word."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def full_listener(self) -> int:
        """The port of a listener whose backlog is full: a connect to it gets no answer at all."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(20):
            client = socket.socket()
            self.addCleanup(client.close)
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        return listener.getsockname()[1]

    def test_each_form_of_an_address(self) -> None:
        need(can_use_ipv6)
        directory = self.postgres.directory
        for conninfo in (self.conninfo(host=directory), self.conninfo(host="127.0.0.1"),
                         self.conninfo(host="::1"), self.conninfo(hostaddr="::1"),
                         self.conninfo(host="nowhere.invalid", hostaddr="127.0.0.1"),
                         f"postgres://postgres@[::1]:{self.postgres.port}/{self.database}"
                         "?password=p%40ss:w/rd&sslmode=disable",
                         f"postgres:///{self.database}?host={directory}&port={self.postgres.port}"
                         "&user=postgres"):
            with self.subTest(conninfo):
                server = self.start_server(DB_CONN=conninfo)
                self.wait_up(server)
                server.stop()

    def test_libpqs_own_environment(self) -> None:
        server = Server(BINARY, {"PGHOST": str(self.postgres.directory), "PGUSER": "postgres",
                                 "PGPORT": str(self.postgres.port), "PGDATABASE": self.database},
                        self.directory())
        self.addCleanup(server.finish)
        self.assert_works(server.start())

    def test_a_dead_host_among_several(self) -> None:
        need(can_use_ipv6)
        dead, port = free_port(), self.postgres.port
        for hosts, ports in ((f"127.0.0.1,{self.postgres.directory}", f"{dead},{port}"),
                             ("/nonexistent,127.0.0.1", f"{dead},{port}"),
                             ("::1,127.0.0.1,::1", f"{dead},{dead},{port}"),
                             ("127.0.0.1,127.0.0.1", f"{port},{dead}")):
            with self.subTest(hosts):
                server = self.start_server(DB_CONN=self.conninfo(host=hosts, port=ports))
                self.wait_up(server)
                self.assertNotIn("database unreachable", server.log_text(), "one try finds the host that answers")
                server.stop()

    def test_hosts_that_do_not_answer(self) -> None:
        silent, full = self.silent_listener(), self.full_listener()
        servers = []
        for ports in ([silent], [full], [silent, full]):
            ports = [*ports, self.postgres.port]
            conninfo = self.conninfo(host=",".join(["127.0.0.1"] * len(ports)),
                                     port=",".join(map(str, ports)))
            servers.append(self.start_server(DB_CONN=conninfo))
        for server in servers:
            self.assertEqual(server.get("/livez").status, 200)
            self.wait_up(server, 12)
        before = [self.connects(server) for server in servers]
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        for server, count in zip(servers, before):
            # It has learnt which host answers: no waiting for the others any more.
            server.wait_until(lambda: self.connects(server) > count, 2.5)  # pylint: disable=W0640

    @staticmethod
    def connects(server: Server) -> float:
        return server.metrics().value("adtracker_db_connects_total", connection="writer")

    def test_a_read_only_server_is_passed_over(self) -> None:
        standby = self.private_postgres(tcp=True)
        standby.create_database(self.database)
        standby.psql("ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()")
        wait_until(lambda: standby.value("SHOW default_transaction_read_only") == "on")
        hosts = self.conninfo(host="127.0.0.1,127.0.0.1",
                              port=f"{standby.port},{self.postgres.port}")
        server = self.start_server(DB_CONN=f"{hosts} target_session_attrs=read-write")
        self.assert_works(server)
        alone = self.start_server(DB_CONN=standby.conninfo(self.database) +
                                  " target_session_attrs=read-write")
        events = self.post(alone, 0, 5)
        alone.wait_until(lambda: "read-only" in alone.log_text())
        self.assertEqual(alone.metrics().value("adtracker_queue_events"), len(events))
        standby.psql("ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()")
        self.wait_up(alone)

    def test_a_server_that_turns_read_only_is_left(self) -> None:
        server = self.start_server(DB_CONN=self.conninfo(host="127.0.0.1"))
        self.assert_works(server)
        self.psql(f'ALTER DATABASE "{self.database}" SET default_transaction_read_only = on')
        self.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        self.wait_down(server)
        events = self.post(server, 10, 10)
        server.wait_until(lambda: "25006" in server.log_text())
        before = self.connects(server)
        server.wait_until(lambda: self.connects(server) >= before + 2)
        before = self.connects(server)
        time.sleep(1)  # a server that is of no use is not stormed with connections
        self.assertLess(self.connects(server), before + 4)
        self.assertEqual(server.metrics().value("adtracker_queue_events"), 10)
        self.psql("SET default_transaction_read_only = off; "
                  f'ALTER DATABASE "{self.database}" RESET default_transaction_read_only')
        self.wait_at_rest(server)
        self.assertEqual(int(self.value("SELECT count(*) FROM events")), 10 + len(events))


if __name__ == "__main__":
    unittest.main()
