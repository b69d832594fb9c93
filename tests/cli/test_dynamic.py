"""`python -m core dynamic`: both figures of a language model, with the label that says which."""

import json

import pytest

from core import train


def test_both_figures_stand_beside_each_other_and_only_of_what_reads_one_text(tiny, shell):
    directory = train(tiny("generation", {"training.max_steps": 30, "training.learning_rate": 0.01}))
    result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    code, out, _ = shell("dynamic", directory, "--json")
    found = json.loads(out.splitlines()[-1])
    assert code == 0 and found["part"] == "test" and found["static"] == pytest.approx(result["test"])
    assert found["dynamic"]["loss"] < found["static"]["loss"], "a network that has barely learned gains by reading"
    code, told, _ = shell("dynamic", directory)
    assert code == 0 and "static evaluation" in told and "dynamic evaluation" in told
    assert "chosen on the beginning of the validation" in told
    code, _, error = shell("dynamic", train(tiny("forecasting", {"training.max_steps": 2})))
    assert code == 2 and "a network that writes" in error
