"""A run in one line: "LSTM 32 · Sunspots · window 104 · 4,840 parameters · 200 steps".

Pure functions of the experiment and of what is known of its run, for every place that names one: the page, comparisons,
the table of runs, the archive.
"""

from __future__ import annotations

from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment
from core.config.words import plural
from core.data import catalog
from core.models.cells import CELLS

OWN_DATA = "own data"
"""What somebody's own data is called for those who may not read it: the name of a file says something of it too."""


def describe_run(
    experiment: Experiment, parameters: int | None = None, steps: int | None = None, data: str | None = None
) -> str:
    """What a run is: its network, its data, how that is cut, its size and its length.

    Args:
        parameters: Of its network; None, where they are not known, leaves them out.
        steps: Done, or planned while it trains; None for those of the experiment.
        data: What somebody's own data is called where who reads this may know: the names of its files.
    """
    parts = [describe_network(experiment), describe_data(experiment, data), *_cut(experiment)]
    if parameters is not None:
        parts.append(plural(parameters, "parameter"))
    parts.append(plural(experiment.training.max_steps if steps is None else steps, "step"))
    return " · ".join(parts)


def describe_network(experiment: Experiment) -> str:
    """Its layers: "LSTM 32", "GRU 2 × 128", "bidirectional RNN 16", "feed-forward 64 over 8 steps"."""
    model = experiment.model
    size = f"{model.hidden_size:,}" if model.num_layers == 1 else f"{model.num_layers} × {model.hidden_size:,}"
    if model.window is not None:
        return f"feed-forward {size} over {plural(model.window, 'step')}"
    return f"{'bidirectional ' if model.bidirectional else ''}{CELLS[model.cell].label} {size}"


def describe_data(experiment: Experiment, own: str | None = None) -> str:
    """The title of a set of the catalogue with the languages chosen from it, the name of one of the Hub, or `own`."""
    data = experiment.data
    if data.source == "hub":
        return str(data.id)
    if not catalog.is_of_catalogue(data):
        return own or OWN_DATA
    try:
        entry = catalog.find(experiment.description.kind, data.id)
    except ConfigError:  # of another version
        return str(data.id)
    return ", ".join(filter(None, [entry.title, _languages(entry, data)]))


def _languages(entry: catalog.Entry, data: DataConfig) -> str:
    codes = [getattr(data, field) for field in entry.language_fields]
    names = entry.languages()
    return " to ".join(names.get(code, code) for code in codes if code)


def _cut(experiment: Experiment) -> list[str]:
    """What decides how the data is cut up, of the fields that the task uses."""
    values = experiment.values()
    found = []
    if "data.window_size" in values:
        found.append(f"window {values['data.window_size']:,}")
    if "data.unit" in values:
        found.append(f"{values['data.unit']}s")
    return found
