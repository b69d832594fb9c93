"""What lecture notes say about recurrent networks, as experiments with a number and a spread over seeds.

registry.py lists the claims (an entry each), experiments/ measures them (torch, run by `python -m core claims` alone),
store.py keeps what was measured and ships with the package, views.py says it in the form that pages draw. What came out,
and what did not, in words: docs/claims.md.
"""
