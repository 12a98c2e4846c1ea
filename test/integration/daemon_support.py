"""The service manager's side: a socket that hears what the server tells, and sockets that are passed to it."""
import os
import socket
import time
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Union

from db_support import DatabaseCase

from harness.activation import launcher
from harness.process import free_port
from harness.server import Server

Passed = Union[socket.socket, int]


class Manager:
    """Hears what one server tells it (sd_notify(3)). `name` is what NOTIFY_SOCKET says."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.name = str(path) if path else f"@video-ad-tracker-{os.getpid()}-{id(self)}"
        self._socket.bind(self.name.replace("@", "\0", 1))
        self.heard: List[Dict[str, str]] = []

    def close(self) -> None:
        self._socket.close()

    def hear(self, timeout_seconds: float = 20.0) -> Dict[str, str]:
        """The next message, its values by their names. AssertionError when none comes."""
        self._socket.settimeout(timeout_seconds)
        try:
            text = self._socket.recv(65536).decode()
        except TimeoutError:
            raise AssertionError(f"told nothing in {timeout_seconds} s, before that {self.heard}") from None
        lines = [line.partition("=") for line in text.split("\n")]
        message = {name: value for name, _, value in lines}
        assert len(message) == len(lines) and all(equals for _, equals, _ in lines), text
        self.heard.append(message)
        return message

    def hear_until(self, name: str, part: str = "", timeout_seconds: float = 20.0) -> Dict[str, str]:
        """The next message that has this name, and this part in its value."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            message = self.hear(timeout_seconds)
            if part in message.get(name, "\0"):
                return message
        raise AssertionError(f"no {name} with {part!r} in {timeout_seconds} s: {self.heard[-20:]}")

    def hear_rest(self) -> List[Dict[str, str]]:
        """What has come and was not heard yet."""
        rest = []
        while True:
            try:
                rest.append(self.hear(0.01))
            except AssertionError:
                return rest


class DaemonCase(DatabaseCase):
    """Servers as a service manager starts them."""

    def manager(self, path: Optional[Path] = None) -> Manager:
        manager = Manager(path)
        self.addCleanup(manager.close)
        return manager

    def listening(self, address: str = "127.0.0.1", port: int = 0) -> socket.socket:
        """A socket that listens, and goes on when a server ends."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, port or free_port()), family=family, backlog=4096)
        self.addCleanup(listener.close)
        return listener

    def activated(self, sockets: Sequence[Passed], **env: str) -> Server:
        """A server that is passed these, not started; it is spoken to at the first of them."""
        server = self.server(**env)
        descriptors = [each if isinstance(each, int) else each.fileno() for each in sockets]
        server.before, server.descriptors = launcher(descriptors), tuple(descriptors)
        if sockets and sockets[0].family in (socket.AF_INET, socket.AF_INET6):
            server.port = server.ops_port = sockets[0].getsockname()[1]
        return server
