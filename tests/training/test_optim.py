import itertools
import math

import pytest
import torch
from torch import nn

from core.config.experiment import Experiment
from core.training.optim import learning_rate_at, make_optimizer


def config(**training):
    return Experiment.parse({"task": "sentiment", "training": training}).training


def rates(total_steps, **training):
    return [learning_rate_at(step, total_steps, config(learning_rate=0.1, **training)) for step in range(total_steps)]


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_the_rate_rises_in_a_line_and_never_again(schedule):
    found = rates(50, warmup_steps=10, schedule=schedule)
    assert found[:10] == pytest.approx([0.01 * step for step in range(1, 11)])
    assert found[10] == pytest.approx(0.1)
    assert all(after <= before for before, after in itertools.pairwise(found[9:]))


def test_the_shapes_after_the_warm_up():
    assert rates(30, warmup_steps=5, schedule="constant")[5:] == [0.1] * 25
    linear, cosine = (rates(1_000, warmup_steps=0, schedule=name) for name in ("linear", "cosine"))
    assert linear[625] == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert cosine[625] == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert cosine[250 + 188] == pytest.approx(0.1 * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * 188 / 750))))
    for found in (linear, cosine):
        assert found[:251] == [0.1] * 251, "the peak is held over the first quarter"
        assert found[-1] == pytest.approx(0.001, rel=0.2)


def test_without_warm_up_the_first_rate_is_the_highest():
    assert rates(10, warmup_steps=0)[0] == 0.1


def test_the_warm_up_does_not_depend_on_the_number_of_steps():
    for step in range(20):
        assert learning_rate_at(step, None, config(warmup_steps=20)) == learning_rate_at(
            step, 77, config(warmup_steps=20)
        )


@pytest.fixture
def model():
    return nn.ModuleDict({"embedding": nn.Embedding(5, 3), "rnn": nn.Linear(3, 7), "norm": nn.LayerNorm(7)})


@pytest.mark.parametrize(
    ("name", "kind"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)]
)
def test_weight_decay_falls_on_matrices_only(name, kind, model):
    optimizer = make_optimizer(model, config(optimizer=name, weight_decay=0.3, learning_rate=0.5))
    assert type(optimizer) is kind
    decay = {id(parameter): group["weight_decay"] for group in optimizer.param_groups for parameter in group["params"]}
    assert decay == {id(parameter): 0.3 if key == "rnn.weight" else 0.0 for key, parameter in model.named_parameters()}
    assert all(group["lr"] == 0.5 for group in optimizer.param_groups)
