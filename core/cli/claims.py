"""`python -m core claims`: what the lectures claim, measured, or what was measured and is stored.

Without an ID it lists the claims and what is stored of them; IDs are measured, also of other rows that pages show figures of;
`--show` prints what is stored of them instead, and loads no torch.
"""

from __future__ import annotations

import datetime
import time
from typing import Annotated

import typer

from core.claims.figures import HEADER, Figure
from core.claims.registry import CLAIMS, ROWS, Claim, check_claim
from core.claims.store import Measurement, save, stored
from core.cli.output import AsJson, print_json
from core.config.errors import ConfigError, Problem
from core.config.machine import available_cores

QUICK_SEEDS, FULL_SEEDS = 2, 3


def claims(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help=f"Of {', '.join(CLAIMS)}; or {', '.join(ROWS)}.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Smaller networks, shorter sequences and trainings.")] = False,
    seeds: Annotated[int | None, typer.Option(help=f"From 0 on; {FULL_SEEDS}, or {QUICK_SEEDS} when quick.")] = None,
    processes: Annotated[int | None, typer.Option(help="Trainings at once; 2, or 1 on one core.")] = None,
    only: Annotated[str, typer.Option(help="Only the tasks with this in their name.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Print what is stored; measure nothing.")] = False,
    save_: Annotated[bool, typer.Option("--save", help="Store what was measured beside the code.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what the lectures claim, or show what is stored: all claims without an ID."""
    seeds = (QUICK_SEEDS if quick else FULL_SEEDS) if seeds is None else seeds
    processes = min(2, available_cores()) if processes is None else processes
    _check(ids or [], seeds, processes)
    if show or not ids:
        for claim in ids or CLAIMS:
            _show(check_claim(claim), bool(ids), as_json)
        return
    for claim in ids:
        _measure(check_claim(claim), quick, seeds, processes, only, save_, as_json)


def _check(ids: list[str], seeds: int, processes: int) -> None:
    for claim in ids:
        check_claim(claim)
    counts = {"seeds": seeds, "processes": processes}
    if few := {name: count for name, count in counts.items() if count < 1}:
        raise ConfigError([Problem(name, "1 or more", str(count), "Leave it out.") for name, count in few.items()])


def _measure(claim: Claim, quick: bool, seeds: int, processes: int, only: str, keep: bool, as_json: bool) -> None:
    """Measure one claim, print it, and store it where that is asked for."""
    from core.claims.experiments.running import jobs_of, measure, this_machine

    if not any(only in job.task for job in jobs_of(claim.id, quick, (0,))):
        tasks = sorted({job.task for job in jobs_of(claim.id, quick, (0,))})
        raise ConfigError.single("only", f"a part of {', '.join(tasks)}", repr(only), "Leave it out to measure all.")
    began = time.perf_counter()
    figures = measure(claim.id, quick, range(seeds), processes, only)
    words = ["python -m core claims", claim.id, *["--quick"] * quick, f"--seeds {seeds}"]
    measured = Measurement(
        date=datetime.date.today(),
        command=" ".join(words + [f"--only {only!r}"] * bool(only)),
        quick=quick,
        seeds=max(len(figure.values) for figure in figures),
        seconds=round(time.perf_counter() - began, 1),
        machine=this_machine(),
        figures=tuple(figures),
    )
    _print(claim, measured, as_json)
    _print_published(claim, as_json)
    if keep:
        save(claim.id, measured)


def _show(claim: Claim, figures_too: bool, as_json: bool) -> None:
    """What is stored of a claim: a line or two, or with its figures."""
    found = stored(claim.id)
    if figures_too and found is not None:
        for part in found.measurements:
            _print(claim, part, as_json)
        _print_published(claim, as_json)
        return
    parts = found.measurements if found else ()
    if as_json:
        about = {"event": "claim", "claim": claim.id, "says": claim.says, "verdict": claim.verdict}
        print_json({**about, "stored": [part.model_dump(mode="json", exclude={"figures"}) for part in parts]})
        return
    print(f"{claim.id:4} {claim.says}\n     {claim.verdict}")
    for line in [part.source for part in parts] or ["Nothing is stored."]:
        print(f"     {line}")


def _print(claim: Claim, part: Measurement, as_json: bool) -> None:
    if as_json:
        about = part.model_dump(mode="json", exclude={"figures"})
        figures = [figure.record() for figure in part.figures]
        print_json({"event": "measured", "claim": claim.id, "says": claim.says, **about, "figures": figures})
        return
    took = "" if part.seconds is None else f" {part.seconds:,.0f} s:"
    print(f"{claim.id}: {claim.says}\n{part.source}{took} {part.command}\n{HEADER}")
    _print_rows(part.figures)


def _print_published(claim: Claim, as_json: bool) -> None:
    if claim.published and as_json:
        figures = [figure.record() for figure in claim.published]
        print_json({"event": "published", "claim": claim.id, "figures": figures})
    elif claim.published:
        _print_rows(claim.published)


def _print_rows(figures: tuple[Figure, ...]) -> None:
    print("\n".join(figure.row() for figure in figures) + "\n", flush=True)
