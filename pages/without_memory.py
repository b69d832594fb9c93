"""Without memory: a feed-forward network beside a recurrent one."""

from ui.learn.without_memory import draw

draw()
