"""Two directions: forward, backward, and both."""

from ui.learn.directions import draw

draw()
