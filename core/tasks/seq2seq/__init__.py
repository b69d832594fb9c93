"""A sequence becomes another one: languages, numbers in words, letters and sounds."""
