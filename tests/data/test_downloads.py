import hashlib
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.download_queue import Downloads
from core.data.downloads import NotHere, download, folder_of, is_here, require
from core.data.entries.entry import Entry, File
from core.data.fetching import FetchError, Gate, Interrupted, part_of
from tests.data.local_server import LocalServer

ROOT = Path(__file__).resolve().parents[2]
TEXT = b"".join(b"line %d of a text\n" % number for number in range(20_000))


class Site(LocalServer):
    """A server on this machine: by path, what it holds and how it behaves, and what it was asked."""

    def __init__(self):
        super().__init__()
        self.content, self.ways, self.asked, self.ranges = {}, {}, Counter(), []
        self.go = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with site.lock:
                    site.asked[self.path] += 1
                    ways = site.ways.get(self.path, [serve])
                    way = ways.pop(0) if len(ways) > 1 else ways[0]
                with suppress(OSError):
                    way(site, self, site.content[self.path])

            def log_message(self, *_):
                pass

        self.serve(Handler)

    def entry(self, contents, *ways, data_id="sayings"):
        """An entry of files that this server publishes; the ways hold for each request in turn, the last for all more."""
        files = []
        for name, content in contents.items():
            self.content[f"/{name}"] = content
            if ways:
                self.ways[f"/{name}"] = list(ways)
            files.append(File(name, len(content), hashlib.sha256(content).hexdigest(), f"{self.address}/{name}"))
        return Entry(
            data_id, "generation", "Sayings", "Lines.", "A test", "CC0", lambda folder, data: None, files=tuple(files)
        )


def begin(handler, status, headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, str(value))
    handler.end_headers()


def asked_from(site, handler):
    asked = handler.headers.get("Range")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    site.ranges.append(start)
    return start


def send_rest(site, handler, content, sent_bytes=None):
    start = asked_from(site, handler)
    headers = {"Content-Length": len(content) - start}
    if start:
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    begin(handler, 206 if start else 200, headers)
    handler.wfile.write(content[start:][:sent_bytes])


def serve(site, handler, content):
    send_rest(site, handler, content)


def cut(site, handler, content):
    send_rest(site, handler, content, 100_000)


def serve_without_ranges(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content)


def cut_without_ranges(site, handler, content):
    begin(handler, 200, {"Content-Length": len(content)})
    handler.wfile.write(content[:150_000])


def end_early_without_a_word(site, handler, content):
    begin(handler, 200, {})
    handler.wfile.write(content[:1_000])


def say_nothing(site, handler, content):
    handler.connection.close()


def wrong_bytes(site, handler, content):
    send_rest(site, handler, content[::-1])


def too_long(site, handler, content):
    serve_without_ranges(site, handler, content + b"more")


def too_short(site, handler, content):
    serve_without_ranges(site, handler, content[:-5])


def endless(site, handler, content):
    begin(handler, 200, {})
    while not site.over.is_set():
        handler.wfile.write(bytes(65_536))


def hold(site, handler, content):
    site.go.wait(30)
    serve(site, handler, content)


def stall(site, handler, content):
    send_rest(site, handler, content, 50_000)
    site.over.wait(30)


def slow(site, handler, content):
    start = asked_from(site, handler)
    begin(handler, 206 if start else 200, {"Content-Length": len(content) - start,
          "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"})  # fmt: skip
    for place in range(start, len(content), 20_000):
        if site.over.wait(0.1):
            return
        handler.wfile.write(content[place : place + 20_000])


def another_part(site, handler, content):
    begin(handler, 206, {"Content-Range": f"bytes 7-{len(content) - 1}/{len(content)}"})
    handler.wfile.write(content[7:])


def no_such_range(site, handler, content):
    begin(handler, 416, {"Content-Range": f"bytes */{len(content)}"})


def status(code):
    return lambda site, handler, content: begin(handler, code, {"Content-Length": 0})


def redirect(target):
    return lambda site, handler, content: begin(handler, 302, {"Location": target, "Content-Length": 0})


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    found = Site()
    yield found
    found.close()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", state_dir=tmp_path / "state", download_from_localhost=True)


def is_intact(entry, settings):
    """Whether every file with a name of its own is a whole one."""
    files = {file.path: file for file in entry.files}
    folder = folder_of(entry, settings)
    there = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return all(
        hashlib.sha256(path.read_bytes()).hexdigest() == files[path.relative_to(folder).as_posix()].sha256
        for path in there
    )


