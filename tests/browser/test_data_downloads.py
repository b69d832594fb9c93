"""Fetching a public set from the page Data: the terms first, then a bar, and each way it can end."""

import hashlib
import json
import re
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.local_server import CrowdServer

LAUNCHER = Path(__file__).parent / "app_with_sets.py"
SIZE = 120_000
SETS = ("sayings", "proverbs", "riddles", "rhymes")


class Publisher:
    """Publishes a file a set; how it answers is said by name: serve, half (then wait for `go`), wrong, missing."""

    def __init__(self):
        self.ways, self.asked, self.go, self.over = {}, Counter(), threading.Event(), threading.Event()
        self.content = {
            name: "".join(f"{name} {i}: a line of text.\n" for i in range(9_999)).encode()[:SIZE] for name in SETS
        }
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.strip("/").removesuffix(".txt")
                publisher.asked[name] += 1
                with suppress(OSError):
                    publisher.answer(self, name, publisher.ways.get(name, "serve"))

            def log_message(self, *_):
                pass

        self.server = CrowdServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def answer(self, handler, name, way):
        content = self.content[name] if way != "wrong" else bytes(SIZE)
        if way == "missing":
            handler.send_response(404)
            handler.end_headers()
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(SIZE))
        handler.end_headers()
        start = 0
        if way == "half" and not self.go.is_set():
            start = SIZE // 2
            handler.wfile.write(content[:start])
            handler.wfile.flush()
            while not (self.go.wait(0.1) or self.over.is_set()):
                pass
        handler.wfile.write(content[start:])

    def sets(self):
        """The sets as the launcher takes them."""
        found = []
        for name, content in self.content.items():
            url = f"http://127.0.0.1:{self.server.server_port}/{name}.txt"
            sha256 = hashlib.sha256(content).hexdigest()
            file = {"path": f"{name}.txt", "bytes": SIZE, "sha256": sha256, "url": url}
            found.append({"id": name, "files": [file]})
        return found

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def publisher():
    found = Publisher()
    yield found
    found.close()


@pytest.fixture(scope="module")
def launcher(publisher, tmp_path_factory):
    """What starts a server with the sets in its catalogue."""
    sets = tmp_path_factory.mktemp("sets") / "sets.json"
    sets.write_text(json.dumps(publisher.sets()), encoding="utf-8")
    return (str(LAUNCHER), str(sets))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(new_server, launcher, data_dir):
    """A server that fetches from this machine, into a folder of its own."""
    variables = {"NO_PROXY": "127.0.0.1,localhost", "UNROLL_DOWNLOAD_FROM_LOCALHOST": "true"}
    return new_server(launcher, UNROLL_DATA_DIR=str(data_dir), **variables)


def card(visitor, name):
    return visitor.main.locator(f".st-key-data_card_text_{name}")


def button(visitor, name, label):
    return card(visitor, name).get_by_role("button", name=label)


def read_terms(visitor, name, label="Download"):
    button(visitor, name, label).click()
    expect(visitor.page.get_by_role("dialog").get_by_text("Licence: CC0 1.0.")).to_be_visible()


def agree(visitor, name, label="Download"):
    """Press the card's button, read the terms and agree to them."""
    read_terms(visitor, name, label)
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Download").click()
    expect(dialog).to_have_count(0)


def test_a_set_is_fetched_after_its_terms_and_then_trained_on_without_a_restart(visitor, publisher, data_dir):
    publisher.ways["sayings"] = "half"
    visitor.open("data", {"task": "generation"})
    expect(card(visitor, "sayings")).to_contain_text("7 sayings · 120 kB")
    expect(button(visitor, "sayings", "Train on it")).to_have_count(0)
    button(visitor, "sayings", "Download 120 kB").click()
    dialog = visitor.page.get_by_role("dialog")
    for words in ("Licence: CC0 1.0.", "A server of the test", "120 kB in 1 file", str(data_dir), "Nobody"):
        expect(dialog.get_by_text(words).first).to_be_visible()
    assert not publisher.asked["sayings"]
    dialog.get_by_role("button", name="Download").click()
    expect(card(visitor, "sayings").get_by_text("49.2 kB of 120 kB")).to_be_visible()
    visitor.page.reload()
    expect(card(visitor, "sayings").get_by_text("49.2 kB of 120 kB")).to_be_visible()
    publisher.go.set()
    button(visitor, "sayings", "Train on it").click()
    expect(visitor.main.get_by_role("heading", level=1, name="Generation")).to_be_visible()
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("Sayings")
    expect(visitor.main.get_by_text("sayings 0: a line of text.").first).to_be_visible()
    assert publisher.asked["sayings"] == 1
    publisher.go.clear()


