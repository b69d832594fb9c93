"""From where a visitor comes is what the connection or the host's own proxy says, never the visitor."""

import asyncio

import pytest
import uvicorn
from streamlit.testing.v1 import AppTest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ui.addresses import Addresses, address_of, believe_the_host_alone
from ui.visitor import HEADER


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")


def asked_from(client, *headers, kind="websocket"):
    """By which hash a request goes, as the pages behind the middleware see it."""
    seen = []

    async def inner(scope, receive, send):
        assert [name for name, _ in scope["headers"]].count(HEADER.encode()) == 1
        seen.append(address_of(scope))

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers], "client": client}
    asyncio.run(Addresses(inner)(scope, None, None))
    return seen[0]


def test_two_addresses_have_two_hashes_that_stay_and_do_not_tell_the_address():
    found = asked_from(("192.0.2.7", 1))
    assert found and found == asked_from(("192.0.2.7", 2), kind="http") and "192" not in found
    assert found != asked_from(("192.0.2.8", 1))
    assert asked_from(None) == ""


def test_nobody_chooses_an_address_by_a_header_that_the_host_has_not_named():
    found = asked_from(("192.0.2.7", 1))
    for name in ("x-forwarded-for", "forwarded", "x-real-ip", HEADER):
        assert asked_from(("192.0.2.7", 1), (name, "198.51.100.1")) == found
    assert asked_from(("192.0.2.7", 1), (HEADER, found), (HEADER, "a")) == found


def test_behind_a_proxy_the_named_header_counts_and_its_left_part_does_not(monkeypatch):
    direct = asked_from(("198.51.100.1", 1))
    monkeypatch.setenv("UNROLL_ADDRESS_HEADER", "X-Forwarded-For")
    proxy = ("127.0.0.1", 1)
    assert asked_from(proxy, ("x-forwarded-for", "198.51.100.1")) == direct
    assert asked_from(proxy, ("x-forwarded-for", "10.0.0.9, 198.51.100.1"), ("x-real-ip", "10.0.0.9")) == direct
    assert asked_from(proxy) == ""
    monkeypatch.setenv("UNROLL_ADDRESS_PROXIES", "2")
    assert asked_from(proxy, ("x-forwarded-for", "10.0.0.9, 198.51.100.1, 127.0.0.1")) == direct


def test_a_host_whose_visitors_all_come_from_one_address_is_told(caplog):
    asked_from(("127.0.0.1", 1), ("x-forwarded-for", "198.51.100.1"))
    assert "UNROLL_ADDRESS_HEADER" in caplog.text


def test_the_web_server_believes_no_header_by_itself():
    async def app(scope, receive, send): ...

    config = uvicorn.Config(app)
    config.load()
    assert isinstance(config.loaded_app, ProxyHeadersMiddleware)
    believe_the_host_alone(config)
    assert not isinstance(config.loaded_app, ProxyHeadersMiddleware)


def page():
    import streamlit as st

    from ui import visitor

    st.write(f"address {visitor.address()!r}")


def test_a_page_without_a_connection_has_no_address():
    app = AppTest.from_function(page).run()
    assert not app.exception and app.markdown[0].value == "address ''"
