"""A sequence gets one label of a few: moods, kinds of questions, languages of names."""
