"""Claim F4's trainings: what a recipe changes, how a gradient is cut, and a training that breaks and heals."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.claims.experiments import cures
from core.claims.experiments.cures import Problem, Recipe
from core.claims.experiments.memory_tasks import RECALL_SIZE, Reader
from core.models.stack import Stack

TINY = Problem(3, True, 7, Recipe(Stack("rnn", 5)), {}, explodes=True)


def test_a_change_reaches_the_recipe_and_its_layer():
    changed = TINY.recipe.changed(initialization="orthogonal", learning_rate=0.1, truncated=2)
    assert changed == Recipe(Stack("rnn", 5, initialization="orthogonal"), learning_rate=0.1, truncated=2)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, [3.0, -4.0]),
        ({"max_grad_norm": 1.0}, [0.6, -0.8]),
        ({"max_grad_norm": 6.0}, [3.0, -4.0]),
        ({"max_grad_value": 0.5}, [0.5, -0.5]),
    ],
)
def test_a_gradient_is_cut_by_its_norm_or_number_by_number(changes, wanted):
    network = nn.Linear(2, 1, bias=False)
    network.weight.grad = torch.tensor([[3.0, -4.0]])
    cures.cut(network, TINY.recipe.changed(**changes))
    assert network.weight.grad[0].tolist() == pytest.approx(wanted, rel=1e-5)


def test_truncation_changes_no_answer_and_cuts_the_gradient():
    reader = Reader(TINY.recipe.stack.build(RECALL_SIZE), 4)
    inputs = torch.randn(3, 9, RECALL_SIZE, requires_grad=True)
    whole = cures.answers(reader, inputs, None)
    short = cures.answers(reader, inputs, 4)
    assert torch.allclose(whole, short, atol=1e-6)
    (gradient,) = torch.autograd.grad(short.sum(), inputs)
    assert not gradient[:, :-4].any()
    assert gradient[:, -4:].abs().sum(dim=(0, 2)).all()


@pytest.mark.parametrize("changes", [{}, {"optimizer": "momentum", "learning_rate": 0.1}, {"cell": "gru"}])
def test_a_seed_gives_the_same_outcome_again(changes):
    recipe = TINY.recipe.changed(**changes)
    assert cures.outcome(TINY, recipe, 0) == cures.outcome(TINY, recipe, 0)
    assert cures.outcome(TINY, recipe, 0)["broke"] in (0, 1)


def test_where_the_gradient_vanishes_nothing_is_said_of_a_loss_that_rose():
    assert set(cures.outcome(replace(TINY, explodes=False), TINY.recipe, 0)) == {"accuracy"}


def test_an_infinite_loss_ends_a_training_as_broken():
    recipe = TINY.recipe.changed(nonlinearity="identity", optimizer="sgd", learning_rate=1e30)
    assert cures.outcome(TINY, recipe, 0)["broke"] == 1


def test_a_training_breaks_without_clipping_and_heals_with_it():
    problem = Problem(
        5, False, 100, Recipe(Stack("rnn", 32, initialization="orthogonal"), "sgd", 3.0), {}, explodes=True
    )
    assert cures.outcome(problem, problem.recipe, 0)["accuracy"] < 0.5
    assert cures.outcome(problem, problem.recipe.changed(max_grad_norm=0.3), 0) == {"accuracy": 1.0, "broke": 0.0}


@pytest.mark.parametrize("quick", [True, False])
def test_every_training_that_fails_begins_its_table(quick):
    for problem in cures.problems(quick).values():
        first, *others = problem.cures
        assert first.startswith("nothing") and not problem.cures[first]
        assert others and all(problem.cures[name] for name in others)
