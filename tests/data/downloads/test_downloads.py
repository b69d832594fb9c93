import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.download_queue import Downloads
from core.data.downloads import NotHere, download, folder_of, is_here, require
from core.data.fetching import FetchError
from tests.data.downloads.site import (
    TEXT,
    hold,
    is_intact,
    serve,
    slow,
    stall,
    status,
    wait_until,
)
from tests.data.local_server import little_room


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


ROOT = Path(__file__).resolve().parents[3]
OTHER_PROCESS = """
import sys
from core.config.limits import Limits, Settings
from core.data.downloads import download
from core.data.entries.entry import Entry, File
path, size, sha256, url = sys.argv[1:]
file = File(path, int(size), sha256, url)
entry = Entry("sayings", "text", "Sayings", "", "", "CC0", None, files=(file,))
print(download(entry, Settings(), Limits()))
"""


def start_process(entry, settings):
    (file,) = entry.files
    words = [file.path, str(file.bytes), file.sha256, file.url]
    variables = {"UNROLL_DATA_DIR": str(settings.data_dir), "UNROLL_STATE_DIR": str(settings.state_dir),
                 "UNROLL_DOWNLOAD_FROM_LOCALHOST": "true"}  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", OTHER_PROCESS, *words], cwd=ROOT, env={**os.environ, **variables},
                            stdout=subprocess.PIPE, text=True)  # fmt: skip


def test_two_processes_fetch_once(site, settings):
    entry = site.entry({"a.txt": TEXT}, slow)
    started = [start_process(entry, settings) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in started] == [str(folder_of(entry, settings))] * 2
    assert site.asked == {"/a.txt": 1}
    assert is_here(entry, settings)


def test_a_process_killed_in_the_middle_leaves_nothing_that_counts_or_stays(site, settings):
    entry = site.entry({"deep/a.txt": TEXT}, stall, serve)
    folder = folder_of(entry, settings) / "deep"
    process = start_process(entry, settings)
    wait_until(lambda: any(path.stat().st_size for path in folder.glob("tmp*")))
    process.kill()
    process.communicate()
    assert not is_here(entry, settings)
    download(entry, settings, Limits())
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o644, "others may read it"
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


def test_a_full_disk_is_said_and_leaves_nothing_half(site, settings):
    entry = site.entry({"a.txt": TEXT, "b.txt": b"short"})
    with little_room(100_000), pytest.raises(FetchError, match="Sayings cannot be written: File too large"):
        download(entry, settings, Limits())
    assert {path.name for path in folder_of(entry, settings).iterdir()} <= {"b.txt"}
    download(entry, settings, Limits())
    assert is_here(entry, settings)


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
        Downloads([entry], settings, Limits(**limits)).start("sayings", "somebody")
    assert not site.asked
