"""Simple methods that are trained as the network is, by the task itself: here stands what they are called.

No torch: what trains them is the task's (core.tasks.forecasting.feed_forward).
"""

from __future__ import annotations

from core.baselines.base import Baseline, by_name


class FeedForward(Baseline):
    name, label = "feed_forward", "feed-forward network"
    reads_window = True
    does = "a small network without memory, over the same window,"


TRAINED = by_name(FeedForward)
