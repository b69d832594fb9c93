"""`python -m core backtest`: forecasts of a run from every row that it was not trained on, beside the simple methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.output import print_json
from core.config.errors import ConfigError
from core.config.words import plural
from core.spreadsheets import to_csv, to_parquet

if TYPE_CHECKING:
    from core.backtests import Backtest
    from core.rolling import Rolling

_SHOWN_BANDS = ("80%", "95%")
_WRITERS = {".csv": lambda *table: to_csv(*table).encode(), ".parquet": to_parquet}


def backtest(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run that forecasts.")],
    since: Annotated[
        str | None,
        typer.Option("--from", help="The first row that is forecast, such as 1959-01; of the test set if not said."),
    ] = None,
    stride: Annotated[int, typer.Option(help="Rows from one origin to the next.")] = 1,
    horizon: Annotated[int | None, typer.Option(help="Steps ahead; as trained if not said.")] = None,
    step: Annotated[
        int | None, typer.Option(help="Also the figures at this step alone; the last one if not said.")
    ] = None,
    refit: Annotated[
        int, typer.Option(help="Train so many networks anew, each before an origin on all rows before it.")
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="A file for every forecast, .csv or .parquet.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line: of each method its figures.")
    ] = False,
) -> None:
    """Test a forecaster over time: errors over the horizon and at one step, beside the baselines."""
    if out is not None and out.suffix.lower() not in _WRITERS:
        raise ConfigError.single(
            "out", f"a file that ends in {' or '.join(_WRITERS)}", str(out), "Choose another name."
        )
    from core.console import BarReporter
    from core.rolling import roll

    found = roll(run, since, stride, horizon, refit, BarReporter)
    steps = found.kept[0].horizon
    from core.tasks.options import check_whole

    at = steps if step is None else check_whole("step", step, 1, steps)
    if out is not None:
        columns, rows = _table(found)
        out.write_bytes(_WRITERS[out.suffix.lower()](columns, rows))
    metrics = found.experiment.description.metrics
    lines = list(_lines(found, metrics, at))
    if as_json:
        for line in lines:
            print_json({"event": "backtest", **line})
        return
    _print(found, lines, metrics, at)
    if out is not None:
        print(f"Every forecast: {out}")


def _lines(found: Rolling, metrics: Sequence[str], at: int) -> Iterator[dict[str, Any]]:
    """A row a method: its figures over all steps and at one, of networks that were trained once and anew."""
    from core.backtests import NETWORK, mean_figures

    for refitted, tests in ((False, found.kept), (True, found.refitted or [])):
        for method in tests[0].methods if tests else ():
            line = {
                "method": method,
                "refitted": refitted,
                **_span(tests),
                "step": at,
                "over": mean_figures(tests, method, metrics),
                "at_step": mean_figures(tests, method, metrics, at),
            }
            yield line | ({"held": _held(tests, at)} if method == NETWORK else {})


def _span(tests: Sequence[Backtest]) -> dict[str, Any]:
    """What was forecast: origins of the first series, and the times of the first and the last of them."""
    one = tests[0]
    first, last = one.origins[[0, -1]].tolist()
    return {"origins": len(one.origins), "from": one.time[first], "to": one.time[last], "horizon": one.horizon}


def _held(tests: Sequence[Backtest], at: int) -> dict[str, dict[str, float | None]]:
    """By band which share of the truths it held over all steps and at one, the mean over series; none where there are none."""
    import numpy as np

    from core.metrics.quantiles import coverage
    from core.metrics.registry import finite

    def mean(shares: list[float]) -> float | None:
        known = [share for share in shares if np.isfinite(share)]
        return finite(float(np.mean(known))) if known else None

    return {
        f"{share:.0%}": {
            "over": mean([float(coverage(one.truth, *one.bands[share], axis=(0, 1))) for one in tests]),
            "at_step": mean([float(one.held_by_step()[share][at - 1]) for one in tests]),
        }
        for share in tests[0].bands
    }


def _table(found: Rolling) -> tuple[list[str], list[dict[str, Any]]]:
    """Every forecast in a row of its own; where networks were trained anew, whether it is one of theirs."""
    from core.refits import rows_both_ways

    both = found.refitted is not None
    rows = (
        rows_both_ways(found.kept, found.refitted or []) if both else [row for one in found.kept for row in one.rows()]
    )
    return list(rows[0]), rows


def _print(found: Rolling, lines: Sequence[Mapping[str, Any]], metrics: Sequence[str], at: int) -> None:
    from core.figures import chosen_on_validation, metric_label

    span, names = lines[0], [name for name in metrics if name != "wql"]
    print(
        f"{plural(span['origins'], 'origin')} from {span['from']} to {span['to']}, {plural(span['horizon'], 'step')} ahead."
    )
    one = found.kept[0]
    if one.origins[0] < one.test_from:
        both = " and the ".join(["network", *chosen_on_validation(one.methods)])
        print(
            f"The {both} were chosen on the validation set, up to {one.time[one.test_from - 1]}: its origins flatter."
        )
    for refitted in (False, True)[: 1 + (found.refitted is not None)]:
        own = [line for line in lines if line["refitted"] is refitted]
        if found.refitted is not None:
            print(f"\nTrained anew before {', '.join(found.fits)}." if refitted else "\nTrained once.")
        for key, title in (("over", f"Steps 1 to {span['horizon']}"), ("at_step", f"Step {at}")):
            print(f"\n{title:24}" + "".join(f"{metric_label(name):>12}" for name in names))
            for line in own:
                cells = (_cell(name, line[key][name]) for name in names)
                print(f"  {_label(line['method']):22}" + "".join(f"{cell:>12}" for cell in cells))
        for band in _SHOWN_BANDS:
            shares = own[0]["held"].get(band) or {}
            if None not in (shares.get("over"), shares.get("at_step")):
                print(
                    f"The band of {band} held {shares['over']:.0%} of the truths, {shares['at_step']:.0%} at step {at}."
                )


def _label(method: str) -> str:
    from core.backtests import NETWORK
    from core.figures import baseline_label

    return "the network" if method == NETWORK else baseline_label(method)


def _cell(name: str, value: float | None) -> str:
    from core.figures import metric_value

    return "-" if value is None else metric_value(name, value)
