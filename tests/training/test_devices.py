import pytest
import torch

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.training import devices
from core.training.devices import autocast, choose_device, choose_precision


@pytest.fixture
def machine(monkeypatch):
    """A machine with the GPUs named."""

    def make(*gpus):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in gpus)

    return make


@pytest.mark.parametrize(
    ("gpus", "chosen"), [((), "cpu"), (("cuda",), "cuda"), (("mps",), "mps"), (("cuda", "mps"), "cuda")]
)
def test_the_best_device_is_chosen(gpus, chosen, machine):
    machine(*gpus)
    assert choose_device("auto").type == chosen
    assert choose_device("cpu").type == "cpu"
    assert choose_device(chosen).type == chosen


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_an_error_that_says_what_is(name, machine):
    machine()
    with pytest.raises(ConfigError) as caught:
        choose_device(name)
    (problem,) = caught.value.problems
    assert (problem.field, problem.expected, problem.received) == ("training.device", "one of auto, cpu", name)


def experiment(task, hidden_size, precision="auto"):
    return Experiment.parse({"task": task, "model": {"hidden_size": hidden_size}, "training": {"precision": precision}})


@pytest.mark.parametrize(
    ("task", "hidden_size", "in_hardware", "expected"),
    [
        ("generation", 128, True, torch.bfloat16),
        ("generation", 127, True, torch.float32),
        ("generation", 128, False, torch.float32),
        ("forecasting", 512, True, torch.float32),
    ],
)
def test_small_numbers_are_used_where_they_pay(task, hidden_size, in_hardware, expected, monkeypatch):
    monkeypatch.setattr(devices, "has_bf16", lambda device_type: in_hardware)
    cpu = torch.device("cpu")
    assert choose_precision(experiment(task, hidden_size), cpu) == expected
    assert choose_precision(experiment(task, hidden_size, "fp32"), cpu) == torch.float32
    assert choose_precision(experiment(task, hidden_size, "bf16"), cpu) == torch.bfloat16


def test_products_are_done_in_the_numbers_asked_for():
    cpu, one = torch.device("cpu"), torch.ones(2, 2)
    with autocast(cpu, torch.float32):
        assert (one @ one).dtype == torch.float32
    with autocast(cpu, torch.bfloat16):
        assert (one @ one).dtype == torch.bfloat16
