"""Memory tasks: a network reads a made sequence and learns to remember what will be asked."""

from ui import page

page.draw("memory")
