"""Mounts and networks of the test process's own: nobody else sees them, and they go with it.

Who is not root makes a user namespace for that. He stays who he is, and so does what he starts; only this
process has rights there, which `handed_on` lends to a program.
"""
import contextlib
import ctypes
import errno
import os
import struct
import subprocess
import traceback
from pathlib import Path
from typing import Callable, Iterator, Optional

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
CAPABILITY_VERSION, CAPABILITIES = 0x20080522, 41
PR_CAP_AMBIENT, AMBIENT_RAISE, AMBIENT_CLEAR_ALL = 47, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)
_refusal: Optional[str] = "test/run.py was not asked to"


def enter() -> None:
    """Gives this process mounts of its own where that is permitted; `refusal` tells. To be called while
    it has a single thread, which is all that can enter a user namespace."""
    global _refusal
    _refusal = words_against(_enter_and_mount)
    if not _refusal:
        _enter()


def refusal() -> str:
    """Why this process has no mounts of its own, "" when it has."""
    return _refusal or ""


def words_against(act: Callable[[], None]) -> str:
    """Why the machine does not let us do something, "" when it does. It is done in a child: nothing
    remains of it. Only what the system says counts; any other fault is the test's."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _report(act, writer)
    os.close(writer)
    with open(reader, encoding="utf-8") as words:
        said = words.read()
    status = os.waitpid(child, 0)[1]
    assert status == 0, f"a trial ended with {status}"
    return said


def _report(act: Callable[[], None], writer: int) -> None:
    """The child's whole life."""
    status = 1
    try:
        act()
        status = 0
    except OSError as error:
        os.write(writer, _in_words(error).encode())
        status = 0
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        os._exit(status)


def _in_words(error: OSError) -> str:
    if error.errno in (errno.EPERM, errno.EACCES):
        return "not permitted"
    words = error.strerror or str(error)
    return f"{error.filename}: {words}" if error.filename else words


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _unshare(flags: int) -> None:
    _check(_libc.unshare(flags))


def _mount(source: Optional[object], target: object, kind: Optional[str], flags: int,
           options: Optional[str] = None) -> None:
    def encoded(text: Optional[object]) -> Optional[bytes]:
        return None if text is None else os.fsencode(str(text))
    _check(_libc.mount(encoded(source), encoded(target), encoded(kind), ctypes.c_ulong(flags),
                       encoded(options)))


# ---- mounts

def mount_tmpfs(path: Path, size: str) -> None:
    """A file system of `size`, in memory."""
    _mount("adt", path, "tmpfs", 0, f"size={size}")


def bind(source: Path, target: Path) -> None:
    """What lies at `source` lies at `target` as well."""
    _mount(source, target, None, MS_BIND)


def set_read_only(path: Path, is_read_only: bool) -> None:
    """OSError while a file is open for writing there."""
    _mount(None, path, None, MS_REMOUNT | (MS_RDONLY if is_read_only else 0))


def detach(path: Path) -> None:
    """Takes the mount away from there; it ends with the last that uses it."""
    _check(_libc.umount2(os.fsencode(path), MNT_DETACH))


def _enter() -> None:
    if os.geteuid() == 0:
        _unshare(CLONE_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        _unshare(CLONE_NEWUSER | CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    try:
        _mount(None, "/", None, MS_REC | MS_PRIVATE)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        _make_root_a_mount()


def _make_root_a_mount() -> None:
    """The root of a chroot is none, so that its mounts may be seen by others: it becomes one, in a folder
    that only we see."""
    here = os.getcwd()
    _mount(None, "/proc", None, MS_PRIVATE)
    _mount("adt", "/proc", "tmpfs", 0)
    root = Path("/proc/root")
    root.mkdir()
    _mount("/", root, None, MS_BIND | MS_REC)
    _mount(None, root, None, MS_REC | MS_PRIVATE)
    detach(root / "proc")  # of what we have put there
    os.chroot(root)
    os.chdir(here)


def _enter_and_mount() -> None:
    _enter()
    mount_tmpfs(Path("/tmp"), "64k")


# ---- networks

def enter_network() -> None:
    """From here on this thread, and what it starts, have a network with nothing but a loopback."""
    _unshare(CLONE_NEWNET)
    with handed_on():
        command("ip link set lo up")


def enter_network_of(path: str) -> None:
    """As another process's: /proc/<pid>/ns/net."""
    with open(path, "rb") as namespace:
        _check(_libc.setns(namespace.fileno(), CLONE_NEWNET))


def command(line: str) -> None:
    """Runs a command; OSError with its words when it fails."""
    done = subprocess.run(line.split(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise OSError(0, f"{line.split()[0]}: {said[-1]}")


# ---- rights

@contextlib.contextmanager
def handed_on() -> Iterator[None]:
    """What this thread starts meanwhile has the rights of this process; with root it has them anyway."""
    if os.geteuid() == 0:
        yield
        return
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    data = ctypes.create_string_buffer(24)
    _check(_libc.capget(header, data))
    low, high = struct.unpack_from("=4xI8xI4x", data)
    _check(_libc.capset(header, struct.pack("=6I", low, low, low, high, high, high)))
    for number in range(CAPABILITIES):
        _ambient(AMBIENT_RAISE, number)
    try:
        yield
    finally:
        _ambient(AMBIENT_CLEAR_ALL, 0)


def _ambient(act: int, number: int) -> None:
    """A capability that the kernel doesn't know, or that we lack, is no fault."""
    _libc.prctl(PR_CAP_AMBIENT, *map(ctypes.c_ulong, (act, number, 0, 0)))
