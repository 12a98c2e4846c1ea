"""packaging/kubernetes.yaml beside what the server really does: its probes are answered as they have to be, its
variables are known, ports and volumes fit together, and what a container may not do is not needed."""
import re
import subprocess
from pathlib import Path
from typing import Any, Dict, List
from urllib.parse import quote

import yaml

from harness.abilities import can_mount, do_without, need
from harness.case import BINARY, TrackerCase
from harness.postgres import PASSWORD, ROOT
from harness.process import free_port
from harness.server import Server, parse_metrics

TEXT = (ROOT / "packaging" / "kubernetes.yaml").read_text(encoding="utf-8")
OBJECTS = list(yaml.safe_load_all(TEXT))
[SET] = [found for found in OBJECTS if found["kind"] == "StatefulSet"]
SERVICES = {found["metadata"]["name"]: found for found in OBJECTS if found["kind"] == "Service"}
POD = SET["spec"]["template"]
[CONTAINER] = POD["spec"]["containers"]
ENV: Dict[str, str] = {variable["name"]: variable["value"] for variable in CONTAINER["env"]}
PORTS: Dict[str, int] = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
MOUNTS: Dict[str, str] = {mount["name"]: mount["mountPath"] for mount in CONTAINER["volumeMounts"]}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
SECRETS = {"db_conn": "", "token_secret": "s" * 32, "read_token": "r" * 24, "admin_token": "a" * 24}
BEARER = {"Authorization": f"Bearer {SECRETS['read_token']}"}


