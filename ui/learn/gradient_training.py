"""Below the figure of "Vanishing and exploding": what each cure does over seeds, and a training that breaks and heals.

What was measured comes from the stored claims F3 and F4; the training is two ordinary runs.
"""

from __future__ import annotations

import streamlit as st

from core.claims.registry import CLAIMS
from ui.learn.training import Curves, Group, by_values, draw_group

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
GROUP = Group(
    "gradients.clipping",
    by_values("memory", {
        "without clipping": {**BREAKS, "training.max_grad_norm": None},
        "clipped to norm 1": {**BREAKS, "training.max_grad_norm": 1.0},
    }),
    "Train both",
    "The same network, seed, batches and learning rate twice: once every gradient is taken as it comes, once its norm is cut "
    "to 1 first. Watch the loss, then the norm of the gradient.",
    (Curves("loss", "train", log_scale=True), Curves("grad_norm", "train", log_scale=True)),
)  # fmt: skip


def draw_below() -> None:
    """What stands between the figure and the question."""
    st.subheader("A training that breaks, and heals", anchor=False)
    draw_group(GROUP)
    st.subheader("Each cure, measured", anchor=False)
    if "F4" not in CLAIMS:
        st.info("Not measured on this server yet.")
