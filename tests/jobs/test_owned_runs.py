"""Whose runs they are: who may change them, and whose list they are in."""

import pytest

from core.jobs.identity import NotYours
from core.jobs.record import RunNotFound
from core.jobs.store import RunStore
from tests.jobs.common import ANN, BOB


def test_only_the_owner_and_the_administrator_may_change_a_run(store, new_run):
    run_id = new_run(owner=ANN).name
    store.check_actor(run_id, ANN)
    store.check_actor(run_id, None)
    before = (store.path(run_id) / "manager.json").read_bytes()
    for stranger in (BOB, "", ANN[:-1]):
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
        store.check_actor(run_id, ANN)
    with pytest.raises(NotYours):
        store.check_actor(run_id, "")
    shared = RunStore(store.root, shared=True)
    shared.check_actor(run_id, ANN)
    owned = new_run(owner=BOB).name
    with pytest.raises(NotYours):
        shared.check_actor(owned, ANN)


def test_nobody_is_asked_about_a_run_that_does_not_exist(store):
    for actor in (None, ANN):
        with pytest.raises(RunNotFound):
            store.check_actor("a" * 32, actor)


def test_an_owners_runs_are_theirs_alone_newest_first(store, experiment):
    made = [store.create(experiment, versions={}, owner=owner) for owner in (ANN, BOB, ANN, "")]
    assert list(store.owned_by(ANN)) == [made[2], made[0]]
    assert list(store.owned_by(BOB)) == [made[1]]
    assert list(store.owned_by("nobody")) == []
    store.request_stop(made[2])
    store.delete(made[2], actor=ANN)
    assert list(store.owned_by(ANN)) == [made[0]]


def test_a_run_stays_in_the_list_when_its_record_breaks(store, new_run):
    directory = new_run(owner=ANN)
    assert list(store.owned_by(ANN)) == [directory.name]
    (directory / "manager.json").write_text("{")
    assert list(store.owned_by(ANN)) == [directory.name]
    assert store.exists(directory.name)
    assert list(RunStore(store.root).list()) == [directory.name]
