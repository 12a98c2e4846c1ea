#!/usr/bin/env python3
"""A publisher's site, which has nothing to do with the tracker: a page with a video player, the players'
own sources, and an ad's media. The tests use it, and so does `./dev player`: publisher.py PORT.

Media are sent to any origin and in ranges, as a CDN does: players fetch() them.
"""
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Optional, Tuple
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
WORKPLACE = HERE.parent.parent / ".dev" / "browser"
MODULES = WORKPLACE / "node_modules"

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css",
         ".svg": "image/svg+xml", ".png": "image/png", ".mp4": "video/mp4"}
CLIP_SECONDS = 4
FFMPEG = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
PICTURE = "testsrc2=size=320x180:rate=25"
MEDIA = {
    "ad.mp4": [
        "-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
        "-t", str(CLIP_SECONDS), "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "25",
        "-c:a", "aac", "-b:a", "32k", "-movflags", "+faststart"],
    "content.mp4": [
        "-f", "lavfi", "-i", "smptebars=size=320x180:rate=25", "-t", "3", "-c:v", "libx264",
        "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "25", "-movflags", "+faststart"],
    "ad.png": ["-f", "lavfi", "-i", PICTURE, "-frames:v", "1"],
}


def make_media(directory: Path) -> None:
    """Makes with ffmpeg what is missing of the media."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, arguments in MEDIA.items():
        if not (directory / name).exists():
            made = directory / f"new-{name}"
            subprocess.run([*FFMPEG, *arguments, str(made)], stdin=subprocess.DEVNULL, timeout=120, check=True)
            made.rename(directory / name)


def span(header: Optional[str], size: int) -> Optional[Tuple[int, int]]:
    """The first byte and the one after the last that a Range asks for; None when it asks for nothing that
    we know or have."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header or "")
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return (int(first), end) if int(first) < end else None


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Site"

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        if path == "/landing":
            self.answer(200, TYPES[".html"], b"<!doctype html><title>landing</title>"
                                             b"<link rel=icon href=data:,><p>This is where the ad leads.")
            return
        file = self.server.file_of(path)
        if file is None:
            self.answer(404, "text/plain", b"there is no such page\n")
            return
        self.send_file(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))

    do_HEAD = do_GET

    def send_file(self, body: bytes, kind: str) -> None:
        part = span(self.headers["Range"], len(body))
        if part is None:
            self.answer(200, kind, body)
        else:
            self.answer(206, kind, body[part[0]:part[1]],
                        ("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{len(body)}"))

    def answer(self, status: int, kind: str, body: bytes, *headers: Tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))),
                            ("Accept-Ranges", "bytes"), ("Access-Control-Allow-Origin", "*"), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        pass


class Site(ThreadingHTTPServer):
    """On 127.0.0.1; `asked` has the path of each request."""
    daemon_threads = True

    def __init__(self, media: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Page)
        self.media = media
        self.asked: list = []

    def start(self) -> "Site":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def url(self, name: str) -> str:
        """Of a medium or the page `landing`."""
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A player that has enough of a file hangs up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def file_of(self, path: str) -> Optional[Path]:
        """What a path stands for. fluid-player's sources name their imports without the ending."""
        if path == "/":
            return HERE / "player.html"
        if path == "/player.js":
            return HERE / "player.js"
        if path.lstrip("/") in MEDIA:
            return self.media / path.lstrip("/")
        if not path.startswith("/modules/"):
            return None
        for file in (MODULES / path[len("/modules/"):], MODULES / f"{path[len('/modules/'):]}.js"):
            if file.is_file() and MODULES.resolve() in file.resolve().parents:
                return file
        return None


def main() -> None:
    make_media(WORKPLACE)
    port = int(sys.argv[1]) if sys.argv[1:] else 8090
    site = Site(WORKPLACE, port)
    print(f"player: http://localhost:{port}/ plays http://localhost:8080/vast; an ad for it, in psql:\n"
          f"  INSERT INTO ads (title, video_url, duration_ms, target_url)\n"
          f"  VALUES ('Try me', 'http://localhost:{port}/ad.mp4', {1000 * CLIP_SECONDS}, "
          f"'http://localhost:{port}/landing');", flush=True)
    try:
        site.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