def test_two_visitors_see_one_download_and_it_goes_on_while_one_of_them_wants_it(new_visitor, publisher):
    publisher.ways["proverbs"] = "half"
    first, second, third = new_visitor(), new_visitor(), new_visitor()
    for visitor in (first, second, third):
        visitor.open("data", {"task": "generation"})
    for visitor in (first, second):
        read_terms(visitor, "proverbs")
    for visitor in (first, second):
        visitor.page.get_by_role("dialog").get_by_role("button", name="Download").click()
        expect(button(visitor, "proverbs", "Cancel")).to_be_visible()
    third.page.reload()
    expect(card(third, "proverbs").get_by_text("Another visitor asked for it.")).to_be_visible()
    expect(button(third, "proverbs", "Cancel")).to_have_count(0)
    button(first, "proverbs", "Cancel").click()
    expect(card(first, "proverbs").get_by_text("Another visitor asked for it.")).to_be_visible()
    button(second, "proverbs", "Cancel").click()
    for visitor in (first, second, third):
        expect(card(visitor, "proverbs").get_by_text("Cancelled.")).to_be_visible()
    assert publisher.asked["proverbs"] == 1
    publisher.go.set()
    agree(third, "proverbs", "Try again")
    expect(button(third, "proverbs", "Train on it")).to_be_visible()
    assert publisher.asked["proverbs"] == 2
    publisher.go.clear()


@pytest.mark.parametrize(
    ("way", "words"),
    [pytest.param("missing", "answers 404", marks=pytest.mark.long), ("wrong", "not the published file")],
)
def test_a_download_that_fails_says_why_and_can_be_tried_again(visitor, publisher, data_dir, way, words):
    name = {"missing": "riddles", "wrong": "rhymes"}[way]
    publisher.ways[name] = way
    visitor.open("data", {"task": "generation"})
    agree(visitor, name)
    expect(card(visitor, name).get_by_role("alert")).to_contain_text(words)
    expect(card(visitor, name).get_by_role("alert")).to_contain_text("Without downloads: fetch the files elsewhere")
    assert not list(data_dir.glob(f"{name}/*.txt"))
    publisher.ways[name] = "serve"
    agree(visitor, name, "Try again")
    expect(button(visitor, name, "Train on it")).to_be_visible()
    expect(card(visitor, name).get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"UNROLL_DOWNLOADS": "off"}, "its host has switched that off"),
        pytest.param(
            {"UNROLL_DOWNLOADS": "list", "UNROLL_DOWNLOAD_IDS": "trec"}, "this is none of them", marks=pytest.mark.long
        ),
        pytest.param({"UNROLL_MAX_DOWNLOAD_BYTES": "100000"}, "at most 100 kB", marks=pytest.mark.long),
    ],
)
def test_where_a_set_is_not_fetched_a_sentence_stands_in_place_of_the_button(
    new_server, launcher, chromium, tmp_path, variables, words
):
    server = new_server(launcher, UNROLL_DATA_DIR=str(tmp_path), **variables)
    page = chromium.new_page()
    try:
        page.goto(f"{server.url}/data?task=generation")
        found = page.locator(".st-key-data_card_text_sayings")
        expect(found).to_contain_text(words)
        expect(found.get_by_role("button", name=re.compile("Download|Train"))).to_have_count(0)
        found.get_by_role("button", name="About it").click()
        expect(page.get_by_role("dialog")).to_contain_text("copy them into the folder sayings")
        expect(page.get_by_role("dialog").get_by_role("button", name="Download")).to_have_count(0)
    finally:
        page.close()
        server.stop()
