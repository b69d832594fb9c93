"""What a made series is made of: the parameters of a recipe, and the one line of text that stands for them.

The line, such as `season=12,noise=0.2,change=5`, is the same on the page, in the shell, in a link and in a file; only
what differs from the usual values is written.
"""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import Field, ValidationError

from core.config.errors import ConfigError, Problem
from core.config.fields import Section, without_none

FIELD = "data.recipe"
MADE_SERIES = "made_series"
"""The data set that a recipe belongs to."""
GROUPS = ("Trend", "Seasons", "Noise", "Change", "Gaps")
MIN_SEASON = 2
_EXAMPLE = "Write it like season=12,noise=0.2."
_LONGEST = 1_000


def _part(default: float, label: str, help: str, group: str, step: float, **bounds: float) -> Any:
    """A parameter: `group` is the part of the form that it stands in, `step` what one press of plus adds."""
    return Field(default, title=label, description=help, json_schema_extra={"group": group, "step": step}, **bounds)  # type: ignore[call-overload]


class Recipe(Section):
    """The parameters of a made series. Values have the unit of the series, which has none; times are steps."""

    length: int = _part(600, "Length", "How many steps the series has.", "Trend", 50, ge=60, le=20_000)
    level: float = _part(20.0, "Level", "Where the series begins.", "Trend", 1.0, ge=-10_000.0, le=10_000.0)
    trend: float = _part(0.01, "Slope", "How much each step adds.", "Trend", 0.01, ge=-100.0, le=100.0)
    curve: float = _part(
        0.0, "Curve", "How far the end lies above or below the straight line.", "Trend", 1.0, ge=-10_000.0, le=10_000.0
    )
    season: int = _part(24, "Season", "Steps from one wave to the next; 0 is no season.", "Seasons", 1, ge=0, le=2_000)
    amplitude: float = _part(
        3.0, "Amplitude", "How high the waves are, from the middle up.", "Seasons", 0.5, ge=0.0, le=10_000.0
    )
    season_2: int = _part(
        0, "Second season", "Steps of a second wave on top of the first; 0 is none.", "Seasons", 1, ge=0, le=2_000
    )
    amplitude_2: float = _part(
        1.0, "Second amplitude", "How high the second waves are.", "Seasons", 0.5, ge=0.0, le=10_000.0
    )
    noise: float = _part(
        1.0, "Noise", "Standard deviation of what nobody can foresee.", "Noise", 0.1, ge=0.0, le=10_000.0
    )
    memory: float = _part(
        0.7, "Memory", "Correlation of the noise with itself a step later; 0 is white noise.", "Noise", 0.05,
        ge=0.0, le=0.99,
    )  # fmt: skip
    change_at: float = _part(
        0.6, "Place", "Where the series changes its ways, as a share of its length.", "Change", 0.05, ge=0.05, le=0.95
    )
    change: float = _part(0.0, "Change of level", "How far it jumps there.", "Change", 1.0, ge=-10_000.0, le=10_000.0)
    change_trend: float = _part(
        0.0, "Change of slope", "How much more each step adds from there on.", "Change", 0.01, ge=-100.0, le=100.0
    )
    change_noise: float = _part(
        1.0, "Noise times", "What the noise is multiplied with from there on.", "Change", 0.5, ge=0.0, le=100.0
    )
    gaps: float = _part(0.0, "Missing", "Share of the values that are missing.", "Gaps", 0.01, ge=0.0, le=0.4)
    gap_length: float = _part(
        5.0, "Length of a gap", "How many values are missing in a row, on average.", "Gaps", 1.0, ge=1.0, le=500.0
    )
    seed: int = _part(1, "Seed", "The same seed gives the same series.", "Noise", 1, ge=0, le=2**31 - 1)

    @classmethod
    def parse(cls, text: str | None) -> Recipe:
        """Read what `text` wrote, or what a person did.

        Args:
            text: Such as `season=12,noise=0.2`; empty or None is the usual series.

        Raises:
            ConfigError: Everything that is wrong with it, all of it under `data.recipe`.
        """
        values, problems = _read_pairs(text or "")
        try:
            found = cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError([*problems, *(_out_of_range(detail) for detail in error.errors())]) from None
        problems += _contradictions(found)
        if problems:
            raise ConfigError(problems)
        return found

    def text(self) -> str:
        """The one line that stands for it, "" for the usual series."""
        usual = type(self)()
        return ",".join(
            f"{name}={_number(getattr(self, name))}"
            for name in type(self).model_fields
            if getattr(self, name) != getattr(usual, name) and not self._is_idle(name)
        )

    def _is_idle(self, name: str) -> bool:
        """Whether it is the amplitude of a season that there is not."""
        return name.startswith("amplitude") and not getattr(self, name.replace("amplitude", "season"))


