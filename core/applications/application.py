"""What a page of the menu is: a task under a name of its own, with its words, its data and its changes to the presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.tasks.description import TaskDescription, Values


@dataclass(frozen=True)
class Application:
    """A page, and what `python -m core train NAME` trains.

    Attributes:
        name: In addresses, in the shell, and `task` of an experiment.
        task: What the network does.
        title: In the menu.
        help: One sentence for the menu.
        card: One sentence for Home.
        lead: The first lines of its page: what it does, and what to look for.
        sees: One sentence on what training will show.
        heading: Of the page; the title where it is empty.
        data: Ids of the data sets it offers, the default first; empty for all sets of the task's kind.
        preset_changes: Values by section that go over those of the task's presets, by the name of a preset.
        reached: What its networks reach, where it says more than the task's own sentence.
    """

    name: str
    task: TaskDescription
    title: str
    help: str
    card: str
    lead: str
    sees: str
    heading: str = ""
    data: tuple[str, ...] = ()
    preset_changes: Mapping[str, Values] = field(default_factory=dict)
    reached: str = ""
