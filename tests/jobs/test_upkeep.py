"""Runs and the uploads they train on: who may train, which uploads are in use, and when one goes."""

import json
import os
import shutil
import time
import zipfile

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.sources.upload_folders import MARK, RECORD, root_of
from core.data.sources.upload_keeping import GRACE_SECONDS, UploadKeeper
from core.data.sources.upload_storing import save_upload
from core.data.sources.uploads import find_upload
from core.jobs.folders import LAST_FILE
from core.jobs.identity import owner_of
from core.jobs.record import RECORD_FILE, read_record
from core.jobs.status import EXPERIMENT_FILE
from core.jobs.store import RunStore

ANN, BOB = owner_of("ann"), owner_of("bob")


@pytest.fixture
def state_dir():
    return Settings().state_dir


@pytest.fixture
def upload(state_dir):
    """The id of an upload of Ann's."""
    return save_upload([("a.csv", b"time,value\n1,2\n")], state_dir, Limits(), owner=ANN)


@pytest.fixture
def on_upload(experiment, upload):
    """An experiment on Ann's upload."""
    return experiment.with_values({"data.source": "upload", "data.id": upload})


@pytest.fixture
def manager(make_manager, store, state_dir, monkeypatch):
    """A manager that keeps uploads and sweeps without a pause."""
    monkeypatch.setattr("core.jobs.retention.SWEEP_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("core.jobs.retention.SWEEP_SECONDS", 0.05)
    return make_manager(uploads=UploadKeeper(state_dir, store.root, Limits(max_idle_upload_seconds=9_000)))


def is_there(upload_id):
    try:
        find_upload(upload_id, Settings().state_dir)
    except ConfigError:
        return False
    return True


def make_old(state_dir, upload_id, age):
    for name in (RECORD, MARK):
        path = root_of(state_dir) / upload_id / name
        if path.exists():
            os.utime(path, (time.time() - age,) * 2)


def give_checkpoint(directory):
    with zipfile.ZipFile(directory / LAST_FILE, "w") as archive:
        archive.writestr("data.pkl", "weights")


def test_a_record_says_which_upload_its_run_trains_on(store, new_run, experiment, on_upload, upload):
    run = store.create(on_upload, versions={}, owner=ANN)
    assert read_record(store.path(run)).upload == upload
    assert read_record(new_run()).upload == ""
    assert store.upload_of(run) == upload
    assert store.uploads_in_use() == {upload}


def test_a_run_of_an_earlier_version_is_asked_for_its_experiment_once(store, on_upload, upload, monkeypatch):
    run = store.create(on_upload, versions={}, owner=ANN)
    path = store.path(run) / RECORD_FILE
    record = json.loads(path.read_text())
    del record["upload"]
    path.write_text(json.dumps(record))
    assert store.uploads_in_use() == {upload}
    (store.path(run) / EXPERIMENT_FILE).write_text("damaged meanwhile")
    assert store.uploads_in_use() == {upload}
    assert RunStore(store.root).uploads_in_use() == set(), "nothing can be known of it any more"


@pytest.mark.parametrize("value", [5, True, ["a"]])
def test_a_record_with_an_upload_that_is_none_cannot_be_read(store, on_upload, value):
    path = store.path(store.create(on_upload, versions={})) / RECORD_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "upload": value}))
    assert read_record(path.parent) is None


def test_a_resume_keeps_the_upload_of_a_run(manager, on_upload, upload, store, state_of, wait_until):
    run = manager.submit(on_upload, owner=ANN, name="hold")
    wait_until(lambda: state_of(run) == "running")
    manager.stop(run)
    wait_until(lambda: state_of(run) == "stopped")
    give_checkpoint(store.path(run))
    manager.resume(run, actor=ANN)
    assert read_record(store.path(run)).upload == upload
    assert read_record(store.path(run)).attempt == 2


def test_an_empty_folder_of_runs_may_be_a_disk_that_is_away(store, on_upload):
    assert store.uploads_in_use() is None
    run = store.create(on_upload, versions={}, state="launched", owner=ANN)
    shutil.rmtree(store.root)
    assert store.uploads_in_use() is None
    run = store.create(on_upload, versions={}, owner=ANN)
    store.request_stop(run)
    store.delete(run)
    assert store.uploads_in_use() == set(), "it was deleted, and that is known"


@pytest.mark.parametrize("actor", [BOB, ""])
def test_nobody_trains_on_somebody_elses_upload(manager, on_upload, store, state_of, wait_until, actor):
    with pytest.raises(ConfigError, match="an upload of yours"):
        manager.submit(on_upload, owner=actor)
    assert store.list() == []
    run = manager.submit(on_upload, owner=ANN, name="quick")
    wait_until(lambda: state_of(run) == "succeeded")
    give_checkpoint(store.path(run))
    with pytest.raises(ConfigError, match="an upload of yours"):
        manager.continue_run(run, 7, owner=actor)
    assert store.list() == [run]
    assert store.experiment(manager.continue_run(run, 7, owner=ANN)).data == on_upload.data


