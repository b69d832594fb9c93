"""The disk is full: training goes on, and what could not be written is written when there is room again.

The small disk is a tmpfs of its own in a mount namespace, which a server and its workers live in; the test looks at it
through that server's `/proc/PID/root`. Where a namespace cannot be had, the limit on the size of a process's files does.
"""

import errno
import os
import resource
import shutil
import subprocess
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from core.jobs.files import read_json, read_jsonl
from core.jobs.folders import create_run
from core.jobs.record import STOP_FILE
from core.jobs.status import read_status
from core.jobs.worker import describe_failure

DISK_BYTES = 1_500_000
FULL_FILE_BYTES = 8_192  # less than a checkpoint, more than a status
RUN = "0123456789abcdef" * 2


@pytest.fixture
def small_disk(tmp_path, start_server, monkeypatch):
    """The runs folder, on a disk of its own, of a server that has one slot."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespace to be had here")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size={DISK_BYTES} none "{folder}" && exec "$0" "$@"'
    server = start_server(root=folder / "runs", prefix=(unshare, "-rm", "sh", "-c", mount))
    view = f"/proc/{server.process.pid}/root{folder}/runs"
    yield Path(view)
    with suppress(OSError):
        (Path(view) / RUN / STOP_FILE).touch()


def fill(path):
    """Write until nothing more fits."""

    def fill_up():
        with open(path, "wb", buffering=0) as stream:
            while True:
                stream.write(b"\0" * 512)

    with pytest.raises(OSError) as caught:
        fill_up()
    assert caught.value.errno == errno.ENOSPC


def test_a_training_bears_a_full_disk_and_goes_on_when_there_is_room(small_disk, short, finished, wait_until):
    shutil.copytree(finished, small_disk / ("f" * 32))
    run = small_disk / RUN
    create_run(run, short(2_000), versions={"torch": "0"})
    wait_until(lambda: read_status(run).state == "running" and read_jsonl(run / "metrics.jsonl")[0])
    fill(small_disk / "other")
    wait_until(lambda: (read_status(run).heartbeat_age or 0) > 2)  # it cannot say that it lives
    assert read_status(run).state == "running"
    assert read_json(small_disk / ("f" * 32) / "result.json") == read_json(finished / "result.json")
    (small_disk / "other").unlink()
    wait_until(lambda: read_status(run).is_over)
    status = read_status(run)
    assert (status.state, status.step, status.error) == ("succeeded", 2_000, None)
    wait_until(lambda: steps_of(run)[-1] == 2_000)  # records that waited for room come last
    steps = steps_of(run)
    assert steps[0] == 1
    for before, after in pairwise(steps):
        assert 0 < after - before <= max(20, after // 16), "no record is missing"


def steps_of(run):
    return [record["step"] for record in read_jsonl(run / "metrics.jsonl")[0] if record.get("split") == "train"]


def limit_files(process, size):
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_disk_that_stays_full_fails_the_run_in_words_and_a_resume_goes_on(
    make_manager, short, neighbour, store, wait_for, wait_for_step, assert_equal
):
    manager = make_manager()
    run = manager.submit(short())
    limit_files(wait_for_step(run, 1), FULL_FILE_BYTES)
    failed = wait_for(run)
    assert failed.state == "failed"
    assert "disk is full" in failed.error.message and "Free some disk space" in failed.error.hint
    manager.resume(run)  # in a process of its own, without the limit
    wait_for(run, "succeeded")
    assert_equal(store.path(run))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_kind_of_no_room_is_called_a_full_disk(number):
    assert "disk is full" in describe_failure(OSError(number, os.strerror(number)))["message"]
