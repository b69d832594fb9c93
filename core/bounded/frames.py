"""Messages between the server and a process that reads: a kind, a length and bytes, over a socket.

The server takes no more than it asked for, whatever the other side says.
"""

from __future__ import annotations

import select
import socket
import struct
import time

REQUEST, TOLD, REPLY, ERRORS, NO_MEMORY, ENDED = b"q", b"t", b"r", b"e", b"m", b"x"
_HEADER = struct.Struct(">cI")
_CHUNK = 1 << 16

Frame = tuple[bytes, bytes]


class TooMuch(Exception):
    """A message is longer than may be."""


def pack(kind: bytes, body: bytes = b"") -> bytes:
    """A message as bytes."""
    return _HEADER.pack(kind, len(body)) + body


class Inbox:
    """Whole messages from a socket.

    Args:
        most: Bytes of one message.
    """

    def __init__(self, connection: socket.socket, most: int):
        self._connection, self._most = connection, most
        self._held = bytearray()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def next(self, seconds: float | None = None) -> Frame | None:
        """The next message, or None when it is not whole within `seconds`.

        Raises:
            EOFError: The other side has closed.
            TooMuch: The message is longer than may be; nothing of it was waited for.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            if len(self._held) >= _HEADER.size:
                kind, length = _HEADER.unpack_from(self._held)
                if length > self._most:
                    raise TooMuch(f"{length:,} bytes")
                if len(self._held) >= _HEADER.size + length:
                    body = bytes(self._held[_HEADER.size : _HEADER.size + length])
                    del self._held[: _HEADER.size + length]
                    return kind, body
            if not self._poll.poll(None if until is None else max(0.0, 1_000 * (until - time.monotonic()))):
                return None
            try:
                chunk = self._connection.recv(_CHUNK)
            except ConnectionError:  # it ended while something for it was under way
                chunk = b""
            if not chunk:
                raise EOFError
            self._held += chunk
