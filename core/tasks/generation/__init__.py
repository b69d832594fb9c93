"""A text goes on: a language model that writes."""
