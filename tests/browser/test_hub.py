"""Data of the Hugging Face Hub by its name: looked up, chosen, fetched, trained on and shared, against a Hub of ours."""

import contextlib
import io
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import TimeoutError, expect

from tests.data.hub.hub_server import HubServer, hangs, status

WORDS = ["fine", "poor", "grand", "dull", "bright", "pale", "warm"]
CARD = {
    "license": "cc-by-4.0",
    "pretty_name": "<b>Films</b> of all kinds",
    "configs": [
        {
            "config_name": name,
            "data_files": [{"split": split, "path": f"{name}/{split}*"} for split in ("train", "test")],
        }
        for name in ("short", "long")
    ],
}


def films(first, rows):
    texts = [
        f"film {number} was {WORDS[number % 7]} and <i>{WORDS[number % 5]}</i>" for number in range(first, first + rows)
    ]
    stream = io.BytesIO()
    pq.write_table(
        pa.table({"review": texts, "verdict": [("good", "bad")[number % 2] for number in range(rows)]}), stream
    )
    return stream.getvalue()


@pytest.fixture(scope="module")
def hub():
    made = HubServer()
    files = {f"{name}/{split}-0.parquet": films(100 * at, 60) for at, (name, split) in enumerate(
        [("short", "train"), ("short", "test"), ("long", "train"), ("long", "test")])}  # fmt: skip
    for data_id in ("who/films", "who/slow"):
        made.put(data_id, files, CARD)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(new_server, hub):
    """A server that takes this machine's Hub for the Hub."""
    return new_server(UNROLL_HUB_ENDPOINT=hub.address, NO_PROXY="127.0.0.1,localhost")


def open_dialog(visitor, name):
    visitor.sidebar.get_by_text("Your own data", exact=True).first.click()
    expect(visitor.sidebar.get_by_role("button", name="Hugging Face Hub")).to_be_visible()
    visitor.settle()
    button, dialog = visitor.sidebar.get_by_role("button", name="Hugging Face Hub"), visitor.page.get_by_role("dialog")
    button.click()
    with contextlib.suppress(TimeoutError):
        dialog.wait_for(timeout=6_000)
    if not dialog.is_visible():
        button.click()  # the page was being drawn anew, and the first click went with it: whoever sees that clicks again
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Name", exact=True).press("Enter")
    dialog.get_by_role("button", name="Look it up").click()
    return dialog


def choose(visitor, dialog, label, option):
    dialog.get_by_label(label, exact=True).click()
    visitor.page.get_by_role("option", name=option).click()


def test_a_set_is_looked_up_fetched_trained_on_and_shared(visitor, new_visitor):
    visitor.open_task("sentiment", {"training.max_steps": 20})
    dialog = open_dialog(visitor, "who/films")
    expect(dialog.get_by_text("Licence: cc-by-4.0")).to_be_visible()
    expect(dialog.get_by_text("<b>Films</b> of all kinds")).to_be_visible()
    choose(visitor, dialog, "Subset", "long")
    dialog.get_by_role("button", name="Fetch").click()
    expect(dialog).to_have_count(0)
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("who/films (Hub)")
    expect(visitor.train_button).to_be_enabled()
    assert "sentiment.data=hub:who/films" in visitor.page.url.replace("%3A", ":").replace("%2F", "/")
    assert "sentiment.subset=long" in visitor.page.url
    run = visitor.train()
    visitor.finish(run)
    data = visitor.server.store.experiment(run).data
    assert (data.source, data.id, data.subset, data.hub_split) == ("hub", "who/films", "long", None)
    other = new_visitor()
    other.open_task("sentiment", {"data": "hub:who/films", "subset": "long"})
    expect(other.sidebar.get_by_label("Data", exact=True)).to_have_value("who/films (Hub)")
    expect(other.train_button).to_be_enabled()


def test_a_link_to_what_is_not_here_offers_it_and_fetches_nothing_by_itself(visitor, hub):
    visitor.open_task("sentiment", {"data": "hub:who/films", "subset": "short", "hub_split": "test"})
    expect(visitor.main.get_by_text(re.compile("not on this server yet"))).to_be_visible()
    expect(visitor.train_button).to_be_disabled()
    assert not [path for path in hub.asked if "/short/" in path]
    visitor.main.get_by_role("button", name="Look it up").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Fetch").click()
    expect(dialog).to_have_count(0)
    expect(visitor.train_button).to_be_enabled()
    fetched = [path for path in hub.asked if path.endswith(".parquet") and "/short/" in path]
    assert len(fetched) == 1, "the split that the link names and no other"


@pytest.mark.long
def test_a_fetch_can_be_cancelled_and_taken_up_again(visitor, hub):
    path = f"/datasets/who/slow/resolve/{hub.commit('who/slow')}/short/train-0.parquet"
    hub.ways[path] = [hangs]
    visitor.open_task("sentiment")
    dialog = open_dialog(visitor, "who/slow")
    dialog.get_by_role("button", name="Fetch").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.get_by_text("Cancelled.")).to_be_visible()
    del hub.ways[path]
    dialog.get_by_role("button", name="Fetch").click()
    expect(dialog).to_have_count(0)
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("who/slow (Hub)")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nobody/has-this", "everybody may read"),
        pytest.param("../etc", "owner/name", marks=pytest.mark.long),
        pytest.param("who/broken", "answers 500", marks=pytest.mark.long),
    ],
)
def test_what_cannot_be_had_is_said_in_words(visitor, hub, name, words):
    hub.ways["/api/datasets/who/broken"] = [status(500)]
    visitor.open_task("generation")
    dialog = open_dialog(visitor, name)
    expect(dialog.get_by_role("alert")).to_contain_text(words)
    expect(dialog.get_by_role("button", name="Fetch")).to_have_count(0)
