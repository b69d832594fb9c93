"""Runs as directories and processes: the store, the pure status, the manager and the worker."""