def wait_until(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_set_is_fetched_with_progress_and_then_is_here(site, settings):
    entry = site.entry({"a.txt": TEXT, "deep/b.txt": b"", "c.txt": b"x"})
    seen = []
    assert not is_here(entry, settings)
    folder = download(entry, settings, Limits(), seen.append)
    assert folder == settings.data_dir / "sayings"
    assert [(folder / file.path).read_bytes() for file in entry.files] == [TEXT, b"", b"x"]
    assert is_here(entry, settings)
    assert require(entry, settings) == folder
    assert (seen[-1].files_done, seen[-1].files) == (3, 3)
    assert seen[-1].bytes_done == seen[-1].bytes == len(TEXT) + 1
    assert [one.bytes_done for one in seen] == sorted(one.bytes_done for one in seen)
    download(entry, settings, Limits())
    assert set(site.asked.values()) == {1}


@pytest.mark.parametrize(
    "ways",
    [
        [cut, cut, cut, serve],
        [cut_without_ranges, serve_without_ranges],
        [end_early_without_a_word, end_early_without_a_word, serve],
        [say_nothing, serve],
        [status(500), status(503), serve],
        [status(429), serve],
        [cut, another_part, serve],
        [cut, no_such_range, serve],
        [slow],
    ],
    ids=lambda ways: "-".join(getattr(way, "__name__", "way") for way in ways),
)
def test_a_server_in_trouble_is_asked_again(ways, site, settings):
    entry = site.entry({"a.txt": TEXT}, *ways)
    download(entry, settings, Limits())
    assert is_here(entry, settings)
    assert [path.name for path in folder_of(entry, settings).iterdir()] == ["a.txt"]


def test_a_file_goes_on_where_the_connection_was_cut(site, settings):
    download(site.entry({"a.txt": TEXT}, cut), settings, Limits())
    assert len(site.ranges) > 3
    assert site.ranges == sorted(set(site.ranges))


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
        (cut_without_ranges, "in the middle|broke off"),
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
    assert part_of(folder_of(entry, settings) / "a.txt").exists() == (way is cut_without_ranges)
    site.ways["/a.txt"] = [serve]
    download(entry, settings, Limits())
    assert is_here(entry, settings)


def test_wrong_bytes_before_a_cut_are_fetched_anew(site, settings):
    entry = site.entry({"a.txt": TEXT})
    folder_of(entry, settings).mkdir(parents=True)
    part_of(folder_of(entry, settings) / "a.txt").write_bytes(b"?" * 5_000)
    download(entry, settings, Limits())
    assert site.ranges == [5_000, 0]
    assert is_here(entry, settings)


def test_a_server_that_stalls_is_left_when_the_time_is_over(site, settings):
    entry = site.entry({"a.txt": TEXT}, stall)
    with pytest.raises(FetchError, match="longer than 1 seconds"):
        download(entry, settings, Limits(max_download_seconds=1))
    assert is_intact(entry, settings)
    site.ways["/a.txt"] = [serve]
    download(entry, settings, Limits())
    assert site.ranges[-1] > 0


def test_what_was_cancelled_goes_on_the_next_time(site, settings):
    entry, cancel = site.entry({"a.txt": TEXT}, slow, serve), threading.Event()
    with pytest.raises(Interrupted):
        download(entry, settings, Limits(), lambda seen: seen.bytes_done and cancel.set(), cancel)
    assert is_intact(entry, settings)
    assert not is_here(entry, settings)
    download(entry, settings, Limits())
    assert site.ranges[1] > 0
    assert is_here(entry, settings)


def test_a_redirect_on_the_same_server_is_followed(site, settings):
    entry = site.entry({"a.txt": TEXT}, redirect("/moved"))
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


def test_only_https_to_public_addresses_passes_unless_the_server_says_otherwise():
    gate = Gate(from_localhost=False)
    gate.check("https://8.8.8.8/a", "https://8.8.8.8/a")
    for url in ("http://8.8.8.8/a", "http://127.0.0.1:80/a", "https://localhost/a", "https://10.1.2.3/a"):
        with pytest.raises(FetchError):
            gate.check(url, url)
    with pytest.raises(FetchError):
        Gate(from_localhost=True).check("http://8.8.8.8/a", "http://8.8.8.8/a")


def test_at_most_eight_files_are_fetched_at_once(site, settings):
    entry = site.entry({f"{number}.txt": b"%d" % number for number in range(30)}, hold)
    thread = threading.Thread(target=download, args=(entry, settings, Limits()))
    thread.start()
    wait_until(lambda: len(site.asked) == 8)
    time.sleep(0.3)  # a ninth would come now
    assert len(site.asked) == 8
    site.go.set()
    thread.join(30)
    assert is_here(entry, settings)


def test_of_many_files_those_that_came_are_not_fetched_again(site, settings):
    entry = site.entry({f"recordings/{number}.txt": b"%d" % number for number in range(60)})
    site.ways["/recordings/31.txt"] = [status(404), serve]
    with pytest.raises(FetchError, match="404"):
        download(entry, settings, Limits())
    assert is_intact(entry, settings)
    before = [path for path in folder_of(entry, settings).rglob("*.txt") if not path.name.startswith(".")]
    assert before
    download(entry, settings, Limits())
    assert is_here(entry, settings)
    assert all(site.asked[f"/recordings/{path.name}"] == 1 for path in before)


def test_two_visitors_fetch_once(site, settings):
    entry = site.entry({"a.txt": TEXT}, slow)
    threads = [threading.Thread(target=download, args=(entry, settings, Limits())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert is_here(entry, settings)
    assert site.asked == {"/a.txt": 1}


OTHER_PROCESS = """
import sys
from core.config.limits import Limits, Settings
from core.data.downloads import download
from core.data.entries.entry import Entry, File
path, size, sha256, url = sys.argv[1:]
file = File(path, int(size), sha256, url)
entry = Entry("sayings", "generation", "Sayings", "", "", "CC0", None, files=(file,))
print(download(entry, Settings(), Limits()))
"""


def test_two_processes_fetch_once(site, settings):
    entry = site.entry({"a.txt": TEXT}, slow)
    (file,) = entry.files
    words = [file.path, str(file.bytes), file.sha256, file.url]
    variables = {"UNROLL_DATA_DIR": str(settings.data_dir), "UNROLL_STATE_DIR": str(settings.state_dir),
                 "UNROLL_DOWNLOAD_FROM_LOCALHOST": "true"}  # fmt: skip
    started = [
        subprocess.Popen([sys.executable, "-c", OTHER_PROCESS, *words], cwd=ROOT, env={**os.environ, **variables},
                         stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    assert [process.communicate(timeout=60)[0].strip() for process in started] == [str(folder_of(entry, settings))] * 2
    assert site.asked == {"/a.txt": 1}
    assert is_here(entry, settings)


def test_without_a_network_the_message_says_what_to_do(site, settings):
    entry = site.entry({"a.txt": TEXT})
    site.close()
    with pytest.raises(FetchError, match="could not be reached") as caught:
        download(entry, settings, Limits())
    assert "copy them into the folder sayings of UNROLL_DATA_DIR" in str(caught.value)


def test_files_that_were_put_there_by_hand_are_checked_and_need_no_network(site, settings):
    entry = site.entry({"a.txt": b"right", "b.txt": b"right"})
    folder = folder_of(entry, settings)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"right")
    (folder / "b.txt").write_bytes(b"wrong")
    assert not is_here(entry, settings)
    assert not is_here(entry, settings)
    with pytest.raises(NotHere, match=r"datasets get sayings \(10 bytes; licence: CC0\)"):
        require(entry, settings)
    download(entry, settings, Limits())
    assert site.asked == {"/b.txt": 1}
    assert is_here(entry, settings)


def test_a_folder_that_is_complete_may_be_read_only(site, settings):
    entry = site.entry({"a.txt": b"right"})
    folder = folder_of(entry, settings)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"right")
    before = {path: path.stat().st_mtime_ns for path in (settings.data_dir, folder)}
    assert is_here(entry, settings)
    assert download(entry, settings.model_copy(update={"downloads": "on"}), Limits()) == folder
    assert {path: path.stat().st_mtime_ns for path in (settings.data_dir, folder)} == before


def test_a_file_that_changed_is_noticed(site, settings):
    entry = site.entry({"a.txt": b"right"})
    path = download(entry, settings, Limits()) / "a.txt"
    path.write_bytes(b"wrong")
    os.utime(path, ns=(1, 1))
    assert not is_here(entry, settings)


def test_a_cache_that_cannot_be_written_says_so(site, settings, tmp_path):
    entry = site.entry({"a.txt": TEXT})
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConfigError, match="UNROLL_DATA_DIR: expected a folder that can be written"):
        download(entry, settings.model_copy(update={"data_dir": tmp_path / "file" / "data"}), Limits())
    assert not site.asked


@pytest.mark.parametrize(
    ("values", "limits", "words"),
    [
        ({"downloads": "off"}, {}, "downloads are switched off"),
        ({"downloads": "list", "download_ids": ("trec",)}, {}, "one of the sets that this server fetches: trec"),
        ({}, {"max_download_bytes": 1_000}, "a set of at most 1 kB"),
    ],
)
def test_a_host_decides_what_is_fetched(values, limits, words, site, settings):
    entry = site.entry({"a.txt": TEXT})
    settings = Settings(**{**settings.model_dump(exclude={"download_ids"}), **values})
    with pytest.raises(ConfigError, match=words):
        download(entry, settings, Limits(**limits))
    with pytest.raises(ConfigError, match=words):
        Downloads([entry], settings, Limits(**limits)).start("sayings")
    assert not site.asked


def test_a_page_starts_a_download_and_polls_it(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, slow)], settings, Limits())
    assert downloads.state("sayings") is None
    downloads.start("sayings")
    downloads.start("sayings")
    wait_until(lambda: downloads.state("sayings").progress and downloads.state("sayings").progress.bytes_done > 0)
    wait_until(lambda: downloads.state("sayings").done)
    state = downloads.state("sayings")
    assert (state.error, state.cancelled) == ("", False)
    assert state.progress.bytes_done == state.progress.bytes == len(TEXT)
    assert site.asked == {"/a.txt": 1}


