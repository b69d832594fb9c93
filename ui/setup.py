"""The sidebar's upper half: data set, languages, a visitor's own file and the preset; then the model form.

Left out: the knobs (model_form.py) and what the address holds (session.py).
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config.errors import ConfigError
from core.config.experiment import PRESETS
from core.data import catalog
from ui import services, session
from ui.forms import knobs
from ui.model_form import Setup, changed_values, draw_form
from ui.problems import show_problems
from ui.share import draw_set_up_link
from ui.uploads import UPLOAD, draw_columns, draw_uploader, upload_title

PRESET_HELP = "Quick is useful after about ten seconds, Standard takes minutes, Large is meant for a GPU. `preset`"


def set_up(task: str, note: DeltaGenerator) -> Setup:
    """Draw the sidebar of a task and return what it says.

    Args:
        task: The task.
        note: Where on the page the form may say that the result belongs to an earlier set-up.
    """
    _name_refused(task)
    with st.sidebar:
        st.header("Set-up", anchor=False)
        data = _draw_data(task)
        preset = draw_preset(task, "preset")
        session.put(task, "chosen", (preset, data))
        setup = _resolve(task, preset, data)
        if setup.start is not None:
            _compare_with_link(setup)
            _follow_preset(setup)
            draw_form(setup, note)
            _draw_link(setup)
        else:
            st.button("Train", type="primary", width="stretch", key=f"{task}:train", disabled=True)
    return setup


def draw_preset(task: str, place: str) -> str:
    """The preset control; the one in the sidebar ("preset") is bound to the address, a second one follows it."""
    main_key, key = session.field_key(task, "preset"), session.field_key(task, place)
    is_main = key == main_key
    if not is_main:
        st.session_state[key] = st.session_state.get(main_key) or PRESETS[0]
    chosen = st.segmented_control(
        "Preset",
        PRESETS,
        default=PRESETS[0],
        required=True,
        format_func=str.capitalize,
        key=key,
        help=PRESET_HELP if is_main else None,
        on_change=_preset_changed,
        args=(task, key),
        width="stretch" if is_main else "content",
        label_visibility="visible" if is_main else "collapsed",
        bind="query-params" if is_main else None,
    )
    return chosen if chosen in PRESETS else PRESETS[0]


def _preset_changed(task: str, key: str) -> None:
    chosen = session.get(task, "chosen")
    if chosen is not None and st.session_state[key] == chosen[0]:
        return  # Streamlit also calls this when a control comes or goes: nobody has chosen anything
    st.session_state[session.field_key(task, "preset")] = st.session_state[key]
    session.put(task, "reset", True)


def _name_refused(task: str) -> None:
    """Say once what of the link was not understood."""
    refused = session.get(task, "refused")
    if refused:
        lines = "\n".join(f"- `{line.partition(': ')[0].replace('`', '')}`: {_safe(line)}" for line in refused)
        st.warning(f"Some of this link was left out:\n\n{lines}")
        session.put(task, "refused", None)


def _refuse(task: str, line: str) -> None:
    session.put(task, "refused", [*(session.get(task, "refused") or []), line])
    _name_refused(task)


def _safe(line: str) -> str:
    from ui.words import plain

    return plain(line.partition(": ")[2])


def _draw_data(task: str) -> dict[str, Any]:
    """Data set, languages and own file; returns the dotted data choices."""
    entries = {entry.id: entry for entry in services.data_sets(task)}
    default = next(iter(entries))
    upload = session.get(task, "upload")
    wanted = session.get(task, "data") or default
    if wanted.startswith(UPLOAD):
        upload = wanted
    options = [*entries, *([upload] if upload else [])]
    if wanted not in options:
        _refuse(task, f"data: there is no data set {wanted[:40]} on this machine")
        wanted = default
        session.put(task, "data", default)
    key = f"{task}:data_choice"
    if st.session_state.get(key) not in options or st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    chosen = st.selectbox(
        "Data",
        options,
        format_func=lambda option: _data_title(entries, option),
        key=key,
        help="What the network learns from. `data.id`",
        on_change=_data_changed,
        args=(task,),
    )
    data: dict[str, Any] = {}
    if chosen.startswith(UPLOAD):
        data = {"data.source": "upload", "data.id": chosen.removeprefix(UPLOAD)}
        data |= draw_columns(task, chosen.removeprefix(UPLOAD))
    else:
        data = {"data.source": entries[chosen].source_kind, "data.id": chosen}
        data |= _draw_languages(task, entries[chosen])
    draw_uploader(task)
    session.share_data(task, default)
    return data


def _data_title(entries: dict[str, Any], option: str) -> str:
    if option in entries:
        entry = entries[option]
        return f"{entry.title} (made)" if entry.made else entry.title
    return upload_title(option)


def _data_changed(task: str) -> None:
    session.forget_fingerprint(task)
    session.put(task, "data", st.session_state[f"{task}:data_choice"])
    session.put(task, "choices", {})


def _draw_languages(task: str, entry: Any) -> dict[str, Any]:
    """Select boxes for the languages of an entry, side by side."""
    if not entry.language_fields:
        return {}
    names = catalog.languages(entry)
    config = services.default_data(task, entry.id)
    labels = {"src_language": "From", "trg_language": "Into", "language": "Language"}
    chosen = {}
    choices = session.get(task, "choices") or {}
    with st.grid(2 if len(entry.language_fields) > 1 else 1, min_column_width=100):
        for field in entry.language_fields:
            default = getattr(config, field)
            key = f"{task}:{entry.id}:{field}"
            if choices.get(field) in names:
                st.session_state[key] = choices[field]
            elif choices.get(field):
                _refuse(task, f"{field}: there is no language {choices[field][:40]} here")
            options = sorted(names, key=names.__getitem__)
            chosen[field] = st.selectbox(
                labels[field],
                options,
                index=options.index(default) if default in options else 0,
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
    session.put(task, "choices", choices)
    return {f"data.{field}": value for field, value in chosen.items()}


def _language_changed(task: str, field: str, key: str) -> None:
    session.forget_fingerprint(task)
    session.put(task, "choices", {**(session.get(task, "choices") or {}), field: st.session_state[key]})


def _resolve(task: str, preset: str, data: dict[str, Any]) -> Setup:
    """The preset's experiment on the chosen data; every problem with the data is shown."""
    try:
        with st.spinner("Preparing the data", show_time=False):
            found = services.resolved(task, preset, data)
    except ConfigError as error:
        show_problems("This data cannot be used.", error.problems)
        return Setup(task, preset, data)
    return Setup(task, preset, data, found.start, found.prepared)


