"""The sidebar's upper half: data set, languages, a visitor's own data and the preset; then the model form.

Left out: bringing data (uploads.py), correcting how it is read (reading.py), the knobs (model_form.py) and what the
address holds (session.py).
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config.errors import ConfigError
from core.config.experiment import PRESETS
from ui import asking, services, session
from ui.browser import setup_place
from ui.copy_link import draw_copy_link
from ui.foreign import foreign, foreign_code, one_line
from ui.forms import knobs
from ui.model_form import Setup, draw_form, draw_train
from ui.reading import draw_how_it_is_read, preview_of
from ui.state import page_of
from ui.tasks.view import view_of
from ui.uploads import HUB, UPLOAD, draw_own_data, own_title, readable_upload
from ui.vectors import draw_vectors
from ui.waiting import Bar
from ui.words import label_of

_MOST_REFUSED = 20
_UNSET = object()
PRESET_HELP = "Quick is useful after ten to twenty seconds, Standard takes minutes, Large is meant for a GPU. `preset`"


def set_up(task: str, note: DeltaGenerator, waiting: DeltaGenerator) -> Setup:
    """Draw the sidebar of a task and return what it says.

    Args:
        task: The task.
        note: Where on the page the form may say that the result belongs to an earlier set-up.
        waiting: Where on the page a bar may stand while large data is read.
    """
    told = st.container()  # on the page: a phone folds the sidebar away
    _name_refused(task, told)
    with setup_place():
        name, data = _draw_data(task, told)
        reading = st.container()
        preset = draw_preset(task, "preset")
        page_of(task).chosen = (preset, data) if data else None
        setup = _resolve(task, preset, data, waiting) if data else Setup(task, preset, data)
        if data:
            with reading:
                draw_how_it_is_read(setup, name)
        if setup.start is not None:
            _compare_with_link(setup, told)
            _follow_preset(setup)
            page_of(task).page_drawn = True
            draw_form(setup, note)
            draw_copy_link(setup)
        else:
            page_of(task).untrainable = "- This data cannot be used yet: the page says why."
            draw_train(task, "train", width="stretch")
            st.caption("This data cannot be used yet: the page says why.")
    return setup


def draw_preset(task: str, place: str) -> str:
    """The preset control; the one in the sidebar ("preset") is bound to the address, a second one follows it."""
    key = session.field_key(task, place)
    is_main = place == "preset"
    shown = session.value_of(task, "preset", PRESETS[0]) or PRESETS[0]
    if not is_main and key in st.session_state:
        st.session_state[key] = shown
    alive = page_of(task).alive
    chosen = st.segmented_control(
        "Preset",
        PRESETS,
        default=PRESETS[0] if is_main and alive else shown,
        required=True,
        format_func=str.capitalize,
        key=key,
        help=PRESET_HELP if is_main else None,
        on_change=_preset_changed,
        args=(task, key),
        width="stretch" if is_main else "content",
        label_visibility="visible" if is_main else "collapsed",
        bind="query-params" if is_main and alive else None,
    )
    return chosen if chosen in PRESETS else PRESETS[0]


def _preset_changed(task: str, key: str) -> None:
    chosen = page_of(task).chosen
    if chosen is not None and st.session_state[key] == chosen[0]:
        return  # Streamlit also calls this when a control comes or goes: nobody has chosen anything
    session.turn(task, "preset", st.session_state[key])
    page_of(task).reset = True


def _name_refused(task: str, told: DeltaGenerator) -> None:
    """Say once what of the link was not understood."""
    refused = page_of(task).refused
    if refused:
        lines = "\n".join(
            f"- {_named(line.partition(': ')[0])}: {foreign(line.partition(': ')[2])}"
            for line in refused[:_MOST_REFUSED]
        )
        more = f"\n- and {len(refused) - _MOST_REFUSED:,} more" if len(refused) > _MOST_REFUSED else ""
        told.warning(f"Some of this link was left out:\n\n{lines}{more}")
        page_of(task).refused = []


def _named(name: str) -> str:
    """What a link calls by its key, by the label of its control where there is one, as Markdown."""
    label = label_of(name) or label_of(f"data.{name}")
    return f"**{foreign(label)}**" if label else foreign_code(name)


def _refuse(task: str, line: str, told: DeltaGenerator) -> None:
    page_of(task).refused = [*page_of(task).refused, line]
    _name_refused(task, told)


def _draw_data(task: str, told: DeltaGenerator) -> tuple[str, dict[str, Any]]:
    """Data set, languages and the ways to bring data; returns the data's name and the dotted data choices."""
    entries = {entry.id: entry for entry in services.data_sets(task)}
    default = next(iter(entries), "")
    name = _named_data(task, entries, default, told)
    if name and page_of(task).stands_in == (page_of(task).run, name):
        title = foreign(entries[name].title)
        told.info(f"This run's data is private: {title} stands in for it in the set-up. All else there is the run's.")
    titles = {key: f"{entry.title} (made)" if entry.made else entry.title for key, entry in entries.items()}
    titles |= {own: own_title(own) for own in session.own_data(task)}
    key = f"{task}:data_choice"
    if key in st.session_state:
        st.session_state[key] = name or None
    st.selectbox(
        "Data",
        list(titles),
        index=list(titles).index(name) if name else None,
        placeholder="Not on this machine yet",
        disabled=not titles,
        format_func=lambda option: one_line(titles.get(option, option)),
        key=key,
        help="What the network learns from. `data.id`",
        on_change=_data_changed,
        args=(task,),
    )
    languages = st.container()  # there even when empty, so that what stands below it stays open
    if session.is_own(name):
        source, _, data_id = name.partition(":")
        data: dict[str, Any] = {"data.source": source, "data.id": data_id}
    elif not name:
        data = {}
    else:
        data = {"data.source": entries[name].source_kind, "data.id": name}
        with languages:
            data |= _draw_languages(task, entries[name], told)
    st.page_link("pages/data.py", label="More data sets", icon=":material/database:", query_params={"task": task})
    if view_of(task).uploader:
        draw_own_data(task)
    draw_vectors(task)
    session.share_data(task, default)
    return name, {**data, **session.data_values(task)} if data else {}


