"""Before training: what the most frequent class alone would score, and a button that counts rare classes more."""

from collections.abc import Mapping

import streamlit as st

from core.config.experiment import Experiment
from core.metrics.majority import is_uneven, majority_scores
from ui import session
from ui.foreign import foreign, foreign_code
from ui.words import metric_value

_FIELD = "training.class_weights"


def say_imbalance(experiment: Experiment, classes: Mapping[str, tuple[int, int, int]], items: str) -> None:
    """Draw both; the button only where classes differ much and nobody has weighted them yet.

    Args:
        experiment: The set-up of the page, before any knob is turned.
        classes: Label to how many it has in training, validation and test.
        items: What is counted, in plural.
    """
    if len(classes) < 2:
        return
    taught, validation, test = zip(*classes.values(), strict=True)
    name, judged = ("test", test) if sum(test) else ("validation", validation)
    scores = majority_scores(taught, judged)
    if scores["accuracy"] is None:
        return
    most = max(classes, key=lambda label: classes[label][0])
    f1 = metric_value("macro_f1", scores["macro_f1"])
    st.markdown(
        f"Always saying {foreign_code(most, 40)} would be right for **{scores['accuracy']:.1%}** of the {foreign(items)} of the "
        f"{foreign(name)} set, with a macro F1 of {f1}: a network that is no better has learned nothing."
    )
    if not is_uneven(taught):
        return
    # The set-up is the preset's on its data; what the button has turned is among the knobs alone.
    if session.value_of(experiment.task, _FIELD, experiment.values()[_FIELD]) != "none":
        st.success(
            "Rare classes count more in the loss of the next training: `Class weights` among the knobs says how.",
            icon=":material/balance:",
        )
        return
    rarest = min(classes, key=lambda label: classes[label][0])
    st.caption(
        f"The classes are uneven: {classes[most][0]:,} {foreign(items)} to learn {foreign_code(most, 40)} from, and "
        f"{classes[rarest][0]:,} to learn {foreign_code(rarest, 40)} from."
    )
    st.button(
        "Count rare classes more", icon=":material/balance:", key=f"{experiment.task}_weigh_classes",
        on_click=_weigh, args=(experiment.task,),
        help=f"Weights classes by the effective number: rare ones count more, though less than they are rarer. `{_FIELD}`",
    )  # fmt: skip


def _weigh(task: str) -> None:
    session.turn(task, _FIELD, "effective")
    st.toast("Rare classes count more in the next training.", icon=":material/balance:")
