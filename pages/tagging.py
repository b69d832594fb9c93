"""Tagging: a network reads a sentence and gives every word its label."""

from ui import page

page.draw("tagging")
