"""How many pages may be open, and how much may be typed into them: Streamlit keeps every widget's value in memory.

Counted are the open connections of pages, in all and of each address, and the bytes of large messages, which stay as
long as a page that was closed may come back. Who is refused is told so, by the page itself where that is possible.
Left out: what one message may have at most (server.py sets it), and uploads (upload_gate.py).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import cached_property

import streamlit as st
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.config.limits import Limits, bytes_in_words
from ui.addresses import address_of
from ui.refusals import Refused

STREAM = "/_stcore/stream"
LARGE_BYTES = 100_000
"""Smaller messages are what pages send by themselves."""
TOO_BIG = 1009
_SHARE = 4
"""One address has this part of what may be typed in all."""


class StreamGate:
    """Middleware: opens as many pages as there may be, and ends those that send too much."""

    def __init__(self, app: ASGIApp):
        self._app = app
        self._open: Counter[str] = Counter()
        self._typed: Counter[str] = Counter()  # bytes by address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_stream = scope["type"] == "websocket" and scope["path"].endswith(STREAM)
        is_page = scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")
        if not is_stream and not is_page:
            await self._app(scope, receive, send)
            return
        address = address_of(scope)
        try:
            self._check(address)
        except Refused as refused:
            await self._refuse(refused, scope, receive, send)
            return
        if is_page:
            await self._app(scope, receive, send)
        else:
            await self._serve(address, scope, receive, send)

    @cached_property
    def _limits(self) -> Limits:
        return Limits()

    def _check(self, address: str) -> None:
        """Raise `Refused` where one more page may not be opened from an address."""
        there, everywhere = self._limits.max_pages_per_address, self._limits.max_pages
        if there is not None and self._open[address] >= there:
            raise Refused(429, f"From one network address at most {there:,} pages are open. Close one and try again.")
        if everywhere is not None and self._open.total() >= everywhere:
            raise Refused(503, f"At most {everywhere:,} pages are open on this server. Try again in a while.")

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await refused.answer()(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013, "reason": refused.sentence})

    async def _serve(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        largest = 0

        async def receive_some() -> Message:
            nonlocal largest
            message = await receive()
            size = len(message.get("bytes") or b"")
            if size > max(LARGE_BYTES, largest):
                if not self._has_room(address, size - largest):
                    reason = f"What is typed takes at most {bytes_in_words(self._limits.max_typed_bytes or 0)} in all."
                    await send({"type": "websocket.close", "code": TOO_BIG, "reason": reason})
                    return {"type": "websocket.disconnect", "code": TOO_BIG, "reason": reason}
                self._typed[address] += size - largest
                largest = size
            return message

        self._open[address] += 1
        try:
            await self._app(scope, receive_some, send)
        finally:
            self._leave(self._open, address, 1)
            if largest:  # the session stays for a while, with what was typed into it
                seconds = float(st.get_option("server.disconnectedSessionTTL"))
                asyncio.get_running_loop().call_later(seconds, self._leave, self._typed, address, largest)

    def _has_room(self, address: str, more: int) -> bool:
        most = self._limits.max_typed_bytes
        if most is None:
            return True
        return self._typed[address] + more <= most // _SHARE and self._typed.total() + more <= most

    @staticmethod
    def _leave(counts: Counter[str], address: str, number: int) -> None:
        counts[address] -= number
        if counts[address] <= 0:
            del counts[address]
