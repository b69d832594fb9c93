import os
import subprocess
import sys
import textwrap
import time

import pytest

from core.config.machine import available_cores, count_gpus, default_slots
from core.jobs.backends.local import LocalBackend


def spare_runs(journal):
    return [run_id for word, run_id, _ in journal() if word == "spare"]


def test_the_spare_becomes_the_run_and_is_replaced_afterwards(make_manager, experiment, state_of, journal, wait_until):
    manager = make_manager(spare=True)
    backend = manager.backend_of_test
    wait_until(backend.has_spare)
    first = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(first) == "running")
    assert spare_runs(journal) == [first]
    assert not backend.has_spare()
    manager.stop(first)
    wait_until(backend.has_spare)
    second = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(second) == "succeeded")
    assert spare_runs(journal) == [first, second]


def test_a_run_without_a_spare_gets_a_new_process(make_manager, experiment, state_of, journal, wait_until):
    manager = make_manager(slots=2, spare=True)
    wait_until(manager.backend_of_test.has_spare)
    runs = [manager.submit(experiment, name="hold") for _ in range(2)]
    wait_until(lambda: all(state_of(run_id) == "running" for run_id in runs))
    assert spare_runs(journal) == runs[:1]
    for run_id in runs:
        manager.stop(run_id)
    wait_until(lambda: manager.active() == ())


def test_a_dead_spare_is_not_used(make_manager, experiment, state_of, journal, wait_until):
    manager = make_manager(spare=True)
    wait_until(manager.backend_of_test.has_spare)
    spare = manager.backend_of_test._spare
    spare.kill()
    run_id = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(run_id) == "succeeded")
    assert spare_runs(journal) == []
    spare.wait()


def test_the_spare_ends_when_the_server_is_killed(worker_command, wait_until):
    code = f"""
        import time
        from core.jobs.backends.local import LocalBackend
        backend = LocalBackend(1, 1, command={worker_command!r})
        while not backend.has_spare():
            time.sleep(0.01)
        print(backend._spare.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as server:
        spare = int(server.stdout.readline())
        assert _is_alive(spare)
        server.kill()
    wait_until(lambda: not _is_alive(spare))


def test_closing_lets_the_spare_go(worker_command, wait_until):
    backend = LocalBackend(1, 1, command=worker_command)
    wait_until(backend.has_spare)
    pid = backend._spare.pid
    backend.close()
    assert not _is_alive(pid)
    time.sleep(0.2)
    assert not backend.has_spare()


def test_workers_are_told_their_threads_and_to_spin_briefly(new_run, tmp_path):
    names = "('OMP_NUM_THREADS', 'OMP_WAIT_POLICY', 'GOMP_SPINCOUNT')"
    code = f"import os; print(*(os.environ[name] for name in {names}), os.getsid(0) == os.getpid())"
    backend = LocalBackend(1, 3, command=(sys.executable, "-c", code), spare=False)
    directory = new_run()
    ref = backend.start(directory, 1, 3, 0)
    assert backend._child(ref).wait() == 0
    assert (directory / "log.txt").read_text() == "3 PASSIVE 2000 True\n"


def test_a_process_is_first_asked_then_killed(new_run, wait_until):
    code = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))
print('ready', flush=True)
while True: time.sleep(0.01)
"""
    backend = LocalBackend(1, 1, command=(sys.executable, "-c", code), spare=False)
    directory = new_run()
    ref = backend.start(directory, 1, 1, 0)
    log = directory / "log.txt"
    wait_until(lambda: log.read_text() == "ready\n")
    backend.stop(ref)
    wait_until(lambda: log.read_text() == "ready\nasked\n")
    assert backend.poll(ref) is None
    backend.stop(ref, force=True)
    wait_until(lambda: backend.poll(ref) == -9)
    backend.stop(ref)


@pytest.mark.parametrize(
    ("visible", "expected"),
    [(None, 2), ("0", 1), ("0,1", 2), ("GPU-abc", 1), ("", 0), ("-1", 0), ("0,-1", 1), ("0,1,2", 2)],
)
def test_gpus_are_counted_as_cuda_shows_them(tmp_path, visible, expected):
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert count_gpus(environment, tmp_path) == expected


def test_without_a_gpu_there_is_a_slot_for_two_cores(tmp_path, monkeypatch):
    assert count_gpus({"CUDA_VISIBLE_DEVICES": "0"}, tmp_path) == 0
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    for cores, slots in ((1, 1), (2, 1), (7, 3)):
        monkeypatch.setattr("core.config.machine.available_cores", lambda cores=cores: cores)
        assert default_slots() == slots


def test_there_is_at_least_one_core():
    assert 1 <= available_cores() <= os.cpu_count()


def test_a_backend_without_threads_is_a_mistake():
    with pytest.raises(ValueError, match="num_threads"):
        LocalBackend(1, 0, spare=False)
    with pytest.raises(ValueError, match="num_slots"):
        LocalBackend(0, 1, spare=False)


def test_jobs_need_no_torch():
    code = (
        "import sys; import core.jobs.manager, core.jobs.reporter, core.jobs.worker; assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected does not count."""
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
