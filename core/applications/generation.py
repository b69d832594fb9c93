"""Texts, names and tunes that a network learns to write more of."""

from core.applications.application import Application
from core.tasks.generation.description import GENERATION as TASK

GENERATION = Application(
    name="generation",
    task=TASK,
    title="Generation",
    help="Learn a text and write on.",
    card="Learn a text character by character, then let the network write.",
    lead=(
        "A network reads text one character or word at a time and learns to guess the next. "
        "Watch it go from noise to words to sentences, then let it write."
    ),
    sees="You will see its guesses improve, beside the best that counting can do.",
)
