"""Hopfield network: a memory that comes to rest at what it has stored."""

from ui.learn.hopfield import draw

draw()
