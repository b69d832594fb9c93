"""The component that draws every figure of the Learn pages, and what comes back from it.

It is inline: its JavaScript is the files of `figure/`, joined in order of name. Only `edits` and a statement that turns
widgets come back; steps, marks and playing stay in the browser.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from core.insight.edits import Edits
from ui.learn.scene import Scene

_FOLDER = Path(__file__).parent / "figure"
_LINKED = ("step", "unit", "mark", "edits")


@cache
def source() -> str:
    """The component's JavaScript."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.js")))


@cache
def _style() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.css")))


def draw_figure(
    name: str, build: Callable[[Edits], Scene], statements: Callable[[int], None], needs_torch: bool = True
) -> None:
    """Compute a scene from what was edited, and draw it.

    Args:
        name: Of the page.
        build: From edits to the scene; it notes what it did not take in the edits' `problems`.
        statements: Called with the number of a statement that turns widgets, before the page is drawn anew.
        needs_torch: Whether the engine must be loaded to build it.
    """
    start = _start(name)
    key = f"{name}:figure"
    with (
        nullcontext()
        if "torch" in sys.modules or not needs_torch
        else st.spinner("The engine is loaded, once after the server has started.")
    ):
        edited = _edited(key, name, start)
        scene = build(Edits(edited))
    if start["id"] is None:
        start["id"] = scene.id
    follows = start["id"] == scene.id
    # With the edits, so that a scene that turns out the same is one that the browser is told of.
    data = scene.data() | {"set": start["set"], "edited": _finite(edited)}
    if follows:
        data["start"] |= {part: start[part] for part in ("step", "unit", "statement") if part in start}
        if start.get("mark") in scene.values:
            data["start"]["mark"] = start["mark"]
        data["start"]["edits"] = _finite(start["edits"])
    figure = st.components.v2.component("learn_figure", html='<div class="place"></div>', css=_style(), js=source())

    def go() -> None:
        found = st.session_state[key].get("go")
        if isinstance(found, int):
            statements(found)
            st.session_state[f"{name}:turned"] = True

    figure(key=key, data=data, on_go_change=go, on_edits_change=lambda: None)
    st.session_state[f"{key}:id"] = scene.id


def _finite(edits: Mapping[str, Any]) -> dict[str, float]:
    """JSON has no word for other numbers, and one of them would leave the whole figure empty."""
    return {name: value for name, value in edits.items() if isinstance(value, (int, float)) and math.isfinite(value)}


def set_figure(name: str, state: Mapping[str, Any]) -> None:
    """Have the figure of a page take a state when it is drawn next: `step`, `unit`, `mark`, `edits`, `statement`."""
    before = st.session_state.get(f"{name}:start") or {"set": 0}
    st.session_state[f"{name}:start"] = {"edits": {}, **state, "set": before["set"] + 1, "id": None}


def _start(name: str) -> dict[str, Any]:
    """What the figure starts with: what a link says when it is followed, or a statement."""
    asked = {part: st.query_params[part] for part in _LINKED if part in st.query_params}
    if asked and asked != st.session_state.get(f"{name}:asked"):
        st.session_state[f"{name}:asked"] = asked
        set_figure(name, read_state(asked))
    elif f"{name}:start" not in st.session_state:
        set_figure(name, {})
    start: dict[str, Any] = st.session_state[f"{name}:start"]
    return start


def read_state(asked: Mapping[str, str]) -> dict[str, Any]:
    """What a link says of a figure; what cannot be read stays out."""
    state: dict[str, Any] = {}
    for part in ("step", "unit"):
        text = asked.get(part, "")
        if text.isascii() and text.isdigit() and 1 <= len(text) < 6:
            state[part] = max(0, int(text) - 1)
    if asked.get("mark"):
        state["mark"] = asked["mark"][:40]
    edits = {}
    for pair in asked.get("edits", "")[:10_000].split(","):
        where, _, text = pair.partition(":")
        try:
            edits[where[:40]] = float(text)
        except ValueError:
            continue
    return state | {"edits": edits}


def _edited(key: str, name: str, start: Mapping[str, Any]) -> Mapping[str, Any]:
    """The edits that count now: the browser's, if they speak of what was drawn last, else those of the start."""
    sent = (st.session_state.get(key) or {}).get("edits") or {}
    drawn = st.session_state.get(f"{key}:id")
    if isinstance(sent, Mapping) and sent.get("set") == start["set"] and sent.get("id") == drawn:
        found = sent.get("edits")
        return found if isinstance(found, Mapping) else {}
    return start["edits"] if start["id"] in (None, drawn) else {}
