"""Data sets of the Hugging Face Hub by name: what there is to choose, and the choice.

`look_up` asks the Hub what a data set consists of; `Choice` is what a visitor makes of it, a subset and a split.
Nothing but plain files is read: no script of a data set runs, nothing is unpickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.hub.client import PARQUET_BRANCH, Listing, ask, check_hub_allowed, check_id, key_for, needs_key_error
from core.data.hub.listing import DEFAULT, FORMATS, Split, Subset, from_card, from_names, from_parquet_branch
from core.data.sources.inputs import listing, shorten
from core.data.sources.parts import SPLIT_NAMES

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Choice:
    """What is to be fetched of a data set; None leaves it to the data set: its default subset, its three usual splits."""

    id: str
    subset: str | None = None
    hub_split: str | None = None

    @classmethod
    def of(cls, data: DataConfig) -> Choice:
        """The choice of a data section. Raises `ConfigError` for an id that cannot be one."""
        return cls(check_id(data.id), data.subset, data.hub_split)

    @property
    def in_words(self) -> str:
        """The name, and what was chosen of it."""
        return ", ".join(part for part in (self.id, self.subset, self.hub_split) if part)


@dataclass(frozen=True)
class HubSet:
    """A data set of the Hub, as it is now.

    Attributes:
        id: owner/name.
        commit: The state of its main branch.
        title, licence: As its card has them, "" where it says nothing.
        subsets: At least one.
        default: The subset that is meant when none is named; None where one has to be named.
        needs_key: Whether its owner lets in only some.
    """

    id: str
    commit: str
    title: str
    licence: str
    subsets: tuple[Subset, ...]
    default: str | None
    needs_key: bool = False

    def subset(self, name: str | None) -> Subset:
        """The subset of that name. Raises `ConfigError`: none has it, or none was named and there are several."""
        wanted = name or self.default
        found = next((subset for subset in self.subsets if subset.name == wanted), None)
        if found is None:
            known = listing([subset.name for subset in self.subsets], 12)
            received = repr(shorten(wanted, 40)) if wanted else "none"
            raise ConfigError.single("data.subset", f"one of {known}", received, "Choose one of these.")
        return found


def look_up(data_id: str, settings: Settings, limits: Limits) -> HubSet:
    """Ask the Hub what a data set consists of.

    Raises:
        ConfigError: No name (owner/name, or one word), not allowed here, no such data set, nobody may read it, or nothing
            in it is read here.
        FetchError: The Hub could not be reached, or its answer makes no sense.
    """
    check_hub_allowed(check_id(data_id), settings)
    found = ask(data_id, settings, limits)
    if found is None:
        raise ConfigError.single("data.id", "a data set with a main branch", repr(data_id), "Choose another one.")
    if found.needs_key and key_for(data_id, settings, limits) is None:
        raise needs_key_error(data_id, with_key=False)
    subsets, default = from_card(found.card, found.files)
    if not subsets:
        copies = ask(data_id, settings, limits, PARQUET_BRANCH)
        subsets = from_parquet_branch(found.card, copies.files) if copies is not None else ()
    subsets = subsets or from_names(found.card, found.files)
    if not subsets:
        received = f"{data_id!r}, which has none of these"
        hint = "A data set of pictures, sounds or archives cannot be read here."
        raise ConfigError.single("data.id", f"a data set of {', '.join(FORMATS)} files", received, hint)
    names = [subset.name for subset in subsets]
    default = default or (DEFAULT if DEFAULT in names else names[0] if len(names) == 1 else None)
    title = _words(found.card, "pretty_name")
    return HubSet(data_id, found.commit, title, _licence(found), subsets, default, found.needs_key)


def chosen_splits(hub_set: HubSet, choice: Choice) -> tuple[Subset, dict[str, Split]]:
    """The subset, and the splits by the part that each is to be.

    One named split is all there is, to be cut by `data.split`. Without a name, train, validation and test are
    themselves; where there is no train, the first split is all there is.

    Raises:
        ConfigError: No such subset or split.
    """
    subset = hub_set.subset(choice.subset)
    if choice.hub_split is not None:
        split = subset.split(choice.hub_split)
        if split is None:
            known = listing([split.name for split in subset.splits], 12)
            received = repr(shorten(choice.hub_split, 40))
            raise ConfigError.single("data.hub_split", f"one of {known}", received, "Choose one of these.")
        return subset, {"train": split}
    parts = {}
    for part, names in SPLIT_NAMES.items():
        split = next((found for name in names if (found := subset.split(name)) is not None), None)
        if split is not None:
            parts[part] = split
    return subset, parts if "train" in parts else {"train": subset.splits[0]}


def _words(card: Mapping[str, Any], name: str) -> str:
    raw = card.get(name)
    return raw[:_LONGEST_NAME] if isinstance(raw, str) and raw.isprintable() else ""


def _licence(found: Listing) -> str:
    """The licence as the card has it; several with commas between them."""
    raw = found.card.get("license")
    names = raw if isinstance(raw, list) else [raw]
    words = [name[:_LONGEST_NAME] for name in names[:5] if isinstance(name, str) and name.isprintable() and name]
    other = _words(found.card, "license_name")
    return ", ".join(other if word == "other" and other else word for word in words if word != "unknown")
