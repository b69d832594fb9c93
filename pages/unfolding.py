"""Unfolding in time: a recurrent network as a deep one with shared weights."""

from ui.learn.unfolding import draw

draw()