def _draw_link(setup: Setup) -> None:
    """The link to what the form says now; made when it is asked for."""
    link = st.popover(
        "Copy link", icon=":material/link:", type="tertiary", width="stretch", key=f"{setup.task}:share",
        on_change="rerun",
    )  # fmt: skip
    if not link.open:
        return
    assert setup.start is not None
    try:
        changes = changed_values(setup.task, setup.start.values())
        experiment, found = services.check(setup.task, setup.preset, setup.data, changes)
    except ConfigError:
        link.caption("There is a link once the set-up can be trained.")
        return
    with link:
        draw_set_up_link("Link to this set-up", experiment, setup.start, found.prepared.fingerprint)


def _compare_with_link(setup: Setup) -> None:
    """Say when the data is no longer what it was when the link was made."""
    linked = session.get(setup.task, "fingerprint")
    if linked and not setup.prepared.fingerprint.startswith(linked):
        st.warning(
            "The data has changed since this link was made, so results may differ. "
            f"It was `{linked}`, and is `{setup.prepared.fingerprint[: len(linked)]}` now."
        )


def _follow_preset(setup: Setup) -> None:
    """Turn the knobs to the preset when it was chosen anew; after other changes only those that still stood there."""
    assert setup.start is not None
    task, start = setup.task, setup.start.values()
    before = session.get(task, "start")
    reset = session.get(task, "reset")
    for knob in knobs(task):
        key = session.field_key(task, knob.name)
        if key not in st.session_state:
            continue
        followed = before is not None and before.get(knob.name) != start[knob.name]
        if reset or (followed and st.session_state[key] == before.get(knob.name)):
            st.session_state[key] = start[knob.name]
    session.put(task, "reset", False)
    session.put(task, "start", {knob.name: start[knob.name] for knob in knobs(task)})
