"""A visitor who means harm: what `Visitor` can, and also files, dialogs, raw messages, and noting what the page says.

Files go through the real upload endpoint, as the browser's file box sends them: an address is asked for on the stream,
the bytes are put there, and the widget's state names them. Left out: what is sent (attacks.py) and what it costs others
(hostile.py).
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.visitors import SILENCE_SECONDS, Visitor

QUIET_SECONDS = 0.4
"""A page whose script has not run for so long has said what it says."""
_CHUNK = 1 << 20
_TAKEN = ("Understood:", "The network says", "Written by the network")
_TRAINED_ON, _OWN = "**What will be trained on**", "upload:"

File = tuple[str, bytes]


class Stranger(Visitor):
    """One session of a stranger, with a cookie of its own.

    Attributes:
        alerts: Warnings, errors and remarks that came to the page, and answers of the upload endpoint, in order.
        taken: What says that something was understood and used.
        drawn: Everything that the page draws as Markdown.
    """

    def __init__(self, url: str, page: str, query: str = "", address: str = ""):
        super().__init__(url, page, query, address)
        self.alerts: list[str] = []
        self.taken: list[str] = []
        self.drawn: set[str] = set()
        self._session = ""
        self._addresses: dict[str, asyncio.Future[list[FileURLs]]] = {}

    @property
    def told(self) -> str:
        """What the stranger was told; "" for nothing."""
        return " / ".join(dict.fromkeys(self.alerts)) or " / ".join(dict.fromkeys(self.taken))

    async def open(self) -> None:
        """Load the page, and get the key that uploads need."""
        await super().open()
        self.cookies += "; " + await asyncio.to_thread(self.cookies_of, "_stcore/health")

    async def settle(self) -> None:
        """Wait until the page's script has been at rest for a moment."""
        rest = time.monotonic()
        while time.monotonic() - rest < QUIET_SECONDS:
            await asyncio.sleep(0.05)
            if self._runs:
                rest = time.monotonic()

    async def wait_for(self, key: str, seconds: float = SILENCE_SECONDS) -> None:
        """Wait until a widget whose key begins so is on the page. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while self.key_of(key) is None:
                await asyncio.sleep(0.05)

    def key_of(self, beginning: str) -> str | None:
        """The key of the widget drawn last whose key begins so."""
        return next((key for key in reversed(self.widgets) if key.startswith(beginning)), None)

    async def upload(self, key: str, files: Sequence[File]) -> None:
        """Give files to a file box as a browser does, and wait until the page has dealt with them."""
        widget, infos = self.widgets[key], []
        addresses = await self._ask_addresses([name for name, _ in files])
        for (name, content), address in zip(files, addresses, strict=True):
            status = await asyncio.to_thread(self.put, address.upload_url, name, len(content), [content])
            if status >= 300:
                self.alerts.append(f"HTTP {status} for {len(content):,} bytes")
                return
            infos.append(
                UploadedFileInfo(file_id=address.file_id, name=name, size=len(content), file_urls=address)
            )  # fmt: skip
        state = WidgetState(id=widget.id)
        state.file_uploader_state_value.uploaded_file_info.extend(infos)
        self._states[widget.id] = state
        began = time.monotonic()
        await self._ask(widget.fragment)
        await self._end_after(began, widget.fragment)
        await self.settle()

    async def keep_in_memory(self, sizes: Sequence[int]) -> None:
        """Put bytes to the upload endpoint that no widget ever names, all at once."""
        addresses = await self._ask_addresses([f"{number}.csv" for number in range(len(sizes))])
        puts = [
            asyncio.to_thread(self.put, address.upload_url, "kept.csv", size, _zeros(size))
            for address, size in zip(addresses, sizes, strict=True)
        ]
        answers = await asyncio.gather(*puts)
        taken, total = [size for size, answer in zip(sizes, answers, strict=True) if answer < 300], len(sizes)
        refused = sorted({f"HTTP {answer}" for answer in answers if answer >= 300})
        if refused:
            self.alerts.append(f"{total - len(taken)} of {total} refused: {', '.join(refused)}")
        else:
            self.taken.append(f"all {total} taken, {sum(taken) / 1e6:,.0f} MB")

    async def _ask_addresses(self, names: Sequence[str]) -> list[FileURLs]:
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self._session
        message.file_urls_request.file_names.extend(names)
        answer = asyncio.get_running_loop().create_future()
        self._addresses[message.file_urls_request.request_id] = answer
        await self.send(message)
        return await asyncio.wait_for(answer, SILENCE_SECONDS)

    def put(self, path: str, name: str, size: int, pieces: Iterable[bytes]) -> int:
        """Put a file of `size` bytes to an address of the upload endpoint; the status, 599 where nobody answered."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        tail = f"\r\n--{mark}--\r\n".encode()
        token = dict(part.strip().partition("=")[::2] for part in self.cookies.split(";")).get("_streamlit_xsrf", "")
        headers = {
            **self.headers, "Content-Type": f"multipart/form-data; boundary={mark}", "X-Xsrftoken": token,
            "Content-Length": str(len(head) + size + len(tail)),
        }  # fmt: skip
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=SILENCE_SECONDS)
        try:
            with suppress(OSError):  # an answer may come before the last byte
                connection.request("PUT", path, body=itertools.chain([head], pieces, [tail]), headers=headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 599
        finally:
            connection.close()

    async def paste(self, task: str, text: str) -> None:
        """Open the dialog for pasted data, leave a text in its field, and use it where that is offered."""
        await self.press(f"{task}:paste")
        await self.wait_for(f"{task}:paste_text")
        await self.turn(f"{task}:paste_text", text)
        await self.settle()
        use = self.widgets.get(f"{task}:paste_use")
        if use is not None and not use.proto.disabled:
            await self.press(f"{task}:paste_use")
            await self.settle()

    async def send(self, message: BackMsg) -> None:
        """A message of one's own making."""
        await self._stream.send(message.SerializeToString())

    async def close(self) -> None:
        """Leave; a stream that is broken already is no matter."""
        with suppress(websockets.WebSocketException, OSError, TimeoutError):
            async with asyncio.timeout(2):
                await super().close()

    async def _handle(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
        elif kind == "file_urls_response":
            answer = message.file_urls_response
            waiting = self._addresses.pop(answer.response_id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(list(answer.file_urls))
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._note_words(message.delta.new_element)
        await super()._handle(message)

    def _note_words(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind in ("alert", "toast"):
            self.alerts.append(getattr(element, kind).body)
            self.drawn.add(self.alerts[-1])
        elif kind == "exception":
            self.alerts.append(f"{element.exception.type}: {element.exception.message}")
        elif kind in ("text", "markdown"):
            body = getattr(element, kind).body
            if kind == "markdown":
                self.drawn.add(body)
            is_own = _OWN in unquote(self.query)  # else it is what the page says of its own data
            if body.startswith(_TAKEN) or (is_own and body.startswith(_TRAINED_ON)):
                self.taken.append(body)


def _zeros(size: int) -> Iterator[bytes]:
    piece = bytes(_CHUNK)
    for start in range(0, size, _CHUNK):
        yield piece[: size - start]
