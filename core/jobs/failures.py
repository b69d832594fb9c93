"""What a failed training tells the person who started it: a plain cause and something to do about it.

Left out: the traceback, which goes to the run's log.
"""

from __future__ import annotations

import errno

from core.config.errors import ConfigError

LOG_HINT = "See the log for what happened."
DIVERGED = "diverged"
"""The kind of failure in which the loss is no number any more; all others have none."""
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_MEMORY = ("out of memory", "allocate memory", "bad_alloc")


def describe_failure(error: BaseException, max_bytes: int | None = None) -> dict[str, str]:
    """The `{"message", "hint", "kind"}` of an exception, for `status.json` and the screen.

    Args:
        error: What ended the training.
        max_bytes: The most memory that its process was given; None where there was no limit.
    """
    text = str(error).strip()
    first_line = text.splitlines()[0] if text else ""
    lowered = text.lower()
    if isinstance(error, ConfigError):
        causes = " ".join(f"{item.field}: expected {item.expected}, got {item.received}." for item in error.problems)
        hints = " ".join(dict.fromkeys(item.hint for item in error.problems if item.hint))
        return _failure(causes, hints or "Change the set-up and train again.")
    if isinstance(error, MemoryError) or any(words in lowered for words in NO_MEMORY):
        where = "The GPU ran out of memory." if "cuda" in lowered else "The machine ran out of memory."
        if max_bytes is not None and "cuda" not in lowered:
            where = f"The training ran out of memory: it may use {max_bytes / 1e9:.3g} GB here."
        return _failure(where, "Lower training.batch_size or model.hidden_size.")
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return _failure("The disk is full.", "Free some disk space and resume, or train again.")
    if isinstance(error, FloatingPointError) or "diverged" in lowered:
        cause = first_line or "The loss is no longer a number."
        return _failure(cause, "Lower training.learning_rate or set training.max_grad_norm.", DIVERGED)
    if "cuda" in lowered:
        return _failure(f"The GPU reported an error: {first_line}", "Train again, or set training.device=cpu.")
    kind = type(error).__name__
    return _failure(f"{kind}: {first_line}" if first_line else kind, LOG_HINT)


def _failure(message: str, hint: str, kind: str = "") -> dict[str, str]:
    return {"message": message, "hint": hint, "kind": kind}
