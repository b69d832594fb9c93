"""What every baseline says of itself; what it can do is its family's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypeVar

B = TypeVar("B", bound="Baseline")


class Baseline:
    """A simple method.

    Attributes:
        name: As results have it.
        label: As page and shell write it.
        does: What it does, in one phrase that "does about as well" can follow.
        reads_window: Whether its figures depend on the window that the run's network reads, and not on the data alone.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    does: ClassVar[str]
    reads_window: ClassVar[bool] = False

    @classmethod
    def labels(cls) -> Mapping[str, str]:
        """Label by name; more than one where several methods are fitted at once."""
        return {cls.name: cls.label}

    @classmethod
    def as_empty_model(cls) -> str:
        """What an untaught network comes down to, as the subject of "does about as well"."""
        return cls.does


def by_name(*methods: type[B]) -> Mapping[str, type[B]]:
    """The methods of a family by the names that results have."""
    return MappingProxyType({name: method for method in methods for name in method.labels()})


def chosen(family: Mapping[str, type[B]], names: Iterable[str]) -> list[type[B]]:
    """The methods of these names, each once."""
    return list(dict.fromkeys(family[name] for name in names))
