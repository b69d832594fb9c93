"""Row E10 as a measurement: the next frame of a film and a label a frame, from films in order and from jumbled ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from core.claims.experiments.training import count_parameters
from core.claims.figures import Job, Numbers
from core.insight import moving

QUICK_STEPS = 400


def score(order: str, steps: int, seed: int) -> Numbers:
    """How well a network of that seed does on unseen films, with the simple methods beside it."""
    return moving.score(moving.train(order, seed, steps).eval(), moving.unseen(order))


def both_orders(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """A network of each order, each judged on films of its own order."""
    steps, size = QUICK_STEPS if quick else moving.STEPS, count_parameters(moving.FilmReader())
    beside = "going straight on, guessing and the mean of all frames stand among the figures"
    return [
        Job("E10", order, f"GRU, {moving.HIDDEN} units", partial(score, order, steps), seed, size, beside)
        for order in moving.ORDERS
        for seed in seeds
    ]
