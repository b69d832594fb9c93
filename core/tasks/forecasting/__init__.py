"""A series goes on: forecasts of its next steps."""
