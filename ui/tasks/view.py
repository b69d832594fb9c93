"""What a file of `ui/tasks` says of its task, and how a page finds it by the name of an application."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.applications import describe

if TYPE_CHECKING:
    from core.config.experiment import Experiment
    from core.data.look import Look
    from core.data.report import Report
    from ui.starter import Starter


@dataclass(frozen=True)
class Way:
    """A way to bring data without a file: its button, and what opens it for an application's page."""

    label: str
    icon: str
    key: str
    help: str
    open: Callable[[str], None]


@dataclass(frozen=True)
class TaskView:
    """What the screen says and draws of a task; what the shell needs too is in its description (`core.tasks`).

    Attributes:
        uploader, takes: Label of the uploader, and one sentence on what it takes; empty where nobody can bring data.
        several: Whether several files may be brought at once.
        paste, paste_example: What can be pasted, and an example of it.
        ways: Further ways to bring data.
        items: What its parts are counted in; empty: in tokens, as the data's unit calls them.
        show_data: Pictures of the data.
        show_result: The tab Use it, for an application, a run, its result and details.
        look_inside: The tab Look inside, for an application and a run.
        draw_alive: The picture of the starter in its card on Home; False where there is nothing to draw.
        alive: What is seen in that picture.
        show_seeds: Runs that differ in the seed alone as one, for a prefix of keys and their ids; None where that is nothing.
    """

    uploader: str
    takes: str
    paste: str
    paste_example: str
    show_data: Callable[[Look, Experiment, Report], None]
    show_result: Callable[[str, str, Mapping[str, Any] | None, Mapping[str, Any] | None], None]
    look_inside: Callable[[str, str], None]
    draw_alive: Callable[[Starter], bool]
    alive: str
    several: bool = False
    ways: tuple[Way, ...] = ()
    items: str = ""
    show_seeds: Callable[[str, Sequence[str]], None] | None = None


def view_of(application: str) -> TaskView:
    """The view of the task behind an application."""
    view: TaskView = importlib.import_module(f"ui.tasks.{describe(application).name}").VIEW
    return view
