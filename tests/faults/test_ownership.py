"""What a stranger may not do: by id, by guessing, by a link in the folder, and by what an address says."""

import os
import shutil

import pytest

from core.config.errors import ConfigError
from core.jobs.identity import NotYours, owner_of
from core.jobs.record import RunNotFound
from ui.forms import read_link

MINE, THEIRS = owner_of("my key"), owner_of("their key")
NOT_IDS = (
    "", ".", "..", "../x", "../" + "a" * 32, "/etc/passwd", "/" + "a" * 31, "a" * 31, "a" * 33, "A" * 32, "a" * 31 + "\0",
    "a" * 32 + "\n", "a" * 31 + "/", "٣" * 32, "a" * 30 + "%2", ".gone/" + "a" * 26, "..\\" + "a" * 29, "x" * 32, None, 7,
)  # fmt: skip


@pytest.fixture
def manager(make_manager):
    return make_manager(small=True)


def changes(manager, run, actor):
    """Everything that a visitor can do to a run, as calls."""
    store = manager.store
    return {
        "stop": lambda: manager.stop(run, actor=actor),
        "resume": lambda: manager.resume(run, actor=actor),
        "delete": lambda: manager.delete(run, actor=actor),
        "rename": lambda: store.update_manager(run, actor=actor, name="taken over"),
        "pin": lambda: store.update_manager(run, actor=actor, pinned=True),
        "remove": lambda: store.delete(run, actor=actor),
    }


@pytest.mark.parametrize("actor", [THEIRS, "", MINE[:-1], MINE.upper()], ids=["other", "nobody", "cut", "upper"])
def test_nobody_but_the_owner_changes_a_run(manager, short, neighbour, status_of, wait_until, refused, actor):
    run = manager.submit(short(100), owner=MINE, name="hold")
    wait_until(lambda: status_of(run).state == "running")
    for change in changes(manager, run, actor).values():
        assert "somebody else's" in refused(change, NotYours)
    status = status_of(run)
    assert (status.state, status.name, status.pinned) == ("running", "hold", False)
    manager.stop(run, actor=MINE)
    wait_until(lambda: status_of(run).state == "stopped")


def test_deleting_everything_of_ones_own_leaves_the_rest(manager, short, neighbour, store, status_of, wait_until):
    mine = [manager.submit(short(100), owner=MINE, name=name) for name in ("hold", "quick", "quick")]
    theirs = manager.submit(short(100), owner=THEIRS, name="quick")
    wait_until(lambda: mine[0] in manager.active())
    assert manager.delete_all(MINE) == 3
    assert store.owned_by(MINE) == [] and not any(store.exists(run) for run in mine)
    assert all(store.gone(run).reason == "deleted" for run in mine)
    assert list(store.owned_by(THEIRS)) == [theirs] and store.exists(neighbour)
    wait_until(lambda: status_of(theirs).state == "succeeded")


def test_an_owners_list_holds_nobody_elses_runs(store, short):
    mine, *_ = (store.create(short(100), versions={}, owner=owner) for owner in (MINE, THEIRS, ""))
    assert list(store.owned_by(MINE)) == [mine]
    assert len({run[:8] for run in store.list()}) == 3, "ids are drawn at random"


@pytest.mark.parametrize("name", NOT_IDS)
def test_what_is_no_id_reaches_no_path(manager, neighbour, store, name):
    calls = [*changes(manager, name, None).values(), lambda: store.path(name), lambda: store.gone(name)]
    for call in [*calls, lambda: store.experiment(name), lambda: manager.continue_run(name, 3)]:
        with pytest.raises(ConfigError, match="32 hexadecimal digits"):
            call()


def test_a_guessed_id_says_nothing(manager, refused):
    for change in changes(manager, "0" * 32, THEIRS).values():
        assert "exists" in refused(change, RunNotFound)


def test_a_link_in_the_folder_of_runs_is_no_run_of_the_list_and_never_takes_its_target_along(
    manager, short, store, finished, tmp_path, refused
):
    outside = shutil.copytree(finished, tmp_path / "outside")
    before = sorted(os.listdir(outside))
    link = store.path("a" * 32)
    link.symlink_to(outside)
    assert store.list() == [] and store.owned_by("") == []
    manager.delete("a" * 32)
    assert not link.is_symlink()
    assert sorted(set(os.listdir(outside)) - {".lock"}) == sorted(set(before) - {".lock"})


@pytest.mark.parametrize("parameter", ["data.path", "generation.data.path"])
def test_a_link_that_names_a_file_of_the_server_is_refused_and_named(parameter):
    link = read_link("generation", {parameter: "/etc/passwd", "generation.model.hidden_size": "31"})
    assert link.values == {"model.hidden_size": 31} and "data.path" not in link.data
    assert any(line.startswith("data.path") for line in link.refused)
    assert "passwd" not in " ".join(link.refused)
