"""Moods of sentences, and any labels of one's own."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

SENTIMENT = Application(
    name="sentiment",
    task=CLASSIFICATION,
    title="Sentiment",
    help="Learn to tell the mood of a sentence.",
    card="Tell good from bad, and see which word decides.",
    lead=(
        "A network reads a text word by word and learns its label: good or bad, or classes of your own. "
        "Then type a sentence, and see at which word it makes up its mind."
    ),
    sees="You will see how many texts it gets right, beside a classic method that only counts words.",
    heading="Sentiment and text classification",
)
