import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import types
from pathlib import Path

import pytest

from core.config.errors import ConfigError, Problem
from core.jobs.record import RunNotFound, read_record, update_record
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.jobs.worker import describe_failure, main, stop_on_signals, work

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def train_with(monkeypatch):
    """Puts a training of the test's own in the place of the real one."""

    def install(train_run):
        module = types.ModuleType("core.training.run")
        module.train_run = train_run
        monkeypatch.setitem(sys.modules, "core.training.run", module)

    return install


def now_status(directory):
    return read_status(directory)


def test_a_training_that_succeeds(new_run, train_with):
    def train(directory, reporter, pause_at, held_back):
        reporter.started("cpu", 1)
        reporter.finished("succeeded")

    train_with(train)
    directory = new_run()
    assert work(directory) == 0
    assert now_status(directory).state == "succeeded"
    assert read_record(directory).state == "launched"


@pytest.mark.parametrize(
    ("error", "code", "message", "hint"),
    [
        (RuntimeError("odd\nsecond line"), 1, "RuntimeError: odd", "log"),
        (
            ConfigError([Problem("data.id", "a data set", "'x'", "Try co2.")]),
            2,
            "data.id: expected a data set",
            "Try co2.",
        ),
        (MemoryError(), 1, "ran out of memory", "training.batch_size"),
    ],
)
def test_a_training_that_fails_says_why(new_run, train_with, error, code, message, hint):
    def train(directory, reporter, pause_at, held_back):
        reporter.started("cpu", 9)
        raise error

    train_with(train)
    directory = new_run(state="launched")
    assert work(directory) == code
    status = now_status(directory)
    assert status.state == "failed"
    assert message in status.error.message
    assert hint in status.error.hint
    log = (directory / "log.txt").read_text()
    assert ("Traceback" in log) == (code == 1)


def test_a_training_that_ends_without_a_word_has_failed(new_run, train_with):
    train_with(lambda directory, reporter, pause_at, held_back: None)
    directory = new_run()
    assert work(directory) == 1
    assert "without saying how" in now_status(directory).error.message


def test_a_training_that_cannot_be_imported_has_failed(new_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "core.training.run", None)
    directory = new_run()
    assert work(directory) == 1
    assert "core.training.run" in now_status(directory).error.message


def test_a_run_is_trained_once(new_run, train_with):
    train_with(lambda directory, reporter, pause_at, held_back: reporter.finished("succeeded"))
    directory = new_run()
    assert work(directory) == 0
    written = (directory / "status.json").read_bytes()
    with pytest.raises(ConfigError, match="has not begun"):
        work(directory)
    assert (directory / "status.json").read_bytes() == written


def test_a_later_attempt_is_trained_once_too_and_hears_where_to_pause(new_run, train_with):
    heard = []

    def train(directory, reporter, pause_at, held_back):
        heard.append((reporter.attempt, pause_at))
        reporter.started("cpu", 9)
        reporter.finished("stopped")

    train_with(train)
    directory = new_run()
    assert work(directory) == 0
    update_record(directory, state="queued", attempt=2, pause_at=5)
    assert work(directory) == 0
    assert heard == [(1, None), (2, 5)]
    assert now_status(directory).attempt == 2
    with pytest.raises(ConfigError, match="has not begun"):
        work(directory)


def test_a_run_whose_result_is_all_that_is_left_is_not_trained_again(new_run, train_with):
    directory = new_run(state="launched")
    (directory / "result.json").write_text('{"state": "succeeded", "attempt": 1}')
    train_with(lambda directory, reporter, pause_at, held_back: pytest.fail("it was trained"))
    with pytest.raises(ConfigError, match="has not begun"):
        work(directory)


@pytest.mark.parametrize("change", ["deleted", "gone on with elsewhere"])
def test_a_run_that_is_no_longer_ours_ends_without_a_word(new_run, train_with, capfd, change):
    def train(directory, reporter, pause_at, held_back):
        reporter.started("cpu", 9)
        if change == "deleted":
            shutil.rmtree(directory)
        else:
            update_record(directory, attempt=2)
        raise FileNotFoundError("a file of the run")

    train_with(train)
    directory = new_run()
    assert work(directory) == 0
    assert capfd.readouterr() == ("", "")
    assert not (directory / "log.txt").exists()


