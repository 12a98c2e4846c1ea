"""packaging/*.service and *.socket: what systemd says of them, and that they fit the server."""
import functools
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import List

import unit_file
from daemon_support import DaemonCase
from journal_support import is_sanitized

from harness.abilities import ability, can_trace, need
from harness.case import BINARY
from harness.postgres import ROOT
from harness.process import free_port, sync_workers
from harness.server import Server

PACKAGING = ROOT / "packaging"
SERVICE = PACKAGING / "video-ad-tracker.service"
SOCKETS = (PACKAGING / "video-ad-tracker.socket", PACKAGING / "video-ad-tracker-operators.socket")
EXPOSURE_MAX = 2.0
# What systemd would rather see shut: it speaks TCP with anybody, and to PostgreSQL's and systemd's sockets; libraries
# and zones are the machine's, and so are figures in /proc; ProtectClock itself lets the clock's device be read.
OPEN = {"PrivateNetwork", "IPAddressDeny", "RestrictAddressFamilies_AF_INET_INET6", "RestrictAddressFamilies_AF_UNIX",
        "ProcSubset", "RootDirectoryOrRootImage", "DeviceAllow"}


@ability("a systemd-analyze of 250 or later")
def can_analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        return "systemd-analyze is not installed"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    version = re.match(r"systemd (\d+)", said)
    return "" if version and int(version[1]) >= 250 else f"it is {said.splitlines()[0] if said else 'silent'}"


@ability("libseccomp")
def can_filter() -> str:
    done = subprocess.run([sys.executable, unit_file.__file__, str(SERVICE), "true"], capture_output=True, text=True,
                          timeout=60, check=False)
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


