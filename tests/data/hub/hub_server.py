"""A server on this machine that answers like the Hugging Face Hub: its questions about data sets, and their files."""

import hashlib
import json
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from tests.data.local_server import LocalServer

MAIN, COPIES = "main", "refs/convert/parquet"


class HubServer(LocalServer):
    """What it holds by data set and branch, how it behaves by path, and what it was asked."""

    def __init__(self):
        super().__init__()
        self.files, self.cards, self.more = {}, {}, {}
        self.ways, self.asked, self.headers = {}, Counter(), []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                place = urlsplit(self.path)
                path = unquote(place.path)
                with hub.lock:
                    hub.asked[path] += 1
                    hub.headers.append((path, dict(self.headers)))
                    ways = hub.ways.get(path, [answer])
                    way = ways.pop(0) if len(ways) > 1 else ways[0]
                with suppress(OSError):
                    way(hub, self, path)

            def do_HEAD(self):
                with suppress(OSError):
                    describe(hub, self, unquote(urlsplit(self.path).path))

            def log_message(self, *_):
                pass

        self.serve(Handler)

    def put(self, data_id, files, card=None, branch=MAIN, large=(), **more):
        """Hold a data set; `large` are the files that the Hub knows by their sha256, on another address."""
        self.files[data_id, branch] = {name: (content, name in large) for name, content in files.items()}
        self.cards[data_id] = {} if card is None else card
        self.more[data_id] = more

    def commit(self, data_id, branch=MAIN):
        names = sorted(
            (name, hashlib.sha256(content).hexdigest()) for name, (content, _) in self.files[data_id, branch].items()
        )
        return hashlib.sha1(json.dumps([data_id, branch, names]).encode()).hexdigest()

    def find(self, data_id, revision):
        for branch in (MAIN, COPIES):
            if (data_id, branch) in self.files and revision in (branch, self.commit(data_id, branch)):
                return self.files[data_id, branch]
        return None

    def info(self, data_id, branch):
        """What the Hub says of a data set with its files."""
        siblings = []
        for name, (content, is_large) in self.files[data_id, branch].items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            sibling = {"rfilename": name, "size": len(content), "blobId": blob}
            if is_large:
                sha256 = hashlib.sha256(content).hexdigest()
                sibling |= {"lfs": {"size": len(content), "sha256": sha256, "pointerSize": 130}}
            siblings.append(sibling)
        basic = {
            "id": data_id,
            "sha": self.commit(data_id, branch),
            "private": False,
            "gated": False,
            "disabled": False,
        }
        return {**basic, "cardData": self.cards[data_id], "siblings": siblings, **self.more[data_id]}


def send(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in {"Content_Length": len(body), **headers}.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()
    handler.wfile.write(body)


def answer(hub, handler, path):
    """As the Hub does: questions under /api, files under /datasets, large ones from another path."""
    if path.startswith("/api/datasets/"):
        data_id, _, branch = path.removeprefix("/api/datasets/").partition("/revision/")
        if (data_id, MAIN) not in hub.files:
            send(handler, 404, b"{}", X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
        elif (data_id, branch or MAIN) not in hub.files:
            send(handler, 404, b"{}", X_Error_Code="RevisionNotFound", X_Error_Message="Invalid rev id")
        else:
            send(handler, 200, json.dumps(hub.info(data_id, branch or MAIN)).encode(), Content_Type="application/json")
        return
    found = file_at(hub, path)
    if found is None:
        send(handler, 404, b"Entry not found", X_Error_Code="EntryNotFound")
        return
    content, is_large = found
    if is_large and path.startswith("/datasets/"):
        send(handler, 302, b"", Location=f"/cdn/{path.removeprefix('/datasets/')}")
        return
    asked = handler.headers.get("Range")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    more = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
    send(handler, 206 if start else 200, content[start:], **more)


def file_at(hub, path):
    """The content of the file at an address, and whether it is a large one; None where there is none."""
    data_id, _, rest = path.removeprefix("/cdn/").removeprefix("/datasets/").partition("/resolve/")
    revision, _, place = rest.partition("/")
    return (hub.find(data_id, revision) or {}).get(place)


def describe(hub, handler, path):
    """Answer a question about a file by its headers, as the Hub does."""
    found = file_at(hub, path)
    if found is None:
        send(handler, 404, X_Error_Code="EntryNotFound")
        return
    revision = path.partition("/resolve/")[2].partition("/")[0]
    etag = hashlib.sha256(found[0]).hexdigest()
    xet = {"X_Xet_Hash": etag, "X_Xet_Refresh_Route": "/xet"}  # another way to the bytes, which is not to be taken
    send(handler, 200, Content_Length=len(found[0]), X_Repo_Commit=revision, ETag=f'"{etag}"', **xet)


def status(number, **headers):
    """A way to answer: a status and nothing else."""
    return lambda hub, handler, path: send(handler, number, b"{}", **headers)


def says(body, **headers):
    """A way to answer: these bytes, whatever was asked."""
    return lambda hub, handler, path: send(handler, 200, body, **headers)


def leads_to(address):
    """A way to answer: go there."""
    return lambda hub, handler, path: send(handler, 302, b"", Location=address)


def endless(hub, handler, path):
    """Never comes to an end."""
    handler.send_response(200)
    handler.end_headers()
    while not hub.over.is_set():
        handler.wfile.write(b" " * 65_536)


def hangs(hub, handler, path):
    """Says nothing."""
    hub.over.wait()


def half(hub, handler, path):
    """Breaks off in the middle of a small file."""
    content, _ = file_at(hub, path)
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def other_bytes(hub, handler, path):
    """As many bytes as stated, and others."""
    content, _ = file_at(hub, path)
    send(handler, 200, b"?" * len(content))
