"""Echo state and liquid state: recurrent networks of which only the readout learns."""

from ui.learn.reservoirs import draw

draw()
