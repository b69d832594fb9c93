"""Generation: a network reads a text one token at a time and learns to guess the next."""

from ui import page

page.draw("generation")
