"""A visitor is a secret key: where it comes from, that it stays, and that nobody else sees it."""

import asyncio
import logging

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.testing.v1 import AppTest

from core.jobs.events import log_event
from core.jobs.identity import owner_of
from ui.server import KeptCaches, VisitorCookie, print_events, profile_for
from ui.visitor import COOKIE, PARAMETER, is_key, new_key


def page():
    """A page that says who looks; as Streamlit runs it, with imports of its own."""
    import streamlit as st

    from ui import visitor

    st.write(visitor.owner())
    st.write(visitor.key_in_link())
    st.write(visitor.tab())
    st.button("Again")


def shown(app):
    """Owner, whether the key is in the link, and the tab, as the page says them."""
    assert not app.exception
    return [element.value for element in app.markdown]


def open_with(key=None):
    app = AppTest.from_function(page)
    if key is not None:
        app.query_params[PARAMETER] = key
    return app.run()


def key_of(app):
    value = app.query_params[PARAMETER]
    return value if isinstance(value, str) else value[0]


def test_keys_cannot_be_guessed():
    keys = {new_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(is_key(key) and len(key) == 43 for key in keys)


@pytest.mark.parametrize("text", [None, "", "short", "a" * 42, "a" * 44, "a" * 42 + "/", "a" * 43 + "\n"])
def test_what_is_no_key_is_not_taken_for_one(text):
    assert not is_key(text)


def test_without_cookies_the_key_stands_in_the_link_and_the_page_knows():
    app = open_with()
    owner, in_link, _ = shown(app)
    assert in_link == "`True`"
    assert owner == owner_of(key_of(app))
    assert key_of(app) not in "".join(shown(app))


def test_a_visitor_stays_the_same_from_run_to_run_and_another_is_somebody_else():
    app, other = open_with(), open_with()
    first = shown(app)
    assert shown(app.button[0].click().run()) == first
    assert shown(other)[0] != first[0]
    assert shown(other)[2] != first[2]


def test_the_key_of_a_link_makes_the_same_visitor_in_another_tab():
    app = open_with()
    other = open_with(key_of(app))
    assert shown(other)[0] == shown(app)[0]
    assert shown(other)[2] != shown(app)[2]


def test_a_page_of_the_app_that_leaves_the_key_out_gets_it_back():
    app = open_with()
    key = key_of(app)
    del app.query_params[PARAMETER]
    app.button[0].click().run()
    assert key_of(app) == key


@pytest.mark.parametrize("wrong", ["", "guess", "x" * 500, "../../etc/passwd"])
def test_a_key_that_is_none_is_replaced(wrong):
    app = open_with(wrong)
    assert is_key(key_of(app))
    assert shown(app)[0] == owner_of(key_of(app))


def ask(headers, scheme="http", kind="http"):
    """The headers that a page answers with behind the middleware."""
    sent = []

    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"no-cache")]})
        await send({"type": "http.response.body", "body": b"page"})

    async def collect(message):
        sent.append(message)

    scope = {"type": kind, "scheme": scheme, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(VisitorCookie(inner)(scope, None, collect))
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]


PAGE = {"accept": "text/html,application/xhtml+xml"}


def cookie_of(headers):
    return next((value for name, value in headers if name == "set-cookie"), None)


def test_a_first_page_comes_with_a_cookie_that_scripts_cannot_read():
    cookie = cookie_of(ask(PAGE))
    assert cookie is not None
    name, _, rest = cookie.partition("=")
    assert name == COOKIE
    assert is_key(rest.partition(";")[0])
    words = {word.strip() for word in cookie.split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= words
    assert "Secure" not in words


def test_every_first_page_comes_with_a_key_of_its_own_that_no_cache_may_keep():
    headers = ask(PAGE)
    assert cookie_of(headers) != cookie_of(ask(PAGE))
    assert [value for name, value in headers if name == "cache-control"] == ["private, no-store"]


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [("https", {}), ("http", {"x-forwarded-proto": "https"}), ("http", {"x-forwarded-proto": "https, http"})],
)
def test_over_https_the_cookie_goes_over_https_only(scheme, headers):
    assert "Secure" in cookie_of(ask({**PAGE, **headers}, scheme))


def test_a_visitor_who_has_a_key_keeps_it():
    headers = ask({**PAGE, "cookie": f"other=1; {COOKIE}={new_key()}; more=2"})
    assert headers == [("cache-control", "no-cache")]


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=guess", f"x{COOKIE}={'a' * 43}", COOKIE, ";;=;"])
def test_a_cookie_that_is_no_key_is_replaced(cookie):
    assert cookie_of(ask({**PAGE, "cookie": cookie})) is not None


def test_only_pages_come_with_a_cookie():
    assert cookie_of(ask({"accept": "*/*"})) is None
    assert cookie_of(ask({})) is None
    assert cookie_of(ask(PAGE, kind="websocket")) is None


def test_of_what_a_browser_may_say_emptying_everybody_s_caches_alone_is_not_passed_on():
    said = [
        BackMsg(clear_cache=True), BackMsg(rerun_script=ClientState(query_string="clear_cache")),
        BackMsg(clear_cache=False), BackMsg(app_heartbeat=True),
    ]  # fmt: skip
    frames = [message.SerializeToString() for message in said] + [b"", b"\xff no message", b"\x00" * 50]
    events = [{"type": "websocket.connect"}, *({"type": "websocket.receive", "bytes": frame} for frame in frames)]
    events += [{"type": "websocket.receive", "text": "clear_cache"}, {"type": "websocket.disconnect"}]
    coming, heard = iter(events), []

    async def receive():
        return next(coming)

    async def inner(scope, receive, send):
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())

    asyncio.run(KeptCaches(inner)({"type": "websocket"}, receive, None))
    assert heard == [event for event in events if event.get("bytes") not in (frames[0], frames[2])]


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_a_server_that_only_this_machine_reaches_is_local(address):
    assert profile_for(address) == "local"


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.5", "unroll.example.org"])
def test_any_other_server_is_for_strangers(address):
    assert profile_for(address) == "hosted"


@pytest.fixture
def own_handlers():
    """The logger of run events as it was before, afterwards."""
    logger = logging.getLogger("unroll.runs")
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def test_an_event_is_printed_once_however_often_the_server_asked_for_it(own_handlers, capsys):
    print_events()
    print_events()
    log_event("submitted", "0" * 32)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("{") and '"submitted"' in lines[0]
