"""What kind of answer a question asks for."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

QUESTION_TYPES = Application(
    name="question_types",
    task=CLASSIFICATION,
    title="Question types",
    help="Learn to tell what a question asks for.",
    card="A person, a place, a number: learn to tell from a question what its answer will be.",
    lead=(
        "A network reads a question word by word and learns what kind of answer it asks for: a person, a place, a number, "
        "a description. Then type a question, and see which word gives it away."
    ),
    sees="You will see how many questions it gets right, beside a classic method that only counts words.",
    data=("trec",),
    reached="The network knows what **{value}** of the questions ask for that it has not seen",
)
