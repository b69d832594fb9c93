import threading

import pytest

from core.config.limits import Limits
from core.data.downloads import download, folder_of, is_here
from core.data.fetching import FetchError, Interrupted, check_address
from tests.data.downloads.site import (
    TEXT,
    Site,
    cut,
    end_early_without_a_word,
    endless,
    in_tiny_pieces,
    is_intact,
    leads_on_with_an_endless_body,
    part,
    redirect,
    say_nothing,
    serve,
    slow,
    stall,
    status,
    too_long,
    too_short,
    wrong_bytes,
)


@pytest.mark.parametrize(
    "ways",
    [
        [cut, cut, cut, serve],
        [end_early_without_a_word, say_nothing, serve],
        [status(503), status(429), wrong_bytes, serve],
        [slow],
        [in_tiny_pieces],
    ],
    ids=lambda ways: "-".join(getattr(way, "__name__", "way") for way in ways),
)
def test_a_server_in_trouble_is_asked_again(ways, site, settings):
    entry = site.entry({"a.txt": TEXT}, *ways)
    download(entry, settings, Limits())
    assert is_here(entry, settings)
    assert [path.name for path in folder_of(entry, settings).iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (wrong_bytes, "not the published file"),
        (too_long, "bytes, not the published"),
        (too_short, "bytes, not the published"),
        (endless, "more than the published"),
        (status(404), "answers 404"),
        (status(403), "answers 403"),
        (status(204), "answers 204"),
        (status(500), "answers 500"),
        (part, "answers 206"),
        (cut, "stopped in the middle"),
        (say_nothing, "could not be reached"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_not_the_published_file_is_not_kept(way, words, site, settings):
    entry = site.entry({"a.txt": TEXT, "b.txt": b"right"}, way)
    site.ways["/b.txt"] = [serve]
    with pytest.raises(FetchError, match=words) as caught:
        download(entry, settings, Limits())
    assert "UNROLL_DATA_DIR" in str(caught.value)
    assert str(settings.data_dir) not in str(caught.value)
    assert is_intact(entry, settings)
    assert not (folder_of(entry, settings) / "a.txt").exists()
    assert {path.name for path in folder_of(entry, settings).iterdir()} <= {"b.txt"}
    site.ways["/a.txt"] = [serve]
    download(entry, settings, Limits())
    assert is_here(entry, settings)


def test_a_server_that_stalls_is_left_when_the_time_is_over(site, settings):
    entry = site.entry({"a.txt": TEXT}, stall)
    with pytest.raises(FetchError, match="longer than 1 seconds"):
        download(entry, settings, Limits(max_download_seconds=1))
    assert is_intact(entry, settings)
    site.ways["/a.txt"] = [serve]
    download(entry, settings, Limits())
    assert is_here(entry, settings)


def test_what_was_cancelled_leaves_whole_files_for_the_next_time(site, settings):
    entry, cancel = site.entry({"a.txt": b"short", "b.txt": TEXT}), threading.Event()
    site.ways["/b.txt"] = [stall, serve]
    with pytest.raises(Interrupted):
        download(entry, settings, Limits(), lambda seen: seen.files_done and cancel.set(), cancel)
    assert is_intact(entry, settings)
    assert not is_here(entry, settings)
    download(entry, settings, Limits())
    assert site.asked == {"/a.txt": 1, "/b.txt": 2}
    assert is_here(entry, settings)


@pytest.mark.parametrize("way", [redirect("/moved"), leads_on_with_an_endless_body])
def test_a_redirect_on_the_same_server_is_followed(way, site, settings):
    entry = site.entry({"a.txt": TEXT}, way)
    site.content["/moved"] = TEXT
    download(entry, settings, Limits())
    assert is_here(entry, settings)


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.7/a.txt", "https://127.0.0.1/a.txt", "https://[::1]/a.txt", "https://169.254.169.254/a.txt",
     "https://192.168.1.1:8443/a", "https://[::ffff:10.0.0.1]/a", "http://example.com/a.txt", "file:///etc/hosts",
     "ftp://example.com/a", "https://127.0.0.1\\@example.com/", "https://me@example.com/", "https://", "//[bad", "OTHER",
     "/a.txt"],
)  # fmt: skip
def test_a_redirect_that_leads_elsewhere_is_not_followed(target, site, settings):
    other = Site()
    try:
        entry = site.entry({"a.txt": TEXT}, redirect(f"{other.address}/a.txt" if target == "OTHER" else target))
        with pytest.raises(FetchError, match=r"not followed|without an end|no address|answers 302"):
            download(entry, settings, Limits())
        assert not other.asked
    finally:
        other.close()
    assert list(folder_of(entry, settings).iterdir()) == []


def test_only_https_to_public_addresses_passes_unless_the_server_is_trusted():
    check_address("https://8.8.8.8/a")
    check_address("http://127.0.0.1:80/a", trusted="http://127.0.0.1:80/b")
    for url in ("http://8.8.8.8/a", "http://127.0.0.1:80/a", "https://localhost/a", "https://10.1.2.3/a"):
        with pytest.raises(FetchError):
            check_address(url, trusted="http://127.0.0.1:81/a")
