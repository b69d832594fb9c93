"""Below the figure of "Vanishing and exploding": what each cure does over seeds, and a training that breaks and heals.

What was measured comes from the stored claims F3 and F4; the training is two ordinary runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.claims import views
from core.claims.figures import Figure
from core.claims.registry import CLAIMS
from core.claims.store import stored
from core.digits import significant
from ui.browser import is_dark
from ui.charts.slopes import slopes_chart
from ui.foreign import foreign, table
from ui.learn.gradient_words import THEORIES
from ui.learn.training import Curves, Group, by_values, draw_group, finished
from ui.results.common import show
from ui.run_curve import curve_of
from ui.words import NONE, count

BREAKS = {
    "data.id": "recall",
    "data.delay": 20,
    "model.cell": "rnn",
    "model.initialization": "orthogonal",
    "training.optimizer": "sgd",
    "training.learning_rate": 0.3,
    "training.max_steps": 300,
}
"""A simple network at a rate at which a few steep steps throw its weights away."""
_SHORT = {"radius": "radius", "slopes": "radius and f′", "gate": "gate", "product": "Jacobians"}
GROUP = Group(
    "gradients.clipping",
    by_values("memory", {
        "without clipping": {**BREAKS, "training.max_grad_norm": None},
        "clipped to norm 1": {**BREAKS, "training.max_grad_norm": 1.0},
    }),
    "Train both",
    "The same network, seed, batches and learning rate twice: once every gradient is taken as it comes, once its norm is cut "
    "to 1 first. Watch the loss, then the norm of the gradient, which is told before it is cut.",
    (Curves("loss", "train", log_scale=True), Curves("grad_norm", "train", log_scale=True)),
)  # fmt: skip


def draw_below() -> None:
    """What stands between the figure and the question."""
    st.subheader("A training that breaks, and heals", anchor=False)
    members = draw_group(GROUP)
    for one in members if len(finished(members)) == len(members) else ():
        st.markdown(f"**{foreign(one.name)}**: {foreign(ended(curve_of(one.status).train))}")
    st.subheader("Each cure, measured", anchor=False)
    _draw_claim("F4")
    tables = views.cures() or ()
    if tables:
        names = [foreign(found.task[0].upper() + found.task[1:]) for found in tables]
        for tab, found in zip(st.tabs(names), tables, strict=True):
            with tab:
                _draw_table(cure_table(found), found.sources)
    st.subheader("Slopes, measured over seeds", anchor=False)
    _draw_claim("F3")
    points = views.slopes()
    if points:
        show(slopes_chart(points, THEORIES, is_dark()), "gradients_slopes")
        st.caption(foreign(points[0].sources[0]))
        with st.expander("Every network", icon=":material/table_rows:"):
            _draw_table(slope_table(points), ())


def ended(records: Sequence[Mapping[str, Any]]) -> str:
    """How one of the two trainings went, from its records: its steepest gradient, before it is clipped, and its loss."""
    norms = [record["grad_norm"] for record in records if isinstance(record.get("grad_norm"), float)]
    losses = [record["loss"] for record in records if isinstance(record.get("loss"), float)]
    if not norms or not losses:
        return "nothing was recorded."
    went = "it did not learn" if losses[-1] > losses[0] / 2 else "it learned"
    return (
        f"the steepest gradient had a norm of {significant(max(norms))}; the loss began at "
        f"{significant(losses[0])}, rose to {significant(max(losses))} at most and ended at {significant(losses[-1])}: {went}."
    )


def cure_table(found: views.Cures) -> pd.DataFrame:
    """A training that fails, and each cure alone added to it: mean and standard deviation over seeds."""
    first = found.rows[0].accuracy.mean
    return pd.DataFrame(
        [
            {
                "Cure": one.name[0].upper() + one.name[1:],
                "Right answers": one.accuracy.said,
                "More than without": "" if place == 0 else f"{one.accuracy.mean - first:+.2f}".replace("-", "−"),
                "Learned it": f"{one.healed} of {count(len(one.accuracy.values), 'seed')}",
                **({} if one.broke is None else {"Broke": _broke(one.broke)}),
                "Parameters": f"{one.parameters:,}",
            }
            for place, one in enumerate(found.rows)
        ]
    )


def _broke(broke: Figure) -> str:
    """How many seeds broke."""
    return f"{sum(value > 0 for value in broke.values)} of {count(len(broke.values), 'seed')}"


def slope_table(points: Sequence[views.SlopePoint]) -> pd.DataFrame:
    """Slopes in doublings a step: measured, by each theory, and which of them are within a tenth."""
    rows = []
    for one in points:
        right = [_SHORT[name] for name in one.predicted if one.agrees(name)]
        rows.append(
            {
                "Network": one.task,
                "Scale": one.network,
                "Measured": _number(one.measured),
                "Within a tenth, or as near 0": ", ".join(right) or "none",
                **{f"By {word}": "" for word in _SHORT.values()},
                **{f"By {_SHORT[name]}": _number(figure) for name, figure in one.predicted.items()},
            }
        )
    return pd.DataFrame(rows)


def _number(figure: Figure) -> str:
    return figure.said.replace("-", "−")


def _draw_claim(claim: str) -> None:
    """What the notes say and what came out; or that nothing has been measured."""
    if stored(claim) is not None:
        found = CLAIMS[claim]
        st.markdown(f"The notes say: {foreign(found.says)}. Measured: **{foreign(found.verdict)}**.")
    else:
        st.info(f"Not measured yet. `python -m core claims {claim} --save` does it, and this table fills.")


def _draw_table(frame: pd.DataFrame, sources: Sequence[str]) -> None:
    words = f"{count(len(frame), 'row')}: {', '.join(frame.columns)}."
    st.dataframe(table(frame), hide_index=True, placeholder=NONE, alt=words)
    for source in sources:
        st.caption(foreign(source))
