"""Where genes are cut: pieces of DNA by what happens in their middle."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

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
    sees="You will see how many pieces it gets right, beside a classic method that counts words and finds none here.",
    data=("uci_splice",),
    reached="The network says rightly of **{value}** of the pieces it has not seen whether a gene is cut there",
)
