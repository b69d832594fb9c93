"""Texts, names and tunes that a network learns to write more of."""

from core.applications.application import Application
from core.tasks.generation.description import GENERATION as TASK

GENERATION = Application(
    name="generation",
    task=TASK,
    title="Generation",
    help="Learn a text and write on.",
    card="Learn a text character by character, then let the network write.",
)
