"""Made sequences that ask for what was read before."""

from core.applications.application import Application
from core.tasks.memory.description import MEMORY as TASK

MEMORY = Application(
    name="memory",
    task=TASK,
    title="Memory tasks",
    help="Learn to remember: recall, copy, add, count, plan dinners.",
    card="One letter, ten steps of noise, and the question which letter it was: learn to remember.",
    lead=(
        "A network reads a sequence that was made to ask for something read many steps before. There is nothing to know "
        "here but what to keep: turn the delay up and see which networks forget."
    ),
    sees="You will see how many answers it gets right, beside what can be said without any memory.",
)
