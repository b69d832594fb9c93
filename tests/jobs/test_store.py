import json
import os
import re
import threading
import time

import pytest
import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.owners import NotYours, owner_of
from core.jobs.record import RunNotFound, locked, read_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.jobs.store import RunStore, create_run, library_versions, read_experiment, request_stop_of
from core.jobs.tombstones import bury, find_gone


def test_a_new_run_can_be_found_and_read(store, experiment):
    run_id = store.create(
        experiment, versions={"torch": "2.13.0"}, owner="ab12", name="Größe", parent="0" * 32, fingerprint="f00"
    )
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    assert store.exists(run_id)
    assert store.experiment(run_id) == experiment
    record = store.manager_record(run_id)
    assert (record.owner, record.name, record.parent, record.task) == ("ab12", "Größe", "0" * 32, "forecasting")
    assert (record.state, record.attempt, record.pid, record.pinned) == ("queued", 1, None, False)
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
        assert read_record(directory).pid is not None


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


def test_stopping_a_run_that_is_over_leaves_no_flag(new_run):
    directory = new_run(state="launched")
    Reporter(directory, 1).finished("succeeded")
    request_stop_of(directory)
    assert not (directory / "stop").exists()


def test_only_runs_that_are_over_can_be_deleted(store, new_run):
    directory = new_run()
    with pytest.raises(ConfigError, match="Stop it first"):
        store.delete(directory.name)
    store.request_stop(directory.name)
    store.delete(directory.name)
    assert not store.exists(directory.name)
    assert [path.name for path in store.root.iterdir()] == [".gone"]


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


MINE, THEIRS = owner_of("mine"), owner_of("theirs")


def test_only_the_owner_and_the_administrator_may_change_a_run(store, new_run):
    run_id = new_run(owner=MINE).name
    store.check_actor(run_id, MINE)
    store.check_actor(run_id, None)
    before = (store.path(run_id) / "manager.json").read_bytes()
    for stranger in (THEIRS, "", MINE[:-1]):
        for ask in (
            lambda actor: store.check_actor(run_id, actor),
            lambda actor: store.update_manager(run_id, actor=actor, name="taken", pinned=True),
            lambda actor: store.delete(run_id, actor=actor),
        ):
            with pytest.raises(NotYours, match=run_id):
                ask(stranger)
    assert (store.path(run_id) / "manager.json").read_bytes() == before


def test_a_run_of_the_shell_is_everybodys_on_ones_own_machine_and_nobodys_on_a_server(store, new_run):
    run_id = new_run().name
    with pytest.raises(NotYours):
        store.check_actor(run_id, MINE)
    with pytest.raises(NotYours):
        store.check_actor(run_id, "")
    shared = RunStore(store.root, shared=True)
    shared.check_actor(run_id, MINE)
    owned = new_run(owner=THEIRS).name
    with pytest.raises(NotYours):
        shared.check_actor(owned, MINE)


def test_nobody_is_asked_about_a_run_that_does_not_exist(store):
    for actor in (None, MINE):
        with pytest.raises(RunNotFound):
            store.check_actor("a" * 32, actor)


def test_an_owners_runs_are_theirs_alone_newest_first(store, experiment):
    made = [store.create(experiment, versions={}, owner=owner) for owner in (MINE, THEIRS, MINE, "")]
    assert list(store.owned_by(MINE)) == [made[2], made[0]]
    assert list(store.owned_by(THEIRS)) == [made[1]]
    assert list(store.owned_by("nobody")) == []
    store.request_stop(made[2])
    store.delete(made[2], actor=MINE)
    assert list(store.owned_by(MINE)) == [made[0]]


def test_a_run_stays_in_the_list_when_its_record_breaks(store, new_run):
    directory = new_run(owner=MINE)
    assert list(store.owned_by(MINE)) == [directory.name]
    (directory / "manager.json").write_text("{")
    assert list(store.owned_by(MINE)) == [directory.name]
    assert store.exists(directory.name)
    assert list(RunStore(store.root).list()) == [directory.name]


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


