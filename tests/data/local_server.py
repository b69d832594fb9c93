"""An HTTP server on this machine, in a thread of its own, for what stands in for the network in tests.

Left out: what it answers, and in which ways it misbehaves (downloads/site.py, hub/hub_server.py).
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LocalServer:
    """Answers through a handler until it is closed; `over` lets answers that wait end with it."""

    def __init__(self):
        self.over, self.lock = threading.Event(), threading.Lock()

    def serve(self, handler: type[BaseHTTPRequestHandler]):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
