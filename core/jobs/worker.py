"""The process that trains one run: `python -m core.jobs.worker RUN_DIR`, or `--wait` as a spare.

It answers for everything around the training: signals, failures, exit codes and the log. A spare imports torch first,
then reads one line from standard input (the run's folder as JSON) and becomes that run's process; end of file ends it.
Left out: the training itself (core.training.run), which is imported only when it is needed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from core.config.errors import ConfigError
from core.config.process import keep_freed_memory, set_thread_policy
from core.jobs.failures import describe_failure
from core.jobs.launcher import LOG_FILE
from core.jobs.record import RunNotFound, read_record, update_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status

EXIT_DONE, EXIT_FAILED, EXIT_BAD_INPUT = 0, 1, 2
USAGE = "usage: python -m core.jobs.worker RUN_DIR | --wait"


def work(directory: Path, make_reporter: Callable[[Path, int], Reporter] = Reporter) -> int:
    """Train the run of a folder, in this process.

    Args:
        directory: The run's folder.
        make_reporter: Makes the reporter from folder and attempt; the shell's also draws a progress bar.

    Returns:
        The exit code: 0 done or stopped, 1 failed, 2 failed for a set-up that cannot be.

    Raises:
        ConfigError: There is no such run, or it has begun already. Nothing was written.
    """
    attempt = _claim(directory)
    reporter = make_reporter(directory, attempt)
    try:
        with stop_on_signals(reporter):
            from core.training.run import train_run  # torch

            train_run(directory, reporter)
            if not reporter.is_over:
                raise RuntimeError("the training ended without saying how")
    except Exception as error:
        return _report_failure(error, reporter)
    finally:
        reporter.close()
    return EXIT_DONE


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


def _claim(directory: Path) -> int:
    """The attempt to train; makes sure that nobody else does or did."""
    update_record(directory, only_if="queued", state="launched")
    status = read_status(directory, time.time())
    record = read_record(directory)
    if record is None:
        raise RunNotFound(directory.name)
    if record.state != "launched" or status.heartbeat_age is not None:
        raise ConfigError.single("run", "a run that has not begun", f"one that is {status.state}", "Start a new one.")
    return record.attempt


def _report_failure(error: Exception, reporter: Reporter) -> int:
    is_input = isinstance(error, ConfigError)
    with suppress(OSError), open(reporter.directory / LOG_FILE, "a", encoding="utf-8") as log:
        log.write(f"{error}\n" if is_input else "".join(traceback.format_exception(error)))
    if not reporter.is_over:
        with suppress(OSError):  # the manager says it for us, from the exit code
            reporter.finished("failed", error=describe_failure(error))
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
    # The first optimiser imports half of torch: a second that nobody has to wait for. No random number is drawn.
    weight = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.AdamW([weight])
    weight.sum().backward()
    optimizer.step()


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
        return work(directory)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
