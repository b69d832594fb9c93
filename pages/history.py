"""When ideas came, and when a recurrent network is the right choice."""

from ui.learn.history import draw

draw()
