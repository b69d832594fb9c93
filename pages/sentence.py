"""A sentence's probability: two hearings of one utterance, word by word."""

from ui.learn.sentence import draw

draw()
