"""What to know of texts before they are trained on, in words: how many are cut, and classes far from balanced.

The page and the shell say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.config.words import plural

MANY_CUT = 0.2  # share of texts
_KEPT = 0.95
_ONE_CLASS_SHARE, _FEW_TEXTS, _MOST_NAMES = 0.8, 10, 8


def cut_remark(lengths: Mapping[str, np.ndarray], max_length: int) -> tuple[str, bool]:
    """How many texts are cut; with many, and the length that would keep most of them whole.

    Args:
        lengths: Tokens of every text before the cut (N,), by side: "text", or "source" and "target".
        max_length: What texts are cut to.

    Returns:
        remark: A note, "" where nothing is cut.
        is_warning: Whether more than a fifth of a side is cut.
    """
    whole = np.concatenate(list(lengths.values())).astype(np.int64)
    over = np.maximum(whole - max_length, 0)
    num_cut, num_tokens = int((over > 0).sum()), int(over.sum())
    if not num_cut:
        return "", False
    shares = {side: float((tokens > max_length).mean()) for side, tokens in lengths.items() if len(tokens)}
    side, share = max(shares.items(), key=lambda item: item[1])
    if share <= MANY_CUT:
        return f"{plural(num_cut, 'text')} cut to {max_length:,} tokens, {plural(num_tokens, 'token')} fell off", False
    kept = int(np.quantile(lengths[side], _KEPT, method="higher"))
    noun = "texts" if side == "text" else f"{side} texts"
    return (
        f"{share:.0%} of the {noun} are longer than data.max_length={max_length}, so their ends are not read: "
        f"{plural(num_cut, 'text')} cut, {plural(num_tokens, 'token')} fell off; "
        f"data.max_length={kept} would keep 95% of them whole"
    ), True


def class_remarks(counts: Mapping[str, int], noun: str = "texts") -> list[str]:
    """Notes on classes that are nearly everything or hardly there, by how many items each has over all parts."""
    everything = sum(counts.values())
    remarks = [
        f"{number / everything:.0%} of the {noun} are {name[:40]!r}: always saying so is right as often, so look at macro "
        "F1 rather than accuracy"
        for name, number in counts.items()
        if number > _ONE_CLASS_SHARE * everything
    ]
    few = [name for name, number in counts.items() if number < _FEW_TEXTS]
    if few:
        remarks.append(f"fewer than {_FEW_TEXTS} {noun}, too few to learn from: {_some(few)}")
    return remarks


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else shown
