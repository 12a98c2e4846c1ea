"""The Debian package in a Debian of its own, whose systemd runs: installed, started, upgraded, removed and purged. Run
by `./dev package --test`, in namespaces that end with it: no mount and no process stays, whatever happens."""
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import textwrap
import threading
import time
import unittest
from pathlib import Path
from typing import List
from urllib.parse import quote

from debian import Debian, higher_version
from harness.postgres import PASSWORD, ROOT, PrivatePostgres
from harness.process import wait_until
from harness.readme import section
from harness.server import parse_metrics, temporary_directory

NAME = "video-ad-tracker"
SERVICE, SOCKET, OPERATORS = f"{NAME}.service", f"{NAME}.socket", f"{NAME}-operators.socket"
SETTINGS = f"etc/default/{NAME}"
STATE = f"var/lib/private/{NAME}"


def ask(method: str, path: str, body: object = None, token: str = "") -> str:
    """The body of an answer of 200 or 202."""
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status in (200, 202), f"{method} {path}: {answer.status} {text}"
    return text


def is_refused() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 8080)) != 0


class Clients:
    """One request after the other, all of which have to be answered."""

    def __init__(self) -> None:
        self.answered = 0
        self.faults: List[str] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        while not self.over.is_set():
            try:
                ask("GET", "/livez")
                self.answered += 1
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.faults.append(repr(error))
            time.sleep(0.002)

    def finish(self) -> None:
        self.over.set()
        self.thread.join(60)


class PackageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.package = Path(os.environ["PACKAGE"])
        self.version = subprocess.run(["dpkg-deb", "-f", str(self.package), "Version"], check=True, capture_output=True,
                                      text=True).stdout.strip()
        folder = temporary_directory()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.higher = higher_version(self.package, folder)
        self.postgres = PrivatePostgres(tcp=True)
        self.addCleanup(self.postgres.destroy)
        self.postgres.start()
        self.debian = Debian(Path(os.environ["PACKAGE_DEBIAN"]))
        self.addCleanup(self.debian.end)
        self.debian.boot()

    def test_life(self) -> None:
        before = self.debian.files()
        for step in (self.install, self.configure, self.store, self.keep_secrets, self.reload, self.upgrade,
                     self.remove, self.purge):
            print(f"{step.__name__} ...", flush=True)
            try:
                step()
            except BaseException:
                print(self.debian.run("journalctl", "--no-pager", "--lines=20", check=False), flush=True)
                raise
        after = self.debian.files()
        self.assertEqual(sorted(before.items() ^ after.items()), [])
        info = os.listdir(self.debian.tree / "var/lib/dpkg/info")
        self.assertGreater(len(info), 50)
        self.assertEqual([name for name in info if name.startswith(NAME)], [])

    # ---- steps

    def install(self) -> None:
        """All it depends on is there, and there is no network."""
        self.apt("install", self.package)
        self.assertEqual([self.state(unit) for unit in (SERVICE, SOCKET, OPERATORS)],
                         [("active", "enabled"), ("active", "enabled"), ("inactive", "disabled")])
        self.assertEqual(json.loads(ask("GET", "/livez")), {"status": "live"})
        self.assertIn(f"({self.version})", self.debian.run(NAME, "--version"))
        self.assertEqual(self.debian.run("stat", "-c", "%a %U:%G", f"/{SETTINGS}"), "640 root:root\n")
        self.assertIn("video\\-ad\\-tracker", self.debian.run("zcat", f"/usr/share/man/man8/{NAME}.8.gz"))

    def configure(self) -> None:
        """As its file says it."""
        with (self.debian.tree / SETTINGS).open("a") as file:
            file.write(f"DB_CONN={self.postgres.uri(password=quote(PASSWORD, safe=''))}\nSAMPLE_DATA=1\n")
        self.restart()
        user, process = self.debian.shown(SERVICE, "User", "MainPID")
        status = dict(line.split(":", 1) for line in
                      self.debian.run("cat", f"/proc/{process}/status").splitlines() if ":" in line)
        self.assertEqual(user, NAME)
        self.assertNotIn("0", status["Uid"].split())
        self.assertEqual(int(status["CapBnd"], 16), 0)
        self.assertIn("accepted", self.debian.shown(SERVICE, "StatusText")[0])

    def store(self) -> None:
        wait_until(lambda: len(json.loads(ask("GET", "/ads"))) == 5, 30, "the ads are served")
        self.click(77)
        wait_until(self.is_all_stored, 30, "all is stored")
        self.assertEqual(self.stored(), [77])

    def keep_secrets(self) -> None:
        """As credentials, by the lines of the README, with the file's own DB_CONN gone; then as before."""
        settings, override = self.debian.tree / SETTINGS, self.debian.tree / f"etc/systemd/system/{SERVICE}.d"
        secrets, text = self.debian.tree / "etc" / NAME, settings.read_text()
        [before, uri] = text.split("\nDB_CONN=")
        settings.write_text(before)
        secrets.mkdir(mode=0o700)
        (secrets / "db_conn").write_text(uri.splitlines()[0])
        (secrets / "admin_token").write_text("a" * 24)
        override.mkdir()
        [lines] = re.findall(r"^  ```ini\n(.*?)^  ```$", section("Under systemd"), re.MULTILINE | re.DOTALL)
        (override / "override.conf").write_text(textwrap.dedent(lines))
        self.restart()
        self.assertTrue(json.loads(ask("GET", "/session", token="a" * 24))["may_change"])
        settings.write_text(text)
        shutil.rmtree(override)
        shutil.rmtree(secrets)
        self.restart()

    def reload(self) -> None:
        process = self.debian.shown(SERVICE, "MainPID")
        self.debian.run("systemctl", "reload", SERVICE)
        wait_until(lambda: "files reread" in self.debian.run("journalctl", "--no-pager", "-u", SERVICE), 30,
                   "the files are read again")
        self.assertEqual(self.debian.shown(SERVICE, "MainPID", "ActiveState"), [*process, "active"])

    def upgrade(self) -> None:
        """With an event that waits, settings that were changed, and clients that never stop."""
        self.postgres.stop()
        self.click(78)
        first = self.debian.shown(SERVICE, "MainPID")
        settings = (self.debian.tree / SETTINGS).read_text()
        clients = Clients()
        self.apt("install", self.higher)
        clients.finish()
        print(f"{clients.answered} requests answered meanwhile", flush=True)
        self.assertEqual(clients.faults, [])
        self.assertGreater(clients.answered, 20)
        self.assertEqual(self.debian.run("dpkg-query", "-Wf", "${Version}", NAME), f"{self.version}+higher")
        self.assertEqual([self.state(unit) for unit in (SERVICE, SOCKET, OPERATORS)],
                         [("active", "enabled"), ("active", "enabled"), ("inactive", "disabled")])
        self.assertNotEqual(self.debian.shown(SERVICE, "MainPID"), first)
        self.assertEqual((self.debian.tree / SETTINGS).read_text(), settings)
        self.click(79)
        self.postgres.start()
        wait_until(self.is_all_stored, 60, "all is stored")
        self.assertEqual(self.stored(), [77, 78, 79])

    def remove(self) -> None:
        """What the administrator wrote stays, and so does the journal."""
        self.apt("remove", NAME)
        self.assertTrue(is_refused())
        self.assertEqual(self.processes(), "")
        self.assertIn("DB_CONN=", (self.debian.tree / SETTINGS).read_text())
        self.assertTrue(any((self.debian.tree / STATE).glob("*.journal")))

    def purge(self) -> None:
        self.apt("purge", NAME)
        self.assertEqual(self.processes(), "")
        self.assertEqual(self.debian.run("systemctl", "list-unit-files", "--no-legend", f"{NAME}*", check=False), "")
        self.assertEqual(self.debian.run("systemctl", "--failed", "--no-legend"), "")

    # ---- helpers

    def apt(self, word: str, what: object) -> None:
        if isinstance(what, Path):
            inside = self.debian.run("mktemp", "--suffix=.deb").strip()
            self.debian.copy(what, inside)
            what = inside
        self.debian.run("apt-get", "-q", "--yes", "--no-install-recommends", word, str(what))

    def restart(self) -> None:
        """Until the database is up, which takes the new settings."""
        self.debian.run("systemctl", "daemon-reload")
        self.debian.run("systemctl", "restart", SERVICE)
        wait_until(self.is_all_stored, 30, "the database is up")

    def state(self, unit: str) -> tuple:
        return tuple(self.debian.shown(unit, "ActiveState", "UnitFileState"))

    def processes(self) -> str:
        return self.debian.run("sh", "-c", "cat /proc/[0-9]*/comm | grep ^video-ad || true")

    def click(self, seconds: int) -> None:
        ask("POST", "/ads/click", {"ad_id": 1, "video_playback_time": seconds})

    def is_all_stored(self) -> bool:
        now = parse_metrics(ask("GET", "/metrics"))
        return now.value("adtracker_db_up") == 1 and now.value("adtracker_queue_events") == 0

    def stored(self) -> List[int]:
        """Of the clicks that are ours, every row."""
        rows = self.postgres.psql("SELECT video_playback_time FROM clicks WHERE video_playback_time IN (77, 78, 79) "
                                  "AND timestamp > '2026-01-01' ORDER BY 1")
        return [int(row[0]) for row in rows]


if __name__ == "__main__":
    unittest.main()
