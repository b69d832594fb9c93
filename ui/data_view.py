"""The data as a page shows it before the first training: what was brought, and what will be trained on.

The parts come from core (`core.data.sources.preview`, `core.data.report`); names, labels and cells are shown as text.
Left out: correcting how it is read (reading.py), and the pictures of each task (ui/tasks).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.config.experiment import DataConfig, Experiment
from core.config.words import in_words as listed
from core.data import catalog
from core.data.look import SeriesLook
from core.data.report import Overview, Vocabulary
from ui import services
from ui.charts.labels import percent
from ui.foreign import cell, distinct, foreign, foreign_code, one_line
from ui.reading import mark_known_ahead
from ui.tasks.view import view_of
from ui.words import NONE, count, in_words, sentence, token_words

if TYPE_CHECKING:
    from core.data.sources.preview import Preview

_PARTS: Mapping[str, str] = {"train": "training"}
_ROLES: Mapping[str, str] = {
    "time_column": "time", "series_column": "series", "target_columns": "forecast", "future_columns": "known ahead",
    "static_columns": "of the series", "covariate_columns": "also read",
    "text_column": "text", "label_column": "label", "src_column": "source", "trg_column": "translation",
}  # fmt: skip
# Short ones first, so that a phone shows what counts.
_RANKS: Mapping[str, int] = {
    role: rank
    for rank, role in enumerate(
        (
            "time",
            "series",
            "label",
            "forecast",
            "known ahead",
            "also read",
            "of the series",
            "text",
            "source",
            "translation",
        )
    )
}
_MOST_FILES, _MOST_NAMES, _FEW_NOTES = 6, 8, 2


def draw_preview(preview: Preview, chosen: Mapping[str, Any]) -> None:
    """The files of a visitor, and the first rows or the beginning of the text as they are read.

    Args:
        preview: What core sees at the beginning of the files.
        chosen: Data fields that the visitor corrected; the others are as found.
    """
    names = ", ".join(foreign_code(name, 60) for name in preview.files[:_MOST_FILES])
    more = len(preview.files) - _MOST_FILES
    st.markdown(f"{names} and {more:,} more" if more > 0 else names)
    if preview.rows:
        table = preview_table(preview, chosen)
        alt = f"The first {count(len(table), 'row')} of {preview.files[0]}."
        st.dataframe(table, hide_index=True, placeholder=NONE, alt=alt)
        if not preview.is_whole:
            st.caption(f"The first {count(len(table), 'row')}.")
    elif preview.text:
        st.code(preview.text, language=None, wrap_lines=True, height=240)
        if not preview.is_whole:
            st.caption("The beginning.")


def preview_table(preview: Preview, chosen: Mapping[str, Any]) -> pd.DataFrame:
    """The first rows as text, the columns that are used first, each with what it is for."""
    roles = column_roles({**preview.found, **chosen})
    ranks = [_RANKS.get(roles.get(name, ""), len(_RANKS)) for name in preview.columns]
    order = sorted(range(len(ranks)), key=lambda place: (ranks[place], place))
    names = [preview.columns[place] for place in order]
    said = {name: role for name, role in roles.items() if role != name.casefold()}
    headings = [f"{cell(name)} · {said[name]}" if name in said else cell(name) for name in names]
    rows = [[cell(row[place]) if place < len(row) else "" for place in order] for row in preview.rows]
    return pd.DataFrame(rows, columns=distinct(headings), dtype=str)


def column_roles(fields: Mapping[str, Any]) -> dict[str, str]:
    """What each column is for, in a word or two: `{"sales": "forecast"}`.

    Args:
        fields: Data fields that name columns, to one name, several or None.
    """
    roles: dict[str, str] = {}
    for field, role in _ROLES.items():
        value = fields.get(field)
        for name in [value] if isinstance(value, str) else value or ():
            roles.setdefault(name, role)
    return roles


def draw_data(
    experiment: Experiment,
    overview: Overview,
    preview: Preview | None,
    chosen: Mapping[str, Any],
    *,
    gives_reasons: bool = True,
) -> None:
    """The section "The data": where it comes from, pictures of it, and what will be trained on.

    Args:
        experiment: The set-up.
        overview: What is to be known of its data.
        preview: The beginning of the visitor's own data; None for sets of the catalogue.
        chosen: As `draw_preview` takes it.
        gives_reasons: Whether to say why the set-up reads it so: not of one that cannot be trained.
    """
    found = overview.report
    _about(experiment)
    if preview is not None:
        draw_preview(preview, chosen)
        _offer_known_ahead(experiment.task, overview.look.series)
    view_of(experiment.task).show_data(overview.look, experiment, found)
    lines = summary_lines(experiment, overview, preview)
    if gives_reasons:
        lines |= experiment.description.reasons(experiment, overview.summary)
    st.markdown("\n".join(["**What will be trained on**\n", *(f"- {name}: {line}" for name, line in lines.items())]))
    st.caption("The network learns from the training set; the test set is only read at the very end.")
    for warning in found.warnings:
        st.warning(foreign(sentence(warning)), icon=":material/content_cut:")
    _draw_notes([note for note in overview.notes if note not in found.warnings])


def _offer_known_ahead(task: str, series: SeriesLook | None) -> None:
    """A button that marks the columns which go on below the last value to forecast."""
    coming = series.coming if series is not None else None
    if coming is None:
        return
    columns, ended = (
        listed([foreign_code(name, 40) for name in names[:_MOST_NAMES]]) for names in (coming.columns, coming.ended)
    )
    rows = "The last row has" if coming.num_steps == 1 else f"The last {coming.num_steps:,} rows have"
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{rows} {columns} but no {ended}. If these are coming values, such as a weather forecast or planned prices, mark "
            "them: the network then reads them, and the forecast begins where the values to forecast end."
        )
        label = f"Mark as {_ROLES['future_columns']}"
        st.button(
            label, icon=":material/event_upcoming:", key=f"{task}:mark_known_ahead", width="content",
            on_click=mark_known_ahead, args=(task, coming.columns),
            help="Reads these columns ahead of their time. `data.future_columns`",
        )  # fmt: skip


def _about(experiment: Experiment) -> None:
    """Where the data comes from, its licence, and whether it is made."""
    data = experiment.data
    if catalog.is_of_catalogue(data):
        entry = catalog.find(experiment.description.kind, data.id)
        st.markdown(f"**{foreign(entry.title)}.** {foreign(entry.summary)}")
        kind = "Made by a generator" if entry.made else "Real data"
        st.caption(f"{kind} · Source: {foreign(entry.source)} · Licence: {foreign(entry.licence)}")
    elif data.source == "hub":
        st.markdown(f"**From the Hugging Face Hub.** {foreign_code(str(data.id))}")
        licence = _hub_licence(data)
        st.caption(f"Licence: {foreign(licence)}" if licence else "No licence is stated: look at its page there.")
    else:
        st.markdown("**Your own data.** It stays on this server and is used for your runs alone.")


def _hub_licence(data: DataConfig) -> str:
    from core.data.hub.choices import Choice
    from core.data.hub.files import find

    return find(Choice.of(data), services.settings(), services.limits()).licence


def _draw_notes(notes: Sequence[str]) -> None:
    if len(notes) <= _FEW_NOTES:
        for note in notes:
            st.text(f"Note: {one_line(in_words(note))}.")
        return
    with st.expander(f"What was found and mended ({count(len(notes), 'note')})", icon=":material/fact_check:"):
        for note in notes:
            st.text(one_line(sentence(note)))


def summary_lines(experiment: Experiment, overview: Overview, preview: Preview | None) -> dict[str, str]:
    """What will be trained on, name to a line of Markdown; whatever comes from outside is escaped."""
    found = overview.report
    unit = token_words(experiment).many
    lines: dict[str, str] = {}
    if found.rows is not None and (found.rows.read > 1 or found.rows.dropped):
        lines["Rows"] = _rows_line(found.rows)
    parts = " · ".join(f"{_PARTS.get(name, name)} {number:,}" for name, number in found.parts.items())
    lines["Parts"] = f"{parts} {view_of(experiment.task).items or unit}"
    repeated = {where: number for where, number in found.repeated.items() if number}
    if repeated:
        lines["Repeated"] = f"{' and '.join(f'{number:,} {where}' for where, number in repeated.items())}, left out"
    if found.max_length is not None:
        num_texts = len(found.lengths) * sum(found.parts.values())
        lines["Length"] = (
            f"{found.num_cut:,} of {num_texts:,} texts are cut at {found.max_length:,} {unit}"
            if found.num_cut
            else f"no text is longer than {found.max_length:,} {unit}"
        )
    for side, vocabulary in found.vocabularies.items():
        name = "Vocabulary" if len(found.vocabularies) == 1 else f"Vocabulary, {side}"
        lines[name] = _vocabulary_line(vocabulary, unit)
    if overview.look.series is not None:
        lines["Columns"] = _columns_line(overview.look.series, preview)
        horizon, coming = experiment.data.horizon, overview.look.series.num_ahead
        if coming > horizon:
            lines["Known ahead"] = f"{count(coming, 'coming row')}; the horizon uses the first {horizon:,} of them"
        if overview.look.series.calendar:
            lines["Read from the dates"] = f"{', '.join(map(foreign, overview.look.series.calendar))}"
    return lines


def _rows_line(rows: Any) -> str:
    line = f"{rows.read:,} read, all kept"
    if rows.dropped:
        reasons = ", ".join(f"{number:,} {foreign(reason)}" for reason, number in rows.dropped)
        line = f"{rows.read:,} read, {rows.kept:,} kept; left out: {reasons}"
    return f"{line}; {count(rows.num_blanked, 'value')} taken as missing" if rows.num_blanked else line


def _vocabulary_line(vocabulary: Vocabulary, unit: str) -> str:
    shares = list(vocabulary.unknown.items())
    known = f"{vocabulary.num_different:,} different {unit}"
    if vocabulary.num_unread:
        known += f", {vocabulary.num_unread:,} of them only behind the cut, where nothing is read"
    if not any(share for _, share in shares):
        return f"{known}; none of the text is unknown"
    unknown = ", ".join(f"{percent(share)} of {_PARTS.get(part, part)}" for part, share in shares)
    return f"{known}; unknown: {unknown}"


def _columns_line(series: SeriesLook, preview: Preview | None) -> str:
    names, whose = list(series.lines), ""
    targets = [name for name in names if name in series.target_columns]
    if series.value_column:
        whose = f"{foreign_code(series.value_column, 40)} of {foreign_code(str(series.series_column), 40)} "
    ahead = series.ahead_columns
    past = [name for name in names if name not in (*targets, *ahead, *series.ahead_lines)]
    kinds = {"forecast": targets, "known ahead": ahead, "read of the past alone" if ahead else "also read": past}
    own = {"known ahead": " of each series"} if whose else {}
    said = [
        f"{kind}: {'' if kind in own else whose}{_some(names)}{own.get(kind, '')}"
        for kind, names in kinds.items()
        if names
    ]
    said += [f"the same within a series: {_some(series.static_columns)}"] if series.static_columns else []
    rest = [name for name in preview.columns if name not in series.read_columns] if preview else []
    return " · ".join([*said, f"left out: {_some(rest)}"] if rest else said)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(foreign_code(name, 40) for name in names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else shown
