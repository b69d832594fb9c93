"""How mistakes are shown: every problem of a `ConfigError` in one message, with the names that the screen has.

Left out: which label stands for which key (words.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import streamlit as st

from core.config.errors import ConfigError, Problem
from ui.foreign import foreign
from ui.words import in_words, label_of


def _sentence(problem: Problem) -> str:
    """One problem as Markdown; whatever came from outside is escaped."""
    hint = foreign(in_words(problem.hint))
    if problem.sentence:
        return f"{foreign(in_words(problem.sentence))} {hint}"
    expected, received = (foreign(in_words(_on_off(part))) for part in (problem.expected, problem.received))
    label = label_of(problem.field)
    if label is None:
        return f"Needed: {expected}. Found: {received}. {hint}"
    return f"**{foreign(label)}** needs {expected}, not {received}. {hint}"


def _on_off(text: str) -> str:
    """What a switch is set to, as the screen has it."""
    return re.sub(r"^(true|True)\b", "on", re.sub(r"^(false|False)\b", "off", re.sub(r"^None$", "nothing", text)))


def problem_list(problems: Iterable[Problem]) -> str:
    """The problems as Markdown lines."""
    return "\n".join(f"- {_sentence(problem)}" for problem in problems)


def refusal_of(do: Callable[..., object], *arguments: object) -> str:
    """Do what a button asks for; where that cannot be, the reasons as Markdown lines."""
    try:
        do(*arguments)
    except ConfigError as error:
        return problem_list(error.problems)
    except OSError as error:
        return f"- The server cannot write its disk: {foreign(error.strerror)}. Try again in a while."
    return ""


def show_problem_of(field: str, problems: Iterable[Problem]) -> None:
    """What is wrong with one field, below its widget; nothing where nothing is."""
    for problem in problems:
        if problem.field == field:
            st.markdown(f":red[{_sentence(problem)}]")


def show_problems(title: str, problems: Iterable[Problem]) -> None:
    """One message that names everything to mend."""
    st.error(f"{title}\n\n{problem_list(problems)}")
