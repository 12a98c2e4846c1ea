"""What the tests of operators share: tokens, and requests that say who asks."""
from typing import Mapping, Optional

from http_support import Answer, Wire

from harness.server import Response, Server

READ, ADMIN, OTHER = "read-" + "r" * 24, "admin-" + "a" * 24, "other-" + "o" * 24
WINDOW = "start=2025-04-20T00:00:00Z&end=2025-04-22T23:59:59Z"
ANALYTICS = f"/ads/analytics?{WINDOW}"
EXPORT = f"/ads/events?{WINDOW}"


def bearer(token: Optional[str]) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def ask(server: Server, target: str, token: Optional[str] = None, method: str = "GET",
        **headers: str) -> Response:
    """At the listener of operators. Underscores in the names of headers are dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.request(method, target, headers={**bearer(token), **named}, port=server.ops_port, timeout=30)


def send(server: Server, target: str, token: str, *fields: str) -> Wire:
    """A request whose answer is not waited for."""
    head = [f"GET {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *fields]
    return Wire(server.ops_port, timeout_seconds=30).send(("\r\n".join(head) + "\r\n\r\n").encode())


def has_answer(wire: Wire) -> bool:
    """Whether something has come, without waiting for it."""
    wire.socket.setblocking(False)
    try:
        return wire.socket.recv(1, 2) != b""  # MSG_PEEK
    except BlockingIOError:
        return False
    finally:
        wire.socket.settimeout(30)


def error_of(answer) -> str:
    """The words of an error, whichever kind of answer it is."""
    return Response(answer.status, None, answer.body).json()["error"] if isinstance(answer, Answer) \
        else answer.json()["error"]
