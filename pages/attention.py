"""The bottleneck of a fixed context, and attention."""

from ui.learn.attention import draw

draw()