HUNGRY = """
    import sys, types
    sys.path.insert(0, {root!r})
    import torch
    module = types.ModuleType("core.training.run")
    def train_run(directory, reporter, pause_at, held_back):
        reporter.started("cpu", 1)
        kept = [torch.empty(25_000_000) for _ in range(100)]
        reporter.finished("succeeded")
    module.train_run = train_run
    sys.modules["core.training.run"] = module
    from core.jobs.worker import main
    sys.exit(main([{directory!r}]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_a_training_that_wants_more_memory_than_it_may_have_fails_in_words(new_run):
    directory = new_run()
    code = textwrap.dedent(HUNGRY).format(root=str(ROOT), directory=str(directory))
    environment = {**os.environ, "UNROLL_MAX_WORKER_BYTES": "1500000000"}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, timeout=100, check=False)
    assert ended.returncode == 1
    status = now_status(directory)
    assert status.state == "failed"
    assert status.error.message == "The training ran out of memory: it may use 1.5 GB here."
    assert "training.batch_size" in status.error.hint


def test_the_memory_of_a_process_that_trains_beside_its_own_work_is_left_alone(new_run, train_with, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_WORKER_BYTES", "1000000")

    def train(directory, reporter, pause_at, held_back):
        assert len(bytearray(50_000_000)) == 50_000_000
        reporter.started("cpu", 1)
        reporter.finished("succeeded")

    train_with(train)
    assert work(new_run()) == 0


def test_what_is_no_run_is_refused(tmp_path, capsys):
    with pytest.raises(RunNotFound):
        work(tmp_path / "none")
    assert main([str(tmp_path)]) == 2
    assert "run: expected" in capsys.readouterr().err
    assert main([]) == main(["--help"]) == main(["a", "b"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_training_and_handlers_are_put_back(new_run, train_with, number):
    def train(directory, reporter, pause_at, held_back):
        reporter.started("cpu", 9)
        os.kill(os.getpid(), number)
        assert reporter.should_stop()
        reporter.finished("stopped")

    train_with(train)
    before = signal.getsignal(number)
    directory = new_run()
    assert work(directory) == 0
    assert now_status(directory).state == "stopped"
    assert signal.getsignal(number) is before


def test_another_thread_may_train_without_signals(new_run):
    reporter = Reporter(new_run(state="launched"), 1)
    entered = []

    def enter():
        with stop_on_signals(reporter):
            entered.append(1)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    reporter.close()
    assert entered


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate"), "The GPU ran out of memory", "hidden_size"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "The machine ran out", "batch_size"),
        (RuntimeError("std::bad_alloc"), "The machine ran out", "batch_size"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "The machine ran out", "batch_size"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "The disk is full", "Free some"),
        (RuntimeError("CUDA error: device-side assert triggered\nmore"), "The GPU reported an error", "device=cpu"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full", "Free some"),
        (FloatingPointError(), "no longer a number", "learning_rate"),
        (FloatingPointError("The loss became infinite at step 7."), "at step 7", "learning_rate"),
        (KeyError("x"), "KeyError: 'x'", "log"),
        (ValueError(), "ValueError", "log"),
    ],
)
def test_failures_have_a_cause_and_a_hint(error, message, hint):
    described = describe_failure(error)
    assert message in described["message"]
    assert "\n" not in described["message"]
    assert hint in described["hint"]


WAITING = """
    import sys, types
    sys.path.insert(0, {root!r})
    sys.modules["torch"] = None  # the spare goes on, and the run says what is missing
    module = types.ModuleType("core.training.run")
    def train_run(directory, reporter, pause_at, held_back):
        print("training", sys.stdin.read() == "")
        reporter.started("cpu", 1)
        reporter.finished("succeeded")
    module.train_run = train_run
    sys.modules["core.training.run"] = module
    from core.jobs.worker import main
    sys.exit(main(["--wait"]))
"""


@pytest.fixture
def waiting():
    code = textwrap.dedent(WAITING).format(root=str(ROOT))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield process


def test_a_spare_that_gets_no_run_ends_without_a_word(waiting):
    assert waiting.communicate("", timeout=10) == ("", "")
    assert waiting.returncode == 0


def test_a_spare_becomes_its_run_and_writes_to_its_log(waiting, new_run):
    directory = new_run(state="launched")
    assert waiting.communicate(json.dumps(str(directory)) + "\n", timeout=10) == ("", "")
    assert waiting.returncode == 0
    assert now_status(directory).state == "succeeded"
    assert (directory / "log.txt").read_text() == "training True\n"


def test_a_loss_that_is_no_number_is_a_failure_of_a_kind_of_its_own():
    assert describe_failure(FloatingPointError())["kind"] == "diverged"
    assert describe_failure(ValueError())["kind"] == ""
