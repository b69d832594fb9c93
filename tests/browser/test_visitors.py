"""Who a visitor is in a real browser: a cookie that the page cannot read, or a key in the link where there is none."""

import re
import signal
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from core.jobs.owners import owner_of
from core.jobs.record import read_record
from ui.visitor import COOKIE, PARAMETER, is_key

BLOCKED = "Cookies are blocked here"


def cookie_of(visitor):
    """The visitor's cookie as the browser keeps it; None when there is none."""
    found = [cookie for cookie in visitor.page.context.cookies() if cookie["name"] == COOKIE]
    return found[0] if found else None


def key_in(address):
    """The visitor's key in an address; None when there is none."""
    return urllib.parse.parse_qs(urllib.parse.urlsplit(address).query).get(PARAMETER, [None])[0]


@pytest.fixture
def other_site(server):
    """The address of another site whose page shows ours in a frame, where browsers block its cookies."""

    class Frame(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            path = "/sentiment?sentiment.training.max_steps=40"
            self.wfile.write(f'<iframe src="{server.url}{path}" width="1300" height="900"></iframe>'.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Frame) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()
        thread.join()


def test_the_first_page_brings_a_key_that_scripts_cannot_read_and_the_run_is_its_owner_s(visitor, server):
    visitor.open_task("sentiment", {"training.max_steps": 40})
    cookie = cookie_of(visitor)
    assert is_key(cookie["value"])
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and not cookie["secure"]
    assert COOKIE not in visitor.page.evaluate("document.cookie")
    assert key_in(visitor.page.url) is None
    run = visitor.train()
    assert read_record(server.store.path(run)).owner == owner_of(cookie["value"])
    assert cookie["value"] not in visitor.page.content()
    assert cookie["value"] not in server.log()


def test_a_second_visit_keeps_the_key(visitor):
    visitor.open()
    first = cookie_of(visitor)["value"]
    visitor.open("runs")
    assert cookie_of(visitor)["value"] == first


def test_two_browsers_are_two_visitors(new_visitor):
    first, second = new_visitor(), new_visitor()
    first.open()
    second.open()
    assert cookie_of(first)["value"] != cookie_of(second)["value"]


def test_in_a_frame_of_another_site_the_key_is_in_the_link_and_the_page_says_so(visitor, server, other_site):
    visitor.harmless.append("404")  # the other site has no icon
    visitor.page.goto(other_site)
    inside = visitor.page.frame_locator("iframe")
    expect(inside.get_by_text(BLOCKED)).to_be_visible()
    assert cookie_of(visitor) is None
    frame = visitor.page.frames[1]
    key = key_in(frame.url)
    assert is_key(key)
    inside.get_by_test_id("stSidebar").get_by_role("button", name=re.compile(r"\bTrain$")).first.click()
    frame.wait_for_url(re.compile(r"[?&]run="))
    run = urllib.parse.parse_qs(urllib.parse.urlsplit(frame.url).query)["run"][0]
    assert read_record(server.store.path(run)).owner == owner_of(key)
    assert key not in server.log()
    inside.get_by_role("link", name="Home").first.click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Unroll")
    frame.wait_for_url(re.compile(PARAMETER))
    assert key_in(frame.url) == key


def test_a_key_in_a_link_is_dropped_where_there_is_a_cookie(visitor, server):
    visitor.open()
    lent = "a" * 43
    visitor.open("sentiment", {PARAMETER: lent})
    expect(visitor.train_button).to_be_enabled()
    visitor.page.wait_for_url(lambda url: PARAMETER not in url)
    run = visitor.train()
    assert read_record(server.store.path(run)).owner == owner_of(cookie_of(visitor)["value"])


def test_the_badge_says_device_queue_and_disk(visitor):
    visitor.open()
    expect(visitor.page.get_by_text(re.compile(r"(CPU|GPU).* · \d.* of disk left · (free|busy)"))).to_be_visible()


def test_the_server_ends_in_order_when_it_is_told_to(server, visitor):
    visitor.open()
    for ask in (signal.SIGINT, signal.SIGTERM):
        logged = len(server.log())
        server.end(ask)
        assert "Traceback" not in server.log()[logged:]
        server.start()
    visitor.harmless.append("ERR_CONNECTION_REFUSED|WebSocket|Failed to load|Client Error|still running")  # it was not
    visitor.open()
