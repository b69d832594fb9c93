import itertools
import math

import pytest
import torch
from torch import nn

from core.config.experiment import Experiment
from core.training.optim import (
    clip_gradients,
    learning_rate_at,
    make_optimizer,
    progress_at,
    set_learning_rate,
    threads_for_update,
)

OPTIMIZERS = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "momentum": torch.optim.SGD,
    "sgd": torch.optim.SGD,
}


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
    assert linear[750] == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert cosine[750] == pytest.approx(0.1 * (0.01 + 0.99 * 0.5))
    assert cosine[500 + 188] == pytest.approx(0.1 * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * 188 / 500))))
    for found in (linear, cosine):
        assert found[:501] == [0.1] * 501, "the peak is held over the first half"
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


@pytest.mark.parametrize(("name", "kind"), OPTIMIZERS.items())
def test_weight_decay_falls_on_matrices_only(name, kind, model):
    optimizer = make_optimizer(model, config(optimizer=name, weight_decay=0.3, learning_rate=0.5))
    assert isinstance(optimizer, kind)
    decay = {id(parameter): group["weight_decay"] for group in optimizer.param_groups for parameter in group["params"]}
    assert decay == {id(parameter): 0.3 if key == "rnn.weight" else 0.0 for key, parameter in model.named_parameters()}
    assert all(group["lr"] == 0.5 for group in optimizer.param_groups)


def by_hand(name, weight, gradients, rate, decay):
    """Where an optimizer takes one weight, from its published formula."""
    mean = square = 0.0
    for step, gradient in enumerate(gradients, start=1):
        if name == "adamw":
            weight -= rate * decay * weight
        else:
            gradient += decay * weight
        if name == "sgd":
            weight -= rate * gradient
        elif name == "momentum":
            mean = 0.9 * mean + gradient
            weight -= rate * mean
        elif name == "rmsprop":
            square = 0.99 * square + 0.01 * gradient**2
            weight -= rate * gradient / (math.sqrt(square) + 1e-8)
        else:
            mean, square = 0.9 * mean + 0.1 * gradient, 0.98 * square + 0.02 * gradient**2
            weight -= rate * mean / (1 - 0.9**step) / (math.sqrt(square / (1 - 0.98**step)) + 1e-8)
    return weight


def test_without_decay_adam_and_adamw_are_the_same_rule():
    def moved(name):
        model = nn.Linear(3, 2)
        nn.init.constant_(model.weight, 0.7)
        optimizer = make_optimizer(model, config(optimizer=name, weight_decay=0.0, learning_rate=0.05))
        for step in range(1, 30):
            model.weight.grad = torch.arange(6.0).view(2, 3).cos() * step
            optimizer.step()
        return model.weight.detach()

    assert torch.equal(moved("adam"), moved("adamw"))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_moves_a_weight_as_its_formula_says(name):
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 0.7)
    optimizer = make_optimizer(model, config(optimizer=name, learning_rate=0.5, weight_decay=0.3))
    gradients = [0.4, -0.1, 0.2, 0.9]
    set_learning_rate(optimizer, 0.05)
    for step, gradient in enumerate(gradients, start=1):
        model.weight.grad = torch.full((1, 1), gradient)
        optimizer.step()
        expected = by_hand(name, 0.7, gradients[:step], 0.05, 0.3)
        assert model.weight.item() == pytest.approx(expected, rel=1e-5), step


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_no_optimizer_asks_for_the_compiler_of_torch_and_what_it_keeps_comes_back(name, no_compiler, model):
    optimizer, again = (make_optimizer(model, config(optimizer=name)) for _ in range(2))
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    optimizer.step()
    again.load_state_dict(optimizer.state_dict())
    assert str(again.state_dict()) == str(optimizer.state_dict())
    optimizer.zero_grad()
    assert all(weight.grad is None for weight in model.parameters())


def test_a_rate_that_is_a_tensor_changes_in_place(model):
    optimizer = make_optimizer(model, config())
    rates = [torch.tensor(0.5) for _ in optimizer.param_groups]
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    set_learning_rate(optimizer, 0.25)
    assert [rate.item() for rate in rates] == [0.25, 0.25]


@pytest.mark.parametrize("num_threads", [1, 3])
def test_few_weights_are_updated_by_one_thread_and_the_others_come_back(num_threads):
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        with threads_for_update(7):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == num_threads
        with threads_for_update(10**7):
            assert torch.get_num_threads() == num_threads
        with pytest.raises(ValueError), threads_for_update(7):
            raise ValueError
        assert torch.get_num_threads() == num_threads
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def weights():
    """Three weights, of which one has no gradient; the norm of the others' is 13."""
    weights = [nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1, 2)), nn.Parameter(torch.zeros(5))]
    weights[0].grad, weights[1].grad = torch.tensor([3.0, -4.0]), torch.tensor([[12.0, 0.0]])
    return weights


@pytest.mark.parametrize(
    ("max_norm", "max_value", "expected"),
    [
        (None, None, [3, -4, 12, 0]),
        (26.0, None, [3, -4, 12, 0]),
        (6.5, None, [1.5, -2, 6, 0]),
        (None, 3.5, [3, -3.5, 3.5, 0]),
        (None, 99.0, [3, -4, 12, 0]),
        (8.0, 4.0, [3, -4, 4, 0]),
        (41**0.5 / 2, 4.0, [1.5, -2, 2, 0]),
    ],
)
def test_gradients_are_cut_by_value_and_then_by_norm(max_norm, max_value, expected, weights):
    assert clip_gradients(weights, max_norm, max_value).item() == pytest.approx(13)
    assert [*weights[0].grad.tolist(), *weights[1].grad[0].tolist()] == pytest.approx(expected, rel=1e-5)
    assert weights[2].grad is None


@pytest.mark.parametrize("limits", [(1.0, None), (1.0, 1.0), (None, 1.0), (None, None)])
def test_a_gradient_that_is_no_number_is_told(limits, weights):
    weights[0].grad[1] = math.nan
    assert math.isnan(clip_gradients(weights, *limits).item())


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_progress_begins_when_the_rate_may_fall_and_does_not_depend_on_the_steps_before(schedule):
    chosen = config(warmup_steps=20, schedule=schedule)
    assert [progress_at(step, None, chosen) for step in (0, 19, 500)] == [0.0] * 3
    for total in (40, 1_000):
        start = max(20, total // 2)
        found = [progress_at(step, total, chosen) for step in range(total + 1)]
        assert found[: start + 1] == [0.0] * (start + 1)
        assert found[start:] == pytest.approx([place / (total - start) for place in range(total - start + 1)])
    assert progress_at(10, 11, chosen) == 0.0, "in the warm-up"
    assert progress_at(750, 1_000, chosen, least=0.7) == 0.7, "and never goes back"
    assert progress_at(900, 1_000, chosen, least=0.7) == pytest.approx(0.8)
