from benchmarks.quick import HEADER, row


def result(accuracy, interval):
    compared = {"metric": "accuracy", "baseline": "majority", "difference": accuracy - 0.5, "interval": interval}
    return {
        "task": "sentiment", "data": "mine", "total_seconds": 3.0, "steps": 70, "test": {"accuracy": accuracy},
        "baselines": {"majority": {"accuracy": 0.5}}, "comparison": compared,
    }  # fmt: skip


def test_seeds_are_counted_as_better_worse_or_neither():
    seeds = [result(0.6, [0.05, 0.15]), result(0.52, [-0.03, 0.07]), result(0.4, [-0.15, -0.05]), result(0.6, None)]
    assert HEADER.split()[-3:] == ["better", "unclear", "worse"]
    assert row(seeds).split()[-4:] == ["majority", "1", "2", "1"]
