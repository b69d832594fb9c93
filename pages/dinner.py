"""The dinner schedule, a network whose weights one can read."""

from ui.learn.dinner import draw

draw()
