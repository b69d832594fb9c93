"""Moods of sentences, and any labels of one's own."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

SENTIMENT = Application(
    name="sentiment",
    task=CLASSIFICATION,
    title="Sentiment",
    help="Learn to tell the mood of a sentence.",
    card="Tell good from bad, and see which word decides.",
    heading="Sentiment and text classification",
)
