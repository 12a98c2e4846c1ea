"""Tokens as the server signs them, made here by the form that they have for ever: protocol/serving_token.h."""
import base64
import hashlib
import hmac
import os
import time
from typing import Optional

SECRET = "a secret of more than thirty-two characters"


def make_token(ad_id: int, served_at: Optional[float] = None, verdict: int = 0, placement: str = "", flags: int = 0,
               secret: str = SECRET, version: int = 1) -> str:
    """Of an ad that was served at this time, now unless it is said."""
    milliseconds = int((time.time() if served_at is None else served_at) * 1000)
    rest = bytearray(os.urandom(10))
    rest[0] = 0x70 | rest[0] & 0x0F
    rest[2] = 0x80 | rest[2] & 0x3F
    content = (bytes([version, flags, verdict]) + milliseconds.to_bytes(6, "big") + bytes(rest)
               + ad_id.to_bytes(4, "big") + placement.encode())
    signature = hmac.new(secret.encode(), content, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(content + signature).rstrip(b"=").decode()


def uuid_of(token: str) -> str:
    """The AdServingId."""
    digits = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[3:19].hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
