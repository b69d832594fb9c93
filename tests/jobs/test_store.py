import os
import re
import shutil

import pytest
import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.folders import create_run, library_versions, request_stop_of
from core.jobs.record import RunNotFound, read_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.jobs.store import RunStore, read_experiment
from tests.jobs.common import pid_of


def test_a_new_run_can_be_found_and_read(store, experiment):
    run_id = store.create(
        experiment, versions={"torch": "2.13.0"}, owner="ab12", name="Größe", parent="0" * 32, fingerprint="f00"
    )
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    assert store.exists(run_id)
    assert store.experiment(run_id) == experiment
    record = store.manager_record(run_id)
    assert (record.owner, record.name, record.parent, record.task) == ("ab12", "Größe", "0" * 32, "forecasting")
    assert (record.state, record.attempt, record.ref, record.pinned) == ("queued", 1, "", False)
    written = yaml.safe_load((store.path(run_id) / "experiment.yaml").read_text())
    assert written["fingerprint"] == "f00"
    assert written["versions"] == {"torch": "2.13.0"}


def test_nothing_but_whole_runs_is_left_behind(store, experiment, monkeypatch):
    store.create(experiment, versions={})

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("core.jobs.folders.write_record", fail)
    with pytest.raises(OSError, match="No space"):
        store.create(experiment, versions={})
    assert [path.name for path in store.root.iterdir()] == list(store.list())


@pytest.mark.parametrize("run_id", ["", "..", "../" + "a" * 29, "A" * 32, "a" * 31, "a" * 32 + "\n", "a" * 33, None])
def test_what_cannot_be_an_id_never_becomes_a_path(store, run_id):
    with pytest.raises(ConfigError) as caught:
        store.path(run_id)
    assert caught.value.problems[0].field == "run"


def test_an_unknown_run_is_named_but_not_its_folder(store):
    for ask in (store.experiment, store.manager_record, store.request_stop, store.delete):
        with pytest.raises(RunNotFound) as caught:
            ask("a" * 32)
        assert "a" * 32 in str(caught.value)
        assert str(store.root) not in str(caught.value)
    assert not store.exists("a" * 32)


def test_runs_are_listed_newest_first_and_strangers_are_ignored(store, experiment):
    assert list(store.list()) == []
    made = [store.create(experiment, versions={}) for _ in range(3)]
    (store.root / "notes.txt").write_text("mine")
    (store.root / ("b" * 32)).mkdir()
    assert list(store.list()) == made[::-1]


def test_a_run_can_live_in_any_folder(tmp_path, experiment):
    for name in ("deep/new", "empty"):
        directory = tmp_path / name
        if name == "empty":
            directory.mkdir()
        create_run(directory, experiment, versions={}, state="launched")
        assert read_experiment(directory) == experiment
        assert read_record(directory).state == "launched"
        assert pid_of(read_record(directory)) == os.getpid()


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path, experiment):
    (tmp_path / "mine.txt").write_text("keep")
    for target in (tmp_path, tmp_path / "mine.txt", tmp_path / "mine.txt" / "below"):
        with pytest.raises(ConfigError) as caught:
            create_run(target, experiment, versions={})
        assert caught.value.problems[0].field == "out"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_run_can_be_renamed_and_pinned(store, new_run):
    run_id = new_run(name="first").name
    assert store.update_manager(run_id, pinned=True).pinned
    record = store.update_manager(run_id, name="second")
    assert (record.name, record.pinned, record.state) == ("second", True, "queued")
    assert store.manager_record(run_id) == record


def test_stopping_a_queued_run_cancels_it_and_a_running_one_gets_the_flag(store, new_run):
    queued, running = new_run(), new_run(state="launched")
    store.request_stop(queued.name)
    assert read_record(queued).state == "cancelled"
    assert not (queued / "stop").exists()
    request_stop_of(running)
    assert (running / "stop").exists()


def test_a_run_that_is_deleted_while_it_is_asked_to_stop_is_not_there(new_run, monkeypatch):
    directory = new_run(state="launched")

    def see_and_lose(folder):
        status = read_status(folder)
        shutil.rmtree(folder)
        return status

    monkeypatch.setattr("core.jobs.folders.read_status", see_and_lose)
    with pytest.raises(RunNotFound):
        request_stop_of(directory)


