"""The process that trains one run: `python -m core.jobs.worker RUN_DIR`, or `--wait` as a spare.

It answers for everything around the training: signals, failures in words, exit codes and the log. A spare imports torch
first, then reads one line from standard input (the run's folder as JSON) and becomes that run's process; end of file
ends it.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.config.machine import count_gpus, keep_freed_memory, set_thread_policy
from core.jobs.backends import REF_VARIABLE
from core.jobs.backends.local import LOG_FILE, ref_of
from core.jobs.record import ManagerRecord, RunNotFound, read_record, update_record
from core.jobs.reporter import Reporter
from core.jobs.starters import refuse_starter
from core.jobs.status import read_status

EXIT_DONE, EXIT_FAILED, EXIT_BAD_INPUT = 0, 1, 2
USAGE = "usage: python -m core.jobs.worker RUN_DIR | --wait"
LOG_HINT = "See the log for what happened."
DIVERGED = "diverged"
"""The kind of failure in which the loss is no number any more; all others have none."""
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_MEMORY = ("out of memory", "allocate memory", "bad_alloc")


def work(
    directory: Path, make_reporter: Callable[[Path, int], Reporter] = Reporter, *, limit_memory: bool = False
) -> int:
    """Train the run of a folder, in this process.

    Args:
        make_reporter: Makes the reporter from folder and attempt; the shell's also draws a progress bar.
        limit_memory: Hold this process to `Limits.max_worker_bytes`; for one that does nothing else.

    Returns:
        The exit code: 0 done or stopped, 1 failed, 2 failed for a set-up that cannot be.

    Raises:
        ConfigError: There is no such run, or it has begun already. Nothing was written.
    """
    record = _claim(directory)
    reporter = make_reporter(directory, record.attempt)
    max_bytes: int | None = None
    try:
        max_bytes = Limits().max_worker_bytes if limit_memory else None
        with stop_on_signals(reporter), limited_memory(max_bytes):
            from core.training.run import train_run  # torch

            train_run(directory, reporter, record.pause_at, held_back=record.is_held_back)
            if not reporter.is_over and reporter.is_current:
                raise RuntimeError("the training ended without saying how")
    except Exception as error:
        if not reporter.is_current:
            return EXIT_DONE  # deleted, or gone on with elsewhere: nobody waits for a word
        return _report_failure(error, reporter, max_bytes)
    finally:
        reporter.close()
    return EXIT_DONE


@contextmanager
def limited_memory(max_bytes: int | None) -> Iterator[None]:
    """Let this process have so much memory of its own and no more; None, and systems other than Linux, set no limit."""
    if max_bytes is None or sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:  # what is left to say about a failure takes a little memory too
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def stop_on_signals(reporter: Reporter) -> Iterator[None]:
    """SIGINT and SIGTERM end the training at its next step; a second one ends the process.

    Only the main thread can listen for signals: elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask_once(number: int, _: FrameType | None) -> None:
        reporter.request_stop()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask_once) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _claim(directory: Path) -> ManagerRecord:
    """The record of the attempt to train; makes sure that nobody else trains or trained it."""
    update_record(directory, only_if="queued", state="launched")
    status = read_status(directory)
    record = read_record(directory)
    if record is None:
        raise RunNotFound(directory.name)
    # A launched run counts as starting or, after a while, as lost until this attempt has said something.
    has_begun = status.heartbeat_age is not None or status.state not in ("starting", "lost")
    if record.state != "launched" or has_begun:
        raise ConfigError.single("run", "a run that has not begun", f"one that is {status.state}", "Start a new one.")
    return record


def _report_failure(error: Exception, reporter: Reporter, max_bytes: int | None) -> int:
    is_input = isinstance(error, ConfigError)
    with suppress(OSError), open(reporter.directory / LOG_FILE, "a", encoding="utf-8") as log:
        log.write(f"{error}\n" if is_input else "".join(traceback.format_exception(error)))
    if not reporter.is_over:
        with suppress(OSError):  # the manager says it for us, from the exit code
            reporter.finished("failed", error=describe_failure(error, max_bytes))
    return EXIT_BAD_INPUT if is_input else EXIT_FAILED


def _wait_for_run() -> Path | None:
    """Import what training needs, then wait for a run. None when there is none to come."""
    with suppress(Exception):  # what cannot be imported is reported by the run that needs it
        _warm_up()
    line = sys.stdin.readline()
    return Path(json.loads(line)) if line.strip() else None


def _warm_up() -> None:
    import torch

    import core.training.run  # noqa: F401

    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdecimal():
        torch.set_num_threads(int(threads))


def _become(directory: Path) -> None:
    """Point this process's output to the run's log, as if it had been started for it."""
    log = os.open(directory / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    sys.stdout.flush()
    sys.stderr.flush()
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(log)
    os.close(nothing)


def _note_process(directory: Path) -> None:
    """Say which attempt of which backend this is: the server that started it may die before it can."""
    with suppress(ConfigError, OSError):  # the run itself says what is wrong with its folder
        update_record(directory, only_if="launched", ref=os.environ.get(REF_VARIABLE) or ref_of(os.getpid()))


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    set_thread_policy(os.environ)
    keep_freed_memory()
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "--wait"):
        print(USAGE, file=sys.stderr)
        return EXIT_BAD_INPUT
    directory: Path | None = Path(arguments[0])
    try:
        if arguments[0] == "--wait":
            directory = _wait_for_run()
            if directory is None:
                return EXIT_DONE
            _become(directory)
        assert directory is not None
        refuse_starter(directory)
        _note_process(directory)
        # A driver of GPUs maps far more memory than it uses, and would be refused it.
        return work(directory, limit_memory=count_gpus(os.environ) == 0)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT


def describe_failure(error: BaseException, max_bytes: int | None = None) -> dict[str, str]:
    """The `{"message", "hint", "kind"}` of an exception, for `status.json` and the screen.

    Args:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
