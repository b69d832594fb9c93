"""Writes the tables of docs/claims.md from what is stored of the claims: `python docs/write_claims.py`.

A test fails when the page says something else than the store does. Left out: all other text of the page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.claims.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "claims.md"
PART = re.compile(r"(<!-- stored: ([^>]+?) -->\n).*?(<!-- end -->)", re.S)


def verdicts() -> str:
    """All claims, what came out, and the day of the latest measurement."""
    from core.claims.registry import CLAIMS
    from core.claims.store import stored

    lines = ["| claim | verdict | measured |", "|---|---|---|"]
    for claim in CLAIMS.values():
        found = stored(claim.id)
        day = (
            f"{found.measurements[-1].date:%Y-%m-%d}" + ", quick" * found.measurements[-1].quick
            if found
            else "not stored"
        )
        says = claim.says[0].upper() + claim.says[1:]
        lines.append(f"| {claim.id} {says} | {claim.verdict} | {day} |")
    return "\n".join(lines)


def table_of(claim: str, metrics: list[str], one_task_a_row: bool) -> str:
    """A row a network with a column a task and metric, or a row a task and network; and where it comes from."""
    from core.claims.store import stored

    found = stored(claim)
    if found is None:
        raise ValueError(f"nothing is stored of {claim}: python -m core claims {claim} --save")
    figures = [figure for figure in found.figures if not metrics or figure.metric in metrics]
    sources = "\n".join(part.source for part in found.measurements)
    if one_task_a_row:
        heads = list(dict.fromkeys(figure.metric for figure in figures))
        cells = {((figure.task, figure.network), figure.metric): figure for figure in figures}
        names = [(" | ".join(place), place) for place in dict.fromkeys(place for place, _ in cells)]
        return (
            _table(
                ["task", "network"], heads, [(name, [cells.get((row, head)) for head in heads]) for name, row in names]
            )
            + f"\n\n{sources}"
        )
    from core.claims.views import LONGEST

    columns = list(dict.fromkeys((figure.task, figure.metric) for figure in figures))
    by_place = {(figure.network, (figure.task, figure.metric)): figure for figure in figures}
    one_task, one_metric = len({task for task, _ in columns}) == 1, len({metric for _, metric in columns}) == 1
    said = [
        metric if one_task else task if one_metric or metric in LONGEST else f"{task}: {metric}"
        for task, metric in columns
    ]
    rows = [
        (name, [by_place.get((name, column)) for column in columns])
        for name in dict.fromkeys(name for name, _ in by_place)
    ]
    return _table(["network"], said, rows) + f"\n\n{sources}"


def _table(first: list[str], heads: list[str], rows: list[tuple[str, list[Figure | None]]]) -> str:
    lines = [f"| {' | '.join(first + heads)} |", "|---" * len(first + heads) + "|"]
    for name, figures in rows:
        lines.append(f"| {name} | {' | '.join('-' if one is None else cell(one) for one in figures)} |")
    return "\n".join(lines)


def cell(figure: Figure) -> str:
    """Mean ± standard deviation; of delays and lengths, which come in steps, every seed's."""
    from core.claims.views import LONGEST

    if figure.metric in LONGEST:
        return f"{figure.mean:.0f} ({', '.join(f'{value:.0f}' for value in figure.values)})"
    return figure.said


def page_with_tables(page: str) -> str:
    """The page with every part between its marks as the store says it now."""

    def part(match: re.Match[str]) -> str:
        claim, _, metrics = match[2].partition(" ")
        by_task = metrics == "by task"
        names = [] if by_task else [name.strip() for name in metrics.split(";") if name.strip()]
        text = verdicts() if claim == "all" else table_of(claim, names, by_task)
        return f"{match[1]}\n{text}\n\n{match[3]}"

    return PART.sub(part, page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