def test_a_page_cancels_a_download_and_starts_it_again(site, settings):
    entry = site.entry({"a.txt": TEXT}, stall, serve)
    downloads = Downloads([entry], settings, Limits())
    downloads.start("sayings")
    wait_until(lambda: site.asked)
    downloads.cancel("sayings")
    wait_until(lambda: downloads.state("sayings").done)
    assert downloads.state("sayings").cancelled
    downloads.start("sayings")
    wait_until(lambda: downloads.state("sayings").done)
    assert not downloads.state("sayings").cancelled
    assert is_here(entry, settings)


def test_a_page_is_told_why_a_download_failed(site, settings):
    downloads = Downloads([site.entry({"a.txt": TEXT}, status(404))], settings, Limits())
    downloads.start("sayings")
    wait_until(lambda: downloads.state("sayings").done)
    assert "answers 404" in downloads.state("sayings").error
    with pytest.raises(ConfigError, match=r"data\.id"):
        downloads.start("nothing")


@pytest.mark.parametrize(
    ("ways", "seconds", "words"),
    [
        ([slow], 60, ""),
        ([cut, cut, serve], 60, ""),
        ([stall], 1, "longer than 1 seconds"),
        ([wrong_bytes], 60, "not the published file"),
        ([endless], 60, "more than the published"),
        ([redirect("https://10.0.0.7/a.txt")], 60, "not followed"),
        ([status(503)], 60, "answers 503"),
    ],
    ids=["slow", "cut", "stalls", "wrong bytes", "endless", "leads elsewhere", "in trouble"],
)
def test_a_page_sees_a_clear_end_whatever_the_server_does_and_can_go_on_after_it(ways, seconds, words, site, settings):
    entry = site.entry({"a.txt": TEXT}, *ways)
    downloads = Downloads([entry], settings, Limits(max_download_seconds=seconds))
    downloads.start("sayings")
    wait_until(lambda: downloads.state("sayings").done)
    state = downloads.state("sayings")
    assert words in state.error
    assert bool(state.error) == bool(words)
    assert not state.cancelled
    assert is_intact(entry, settings)
    assert is_here(entry, settings) == (not words)
    site.ways["/a.txt"] = [serve]
    Downloads([entry], settings, Limits()).start("sayings")
    wait_until(lambda: is_here(entry, settings))


def test_only_so_many_sets_are_fetched_at_once(site, settings):
    entries = [site.entry({f"{name}.txt": TEXT}, hold, data_id=name) for name in ("first", "second", "third")]
    downloads = Downloads(entries, settings, Limits(), at_once=1)
    for entry in entries:
        downloads.start(entry.id)
    wait_until(lambda: site.asked)
    waiting = [entry for entry in entries if f"/{entry.id}.txt" not in site.asked]
    downloads.cancel(waiting[0].id)
    wait_until(lambda: downloads.state(waiting[0].id).done)
    assert downloads.state(waiting[0].id).cancelled
    assert len(site.asked) == 1
    site.go.set()
    wait_until(lambda: all(downloads.state(entry.id).done for entry in entries))
    assert [is_here(entry, settings) for entry in entries] == [entry is not waiting[0] for entry in entries]
