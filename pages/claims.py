"""What is claimed: the statements of lecture notes beside what was measured."""

from ui.learn.claims import draw

draw()