def _named_data(task: str, entries: dict[str, Any], default: str, told: DeltaGenerator) -> str:
    """The data that the page names, where it can be had here; else the default, and a sentence about it."""
    name = page_of(task).data or default
    if name in entries or not name:
        return name
    if name == session.SHELL_FILE:
        page_of(task).stands_in = (page_of(task).run, default)
        session.choose(task, default)
        return default
    may_bring = bool(view_of(task).uploader)
    if name.startswith(HUB) and may_bring:
        choices = page_of(task).choices
        page_of(task).parts[name] = {key: choices[key] for key in ("subset", "hub_split") if key in choices}
        session.remember_own(task, name)
        return name
    if name.startswith(UPLOAD) and may_bring:
        if readable_upload(name.removeprefix(UPLOAD)) is not None:
            session.remember_own(task, name)
            return name
        session.remember_own(task, name, forget=True)
        if _is_of_run(task, name):
            page_of(task).stands_in = (page_of(task).run, default)
        else:
            instead = f" {foreign(entries[default].title)} stands in for it." if default else ""
            told.info(f"This data is not yours, or no longer here.{instead}")
    elif any(entry.id == name for entry in services.known_sets(task)):
        _refuse(task, f"data: {name} is not on this machine yet; the page Data can bring it", told)
    else:
        _refuse(task, f"data: there is no data set {name[:40]} on this page", told)
    session.choose(task, default)
    return default


def _is_of_run(task: str, name: str) -> bool:
    """Whether data is that of the run which the page shows."""
    run = page_of(task).run
    try:
        return run is not None and session.data_name(services.store().experiment(run).data) == name
    except ConfigError:
        return False


def _data_changed(task: str) -> None:
    name = st.session_state[f"{task}:data_choice"]
    session.choose(task, name, **page_of(task).parts.get(name, {}))


