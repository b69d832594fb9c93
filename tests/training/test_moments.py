"""What a network was at some moments of its training is kept: which, how large, and what becomes of them."""

import pytest
import torch
from safetensors.torch import load_file

from core import load, train
from core.api import resume
from core.config.errors import ConfigError
from core.jobs import moments
from core.jobs.moments import moment_file, moments_due, moments_of, without_surplus
from core.jobs.status import read_status
from core.jobs.takeaway import zip_run
from core.training.moments import Moments
from tests.training.equality import stopping_at


def test_moments_begin_at_the_start_and_end_at_the_last_step_about_equal_factors_apart():
    # 1,024 ** (1 / 10) is 2
    assert moments_due(1_024) == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]
    assert moments_due(350) == [0, 1, 2, 3, 6, 10, 19, 34, 60, 108, 195, 350]
    assert moments_due(6) == [0, 1, 2, 3, 4, 5, 6]
    assert moments_due(100, 3) == [0, 1, 100]
    assert moments_due(1) == [0, 1]


def test_of_too_many_those_that_are_nearest_to_their_neighbours_go():
    assert without_surplus([0, 1, 3, 4, 15], 4) == [0, 1, 4, 15], "around 3 stand 1 and 4: 5 / 2 is the least"
    assert without_surplus([0, 1, 2], 1) == [0, 2], "the first and the last stay"
    assert without_surplus([0, 5], 9) == [0, 5]


def test_a_run_keeps_its_network_at_the_start_at_the_end_and_between(tiny):
    directory = train(tiny("generation", {"training.max_steps": 6}))
    assert list(moments_of(directory)) == [0, 1, 2, 3, 4, 5, 6]
    first, last = (load_file(directory / moment_file(step)) for step in (0, 6))
    assert all(value.dtype == torch.bfloat16 for value in first.values() if value.is_floating_point())
    assert any(not torch.equal(first[name], last[name]) for name in first)
    network = load(directory, weights=6).model.state_dict()
    final = load(directory, weights="last").model.state_dict()
    for name, value in final.items():
        torch.testing.assert_close(network[name], value, rtol=2**-8, atol=1e-6)
    with pytest.raises(ConfigError, match="a step that was kept"):
        load(directory, weights=7)


def test_tasks_that_show_none_keep_none(tiny):
    assert not moments_of(train(tiny("sentiment", {"training.max_steps": 3})))


def test_a_stopped_run_has_its_end_and_a_resumed_one_those_of_an_unbroken_one(tiny):
    experiment = tiny("generation", {"training.max_steps": 40})
    due = moments_due(40)
    directory = train(experiment, make_reporter=stopping_at(7))
    assert list(moments_of(directory)) == [step for step in due if step < 7] + [7]
    assert (directory / moment_file(7, is_end=True)).exists()
    resume(directory)
    whole = train(experiment)
    assert list(moments_of(directory)) == list(moments_of(whole)) == due
    for step, path in moments_of(whole).items():
        for name, value in load_file(path).items():
            assert torch.equal(value, load_file(directory / moment_file(step))[name]), f"{name} at step {step}"


def test_a_longer_run_goes_on_from_the_moments_that_it_passes_too(tmp_path):
    model = torch.nn.Linear(3, 2)
    for step in (0, 1, 4, 9, 20):
        (tmp_path / moment_file(step)).touch()
    (tmp_path / moment_file(12, is_end=True)).touch()
    Moments(tmp_path, model, 40).begin(9)
    assert list(moments_of(tmp_path)) == [0, 1, 4, 9], "later ones and the old end are trained anew"


def test_moments_are_bounded_in_bytes_and_in_number(tmp_path, monkeypatch):
    model = torch.nn.Linear(3, 2)  # 8 numbers of 2 bytes
    monkeypatch.setattr("core.training.moments.MOST_BYTES", 16 * 5)
    few = Moments(tmp_path, model, 1_000)
    assert few.due == {*moments_due(1_000, 5)} and len(few.due) == 5
    monkeypatch.setattr("core.training.moments.MOST_BYTES", 16 * 2)
    none = Moments(tmp_path, model, 1_000)
    assert not none.due and not none.is_due(0, is_end=False) and not none.is_due(1_000, is_end=True)
    monkeypatch.setattr("core.training.moments.MOST_BYTES", 10_000)
    for step in range(40):
        (tmp_path / moment_file(step)).touch()
    longer = Moments(tmp_path, model, 64)
    longer.begin(39)
    assert len(moments_of(tmp_path)) + sum(step > 39 for step in longer.due) == moments.MOST_KEPT


def test_a_full_disk_is_borne(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "core.training.moments.replace_whole", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "full"))
    )
    Moments(tmp_path, torch.nn.Linear(3, 2), 10).keep(1)
    assert not moments_of(tmp_path)


def test_moments_leave_with_no_zip_and_a_damaged_one_is_named(tiny):
    directory = train(tiny("generation", {"training.max_steps": 2}))
    assert read_status(directory).state == "succeeded"
    assert b"moment_" not in zip_run(directory)
    (directory / moment_file(1)).write_bytes(b"half")
    with pytest.raises(ConfigError, match="moment_00000001"):
        load(directory, weights=1)
