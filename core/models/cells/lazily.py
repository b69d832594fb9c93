"""torch, and what is built on it, for the scans of the cells: imported when something of it is first used.

Forms, links and counts read the cells in a process that never computes with them, and torch takes seconds to import.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["products", "scans", "torch"]


def _later(name: str) -> Any:
    """Returns what stands for a module, and has of it what was used."""
    module = ModuleType(name)

    def find(attribute: str) -> Any:
        value = getattr(import_module(name), attribute)
        setattr(module, attribute, value)
        return value

    vars(module)["__getattr__"] = find
    return module


if TYPE_CHECKING:
    import torch

    from core.models import products, scans
else:
    torch, products, scans = map(_later, ("torch", "core.models.products", "core.models.scans"))
