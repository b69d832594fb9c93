"""Quality figures: one `Metric` an entry, and what is judged by them, one file a kind of answer. No torch.

A new metric is one entry in its file and its name in the description of a task; what is not in `registry.METRICS` does
not exist. Baselines and networks are scored by the same entries, so their figures are comparable.
"""
