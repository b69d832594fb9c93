"""Which language a name is from, from its letters."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

# Letters are few: half of them gone leaves nothing to read. Endings tell most, and the last state has read them.
_READS_LETTERS = {"cell": "gru", "pooling": "last", "embedding_dropout": 0.2, "output_dropout": 0.5}

LANGUAGES_OF_NAMES = Application(
    name="languages_of_names",
    task=CLASSIFICATION,
    title="Languages of names",
    help="Learn to tell the language of a name from its letters.",
    card="Schweden, Suède, Szwecja: learn to tell from its letters which language a name is in.",
    lead=(
        "A network reads a name letter by letter and learns which language it is in: names of countries and languages as "
        "fifteen languages write them, or surnames of eighteen. Then type a name of your own, and see which letters give it away."
    ),
    sees="You will see how many names it places rightly, beside a classic method that counts runs of letters.",
    preset_changes={
        "quick": {"model": _READS_LETTERS, "training": {"learning_rate": 5e-3, "max_steps": 800}},
        "standard": {"model": _READS_LETTERS},
    },
    data=("names_by_language", "names_by_nationality"),
    reached="The network knows the language of **{value}** of the names it has not seen",
)
