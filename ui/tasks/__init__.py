"""What is drawn of a task, one file for each task of `core.tasks`: its data, its result, its inside, what to bring.

Each has a `VIEW` (view.py). What several of them draw is in ui/results.
"""
