"""Languages of names: a network reads a name letter by letter and learns which language it is in."""

from ui import page

page.draw("languages_of_names")