@pytest.mark.parametrize(("reason", "words"), [("deleted", "It was deleted on 20"), ("evicted", "to make room")])
def test_a_run_that_is_gone_says_when_and_why(reason, words, store, new_run):
    run_id = new_run().name
    store.request_stop(run_id)
    assert store.gone(run_id) is None
    store.delete(run_id, reason=reason)
    gone = store.gone(run_id)
    assert gone.reason == reason
    assert abs(gone.when - time.time()) < 60
    for ask in (store.experiment, store.manager_record, store.request_stop, store.delete,
                lambda run_id: read_status(store.path(run_id)), lambda run_id: store.check_actor(run_id, None)):  # fmt: skip
        with pytest.raises(RunNotFound, match=words):
            ask(run_id)
    assert store.gone("b" * 32) is None


def test_the_note_of_a_run_that_is_there_is_not_believed(store, new_run):
    run_id = new_run().name
    bury(store.root, run_id, "deleted")
    assert store.gone(run_id) is None


@pytest.mark.parametrize(
    "text", ["", "{", '{"when": "x", "reason": "deleted"}', '{"when": 1e99, "reason": "deleted"}', '{"when": 1}',
             '{"when": 1, "reason": ["deleted"]}']
)  # fmt: skip
def test_a_broken_note_is_as_good_as_none(text, store, new_run):
    directory = new_run()
    store.request_stop(directory.name)
    store.delete(directory.name)
    (store.root / ".gone" / f"{directory.name}.json").write_text(text)
    assert store.gone(directory.name) is None
    with pytest.raises(RunNotFound, match="may have been"):
        store.experiment(directory.name)


def test_what_cannot_be_an_id_is_neither_noted_nor_looked_for(tmp_path):
    (tmp_path / "secret.json").write_text('{"when": 1, "reason": "deleted"}')
    bury(tmp_path, "../secret", "deleted")
    assert not (tmp_path / ".gone").exists()
    bury(tmp_path, "a" * 32, "deleted")
    assert find_gone(tmp_path, "../secret") is None


def test_of_many_notes_the_oldest_go(tmp_path):
    for number in range(5):
        bury(tmp_path, f"{number:032x}", "evicted", most=3)
        os.utime(tmp_path / ".gone" / f"{number:032x}.json", (number, number))
    assert [number for number in range(5) if find_gone(tmp_path, f"{number:032x}")] == [2, 3, 4]


def test_a_full_disk_loses_the_note_and_not_the_deletion(store, new_run, monkeypatch):
    directory = new_run()
    store.request_stop(directory.name)

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("core.jobs.tombstones.write_json", full)
    store.delete(directory.name)
    assert not directory.exists()


def test_a_run_that_cannot_be_removed_stays_whole(store, new_run, monkeypatch):
    directory = new_run()
    store.request_stop(directory.name)

    def refuse(*_):
        raise PermissionError("Not permitted")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(PermissionError):
        store.delete(directory.name)
    monkeypatch.undo()
    assert read_status(directory).state == "stopped"
    assert find_gone(store.root, directory.name) is None


def test_a_resume_and_a_deletion_at_the_same_time_do_not_both_happen(store, new_run):
    directory = new_run()
    store.request_stop(directory.name)
    failed = []

    def delete():
        try:
            store.delete(directory.name)
        except ConfigError as error:
            failed.append(error)

    thread = threading.Thread(target=delete)
    with locked(directory):  # a resume has looked and is about to write
        thread.start()
        thread.join(0.2)
        assert directory.exists()
        raw = json.loads((directory / "manager.json").read_text())
        (directory / "manager.json").write_text(json.dumps({**raw, "state": "queued"}))
    thread.join()
    assert directory.exists()
    assert "over" in str(failed[0])


def test_a_broken_run_can_be_deleted_by_the_administrator(store, new_run):
    directory = new_run(owner=MINE)
    (directory / "manager.json").write_text("{")
    with pytest.raises(NotYours):
        store.delete(directory.name, actor=THEIRS)
    store.delete(directory.name)
    assert not directory.exists()


def test_a_new_run_can_begin_with_the_checkpoint_of_another(store, experiment, new_run):
    source = new_run(state="launched")
    (source / "last.pt").write_bytes(b"weights")
    (source / "metrics.jsonl").write_text('{"step": 1}\n')
    run_id = store.create(
        experiment, versions={}, parent=source.name, checkpoint_of=source, expected_seconds=2.5, pause_at=7
    )
    directory = store.path(run_id)
    assert (directory / "last.pt").read_bytes() == b"weights"
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
