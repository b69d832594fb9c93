"""How many stars a review gives, from its words."""

from core.applications.application import Application
from core.tasks.classification.description import CLASSIFICATION

STAR_RATINGS = Application(
    name="star_ratings",
    task=CLASSIFICATION,
    title="Stars",
    heading="Stars of reviews",
    help="Learn to tell how many stars a review gives.",
    card="One star or five: learn to tell from its words how content somebody was.",
    lead=(
        "A network reads a review word by word and learns how many stars it gives, from one to five. Neighbouring stars are "
        "hard to tell apart, for people too. The reviews that ship are a thousand, on which counting words does "
        "better; SST-5 has ten times as many."
    ),
    sees="You will see how often it finds the right number of stars, beside a classic method that only counts words.",
    data=("reviews", "sst5"),
    reached="The network gives the right number of stars to **{value}** of the reviews it has not seen",
)
