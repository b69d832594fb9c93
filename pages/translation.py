"""Translation: one network reads a sentence, another writes it in a second language."""

from ui import page
from ui.results import translation

TASK = "translation"

setup = page.begin(
    TASK,
    "One network reads a sentence, a second writes it in another language, looking back at the words it needs. "
    "Afterwards you see where it looked.",
)
run_id = page.training(
    setup,
    "You will see how many sentences it translates exactly, beside translating word for word.",
    translation.show_data,
)
page.outcome(setup, run_id, translation.show_result, translation.look_inside)
