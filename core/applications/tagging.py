"""Parts of speech, names, or any tags of one's own."""

from core.applications.application import Application
from core.tasks.tagging.description import TAGGING as TASK

TAGGING = Application(
    name="tagging",
    task=TASK,
    title="Tagging",
    help="Learn a label for every word.",
    card="Nouns, verbs, names: a label for every word, with the words around it in view.",
    lead=(
        "A network reads a sentence in both directions and learns the tag of every word: whether it is part of a name and of "
        "which, its part of speech, or tags of your own. Then type a sentence, and see what it takes each word for."
    ),
    sees="You will see how many words it gets right, beside the tag that each word has most often.",
)
