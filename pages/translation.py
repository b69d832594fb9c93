"""Translation: one network reads a sentence, another writes it in a second language."""

from ui import page

page.draw("translation")
