"""What a run reads and begins with that goes on from another's weights with a text of its own (core.jobs.another_text)."""

from __future__ import annotations

from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits, Settings
from core.config.plain_files import read_plain
from core.data.kinds.text import with_vocabulary
from core.data.prepare import prepare
from core.data.prepared import Prepared, PreparedText
from core.data.text import load_tokenizer
from core.jobs.corrections import START_FILE, START_VOCABULARY, begins_with_weights, has_corrections
from core.tasks.base import BoundTask
from core.training.checkpoint import load_best


def prepare_run(directory: Path, experiment: Experiment) -> Prepared:
    """The data of a run, in the tokens of the network that it begins with where it goes on with another text.

    Raises:
        ConfigError: The data is not here or cannot be used, or the vocabulary is damaged.
    """
    prepared = prepare(experiment.description.kind, experiment.data, Settings(), Limits())
    if not _goes_on(directory) or not isinstance(prepared, PreparedText):
        return prepared
    try:
        tokenizer = load_tokenizer(read_plain(directory / START_VOCABULARY).decode("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise _unusable("vocabulary", "a damaged file") from error
    return with_vocabulary(prepared, tokenizer)


def take_weights(directory: Path, task: BoundTask) -> None:
    """Give a task the weights that its run begins with, where it goes on with another text.

    Raises:
        ConfigError: They are damaged, or of another network.
    """
    if not _goes_on(directory):
        return
    try:
        task.model.load_state_dict(load_best(directory, START_FILE))
    except RuntimeError as error:
        raise _unusable("weights", str(error).split("\n")[0][:120]) from error


def _goes_on(directory: Path) -> bool:
    return begins_with_weights(directory) and not has_corrections(directory)


def _unusable(what: str, received: str) -> ConfigError:
    hint = "Begin anew from the run whose network it was."
    return ConfigError.single("run", f"the {what} of the network that goes on", received, hint)
