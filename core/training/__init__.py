"""One training loop for all tasks, with its optimizer, devices and checkpoints."""
