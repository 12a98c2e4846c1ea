"""nginx and Caddy with the files of packaging/, in front of a server, by https.

Of the files these are replaced alone: the ports 80 and 443 that they listen on, 8080 and 8081 of the server, and the
folder of the certificates. What surrounds them is what a Debian package brings: nginx's http {}, Caddy's global options."""
import http.client
import ssl
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from harness.abilities import need_program
from harness.case import TrackerCase
from harness.postgres import ROOT
from harness.process import free_port, wait_until, wrapper
from harness.server import Body, Response

NGINX = """
worker_processes 1;
pid {directory}/pid;
error_log {directory}/log;
events {{}}
daemon off;
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/site.conf;
}}
"""
CADDY = """
{{
	admin off
	auto_https disable_redirects
	storage file_system {directory}/storage
}}
"""
CLIENT = "127.0.0.2"


class Proxy:
    """Listens on 127.0.0.1 once it is made, for `port` and `ops_port` of a server that may not be there yet."""

    def __init__(self, case: TrackerCase, name: str, port: int, ops_port: int) -> None:
        self.directory = case.directory()
        self.port, self.plain_port = free_port(), free_port()
        for site in ("ads", "ops"):
            self._certify(f"{site}.example.com")
        command = self._nginx(port, ops_port) if name == "nginx" else self._caddy(port, ops_port)
        self.log = self.directory / "log"
        with (self.directory / "stderr").open("wb") as stderr:
            self.process = subprocess.Popen(
                [*wrapper("KILL"), *command], stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, cwd=self.directory,
                env={"HOME": str(self.directory), "PATH": "/usr/bin:/bin"})
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill if name == "caddy" else self.process.terminate)
        wait_until(self._answers, 20, f"{name} answers")

    def request(self, site: str, method: str, path: str, body: Body = None,
                headers: Optional[Mapping[str, str]] = None) -> Response:
        """From the address CLIENT, which the proxy sees, on a connection of its own."""
        connection = http.client.HTTPSConnection(f"{site}.example.com", self.port, timeout=20, context=self._trust(),
                                                 source_address=(CLIENT, 0))
        create = connection._create_connection
        connection._create_connection = lambda address, *rest: create(("127.0.0.1", address[1]), *rest)
        try:
            connection.request(method, path, body=body, headers={"User-Agent": "Mozilla/5.0", **(headers or {})})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def curl(self, site: str, *arguments: str) -> str:
        return subprocess.run(
            [need_program("curl"), "-sS", "--cacert", str(self.directory / f"{site}.example.com.pem"), "--resolve",
             f"{site}.example.com:{self.port}:127.0.0.1", *arguments],
            check=True, capture_output=True, text=True, timeout=20).stdout

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for site in ("ads", "ops"):
            context.load_verify_locations(self.directory / f"{site}.example.com.pem")
        return context

    def _certify(self, name: str) -> None:
        subprocess.run([need_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                        "-keyout", str(self.directory / f"{name}.key"), "-out", str(self.directory / f"{name}.pem")],
                       check=True, capture_output=True, timeout=30)

    def _replace(self, file: str, replacements: Dict[str, str]) -> str:
        """Each has to be there."""
        text = (ROOT / "packaging" / file).read_text()
        for old, new in replacements.items():
            assert old in text, f"{file} has no {old}"
            text = text.replace(old, new)
        return text

    def _nginx(self, port: int, ops_port: int) -> List[str]:
        program = need_program("nginx")
        (self.directory / "site.conf").write_text(self._replace("nginx.conf", {
            "listen 443 ": f"listen 127.0.0.1:{self.port} ", "listen [::]:443 ": f"listen [::1]:{self.port} ",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};", "listen [::]:80;": f"listen [::1]:{self.plain_port};",
            "127.0.0.1:8080;": f"127.0.0.1:{port};", "127.0.0.1:8081;": f"127.0.0.1:{ops_port};",
            "/etc/ssl/": f"{self.directory}/"}))
        (self.directory / "conf").write_text(NGINX.format(directory=self.directory))
        self.directory.chmod(0o755)  # its workers are another user
        return [program, "-c", str(self.directory / "conf"), "-p", str(self.directory)]

    def _caddy(self, port: int, ops_port: int) -> List[str]:
        program = need_program("caddy")
        text = self._replace("Caddyfile", {
            "\nads.example.com {": f"\nads.example.com:{self.port} {{", "\nops.example.com {": f"\nops.example.com:{self.port} {{",
            "127.0.0.1:8080 {": f"127.0.0.1:{port} {{", "127.0.0.1:8081 {": f"127.0.0.1:{ops_port} {{",
            "/etc/ssl/": f"{self.directory}/"})
        (self.directory / "Caddyfile").write_text(CADDY.format(directory=self.directory) + text)
        return [program, "run", "--config", str(self.directory / "Caddyfile"), "--adapter", "caddyfile"]

    def _answers(self) -> bool:
        said: Any = (self.directory / "stderr").read_text()
        assert self.process.poll() is None, f"the proxy ended at its start: {said}"
        try:
            return self.request("ads", "GET", "/livez").status > 0
        except OSError:
            return False
