"""Texts into another language, and any pairs of one's own."""

from core.applications.application import Application
from core.tasks.seq2seq.description import SEQ2SEQ

TRANSLATION = Application(
    name="translation",
    task=SEQ2SEQ,
    title="Translation",
    help="Learn to say it in another language.",
    card="Numbers, dates and sentences into another language, with the attention laid open.",
    lead=(
        "One network reads a sentence, a second writes it in another language, looking back at the words it needs. "
        "Afterwards you see where it looked."
    ),
    sees="You will see how many sentences it translates exactly, beside translating word for word.",
)
