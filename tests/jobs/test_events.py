import json
import logging

import pytest

from core.jobs.events import log_event
from core.jobs.identity import NotYours, owner_of


def test_an_event_is_one_line_of_json(caplog):
    with caplog.at_level(logging.INFO, "unroll.runs"):
        log_event("ended", "a" * 32, state="failed", seconds=1.5, note="zwei\nZeilen")
    (line,) = caplog.messages
    said = json.loads(line)
    assert "\n" not in line
    assert said.pop("time") > 0
    assert said == {"event": "ended", "run": "a" * 32, "state": "failed", "seconds": 1.5, "note": "zwei\nZeilen"}


def test_an_event_that_does_not_exist_is_a_mistake():
    with pytest.raises(ValueError, match="danced"):
        log_event("danced", "a" * 32)


@pytest.mark.parametrize("name", ["key", "time", "run"])
def test_a_visitors_key_is_not_logged_and_nothing_is_said_twice(name, caplog):
    with pytest.raises(ValueError, match=name):
        log_event("submitted", "a" * 32, **{name: "secret"})
    assert not caplog.messages


def test_an_owner_is_a_hash_that_tells_nothing_of_the_key():
    assert owner_of("secret") == owner_of("secret") != owner_of("secret2")
    assert len(owner_of("secret")) == 64
    assert "secret" not in owner_of("secret")
    with pytest.raises(ValueError, match="key"):
        owner_of("")


def test_somebody_elses_run_is_named_and_there_is_something_to_do():
    problem = NotYours("a" * 32).problems[0]
    assert problem.field == "run"
    assert "a" * 32 in problem.received
    assert "fork" in problem.hint
