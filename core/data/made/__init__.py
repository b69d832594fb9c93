"""Seeded generators of made data sets. Each runs from a seed, and a test pins its output."""
