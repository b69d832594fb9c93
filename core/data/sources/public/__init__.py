"""Readers of the public sets: from the folder of their files to a data set, one module a kind of data."""
