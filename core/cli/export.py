"""`python -m core export`: a run as files that need nothing of Unroll."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json


def export(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run.")],
    out: Annotated[Path, typer.Option(help="The folder to write; must be new or empty.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="script: torch's own modules; onnx: for other runtimes; hub: with a model card; html: one page for any browser; "
            "tensorboard: its curves.",
        ),
    ] = "script",
    as_json: AsJson = False,
) -> None:
    """Write a trained network as files that need nothing of Unroll."""
    from core import api
    from core.exports import folder

    directory = api.find_run(run)
    folder.export(directory, format_, out)
    files = sorted(path.name for path in out.iterdir())
    if as_json:
        print_json({"event": "export", "run": directory.name, "format": format_, "files": files})
    else:
        print("\n".join(str(out / name) for name in files))
