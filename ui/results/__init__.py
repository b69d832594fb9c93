"""What a trained network can do, one module a task: the data, the tab Use it, the tab Look inside.

Each module has `show_data(prepared, experiment)`, `show_result(run_id, result, details)` and
`look_inside(run_id)`. Shared pieces are in common.py (showing), verdict.py (words) and inside.py (states and gates).
"""
