"""Power losses: whatever the program had not synced is gone, or half of it, or out of order."""
import random
import re
import subprocess
import time
import unittest
from pathlib import Path
from typing import Dict, List, Tuple

from disks import PowerSteps, preload
from fault_case import LONG, MIB, FaultCase
from journal_file import EVENT, records, segments

from harness.abilities import can_trace, need
from harness.process import wrapper
from harness.server import Server

SECTOR_BYTES = 512
NO_DATABASE = "host=/nonexistent dbname=none"
INTERVAL_SECONDS = 1.0  # what JOURNAL_SYNC=interval promises to lose at most


def dropped_sectors(now: bytes, left: bytes) -> int:
    """How many sectors of a file, with something in them, are not what they were."""
    sectors = range(0, len(now) if now != left else 0, SECTOR_BYTES)
    return sum(now[at:at + SECTOR_BYTES].strip(b"\0") != b""
               and not left.startswith(now[at:at + SECTOR_BYTES], at) for at in sectors)


def blend(now: bytes, synced: bytes, kept: float, chance: random.Random) -> bytes:
    """A file after a power loss: each unsynced sector has reached the disk with chance `kept`."""
    if kept == 0:
        return synced
    size = len(now if chance.random() < kept else synced)
    result = bytearray(synced[:size].ljust(size, b"\0"))
    for at in range(0, min(size, len(now)), SECTOR_BYTES):
        sector = now[at:min(at + SECTOR_BYTES, size)]
        if result[at:at + len(sector)] != sector and chance.random() < kept:
            result[at:at + len(sector)] = sector
    return bytes(result)


class Disk:
    """A journal directory and its shadow, which power.c keeps."""

    def __init__(self, directory: Path, shadow: Path) -> None:
        self.directory = directory
        self.shadow = shadow
        self.dropped = 0  # sectors of segments that were written and not synced

    def env(self) -> Dict[str, str]:
        return {**preload("power"), "POWER_DIRECTORY": str(self.directory),
                "POWER_SHADOW": str(self.shadow)}

    def _synced_names(self) -> Dict[str, str]:
        lines = (self.shadow / "names").read_text().splitlines()
        return {name: key for key, name in (line.split(" ", 1) for line in lines)}

    def _object(self, key: str) -> bytes:
        path = self.shadow / key
        return path.read_bytes() if path.exists() else b""

    def _last_life(self, inode: int) -> str:
        lives = [int(path.name.partition("-")[2]) for path in self.shadow.glob(f"{inode}-*")]
        return f"{inode}-{max(lives, default=0)}"

    def lose_power(self, kept: float, chance: random.Random) -> None:
        """Replaces the directory's content with what is left of it, and empties the shadow. A file that got
        another name has the one or the other."""
        synced = self._synced_names()
        now = {path.name: path for path in self.directory.iterdir()}
        keys = {name: self._last_life(path.stat().st_ino) for name, path in now.items()}
        kept_names = {name for name, key in keys.items()
                      if key == synced.get(name) or chance.random() < kept}
        kept_keys = {keys[name] for name in kept_names}
        left = {name: blend(now[name].read_bytes(), self._object(keys[name]), kept, chance)
                for name in sorted(kept_names)}
        for name, key in synced.items():
            if name not in left and key not in kept_keys:
                left[name] = self._object(key)
        self.dropped += sum(dropped_sectors(path.read_bytes(), left.get(name, b""))
                            for name, path in now.items() if path.suffix == ".journal")
        for path in (*self.directory.iterdir(), *self.shadow.iterdir()):
            path.unlink()
        for name, data in left.items():
            (self.directory / name).write_bytes(data)


