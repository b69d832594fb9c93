"""Learn from ten: say the right label of a text, keep the list, and go on training with it.

What is put down lies on the server, for this visitor alone, and is there again after a reload. Only those who may see rows of
the run's data may correct its network. Left out: what may be corrected (core.jobs.corrections), what came of it (changes.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.jobs.corrections import MAX_CORRECTIONS, Correction
from core.jobs.corrections import STEPS as NUM_STEPS
from ui import runs, services, session
from ui.foreign import foreign, one_line, table
from ui.problems import refusal_of
from ui.results.common import ask
from ui.words import NONE, count


def may_correct(run_id: str) -> bool:
    """Whether this visitor may correct the network of a run: it has come to its end, and they see its data."""
    return services.sees_rows(run_id) and services.run_file(run_id, "result.json") is not None and runs.may_read(run_id)


def correct_typed(app: str, run_id: str, text: str, said: str, classes: Sequence[str]) -> None:
    """Below an answer: which label would have been right, and a button that puts it down."""
    if not may_correct(run_id) or len(classes) < 2:
        return
    others = [name for name in classes if name != said]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            "Wrong? The right label", others, key=f"{app}_correct_label_{run_id}_{classes.index(said)}", width=220,
            format_func=lambda name: one_line(name, 40), help="What the text should have been called.",
        )  # fmt: skip
        if st.button(
            "Add correction", icon=":material/playlist_add:", key=f"{app}_correct_add",
            help="Puts the text with this label on the list below, from which the network can learn.",
        ):  # fmt: skip
            _add(app, run_id, [Correction(text, label)])


def correct_listed(app: str, run_id: str, texts: Sequence[tuple[str, str]]) -> None:
    """Below a table of judged texts: a button that puts down the chosen ones with their true labels.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        texts: The chosen rows, each with its true label.
    """
    chosen = count(len(texts), "chosen text") if texts else "chosen texts"
    if st.button(
        f"Add {chosen} to the corrections", icon=":material/playlist_add:", disabled=not texts,
        key=f"{app}_correct_listed",
        help="With their true labels. Choose rows at the left edge of the table. What is learned is not judged any more.",
    ):  # fmt: skip
        _add(app, run_id, [Correction(text, label) for text, label in texts])


def corrections_view(app: str, run_id: str) -> None:
    """The list and the button that trains; nothing for those who may not correct this network."""
    refusal = st.session_state.pop(_refusal(app), None)
    if refusal:
        st.error(f"Not added.\n\n{refusal}")
    if not may_correct(run_id):
        return
    rows = ask(lambda: runs.corrections(run_id)) or []
    with st.expander(
        f"Learn from corrections: {count(len(rows), 'text')}" if rows else "Learn from corrections",
        icon=":material/school:", expanded=bool(rows),
    ):  # fmt: skip
        st.caption(
            f"Correct about ten predictions, above or in the table of texts, and the network goes on from its weights for "
            f"seconds: {NUM_STEPS} steps, at a third of its learning rate. A tenth of what it learns is "
            "the corrected texts, the rest of the training set, so that less is forgotten. It becomes a new run, whose texts you "
            "alone see."
        )
        if not rows:
            return
        _list(app, run_id, rows)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Go on training with these", type="primary", icon=":material/school:", key=f"{app}_corrections_train",
                help="Trains a new run from this one's weights; this one stays as it is.", on_click=session.carry_out,
                args=(app, "The network was not corrected.", _learn, app, run_id),
            )  # fmt: skip
            st.button(
                "Clear the list", icon=":material/delete:", key=f"{app}_corrections_clear", on_click=_clear, args=(run_id,),
                help="Forgets all of these corrections.",
            )  # fmt: skip


def _list(app: str, run_id: str, rows: Sequence[Correction]) -> None:
    shown = pd.DataFrame({"Right label": [row.label for row in rows], "Text": [row.text for row in rows]})
    chosen = st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, key=f"{app}_corrections_list_{len(rows)}", on_select="rerun",
        selection_mode="multi-row", alt=f"{count(len(rows), 'corrected text')} with the right label.",
        column_config={
            "Right label": st.column_config.TextColumn(width="small"), "Text": st.column_config.TextColumn(width="large")
        },
    )  # fmt: skip
    places = set(chosen["selection"]["rows"])
    st.caption(f"{count(len(rows), 'text')} of at most {MAX_CORRECTIONS}. A list waits here after a reload.")
    if places:
        st.button(
            f"Remove {count(len(places), 'chosen text')}", icon=":material/remove:", key=f"{app}_corrections_remove",
            on_click=runs.keep_corrections, help="Takes the chosen rows off the list.",
            args=(run_id, [row for place, row in enumerate(rows) if place not in places]),
        )  # fmt: skip


def _add(app: str, run_id: str, rows: Sequence[Correction]) -> None:
    """Put down, and draw the page anew, for the list stands elsewhere on it."""
    refusal = refusal_of(runs.correct, run_id, rows)
    if refusal:
        st.session_state[_refusal(app)] = refusal
    else:
        st.toast(f"{count(len(rows), 'correction')} added: {foreign(rows[0].text, 40)}")
    st.rerun()


def _learn(app: str, run_id: str) -> None:
    session.started(app, runs.learn_corrections(run_id))


def _clear(run_id: str) -> None:
    runs.keep_corrections(run_id, [])


def _refusal(app: str) -> str:
    return f"{app}_correct_refusal"
