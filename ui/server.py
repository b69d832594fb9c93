"""What the web server does beside drawing pages: the visitor's cookie, what is let through, limits, start and end.

Imported once, before there is a page; what takes long to import is imported in a thread, while the first page loads.
Left out: who a visitor is (visitor.py) and what runs in the background (services.py).
"""

from __future__ import annotations

import importlib
import ipaddress
import logging
import math
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
import streamlit as st
import uvicorn
from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.pages_manager import PagesManager

from core.config.limits import Limits
from ui.addresses import believe_the_host_alone
from ui.visitor import COOKIE, is_key, new_key

COOKIE_SECONDS = 365 * 24 * 3600
PROFILE = "UNROLL_PROFILE"
EVENTS = "unroll.runs"
_HANDLER = "unroll"
END_SECONDS = 3
MOST_DESCRIPTORS, DESCRIPTORS_A_PAGE, DESCRIPTORS_BESIDE = 65_536, 6, 500
REST_BYTES = 1_000_000
CURVES_SECONDS = 2.0  # after the start: before anybody has a curve, and not while the first page is drawn

log = logging.getLogger(__name__)


class VisitorCookie:
    """Middleware: a page that is asked for without a visitor's cookie comes with one."""

    def __init__(self, app: ASGIApp):
        self._app = app
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._warn_of_proxy(headers)
        if "text/html" not in headers.get("accept", "") or is_key(_cookie_of(headers)):
            await self._app(scope, receive, send)
            return
        cookie = _new_cookie(secure=_came_by_https(scope, headers))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.append("set-cookie", cookie)
                answer["cache-control"] = "private, no-store"  # no cache between may give it to the next visitor
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _warn_of_proxy(self, headers: Headers) -> None:
        if not self._warned and "x-forwarded-for" in headers and os.environ.get(PROFILE) == "local":
            self._warned = True
            log.warning("Requests come through a proxy, but nothing limits strangers: set %s=hosted.", PROFILE)


class KeptCaches:
    """Middleware: the message by which any browser may empty the caches of all visitors goes no further.

    What they hold can be made again, but a stranger who empties them all the time has it made again for everybody.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def receive_the_rest() -> Message:
            while _clears_caches((message := await receive()).get("bytes")):
                pass
            return message

        await self._app(scope, receive_the_rest, send)


def _clears_caches(data: bytes | None) -> bool:
    message = BackMsg()
    try:
        message.ParseFromString(data or b"")
    except DecodeError:  # the server ends the connection
        return False
    return message.WhichOneof("type") == "clear_cache"


def _cookie_of(headers: Headers) -> str | None:
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                return value
    return None


def _came_by_https(scope: Scope, headers: Headers) -> bool:
    return scope["scheme"] == "https" or headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https"


def _new_cookie(*, secure: bool) -> str:
    cookie = f"{COOKIE}={new_key()}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax; HttpOnly"
    return f"{cookie}; Secure" if secure else cookie


def profile_for(address: str | None) -> str:
    """Which limits an address asks for: local when only this machine can reach it, hosted otherwise.

    Args:
        address: Where the server listens; None is every address of the machine.
    """
    if address == "localhost":
        return "local"
    try:
        return "local" if address and ipaddress.ip_address(address).is_loopback else "hosted"
    except ValueError:  # a host name
        return "hosted"


def print_events() -> None:
    """Let the lines about runs go to standard error as they are, once each."""
    events = logging.getLogger(EVENTS)
    if any(handler.get_name() == _HANDLER for handler in events.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(_HANDLER)
    handler.setFormatter(logging.Formatter("%(message)s"))
    events.addHandler(handler)
    events.setLevel(logging.INFO)
    events.propagate = False


@asynccontextmanager
async def serving(_app: Any) -> AsyncIterator[None]:
    """From the server's start to its end, by Ctrl-C or SIGTERM too: the queue of runs needs no open page."""
    os.environ.setdefault(PROFILE, profile_for(st.get_option("server.address")))  # workers inherit it
    PagesManager.uses_pages_directory = False  # else the first page of a server runs twice: see ensure_frame
    print_events()
    _end_in_time()
    for server in _web_servers():
        believe_the_host_alone(server.config)
    answer_at_once()
    bound_messages(Limits())
    open_descriptors(Limits())
    opening = threading.Thread(target=_open, name="open-services", daemon=True)
    opening.start()
    try:
        yield
    finally:
        await run_in_threadpool(_close, opening)


def answer_at_once() -> None:
    """Let every answer leave when it is written: a page is 150 small files.

    asyncio asks for that on connections whose listening socket names its protocol. Streamlit's names none, and then the body
    of a small file waits 40 ms for the browser's word that it has the headers. Connections inherit it from the listening socket.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def open_descriptors(limits: Limits) -> None:
    """Let the server have as many open files as the system gives, and say so where its pages need more.

    A page costs four; without any left no connection can be taken, and the log fills with that.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    needed = DESCRIPTORS_A_PAGE * (limits.max_pages or 0) + DESCRIPTORS_BESIDE
    if soft != resource.RLIM_INFINITY and soft < needed:
        log.warning(
            "%s open files are too few for %s pages: raise the limit (ulimit -n %s) or lower UNROLL_MAX_PAGES.",
            f"{soft:,}", f"{limits.max_pages:,}", needed,
        )  # fmt: skip


def bound_messages(limits: Limits) -> None:
    """Let Streamlit and its web server take no more of a visitor at once than limits allow.

    Streamlit's own settings are for all that a browser may send, in megabytes; where the exact number counts it is
    checked again (upload_gate.py, core). A page sends the values of all its widgets in one message: what was pasted in
    four bytes a character at most, and the rest.
    """
    config.set_option("server.maxUploadSize", math.ceil(limits.max_upload_bytes / 2**20))
    message_bytes = 4 * limits.max_pasted_characters + REST_BYTES
    config.set_option("server.maxWidgetStateSize", math.ceil(message_bytes / 1_000_000))
    for server in _web_servers():  # which had been told before there was an application
        server.config.ws_max_size = message_bytes


def _web_servers() -> list[uvicorn.Server]:
    """The one that serves this application, found by the handlers of the signals that end it.

    They are in place before an application starts.
    """
    owners = [getattr(signal.getsignal(number), "__self__", None) for number in (signal.SIGINT, signal.SIGTERM)]
    return [owner for owner in owners if isinstance(owner, uvicorn.Server)]


def _end_in_time() -> None:
    """Give the connections that are open when the server is told to end `END_SECONDS`, then cut them.

    uvicorn waits for them without a limit, Streamlit passes it none, and a stalled upload or a connection that a browser
    opened to have it ready would keep the server up until it is killed, with nothing closed.
    """
    for server in _web_servers():
        server.config.timeout_graceful_shutdown = END_SECONDS


def _open() -> None:
    """Begin what works in the background, and import what pages need; last what the first page does without."""
    from ui.reader import reader_process

    reader_process()  # imports beside what is imported here
    from ui import services

    services.manager()
    importlib.import_module("ui.page")
    later = threading.Timer(CURVES_SECONDS, importlib.import_module, ("altair",))
    later.daemon = True
    later.start()


def _close(opening: threading.Thread) -> None:
    from ui import services

    opening.join()
    services.close()