class PowerCase(FaultCase):
    def open_disk(self) -> Disk:
        directory = self.directory()
        shadow = directory / "shadow"
        (directory / "journal").mkdir()
        shadow.mkdir()
        self.sequences: Dict[int, bytes] = {}
        return Disk(directory / "journal", shadow)

    def note_sequences(self, disk: Disk) -> None:
        """Every record ever written, lost or not: its sequence was given to no other event."""
        for segment in segments(disk.directory):
            for record in records(segment):
                if record.type == EVENT:
                    former = self.sequences.setdefault(record.sequence, record.payload)
                    self.assertEqual(former, record.payload, f"{record.sequence:x} used twice")

    def cut_power(self, server: Server, disk: Disk) -> Tuple[float, float]:
        """Returns the times between which it happened."""
        kept = self.random.choice([0.0, 0.0, 0.1, 0.5, 0.9])
        at = self.ledger.note(f"power loss, {kept:.0%} of what was not synced is left")
        server.kill()
        killed = time.monotonic()
        self.note_sequences(disk)
        disk.lose_power(kept, self.random)
        return at, killed

    def attack(self, sync: str, rounds: int, rounds_short: int) -> List[Tuple[float, float]]:
        """Power losses while events come in, some with the database away. Returns the times."""
        disk = self.open_disk()
        settings = {**disk.env(), "JOURNAL_DIR": str(disk.directory), "JOURNAL_SYNC": sync}
        server = self.open_server(**settings)
        load = self.load([server], connections=64, with_id=0.25)
        times = []
        for n in self.rounds(rounds, rounds_short):
            time.sleep(self.random.uniform(0, 1.2))
            times.append(self.cut_power(server, disk))
            is_away = self.random.random() < 0.6
            server.env["DB_CONN"] = NO_DATABASE if is_away else self.db_conn
            server.env["JOURNAL_MAX_BYTES"] = str(self.random.choice([4 * MIB, 64 * MIB]))
            self.set_slow(server, n % 2 == 0)
            server.start()
            self.ledger.note(f"the server is back, the database {'away' if is_away else 'there'}")
        server.kill()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        load.stop()
        self.rest(server)
        self.say(f"{disk.dropped} sectors dropped, sequences {len(self.sequences)}")
        self.assert_through_worker(server)
        if LONG:
            self.assertGreater(disk.dropped, 0, "nothing was lost that was not synced: no test")
        return times

    def test_always(self) -> None:
        self.attack("always", 50, 3)
        self.say(self.ledger.check(self.psql))

    def test_interval(self) -> None:
        times = self.attack("interval", 50, 3)

        def was_fresh(event) -> bool:
            accepted = max(a for a in event.attempts if a.status == 202)
            return any(accepted.began <= killed and at - accepted.ended <= INTERVAL_SECONDS
                       for at, killed in times)

        summary = self.ledger.check(self.psql, was_fresh)
        self.say(summary)
        if LONG:
            self.assertGreater(summary.gone, 0, "nothing was lost that may be: no test")


class Order(FaultCase):
    """The order of the system calls: write, fdatasync, then the answers."""

    def trace(self, server: Server, seconds: float) -> List[str]:
        output = self.directory() / "trace"
        tracer = subprocess.Popen(
            [*wrapper("KILL"), "strace", "-f", "-y", "-s", "64", "-o", str(output), "-e",
             "trace=pwrite64,fdatasync,write,writev,sendmsg,sendto", "-p", str(server.pid)],
            stderr=subprocess.DEVNULL)
        self.addCleanup(tracer.kill)
        server.wait_until(lambda: output.exists() and output.stat().st_size > 0)
        time.sleep(seconds)
        tracer.terminate()
        tracer.wait(10)
        return output.read_text(errors="replace").splitlines()

    def test_answers_come_after_the_sync(self) -> None:
        need(can_trace)
        server = self.open_server()
        load = self.load([server])
        is_synced, counts = True, {"writes": 0, "syncs": 0, "answers": 0}
        for line in self.trace(server, 1.0):
            if re.search(r"pwrite64\(\d+<[^>]*\.journal>", line):
                is_synced = False
                counts["writes"] += 1
            elif re.search(r"fdatasync\(\d+<[^>]*\.journal>\)\s*= 0", line):
                is_synced = True
                counts["syncs"] += 1
            elif "HTTP/1.1 202" in line:
                self.assertTrue(is_synced, f"answered before the sync: {line}")
                counts["answers"] += 1
        load.stop()
        self.assertGreater(min(counts.values()), 10, counts)
        self.say(f"{counts}; {self.check(server)}")


if __name__ == "__main__":
    unittest.main()
