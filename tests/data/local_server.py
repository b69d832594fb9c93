"""An HTTP server on this machine, in a thread of its own, for what stands in for the network in tests; and haste.

Left out: what it answers, and in which ways it misbehaves (downloads/site.py, hub/hub_server.py).
"""

import importlib
import resource
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.data import fetching


class CrowdServer(ThreadingHTTPServer):
    """Takes as many at a time as come; with the five of the library a busy machine resets connections."""

    request_queue_size = 128
    daemon_threads = True


class LocalServer:
    """Answers through a handler until it is closed; `over` lets answers that wait end with it."""

    def __init__(self):
        self.over, self.lock = threading.Event(), threading.Lock()

    def serve(self, handler: type[BaseHTTPRequestHandler]):
        self.server = CrowdServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def hurry(monkeypatch):
    """Look, try again and leave what hangs at once; what happens is the same."""
    monkeypatch.setattr(fetching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(fetching, "GRACE_SECONDS", 0.1)
    clock = type("Clock", (), {**vars(time), "sleep": staticmethod(lambda seconds: None)})
    for name in ("pooch.core", "huggingface_hub.file_download", "huggingface_hub.utils._http"):
        monkeypatch.setattr(importlib.import_module(name), "time", clock)


@contextmanager
def little_room(size):
    """Files of this process grow no larger than that meanwhile, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
