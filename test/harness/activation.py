"""Starts a command as a service manager does that passes sockets on (sd_listen_fds(3)):

    python3 activation.py FD[,FD ...] COMMAND [ARGUMENT ...]

The descriptors become 3, 4, ... in this order. What of LISTEN_PID and LISTEN_FDS is in the environment already
stays as it is.
"""
import fcntl
import os
import sys
from typing import List

FIRST = 3
OUT_OF_THE_WAY = 100


def launcher(sockets: List[int]) -> List[str]:
    """The command that goes before another one; with the descriptors that it needs passed to it."""
    return [sys.executable, __file__, ",".join(map(str, sockets))]


def main() -> None:
    sockets = [int(number) for number in sys.argv[1].split(",") if number]
    copies = [fcntl.fcntl(number, fcntl.F_DUPFD, OUT_OF_THE_WAY) for number in sockets]
    for number in sockets:
        os.close(number)
    for number, copy in enumerate(copies, FIRST):
        os.dup2(copy, number, inheritable=True)
        os.close(copy)
    os.environ.setdefault("LISTEN_PID", str(os.getpid()))
    os.environ.setdefault("LISTEN_FDS", str(len(sockets)))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
