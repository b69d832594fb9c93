"""Sequences that ask for what was read before, most of them made; and handwritten digits, read step by step."""

from core.applications.application import Application
from core.tasks.memory.description import MEMORY as TASK

MEMORY = Application(
    name="memory",
    task=TASK,
    title="Memory tasks",
    help="Learn to remember: recall, copy, add, count, plan dinners.",
    card="One letter, ten steps of noise, and the question which letter it was: learn to remember.",
    lead=(
        "A network reads a sequence that asks for something read many steps before. In those that we made there is nothing to "
        "know but what to keep: turn the delay up and see which networks forget. Handwritten digits are real pictures, read "
        "at once, row by row or one after the other."
    ),
    sees="You will see how many answers it gets right, beside what can be said without any memory.",
)
