"""A streaming standby of a private PostgreSQL."""
import subprocess
from typing import Dict, Optional

from harness.postgres import PrivatePostgres
from harness.process import wait_until, wrapper


def run_program(postgres: PrivatePostgres, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own, as its user."""
    done = subprocess.run([*wrapper("KILL", postgres.user), str(postgres.bin / program), *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, f"{program}: {done.stderr}"


def copy_primary(primary: PrivatePostgres, standby: PrivatePostgres) -> None:
    """Makes the data of a standby, which is not started, anew."""
    subprocess.run(["rm", "-rf", str(standby.data)], check=True)
    run_program(primary, "pg_basebackup", "-d", primary.conninfo(), "-D", str(standby.data), "--checkpoint=fast",
                "--write-recovery-conf", "--no-sync")


def start_standby(primary: PrivatePostgres, settings: Optional[Dict[str, str]] = None) -> PrivatePostgres:
    """A standby that follows; to be destroyed."""
    standby = PrivatePostgres(settings=settings)
    copy_primary(primary, standby)
    standby.start()
    wait_until(lambda: primary.psql("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"), 60,
               "the standby follows")
    return standby
