"""Where genes are cut: pieces of DNA by what happens in their middle."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

# A place in the middle decides: the mean of all states forgets it, and half of the letters gone leaves nothing to read.
_FINDS_PLACES = {"model": {"cell": "gru", "pooling": "max", "embedding_dropout": 0.2, "output_dropout": 0.2}}

DNA = Application(
    name="dna",
    task=CLASSIFICATION,
    title="DNA",
    heading="Splice sites in DNA",
    help="Learn to find where genes are cut.",
    card="Sixty letters of DNA: learn to tell whether a gene is cut in their middle.",
    lead=(
        "A network reads sixty letters of DNA and learns what happens in their middle: a piece that is kept begins there, "
        "or ends there, or neither. There are no words to count here; what counts is which letter stands where."
    ),
    sees="You will see how many pieces it gets right, beside a classic method that counts runs of three letters.",
    data=("uci_splice",),
    preset_changes=dict.fromkeys(("quick", "standard"), _FINDS_PLACES),
    reached="The network says rightly of **{value}** of the pieces it has not seen whether a gene is cut there",
)
