"""What a visit remembers of the page of an application, beside its widgets: one object, ids and small values only.

Widgets keep their own values under keys such as `sentiment.model.hidden_size`. Left out: what these values do
(session.py, opening.py, setup.py, model_form.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.config.errors import Problem


@dataclass
class Page:
    """A page in this visit."""

    # Its run
    run: str | None = None  # the one that is shown
    run_is_new: bool = False  # and is to go into the address, whatever stands there
    previous: str | None = None  # whose curve stays as a pale line
    parent: str | None = None  # which the next one says that it comes from
    turn_to: str | None = None  # whose set-up the knobs are turned to before the page is drawn
    started: str | None = None  # the last one that was started here
    steps_at_once: int = 1
    asked_to_delete: str | None = None
    refusal: str | None = None  # why what a button asked for cannot be
    redraw: bool = False  # a button has done something: the run's panel waits for the page
    race: list[str] = field(default_factory=list)
    race_is_new: bool = False
    sweep: str | None = None  # the search of the settings that is shown
    sweep_is_new: bool = False
    sweep_looked_for: bool = False  # one on its way was looked for in this visit
    starter_shown: bool = False
    start_quick: bool = False  # train the quick preset as soon as the page is there

    # Its data
    data: str | None = None  # an id, `upload:<id>` or `hub:<owner/name>`; None: the page's own
    choices: dict[str, str] = field(default_factory=dict)  # how it is read, by field, as an address has it
    own: list[str] = field(default_factory=list)  # what was brought to the page
    parts: dict[str, dict[str, str]] = field(default_factory=dict)  # which part of a Hub's set, by its name
    fingerprint: str | None = None  # the beginning of what the data had when the link was made
    stands_in: tuple[str | None, str] | None = (
        None  # a run whose data is private, and the name of what stands in for it
    )
    uploaded: tuple[str, ...] = ()  # the files of the uploader that are stored
    vectors: str | None = None  # `upload:<id>` of word vectors
    vectors_file: str | None = None  # the file of their uploader that is stored
    correcting: bool = False  # whether the boxes for how it is read are open
    unusable: bool = False
    hub_asked: str | None = None
    hub_fetching: str | None = None
    hub_refused: dict[str, Sequence[Problem]] = field(default_factory=dict)
    recipe_draft: str | None = None  # of the dialog that makes a series
    table: str | None = (
        None  # CSV of the dialog with a table: what it holds, what it began with, how often it began anew
    )
    table_base: str = ""
    table_version: int = 0

    # Its set-up
    chosen: tuple[str, dict[str, Any]] | None = None  # preset, and data by dotted field
    start: dict[str, Any] | None = None  # the preset's values, by knob
    first: dict[str, Any] = field(default_factory=dict)  # what the widgets are first drawn with
    kept: dict[str, Any] | None = None  # what differed from the preset when the form was last drawn, and the preset
    over: dict[str, Any] = field(default_factory=dict)  # what a link wants otherwise than the preset
    refused: list[str] = field(default_factory=list)  # what of a link was not understood
    from_link: bool = False
    untrainable: str = ""  # why the set-up cannot be trained, as Markdown; "" where it can
    reset: bool = False  # turn the knobs to the preset
    nones: dict[str, bool | None] = field(
        default_factory=dict
    )  # numbers that are switched off: whether the address says so
    page_drawn: bool = False
    data_drawn: dict[str, Any] = field(default_factory=dict)  # knobs that decide about the data, as the page shows it

    # This visit to it
    entered: bool = False  # it begins
    form_drawn: bool = False
    alive: bool = False  # the browser has the widgets
    bound: bool = False  # they write into the address
    history: bool = False  # somebody went back or forward

    def enter(self) -> None:
        """A visit begins."""
        self.entered = self.form_drawn = self.alive = self.bound = self.history = False
        self.first = {}


def page_of(application: str) -> Page:
    """The page of an application in this visit."""
    page: Page = st.session_state.setdefault(f"{application}:page", Page())
    return page
