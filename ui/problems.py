"""How mistakes are shown: every problem of a `ConfigError` in one message, names as code, texts as text."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.config.errors import Problem
from ui.foreign import foreign, foreign_code


def problem_list(problems: Iterable[Problem]) -> str:
    """The problems as Markdown lines; whatever came from outside is escaped."""
    return "\n".join(
        f"- {foreign_code(problem.field)} takes {foreign(problem.expected)}, not {foreign(problem.received)}. "
        f"{foreign(problem.hint)}"
        for problem in problems
    )


def disk_trouble(error: OSError) -> str:
    """A disk that cannot be written, in words."""
    return f"The server cannot write its disk: {foreign(error.strerror)}. Try again in a while."


def show_problems(title: str, problems: Iterable[Problem]) -> None:
    """One message that names everything to mend."""
    st.error(f"{title}\n\n{problem_list(problems)}")
