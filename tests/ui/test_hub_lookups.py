import time

import pytest

from core.config.limits import Limits, Settings
from tests.data.hub.hub_server import HubServer, hangs, status
from ui import hub_lookups
from ui.hub_lookups import Lookups


@pytest.fixture
def hub():
    server = HubServer()
    server.put("who/rows", {"train.csv": b"a,b\n1,2\n"})
    yield server
    server.close()


@pytest.fixture
def lookups(hub, tmp_path):
    return Lookups(Settings(state_dir=tmp_path, hub_endpoint=hub.address), Limits())


def wait(lookups, data_id):
    deadline = time.monotonic() + 20
    while lookups.answer(data_id).is_waiting:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return lookups.answer(data_id)


def test_a_question_is_asked_once_for_all(lookups, hub):
    assert lookups.answer("who/rows") is None
    for _ in range(5):
        lookups.ask("who/rows")
    assert wait(lookups, "who/rows").found.id == "who/rows"
    lookups.ask("who/rows")
    assert hub.asked["/api/datasets/who/rows"] == 1


def test_a_failure_is_told_and_may_be_asked_again(lookups, hub):
    hub.ways["/api/datasets/who/rows"] = [status(500), status(500), hangs]
    lookups.ask("who/rows")
    assert "answers 500" in wait(lookups, "who/rows").error
    lookups.ask("no name at all")
    assert wait(lookups, "no name at all").problems[0].field == "data.id"
    lookups.ask("who/rows")
    assert "answers 500" in wait(lookups, "who/rows").error
    assert hub.asked["/api/datasets/who/rows"] == 2


def test_who_waits_too_long_is_told_and_too_many_questions_are_not_asked(lookups, hub, monkeypatch):
    for number in range(hub_lookups.MAX_ASKED):
        hub.ways[f"/api/datasets/who/slow{number}"] = [hangs]
        lookups.ask(f"who/slow{number}", address=f"{number}")
    lookups.ask("who/rows")
    assert lookups.answer("who/rows").error.startswith("Many are asking")
    for number in range(2 * hub_lookups.MAX_REMEMBERED):
        lookups.ask(f"who/more{number}")
    remembered = [number for number in range(2 * hub_lookups.MAX_REMEMBERED) if lookups.answer(f"who/more{number}")]
    assert len(remembered) <= hub_lookups.MAX_REMEMBERED, "what could not be asked is forgotten like the rest"
    monkeypatch.setattr(hub_lookups, "PATIENCE_SECONDS", 0.0)
    assert "does not answer" in lookups.answer("who/slow0").error


def test_one_address_does_not_ask_so_much_that_nobody_else_can(lookups, hub):
    for number in range(hub_lookups.MAX_ASKED):
        hub.ways[f"/api/datasets/who/slow{number}"] = [hangs]
        lookups.ask(f"who/slow{number}", address="flood")
    assert lookups.answer(f"who/slow{hub_lookups.MAX_ASKED - 1}").error.startswith("Many are asking")
    lookups.ask("who/rows", address="home")
    assert wait(lookups, "who/rows").found is not None
