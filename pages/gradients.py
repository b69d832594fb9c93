"""Vanishing and exploding gradients, and their cures."""

from ui.learn.gradients import draw

draw()
