"""What the machine lets a test do. Each ability is tried by itself, once, and says why it is missing;
nothing else skips a test, so that a failure is never taken for a lack of rights.

With TEST_EVERYTHING=1 a missing ability is a failure.
"""
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import unittest
from typing import Callable, Dict, List, NamedTuple, NoReturn, Optional

from harness import namespaces

Ability = Callable[[], str]

abilities: Dict[Ability, str] = {}


def ability(what: str) -> Callable[[Ability], Ability]:
    """Marks a function that answers why `what` can't be had, "" when it can."""
    def mark(function: Ability) -> Ability:
        once = functools.lru_cache(maxsize=None)(function)
        abilities[once] = what
        return once
    return mark


def need(*wanted: Ability) -> None:
    """Skips the test without these abilities."""
    for function in wanted:
        reason = function()
        if reason:
            do_without(f"needs {abilities[function]}: {reason}")


def need_program(name: str) -> str:
    """The path of a program; skips the test when it is not installed."""
    return shutil.which(name) or do_without(f"needs {name}: not installed")


def do_without(reason: str) -> NoReturn:
    if os.environ.get("TEST_EVERYTHING"):
        raise AssertionError(reason)
    raise unittest.SkipTest(reason)


@ability("a mount of its own")
def can_mount() -> str:
    return namespaces.refusal()


@ability("a network of its own")
def can_make_network() -> str:
    """As the fault tests make one, where packets vanish."""
    def make() -> None:
        namespaces.enter_network()
        with namespaces.handed_on():
            namespaces.command("unshare --net true")
            namespaces.command("ip link add adt0 type veth peer name adt1")
            namespaces.command("iptables -A INPUT -j DROP")
    return namespaces.words_against(make)


@ability("to trace a process")
def can_trace() -> str:
    """One that isn't the tracer's child."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    with subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL) as traced:
        with subprocess.Popen([strace, "-p", str(traced.pid), "-o", "/dev/null"], text=True,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as tracer:
            assert tracer.stderr is not None
            said = tracer.stderr.readline().strip()
            tracer.send_signal(signal.SIGTERM)
            tracer.communicate(timeout=10)
        traced.kill()
    return "" if "attached" in said else said.rpartition(": ")[2].lower()


@ability("the address ::1")
def can_use_ipv6() -> str:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""


class User(NamedTuple):
    """Somebody who is not root. `command` goes before another, which then runs as he; the ids are his
    as we see them."""
    pw_uid: int
    pw_gid: int
    command: List[str]


@ability("somebody to be who is not root")
def can_be_another_user() -> str:
    return "" if _another_user() is not None else "root can become neither postgres nor nobody"


def another_user() -> User:
    """Skips the test when we can't be anybody else."""
    need(can_be_another_user)
    user = _another_user()
    assert user is not None
    return user


@functools.lru_cache(maxsize=None)
def _another_user() -> Optional[User]:
    """The user of PostgreSQL, or nobody; where no other user can be had, one of a user namespace's own,
    whose files are ours."""
    known = [found for found in pwd.getpwall() if found.pw_name in ("postgres", "nobody")]
    for entry in sorted(known, key=lambda found: found.pw_name, reverse=True):
        uid, gid = entry.pw_uid, entry.pw_gid
        for user in (
                User(uid, gid, ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--init-groups", "--"]),
                User(os.geteuid(), os.getegid(),
                     ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}", "--"])):
            done = subprocess.run([*user.command, "true"], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=60, check=False)
            if done.returncode == 0:
                return user
    return None
