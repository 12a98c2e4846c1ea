"""Power losses: whatever the program had not synced is gone, or half of it, or out of order."""
import random
import re
import subprocess
import time
import unittest
from pathlib import Path
from typing import Dict, List, Tuple

from disks import PowerSteps, preload
from fault_case import LONG, MIB, SLOW_DISK_US, WAYS, FaultCase
from journal_file import EVENT, records, segments

from harness.abilities import can_trace, need
from harness.process import alive, sync_workers, wait_until, wrapper
from harness.server import Server

SECTOR_BYTES = 512
NO_DATABASE = "host=/nonexistent dbname=none"
SYNCED = re.compile(r"fdatasync.*= 0$", re.MULTILINE)
STEPS = 14 if LONG else 8  # one segment takes seven, and the journal is full after two
EVENTS = 3000  # enough for them
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
        self.steps = PowerSteps(shadow)
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


class Losses(PowerCase):
    def attack(self, sync: str, rounds: int, rounds_short: int) -> List[Tuple[float, float]]:
        """Power losses while events come in, some with the database away. Returns the times."""
        disk = self.open_disk()
        settings = {**disk.env(), "JOURNAL_DIR": str(disk.directory), "JOURNAL_SYNC": sync,
                    "SLOW_DISK_US": str(SLOW_DISK_US)}
        server = self.open_server(**settings)
        load = self.load([server], connections=64, with_id=0.25)
        self.wait_slow(server)
        times = []
        for n in self.rounds(rounds, rounds_short):
            time.sleep(self.random.uniform(0, 1.2))
            times.append(self.cut_power(server, disk))
            is_away = self.random.random() < 0.6
            server.env["DB_CONN"] = NO_DATABASE if is_away else self.db_conn
            server.env["JOURNAL_MAX_BYTES"] = str(self.random.choice([4 * MIB, 64 * MIB]))
            self.set_way(server, WAYS[n % len(WAYS)])
            server.start()
            self.ledger.note(f"the server is back, the database {'away' if is_away else 'there'}")
        server.kill()
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.wait_up(server)
        load.stop()
        self.rest(server)
        self.say(f"{disk.dropped} sectors dropped, sequences {len(self.sequences)}")
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


class Opening(PowerCase):
    """Power is lost before each single step of opening a segment: its file is made, filled, gets a header, is
    synced, gets its name, the directory is synced, the first record is written."""

    def run_to(self, step: int, server: Server, disk: Disk, kept: float) -> bool:
        """Returns whether it came to that step."""
        server.env["DB_CONN"] = NO_DATABASE
        server.start()
        disk.steps.set(step)
        load = self.load([server], connections=8, with_id=0, think_seconds=0.002)
        before = self.ledger.accepted
        wait_until(lambda: not alive(server.pid) or self.ledger.accepted > before + EVENTS, 20,
                   "it is killed, or has opened some")
        load.abandon()
        is_reached = not alive(server.pid)
        self.ledger.note(f"power lost before step {step}, {kept:.0%} of what was not synced is left")
        server.kill()
        self.note_sequences(disk)
        disk.lose_power(kept, self.random)
        server.env["DB_CONN"] = self.db_conn
        server.start()
        self.rest(server)
        self.ledger.check(self.psql)
        if kept == 0:
            self.assertEqual(server.metrics().value("adtracker_journal_damaged_total"), 0, server.log_tail())
        server.kill()
        return is_reached

    def sweep(self, way: str) -> None:
        disk = self.open_disk()
        server = self.open_server(**disk.env(), JOURNAL_DIR=str(disk.directory), JOURNAL_MAX_BYTES="65536")
        server.kill()
        self.set_way(server, way)
        reached = 0
        for step in range(1, STEPS + 1):
            for kept in (0.0, 0.5) if LONG else (self.random.choice([0.0, 0.0, 0.5]),):
                reached += self.run_to(step, server, disk, kept)
        self.say(f"{reached} runs, {disk.dropped} sectors dropped")
        self.assertEqual(reached, STEPS * (2 if LONG else 1), "the run opens too few segments")

    def test_inline(self) -> None:
        self.sweep("alone")

    def test_through_the_worker(self) -> None:
        self.sweep("slow")


class Order(FaultCase):
    """The order of the system calls, of the server and its sync worker: a request is read, then written to a
    segment, then comes a whole fdatasync, meanwhile nothing is written there, then the answer."""

    def trace(self, server: Server, syncs: int) -> List[str]:
        """The calls until there are so many syncs, however long a busy machine takes."""
        output = self.directory() / "trace"
        pids = [text for pid in (server.pid, *sync_workers(server.pid)) for text in ("-p", str(pid))]
        tracer = subprocess.Popen(
            [*wrapper("KILL"), "strace", "-f", "-y", "-s", "64", "-o", str(output), "-e",
             "trace=read,readv,recvfrom,pwrite64,fdatasync,write,writev,sendmsg,sendto", *pids],
            stderr=subprocess.DEVNULL)
        self.addCleanup(tracer.kill)

        def text() -> str:
            return output.read_text(errors="replace") if output.exists() else ""
        server.wait_until(lambda: len(SYNCED.findall(text())) >= syncs, 60)
        tracer.terminate()
        tracer.wait(10)
        return text().splitlines()

    def check_order(self, lines: List[str]) -> Dict[str, int]:
        counts = {"writes": 0, "syncs": 0, "answers": 0}
        asked: Dict[str, int] = {}  # the line where a client's last bytes were read
        begun: Dict[str, int] = {}  # by process, the last write when its sync began
        is_in_flight, written, synced = False, -1, -1
        for at, line in enumerate(lines):
            pid = line.split(" ", 1)[0]
            if re.search(r"pwrite64\(\d+<[^>]*\.journal>", line):
                self.assertFalse(is_in_flight, f"written while a sync is in flight: {line}")
                written = at
                counts["writes"] += 1
            if re.search(r"(fdatasync\(|cmsg_data=\[)\d+<[^>]*\.journal>", line):
                is_in_flight = True
            if re.search(r"fdatasync\(\d+<[^>]*\.journal>", line):
                begun[pid] = written
            if SYNCED.search(line) and pid in begun:
                is_in_flight = False
                synced = max(synced, begun.pop(pid))
                counts["syncs"] += 1
            found = re.search(r"(readv?|recvfrom|writev?|sendmsg|sendto)\((\d+<(?:socket|TCP):[^>]*>)", line)
            if found and found[1][:2] == "re":
                asked[found[2]] = at
            elif found and "HTTP/1.1 202" in line and found[2] in asked:
                self.assertGreater(synced, asked[found[2]], f"answered before the sync: {line}")
                counts["answers"] += 1
        return counts

    def attack(self, way: str) -> None:
        need(can_trace)
        server = self.open_server(**preload())
        self.assertEqual(server.stop(), 0)
        self.set_way(server, way)
        server.start()
        self.wait_up(server)
        load = self.load([server], batches=0)
        self.wait_accepted(100)
        counts = self.check_order(self.trace(server, 30))
        load.stop()
        self.say(f"{counts}; {self.check(server)}")
        self.assertGreater(min(counts.values()), 10, counts)

    def test_inline(self) -> None:
        self.attack("alone")

    def test_through_the_worker(self) -> None:
        self.attack("slow")


if __name__ == "__main__":
    unittest.main()