def find_recipe_problems(data_id: str | None, recipe: str | None) -> list[Problem]:
    """What is wrong with the `data.recipe` of a data section; nothing where there is none."""
    if recipe is None:
        return []
    if data_id != MADE_SERIES:
        expected = f"nothing unless data.id is {MADE_SERIES}"
        return [Problem(FIELD, expected, repr(recipe[:40]), f"Set data.id={MADE_SERIES}, or leave it out.")]
    try:
        Recipe.parse(recipe)
    except ConfigError as error:
        return list(error.problems)
    return []


def recipe_values(recipe: str | None) -> dict[str, float]:
    """Every parameter of a recipe by name, the usual ones too: what the content of its series depends on."""
    return Recipe.parse(recipe).model_dump()


def bounds_of(name: str) -> tuple[float, float]:
    """The smallest and the largest value of a parameter."""
    metadata = Recipe.model_fields[name].metadata
    return (
        next(item.ge for item in metadata if hasattr(item, "ge")),
        next(item.le for item in metadata if hasattr(item, "le")),
    )


def _read_pairs(text: str) -> tuple[dict[str, float], list[Problem]]:
    """Numbers by name, and every part that is not a parameter with a number."""
    if len(text) > _LONGEST:
        return {}, [Problem(FIELD, f"at most {_LONGEST:,} characters", f"{len(text):,}", _EXAMPLE)]
    values: dict[str, float] = {}
    problems = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, sign, raw = (piece.strip() for piece in part.partition("="))
        if not sign:
            problems.append(Problem(FIELD, "parts like name=value with commas between them", repr(part[:40]), _EXAMPLE))
        elif name not in Recipe.model_fields:
            near = difflib.get_close_matches(name, Recipe.model_fields, n=2, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else _EXAMPLE
            problems.append(Problem(FIELD, f"one of {', '.join(Recipe.model_fields)}", repr(name[:40]), hint))
        elif name in values:
            problems.append(Problem(FIELD, f"{name} once", "several of it", "Leave out all but one."))
        else:
            try:
                values[name] = float(raw)
            except ValueError:
                problems.append(Problem(FIELD, f"a number for {name}", repr(raw[:40]), _EXAMPLE))
    return values, problems


def _out_of_range(detail: Any) -> Problem:
    name = str(detail["loc"][0])
    low, high = bounds_of(name)
    is_whole = without_none(Recipe.model_fields[name].annotation)[0] is int
    expected = f"{name} from {low:,.10g} to {high:,.10g}{', a whole number' if is_whole else ''}"
    return Problem(FIELD, expected, f"{detail['input']:.10g}", "Choose a value in between.")


def _contradictions(recipe: Recipe) -> list[Problem]:
    found = []
    for number in ("", "_2"):
        season = getattr(recipe, f"season{number}")
        if season == 0 and f"amplitude{number}" in recipe.model_fields_set and _differs(recipe, f"amplitude{number}"):
            received = f"amplitude{number}={_number(getattr(recipe, f'amplitude{number}'))}"
            hint = f"Set season{number} too, or leave amplitude{number} out."
            found.append(Problem(FIELD, f"no amplitude{number} without season{number}", received, hint))
        if season == 1:
            expected = f"a season{number} of {MIN_SEASON} steps and more, or 0"
            found.append(Problem(FIELD, expected, f"season{number}=1", "Choose a longer one, or 0 for none."))
        if 2 * season > recipe.length:
            expected = f"a length of two seasons and more, {2 * season:,}"
            hint = f"Make the series longer or season{number} shorter."
            found.append(Problem(FIELD, expected, f"length={recipe.length}", hint))
    if not _moves(recipe):
        hint = "Give it a trend, a season, noise or a change."
        found.append(Problem(FIELD, "a series that moves", "one that never changes", hint))
    return found


def _moves(recipe: Recipe) -> bool:
    waves = (recipe.season and recipe.amplitude) or (recipe.season_2 and recipe.amplitude_2)
    noisy = recipe.noise > 0
    return bool(waves or noisy or recipe.trend or recipe.curve or recipe.change or recipe.change_trend)


def _differs(recipe: Recipe, name: str) -> bool:
    return bool(getattr(recipe, name) != Recipe.model_fields[name].default)


def _number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(value).removesuffix(".0")
