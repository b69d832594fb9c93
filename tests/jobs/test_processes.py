import os
import subprocess
import sys

import psutil
import pytest

from core.jobs.clock import Moment
from core.jobs.processes import UNKNOWN_EXIT, AdoptedProcess, is_gone, process_of, started_at, wait_for_end
from core.jobs.record import ManagerRecord

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def sleeper():
    with subprocess.Popen(SLEEPER) as process:
        yield process
        process.kill()


def test_a_process_is_found_again_by_number_and_start(sleeper):
    adopted = AdoptedProcess(sleeper.pid, started_at(sleeper.pid))
    assert adopted.poll() is None
    assert not wait_for_end(adopted, 0.05)
    sleeper.kill()
    assert wait_for_end(adopted, 10.0)
    assert adopted.poll() == UNKNOWN_EXIT


def test_an_ended_process_that_nobody_collected_is_gone(sleeper, wait_until):
    adopted = AdoptedProcess(sleeper.pid, started_at(sleeper.pid))
    sleeper.kill()
    wait_until(lambda: adopted.poll() == UNKNOWN_EXIT)
    assert sleeper.returncode is None


def test_another_process_of_the_same_number_is_not_it(sleeper):
    assert AdoptedProcess(sleeper.pid, started_at(sleeper.pid) - 60.0).poll() == UNKNOWN_EXIT


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil asks the system in another way")
def test_a_clock_that_is_set_changes_no_start(sleeper, monkeypatch):
    before, boot, created = started_at(sleeper.pid), psutil.boot_time(), psutil.Process(sleeper.pid).create_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot + 86_400.0)
    assert psutil.Process(sleeper.pid).create_time() > created + 80_000
    assert started_at(sleeper.pid) == pytest.approx(before, abs=1.5)
    assert AdoptedProcess(sleeper.pid, before).poll() is None


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 7])
def test_what_is_no_process_has_no_start(pid):
    assert started_at(pid) is None
    assert AdoptedProcess(pid, 0.0).poll() == UNKNOWN_EXIT


def test_a_record_that_does_not_say_enough_names_no_process():
    assert process_of(ManagerRecord(created=1.0)) is None
    assert process_of(ManagerRecord(created=1.0, pid=os.getpid())) is None
    own = ManagerRecord(created=1.0, pid=os.getpid(), process_started=started_at(os.getpid()))
    assert process_of(own).poll() is None


def test_a_process_is_gone_only_when_that_is_sure(sleeper, wait_until):
    boot = Moment.now().boot
    record = ManagerRecord(created=1.0, pid=sleeper.pid, boot=boot)
    assert not is_gone(record)
    sleeper.kill()
    wait_until(lambda: is_gone(record))
    assert not is_gone(ManagerRecord(created=1.0, pid=sleeper.pid, boot="another one"))
    assert not is_gone(ManagerRecord(created=1.0, boot=boot))
