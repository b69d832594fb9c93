"""`python -m core dynamic`: a run's language model on its held-out text, as it is and as it goes on learning from it."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.output import AsJson, print_json
from core.config.limits import Settings


def dynamic(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run that reads one long text.")],
    as_json: AsJson = False,
) -> None:
    """Judge a language model on its held-out text: read plainly (static), and learning from what it has read (dynamic)."""
    from core import api
    from core.training.judging import judge_adapting

    directory = api.find_run(run)
    found = judge_adapting(directory, Settings().predict_device)
    if as_json:
        print_json({"event": "dynamic", "run": directory.name, **found})
        return
    from core.figures import metric_label, metric_value

    names = list(found["static"])
    print(f"{found['part'].capitalize():22}" + "".join(f"{metric_label(name):>22}" for name in names))
    for key, title in (("static", "static evaluation"), ("dynamic", "dynamic evaluation")):
        print(f"  {title:20}" + "".join(f"{metric_value(name, found[key][name]):>22}" for name in names))
    settings = found["settings"]
    print(
        f"Dynamic: after each {settings['segment']} tokens, once they are scored, the weights learn from them (learning rate "
        f"{settings['learning_rate']:g}, decay {settings['decay']:g}, chosen on the beginning of the validation set), in "
        f"{found['seconds']:.0f} s."
    )
