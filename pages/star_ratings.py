"""Stars: a network reads a review word by word and learns how many stars it gives."""

from ui import page

page.draw("star_ratings")
