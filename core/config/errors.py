"""What goes wrong when somebody types something that cannot be: one error type with four parts.

`Problem` is one line of the list (which field, what was expected, what was received, what to do);
`ConfigError` carries all of them at once, so that a visitor mends a set-up in one go.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend: the field, what it accepts, what it got, and what to do about it.

    Attributes:
        field: Dotted name in the experiment, or what else is wrong, such as "run".
        expected, received: What belongs there and what stood there, as nouns.
        hint: What to do, as a sentence.
        sentence: What a page says in place of the first three, where they would sound like a machine.
    """

    field: str
    expected: str
    received: str
    hint: str
    sentence: str = ""

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, got {self.received}. {self.hint}".strip()


class ConfigError(ValueError):
    """Input a person can mend. `problems` lists every one of them, never only the first."""

    def __init__(self, problems: list[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))

    @classmethod
    def single(cls, field: str, expected: str, received: str, hint: str = "", sentence: str = "") -> ConfigError:
        """A `ConfigError` with one problem, the common case."""
        return cls([Problem(field, expected, received, hint, sentence)])