def _draw_languages(task: str, entry: Any, told: DeltaGenerator) -> dict[str, Any]:
    """Select boxes for the languages of an entry, side by side."""
    if not entry.language_fields:
        return {}
    names = entry.languages()
    config = services.default_data(task, entry.id)
    labels = {"src_language": "From", "trg_language": "Into", "language": "Language"}
    chosen: dict[str, Any] = {}
    choices = page_of(task).choices
    with st.grid(2 if len(entry.language_fields) > 1 else 1, min_column_width=100):
        for field in entry.language_fields:
            default = getattr(config, field)
            key = f"{task}:{entry.id}:{field}"
            options = sorted(names, key=names.__getitem__)
            usual = default if default in options else options[0]
            shown = str(choices[field] if choices.get(field) in names else usual)
            if key in st.session_state:
                st.session_state[key] = shown
            if choices.get(field) and shown != choices[field]:
                _refuse(task, f"{field}: there is no language {choices[field][:40]} here", told)
            chosen[field] = st.selectbox(
                labels[field],
                options,
                index=options.index(shown),
                format_func=lambda code: names[code],
                key=key,
                help=f"`data.{field}`",
                on_change=_language_changed,
                args=(task, field, key),
            )
            if chosen[field] == default:
                choices.pop(field, None)
            else:
                choices[field] = chosen[field]
    page_of(task).choices = choices
    return {f"data.{field}": value for field, value in chosen.items()}


def _language_changed(task: str, field: str, key: str) -> None:
    session.forget_fingerprint(task)
    page_of(task).choices = {**page_of(task).choices, field: st.session_state[key]}


def _resolve(task: str, preset: str, data: dict[str, Any], waiting: DeltaGenerator) -> Setup:
    """The preset's experiment on the chosen data, or every problem with the data."""
    preview = preview_of(task, data)
    bar = Bar(waiting)
    try:
        with st.spinner("Preparing the data", show_time=False):
            found = asking.resolved(task, preset, data, tell=bar)
    except ConfigError as error:
        _leave_out(task, data, error)
        if not page_of(task).unusable:  # once: whoever closes them then wants them closed
            page_of(task).correcting = True
            st.session_state[f"{task}:data_shown"] = True
        page_of(task).unusable = True
        return Setup(task, preset, data, preview=preview, problems=tuple(error.problems))
    finally:
        bar.end()
    page_of(task).unusable = False
    page_of(task).from_link = False
    return Setup(task, preset, data, found.start, found.overview, preview)


def _leave_out(task: str, data: dict[str, Any], error: ConfigError) -> None:
    """Go on without what a link chose about a set of the catalogue when that cannot be, and name it."""
    name = page_of(task).data or data["data.id"]
    if not page_of(task).from_link or session.is_own(name) or not page_of(task).choices:
        return
    page_of(task).from_link = False
    lines = [
        f"{one.field.removeprefix('data.')}: it takes {one.expected}, not {one.received}" for one in error.problems
    ]
    page_of(task).refused = [*page_of(task).refused, *lines]
    session.choose(task, name)
    st.rerun()


def _compare_with_link(setup: Setup, told: DeltaGenerator) -> None:
    """Say when the data is no longer what it was when the link was made."""
    linked = page_of(setup.task).fingerprint
    if linked and not setup.overview.fingerprint.startswith(linked):
        told.warning(
            "The data has changed since this link was made, so results may differ. "
            f"It was {foreign_code(linked)}, and is {foreign_code(setup.overview.fingerprint[: len(linked)])} now."
        )


def _follow_preset(setup: Setup) -> None:
    """Turn the knobs to the preset when it was chosen anew; after other changes only those that still stood there."""
    assert setup.start is not None
    task, start = setup.task, setup.start.values()
    before = page_of(task).start
    reset, over = page_of(task).reset, page_of(task).over
    for knob in knobs(task):
        now = session.value_of(task, knob.name, _UNSET)
        if reset or (before is not None and now == before.get(knob.name) != start[knob.name]):
            session.turn(task, knob.name, over.get(knob.name, start[knob.name]))
    page_of(task).reset = False
    page_of(task).over = {}
    page_of(task).start = {knob.name: start[knob.name] for knob in knobs(task)}
