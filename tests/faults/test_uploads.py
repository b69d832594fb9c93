"""A visitor's upload that goes, is damaged or is away while runs need it: the run says so in words, and nothing else ends."""

import os
import shutil
import time

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.prepare import prepare
from core.data.sources.upload_folders import MARK, RECORD, root_of
from core.data.sources.upload_keeping import GRACE_SECONDS, UploadKeeper, delete_uploads
from core.data.sources.upload_storing import save_upload
from core.jobs.files import read_json, read_jsonl
from core.jobs.folders import read_experiment
from core.jobs.identity import owner_of
from core.jobs.status import read_status
from core.resolve import resolve

ANN = owner_of("ann")


@pytest.fixture
def upload():
    """The id of an upload of Ann's."""
    rows = "".join(f"{1700 + year}-01-01,{year % 7}.5\n" for year in range(240))
    return save_upload([("a.csv", f"time,value\n{rows}".encode())], Settings().state_dir, Limits(), owner=ANN)


@pytest.fixture
def on_upload(upload):
    """Makes an experiment of so many steps on Ann's upload."""

    def make(max_steps):
        values = {
            "data.source": "upload", "data.id": upload, "data.window_size": 9, "data.horizon": 3, "model.hidden_size": 7,
            "training.max_steps": max_steps, "training.max_seconds": None, "training.patience": None,
            "training.device": "cpu", "training.precision": "fp32",
        }  # fmt: skip
        return resolve("forecasting", "quick", values).experiment

    return make


@pytest.fixture
def manager(make_manager, store):
    return make_manager(uploads=UploadKeeper(Settings().state_dir, store.root, Limits()))


def take_away(upload):
    delete_uploads(ANN, Settings().state_dir)


def damage(upload):
    (root_of(Settings().state_dir) / upload / RECORD).write_text('{"files": [')


def empty(upload):
    for path in (root_of(Settings().state_dir) / upload).glob("0.*"):
        path.unlink()


@pytest.mark.parametrize(
    "fault", [take_away, pytest.param(damage, marks=pytest.mark.long), pytest.param(empty, marks=pytest.mark.long)]
)
def test_an_upload_that_goes_while_its_run_is_queued_fails_the_run_in_words(
    manager, on_upload, upload, short, neighbour, wait_for, wait_for_step, refused, fault
):
    first = manager.submit(short(10**6))
    wait_for_step(first, 1)
    run, after = manager.submit(on_upload(50), owner=ANN), manager.submit(short(100))
    fault(upload)
    manager.stop(first)
    failed = wait_for(run)
    assert failed.state == "failed"
    assert "an upload of yours" in failed.error.message and "upload the file again" in failed.error.hint
    assert wait_for(after).state == "succeeded"
    assert "upload the file again" in refused(lambda: manager.resume(run, actor=ANN))


SECRET = "hunter2 is the password of the host"


@pytest.fixture
def secret(tmp_path):
    """A file of the server that is nobody's data."""
    path = tmp_path / "secret.csv"
    path.write_text(f"{SECRET},1\n" * 240)
    return path


def as_link(place, secret):
    place.symlink_to(secret)


def as_second_name(place, secret):
    os.link(secret, place)


def as_pipe(place, secret):
    os.mkfifo(place)


def as_folder(place, secret):
    place.mkdir()
    shutil.copy(secret, place / "part.csv")


@pytest.mark.parametrize("swap", [as_link, as_second_name, as_pipe, as_folder])
def test_an_upload_that_is_another_file_by_now_is_refused_before_a_word_of_it_is_read(on_upload, upload, secret, swap):
    experiment = on_upload(50)
    (place,) = (root_of(Settings().state_dir) / upload).glob("0.*")
    place.unlink()
    swap(place, secret)
    with pytest.raises(ConfigError) as refused:
        prepare("series", experiment.data, Settings(), Limits())
    assert "hunter2" not in str(refused.value) and "pload the file again" in str(refused.value)


@pytest.mark.parametrize("swap", [as_link, as_pipe])
@pytest.mark.parametrize("name", ["experiment.yaml", "details.json", "status.json", "metrics.jsonl", "manager.json"])
def test_what_lies_in_place_of_a_run_s_file_keeps_nobody_waiting_and_shows_nothing(
    store, place, finished, secret, swap, name
):
    secret.write_text('{"state": "failed", "attempt": 1, "heartbeat": 1, "error": {"message": "hunter2"}}\n')
    directory = store.path(place(finished))
    (directory / name).unlink()
    swap(directory / name, secret)
    said = [repr(read_status(directory)), repr(read_json(directory / name)), repr(read_jsonl(directory / name))]
    try:
        said.append(repr(read_experiment(directory)))
    except ConfigError as error:
        said.append(str(error))
    assert "hunter2" not in "".join(said)


def test_a_run_that_trains_goes_on_without_its_upload_and_its_network_stays_usable(
    manager, on_upload, upload, store, neighbour, wait_for, wait_for_step, refused
):
    run = manager.submit(on_upload(400), owner=ANN)
    wait_for_step(run, 1)
    take_away(upload)
    assert wait_for(run).state == "succeeded"
    from core.api import load

    assert load(store.path(run), device="cpu").predict()
    assert "upload the file again" in refused(lambda: manager.continue_run(run, 9, owner=ANN))


def test_a_disk_of_runs_that_is_away_takes_no_upload_along(
    manager, on_upload, upload, store, wait_for, neighbour, tmp_path
):
    run = manager.submit(on_upload(40), owner=ANN)
    wait_for(run, "succeeded")
    keeper = UploadKeeper(Settings().state_dir, store.root, Limits())
    for name in (RECORD, MARK):
        os.utime(root_of(Settings().state_dir) / upload / name, (time.time() - GRACE_SECONDS - 60,) * 2)
    away = tmp_path / "away"
    store.root.rename(away)
    store.root.mkdir()
    try:
        assert keeper.sweep(store.uploads_in_use(), time.time()) == ()
    finally:
        shutil.rmtree(store.root)
        away.rename(store.root)
    assert keeper.sweep(store.uploads_in_use(), time.time()) == ()
    manager.delete(run, actor=ANN)
    assert keeper.sweep(store.uploads_in_use(), time.time()) == (), "an hour of grace"
    assert keeper.sweep(store.uploads_in_use(), time.time() + GRACE_SECONDS + 60) == (upload,)
