"""The image, and the README's quickstart on it. Run by `./dev image --test`; `docker` is docker, or
podman under that name."""
import http.client
import json
import subprocess
import threading
import time
import unittest
from typing import Any, Iterator, List, Set

from harness.process import wait_until
from harness.readme import blocks, commands, section
from harness.server import Metrics, parse_metrics

IMAGE = TRACKER = "video-ad-tracker"
DATABASE = "postgres-server"
CONTAINERS = [TRACKER, DATABASE, "prometheus"]
LAYERS_MAX_BYTES = 40_000_000


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def exists(kind: str, name: str) -> bool:
    return subprocess.run(["docker", kind, "inspect", name], capture_output=True, timeout=120,
                          check=False).returncode == 0


def get(path: str, port: int = 8080) -> Any:
    """The body of a 200, read as JSON where it is; None otherwise."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if answer.status != 200:
        return None
    return json.loads(body) if body[:1] in ("{", "[") else body


def metrics() -> Metrics:
    return parse_metrics(get("/metrics") or "")


def is_all_stored() -> bool:
    now = metrics()
    return now.value("adtracker_db_up") == 1 and now.value("adtracker_queue_events") == 0


def is_healthy() -> bool:
    """By the image's health check, as the runtime sees it. Podman leaves it to systemd to run it: where
    that is not there, somebody has to ask for it."""
    if "podman" in docker("--version"):
        return subprocess.run(["docker", "healthcheck", "run", TRACKER], capture_output=True, timeout=120,
                              check=False).returncode == 0
    return docker("inspect", "-f", "{{.State.Health.Status}}", TRACKER) == "healthy"


class Load:
    """Posts clicks on one ad, each told from the others by its video_playback_time, from some
    connections at once. None is sent twice."""

    def __init__(self, ad_id: int) -> None:
        self.ad_id = ad_id
        self.sent: Set[int] = set()
        self.accepted: Set[int] = set()
        self.lock = threading.Lock()

    def run(self, count: int) -> List[threading.Thread]:
        first = 1 + len(self.sent)
        numbers = iter(range(first, first + count))
        self.sent.update(range(first, first + count))
        threads = [threading.Thread(target=self._post, args=(numbers,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        return threads

    def finish(self, threads: List[threading.Thread]) -> None:
        for thread in threads:
            thread.join(120)
            assert not thread.is_alive(), "a client hangs"

    def _post(self, numbers: Iterator[int]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=10)
        while True:
            with self.lock:
                number = next(numbers, None)
            if number is None:
                return
            body = json.dumps({"ad_id": self.ad_id, "video_playback_time": number})
            try:
                connection.request("POST", "/ads/click", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.02)
                continue
            if answer.status == 202:
                with self.lock:
                    self.accepted.add(number)


class ImageTest(unittest.TestCase):
    def inspect(self, what: str) -> Any:
        return json.loads(docker("image", "inspect", "-f", "{{json %s}}" % what, IMAGE))

    def inside(self, script: str) -> str:
        return docker("run", "--rm", "--entrypoint", "sh", IMAGE, "-c", script)

    def test_its_layers_are_small(self) -> None:
        base = "debian:bookworm-slim"
        if not exists("image", base):
            docker("pull", base)
        layers = self.inspect(".Size") - int(docker("image", "inspect", "-f", "{{.Size}}", base))
        print(f"layers on top of {base}: {layers / 1e6:.1f} MB", flush=True)
        self.assertLess(layers, LAYERS_MAX_BYTES)

    def test_it_is_not_root_and_keeps_a_journal(self) -> None:
        config = self.inspect(".Config")
        self.assertEqual(config["User"], "10001:10001")
        self.assertEqual(list(config["Volumes"]), ["/var/lib/video-ad-tracker"])
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(self.inspect(".Config.Healthcheck.Test"), ["CMD", "video-ad-tracker", "--check"])
        self.assertEqual(self.inside("id -u; id -g; stat -c '%u:%g %a' /var/lib/video-ad-tracker"),
                         "10001\n10001\n10001:10001 700")

    def test_it_holds_what_is_needed(self) -> None:
        self.assertRegex(docker("run", "--rm", IMAGE, "--version"), r"^video-ad-tracker \S+ \([0-9a-f]{12}\)$")
        self.assertEqual(self.inside("ldd /usr/local/bin/video-ad-tracker | grep 'not found' || true"), "")
        self.assertEqual(self.inside("for name in gcc cmake ninja python3 curl psql; do "
                                     "command -v $name || true; done; ls -d /source /test 2>/dev/null || true"), "")
        # The security update of libevent.
        self.assertIn("+deb12u", self.inside("dpkg-query -Wf '${Version}' libevent-core-2.1-7"))


class QuickstartTest(unittest.TestCase):
    def setUp(self) -> None:
        taken = [name for name in CONTAINERS if exists("container", name)]
        self.assertEqual(taken, [], "containers of these names are there already")
        self.addCleanup(self.clean)
        self.load = Load(ad_id=2)

    def clean(self) -> None:
        for name in CONTAINERS:
            if exists("container", name):
                docker("rm", "--force", "--volumes", name)
        docker("volume", "rm", "--force", "video-ad-journal")
        if exists("network", "video-ad-net"):
            docker("network", "rm", "video-ad-net")

    def test_quickstart(self) -> None:
        for step in (self.start, self.use, self.look_at_prometheus, self.stop_and_start, self.kill):
            print(f"{step.__name__} ...", flush=True)
            try:
                step()
            except BaseException:
                subprocess.run(["docker", "logs", "--tail", "40", TRACKER], timeout=120, check=False)
                raise

    def shell(self, script: str) -> None:
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stderr}")

    def start(self) -> None:
        """Word for word, but for the image, which is built already."""
        [script] = blocks(section("Containers"), "sh")
        build, script = script.split("\n", 1)
        self.assertEqual(build, "docker build -t video-ad-tracker .")
        self.shell(script)
        wait_until(lambda: get("/ads"), 60, "the ads are served")
        wait_until(is_all_stored, 30, "the database is up")

    def use(self) -> None:
        for command in commands(section("Use")) + commands(section("Containers")):
            wait_until(is_all_stored, 30, "all is stored")
            command.run()
        docker("exec", TRACKER, IMAGE, "--check")
        wait_until(is_healthy, 30, "the runtime calls it healthy")

    def look_at_prometheus(self) -> None:
        def up() -> bool:
            answer = get("/api/v1/query?query=up", 9090)
            return bool(answer) and [(row["metric"]["instance"], row["value"][1])
                                     for row in answer["data"]["result"]] == [("video-ad-tracker:8080", "1")]

        wait_until(up, 40, "Prometheus scrapes the tracker")
        [group] = get("/api/v1/rules", 9090)["data"]["groups"]
        self.assertGreaterEqual(len(group["rules"]), 9)

    def stop_and_start(self) -> None:
        """docker stop stores what is in hand."""
        self.load.finish(self.load.run(500))
        docker("stop", TRACKER)
        self.assertEqual(docker("inspect", "-f", "{{.State.ExitCode}}", TRACKER), "0")
        self.assertEqual(len(self.load.accepted), 500)
        self.assertEqual(self.stored(), self.load.accepted)
        docker("start", TRACKER)
        wait_until(lambda: get("/livez"), 30, "it lives")

    def kill(self) -> None:
        """Without its database, its queue full, killed between requests and amid them."""
        self.replace_by_a_small_queue(1000)
        docker("stop", DATABASE)
        self.load.finish(self.load.run(5000))
        self.assertEqual(len(self.load.accepted), 5500)
        self.assertEqual(metrics().value("adtracker_queue_max_events"), 1000)
        self.assertEqual(metrics().value("adtracker_queue_events"), 5000)
        self.kill_and_start()
        wait_until(lambda: get("/livez"), 30, "it lives")
        self.assertGreaterEqual(len(get("/ads") or []), 5)
        threads = self.load.run(20000)
        time.sleep(1)
        self.kill_and_start()
        self.load.finish(threads)
        self.assertGreater(len(self.load.accepted), 6000)
        docker("start", DATABASE)
        wait_until(is_all_stored, 90, "all is stored")
        rows = self.stored()
        print(f"accepted {len(self.load.accepted)}, stored {len(rows)}, sent {len(self.load.sent)}", flush=True)
        self.assertEqual(self.load.accepted - rows, set(), "accepted and lost")
        self.assertEqual(rows - self.load.sent, set())
        self.assert_counted(len(rows))

    def replace_by_a_small_queue(self, events: int) -> None:
        """Another container on the same volume."""
        docker("rm", "--force", TRACKER)
        [script] = blocks(section("Containers"), "sh")
        [run] = [part for part in script.split("\n\n") if f"--name {TRACKER} " in part]
        self.shell(run.replace("-e SAMPLE_DATA=1", f"-e SAMPLE_DATA=1 -e QUEUE_MAX_EVENTS={events}"))
        wait_until(lambda: get("/ads"), 60, "the ads are served")
        wait_until(is_all_stored, 30, "the database is up")

    def kill_and_start(self) -> None:
        docker("kill", "-s", "KILL", TRACKER)
        wait_until(lambda: docker("inspect", "-f", "{{.State.Running}}", TRACKER) == "false", 10, "killed")
        docker("start", TRACKER)

    def stored(self) -> Set[int]:
        """The clicks of the load that the database has. AssertionError when one is there twice."""
        rows = docker("exec", DATABASE, "psql", "-XqAt", "-U", "admin", "-d", "videoads", "-c",
                      "SELECT video_playback_time FROM clicks WHERE ad_id = 2 AND timestamp > '2025-05-01'")
        numbers = [int(row) for row in rows.split()]
        self.assertEqual(len(numbers), len(set(numbers)), "stored twice")
        return set(numbers)

    def assert_counted(self, events: int) -> None:
        window = "start=2025-05-01T00:00:00Z&end=2100-01-01T00:00:00Z"
        answer = wait_until(lambda: get(f"/ads/analytics?{window}&ad_id=2"), 20, "analytics answer")
        self.assertEqual(answer["total_clicks"], events)
