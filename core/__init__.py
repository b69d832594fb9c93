"""Unroll's core: configurable recurrent models, the data they learn from, and the runs that train them.

    from core import Experiment, load, train

Works from a notebook and from the shell; knows nothing of the screen. Names are loaded on first use,
because importing torch takes seconds that a server does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.api import load, train
    from core.config.errors import ConfigError
    from core.config.experiment import Experiment

__all__ = ["ConfigError", "Experiment", "load", "train"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in ("load", "train"):
        from core import api

        return getattr(api, name)
    if name == "Experiment":
        from core.config.experiment import Experiment

        return Experiment
    if name == "ConfigError":
        from core.config.errors import ConfigError

        return ConfigError
    raise AttributeError(f"module 'core' has no attribute {name!r}")
