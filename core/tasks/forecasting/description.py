"""Forecasting: windows of a series in, the next steps out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.config.data_section import MOST_TOLD
from core.config.sizes import network_parameters, recurrent_parameters
from core.config.summary import DataSummary
from core.config.words import plural
from core.models.likelihoods import LIKELIHOODS
from core.tasks.description import TaskDescription, Values

if TYPE_CHECKING:
    from core.config.experiment import Experiment


TREND = 0.9  # of `DataSummary.carry_ratio`; below it a network does better that sees changes
LONG = 20  # seasons, of which windows may have many
GROWS = 2.0  # of `DataSummary.spread_growth`
MANY = 200  # training steps: of fewer, logarithms were as often worse as better on the validation set


def preset(name: str, summary: DataSummary) -> Values:
    """Windows that follow the season; logarithms and differences where the series asks for them."""
    season = summary.season
    train = summary.num_tokens
    horizon = min(season if season > 1 else 4, max(1, train // 8))
    if name != "quick" and summary.num_series > 1 and season > 1 and train >= LONG * season:
        return _of_many_series(name, summary, horizon)
    window = max(4, min(2 * season if season > 1 else 8, 104 if name == "quick" else 512, train // 3))
    steps = {"quick": 500, "standard": 3_000, "large": 20_000}[name]
    return {
        "data": {"window_size": window, "horizon": horizon, **chosen_reading(summary)},
        "model": {
            "hidden_size": {"quick": 32, "standard": 128, "large": 512}[name],
            "num_layers": 1 if name == "quick" else 2,
            "shape": "many_to_one",
            "output_dropout": 0.0 if name == "quick" else 0.1,
        },
        "training": {
            "batch_size": 64,
            "learning_rate": (5e-3 if train < 200 else 1e-2) if name == "quick" else 3e-3,
            "max_steps": steps,
            "patience": None if name == "quick" else steps // 2,
        },
    }


def _of_many_series(name: str, summary: DataSummary, horizon: int) -> Values:
    """Long windows in segments of a season or two, scaled by themselves, and a decoder that goes to each segment at once.

    Reference:
        Lin et al. (2023), "SegRNN", with each window measured from its last value. Series that are too many to be told apart
        are measured in their windows' spread, too.
    """
    season, is_few = summary.season, summary.num_series <= MOST_TOLD
    window = max(1, min(30, 5 * summary.num_tokens // 12 // season)) * season
    steps = {"standard": 800, "large": 10_000}[name]
    return {
        "data": {
            "window_size": window, "horizon": horizon, "transform": "none", "difference": "none", "series_identity": is_few,
            "non_negative": summary.ends_at_zero,
        },
        "model": {
            "cell": "gru", "hidden_size": {"standard": 256, "large": 512}[name], "shape": "encoder_decoder",
            "decoding": "parallel", "segment": 2 * season if is_few else season, "scaling": "last_value" if is_few else "window",
            "output_dropout": 0.5 if is_few else 0.1,
        },
        "training": {
            "batch_size": 256, "learning_rate": 1e-3 if is_few else 3e-3, "max_steps": steps, "patience": steps // 2,
        },
    }  # fmt: skip


def chosen_reading(summary: DataSummary) -> dict[str, Any]:
    """Values of data fields: `transform`, `difference` and `non_negative`."""
    # A network follows a trend only when it sees changes; where the level stays, changes are mere noise.
    has_trend = summary.carry_ratio < TREND
    takes_log = summary.spread_growth >= GROWS and summary.num_tokens >= MANY  # whose inverse is above zero anyway
    return {
        "transform": "log" if takes_log else "none",
        "difference": ("season" if summary.season > 1 else "last_value") if has_trend else "none",
        "non_negative": summary.ends_at_zero and not takes_log,
    }


def reasons(experiment: Experiment, summary: DataSummary) -> dict[str, str]:
    """Why the series is read so: a sentence without its full stop, by the label of what it decides.

    A value that no preset would choose is said to be somebody's choice, beside what speaks for or against it.
    """
    data, usual = experiment.data, preset(experiment.preset, summary)["data"]
    names = ("transform", "difference", "non_negative")
    chosen = {name: "" if getattr(data, name) == usual[name] else " by choice" for name in names}
    transform = {"none": "none", "log": "logarithm", "box_cox": "Box-Cox power"}[data.transform]
    difference = {
        "none": "none",
        "last_value": "from value to value",
        "season": f"over a season of {plural(summary.season, 'step')}",
    }[data.difference]
    floor = _of_floor(data.non_negative, chosen["non_negative"], summary)
    if usual["difference"] != chosen_reading(summary)["difference"] and not any(chosen.values()):
        by_itself = "none: each window is scaled by itself, so that neither its level nor its variance counts"
        return dict.fromkeys(("Transform", "Difference"), by_itself) | floor
    return floor | {
        "Transform": f"{transform}{chosen['transform']}: {_of_variance(summary)}",
        "Difference": f"{difference}{chosen['difference']}: {_of_trend(summary)}",
    }


def _of_variance(summary: DataSummary) -> str:
    """Whether the variance grows with the level, in words."""
    if not summary.spread_growth:
        return "a logarithm needs values above zero, and not all of them are"
    if summary.spread_growth < GROWS:
        return "the variance does not clearly grow with the level"
    grows = f"the variance grows with the level (swings at its highest are at least {summary.spread_growth:.1f} times as large)"
    return (
        f"{grows}, but {summary.num_tokens:,} steps are few to learn that from" if summary.num_tokens < MANY else grows
    )


def _of_floor(is_on: bool, by_choice: str, summary: DataSummary) -> dict[str, str]:
    """Whether forecasts end at zero, and why; nothing is said where nobody would think of it."""
    if summary.ends_at_zero:
        why = "no training value is below zero, and some come near it"
    elif is_on:
        why = "no training value is below zero"
    else:
        return {}
    return {"Lowest forecast": f"{'zero' if is_on else 'no limit'}{by_choice}: {why}"}


def _of_trend(summary: DataSummary) -> str:
    """Whether the level changes over time, in words, and how that was measured."""
    last = "last season" if summary.season > 1 else "last value"
    measured = f"repeating the {last} has {summary.carry_ratio:.2g} times the error of the mean of all before"
    found = "there is a trend or slow cycle" if summary.carry_ratio < TREND else "there is no clear trend"
    return f"{found} ({measured})"


def count_parameters(experiment: Experiment, summary: DataSummary) -> int:
    """Of a forecaster: recurrent layers and the layer that reads their state."""
    model, horizon = experiment.model, experiment.data.horizon
    each = LIKELIHOODS[model.likelihood].num_parameters
    num_targets = summary.num_targets * each
    num_ahead = summary.num_ahead + (summary.num_series if experiment.data.series_identity else 0)
    read = model.segment * (summary.num_features + num_ahead)
    if model.shape == "many_to_many":  # every column is forecast, to be fed back
        return network_parameters(model, read, (summary.num_features - summary.num_indicators) * each)
    if model.shape == "many_to_one":
        seen = horizon * num_ahead
        return network_parameters(model, read, num_targets * horizon) + seen * num_targets * horizon
    position = max(2, model.hidden_size // 2)
    decoder = recurrent_parameters(
        model.model_copy(update={"initial_state": "zero"}), position + model.segment * num_ahead
    )
    places = -(-horizon // model.segment) * position
    return network_parameters(model, read, num_targets * model.segment) + decoder + places


def steps_read(experiment: Experiment) -> float:
    """Inputs and outputs that the layers go through for one window."""
    data, model = experiment.data, experiment.model
    decoded = data.horizon if model.shape == "encoder_decoder" and model.decoding == "recurrent" else 0
    return -(-data.window_size // model.segment) + -(-decoded // model.segment)


FORECASTING = TaskDescription(
    name="forecasting",
    kind="series",
    traits=frozenset({"series", "files", "two_directions"}),
    headline="mase",
    metrics=("mase", "rmsse", "mae", "rmse", "smape", "mape", "crps", "wql"),
    baselines=("last_value", "drift", "mean", "seasonal_naive", "seasonal_naive_drift", "ets", "theta", "feed_forward"),
    item="step",
    reached="On the test set the network's forecasts have a MASE of **{value}**",
    preset=preset,
    reasons=reasons,
    count_parameters=count_parameters,
    tokens_per_step=lambda experiment, summary: experiment.training.batch_size * steps_read(experiment),
    hub_tag="time-series-forecasting",
    call='for row in network.predict(horizon={horizon}):\n    print(row["series"], row["forecast"])',
    loss_unit="",
    loss_axis="Loss, in scaled units",
    judging_seconds=8.0,
    file_defaults={"split": (0.7, 0.1, 0.2)},
)