@functools.lru_cache(maxsize=None)
def defaults() -> dict:
    """Of the variables, as --help has them."""
    said = subprocess.run([str(BINARY), "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
    return dict(re.findall(r"(?m)^  ([A-Z_]+) +.*\(([^()]*)\)$", said))


class UnitsTest(DaemonCase):
    def unit(self, path: Path) -> dict:
        return unit_file.read_unit(path)

    def one(self, path: Path, section: str, name: str) -> str:
        values = self.unit(path)[section][name]
        self.assertEqual(len(values), 1, name)
        return values[0]

    def installed(self) -> List[Path]:
        """Copies that start the binary under test."""
        copies = []
        for unit in (SERVICE, *SOCKETS):
            copies.append(self.units / unit.name)
            text = unit.read_text(encoding="utf-8").replace("/usr/bin/video-ad-tracker", str(BINARY))
            copies[-1].write_text(text, encoding="utf-8")
        return copies

    def setUp(self) -> None:
        super().setUp()
        self.units = self.directory()

    def analyze(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["systemd-analyze", *arguments], cwd=self.units, capture_output=True, text=True,
                              timeout=120, check=False)

    def test_systemd_understands_every_line(self) -> None:
        need(can_analyze)
        copies = self.installed()
        done = self.analyze("verify", "--man=no", *map(str, copies))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        copies[0].write_text(copies[0].read_text(encoding="utf-8") + "\nNoSuchSetting=1\n", encoding="utf-8")
        self.assertIn("NoSuchSetting", self.analyze("verify", "--man=no", str(copies[0])).stderr)

    def test_what_it_is_exposed_to(self) -> None:
        need(can_analyze)
        unit = self.installed()[0]
        done = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}", "--no-pager",
                            str(unit))
        found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
        self.assertIsNotNone(found, done.stdout + done.stderr)
        print(f"exposure {found[1]}", file=sys.stderr)
        self.assertLessEqual(float(found[1]), EXPOSURE_MAX)
        self.assertEqual(done.returncode, 0, done.stdout)

    def open(self, unit: Path) -> set:
        done = self.analyze("security", "--offline=true", "--json=short", "--no-pager", str(unit))
        return {item["json_field"] for item in json.loads(done.stdout) if not item["set"]}

    def test_nothing_else_is_open(self) -> None:
        need(can_analyze)
        unit = self.installed()[0]
        self.assertEqual(self.open(unit) - OPEN, set())
        unit.write_text(unit.read_text(encoding="utf-8") +
                        "\n[Service]\nMemoryDenyWriteExecute=no\nPrivateDevices=no\nCapabilityBoundingSet=CAP_KILL\n",
                        encoding="utf-8")
        self.assertEqual(self.open(unit) - OPEN,
                         {"MemoryDenyWriteExecute", "PrivateDevices", "CapabilityBoundingSet_CAP_KILL"})

    def test_it_fits_the_defaults(self) -> None:
        self.assertEqual(self.one(SERVICE, "Service", "ExecStart"), "/usr/bin/video-ad-tracker")
        self.assertEqual(f"/var/lib/{self.one(SERVICE, 'Service', 'StateDirectory')}", defaults()["JOURNAL_DIR"])
        self.assertGreater(int(self.one(SERVICE, "Service", "TimeoutStopSec")),
                           int(defaults()["SHUTDOWN_GRACE_SECONDS"]) + 10)
        self.assertEqual(self.one(SOCKETS[0], "Socket", "ListenStream"), defaults()["PORT"])
        self.assertEqual(self.one(SOCKETS[1], "Socket", "Service"), SERVICE.name)

    def test_a_wrong_setting_is_not_tried_again(self) -> None:
        prevented = int(self.one(SERVICE, "Service", "RestartPreventExitStatus"))
        good = {"DB_CONN": self.db_conn, "JOURNAL_DIR": str(self.directory()), "PORT": str(free_port())}
        for wrong in ({"PORT": "http"}, {"DB_CONN": "nonsense"}, {"DB_READ_CONN": "host=a port=b"},
                      {"TOKEN_SECRET": "short"}, {"ADMIN_TOKEN": "short"}, {"DB_CONN_FILE": "/nowhere"}):
            done = subprocess.run([str(BINARY)], env={**good, **wrong}, capture_output=True, text=True, timeout=30,
                                  check=False)
            self.assertEqual(done.returncode, prevented, (wrong, done.stderr))
        # What may be well the next time is tried again.
        server = self.start_server()
        done = subprocess.run([str(BINARY)], env={**good, "JOURNAL_DIR": str(server.journal)}, capture_output=True,
                              text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_the_sockets_have_the_names_that_it_knows(self) -> None:
        listeners = [self.listening() for _ in SOCKETS]
        names = [self.one(socket, "Socket", "FileDescriptorName") for socket in SOCKETS]
        server = self.activated(listeners, LISTEN_FDNAMES=":".join(names))
        server.ops_port = listeners[1].getsockname()[1]
        server.start()
        self.assertEqual(server.get("/metrics").status, 404)
        self.assertEqual(server.metrics().total("adtracker_build_info"), 1)
        self.assertEqual(server.stop(), 0)

    def test_reload_is_the_signal_that_it_knows(self) -> None:
        server = self.start_server()
        command = shlex.split(self.one(SERVICE, "Service", "ExecReload"))
        self.assertEqual(command[0], "/bin/sh")  # which is everywhere; /bin/kill is not
        subprocess.run(command, env={"MAINPID": str(server.pid)}, check=True, timeout=30)
        server.wait_until(lambda: "files reread" in server.log_text())


class FilterTest(DaemonCase):
    """The server does all of its work under the unit's filter."""

    def work(self, server: Server) -> None:
        self.wait_up(server)
        if self.value("SELECT count(*) FROM ads") == "0":
            self.add_ads()
        self.wait_ads(server)
        events = self.post(server, 0, 300)
        self.wait_at_rest(server)
        self.assert_stored(events)
        for path in ("/", "/livez", "/readyz", "/status", "/vast", "/metrics", "/vat.js", "/ads/analytics?period=today"):
            self.assertEqual(server.get(path).status, 200, path)
        worker = server.wait_until(lambda: sync_workers(server.pid))[0]
        subprocess.run(["kill", "-KILL", str(worker)], check=True)
        server.wait_until(lambda: self.was_replaced(server, worker))
        server.process.send_signal(signal.SIGHUP)
        server.wait_until(lambda: "files reread" in server.log_text())

    def was_replaced(self, server: Server, worker: int) -> bool:
        """Once a sync needs it: on a quick disk that may be long."""
        server.post("/ads/click", {"ad_id": 1, "video_playback_time": -1})
        said = server.log_text()
        is_slow = said.rfind("the disk is slow: ") > said.rfind("the disk is quick: ")
        return not is_slow or sync_workers(server.pid) not in ([], [worker])

    def test_it_works_with_the_calls_that_are_left_to_it(self) -> None:
        need(can_analyze, can_filter)
        state = self.directory()  # a dynamic user's is a link
        (state / "private").mkdir()
        (state / "video-ad-tracker").symlink_to("private")
        server = self.server(JOURNAL_DIR=str(state / "video-ad-tracker"), TOKEN_SECRET_FILE=str(self.secret()))
        if is_sanitized(server):
            self.skipTest("the sanitizers need other calls")
        server.before = [sys.executable, unit_file.__file__, str(SERVICE)]
        self.work(server.start())
        self.assertEqual(server.stop(), 0)
        server.start()  # on a journal that is there
        server.kill()
        server.start()  # on one that was cut off
        self.assertEqual(server.stop(), 0)
        for command in ("--journal", "--check"):
            done = subprocess.run([*server.before, str(BINARY), command], env=server.env, capture_output=True,
                                  timeout=30, check=False)
            self.assertGreaterEqual(done.returncode, 0, done.stderr)

    def secret(self) -> Path:
        path = self.directory() / "secret"
        path.write_text("a-secret-of-more-than-32-characters\n", encoding="utf-8")
        return path

    def test_the_filter_is_one(self) -> None:
        """It ends what does something else: were it none, the other test could not fail."""
        need(can_analyze, can_filter)
        for command in (["nice", "-n", "5", "true"], ["chroot", "/", "true"]):
            done = subprocess.run([sys.executable, unit_file.__file__, str(SERVICE), *command], capture_output=True,
                                  timeout=30, check=False)
            self.assertEqual(done.returncode, -signal.SIGSYS, command)

    def test_every_call_that_it_makes_is_allowed(self) -> None:
        """By strace's list, which has those of the start and the end as well."""
        need(can_analyze, can_trace)
        server = self.server()
        if is_sanitized(server):
            self.skipTest("the sanitizers need other calls")
        listed = self.directory() / "calls"
        server.before = ["strace", "-f", "-D", "-o", str(listed), "-e", "signal=none", "-e", "status=successful,failed"]
        self.work(server.start())
        self.assertEqual(server.stop(), 0)
        calls = set(re.findall(r"(?m)^\d+ +([a-z_]\w*)\(", listed.read_text(encoding="utf-8", errors="replace")))
        self.assertIn("fdatasync", calls)
        self.assertIn("accept4", calls)
        self.assertEqual(calls - unit_file.allowed_calls(SERVICE), set())
