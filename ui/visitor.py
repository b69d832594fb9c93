"""Who is looking: a secret key of each visitor, of which everything else sees a hash only.

The key is the account's where login is configured, else it stands in a cookie that the server sets with the page
(server.py), else, where an iframe blocks cookies, in the link. Nothing here shows or logs it.
Left out: what an owner may do (core.jobs.store).
"""

from __future__ import annotations

import re
import secrets
from typing import TypeGuard

import streamlit as st

from core.jobs.identity import owner_of

COOKIE = "unroll_visitor"
PARAMETER = "visitor"
HEADER = "x-unroll-address"
"""Of every request, set by the server (addresses.py) whatever the visitor wrote there."""
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_REMEMBERED = "visitor_key"
_TAB = "tab"


def new_key() -> str:
    """A key that cannot be guessed: 32 random bytes as text that fits a cookie and a link."""
    return secrets.token_urlsafe(32)


def is_key(text: object) -> TypeGuard[str]:
    """Whether something that came with a request looks like one of our keys."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def owner() -> str:
    """The hash that stands for this visitor in records of runs and uploads."""
    account = _account()
    return owner_of(account if account is not None else _cookie_key() or _link_key())


def address() -> str:
    """The hash that stands for where this visitor's page was opened from; "" where that is not known."""
    return str(st.context.headers.get(HEADER) or "")


def key_in_link() -> bool:
    """Whether this visitor's key stands in the link, because there is neither a login nor a cookie."""
    if _account() is not None or _cookie_key() is not None:
        return False
    _link_key()
    return True


def tab() -> str:
    """A name for this open page; two tabs of one visitor have two."""
    if _TAB not in st.session_state:
        st.session_state[_TAB] = secrets.token_hex(8)
    return str(st.session_state[_TAB])


def _account() -> str | None:
    """Issuer and subject of a login: the pair that the standard says never changes."""
    if not getattr(st.user, "is_logged_in", False):
        return None
    return f"user:{st.user['iss']} {st.user['sub']}"


def _cookie_key() -> str | None:
    key = st.context.cookies.get(COOKIE)
    if not is_key(key):
        return None
    if PARAMETER in st.query_params:  # a cookie counts more, so that nobody is lent a key by a link
        del st.query_params[PARAMETER]
    return key


def _link_key() -> str:
    """The key of the link; made, and put back there when another page of the app left it out."""
    given = st.query_params.get(PARAMETER)
    key: str = st.session_state.get(_REMEMBERED) or (given if is_key(given) else None) or new_key()
    st.session_state[_REMEMBERED] = key
    if given != key:
        st.query_params[PARAMETER] = key
    return key
