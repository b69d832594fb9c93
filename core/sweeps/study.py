"""Optuna behind one class: what to try next, who goes on at a rung, and the journal in which all of it stands.

Optuna is imported here and nowhere else, when a study is opened. It always minimizes: a score that is better when larger goes
in with its sign turned, and comes out as it was.

Reference:
    Akiba et al. (2019), "Optuna: a next-generation hyperparameter optimization framework"; Bergstra et al. (2011), "Algorithms
    for hyper-parameter optimization" (the sampler, TPE).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config.rules import Range
from core.figures import smaller_is_better
from core.sweeps.folder import JOURNAL_FILE
from core.sweeps.rungs import KEPT, first_rung
from core.sweeps.space import Choices, Space

_FEWEST_AT_RANDOM, _SHARE_AT_RANDOM = 5, 4
_STATES = {"RUNNING": "open", "WAITING": "open", "COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}


@dataclass(frozen=True)
class Trial:
    """One trial of a sweep.

    Attributes:
        number: From 0, which is the start itself.
        state: open, done, pruned or failed.
        values: By dotted name what it tries.
        run: The id of its run; "" before it has one.
        value: The best validation score that it was last compared by; None before.
        step: At which it was.
        reason: Why it failed.
    """

    number: int
    state: str
    values: Mapping[str, Any]
    run: str = ""
    value: float | None = None
    step: int = 0
    metric: str = ""
    reason: str = ""


class Study:
    """The study of a sweep's folder, made there when there is none. One process at a time may ask and tell.

    Args:
        max_steps: Of every trial.
        trials: How many there will be: a part of them is drawn at random first.
        seed: Of what is drawn.
    """

    def __init__(self, folder: Path, max_steps: int, trials: int, seed: int = 0):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        _mend(folder / JOURNAL_FILE)
        self._optuna = optuna
        self.study = optuna.create_study(
            study_name=folder.name,
            storage=_storage(folder),
            pruner=optuna.pruners.SuccessiveHalvingPruner(
                min_resource=first_rung(max_steps), reduction_factor=KEPT, min_early_stopping_rate=0
            ),
            load_if_exists=True,
        )
        self.study.sampler = optuna.samplers.TPESampler(
            seed=seed + len(self.study.get_trials(deepcopy=False)),  # else a second process draws what the first one drew
            n_startup_trials=max(_FEWEST_AT_RANDOM, trials // _SHARE_AT_RANDOM), constant_liar=True,
        )  # fmt: skip

    def ask(self, space: Space) -> Trial:
        """The next trial, which counts from now on; the first one is the start itself."""
        start = space.start.every_value()
        if not self.study.get_trials(deepcopy=False):
            fixed = {name: start[name] for name, found in space.choices.items() if _has(found, start[name])}
            self.study.enqueue_trial(fixed)
        trial = self.study.ask()
        drawn = space.draw(lambda name, found: _suggest(trial, name, found, space.choices[name]))
        if trial.number == 0:
            drawn = {name: start[name] for name in drawn}
        trial.set_user_attr("values", {name: _plain(value) for name, value in drawn.items()})
        return self.trials()[trial.number]

    def note_run(self, number: int, run: str) -> None:
        """Say which run a trial is."""
        self._open(number).set_user_attr("run", run)

    def goes_on(self, number: int, step: int, value: float | None, metric: str) -> bool:
        """Compare a trial at a rung with those that were there; whether it is among the better ones, and goes on."""
        trial = self._open(number)
        self._note(trial, step, value, metric)
        if value is None:
            return False
        trial.report(_signed(value, metric), step)
        return not trial.should_prune()

    def end(self, number: int, step: int, value: float | None, metric: str) -> None:
        """A trial did all its steps; without a score it failed."""
        self._note(self._open(number), step, value, metric)
        if value is None:
            return self.fail(number, "It has no validation score.")
        self.study.tell(number, _signed(value, metric))

    def prune(self, number: int) -> None:
        """A trial does not go on."""
        self.study.tell(number, state=self._optuna.trial.TrialState.PRUNED)

    def fail(self, number: int, reason: str) -> None:
        """A trial says nothing."""
        self._open(number).set_user_attr("reason", reason)
        self.study.tell(number, state=self._optuna.trial.TrialState.FAIL)

    def trials(self) -> list[Trial]:
        """All trials by their number."""
        return [_trial(frozen) for frozen in self.study.get_trials(deepcopy=False)]

    def importances(self) -> dict[str, float]:
        """How much of the differences between scores each field explains, 0 to 1; empty where too few trials tell."""
        done = [trial for trial in self.trials() if trial.state == "done"]
        if len(done) < 3 or len({trial.value for trial in done}) < 2:
            return {}
        evaluator = self._optuna.importance.PedAnovaImportanceEvaluator()
        try:
            return dict(self._optuna.importance.get_param_importances(self.study, evaluator=evaluator))
        except (RuntimeError, ValueError):
            return {}

    def _open(self, number: int) -> Any:
        return self._optuna.trial.Trial(self.study, self.study.get_trials(deepcopy=False)[number]._trial_id)

    def _note(self, trial: Any, step: int, value: float | None, metric: str) -> None:
        for name, said in (("step", step), ("score", value), ("metric", metric)):
            trial.set_user_attr(name, said)


class _Held:
    """Optuna's lock on its journal: the folder's own stands for it, which goes with the process that holds it."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


def _storage(folder: Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(folder / JOURNAL_FILE), _Held()))  # type: ignore[arg-type]


def _mend(journal: Path) -> None:
    """Take the beginning of a line away at which a process was killed: the next line would be its end."""
    if journal.exists():
        with open(journal, "rb+") as stream:
            stream.truncate(stream.read().rfind(b"\n") + 1)


def read_trials(folder: Path) -> list[Trial]:
    """The trials of a sweep that another thread or process may drive: looks, and writes nothing. Raises `OSError`."""
    if not (folder / JOURNAL_FILE).exists():
        return []
    storage = _storage(folder)
    studies = storage.get_all_studies()
    found = storage.get_all_trials(studies[0]._study_id, deepcopy=False) if studies else []
    return [_trial(frozen) for frozen in found]


def best_of(trials: list[Trial]) -> Trial | None:
    """The trial with the best score of those that did all their steps; None while there is none."""
    done = [trial for trial in trials if trial.state == "done" and trial.value is not None]
    return min(done, key=lambda trial: (_signed(trial.value or 0.0, trial.metric), trial.number), default=None)


def _signed(value: float, metric: str) -> float:
    return value if smaller_is_better(metric) else -value


def _suggest(trial: Any, name: str, found: Choices, whole: Choices) -> Any:
    if isinstance(found, Range):
        suggest = trial.suggest_int if isinstance(found.low, int) else trial.suggest_float
        return suggest(name, found.low, found.high, log=found.log)
    # The choices of a name never change: a part of them, which is all that other values leave, has a name of its own.
    called = name if found == whole else f"{name} of {', '.join(map(str, found))}"
    return trial.suggest_categorical(called, found)


def _has(found: Choices, value: Any) -> bool:
    if isinstance(found, Range):
        return isinstance(value, int | float) and found.low <= value <= found.high
    return value in found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _trial(frozen: Any) -> Trial:
    said = frozen.user_attrs
    return Trial(
        frozen.number, _STATES[frozen.state.name], said.get("values", {}), said.get("run", ""), said.get("score"),
        said.get("step", 0), said.get("metric", ""), said.get("reason", ""),
    )  # fmt: skip
