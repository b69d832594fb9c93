"""A server on this machine that publishes the files of sets, and the ways in which it can misbehave."""

import hashlib
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

from core.data.downloads import folder_of
from core.data.entries.entry import Entry, File
from tests.data.local_server import LocalServer

TEXT = b"".join(b"line %d of a text\n" % number for number in range(20_000))


class Site(LocalServer):
    """A server on this machine: by path, what it holds and how it behaves, and what it was asked."""

    def __init__(self):
        super().__init__()
        self.content, self.ways, self.asked, self.ranges = {}, {}, Counter(), []
        self.go = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with site.lock:
                    site.asked[self.path] += 1
                    ways = site.ways.get(self.path, [serve])
                    way = ways.pop(0) if len(ways) > 1 else ways[0]
                with suppress(OSError):
                    way(site, self, site.content[self.path])

            def log_message(self, *_):
                pass

        self.serve(Handler)

    def entry(self, contents, *ways, data_id="sayings"):
        """An entry of files that this server publishes; the ways hold for each request in turn, the last for all more."""
        files = []
        for name, content in contents.items():
            self.content[f"/{name}"] = content
            if ways:
                self.ways[f"/{name}"] = list(ways)
            files.append(File(name, len(content), hashlib.sha256(content).hexdigest(), f"{self.address}/{name}"))
        return Entry(
            data_id, "generation", "Sayings", "Lines.", "A test", "CC0", lambda folder, data: None, files=tuple(files)
        )


def begin(handler, status, headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, str(value))
    handler.end_headers()


def asked_from(site, handler):
    asked = handler.headers.get("Range")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    site.ranges.append(start)
    return start


def send_rest(site, handler, content, sent_bytes=None):
    start = asked_from(site, handler)
    headers = {"Content-Length": len(content) - start}
    if start:
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    begin(handler, 206 if start else 200, headers)
    handler.wfile.write(content[start:][:sent_bytes])


def serve(site, handler, content):
    send_rest(site, handler, content)


def cut(site, handler, content):
    send_rest(site, handler, content, 100_000)


def serve_without_ranges(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content)


def cut_without_ranges(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content[:150_000])


def end_early_without_a_word(site, handler, content):
    begin(handler, 200, {})
    handler.wfile.write(content[:1_000])


def say_nothing(site, handler, content):
    handler.connection.close()


def wrong_bytes(site, handler, content):
    send_rest(site, handler, content[::-1])


def too_long(site, handler, content):
    serve_without_ranges(site, handler, content + b"more")


def too_short(site, handler, content):
    serve_without_ranges(site, handler, content[:-5])


def endless(site, handler, content):
    begin(handler, 200, {})
    while not site.over.is_set():
        handler.wfile.write(bytes(65_536))


def hold(site, handler, content):
    site.go.wait(30)
    serve(site, handler, content)


def stall(site, handler, content):
    send_rest(site, handler, content, 50_000)
    site.over.wait(30)


def slow(site, handler, content):
    start = asked_from(site, handler)
    begin(handler, 206 if start else 200, {"Content-Length": len(content) - start,
          "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"})  # fmt: skip
    for place in range(start, len(content), 20_000):
        if site.over.wait(0.04):
            return
        handler.wfile.write(content[place : place + 20_000])


def another_part(site, handler, content):
    begin(handler, 206, {"Content-Range": f"bytes 7-{len(content) - 1}/{len(content)}"})
    handler.wfile.write(content[7:])


def no_such_range(site, handler, content):
    begin(handler, 416, {"Content-Range": f"bytes */{len(content)}"})


def status(code):
    return lambda site, handler, content: begin(handler, code, {"Content-Length": 0})


def redirect(target):
    return lambda site, handler, content: begin(handler, 302, {"Location": target, "Content-Length": 0})


def is_intact(entry, settings):
    """Whether every file with a name of its own is a whole one."""
    files = {file.path: file for file in entry.files}
    folder = folder_of(entry, settings)
    there = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return all(
        hashlib.sha256(path.read_bytes()).hexdigest() == files[path.relative_to(folder).as_posix()].sha256
        for path in there
    )


def wait_until(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
