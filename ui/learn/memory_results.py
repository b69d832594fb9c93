"""What a memory race has shown: accuracy by network, the frontier, and the notes' table with measurements in its cells.

Left out: starting and watching the race (ui/learn/training.py), what the numbers mean (core/claims).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import race
from core.applications import APPLICATIONS, describe
from core.claims.bridged import Point, point_of
from core.claims.figures import Figure, short
from core.claims.notes_table import COMPARED, Row, notes_table
from core.claims.views import Frontier, frontier
from core.config.errors import ConfigError
from core.jobs.status import RunStatus
from core.models.cells import CELLS
from core.verdict import page_baseline
from ui import runs, services
from ui.charts.frontier import frontier_chart
from ui.foreign import foreign, table
from ui.learn.training import finished
from ui.results.common import is_dark, is_narrow, show
from ui.run_group import Member
from ui.words import NONE, baseline_label, compact, metric_value

MOST_RUNS = 200  # of a visitor that are looked at for the frontier
_STORED = {
    ("recall", False): "recall, that delay alone",
    ("recall", True): "recall, delays up to it",
    ("parity", False): "parity",
}

_METRICS = {"mse": "squared error", "loss": "nats a step", "symbols right": "share right"}


def points_of(members: Sequence[Member]) -> list[Point]:
    """The points of finished runs of memory tasks."""
    found = [point_of(one.experiment, services.run_file(one.run_id, "result.json")) for one in finished(members)]
    return [point for point in found if point is not None]


def points_of_mine() -> list[Point]:
    """The points of all runs of this visitor, the newest first."""
    found = []
    for status in [one for one in runs.mine() if _remembers(one)][:MOST_RUNS]:
        try:
            experiment = services.store().experiment(status.run_id)
        except (ConfigError, OSError):  # of another version, or deleted in this moment
            continue
        point = point_of(experiment, services.run_file(status.run_id, "result.json"))
        if point is not None:
            found.append(point)
    return found


def _remembers(status: RunStatus) -> bool:
    """Whether a run has learned made sequences to its end."""
    known = status.task in APPLICATIONS and describe(status.task).kind == "sequences"
    return known and status.state == "succeeded"


def draw_results(members: Sequence[Member], simple: str = "") -> None:
    """What each kind of run has reached, beside the best simple method, and whether that is more than chance.

    Args:
        simple: What that method comes down to here, where its name does not say it.
    """
    done = finished(members)
    points: dict[str, list[Point]] = {}
    for one in done:
        points.setdefault(one.kind, []).extend(points_of([one]))
    points = {kind: some for kind, some in points.items() if some}
    if not points:
        return
    figures = {kind: [one.accuracy for one in some] for kind, some in points.items()}
    rows = [_row(kind, some) for kind, some in points.items()]
    st.dataframe(table(pd.DataFrame(rows)), hide_index=True, placeholder=NONE, alt="What each network reached.")
    best = page_baseline(services.run_file(done[0].run_id, "result.json") or {}, "accuracy")
    if best is not None:
        name = simple or f"Without memory, {baseline_label(best[0])}"
        st.caption(foreign(f"{name}: {metric_value('accuracy', best[1])}."))
    if len(figures) > 1:
        st.markdown(foreign(race.verdict("accuracy", figures, "memory")))


def _row(network: str, points: Sequence[Point]) -> dict[str, object]:
    times = [one.step_ms for one in points if one.step_ms is not None]
    shares = [one.accuracy for one in points]
    return {
        "Network": network,
        "Right on the test set": metric_value("accuracy", statistics.fmean(shares)),
        "Seeds": ", ".join(metric_value("accuracy", share) for share in shares) if len(shares) > 1 else "one",
        "Parameters": compact(points[0].parameters),
        "Steps": f"{points[0].steps:,}",
        "A step takes": f"{short(statistics.median(times))} ms" if times else None,
    }


def draw_frontier(task: str, varies: bool, members: Sequence[Member], words: str) -> None:
    """The longest delay that is still learned: what is stored, and every finished run of this visitor."""
    st.subheader("The frontier", anchor=False)
    found = frontier()
    all_points = list(dict.fromkeys([*points_of(members), *points_of_mine()]))
    points = [one for one in all_points if one.task == task and one.varies is varies]
    rows = found.longest.get(_STORED.get((task, varies), ""), {}) if found else {}
    trained = "on all of them up to it" if varies else "on that alone"
    st.markdown(
        f"{foreign(words)} that is still learned, with 95% of the answers right, by a network trained {trained}. Every finished "
        "run of yours adds a point, for which all answers of its test set count: turn the delay up and race again."
    )
    if rows or points:
        tried = max((float(row.beside.split()[-1]) for row in rows.values()), default=0.0)
        chart = frontier_chart(rows, tried, points, dark=is_dark(), narrow=is_narrow())
        show(chart, key="memory_race:frontier")
    else:
        st.info("Nothing yet for this task: start a race, and its points appear here.", icon=":material/flag:")
    if found:
        _draw_scores(found, task)
        for line in found.sources if rows or any(one.task.startswith(task) for one in found.scores) else ():
            st.caption(foreign(f"{line} About 20,000 weights each, every batch new; docs/claims.md, F2, says how."))


def _draw_scores(found: Frontier, task: str) -> None:
    """The adding problem and the copy task as they are stored, beside published figures."""
    ours = [one for one in found.scores if one.task.startswith(task)]
    published = [one for one in found.published if one.task.startswith(task)]
    if not published:
        return
    rows = score_rows(ours, published)
    st.dataframe(table(pd.DataFrame(rows)), hide_index=True, placeholder=NONE,
                 alt=f"What each network scores on the {task} task, beside published figures.")  # fmt: skip
    known = sorted({f"{name}: {text}" for name, text in found.memoryless.items() if name.startswith(task)})
    source = "Published: Bai, Kolter and Koltun 2018, table 1, on longer sequences and trained for longer."
    st.caption(foreign(" ".join([*(f"{one}." for one in known), source])))


def score_rows(ours: Sequence[Figure], published: Sequence[Figure]) -> list[dict[str, str]]:
    """A row a network, a column a task and metric; a published RNN stands beside ours, which starts orthogonal."""
    started = any(one.network == "RNN, orthogonal" for one in ours)
    rows: dict[str, dict[str, str]] = {}
    for one in [*ours, *published]:
        is_published = one in published
        network = "RNN, orthogonal" if started and is_published and one.network == "RNN" else one.network
        column = f"{one.task}: {_METRICS.get(one.metric, one.metric)}{' (published)' if is_published else ''}"
        rows.setdefault(network, {"Network": network})[column] = one.said
    return list(rows.values())


def draw_notes_table(members: Sequence[Member]) -> None:
    """The lectures' table of the three cells, each cell with what the notes say and what we measure."""
    st.subheader("The notes' table, measured", anchor=False)
    st.markdown("Lecture notes compare the three cells in four rows. Here each is beside its measurement.")
    for row in notes_table(frontier(), points_of(members)):
        _draw_row(row)


def _draw_row(row: Row) -> None:
    with st.container(border=True):
        st.markdown(f"**{foreign(row.aspect)}**")
        for place, column in enumerate(st.columns(len(COMPARED))):
            with column:
                st.markdown(f"{foreign(CELLS[COMPARED[place]].label)}, the notes say: *{foreign(row.says[place])}*")
                clauses = [foreign(f"{clause[0].upper()}{clause[1:]}.") for clause in row.measured[place]]
                st.caption("  \n".join(clauses) or "Not measured yet.")
        if row.verdict:
            word, icon = ("Holds", ":material/check:") if row.holds else ("Not as the notes say", ":material/close:")
            st.markdown(f"{icon} **{word}.** {foreign(row.verdict)}")
