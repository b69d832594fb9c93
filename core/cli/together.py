"""`python -m core predict RUN --with RUN`: several networks that differ only in their seed as one forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.compare import as_trained, same_but_seed
from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment
from core.config.limits import Settings
from core.console import print_notes
from core.jobs.files import read_json
from core.jobs.status import read_status
from core.jobs.store import read_experiment


def forecast_together(runs: Sequence[str], newer: Path | None, options: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each series: the mean forecast, its spread over the networks, each network's, and figures on the test set.

    Bands and figures are there as far as the runs kept forecasts beside what came, and bands not after newer rows.

    Args:
        runs: Ids or folders, two or more.
        newer: A file of newer rows to go on from.
        options: Of `predict`.

    Raises:
        ConfigError: A run that is not there, cannot be used, or differs in more than the seed.
    """
    from core import api
    from core.tasks.registry import ensemble

    directories = [api.find_run(run) for run in runs]
    experiments = _alike(directories)
    network = [api.load(directory, Settings().predict_device) for directory in directories]
    if newer is not None:
        network = [one.after(newer) for one in network]
        print_notes(network[0].notes)
    names = [f"seed {one.training.seed}" for one in experiments]
    answers = [one.predict(**options) for one in network]
    print_notes(filter(None, [network[0].beyond_known(answers[0][0]["time"])]))
    kept = [(read_json(one / "backtest.json"), read_json(one / "details.json")) for one in directories]
    metrics, kind = experiments[0].description.metrics, ensemble(experiments[0])
    return [
        kind.forecast_row(
            dict(zip(names, rows, strict=True)), dict(zip(names, kept, strict=True)), metrics, newer is None
        )
        for rows in zip(*answers, strict=True)
    ]


def _alike(directories: Sequence[Path]) -> list[Experiment]:
    """What the runs trained. Raises `ConfigError` for one that does not forecast, or that differs in more than the seed."""
    found = [as_trained(read_experiment(one), read_status(one).total_steps) for one in directories]
    first = found[0]
    if first.description.is_asked_texts:
        hint = "Leave it out; only forecasts of several networks are one."
        raise ConfigError.single("with", "nothing for a network that is asked texts", directories[1].name, hint)
    hint = "Train it with --set training.seed=N and nothing else changed."
    problems = [
        Problem("with", "a run that differs from the first in training.seed alone", directory.name, hint)
        for directory, other in zip(directories[1:], found[1:], strict=True)
        if not same_but_seed(first, other)
    ]
    seeds = [one.training.seed for one in found]
    problems += [
        Problem("with", "every seed once", f"seed {seed} again", "Leave one of them out.")
        for place, seed in enumerate(seeds) if seed in seeds[:place]
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)
    return found
