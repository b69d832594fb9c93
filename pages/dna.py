"""DNA: a network reads a piece of DNA and learns whether a gene is cut in its middle."""

from ui import page

page.draw("dna")
