"""The journal's files as a test reads them."""
import struct
from pathlib import Path
from typing import Iterator, List, NamedTuple

HEADER_BYTES = 128
RECORD = struct.Struct("<IHHIQ")  # CRC, payload bytes, type, salt, sequence
EVENT, END = 0, 1
ADDRESS_AT = {1: 20, 2: 44}  # in an event's payload, by its version


def _crc_of_byte(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value


CRC_OF_BYTE = [_crc_of_byte(value) for value in range(256)]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_OF_BYTE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


class Record(NamedTuple):
    at: int
    end: int
    type: int
    sequence: int
    payload: bytes

    @property
    def address(self) -> str:
        """Of an event that came with an IPv4 one."""
        at = ADDRESS_AT[self.payload[0]]
        return ".".join(map(str, self.payload[at:at + 4]))


def segments(directory: Path) -> List[Path]:
    return sorted(directory.glob("*.journal"))


def records(path: Path) -> Iterator[Record]:
    """Those of a segment, up to the first bytes that are none."""
    data = path.read_bytes()
    if len(data) < HEADER_BYTES:
        return
    own_salt = struct.unpack_from("<I", data, 12)[0]
    at = HEADER_BYTES
    while at + RECORD.size < len(data):
        crc, payload_bytes, kind, salt, sequence = RECORD.unpack_from(data, at)
        end = at + RECORD.size + payload_bytes
        if salt != own_salt or payload_bytes == 0 or end > len(data) or \
                crc != crc32c(data[at + 4:end]):
            return
        yield Record(at, end, kind, sequence, data[at + RECORD.size:end])
        at = end
