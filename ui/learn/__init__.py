"""The Learn pages: what they say and draw; one component draws all figures. What computes numbers stands in core.insight."""
