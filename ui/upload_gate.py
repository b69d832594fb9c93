"""What browsers may upload, checked while it comes: Streamlit keeps every file whole in memory until its session ends.

Bounded are the size of a file, told and counted; the files and bytes of a session, of an address and of all; how many
come at the same time; and how long one may take. What is refused is refused in a sentence and not read any further.
Left out: what a page does with a file (uploads.py), which is checked again by core.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import cached_property

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from core.config.limits import Limits, bytes_in_words
from ui.addresses import address_of
from ui.refusals import Refused

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)/?$")  # as Streamlit takes it, of any length
_LONGEST_ID = 200
FRAME_BYTES = 65_536
"""What a form puts around a file."""
SILENT_SECONDS = 30.0
"""An upload of which nothing comes for this long is given up."""
SESSION_FILES = 60
SESSION_UPLOADS = 3
"""A session holds as many bytes as this number of the largest uploads."""
AT_ONCE, AT_ONCE_THERE = 200, 40
"""Uploads on their way at the same time: in all, and from one address, where a class may sit."""
AGAIN = "Try again in a few minutes."


@dataclass(eq=False)
class _Coming:
    """An upload on its way, and the bytes that are set aside for it."""

    session: str
    file: str
    address: str
    num_bytes: int


class UploadGate:
    """Middleware: lets an upload through as far as there is room for it."""

    def __init__(self, app: ASGIApp):
        self._app = app
        self._coming: list[_Coming] = []
        self._addresses: dict[str, str] = {}  # session to where its last upload came from

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        coming, has_begun = None, False

        async def note_begin(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            coming = self._let_in(found[1], found[2], scope)
            await self._app(scope, self._counted(receive, coming.num_bytes), note_begin)
        except Refused as refused:
            if not has_begun:
                await refused.answer()(scope, receive, send)
        finally:
            if coming is not None:
                self._coming.remove(coming)

    @cached_property
    def _limits(self) -> Limits:
        return Limits()

    def _let_in(self, session: str, file: str, scope: Scope) -> _Coming:
        """Set room aside for an upload. Raises `Refused`."""
        if max(len(session), len(file)) > _LONGEST_ID:
            raise Refused(400, f"The name of an upload has at most {_LONGEST_ID} characters.")
        most = self._limits.max_upload_bytes + FRAME_BYTES
        told = Headers(scope=scope).get("content-length", "")
        num_bytes = int(told) if told.isascii() and told.isdigit() else most
        if num_bytes > most:
            raise self._too_large()
        coming = _Coming(session, file, address_of(scope), num_bytes)
        if self._limits.max_upload_memory_bytes is not None:
            self._check_room(coming, self._limits.max_upload_memory_bytes)
        self._coming.append(coming)
        self._addresses[session] = coming.address
        return coming

    def _check_room(self, new: _Coming, most: int) -> None:
        """Raise `Refused` where one more upload is too many for its session, its address or the server."""
        held = _held()
        self._addresses = {name: self._addresses[name] for name in held if name in self._addresses} | {
            coming.session: coming.address for coming in self._coming
        }
        there = [coming for coming in self._coming if coming.address == new.address]
        if len(self._coming) >= AT_ONCE or len(there) >= AT_ONCE_THERE:
            raise Refused(429, f"Too many uploads are on their way. {AGAIN}")
        own = {file: size for file, size in held.get(new.session, {}).items() if file != new.file}
        own |= {other.file: other.num_bytes for other in self._coming if other.session == new.session}
        room = SESSION_UPLOADS * (self._limits.max_upload_bytes + FRAME_BYTES)
        if len(own) >= SESSION_FILES or sum(own.values()) + new.num_bytes > room:
            raise Refused(429, f"A page holds at most {SESSION_FILES} uploads, {bytes_in_words(room)}. Reload it.")
        sizes = {session: sum(files.values()) for session, files in held.items()}
        everyone = sum(sizes.values()) + sum(coming.num_bytes for coming in self._coming)
        here = sum(size for session, size in sizes.items() if self._addresses.get(session) == new.address)
        here += sum(coming.num_bytes for coming in there)
        if here + new.num_bytes > most // 2:
            words = bytes_in_words(most // 2)
            raise Refused(429, f"Uploads from one network address take at most {words} of memory. {AGAIN}")
        if everyone + new.num_bytes > most:
            raise Refused(507, f"Uploads of all visitors take at most {bytes_in_words(most)} of memory. {AGAIN}")

    def _counted(self, receive: Receive, most: int) -> Receive:
        """What comes, as long as it is no more than was let in and comes in time."""
        until = asyncio.get_running_loop().time() + self._limits.max_upload_seconds
        num_bytes = 0

        async def receive_some() -> Message:
            nonlocal num_bytes
            left = until - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(max(0.0, min(SILENT_SECONDS, left))):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, "The upload took too long. Try a smaller file or a faster connection.") from None
            num_bytes += len(message.get("body", b""))
            if num_bytes > most:
                raise self._too_large()
            return message

        return receive_some

    def _too_large(self) -> Refused:
        return Refused(413, f"A file has at most {bytes_in_words(self._limits.max_upload_bytes)} on this server.")


def _held() -> dict[str, dict[str, int]]:
    """Bytes of every file that Streamlit keeps, by session and file."""
    if not runtime.exists():
        return {}
    storage = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    return {
        session: {name: len(file.data) for name, file in list(files.items())}
        for session, files in list(storage.items())
    }
