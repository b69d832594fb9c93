"""Hears a training without writing a file."""

from core.training.loop import Keeper


class Ear(Keeper):
    """Writes down what it hears; asks to stop at a step."""

    def __init__(self, stop_at=None):
        self.records, self.steps, self.improvements, self.stop_at, self.planned = [], [], [], stop_at, None

    def record(self, event):
        self.records.append(event)

    def plan(self, total_steps):
        self.planned = total_steps

    def progress(self, step, best):
        self.steps.append((step, self.planned))

    def machine(self, threads, busy):
        pass

    def improved(self, best):
        self.improvements.append((best.step, best.value))

    def should_stop(self):
        return self.stop_at is not None and len(self.steps) + 1 >= self.stop_at

    def of(self, split):
        return [record for record in self.records if record.get("split") == split]
