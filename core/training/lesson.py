"""A run that learns from corrections: it begins with another run's weights, and says afterwards what that has changed.

What is compared is the network before and after: on the corrected texts, which were trained on, and on the validation set,
which was not. The test set is read once, at the end, as by any run, for the new network's own score.
A corrected text that stands in the validation or the test set is taken out of it before anything is judged: nobody is
judged by what they were told.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from core.config.errors import ConfigError
from core.config.plain_files import read_plain
from core.data.prepared import Prepared, PreparedLabelled
from core.jobs.corrections import START_FILE, START_VOCABULARY, Correction, read_corrections
from core.jobs.reopening import fingerprint_of
from core.paired import pair_items
from core.tasks.base import BoundTask, CorrectableTask
from core.training.checkpoint import load_best

LONGEST_KEPT = 400  # characters; of longer texts a table of judged ones has no more, and they are known by that
MOST_LISTED = 100  # texts that turned right, and as many that turned wrong


@dataclass(frozen=True)
class Pupil:
    """A run that learns from corrections, and what its network said before.

    Attributes:
        rows: What it was corrected with.
        set_aside: How many texts were taken out of each part.
        said: Its answers to `rows`, as `predict` gives them.
        judged: Its guesses on the validation set; None where that is empty.
    """

    rows: Sequence[Correction]
    set_aside: dict[str, int]
    said: Sequence[dict[str, Any]]
    judged: Any

    def changes(self, task: BoundTask) -> dict[str, Any]:
        """What is different now, of a task that has just been judged.

        Returns:
            `rows`: of each correction `text`, `label`, `before`, `after` and the probability of the label `sure_before`,
            `sure_after`. `validation`: `items`, accuracy `before` and `after`, `difference` and its 95% `interval` (None
            where there are too few), `turned_right` and `turned_wrong`, how many texts, with lists of some of them. None
            without a validation set. `set_aside`: texts by part that were corrected, and so are not judged.
        """
        task = cast(CorrectableTask, task)
        now = _answers(task, self.rows)
        rows = [
            {
                "text": row.text, "label": row.label, "before": old["label"], "after": new["label"],
                "sure_before": old["probabilities"][row.label], "sure_after": new["probabilities"][row.label],
            }
            for row, old, new in zip(self.rows, self.said, now, strict=True)
        ]  # fmt: skip
        after = task.judged.get(("validation", "network"))
        validation = None if self.judged is None or after is None else _beside(task, self.judged, after)
        return {"rows": rows, "validation": validation, "set_aside": self.set_aside}


def set_aside(prepared: Prepared, rows: Sequence[Correction]) -> Prepared:
    """The data without the corrected texts in what is judged; for no corrections as it is."""
    if not rows or not isinstance(prepared, PreparedLabelled):
        return prepared
    whole = {_key(row.text) for row in rows}
    cut = tuple(_key(row.text) for row in rows if len(row.text) >= LONGEST_KEPT)  # out of a table, or whole
    for split in ("validation", "test"):
        keys = (_key(text) for text in prepared.texts[split])
        found = [place for place, key in enumerate(keys) if key in whole or key.startswith(cut)]
        if found:
            prepared = prepared.without(split, np.array(found))
    return prepared


def _key(text: str) -> str:
    """What texts that differ by case, spacing or the form of a sign only have in common: the same text to whoever reads."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def begin(directory: Path, task: BoundTask, whole: Prepared) -> Pupil | None:
    """Give a task the weights that a run begins with and what it learns; None for a run that learns from its data alone.

    Args:
        directory: The run.
        task: Bound to what `set_aside` left.
        whole: The data before that.

    Raises:
        ConfigError: The data, the vocabulary or the network is not the one that these weights belong to.
    """
    rows = read_corrections(directory)
    if not rows:
        return None
    if not isinstance(task, CorrectableTask):
        hint = "Correct a run of a page that labels texts."
        raise ConfigError.single("corrections", "a task that can be corrected", "another one", hint)
    _check_the_same(directory, task, whole)
    try:
        task.model.load_state_dict(load_best(directory, START_FILE))
    except RuntimeError as error:
        raise _other("weights", str(error).split("\n")[0][:120]) from error
    task.model.eval()
    task.calibrate()
    with torch.inference_mode():
        task.evaluate("validation", full=True)
        said = _answers(task, rows)
    task.learn([row.text for row in rows], [row.label for row in rows])
    taken = {name: number - task.prepared.counts[name] for name, number in whole.counts.items()}
    judged = task.judged.get(("validation", "network"))
    return Pupil(rows, {name: number for name, number in taken.items() if number}, said, judged)


def _answers(task: CorrectableTask, rows: Sequence[Correction]) -> list[dict[str, Any]]:
    return [task.predictor.predict([row.text])[0] for row in rows]


def _check_the_same(directory: Path, task: CorrectableTask, whole: Prepared) -> None:
    """Raise `ConfigError` where data or vocabulary are not those of the network that was corrected."""
    known = fingerprint_of(directory)
    if known and known != whole.fingerprint:
        raise _other("data", "data that has changed since")
    try:
        before = json.loads(read_plain(directory / START_VOCABULARY))
    except (OSError, ValueError) as error:
        raise _other("vocabulary", "a damaged file") from error
    now = json.loads(task.artifacts()["tokenizer.json"])
    if {key: before.get(key) for key in now} != now:
        raise _other("vocabulary", "another one")


def _other(field: str, received: str) -> ConfigError:
    hint = "Train the network anew, then correct that."
    return ConfigError.single(field, "what the corrected network was trained with", received, hint)


def _beside(task: CorrectableTask, before: Any, after: Any) -> dict[str, Any]:
    """Validation before and after: a paired bootstrap over its texts."""
    paired = pair_items("accuracy", after, before, "text")
    difference = None if paired is None else paired.difference()
    was, now = np.asarray(before.right), np.asarray(after.right)
    return {
        "items": len(was),
        "before": float(was.mean()),
        "after": float(now.mean()),
        "difference": float(now.mean() - was.mean()),
        "interval": None if difference is None or difference.interval is None else list(difference.interval),
        "method": None if paired is None else paired.method,
        "turned_right": _listed(task, before, after, np.flatnonzero(now > was)),
        "turned_wrong": _listed(task, before, after, np.flatnonzero(now < was)),
    }


def _listed(task: CorrectableTask, before: Any, after: Any, places: np.ndarray) -> dict[str, Any]:
    texts, classes = task.prepared.texts["validation"], task.prepared.classes
    return {
        "count": len(places),
        "texts": [
            {
                "text": texts[place][:LONGEST_KEPT], "label": classes[after.labels[place]],
                "before": classes[before.predictions[place]], "after": classes[after.predictions[place]],
            }
            for place in places[:MOST_LISTED].tolist()
        ],
    }  # fmt: skip
