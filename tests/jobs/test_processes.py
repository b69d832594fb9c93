import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from core.jobs.backends import GONE, wait_for_end
from core.jobs.backends.local import LocalBackend, Process, is_gone, ref_of
from core.jobs.record import ManagerRecord

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def sleeper():
    with subprocess.Popen(SLEEPER) as process:
        yield process
        process.kill()


@pytest.fixture
def backend():
    """One that started none of the processes."""
    return LocalBackend(1, 1, spare=False)


def test_a_process_is_found_again_by_number_and_start(sleeper, backend):
    ref = ref_of(sleeper.pid)
    assert backend.poll(ref) is None
    assert not wait_for_end(backend, ref, 0.05)
    sleeper.kill()
    assert wait_for_end(backend, ref, 10.0)
    assert backend.poll(ref) == GONE


def test_an_ended_process_that_nobody_collected_is_gone(sleeper, backend, wait_until):
    ref = ref_of(sleeper.pid)
    sleeper.kill()
    wait_until(lambda: backend.poll(ref) == GONE)
    assert sleeper.returncode is None


def test_another_process_of_the_same_number_is_not_it(sleeper, backend):
    process = Process.of(ref_of(sleeper.pid))
    other = replace(process, started=process.started - 60.0)
    assert backend.poll(other.ref) == GONE
    backend.stop(other.ref, force=True)
    assert process.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil asks the system in another way")
def test_a_clock_that_is_set_changes_no_start(sleeper, backend, monkeypatch):
    ref, boot, created = ref_of(sleeper.pid), psutil.boot_time(), psutil.Process(sleeper.pid).create_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot + 86_400.0)
    assert psutil.Process(sleeper.pid).create_time() > created + 80_000
    assert Process.of(ref_of(sleeper.pid)).started == pytest.approx(Process.of(ref).started, abs=1.5)
    assert backend.poll(ref) is None


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 7])
def test_what_is_no_process_does_not_run(pid, backend):
    assert backend.poll(ref_of(pid)) == GONE
    backend.stop(ref_of(pid), force=True)


@pytest.mark.parametrize("ref", ["", "local", "local:1:2", "local:x:1.0:b", "local:1:x:b", "ray:1:1.0:b", "a:b:c:d:e"])
def test_a_record_that_names_no_local_process_is_not_found(ref, backend, tmp_path):
    assert Process.of(ref) is None
    assert backend.find(tmp_path, ManagerRecord(created=1.0, ref=ref)) == ""
    assert not is_gone(ref)


def test_a_record_names_its_process(backend, tmp_path):
    ref = ref_of(os.getpid())
    assert backend.find(tmp_path, ManagerRecord(created=1.0, ref=ref)) == ref
    assert backend.poll(ref) is None
    assert not backend.is_mine(ref)


def test_a_process_is_gone_only_when_that_is_sure(sleeper, wait_until):
    ref = ref_of(sleeper.pid)
    assert not is_gone(ref)
    sleeper.kill()
    wait_until(lambda: is_gone(ref))
    assert not is_gone(replace(Process.of(ref), boot="another one").ref)
    assert not is_gone(replace(Process.of(ref), boot="").ref)
