"""What the curve tells: ended too early, too fast, exploded, learned by heart, learned too little.

Each threshold stands with its reason; all were chosen so that the quick and standard presets on the pages' own data are
silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from core.config.limits import seconds_in_words
from core.config.words import plural
from core.doctor.case import MOST_FACTOR, SMOOTH, Case, Finding, Remedy
from core.figures import metric_label

NEARLY_ALL = 0.95  # of its steps: what is missing then is the slow end of a falling rate
ROSE = 1.5  # times the first loss, in the middle of five records: batches differ by less, and a warm-up begins slowly
SWING = 0.15  # of the first validation loss, up and down again: healthy curves wobble by a few hundredths
FEWEST_SWINGS = 3
BURST, LARGE_NORM = 100.0, 10.0  # times the usual norm of the gradient, and above: ten is where clipping at 1 cuts hard
ROSE_AGAIN = 0.2  # of the best validation loss: standard presets end up to a twentieth above theirs
STILL_FALLS = 0.95  # of the training loss at the best look: it goes on falling while validation does not
SURE = 2.0  # standard errors
STILL_BETTER = 0.08  # of the validation loss in the last quarter: text models fall by a twentieth for long
STILL_A_LITTLE = 0.03  # which is enough where the network is far behind
AT_THE_END = 0.9  # of the steps
HARDLY_FELL = 0.05  # of the first training loss
TINY_RATE = 1e-4  # a thirtieth of the smallest that presets have for small networks


def find_limit(case: Case) -> Finding | None:
    """A limit in seconds ended the training well before its steps were done."""
    result, asked = case.result, case.experiment.training.max_steps
    if result.get("ended") != "time_limit" or case.steps >= NEARLY_ALL * asked:
        return None
    own, server = case.experiment.training.max_seconds, case.server_seconds
    ended_by, whose = (
        (own, "the time limit") if own is not None else (result.get("server_seconds"), "this server's limit")
    )
    limit = f" of {seconds_in_words(float(ended_by))}" if ended_by else ""
    needed = MOST_FACTOR * case.seconds_for(asked)
    every, all_steps = case.smaller(), None
    if server is None:
        all_steps = Remedy(f"Train all {asked:,} steps", {"training.max_seconds": None})
    elif needed <= server:
        all_steps = Remedy(f"Train all {asked:,} steps", {"training.max_seconds": server})
    smaller = ": a smaller network does more steps in it" if every else ""
    rest = "" if all_steps else f" The server gives no more time{smaller}."
    return Finding(
        "limit", "Stopped by a limit",
        f"{whose.capitalize()}{limit} ended training at its step {case.steps:,} of {asked:,}; all of them take about "
        f"{_rough(case.seconds_for(asked))} at that speed.{rest}",
        case.possible(all_steps, every),
    )  # fmt: skip


def find_high_rate(case: Case) -> Finding | None:
    """The learning rate is too high: the loss rose from the start, or swings up and down."""
    losses = case.losses(case.train)
    rate = case.experiment.training.learning_rate
    if len(losses) > SMOOTH:
        first = losses[0][1]
        peak, step = max((median(loss for _, loss in part), part[SMOOTH // 2][0]) for part in _windows(losses))
        if first > 0 and peak > ROSE * first:
            text = (
                f"The training loss rose from {first:.3g} at the first training step to {peak:.3g} around step {step:,}, with a "
                f"learning rate of {rate:g}."
            )
            return Finding("high_rate", "Learning rate too high", text, case.possible(case.slower()))
    swings = _swings(case)
    if swings is None:
        return None
    number, size, first = swings
    text = (
        f"The validation loss{case.over_windows} went up {number} times by {SWING:.0%} of its first value and more (by up "
        f"to {size:.3g} of {first:.3g}) and down again, with a learning rate of {rate:g}."
    )
    return Finding("high_rate", "Learning rate too high", text, case.possible(case.slower(3)))


def _windows(losses: Sequence[tuple[int, float]]) -> list[Sequence[tuple[int, float]]]:
    return [losses[start : start + SMOOTH] for start in range(len(losses) - SMOOTH + 1)]


def _swings(case: Case) -> tuple[int, float, float] | None:
    """How often validation rose far and fell as far again, how far at most, and its first loss."""
    losses = [loss for _, loss in case.losses(case.validation)]
    if len(losses) < 2 * FEWEST_SWINGS or losses[0] <= 0:
        return None
    changes = [after - before for before, after in pairwise(losses)]
    far = SWING * losses[0]
    rises, falls = [change for change in changes if change > far], [change for change in changes if change < -far]
    if min(len(rises), len(falls)) < FEWEST_SWINGS:
        return None
    return len(rises), max(rises), losses[0]


def find_exploded(case: Case) -> Finding | None:
    """The loss is no number any more, or gradients burst while nothing clips them."""
    training = case.experiment.training
    clips = training.max_grad_norm is not None or training.max_grad_value is not None
    clip = None if clips else Remedy("Train with gradients clipped at 1", {"training.max_grad_norm": 1.0})
    if case.failure == "diverged":
        losses, norms = case.losses(case.train), _norms(case)
        last = f"; the last one was {losses[-1][1]:.3g} at training step {losses[-1][0]:,}" if losses else ""
        size = f", with a gradient of norm {norms[-1][1]:.3g}" if norms else ""
        unclipped = "" if clips else " Nothing clips the gradients."
        text = f"The loss is not a number any more{last}{size}.{unclipped}"
        return Finding("exploded", "Exploded", text, case.possible(clip, case.slower()))
    norms = _norms(case)
    if clips or len(norms) < SMOOTH:
        return None
    step, largest = max(norms, key=lambda pair: pair[1])
    usual = median(norm for _, norm in norms)
    if largest <= max(LARGE_NORM, BURST * usual):
        return None
    text = (
        f"The gradient's norm burst to {largest:.3g} around training step {step:,}, {largest / max(usual, 1e-12):,.0f} times the "
        f"usual {usual:.3g}, and nothing clips it."
    )
    return Finding("exploded", "Exploding gradients", text, case.possible(clip))


def _norms(case: Case) -> list[tuple[int, float]]:
    return [
        (record["step"], float(record["grad_norm"])) for record in case.train if record.get("grad_norm") is not None
    ]


def find_overfitted(case: Case) -> Finding | None:
    """Validation got worse after its best while the training loss went on falling."""
    looks, train = case.losses(case.validation), case.losses(case.train)
    if not case.is_finished or case.is_good or len(looks) < 3 or len(train) < SMOOTH:
        return None
    best_step, best = min(looks, key=lambda look: look[1])
    last_step, last = looks[-1]
    error = next((record.get("standard_error") for record in case.validation if record["step"] == best_step), None)
    unsure = SURE * float(error) if error and case.experiment.description.reads_tokens else 0.0  # else the headline's
    before = median(loss for _, loss in _last(train, best_step))
    after = median(loss for _, loss in _last(train, last_step))
    if last - best <= max(ROSE_AGAIN * best, unsure) or after >= STILL_FALLS * before:
        return None
    text = (
        f"The validation loss was lowest at training step {best_step:,} of {case.steps:,} ({best:.3g}) and {last:.3g} at the end"
        f"{case.over_windows}, while the training loss went on falling, from {before:.3g} to {after:.3g}: since then it "
        f"learned its training set by heart. {_kept(case, best_step)}"
    )
    return Finding("overfitted", "Overfitted", text, case.possible(case.dropout, case.smaller()))


def _kept(case: Case, lowest: int) -> str:
    """Which network is kept, where the loss was lowest at a step: another metric may choose it."""
    best = case.result.get("best") or {}
    if best.get("metric") in (None, "loss") or best.get("step") == lowest:
        return "The network of the best look is kept."
    return f"The network of training step {best['step']:,} is kept, the best by {metric_label(best['metric'])}."


def _last(losses: Sequence[tuple[int, float]], step: int) -> Sequence[tuple[int, float]]:
    """The records up to a step that stand for it."""
    return [pair for pair in losses if pair[0] <= step][-SMOOTH:] or losses[:1]


def find_underfitted(case: Case) -> Finding | None:
    """Too little was learned: the loss still fell at the end, or hardly fell at all, on the training set too."""
    looks, train = case.losses(case.validation), case.losses(case.train)
    if not case.is_finished or case.is_good or not train or not looks:
        return None
    first, last = case.training_fell
    if last > (1 - HARDLY_FELL) * first:
        text = (
            f"The loss hardly fell, on the training set either: from {first:.3g} to {last:.3g} in {case.steps:,} training steps."
            f"{_few_units(case)}{_short_sight(case)}"
        )
        tiny = case.experiment.training.learning_rate < TINY_RATE
        sharper = (case.faster if tiny else None, _wider(case))
        remedy = case.possible(*sharper, *_first(case), case.longer, case.faster, case.larger())
        return Finding("underfitted", "Underfitted", text, remedy)
    best_step, best = min(looks, key=lambda look: look[1])
    needed = STILL_A_LITTLE if case.is_far_behind else STILL_BETTER
    earlier = [loss for step, loss in looks if step <= 0.75 * case.steps][-1:]
    if not earlier or best_step < AT_THE_END * case.steps or best > (1 - needed) * earlier[0]:
        return None
    text = (
        f"The validation loss{case.over_windows} was still falling when training ended: from {earlier[0]:.3g} to "
        f"{best:.3g} in the last quarter of {case.steps:,} training steps.{_few_units(case)}"
    )
    return Finding("underfitted", "Underfitted", text, case.possible(*_first(case), case.longer, case.faster))


def _few_units(case: Case) -> str:
    return f" The network has only {plural(case.experiment.model.hidden_size, 'unit')}." if case.has_few_units else ""


def _short_sight(case: Case) -> str:
    window = case.experiment.model.window
    return "" if window is None else f" Without memory it sees {plural(window, 'step')} and nothing before."


def _wider(case: Case) -> Remedy | None:
    """Twice the window of a network without memory."""
    window = case.experiment.model.window
    return (
        None if window is None else Remedy(f"Train with a window of {2 * window} steps", {"model.window": 2 * window})
    )


def _first(case: Case) -> list[Remedy | None]:
    """What a network of very few units needs before more steps, unless it had hardly any."""
    return [case.longer if case.is_short else None, case.larger()] if case.has_few_units else []


def _rough(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
