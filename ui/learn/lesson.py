"""The frame of a Learn page: title, the set-up, the figure in a fragment, a question, and the way on.

A page that a link opens with `lesson=1` has no set-up: what the link says stands. Left out: what each page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.insight.edits import Edits
from ui.browser import setup_place
from ui.frame import ensure_frame
from ui.learn.figure import draw_figure, set_figure
from ui.learn.lessons import ENTRIES, entry
from ui.learn.scene import Scene


@dataclass(frozen=True)
class Statement:
    """One sentence that can be seen in the figure.

    Attributes:
        text: The sentence.
        state: What the figure takes: `step`, `unit` (from 0), `mark`, `edits`.
        widgets: Widgets of the set-up by name, where they must be turned for it.
    """

    text: str
    state: Mapping[str, Any] = field(default_factory=dict)
    widgets: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Question:
    """A question with choices; each has what is answered to it."""

    text: str
    choices: Sequence[str]
    right: int
    because: str


@dataclass(frozen=True)
class Lesson:
    """What a page says."""

    name: str
    lead: str
    statements: Sequence[Statement]
    question: Question


def is_lesson() -> bool:
    """Whether the link asks for the lesson alone, without the set-up."""
    return st.query_params.get("lesson") == "1"


def pick(page: str, name: str, label: str, options: Sequence[str], words: Mapping[str, str], help: str,
         wide: bool = False) -> str:  # fmt: skip
    """A choice of the set-up, bound to the address; in a lesson what the link says, without a control.

    Args:
        page: Name of the page.
        name: Of the choice; it stands in the address as `page.name`.
        options: The first one is the usual one.
        words: What each option is called on the screen.
        help: One sentence.
        wide: Whether there are so many options that they go into a list.
    """
    key = f"{page}.{name}"
    if is_lesson():
        asked = st.session_state.get(f"{key}:turned") or st.query_params.get(key)
        return next((option for option in options if asked in (option, words.get(option))), options[0])
    turned = st.session_state.pop(f"{key}:turned", None)
    if turned in options and key in st.session_state:
        st.session_state[key] = turned
    elif turned in options and turned != options[0]:
        # A control that comes into being reads the address; one that is turned in that moment would not write it.
        st.query_params[key] = words.get(turned, turned)
    control: Any = st.selectbox if wide else st.segmented_control
    more: dict[str, Any] = {} if wide else {"required": True, "default": options[0]}
    found = control(label, options, format_func=lambda option: words.get(option, option), key=key, help=help,
                    bind="query-params", **more)  # fmt: skip
    return str(found) if found in options else options[0]


@contextmanager
def set_up() -> Iterator[None]:
    """Where the set-up of a page stands; in a lesson nothing is drawn there."""
    if is_lesson():
        yield
    else:
        with setup_place():
            yield


def begin(lesson: Lesson) -> None:
    """Title and lead; comes before the set-up."""
    ensure_frame()
    page = entry(lesson.name)
    st.title(page.title, anchor=False)
    st.markdown(lesson.lead)


def draw_lesson(lesson: Lesson, build: Callable[[Edits], Scene], below: Callable[[], None] | None = None) -> None:
    """The figure, in a fragment so that an edit redraws nothing else, and what follows it.

    Args:
        lesson: What the page says.
        build: From what was edited to the figure's scene, see `draw_figure`; the statements are added to it.
        below: Draws what stands between the figure and the question.
    """
    st.fragment(_figure)(lesson, build)
    if below is not None:
        below()
    _question(lesson)
    draw_way_on(lesson.name)


def statements_panel(lesson: Lesson, **more: Any) -> dict[str, Any]:
    """The numbered statements as a panel of the figure, for a page that wants them at a place of its own."""
    items = [
        {"text": one.text, "state": dict(one.state), "widgets": one.widgets is not None} for one in lesson.statements
    ]
    return {"kind": "statements", "title": "See for yourself", "items": items, **more}


def _figure(lesson: Lesson, build: Callable[[Edits], Scene]) -> None:
    def with_statements(edits: Edits) -> Scene:
        scene = build(edits)
        if not any(panel["kind"] == "statements" for row in scene.rows for panel in row):
            scene.row(statements_panel(lesson))
        scene.problems = list(dict.fromkeys([*scene.problems, *edits.problems]))
        return scene

    def go(place: int) -> None:
        if not 0 <= place < len(lesson.statements):
            return
        statement = lesson.statements[place]
        for name, value in (statement.widgets or {}).items():
            st.session_state[f"{lesson.name}.{name}:turned"] = value
        set_figure(lesson.name, {**statement.state, "statement": place})

    if st.session_state.pop(f"{lesson.name}:turned", False):
        st.rerun()  # the whole page: the set-up has been turned
    draw_figure(lesson.name, with_statements, go)


@st.fragment
def _question(lesson: Lesson) -> None:
    question = lesson.question
    with st.container(border=True):
        st.markdown(f"**{question.text}**")
        given = st.radio(
            question.text, range(len(question.choices)), index=None, format_func=lambda place: question.choices[place],
            key=f"{lesson.name}:answer", label_visibility="collapsed",
        )  # fmt: skip
        if given is not None:
            say, icon = (st.success, ":material/check:") if given == question.right else (st.info, ":material/close:")
            right = question.choices[question.right].rstrip(".")
            start = "Yes. " if given == question.right else f"Not that one. The answer is “{right}”. "
            say(start + question.because, icon=icon)


def draw_way_on(name: str) -> None:
    places = [one.name for one in ENTRIES]
    here = places.index(name)
    with st.container(horizontal=True, gap="medium"):
        for other, icon in ((here - 1, ":material/arrow_back:"), (here + 1, ":material/arrow_forward:")):
            if 0 <= other < len(ENTRIES):
                page = ENTRIES[other]
                st.page_link(f"pages/{page.name}.py", label=page.title, icon=icon)
