"""The networks: cells, the recurrent stack, attention, input encoders, and one file for each network a task trains.

Everything here is a plain ``torch.nn.Module`` with flat arguments. Nothing knows about configuration, data, losses or
training. Import a network from its own module, for example ``from core.models.classifier import Classifier``;
``shapes.py`` is the table of which network has which shape of input and output.
"""
