"""From where a request comes: worked out once where it arrives, and handed on to whoever counts by it as a header.

The middleware takes away what a visitor wrote into that header, so what stands in it is ours: a hash, never an address.
Left out: how an address is found and hashed (core.jobs.identity), what is counted (upload_gate.py, core.jobs.queue).
"""

from __future__ import annotations

import logging
import os
from functools import cached_property

import uvicorn
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.config.limits import Settings
from core.jobs.identity import client_of, hash_of, key_in
from ui.visitor import HEADER

_RAW = HEADER.encode()
_USUAL = ("x-forwarded-for", "forwarded", "x-real-ip")

log = logging.getLogger(__name__)


class Addresses:
    """Middleware: every request says in `HEADER` by which hash its address goes; nothing where that is not known."""

    def __init__(self, app: ASGIApp):
        self._app = app
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            found = self._hash(scope)
            others = [(name, value) for name, value in scope["headers"] if name.lower() != _RAW]
            scope = {**scope, "headers": [*others, (_RAW, found.encode())]}
        await self._app(scope, receive, send)

    @cached_property
    def _settings(self) -> Settings:
        return Settings()

    @cached_property
    def _key(self) -> bytes:
        return key_in(self._settings.state_dir)

    def _hash(self, scope: Scope) -> str:
        headers, name = Headers(scope=scope), self._settings.address_header
        if not name:
            self._warn_of_proxy(headers)
        client = scope.get("client")
        values = headers.getlist(name) if name else None
        return hash_of(client_of(client[0] if client else None, values, self._settings.address_proxies), self._key)

    def _warn_of_proxy(self, headers: Headers) -> None:
        is_for_strangers = os.environ.get("UNROLL_PROFILE") != "local"
        if not self._warned and is_for_strangers and any(name in headers for name in _USUAL):
            self._warned = True
            log.warning(
                "Requests come through a proxy, and all who come through it count as one address: name the header in "
                "which it writes addresses with UNROLL_ADDRESS_HEADER (docs/hosting.md)."
            )


def address_of(scope: Scope) -> str:
    """The hash that stands for where a request comes from; "" where that is not known."""
    return Headers(scope=scope).get(HEADER, "")


def believe_the_host_alone(config: uvicorn.Config) -> None:
    """Let a request come from where its connection does, whatever its headers say, unless the host names one.

    uvicorn believes `X-Forwarded-For` from this machine without being asked, so a proxy that passes on what visitors
    write there would let each of them be as many addresses as they like.

    Args:
        config: Of the web server, when it has loaded the application.
    """
    believing = getattr(config, "loaded_app", None)
    if isinstance(believing, ProxyHeadersMiddleware):
        config.loaded_app = believing.app
