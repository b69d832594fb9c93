"""Measurements: quality and speed, side by side with baselines and limits. Never run as tests."""
