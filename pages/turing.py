"""Neural Turing machine: a network with a memory beside it, and heads that read and write there."""

from ui.learn.turing import draw

draw()
