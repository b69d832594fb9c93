"""Who a visitor is in a real browser: a cookie that the page cannot read, or a key in the link where there is none."""

import re
import signal
import socket
import threading
import time
import urllib.parse
import zipfile
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import expect

from core.jobs.identity import owner_of
from core.jobs.record import read_record
from tests.data.local_server import CrowdServer
from ui.visitor import COOKIE, PARAMETER, is_key

BLOCKED = "Cookies are blocked here"
THEIRS = "This run was trained on its owner's file, which stays theirs. Bring a file of your own to train."
STANDS_IN = re.compile("This data is not yours, or no longer here")


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
            path = "/forecasting?forecasting.training.max_steps=20"
            self.wfile.write(f'<iframe src="{server.url}{path}" width="1300" height="900"></iframe>'.encode())

        def log_message(self, *_):
            pass

    with CrowdServer(("127.0.0.1", 0), Frame) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()
        thread.join()


def test_the_first_page_brings_a_key_that_scripts_cannot_read_and_one_in_a_link_is_dropped(visitor, server):
    visitor.open()
    cookie = cookie_of(visitor)
    assert is_key(cookie["value"])
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and not cookie["secure"]
    assert COOKIE not in visitor.page.evaluate("document.cookie")
    assert key_in(visitor.page.url) is None
    visitor.open("forecasting", {PARAMETER: "a" * 43, "forecasting.training.max_steps": 20})
    expect(visitor.train_button).to_be_enabled()
    visitor.page.wait_for_url(lambda url: PARAMETER not in url)
    run = visitor.train()
    assert read_record(server.store.path(run)).owner == owner_of(cookie["value"])
    assert cookie["value"] not in visitor.page.content()
    assert cookie["value"] not in server.log()


def test_a_second_visit_keeps_the_key_and_another_browser_has_another(new_visitor):
    visitor, other = new_visitor(), new_visitor()
    visitor.open()
    first = cookie_of(visitor)["value"]
    visitor.open("runs")
    assert cookie_of(visitor)["value"] == first
    other.open()
    assert cookie_of(other)["value"] != first


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


