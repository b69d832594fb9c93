"""The dialog "Make a series": a field for each parameter of a recipe, and the series with its parts as they change.

Fields are drawn from the model (core.config.recipe), so that a new parameter appears by itself. What was set up stays
when the dialog is closed, until it is used. Left out: the generator (core.data.made), the picture (ui/charts/made.py).
"""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.recipe import FIELD, GROUPS, MADE_SERIES, Recipe, bounds_of
from core.data.made.recipe_series import recipe_series
from ui import session
from ui.bring import show_needs
from ui.charts.made import components_chart
from ui.results.common import is_dark, is_narrow, show
from ui.state import page_of

_DRAFT = "recipe_draft"
_MAX_SEED = 9_999  # of those that the button draws: short enough to be told


def open_maker(task: str) -> None:
    """Open the dialog on what was last set up in it, or on the series of the page."""
    text = page_of(task).recipe_draft
    if text is None:
        is_made = page_of(task).data == MADE_SERIES
        text = page_of(task).choices.get("recipe", "") if is_made else ""
    try:
        recipe = Recipe.parse(text)
    except ConfigError:  # an address that somebody wrote: the page says what is wrong with it
        recipe = Recipe()
    _turn_to(task, recipe)
    _dialog(task)


def _key(task: str, name: str) -> str:
    return f"{task}:recipe:{name}"


def _turn_to(task: str, recipe: Recipe) -> None:
    for name in Recipe.model_fields:
        st.session_state[_key(task, name)] = getattr(recipe, name)


@st.dialog("Make a series", width="large", icon=":material/auto_graph:")
def _dialog(task: str) -> None:
    picture, fields = st.columns([1.15, 1], gap="medium")
    with fields:
        values = _draw_fields(task)
    text = Recipe.model_construct(**values).text()
    page_of(task).recipe_draft = text
    with picture:
        usable = _draw_picture(task, text)
    with fields:
        _draw_end(task, text, usable)


def _draw_picture(task: str, text: str) -> bool:
    """The series and its parts; False after saying why there is none."""
    try:
        _, components = recipe_series(Recipe.parse(text))
    except ConfigError as error:
        show_needs(error)
        return False
    show(components_chart(components, is_dark(), is_narrow()), key=f"{task}:recipe_chart")
    return True


def _draw_fields(task: str) -> dict[str, Any]:
    """A tab for each group of parameters; returns every value."""
    values: dict[str, Any] = {}
    for group, tab in zip(GROUPS, st.tabs(list(GROUPS), key=f"{task}:recipe_tabs"), strict=True):
        with tab, st.grid(2, min_column_width=130):
            for name, field in Recipe.model_fields.items():
                if field.json_schema_extra["group"] == group:  # type: ignore[index]
                    values[name] = _draw_field(task, name, field)
    return values


def _draw_field(task: str, name: str, field: Any) -> Any:
    low, high = bounds_of(name)
    step = field.json_schema_extra["step"]
    key, help_text = _key(task, name), f"{field.description} `{name}` in `{FIELD}`"
    if high <= 1:
        return st.slider(field.title, low, high, step=step, key=key, help=help_text)
    kind = int if isinstance(field.default, int) else float
    number = st.number_input(
        field.title, kind(low), kind(high), step=kind(step), format="%d" if kind is int else "%g", key=key,
        help=help_text,
    )  # fmt: skip
    return field.default if number is None else number


def _draw_end(task: str, text: str, usable: bool) -> None:
    """The recipe as text, and what can be done with it."""
    if text:
        st.caption("The recipe, as links and the shell write it; what is usual is left out.")
        st.code(text, language=None, wrap_lines=True)
    else:
        st.caption("This is the usual series. What you change here makes its recipe.")
    with st.container(horizontal=True):
        if st.button("Use it", type="primary", disabled=not usable, key=f"{task}:recipe_use"):
            page_of(task).recipe_draft = None
            session.choose(task, MADE_SERIES, **({"recipe": text} if text else {}))
            st.rerun()
        st.button(
            "A new seed", icon=":material/casino:", key=f"{task}:recipe_seed", on_click=_draw_seed, args=(task,),
            help="The same series with other chance.",
        )  # fmt: skip
        st.button("Start over", type="tertiary", key=f"{task}:recipe_usual", on_click=_turn_to, args=(task, Recipe()))


def _draw_seed(task: str) -> None:
    key = _key(task, "seed")
    other = random.randrange(_MAX_SEED)
    st.session_state[key] = other if other != st.session_state[key] else _MAX_SEED