def test_stopping_a_run_that_is_over_leaves_no_flag(new_run):
    directory = new_run(state="launched")
    Reporter(directory, 1).finished("succeeded")
    request_stop_of(directory)
    assert not (directory / "stop").exists()


def test_a_store_may_be_empty_or_not_there_yet(tmp_path):
    assert list(RunStore(tmp_path / "none").list()) == []


def test_an_experiment_that_was_tampered_with_is_refused(store, new_run):
    directory = new_run()
    (directory / "experiment.yaml").write_text("model: {hidden_size: -1}\n")
    with pytest.raises(ConfigError, match=r"model\.hidden_size"):
        store.experiment(directory.name)


def test_versions_are_found_without_importing():
    versions = library_versions()
    assert versions["python"].startswith("3.")
    assert "pandas" in versions


def test_experiment_yaml_says_its_schema(new_run):
    text = (new_run() / "experiment.yaml").read_text()
    assert "schema_version" in text
    assert Experiment.from_yaml(text).model.hidden_size == 7


def test_a_tampered_file_that_is_no_text_is_refused_too(store, new_run):
    directory = new_run()
    (directory / "experiment.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="damaged"):
        store.experiment(directory.name)


def test_a_name_is_one_short_line(store, new_run):
    run_id = new_run().name
    assert store.update_manager(run_id, name="  Größe  ").name == "Größe"
    assert store.update_manager(run_id, name="x" * 80).name == "x" * 80
    assert store.update_manager(run_id, name="").name == "", "a name can be taken away"
    for name in ("x" * 81, "two\nlines", "bell\a"):
        with pytest.raises(ConfigError) as caught:
            store.update_manager(run_id, name=name)
        assert caught.value.problems[0].field == "name"
    assert store.manager_record(run_id).name == ""


def test_a_new_run_can_begin_with_the_checkpoint_of_another(store, experiment, new_run):
    source = new_run(state="launched")
    (source / "last.pt").write_bytes(b"weights")
    (source / "held.pt").write_bytes(b"weights before the rate fell")
    (source / "metrics.jsonl").write_text('{"step": 1}\n')
    run_id = store.create(
        experiment, versions={}, parent=source.name, checkpoint_of=source, expected_seconds=2.5, pause_at=7
    )
    directory = store.path(run_id)
    assert (directory / "last.pt").read_bytes() == b"weights"
    assert (directory / "held.pt").read_bytes() == b"weights before the rate fell"
    record = store.manager_record(run_id)
    assert (record.parent, record.expected_seconds, record.pause_at) == (source.name, 2.5, 7)
    with open(directory / "metrics.jsonl", "a") as stream:
        stream.write('{"step": 2}\n')
    assert (source / "metrics.jsonl").read_text() == '{"step": 1}\n', "the other's records are its own"
    store.request_stop(source.name)
    assert store.size(run_id) + store.size(source.name) < 10_000


def test_without_a_checkpoint_there_is_nothing_to_begin_with(store, experiment, new_run):
    source = new_run()
    with pytest.raises(ConfigError, match="checkpoint"):
        store.create(experiment, versions={}, checkpoint_of=source)
    assert list(store.list()) == [source.name]
    assert [path.name for path in store.root.iterdir()] == [source.name]


def test_the_size_of_a_run_counts_everything_in_it_and_nothing_outside(store, new_run, tmp_path):
    directory = new_run()
    before = store.size(directory.name)
    (directory / "big").write_bytes(b"x" * 1_000)
    (directory / "deep").mkdir()
    (directory / "deep" / "file").write_bytes(b"x" * 500)
    (tmp_path / "outside").write_bytes(b"x" * 100_000)
    (directory / "link").symlink_to(tmp_path)
    os.link(directory / "big", tmp_path / "shared")
    assert 1_000 <= store.size(directory.name) - before < 10_000
    assert store.size("a" * 32) == 0


def test_links_among_the_runs_are_not_runs(store, new_run, tmp_path):
    directory = new_run()
    (store.root / ("c" * 32)).symlink_to(directory)
    assert store.ids() == {directory.name}
