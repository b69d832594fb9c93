"""The cell, with numbers on its wires."""

from ui.learn.cell import draw

draw()
