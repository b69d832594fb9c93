"""Starters: found by whoever looks one up, in nobody's list, and changed by nobody."""

import io
import time
import zipfile

import pytest

from core.config.errors import ConfigError
from core.jobs.folders import delete_run
from core.jobs.identity import NotYours
from core.jobs.retention import sweep
from core.jobs.starters import read_starters
from core.jobs.status import read_status
from core.jobs.store import RunStore
from core.jobs.takeaway import zip_run
from core.jobs.worker import main
from tests.jobs.common import ANN, BOB, report, result


@pytest.fixture
def starters(tmp_path, experiment):
    """The folder of starters, with one of forecasting."""
    made = RunStore(tmp_path / "starters")
    run_id = made.create(experiment, versions={"torch": "2.13.0"}, fingerprint="f00", state="launched")
    report(made.path(run_id), state="succeeded", step=8)
    result(made.path(run_id))
    (made.path(run_id) / "best.safetensors").write_bytes(b"weights")
    (made.path(run_id) / "metrics.jsonl").write_text('{"event": "metrics", "step": 8, "loss": 0.5}\n')
    return made.root


@pytest.fixture
def store(tmp_path, starters):
    return RunStore(tmp_path / "runs", shared=True, starters=starters)


@pytest.fixture
def starter(store):
    return store.starter("forecasting")


@pytest.fixture
def untouched(starters):
    """Fails when anything in the folder of starters is another one afterwards."""

    def look():
        return {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in starters.rglob("*")}

    before = look()
    yield
    assert look() == before


@pytest.mark.usefixtures("untouched")
def test_a_starter_is_found_by_its_id_like_any_run(store, starters, starter, experiment):
    assert store.is_starter(starter)
    assert store.path(starter) == starters / starter
    assert store.exists(starter)
    assert store.experiment(starter) == experiment
    assert store.manager_record(starter).task == "forecasting"
    assert store.gone(starter) is None
    assert store.upload_of(starter) == ""
    assert store.sees_rows(starter, BOB)
    status = read_status(store.path(starter))
    assert (status.state, status.step, status.can_resume) == ("succeeded", 8, False)
    with zipfile.ZipFile(io.BytesIO(zip_run(store.path(starter)))) as archive:
        assert {"best.safetensors", "result.json", "metrics.csv"} <= set(archive.namelist())


def test_a_page_without_a_starter_has_none(store, tmp_path):
    assert store.starter("translation") is None
    assert RunStore(tmp_path / "runs").starter("forecasting") is None
    assert RunStore(tmp_path / "runs", starters=tmp_path / "nowhere").starter("forecasting") is None


@pytest.mark.usefixtures("untouched")
def test_no_list_of_what_can_change_has_a_starter(store, starter, new_run, make_manager):
    own = new_run(owner=ANN).name
    manager = make_manager()
    assert not store.is_starter(own)
    assert store.ids() == {own}
    assert list(store.list()) == list(store.owned_by(ANN)) == [own]
    assert store.uploads_in_use() == set()
    assert list(store.owned_by("")) == []
    assert (manager.queue_position(starter), manager.expected_start(starter)) == (None, None)
    store.request_stop(own)
    assert manager.delete_all(ANN) == 1
    assert sweep(store, 0, time.time() + 10**6, pinned_too=True, max_runs=0).removed == ()
    assert store.exists(starter)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("actor", [None, "", ANN, BOB])
def test_nobody_may_change_a_starter_the_administrator_included(store, starter, make_manager, actor):
    manager = make_manager()
    for change in (
        lambda: store.check_actor(starter, actor),
        lambda: store.update_manager(starter, actor=actor, name="mine now"),
        lambda: store.update_manager(starter, actor=actor, pinned=True),
        lambda: store.update_manager(starter, actor=actor, show_rows=True),
        lambda: store.request_stop(starter),
        lambda: store.delete(starter, actor=actor),
        lambda: store.delete(starter, reason="evicted"),
        lambda: manager.stop(starter, actor=actor),
        lambda: manager.resume(starter, actor=actor),
        lambda: manager.delete(starter, actor=actor),
    ):
        with pytest.raises(NotYours) as refused:
            change()
        assert "a starter that comes with Unroll. Fork it" in str(refused.value)
        assert "somebody else" not in str(refused.value)


@pytest.mark.usefixtures("untouched")
def test_no_worker_takes_a_starter(store, starters, starter, monkeypatch, capsys):
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", starters)
    assert main([str(store.path(starter))]) == 2
    assert "a starter that comes with Unroll" in capsys.readouterr().err


@pytest.mark.usefixtures("untouched")
def test_continuing_a_starter_offers_to_fork_it_and_a_fork_is_ones_own(store, starter, make_manager, experiment):
    manager = make_manager()
    with pytest.raises(ConfigError, match="Fork it to have one of your own"):
        manager.continue_run(starter, 5, owner=ANN)
    fork = manager.submit(store.experiment(starter), owner=ANN, parent=starter)
    assert store.path(fork).parent == store.root
    assert list(store.owned_by(ANN)) == [fork]
    store.check_actor(fork, ANN)
    assert store.manager_record(fork).parent == starter


def test_the_newest_of_two_starters_is_the_pages_and_a_broken_one_is_none(starters, experiment):
    made = RunStore(starters)
    newer, broken = (made.create(experiment, versions={}) for _ in range(2))
    (made.path(broken) / "manager.json").write_text("{")
    (starters / "README.md").write_text("What they are.")
    assert len(read_starters(starters)) == 2
    assert RunStore(starters.parent / "runs", starters=starters).starter("forecasting") == newer


def test_a_run_of_ones_own_goes_as_before_where_there_are_starters(store, new_run):
    own = new_run(owner=ANN)
    store.request_stop(own.name)
    delete_run(own)
    assert store.gone(own.name) is not None
