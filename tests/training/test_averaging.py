"""Averaged weights by hand: what the average is, and who sees it."""

import pytest
import torch
from torch import nn

from core.config.experiment import TrainingConfig
from core.training.averaging import Averaged, share_of_newest
from core.training.loop import Training
from tests.training.ear import Ear
from tests.training.test_loop import CPU, Line, experiment


def averages_of(weights, progress=lambda step: 0.0, **training):
    model = nn.Linear(1, 1, bias=False)
    averaged, found = Averaged(model, TrainingConfig(**training)), []
    for step, weight in enumerate(weights, start=1):
        with torch.no_grad():
            model.weight.fill_(weight)
        averaged.follow(step, progress(step))
        with averaged.in_use():
            found.append(model.weight.item())
        assert model.weight.item() == weight, "its own again"
    return found


def test_an_exponential_average_counts_what_it_has_seen_and_nothing_else():
    """Weights 1, 2, 4 at decay 1/2: (1/4 + 2/2) / (3/4) = 5/3, then (1/8 + 2/4 + 4/2) / (7/8) = 3."""
    assert averages_of([1, 2, 4], averaging="ema", averaging_decay=0.5) == pytest.approx([1, 5 / 3, 3])


def test_the_mean_begins_with_the_second_half():
    falling = averages_of([5, 7, 1, 2, 6], lambda step: float(step >= 3), averaging="mean")
    assert falling == pytest.approx([5, 7, 4, 10 / 3, 4]), "of the last weights before the fall, and all since"


def test_without_a_decay_the_average_reaches_back_a_tenth_of_the_steps_so_far():
    """Shares 1 / (1 + (step - 1) / 10): after 11 steps the newest counts a half, after 991 a hundredth."""
    assert [share_of_newest(step, None) for step in (1, 11, 991)] == pytest.approx([1, 0.5, 0.01])
    assert share_of_newest(10_000, 0.98) == pytest.approx(0.02), "with one, in the end 1 - decay"


class Seen(Line):
    """Writes down its own weight at every step and the weight with which it is judged."""

    def __init__(self):
        super().__init__()
        self.own, self.judged = [], []

    def training_loss(self, step, progress=0.0):
        self.own.append(self.model.weight.item())
        return super().training_loss(step, progress)

    def evaluate(self, split, full):
        self.judged.append(self.model.weight.item())
        return {"loss": -self.model.weight.item()}


def test_validation_sees_the_average_and_the_best_network_is_the_average():
    task, ear = Seen(), Ear()
    training = Training(
        task, experiment(max_steps=20, averaging="ema", averaging_decay=0.9, learning_rate=0.05), CPU, ear, ear
    )
    outcome = training.run()
    own = [*task.own[1:], task.model.weight.item()]
    mean = sum(0.9 ** (19 - place) * weight for place, weight in enumerate(own)) / sum(0.9**n for n in range(20))
    assert task.judged[-1] == pytest.approx(mean, rel=1e-5) and mean < own[-1] - 0.01
    assert outcome.best.weights["weight"].item() == task.judged[-1], "the largest, and so the best, is the last"


class Moments(Ear):
    def __init__(self, task):
        super().__init__()
        self.task, self.seen = task, []

    def moment(self, step, is_end):
        return (lambda: self.seen.append(self.task.model.weight.item())) if is_end else None


def test_what_is_kept_of_a_moment_is_the_average():
    task = Seen()
    ear = Moments(task)
    Training(task, experiment(max_steps=20, averaging="ema", learning_rate=0.05), CPU, ear, ear).run()
    assert ear.seen == task.judged[-1:] and ear.seen != [task.model.weight.item()]


def test_the_mean_of_a_constant_rate_is_that_of_the_second_half():
    task = Seen()
    Training(
        task, experiment(max_steps=20, averaging="mean", schedule="constant", learning_rate=0.05), CPU, Ear()
    ).run()
    own = [*task.own[1:], task.model.weight.item()]
    assert task.judged[-1] == pytest.approx(sum(own[10:]) / 10, rel=1e-5)


def test_training_itself_is_as_without_an_average():
    plain, averaged = Seen(), Seen()
    Training(plain, experiment(max_steps=30), CPU, Ear()).run()
    Training(averaged, experiment(max_steps=30, averaging="mean"), CPU, Ear()).run()
    assert plain.own == averaged.own and plain.judged != averaged.judged
