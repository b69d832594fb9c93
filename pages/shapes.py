"""Input and output shapes: what is read when, and what is asked when."""

from ui.learn.shapes import draw

draw()
