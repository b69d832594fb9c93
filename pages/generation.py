"""Generation: a network reads a text one token at a time and learns to guess the next."""

from ui import page
from ui.results import generation

TASK = "generation"

setup = page.begin(
    TASK,
    "A network reads text one character or word at a time and learns to guess the next. "
    "Watch it go from noise to words to sentences, then let it write.",
)
run_id = page.training(
    setup,
    "You will see its guesses improve, beside the best that counting can do.",
    generation.show_data,
)
page.outcome(setup, run_id, generation.show_result, generation.look_inside)
