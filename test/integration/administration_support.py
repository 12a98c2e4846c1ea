"""What the tests of the ads' administration share: a server that may be changed, and how it is asked."""
from typing import Any, Dict, Optional

from db_support import DatabaseCase

from harness.server import Response, Server

READ, ADMIN = "r" * 24, "a" * 24

# Of each column a value that is not its default, and another.
VALUES: Dict[str, tuple] = {
    "image_url": ("https://i.example/1.png?a=1&b=<x>", "http://i.example/2.png"),
    "target_url": ("https://t.example/?q=\u00e9", "https://t.example/other"),
    "title": ("<script>alert(1)</script> & \"q\" \u00e9\U0001f600", "plain"),
    "video_url": ("https://v.example/1.mp4", "https://v.example/2.webm"),
    "video_type": ("video/mp4", "video/webm"),
    "video_width": (1920, 640),
    "video_height": (1080, 360),
    "duration_ms": (30000, 15000),
    "active": (False, True),
    "starts_at": ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.500000Z"),
    "ends_at": ("2126-01-31T12:00:00Z", "2127-01-31T12:00:00Z"),
    "weight": (3, 0),
    "skip_after_ms": (5000, 0),
    "image_width": (300, 728),
    "image_height": (250, 90),
    "advertiser": ("A & \"B\"", "C"),
    "category": ("IAB1-6", "IAB2"),
    "wrapper_url": ("https://w.example/vast?[CACHEBUSTING]", "http://w.example/"),
    "media_files": ([{"url": "https://m.example/1.webm", "width": 640, "codec": "vp9", "mezzanine": False}], []),
    "trackers": ({"start": ["https://x.example/1", "https://x.example/2"], "click": "https://x.example/c"},
                 {"skip": "https://x.example/s"}),
    "progress_offsets_ms": ([5000, 15000], [0]),
    "ad_verifications": ("<AdVerifications><Verification vendor=\"a.example\"/></AdVerifications>",
                         "<AdVerifications/>"),
}
DEFAULTS: Dict[str, Any] = {**{name: None for name in VALUES}, "active": True, "weight": 1}
WHOLE = {name: values[0] for name, values in VALUES.items()}
READ_ONLY = ("id", "archived_at", "state")


def fields_of(ad: Dict[str, Any]) -> Dict[str, Any]:
    """What may be written of it."""
    return {name: value for name, value in ad.items() if name not in (*READ_ONLY, "etag")}


class AdministrationCase(DatabaseCase):
    def ready(self, **env: str) -> Server:
        server = self.start_server(**{"ADMIN_TOKEN": ADMIN, "READ_TOKEN": READ, "JOURNAL_SYNC": "off", **env})
        server.wait_until(lambda: server.get("/ads").status == 200)
        return server

    @staticmethod
    def ask(server: Server, method: str, path: str, body: Any = None, match: Optional[str] = "*",
            key: Optional[str] = None, token: Optional[str] = ADMIN, **fields: str) -> Response:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if match is not None and method in ("PUT", "PATCH", "DELETE"):
            headers["If-Match"] = match
        if key is not None:
            headers["Idempotency-Key"] = key
        return server.request(method, path, body, headers)

    def create(self, server: Server, **fields: Any) -> Dict[str, Any]:
        answer = self.ask(server, "POST", "/ads", fields)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()

    def read(self, server: Server, ad_id: int) -> Dict[str, Any]:
        answer = self.ask(server, "GET", f"/ads/{ad_id}", token=READ)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def assert_refused(self, answer: Response, status: int, words: str, field: Optional[str] = None) -> None:
        self.assertEqual(answer.status, status, answer.body)
        self.assertRegex(answer.json()["error"], words)
        self.assertEqual(answer.json().get("field"), field)
