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
        self.content, self.ways, self.asked = {}, {}, Counter()
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
            data_id, "text", "Sayings", "Lines.", "A test", "CC0", lambda folder, data: None, files=tuple(files)
        )


def begin(handler, status, headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, str(value))
    handler.end_headers()


def serve(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content)


def cut(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content[:100_000])


def end_early_without_a_word(site, handler, content):
    begin(handler, 200, {})
    handler.wfile.write(content[:1_000])


def say_nothing(site, handler, content):
    handler.connection.close()


def wrong_bytes(site, handler, content):
    serve(site, handler, content[::-1])


def too_long(site, handler, content):
    serve(site, handler, content + b"more")


def too_short(site, handler, content):
    serve(site, handler, content[:-5])


def endless(site, handler, content):
    begin(handler, 200, {})
    while not site.over.is_set():
        handler.wfile.write(bytes(65_536))


def hold(site, handler, content):
    site.go.wait(30)
    serve(site, handler, content)


def stall(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content[:50_000])
    site.over.wait(30)


def slow(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    for place in range(0, len(content), 20_000):
        if site.over.wait(0.04):
            return
        handler.wfile.write(content[place : place + 20_000])


def part(site, handler, content):
    begin(handler, 206, {"Content-Range": f"bytes 7-{len(content) - 1}/{len(content)}"})
    handler.wfile.write(content[7:])


def in_tiny_pieces(site, handler, content):
    begin(handler, 200, {"Transfer-Encoding": "chunked"})
    for place in range(0, len(content), 999):
        piece = content[place : place + 999]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def leads_on_with_an_endless_body(site, handler, content):
    begin(handler, 302, {"Location": "/moved"})
    while not site.over.is_set():
        handler.wfile.write(bytes(65_536))


def status(code):
    return lambda site, handler, content: begin(handler, code, {"Content-Length": 0})


def redirect(target):
    return lambda site, handler, content: begin(handler, 302, {"Location": target, "Content-Length": 0})


def is_intact(entry, settings):
    """Whether every file with a published name is a whole one, and nothing else is there but what is being written."""
    files = {file.path: file for file in entry.files}
    folder = folder_of(entry, settings)
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return all(
        hashlib.sha256(path.read_bytes()).hexdigest() == files[name].sha256
        for name, path in there.items()
        if not path.name.startswith("tmp")
    )


def wait_until(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