@pytest.fixture
def secret_file(tmp_path):
    """A table of short reviews with a word that stands nowhere else."""
    sides = (("fine", "up"), ("dull", "down"))
    rows = [f"zanzibar number {k} is {word}\t{label}" for k in range(60) for word, label in sides]
    path = tmp_path / "secret.tsv"
    path.write_text("text\tlabel\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def data_box(visitor):
    return visitor.sidebar.get_by_label("Data", exact=True)


def test_an_upload_is_for_its_owner_alone_and_its_run_for_whoever_has_the_link(new_visitor, server, secret_file):
    owner, other = new_visitor(), new_visitor()
    owner.open_task("sentiment", {"training.max_steps": 20, "model.hidden_size": 9})
    standard = data_box(owner).input_value()
    owner.upload(secret_file)
    expect(data_box(owner)).to_have_value("secret.tsv")
    expect(owner.train_button).to_be_enabled()
    run = owner.train()
    owner.finish(run)
    upload_id = server.store.upload_of(run)
    assert read_record(server.store.path(run)).upload == upload_id != ""
    owner.main.get_by_role("button", name=re.compile("More$")).click()
    expect(owner.page.get_by_text("Of your file they see no row")).to_be_visible()
    links = owner.page.get_by_text(re.compile("^http://localhost"))
    expect(links).to_have_count(2)
    to_run, to_set_up = links.all_inner_texts()
    assert f"upload:{upload_id}" in to_set_up

    other.page.goto(to_run)
    expect(other.state_line).to_have_text(re.compile("^Finished"))
    expect(other.main.get_by_text(THEIRS)).to_be_visible()
    expect(other.page.get_by_role("tabpanel", name="Use it").get_by_role("table").first).to_be_visible()
    expect(other.main.get_by_text("This run's data is private: Reviews in word order stands in")).to_be_visible()
    expect(other.main.get_by_text(re.compile("own data · words · .* parameters · 20 steps"))).to_be_visible()
    expect(data_box(other)).to_have_value(standard)
    other.settle()
    assert not {"secret.tsv", "zanzibar"} & set(re.findall(r"[\w.]+", other.page.content()))
    other.tab("Look inside")
    assert "zanzibar" not in other.page.content()
    with zipfile.ZipFile(other.download(other.tab("Take it away").get_by_role("button", name="Download"))) as archive:
        assert {"experiment.yaml", "metrics.csv", "result.json", "README.md"} == set(archive.namelist())
        assert not any(b"zanzibar" in archive.read(name) for name in archive.namelist())
    other.main.get_by_role("button", name=re.compile("More$")).click()
    expect(other.page.get_by_text("Link to this run")).to_be_visible()
    for name in ("Fork", "Continue", "Resume", "Delete"):
        expect(other.page.get_by_role("button", name=name)).to_have_count(0)
    expect(other.page.get_by_text("Link to its set-up, without the run", exact=True)).to_have_count(0)
    other.page.keyboard.press("Escape")
    mine = other.train()
    assert server.store.experiment(mine).data.source == "builtin"

    owner.page.get_by_text("Also show rows of my file").click()
    expect(owner.page.get_by_text("also sees rows of your file")).to_be_visible()
    assert read_record(server.store.path(run)).show_rows
    other.page.goto(to_run)
    expect(other.page.get_by_role("tabpanel", name="Use it").get_by_role("table").first).to_be_visible()
    expect(other.main.get_by_text("was not shared")).to_have_count(0)
    with zipfile.ZipFile(other.download(other.tab("Take it away").get_by_role("button", name="Download"))) as archive:
        assert b"zanzibar" in archive.read("tokenizer.json")

    other.page.goto(to_set_up)
    expect(other.page.get_by_text(STANDS_IN)).to_be_visible()
    expect(data_box(other)).to_have_value(standard)
    expect(other.train_button).to_be_enabled()
    other.settle()
    assert not {"secret.tsv", "zanzibar"} & set(re.findall(r"[\w.]+", other.page.content()))
    assert "upload" not in other.page.url


@pytest.mark.long
def test_a_guessed_upload_says_no_more_than_one_that_does_not_exist(new_visitor, server, secret_file):
    owner, other = new_visitor(), new_visitor()
    owner.open_task("sentiment")
    owner.upload(secret_file)
    expect(data_box(owner)).to_have_value("secret.tsv")
    owner.page.wait_for_url(re.compile("upload"))
    (upload_id,) = re.findall("upload(?::|%3A)([0-9a-f]{32})", owner.page.url)
    said = []
    for guess in (upload_id, "0" * 32):
        other.open_task("sentiment", {"data": f"upload:{guess}", "data.text_column": "text"})
        said.append(other.page.get_by_text(STANDS_IN).inner_text())
        expect(other.train_button).to_be_enabled()
        assert "secret.tsv" not in other.page.content()
    assert said[0] == said[1]
    owner.page.reload()
    expect(data_box(owner)).to_have_value("secret.tsv")


def test_the_server_ends_in_order_when_it_is_told_to(server, visitor):
    visitor.harmless.append("ERR_CONNECTION_REFUSED|WebSocket|Failed to load|Client Error|still running")  # it was not
    for ask in (signal.SIGINT, signal.SIGTERM):
        visitor.open()
        logged = len(server.log())
        server.end(ask)
        assert "Traceback" not in server.log()[logged:]
        server.start()
    visitor.open()


def test_browsers_that_connect_while_the_server_ends_do_not_keep_it(server):
    """A browser opens connections to have them ready: one that comes at the last moment is never told of the end."""
    ended = threading.Event()

    def connect_again_and_again():
        with ExitStack() as held:
            while not ended.wait(0.002):
                with suppress(OSError):
                    held.enter_context(socket.create_connection(("localhost", server.port), timeout=1))

    visitors = [threading.Thread(target=connect_again_and_again) for _ in range(3)]
    for one in visitors:
        one.start()
    try:
        time.sleep(0.5)  # until there are many
        server.end(signal.SIGTERM)
    finally:
        ended.set()
        for one in visitors:
            one.join()
    server.start()