def mebibytes(quantity: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([MG])i", quantity).groups()
    return int(number) * {"M": 1, "G": 1024}[unit]


class ManifestTest(TrackerCase):
    """What it says by itself."""

    def test_variables_are_known(self) -> None:
        told = subprocess.run([str(BINARY), "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
        known = re.findall(r"^  ([A-Z]\w+) ", told, re.MULTILINE)
        self.assertEqual(len(ENV), len(CONTAINER["env"]), "a variable is there twice")
        self.assertGreater(len(known), 25)
        self.assertEqual([name for name in ENV if name not in known], [])

    def test_ports_are_those_of_the_variables(self) -> None:
        self.assertEqual(PORTS, {"http": int(ENV["PORT"]), "operators": int(ENV["OPS_LISTEN"].rpartition(":")[2])})
        self.assertEqual(self.targets(SERVICES["video-ad-tracker"]), ["http"])
        self.assertEqual(self.targets(SERVICES["video-ad-tracker-operators"]), ["operators"])
        self.assertIn("video-ad-tracker-operators", ENV["OPS_HOSTS"].split(","))
        for service in SERVICES.values():
            self.assertLessEqual(set(self.targets(service)), set(PORTS))
        for probe in PROBES:
            self.assertEqual(CONTAINER[probe]["httpGet"]["port"], "http")

    def targets(self, service: Any) -> List[str]:
        return [port["targetPort"] for port in service["spec"]["ports"]]

    def test_all_of_them_mean_the_same_pods(self) -> None:
        labels = POD["metadata"]["labels"]
        [budget] = [found for found in OBJECTS if found["kind"] == "PodDisruptionBudget"]
        selectors = [SET["spec"]["selector"]["matchLabels"], budget["spec"]["selector"]["matchLabels"],
                     *(service["spec"]["selector"] for service in SERVICES.values()),
                     *(spread["labelSelector"]["matchLabels"] for spread in POD["spec"]["topologySpreadConstraints"])]
        self.assertEqual(selectors, [labels] * 6)
        self.assertEqual(SERVICES[SET["spec"]["serviceName"]]["spec"]["clusterIP"], "None")
        self.assertLess(budget["spec"]["maxUnavailable"], SET["spec"]["replicas"])

    def test_volumes_are_there_and_hold_what_they_must(self) -> None:
        [claim] = SET["spec"]["volumeClaimTemplates"]
        self.assertEqual(claim["metadata"]["name"], "journal")
        self.assertEqual({*MOUNTS}, {"journal", *(volume["name"] for volume in POD["spec"]["volumes"])})
        self.assertEqual(str(Path(ENV["JOURNAL_DIR"]).parent), MOUNTS["journal"])
        most = int(ENV["JOURNAL_MAX_BYTES"]) >> 20
        self.assertLess(most, mebibytes(claim["spec"]["resources"]["requests"]["storage"]))

    def test_secrets_are_files_and_all_are_made(self) -> None:
        files = {name: value for name, value in ENV.items() if name.endswith("_FILE")}
        self.assertEqual({Path(value).name for value in files.values()}, set(SECRETS))
        for name, value in files.items():
            self.assertEqual(value, f"{MOUNTS['secrets']}/{name[:-len('_FILE')].lower()}")
            self.assertNotIn(name[:-len("_FILE")], ENV)
        self.assertEqual(set(re.findall(r"--from-literal=(\w+)=", TEXT)), set(SECRETS))

    def test_it_may_take_longer_to_end_than_the_server_drains(self) -> None:
        [command, pause] = CONTAINER["lifecycle"]["preStop"]["exec"]["command"]
        self.assertEqual(command, "sleep")
        self.assertGreater(POD["spec"]["terminationGracePeriodSeconds"],
                           int(pause) + int(ENV["SHUTDOWN_GRACE_SECONDS"]) + 5)

    def test_user_is_the_image_s(self) -> None:
        [user] = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
        context = POD["spec"]["securityContext"]
        self.assertEqual((str(context["runAsUser"]), str(context["runAsGroup"])), user)
        self.assertTrue(context["runAsNonRoot"])
        self.assertEqual(context["fsGroup"], context["runAsGroup"])
        self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(CONTAINER["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                        "capabilities": {"drop": ["ALL"]}})


class ProbesTest(TrackerCase):
    """Its container's environment, given to the server; only places and ports are others."""

    def instance(self, **env: str) -> Server:
        place = self.directory()
        for name, value in {**SECRETS, "db_conn": self.db_conn}.items():
            (place / name).write_text(value)
        given = {name: str(place / Path(value).name) if name.endswith("_FILE") else value for name, value in ENV.items()}
        server = Server(BINARY, {**given, "PORT": str(free_port()), "OPS_LISTEN": f"127.0.0.1:{free_port()}",
                                 "JOURNAL_DIR": str(place / "volume" / "journal"), **env}, place)
        self.addCleanup(server.finish)
        return server

    def is_connected(self, server: Server) -> bool:
        answer = server.request("GET", "/metrics", headers=BEARER, port=server.ops_port)
        return parse_metrics(answer.body.decode()).value("adtracker_db_up") == 1

    def answers(self, server: Server) -> List[int]:
        return [server.get(CONTAINER[probe]["httpGet"]["path"]).status for probe in PROBES]

    def test_it_is_ready(self) -> None:
        server = self.instance().start()
        server.wait_until(lambda: self.is_connected(server))
        self.assertEqual(self.answers(server), [200, 200, 200])
        self.assertEqual(server.stop(), 0)

    def test_operators_routes_are_at_their_port_alone(self) -> None:
        server = self.instance().start()
        for path in ("/metrics", "/status"):
            self.assertEqual(server.request("GET", path, headers=BEARER).status, 404)
            self.assertEqual(server.request("GET", path, headers=BEARER, port=server.ops_port).status, 200)
            self.assertEqual(server.request("GET", path, port=server.ops_port).status, 401)
            named = {**BEARER, "Host": f"{ENV['OPS_HOSTS']}:{PORTS['operators']}"}
            self.assertEqual(server.request("GET", path, headers=named, port=server.ops_port).status, 200)

    def test_a_database_that_is_away_changes_nothing(self) -> None:
        self.db_conn = "host=/nowhere"
        server = self.instance().start()
        self.assertEqual(self.answers(server), [200, 200, 200])

    def test_it_is_not_ready_while_the_journal_takes_nothing(self) -> None:
        self.db_conn = "host=/nowhere"
        server = self.instance(JOURNAL_MAX_BYTES="65536").start()
        self.assertEqual(self.answers(server), [200, 200, 200])
        for batch in (100, 1):  # what is left takes no hundred, then none
            while server.post("/ads/events", [{"type": "click", "ad_id": 1}] * batch).status == 202:
                pass
        self.assertEqual(self.answers(server), [200, 200, 503])
        self.assertIn("the journal is full", server.get("/readyz").json()["error"])

    def test_it_needs_no_rights_and_writes_to_its_volume_alone(self) -> None:
        """As the container's user, with a root that is read-only, without capabilities."""
        need(can_mount)
        postgres = self.private_postgres(tcp=True)  # others may not use its socket
        self.db_conn = postgres.uri(password=quote(PASSWORD, safe=""))
        server = self.instance()
        context = POD["spec"]["securityContext"]
        if subprocess.run(["setpriv", f"--reuid={context['runAsUser']}", "--clear-groups", "true"], check=False,
                          capture_output=True, timeout=20).returncode != 0:
            do_without("needs to become another user: not permitted")
        alone = server.directory / "alone"
        alone.write_text(f"""#!/bin/sh -e
[ -n "$ALONE" ] || ALONE=1 exec unshare --mount "$0"
cd {server.directory}
cp {BINARY} volume/program
chmod 755 . volume/program && chmod 644 {' '.join(SECRETS)}
chown root:{context['fsGroup']} volume && chmod 2775 volume && rmdir volume/journal
mount --bind volume volume
mount -o remount,bind,ro /
exec setpriv --pdeathsig=KILL --reuid={context['runAsUser']} --regid={context['runAsGroup']} --clear-groups \\
    --no-new-privs --inh-caps=-all --bounding-set=-all {server.directory}/volume/program
""")
        alone.chmod(0o755)
        server.binary = alone
        server.start()
        server.wait_until(lambda: self.is_connected(server))
        self.assertEqual(self.answers(server), [200, 200, 200])
        self.assertEqual(server.post("/ads/error", {"code": 400}).status, 202)
        status = dict(line.split(":", 1) for line in Path(f"/proc/{server.pid}/status").read_text().splitlines())
        self.assertEqual(status["Uid"].split(), [str(context["runAsUser"])] * 4)
        self.assertEqual({int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")}, {0})
        [root] = [line.split() for line in Path(f"/proc/{server.pid}/mountinfo").read_text().splitlines()
                  if line.split()[4] == "/"]
        self.assertIn("ro", root[5].split(","))
