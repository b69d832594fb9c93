"""Memory race: how far back each cell remembers."""

from ui.learn.memory_race import draw

draw()
