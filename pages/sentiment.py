"""Sentiment: a network reads a text word by word and learns its label."""

from ui import page

page.draw("sentiment")
