"""What a result keeps beside its figures so that it can be said what is wrong with the run: `evidence`.

Small, plain numbers, measured once, on fixed samples of the validation part. Left out: what they mean (core.doctor).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.config.experiment import DataConfig
from core.data.prepared import Prepared
from core.data.report import report
from core.tasks.base import BoundTask


def evidence_of(task: BoundTask, prepared: Prepared, data: DataConfig) -> dict[str, Any]:
    """Evidence of a trained network.

    Args:
        task: With the weights that were judged.
        prepared: What it was trained on.
        data: How that was prepared.

    Returns:
        `items`, how much each part holds; `vocabulary` and `unknown` by side, the number of known tokens and the share
        of unknown ones in each part; and what the task measures. What cannot be told is None or not there.
    """
    vocabularies = report(prepared, data).vocabularies
    return _finite(
        {
            "items": dict(prepared.counts),
            "vocabulary": {side: vocabulary.size for side, vocabulary in vocabularies.items()},
            "unknown": {side: dict(vocabulary.unknown) for side, vocabulary in vocabularies.items()},
            **task.evidence(),
        }
    )


def _finite(value: Any) -> Any:
    """The same, with None for every number that is none, which JSON does not have."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
