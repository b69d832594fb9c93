"""Question types: a network reads a question and learns what kind of answer it asks for."""

from ui import page

page.draw("question_types")
