"""Sentiment: a network reads a sentence word by word and learns its label."""

from ui import page
from ui.results import sentiment

TASK = "sentiment"

setup = page.begin(
    TASK,
    "A network reads a text word by word and learns its label: good or bad, or classes of your own. "
    "Then type a sentence, and see at which word it makes up its mind.",
)
run_id = page.training(
    setup,
    "You will see how many texts it gets right, beside a classic method that only counts words.",
    sentiment.show_data,
)
page.outcome(setup, run_id, sentiment.show_result, sentiment.look_inside)
