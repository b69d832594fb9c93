"""Words to numbers, and why their order matters."""

from ui.learn.words import draw

draw()
