"""Why a run is bad and what may help: findings from its figures, its curve and its evidence, each with its numbers.

Pure functions without torch, the same for screen and shell. A healthy run has no finding. A finding has at most
some remedies: changed fields, with which a new run can start. What would change a set-up is read off the training and
validation sets alone; the test set says how sure its own figures are, and withholds what the simple methods speak
against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.config.experiment import Experiment
from core.config.limits import Limits
from core.doctor import behind, data, network, training, written
from core.doctor.case import Case, Finding, Remedy

__all__ = ["CHECKS", "Finding", "Remedy", "diagnose"]

CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    network.find_leak, data.find_far_out, training.find_exploded, training.find_high_rate, training.find_limit,
    network.find_vanished, training.find_underfitted, network.find_ignored_source, network.find_flat_line,
    network.find_lagged_copy, training.find_overfitted, data.find_unknown_words, data.find_imbalance,
    data.find_too_little_data, network.find_saturated_gates, behind.find_behind,
    written.find_copied_text, written.find_loops,
)  # fmt: skip
"""In the order in which findings are told: what explains the others comes first."""
_OF_THE_TRAINED = frozenset(
    {
        "vanished",
        "underfitted",
        "ignored_source",
        "flat_line",
        "lagged_copy",
        "overfitted",
        "saturated_gates",
        "behind",
        "loops",
    }
)
_EXPLAINED: Mapping[str, frozenset[str]] = {
    "far_out": _OF_THE_TRAINED,  # errors tell of those values, and not of the network
    "exploded": _OF_THE_TRAINED | {"high_rate"},
    "high_rate": _OF_THE_TRAINED,
    "limit": _OF_THE_TRAINED | {"too_little_data"},  # nobody knows what the rest of the steps would have made of it
    "vanished": frozenset({"underfitted", "ignored_source"}),
}
"""What is not told beside a finding that is its cause."""


def diagnose(
    experiment: Experiment,
    result: Mapping[str, Any] | None,
    train_records: Sequence[Mapping[str, Any]],
    validation_records: Sequence[Mapping[str, Any]],
    *,
    failure: str = "",
    limits: Limits | None = None,
) -> list[Finding]:
    """What is wrong with a run that is over, the worst first.

    Args:
        result: `result.json`; None for a run without one. Of an older version it has no `evidence`: what needs it is
            then not found.
        train_records: The curve of the training set, as `metrics.jsonl` has it.
        validation_records: Likewise of the validation set.
        failure: The kind of error that ended the run, such as "diverged"; "" for none.
        limits: What a new run may ask for; None for no limit.
    """
    case = Case(experiment, result or {}, train_records, validation_records, failure, limits)
    found = [finding for check in CHECKS if (finding := check(case)) is not None]
    explained = frozenset[str]().union(*(_EXPLAINED.get(finding.name, frozenset()) for finding in found))
    return [finding for finding in found if finding.name not in explained]
