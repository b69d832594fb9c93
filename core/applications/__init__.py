"""What there is in the menu and in the shell, in order: one file an application. No torch.

`Experiment.task` holds an application's name, as files and links always wrote it; `describe` gives the task behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.applications.application import Application
from core.applications.dna import DNA
from core.applications.forecasting import FORECASTING
from core.applications.generation import GENERATION
from core.applications.languages_of_names import LANGUAGES_OF_NAMES
from core.applications.memory import MEMORY
from core.applications.question_types import QUESTION_TYPES
from core.applications.sentiment import SENTIMENT
from core.applications.star_ratings import STAR_RATINGS
from core.applications.tagging import TAGGING
from core.applications.translation import TRANSLATION
from core.tasks.description import TaskDescription

APPLICATIONS: Mapping[str, Application] = MappingProxyType(
    {
        application.name: application
        for application in (
            FORECASTING,
            GENERATION,
            SENTIMENT,
            STAR_RATINGS,
            QUESTION_TYPES,
            LANGUAGES_OF_NAMES,
            DNA,
            TAGGING,
            TRANSLATION,
            MEMORY,
        )
    }
)


NO_PAGE = "No page trains on this kind of data yet."
"""What is said of a data set that no application is for."""


def describe(name: str) -> TaskDescription:
    """The task behind an application."""
    return APPLICATIONS[name].task


def application_for(kind: str, data_id: str) -> str | None:
    """Name of the application that a data set is for: one that names it, else the first that takes all sets of its kind.

    None while no application trains on such data.
    """
    of_kind = [application for application in APPLICATIONS.values() if application.task.kind == kind]
    named = [application.name for application in of_kind if data_id in application.data]
    return next(iter((*named, *(application.name for application in of_kind if not application.data))), None)


def one_a_task() -> tuple[str, ...]:
    """Names of the first application of every task: those that have a network of their own to start with."""
    firsts: dict[str, str] = {}
    for application in APPLICATIONS.values():
        firsts.setdefault(application.task.name, application.name)
    return tuple(firsts.values())
