"""A client without manners: a session of the app's own protocol, and requests written by hand.

Left out: what it is used for (test_gates.py), and a visitor with manners (benchmarks.visitors).
"""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECONDS = 30.0


class RawClient:
    """One session.

    Args:
        url: The server's address.
        headers: What it writes into every request besides.
    """

    def __init__(self, url: str, **headers: str):
        self._host = urlsplit(url).netloc
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._open = ExitStack()
        opening = connect(
            f"ws://{self._host}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None,
            open_timeout=SECONDS, close_timeout=0.1, additional_headers=self._headers,
        )  # fmt: skip
        self.stream: ClientConnection = self._open.enter_context(opening)
        self.session = self._begin()
        self._token = self._ask_token()

    def _begin(self) -> str:
        message = BackMsg()
        message.rerun_script.query_string = ""
        self.stream.send(message.SerializeToString())
        return str(self.hear("new_session").new_session.initialize.session_id)

    def hear(self, kind: str) -> ForwardMsg:
        """Wait for a message of a kind; `new_session` says that what was sent before has been taken."""
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.stream.recv(SECONDS, decode=False))
            if answer.WhichOneof("type") == kind:
                return answer

    def _ask_token(self) -> str:
        connection = http.client.HTTPConnection(self._host, timeout=SECONDS)
        connection.request("GET", "/_stcore/health", headers=self._headers)
        cookies = connection.getresponse().getheader("set-cookie") or ""
        connection.close()
        return next(part.split("=", 1)[1] for part in cookies.split(";") if part.strip().startswith("_streamlit_xsrf="))

    def put(self, body: bytes | Iterable[bytes], name: str = "", **headers: str) -> tuple[int, str]:
        """Upload a form with one file; returns the status and the words of the answer.

        Args:
            body: What the file holds; sent in chunks without a length where it is no bytes.
            name: What the file goes by; a new one every time when "".
            headers: What else stands above it.
        """
        head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'
        tail = b"\r\n--x--\r\n"
        whole: Any = head + body + tail if isinstance(body, bytes) else _joined(head, body, tail)
        connection = http.client.HTTPConnection(self._host, timeout=SECONDS)
        path = f"/_stcore/upload_file/{self.session}/{name or secrets.token_hex(8)}"
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        sent = {
            "content-type": "multipart/form-data; boundary=x", "x-xsrftoken": self._token,
            "cookie": f"_streamlit_xsrf={self._token}", **self._headers, **headers,
        }  # fmt: skip
        with suppress(BrokenPipeError, ConnectionResetError):  # it reads no more; what it said may be there
            connection.request("PUT", path, whole, sent, encode_chunked=not isinstance(body, bytes))
        try:
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (ConnectionResetError, http.client.BadStatusLine):
            return 0, ""
        finally:
            connection.close()

    def type(self, num_bytes: int) -> None:
        """Send the state of a widget of so many bytes."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = "$$ID-0-typed", "x" * num_bytes
        self.stream.send(message.SerializeToString())

    def close(self) -> None:
        self._open.close()


def _joined(head: bytes, body: Iterable[bytes], tail: bytes) -> Iterable[bytes]:
    yield head
    yield from body
    yield tail
