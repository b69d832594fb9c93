"""Order in moving pictures."""

from ui.learn.moving_pictures import draw

draw()