def test_a_run_whose_upload_is_not_its_owners_is_not_resumed(manager, on_upload, store, state_of):
    run = store.create(on_upload, versions={}, owner=BOB, name="quick")
    store.request_stop(run)
    with pytest.raises(ConfigError, match="an upload of yours"):
        manager.resume(run, actor=BOB)
    assert state_of(run) == "stopped"


@pytest.mark.parametrize("days", [1, 400, -1])
def test_a_clock_that_is_set_takes_nobody_s_upload_away(
    make_manager, store, state_dir, upload, wait_until, monkeypatch, days
):
    """It was brought a moment ago and no run uses it; what is left behind in a moment is not old either."""
    monkeypatch.setattr("core.jobs.retention.SWEEP_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("core.jobs.retention.SWEEP_SECONDS", 0.05)
    half_done = root_of(state_dir) / ".new-half"
    half_done.mkdir()
    sweeps, set_forward, clock = [], [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: clock() + set_forward[0])

    class Counting(UploadKeeper):
        def sweep(self, in_use, now):
            sweeps.append(super().sweep(frozenset(), now))
            return sweeps[-1]

    make_manager(uploads=Counting(state_dir, store.root, Limits(profile="hosted")))
    for jump in (days, 0):  # and back
        set_forward[0] = 86_400.0 * jump
        seen = len(sweeps)
        wait_until(lambda seen=seen: len(sweeps) >= seen + 2)
        assert is_there(upload) and half_done.is_dir() and set(sweeps) == {()}


def test_what_is_missing_and_what_is_somebody_elses_is_refused_in_the_same_words(manager, on_upload, upload):
    words = []
    for name in (upload, "0" * 32):
        with pytest.raises(ConfigError) as caught:
            manager.submit(on_upload.with_values({"data.id": name}), owner=BOB)
        words.append(str(caught.value).replace(name, "ID"))
    assert words[0] == words[1]


def test_an_upload_stays_with_its_run_and_goes_after_it(
    manager, on_upload, upload, state_dir, store, state_of, wait_until
):
    runs = [manager.submit(on_upload, owner=ANN, name="quick") for _ in range(2)]
    wait_until(lambda: all(state_of(run) == "succeeded" for run in runs))
    manager.delete(runs[0], actor=ANN)
    make_old(state_dir, upload, 10**6)
    mark = root_of(state_dir) / upload / MARK
    wait_until(lambda: time.time() - mark.stat().st_mtime < 100)  # a sweep has seen that it is in use
    assert is_there(upload)
    manager.delete(runs[1], actor=ANN)
    make_old(state_dir, upload, GRACE_SECONDS + 60)
    wait_until(lambda: not is_there(upload))
    assert not (root_of(state_dir) / upload).exists()


def test_an_upload_of_a_run_in_the_queue_stays_and_that_of_an_evicted_run_goes(
    make_manager, store, on_upload, upload, experiment, state_dir, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.retention.SWEEP_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("core.jobs.retention.SWEEP_SECONDS", 0.05)
    keeper = UploadKeeper(state_dir, store.root, Limits(max_idle_upload_seconds=100))
    manager = make_manager(uploads=keeper, max_run_bytes=1)
    first = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(first) == "running")
    run = manager.submit(on_upload, owner=ANN, name="quick")
    make_old(state_dir, upload, 10**6)
    mark = root_of(state_dir) / upload / MARK
    wait_until(lambda: time.time() - mark.stat().st_mtime < 100)
    assert is_there(upload) and state_of(run) == "queued"
    manager.stop(first)
    wait_until(lambda: store.gone(run) is not None)  # it ended, and there is no room for it
    make_old(state_dir, upload, GRACE_SECONDS + 60)
    wait_until(lambda: not is_there(upload))


def test_a_folder_of_uploads_that_makes_trouble_keeps_no_run_from_going(
    make_manager, store, experiment, state_dir, wait_until, monkeypatch, caplog
):
    monkeypatch.setattr("core.jobs.retention.SWEEP_PAUSE_SECONDS", 0.01)
    keeper = UploadKeeper(state_dir / ("x" * 5_000), store.root, Limits())  # a name that no disk takes
    manager = make_manager(uploads=keeper, max_run_bytes=1)
    run = manager.submit(experiment, name="quick")
    wait_until(lambda: store.gone(run) is not None)
    wait_until(lambda: "uploads could not be cleared up" in caplog.text)
