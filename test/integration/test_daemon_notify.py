"""What the service manager is told: READY=1, STATUS=, WATCHDOG=1, RELOADING=1, STOPPING=1."""
import os
import signal
import time
from pathlib import Path

from daemon_support import DaemonCase, Manager

from harness.process import sync_workers
from harness.server import Server

STATUS = r"^accepts events: accepted=\d+ waiting=\d+$"


class NotifyTest(DaemonCase):
    def ready(self, manager: Manager, **env: str) -> Server:
        server = self.start_server(NOTIFY_SOCKET=manager.name, **env)
        manager.hear_until("READY", "1")
        return server

    def test_it_is_ready_when_it_serves(self) -> None:
        for path in (None, self.directory() / "notify"):
            manager = self.manager(path)
            server = self.server(NOTIFY_SOCKET=manager.name)
            server.launch()
            first = manager.hear()
            self.assertEqual(first, {"STATUS": "reads the journal"})
            ready = manager.hear()
            self.assertEqual(ready["READY"], "1")
            self.assertRegex(ready["STATUS"], "^accepts events: accepted=0 waiting=0")
            self.assertEqual(server.get("/livez").status, 200)  # at the first attempt
            self.assertEqual(server.stop(), 0)

    def test_who_is_not_ready_does_not_say_so(self) -> None:
        manager = self.manager()
        first = self.start_server()
        second = self.server(NOTIFY_SOCKET=manager.name, JOURNAL_DIR=str(first.journal))
        second.launch()
        self.assertEqual(second.wait(), 1)
        self.assertTrue(all("READY" not in message for message in manager.hear_rest()), manager.heard)

    def test_the_status_says_what_is_accepted_and_what_waits(self) -> None:
        manager = self.manager()
        server = self.ready(manager)
        self.wait_up(server)
        self.add_ads()
        self.wait_ads(server)
        self.post(server, 0, 7)
        message = manager.hear_until("STATUS", "accepted=7 waiting=0")
        self.assertRegex(message["STATUS"], STATUS)

    def test_the_status_says_that_the_database_is_away_and_the_journal_full(self) -> None:
        manager = self.manager()
        server = self.ready(manager, DB_CONN="host=/nowhere", JOURNAL_MAX_BYTES="65536")
        accepted = 0
        while server.post("/ads/click", {"ad_id": 1}).status == 202:
            accepted += 1
        manager.hear_until(
            "STATUS", f"refuses events: accepted={accepted} waiting={accepted}; the database is away; "
                      "the journal is full")

    def test_the_watchdog_hears_of_it_while_it_turns(self) -> None:
        manager = self.manager()
        server = self.ready(manager, WATCHDOG_USEC="200000")
        for _ in range(5):
            manager.hear_until("WATCHDOG", "1")
        server.process.send_signal(signal.SIGSTOP)
        server.wait_until(lambda: Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        manager.hear_rest()
        time.sleep(0.5)
        self.assertEqual(manager.hear_rest(), [])
        server.process.send_signal(signal.SIGCONT)
        manager.hear_until("WATCHDOG", "1")

    def test_without_a_watchdog_none_is_told(self) -> None:
        for env in ({}, {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"}):
            manager = self.manager()
            server = self.ready(manager, **env)
            self.wait_up(server)
            self.assertEqual(server.stop(), 0)
            manager.hear_rest()
            self.assertTrue(all("WATCHDOG" not in message for message in manager.heard), manager.heard)

    def test_sighup_is_told_before_and_after(self) -> None:
        manager = self.manager()
        server = self.ready(manager)
        manager.hear_rest()
        before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        server.process.send_signal(signal.SIGHUP)
        reloading = manager.hear_until("RELOADING", "1")
        self.assertGreaterEqual(int(reloading["MONOTONIC_USEC"]), before_us)
        self.assertEqual(manager.hear(), {"READY": "1"})
        self.assertIn("files reread", server.log_text())

    def test_the_end_is_told_with_the_time_that_it_may_take(self) -> None:
        for grace in ("0", "3600"):
            manager = self.manager()
            server = self.ready(manager, SHUTDOWN_GRACE_SECONDS=grace)
            self.assertEqual(server.stop(), 0)
            stopping = manager.hear_until("STOPPING", "1")
            self.assertGreater(int(stopping["EXTEND_TIMEOUT_USEC"]), int(grace) * 1_000_000)
            self.assertTrue(all("READY" not in message for message in manager.hear_rest()))

    def test_while_it_drains_it_is_alive_and_says_what_is_left(self) -> None:
        manager = self.manager()
        server = self.ready(manager, DB_CONN="host=/nowhere", SHUTDOWN_GRACE_SECONDS="5", WATCHDOG_USEC="200000")
        for _ in range(3):
            self.assertEqual(server.post("/ads/click", {"ad_id": 1}).status, 202)
        server.process.send_signal(signal.SIGTERM)
        manager.hear_until("STOPPING", "1")
        manager.hear_until("WATCHDOG", "1")
        manager.hear_until("STATUS", "accepted=3 waiting=3; the database is away; the server is shutting down")
        self.assertEqual(server.wait(), 0)

    def test_a_manager_that_is_gone_changes_nothing(self) -> None:
        manager = self.manager()
        server = self.ready(manager, WATCHDOG_USEC="20000")
        manager.close()
        server.wait_until(lambda: "the service manager can't be told" in server.log_text())
        self.assertEqual(server.get("/livez").status, 200)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.log_text().count("the service manager can't be told"), 1)

    def test_a_name_that_is_none_is_told_in_the_log(self) -> None:
        server = self.start_server(NOTIFY_SOCKET="run/notify")
        self.assertIn("NOTIFY_SOCKET can't be used", server.log_text())

    def test_the_sync_worker_knows_nothing_of_it(self) -> None:
        manager = self.manager()
        server = self.ready(manager, WATCHDOG_USEC="1000000", WATCHDOG_PID=str(os.getpid()))
        worker = server.wait_until(lambda: sync_workers(server.pid))[0]
        names = {entry.partition(b"=")[0] for entry in Path(f"/proc/{worker}/environ").read_bytes().split(b"\0")}
        self.assertIn(b"PORT", names)
        self.assertFalse(names & {b"NOTIFY_SOCKET", b"WATCHDOG_USEC", b"WATCHDOG_PID"}, names)
