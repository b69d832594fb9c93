"""Who may see rows of what a run was trained on."""

import json

import pytest

from core.config.experiment import Experiment
from core.jobs.identity import NotYours
from core.jobs.record import RECORD_FILE
from core.jobs.store import RunStore

ANN, BEN = "ann", "ben"


@pytest.fixture
def run_on(store):
    """A run of Ann's on data of some source."""

    def make(source, **data):
        experiment = Experiment.parse({"task": "forecasting", "data": {"source": source, **data}})
        return store.create(experiment, versions={}, owner=ANN)

    return make


@pytest.mark.parametrize(("source", "data"), [("upload", {"id": "a" * 32}), ("file", {"path": ["sales.csv"]})])
def test_rows_of_a_file_are_seen_by_the_run_s_owner_and_by_others_once_the_owner_allows_it(store, run_on, source, data):
    run = run_on(source, **data)
    assert store.sees_rows(run, ANN) and store.sees_rows(run, None)
    assert not store.sees_rows(run, BEN) and not store.sees_rows(run, "")
    with pytest.raises(NotYours):
        store.update_manager(run, actor=BEN, show_rows=True)
    assert not store.sees_rows(run, BEN)
    store.update_manager(run, actor=ANN, show_rows=True)
    assert store.sees_rows(run, BEN)
    store.update_manager(run, actor=ANN, name="mine")
    assert store.sees_rows(run, BEN)
    store.update_manager(run, actor=ANN, show_rows=False)
    assert not store.sees_rows(run, BEN)


def test_rows_of_the_catalogue_and_of_the_hub_are_seen_by_everybody(store, run_on):
    assert store.sees_rows(run_on("builtin", id="co2"), BEN)
    assert store.sees_rows(run_on("hub", id="somebody/table"), BEN)


def test_runs_of_a_shell_are_their_machine_s_visitor_s_where_runs_are_shared(tmp_path, run_on, store):
    run = store.create(store.experiment(run_on("file", path=["sales.csv"])), versions={})
    assert not store.sees_rows(run, BEN)
    assert RunStore(store.root, shared=True).sees_rows(run, BEN)


def test_records_of_earlier_versions_show_no_rows_and_what_cannot_be_read_shows_none(store, run_on):
    run = run_on("upload", id="a" * 32)
    path = store.path(run) / RECORD_FILE
    record = json.loads(path.read_text())
    del record["show_rows"]
    path.write_text(json.dumps(record))
    assert store.sees_rows(run, ANN) and not store.sees_rows(run, BEN)
    path.write_text(json.dumps({**record, "show_rows": "yes"}))
    assert not store.sees_rows(run, BEN) and not store.sees_rows(run, ANN)
    (store.path(run) / "experiment.yaml").write_text("{")
    assert not store.sees_rows(run, BEN)
    assert not store.sees_rows("0" * 32, ANN)
