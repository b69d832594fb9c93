import os
import threading

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.download_queue import Downloads, hub_key
from core.data.fetching import FetchError, Interrupted
from core.data.hub.choices import Choice
from core.data.hub.fetching import fetch_choice
from core.data.hub.files import find, folder_of, is_here
from tests.data.hub import hub_server
from tests.data.hub.hub_server import endless, half, hangs, leads_to, other_bytes, says, status
from tests.data.hub.hub_sets import csv_rows, path_of, put_films
from tests.data.local_server import little_room


def test_nothing_is_fetched_twice(hub, settings):
    put_films(hub)
    fetch_choice(Choice("who/films"), settings, Limits())
    asked = {path: count for path, count in hub.asked.items() if "/resolve/" in path}
    assert fetch_choice(Choice("who/films"), settings, Limits()) == find(Choice("who/films"), settings, Limits())
    assert asked == {path: count for path, count in hub.asked.items() if "/resolve/" in path}


def test_names_in_a_listing_never_become_paths(hub, settings, tmp_path):
    evil = {"../../train.csv": csv_rows("up"), "/tmp/train.csv": csv_rows("root"), "a/../train.csv": csv_rows("round"),
            "C:\\train.csv": csv_rows("drive"), "t\x00rain.csv": csv_rows("nul"), "data/train.csv": csv_rows("good")}  # fmt: skip
    hub.put("who/evil", evil)
    found = fetch_choice(Choice("who/evil"), settings, Limits())
    assert b"good" in found.paths[0].read_bytes()
    inside = folder_of(Choice("who/evil"), settings)
    assert all(path.is_relative_to(inside) for path in tmp_path.rglob("*.csv"))
    assert not (tmp_path / "train.csv").exists()


def test_a_connection_that_breaks_is_taken_up_again(hub, settings):
    hub.put("who/rows", {"train.csv": csv_rows("whole", 300)})
    hub.ways[path_of(hub, "train.csv")] = [half, hub_server.answer]
    found = fetch_choice(Choice("who/rows"), settings, Limits())
    assert found.paths[0].read_bytes() == csv_rows("whole", 300)


FILES = {
    "other bytes": (other_bytes, "is not the published file"),
    "gone": (status(404), "answers 404"),
    "closed": (status(403), "answers 403"),
    "too much": (endless, "sends more than the published"),
    "leads into a private network": (leads_to("https://127.0.0.1:9/secret"), "private network"),
    "leads to plain http": (leads_to("http://example.org/x"), "not https"),
    "another size": (says(b"short"), "not the published"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_not_as_listed_leaves_nothing_to_read(hub, settings, kind):
    way, words = FILES[kind]
    hub.put("who/rows", {"train.csv": csv_rows("whole", 300)})
    hub.ways[path_of(hub, "train.csv")] = [way]
    with pytest.raises(FetchError, match=words):
        fetch_choice(Choice("who/rows"), settings, Limits())
    assert not is_here(Choice("who/rows"), settings, Limits())
    hub.ways.clear()
    assert fetch_choice(Choice("who/rows"), settings, Limits()).paths[0].read_bytes() == csv_rows("whole", 300)


def test_a_fetch_that_hangs_ends_at_its_limit_and_when_it_is_cancelled(hub, settings):
    hub.put("who/rows", {"train.csv": csv_rows("whole")})
    hub.ways[path_of(hub, "train.csv")] = [hangs]
    with pytest.raises(FetchError, match="took longer than"):
        fetch_choice(Choice("who/rows"), settings, Limits(max_download_seconds=0.4))
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Interrupted):
        fetch_choice(Choice("who/rows"), settings, Limits(), cancel=cancel)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_download_bytes": 2_000}, "at most 2 kB"),
        ({"max_rows": 29}, "at most 29 rows"),
        ({"max_columns": 1}, "1 columns"),
    ],
)
def test_what_is_larger_than_the_limits_is_refused(hub, settings, limits, words):
    put_films(hub)
    with pytest.raises(ConfigError, match=words):
        fetch_choice(Choice("who/films"), settings, Limits(**limits))


def test_a_parquet_file_that_is_none_is_named(hub, settings):
    hub.put("who/broken", {"train.parquet": b"PAR1 and nothing else"})
    with pytest.raises(ConfigError, match=r"train\.parquet', which is broken"):
        fetch_choice(Choice("who/broken"), settings, Limits())


def test_visitors_who_ask_at_once_fetch_once(hub, settings):
    put_films(hub)
    downloads, choice = Downloads([], settings, Limits()), Choice("who/films")
    threads = [threading.Thread(target=fetch_choice, args=(choice, settings, Limits())) for _ in range(3)]
    downloads.start_hub(choice, "somebody")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not downloads.state(hub_key(choice)).done:
        threading.Event().wait(0.02)
    assert downloads.state(hub_key(choice)).error == ""
    assert is_here(choice, settings, Limits())
    fetched = {path: count for path, count in hub.asked.items() if path.endswith(".parquet")}
    assert set(fetched.values()) == {1}


def test_a_full_disk_is_said_and_leaves_nothing_half(hub, settings):
    hub.put("who/rows", {"train.csv": csv_rows("whole", 9_000)})
    with little_room(50_000), pytest.raises(FetchError, match="who/rows cannot be written: File too large"):
        fetch_choice(Choice("who/rows"), settings, Limits())
    assert not is_here(Choice("who/rows"), settings, Limits())
    assert fetch_choice(Choice("who/rows"), settings, Limits()).paths


def test_what_was_used_longest_ago_makes_room(hub, settings):
    for number in range(3):
        hub.put(f"who/set{number}", {"train.csv": csv_rows("some", 200)})
    size = len(csv_rows("some", 200))
    limits = Limits(max_hub_bytes=3 * size)
    for number in (0, 1):
        found = fetch_choice(Choice(f"who/set{number}"), settings, limits)
        os.utime(found.paths[0].with_name("hub.json"), (number, number))
    fetch_choice(Choice("who/set2"), settings, limits)
    assert [is_here(Choice(f"who/set{number}"), settings, limits) for number in range(3)] == [False, True, True]
