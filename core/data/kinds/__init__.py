"""The kinds of data: one module each, and all that `core.data` needs to know of it stands there.

Left out: recordings, `clips` in the catalogue: they can be fetched and looked at, and have no module until they are
trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.data.kinds.kind import Kind
from core.data.kinds.labelled import LabelledTexts
from core.data.kinds.pairs import Pairs
from core.data.kinds.sequences import Sequences
from core.data.kinds.series import Series
from core.data.kinds.tagged import TaggedWords
from core.data.kinds.text import Text

KINDS: Mapping[str, Kind[Any, Any]] = MappingProxyType(
    {kind.name: kind for kind in (Series(), Text(), LabelledTexts(), Pairs(), TaggedWords(), Sequences())}
)


def kind_of(name: str) -> Kind[Any, Any]:
    """The kind of data of that name.

    Raises:
        ValueError: There is none, or not yet.
    """
    if name not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {name!r}, which cannot be read or prepared")
    return KINDS[name]
