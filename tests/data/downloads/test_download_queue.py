import threading

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data import download_queue
from core.data.download_queue import Downloads
from core.data.downloads import download, is_here
from tests.data.downloads.site import (
    TEXT,
    cut,
    hold,
    is_intact,
    serve,
    slow,
    stall,
    status,
    wait_until,
    wrong_bytes,
)


def test_a_page_starts_a_download_and_polls_it(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, slow)], settings, Limits())
    assert downloads.state("sayings") is None
    downloads.start("sayings", "somebody")
    downloads.start("sayings", "somebody")
    wait_until(lambda: downloads.state("sayings").progress and downloads.state("sayings").progress.bytes_done > 0)
    wait_until(lambda: downloads.state("sayings").done)
    state = downloads.state("sayings")
    assert (state.error, state.cancelled) == ("", False)
    assert state.progress.bytes_done == state.progress.bytes == len(TEXT)
    assert site.asked == {"/a.txt": 1}


def test_a_page_cancels_a_download_and_starts_it_again(site, settings):
    entry = site.entry({"a.txt": TEXT}, stall, serve)
    downloads = Downloads([entry], settings, Limits())
    downloads.start("sayings", "somebody")
    wait_until(lambda: site.asked)
    downloads.cancel("sayings", "somebody")
    wait_until(lambda: downloads.state("sayings").done)
    assert downloads.state("sayings").cancelled
    downloads.start("sayings", "somebody")
    wait_until(lambda: downloads.state("sayings").done)
    assert not downloads.state("sayings").cancelled
    assert is_here(entry, settings)


def test_a_page_is_told_why_a_download_failed(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, status(404))], settings, Limits())
    downloads.start("sayings", "somebody")
    wait_until(lambda: downloads.state("sayings").done)
    assert "answers 404" in downloads.state("sayings").error
    with pytest.raises(ConfigError, match=r"data\.id"):
        downloads.start("nothing", "somebody")


@pytest.mark.parametrize(
    ("ways", "seconds", "words"),
    [
        ([cut, cut, serve], 60, ""),
        ([stall], 1, "longer than 1 seconds"),
        ([wrong_bytes], 60, "not the published file"),
    ],
    ids=["cut", "stalls", "wrong bytes"],
)
def test_a_page_sees_a_clear_end_whatever_the_server_does_and_can_go_on_after_it(ways, seconds, words, site, settings):
    entry = site.entry({"a.txt": TEXT}, *ways)
    downloads = Downloads([entry], settings, Limits(max_download_seconds=seconds))
    downloads.start("sayings", "somebody")
    wait_until(lambda: downloads.state("sayings").done)
    state = downloads.state("sayings")
    assert words in state.error
    assert bool(state.error) == bool(words)
    assert not state.cancelled
    assert is_intact(entry, settings)
    assert is_here(entry, settings) == (not words)
    site.ways["/a.txt"] = [serve]
    Downloads([entry], settings, Limits()).start("sayings", "somebody")
    wait_until(lambda: is_here(entry, settings))


def test_only_so_many_sets_are_fetched_at_once(site, settings):
    entries = [site.entry({f"{name}.txt": TEXT}, hold, data_id=name) for name in ("first", "second", "third")]
    downloads = Downloads(entries, settings, Limits(), at_once=1)
    for entry in entries:
        downloads.start(entry.id, "somebody")
    wait_until(lambda: site.asked)
    downloads.cancel("second", "somebody")
    wait_until(lambda: downloads.state("second").done)
    assert downloads.state("second").cancelled
    assert set(site.asked) == {"/first.txt"}
    site.go.set()
    wait_until(lambda: all(downloads.state(entry.id).done for entry in entries))
    assert [is_here(entry, settings) for entry in entries] == [True, False, True]


def test_one_address_asks_for_so_many_sets_and_leaves_room_for_others(site, settings):
    entries = [site.entry({f"{name}.txt": TEXT}, hold, data_id=name) for name in ("first", "second", "third")]
    downloads = Downloads(entries, settings, Limits(max_downloads_per_address=2))
    for entry, cookie in zip(entries[:2], ("one", "two"), strict=True):
        downloads.start(entry.id, cookie, "x")
    with pytest.raises(ConfigError, match="at most 2 sets at the same time from one network address"):
        downloads.start("third", "three", "x")
    downloads.start("first", "three", "x")
    downloads.start("third", "four", "y")
    site.go.set()
    wait_until(lambda: all(downloads.state(entry.id).done for entry in entries))
    assert all(is_here(entry, settings) for entry in entries)


def test_sets_are_fetched_in_the_order_in_which_they_were_asked_for(site, settings):
    names = [f"set{number}" for number in range(7)]
    entries = [site.entry({f"{name}.txt": b"%s" % name.encode()}, hold, data_id=name) for name in names]
    downloads = Downloads(entries, settings, Limits(), at_once=1)
    for name in names:
        downloads.start(name, "somebody")
    site.go.set()
    wait_until(lambda: all(downloads.state(name).done for name in names))
    assert list(site.asked) == [f"/{name}.txt" for name in names]


def test_who_cancels_takes_only_themselves_off_and_the_last_one_ends_it(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, stall)], settings, Limits())
    for visitor in ("first", "second", "first"):
        downloads.start("sayings", visitor)
    wait_until(lambda: site.asked)
    assert downloads.wanted_by("sayings") == {"first", "second"}
    for visitor in ("first", "third", "first"):
        downloads.cancel("sayings", visitor)
    assert downloads.wanted_by("sayings") == {"second"}
    assert not downloads.state("sayings").done
    downloads.cancel("sayings", "second")
    wait_until(lambda: downloads.state("sayings").done)
    assert downloads.state("sayings").cancelled


def test_who_wanted_a_download_that_failed_has_no_part_in_the_next_one(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, status(404), stall)], settings, Limits())
    downloads.start("sayings", "first")
    wait_until(lambda: downloads.state("sayings").done)
    downloads.start("sayings", "second")
    wait_until(lambda: site.asked["/a.txt"] == 2)
    assert downloads.wanted_by("sayings") == {"second"}
    downloads.cancel("sayings", "second")
    wait_until(lambda: downloads.state("sayings").done)
    assert downloads.state("sayings").cancelled


def test_who_asks_while_a_download_is_ending_gets_it(site, settings, monkeypatch):
    entry, ending, joined = site.entry({"a.txt": TEXT}, stall, serve), threading.Event(), threading.Event()
    downloads = Downloads([entry], settings, Limits())

    def end_slowly(*words):
        try:
            return download(*words)
        finally:
            ending.set()
            assert joined.wait(30)

    monkeypatch.setattr(download_queue, "download", end_slowly)
    downloads.start("sayings", "first")
    wait_until(lambda: site.asked)
    downloads.cancel("sayings", "first")
    assert ending.wait(30)
    assert downloads.wanted_by("sayings") == set()
    downloads.start("sayings", "second")
    joined.set()
    wait_until(lambda: downloads.state("sayings").done)
    assert not downloads.state("sayings").cancelled
    assert is_here(entry, settings)
