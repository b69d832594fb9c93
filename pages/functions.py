"""Functions and slopes: what a unit does to its sum, and how a slope moves a weight."""

from ui.learn.functions import draw

draw()
