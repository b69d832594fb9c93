"""Sequences that ask for what was read before: at the last steps or at every one, for a class or for a number."""
