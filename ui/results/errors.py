"""Where a classifier is wrong: the confusion matrix whose cells choose the texts below it, the surest mistakes, and accuracy by
length and by unknown words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from core.applications import describe
from core.config.experiment import Experiment
from ui import services
from ui.charts.classes import accuracy_bars
from ui.foreign import foreign, one_line, table
from ui.results.common import is_dark, once_open, show
from ui.results.confusion import confusion_view
from ui.results.corrections import correct_listed, may_correct
from ui.words import NONE, count, token_words

JUDGED = "judged.json"
_COLUMNS = ("text", "label", "predicted", "probability", "around")
_ANY = -1
_MOST_SHOWN = 200


def errors_view(app: str, run_id: str, details: Mapping[str, Any], experiment: Experiment) -> None:
    """All of it; for those who may not see rows the matrix and the figures alone.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        details: Its `details.json`.
        experiment: What it trained.
    """
    matrix_and_items(app, run_id, details)
    groups = details.get("accuracy_by") or {}
    called = token_words(experiment)
    names = {"length": f"{called.short.capitalize()} of the text", "unknown": f"Share of unknown {called.short}"}
    with_more = {name: groups[name] for name in names if len(groups.get(name, ())) > 1}
    if not with_more:
        return
    label = "Which texts are harder: by length and unknown words"
    with once_open(label, ":material/straighten:", f"{app}_use_harder") as is_open:
        if not is_open:
            return
        places = st.columns(2, gap="large") if len(with_more) > 1 else [st.container()]
        for place, (name, rows) in zip(places, with_more.items(), strict=True):
            with place:
                show(accuracy_bars(names[name], rows, name == "unknown", is_dark()), key=f"{app}_use_by_{name}")


@st.fragment
def matrix_and_items(app: str, run_id: str, details: Mapping[str, Any], one: str = "label", item: str = "text") -> None:
    """The confusion matrix, and the items behind the cell that is chosen.

    Args:
        app, run_id, details: As `errors_view` takes them.
        one: What a class is called: label, tag.
        item: What is judged: text, word.
    """
    starts = services.store().is_starter(run_id)  # which nobody has asked for: its matrix waits for a click
    label = f"Confusion matrix ({foreign(details.get('split', 'test'))} set)"
    with once_open(label, ":material/grid_on:", f"{app}_errors_shown_{starts}", expanded=not starts) as is_open:
        if is_open:
            _matrix_and_items(app, run_id, details, one, item)


def _matrix_and_items(app: str, run_id: str, details: Mapping[str, Any], one: str, item: str) -> None:
    items, called = f"{item}s", one.capitalize()
    rows, total = _judged(run_id, details)
    classes = details["classes"]
    confusion_view(app, details, one, items, _pick if rows else None)
    if not rows:
        return
    st.markdown(f"**The {foreign(items)} behind it**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true, predicted = (
            st.selectbox(
                label, [_ANY, *range(len(classes))], key=f"{app}_errors_{side}", width=220, help=help_text,
                format_func=lambda place: "any" if place == _ANY else one_line(classes[place], 40),
            )
            for label, side, help_text in (
                (f"True {one}", "true", f"{called} that is right; a click on a cell of the matrix chooses both."),
                (f"Predicted {one}", "predicted", f"{called} that was given; a click on a cell of the matrix chooses both."),
            )
        )  # fmt: skip
        every = st.toggle(
            "Right ones too", key=f"{app}_errors_all", help=f"Also list the {items} that were given their own {one}."
        )
    is_cell = _ANY not in (true, predicted)
    found = [
        row for row in rows
        if true in (_ANY, row["label"]) and predicted in (_ANY, row["predicted"])
        and (every or is_cell or row["label"] != row["predicted"])
    ]  # fmt: skip
    if not found:
        asked = (true, predicted) != (_ANY, _ANY)
        misread = f"No {item} with these {one}s was misread." if asked else f"No {item} was misread."
        st.caption(f"No {foreign(item)} is like that." if is_cell or every else foreign(misread))
        return
    corrects = describe(app).is_corrected and may_correct(run_id)
    chosen = _table(
        found, classes, item, f"{app}_errors_table_{run_id}_{true}_{predicted}_{every}" if corrects else None
    )
    kept = (
        f" The table is of {len(rows):,} of {total:,} {items}, every class by its share." if total > len(rows) else ""
    )
    cut = f", of which the surest {_MOST_SHOWN:,} are shown" if len(found) > _MOST_SHOWN else ""
    order = ", the surest answers first" if len(found) > 1 else ""
    st.caption(foreign(f"{count(len(found), item)}{cut}{order}.{kept}"))
    if corrects:
        correct_listed(app, run_id, [(row["text"], classes[row["label"]]) for row in chosen])


def _table(
    found: Sequence[Mapping[str, Any]], classes: Sequence[str], item: str, key: str | None
) -> list[Mapping[str, Any]]:
    """Draw texts; those that are chosen, where there is a key under which they can be."""
    listed = sorted(found, key=lambda one: -one["probability"])[:_MOST_SHOWN]
    shown = pd.DataFrame(
        {
            "True": [classes[one["label"]] for one in listed],
            "Predicted": [classes[one["predicted"]] for one in listed],
            "Sure": [100 * one["probability"] for one in listed],
            item.capitalize(): [one["text"] for one in listed],
        }
    )
    if "around" in listed[0]:
        shown["Around it"] = [one["around"] for one in listed]
    drawn = st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, key=key, selection_mode="multi-row",
        on_select="ignore" if key is None else "rerun",
        alt=f"{count(len(listed), item)}, true and predicted class, and how sure the network is.",
        column_config={
            "True": st.column_config.TextColumn(width="small"),
            "Predicted": st.column_config.TextColumn(width="small"),
            "Text": st.column_config.TextColumn(width="large"),
            "Around it": st.column_config.TextColumn(width="large"),
            "Sure": st.column_config.NumberColumn(format="%.0f%%", width="small"),
        },
    )  # fmt: skip
    return (
        [] if key is None else [listed[place] for place in cast(Any, drawn)["selection"]["rows"] if place < len(listed)]
    )


def _judged(run_id: str, details: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The texts that were judged, and how many there were in all; of an older run the few mistakes that it kept."""
    kept = services.run_file(run_id, JUDGED)
    if kept is None:
        number = {name: place for place, name in enumerate(details["classes"])}
        old = [one for one in details.get("examples") or [] if "label" in one]
        rows = [{**one, "label": number[one["label"]], "predicted": number[one["predicted"]]} for one in old]
        return rows, len(rows)
    names = [name for name in _COLUMNS if name in kept]
    return [dict(zip(names, row, strict=True)) for row in zip(*(kept[name] for name in names), strict=True)], kept[
        "total"
    ]


def _pick(app: str) -> None:
    """Put the cell that was clicked into the boxes below the matrix; a second click on it leaves them as they are."""
    points = (st.session_state.get(f"{app}_use_confusion") or {}).get("selection", {}).get("points") or []
    if points:
        true, predicted = (int(place) for place in (points[0]["y"], points[0]["x"]))
        st.session_state[f"{app}_errors_true"], st.session_state[f"{app}_errors_predicted"] = true, predicted
