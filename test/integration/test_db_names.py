"""Host names, with a name server and files of the test's own where the system allows it."""
import os
import time
import unittest
from typing import Optional

from db_network import NameServer
from db_support import TcpCase

from harness.abilities import can_mount, can_use_ipv6, need
from harness.case import BINARY
from harness.process import free_port
from harness.server import Server


class Names(TcpCase):
    def test_localhost(self) -> None:
        self.assert_works(self.start_server(DB_CONN=self.conninfo(host="localhost")))

    def server_with_files(self, conninfo: str, resolv: Optional[str],
                          hosts: str = "127.0.0.1 localhost\n") -> Server:
        """A server in a mount namespace where /etc/resolv.conf and /etc/hosts are these."""
        need(can_mount)
        options = "--mount" if os.geteuid() == 0 else "--mount --map-root-user"
        directory = self.directory()
        (directory / "etc").mkdir()
        (directory / "etc/hosts").write_text(hosts)
        self.resolv = directory / "etc/resolv.conf"
        if resolv is not None:
            self.resolv.write_text(resolv)
        script = directory / "in-namespace"
        script.write_text("#!/bin/sh -e\n[ -n \"$INSIDE\" ] || INSIDE=1 "
                          f"exec unshare {options} {script}\n"
                          f"mount --bind {directory}/etc /etc\nexec {BINARY}\n")
        script.chmod(0o755)
        server = Server(script, {"DB_CONN": conninfo}, self.directory())
        self.addCleanup(server.finish)
        return server.start()

    def test_names_from_a_name_server(self) -> None:
        need(can_use_ipv6)
        names = NameServer(self, {"db1.example.test": ["127.0.0.1"], "db2.example.test": ["::1"],
                                  "both.example.test": ["127.0.0.2", "::1"], "empty.test": []})
        resolv = f"nameserver 127.0.0.1:{names.port}\nsearch example.test\n"
        for host in ("db1.example.test", "db2.example.test", "db1", "both.example.test",
                     "missing.test,db1.example.test", "empty.test,db2"):
            with self.subTest(host):
                server = self.server_with_files(self.conninfo(host=host), resolv)
                self.wait_up(server, 8)
                server.stop()

    def test_a_name_that_moves(self) -> None:
        names = NameServer(self, {"db.test": []})
        server = self.server_with_files(self.conninfo(host="db.test"),
                                        f"nameserver 127.0.0.1:{names.port}\n")
        server.wait_until(lambda: "no host of DB_CONN could be resolved" in server.log_text())
        names.names["db.test"] = ["127.0.0.1"]
        self.assert_works(server)

    def test_a_name_server_that_does_not_answer_for_one_of_two(self) -> None:
        names = NameServer(self, {"dead.test": None})
        server = self.server_with_files(self.conninfo(host="dead.test,localhost"),
                                        f"nameserver 127.0.0.1:{names.port}\n")
        self.assertEqual(server.get("/livez").status, 200)
        self.assert_works(server, 6.5)  # before the name server is given up, after 8 s

    def test_without_a_resolv_conf(self) -> None:
        server = self.server_with_files(self.conninfo(host="db.local"), None,
                                        "127.0.0.1 db.local\n")
        self.assert_works(server)

    def test_a_resolv_conf_that_comes_later(self) -> None:
        names = NameServer(self, {"db.test": ["127.0.0.1"]})
        server = self.server_with_files(self.conninfo(host="db.test"), None)
        server.wait_until(lambda: "database unreachable" in server.log_text(), 15)
        self.resolv.write_text(f"nameserver 127.0.0.1:{names.port}\n")
        self.wait_up(server)

    def test_a_name_server_that_is_not_there_is_told_once(self) -> None:
        server = self.server_with_files(self.conninfo(host="db.test"),
                                        f"nameserver 127.0.0.1:{free_port()}\n")
        server.wait_until(lambda: "has failed" in server.log_text(), 15)
        time.sleep(10)
        lines = server.log_text().splitlines()
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:.]+Z (error|warning|info) [a-z]+: ")
        told = [line.split(" ", 1)[1] for line in lines if " libevent: " in line]
        self.assertTrue(told)
        self.assertEqual(len(told), len(set(told)), told)
        self.assertLess(len(told), 5)


if __name__ == "__main__":
    unittest.main()
