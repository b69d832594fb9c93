"""Uploads come and go: with their last run, after a while without one, and when there is no room."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.upload_folders import LEFT_OVER_SECONDS, MARK, RECORD, root_of
from core.data.sources.upload_keeping import GRACE_SECONDS, UploadKeeper, delete_uploads
from core.data.sources.upload_storing import save_upload
from core.data.sources.uploads import find_upload

IDLE = 5_000.0
SOON, LATER = 60.0, 10.0
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


@pytest.fixture
def keeper(state_dir: Path, runs_dir: Path) -> UploadKeeper:
    return UploadKeeper(state_dir, runs_dir, Limits(max_idle_upload_seconds=IDLE))


@pytest.fixture
def bring(state_dir: Path) -> Callable[..., str]:
    """Stores a text of so many bytes that was last used so many seconds ago."""
    number = iter(range(1_000))

    def store(
        owner: str = "me", num_bytes: int = 1_000, age: float = 0.0, limits: Limits | None = None, address: str = ""
    ) -> str:
        content = f"{next(number):04d}".encode() * (num_bytes // 4)
        upload_id = save_upload([("a.txt", content)], state_dir, limits or Limits(), owner, address)
        make_old(state_dir, upload_id, age)
        return upload_id

    return store


def make_old(state_dir: Path, upload_id: str, age: float) -> None:
    for path in (root_of(state_dir) / upload_id).rglob("*"):
        os.utime(path, (time.time() - age,) * 2)
    os.utime(root_of(state_dir) / upload_id, (time.time() - age,) * 2)


def is_there(state_dir: Path, upload_id: str) -> bool:
    try:
        find_upload(upload_id, state_dir)
    except ConfigError:
        return False
    return True


def test_an_upload_that_no_run_uses_goes_when_it_was_idle_for_long(keeper, bring, state_dir) -> None:
    old, young = bring(age=IDLE + SOON), bring(age=IDLE - SOON)
    assert keeper.sweep(NOTHING, time.time()) == (old,)
    assert not (root_of(state_dir) / old).exists()
    assert is_there(state_dir, young)


def test_without_a_limit_what_was_never_trained_on_stays(bring, state_dir, runs_dir) -> None:
    old = bring(age=10**9)
    keeper = UploadKeeper(state_dir, runs_dir, Limits(max_idle_upload_seconds=None))
    assert keeper.sweep(NOTHING, time.time()) == ()
    assert is_there(state_dir, old)


def test_an_upload_that_a_run_uses_stays_however_old_it_is(keeper, bring, state_dir) -> None:
    old = bring(age=10**7)
    assert keeper.sweep({old}, time.time()) == ()
    assert is_there(state_dir, old)


def test_an_upload_goes_an_hour_after_its_last_run(keeper, bring, state_dir) -> None:
    upload_id = bring()
    keeper.sweep({upload_id}, time.time())
    now = time.time()
    assert keeper.sweep(NOTHING, now + GRACE_SECONDS - SOON) == ()
    assert keeper.sweep(NOTHING, now + GRACE_SECONDS + SOON) == (upload_id,)
    assert GRACE_SECONDS < IDLE, "sooner than one that was never trained on"


def test_a_run_that_came_and_went_between_two_sweeps_counts(keeper, bring) -> None:
    upload_id = bring(owner="me")
    keeper.claim(upload_id, "me")
    assert keeper.sweep(NOTHING, time.time() + GRACE_SECONDS + SOON) == (upload_id,)


def test_where_it_cannot_be_known_what_runs_use_nothing_of_theirs_goes(keeper, bring, state_dir) -> None:
    trained, never = bring(), bring()
    keeper.claim(trained, "me")
    assert keeper.sweep(None, time.time() + 10**7) == (never,)
    assert is_there(state_dir, trained)


def test_a_sweep_for_other_runs_leaves_an_upload_alone_while_those_exist(
    keeper, bring, state_dir, runs_dir, tmp_path
) -> None:
    upload_id = bring()
    keeper.claim(upload_id, "me")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = UploadKeeper(state_dir, elsewhere, Limits())
    assert other.sweep(NOTHING, time.time() + 10**7) == ()
    shutil.rmtree(runs_dir)
    assert other.sweep(NOTHING, time.time() + 10**7) == (upload_id,)


@pytest.mark.parametrize("actor", ["you", ""])
def test_who_may_not_read_an_upload_cannot_claim_it(keeper, bring, state_dir, actor) -> None:
    upload_id = bring(owner="me")
    with pytest.raises(ConfigError, match="upload the file again"):
        keeper.claim(upload_id, actor)
    assert not (root_of(state_dir) / upload_id / MARK).exists()
    keeper.claim(upload_id, None)
    assert (root_of(state_dir) / upload_id / MARK).exists()


def test_what_is_claimed_while_a_sweep_looks_stays(keeper, bring, state_dir, monkeypatch) -> None:
    upload_id = bring(age=IDLE + SOON)
    remove_if_due = UploadKeeper._remove_if_due

    def claimed_in_between(self, folder, in_use, now):
        self.claim(upload_id, "me")
        return remove_if_due(self, folder, in_use, now)

    monkeypatch.setattr(UploadKeeper, "_remove_if_due", claimed_in_between)
    assert keeper.sweep(NOTHING, time.time()) == ()
    assert is_there(state_dir, upload_id)


@pytest.mark.parametrize("record", ["", "{}", "[]", "not json", '{"owner": 5}', "[" * 100_000])
def test_a_damaged_upload_goes_after_an_hour_and_stops_nothing(keeper, bring, state_dir, record) -> None:
    damaged, old = bring(), bring(age=IDLE + SOON)
    (root_of(state_dir) / damaged / RECORD).write_text(record)
    assert keeper.sweep(NOTHING, time.time()) == (old,)
    make_old(state_dir, damaged, GRACE_SECONDS + SOON)
    assert keeper.sweep(NOTHING, time.time()) == (damaged,)
    assert delete_uploads("me", state_dir) == 0


def test_an_upload_without_any_record_goes_too(keeper, bring, state_dir) -> None:
    upload_id = bring()
    (root_of(state_dir) / upload_id / RECORD).unlink()
    make_old(state_dir, upload_id, GRACE_SECONDS + SOON)
    assert keeper.sweep(NOTHING, time.time()) == (upload_id,)


def test_odd_things_in_the_folder_are_left_alone(keeper, bring, state_dir, tmp_path) -> None:
    old, root = bring(age=IDLE + SOON), root_of(state_dir)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (root / "a.txt").write_text("not ours")
    (root / ("b" * 32)).write_text("a file")
    (root / ("c" * 32)).symlink_to(precious)
    assert keeper.sweep(NOTHING, time.time() + LATER) == (old,)
    assert {path.name for path in root.iterdir()} == {".lock", "a.txt", "b" * 32, "c" * 32}
    assert (precious / "file").read_text() == "mine"


def test_a_folder_that_is_not_there_is_clean(keeper) -> None:
    assert keeper.sweep(NOTHING, time.time()) == ()


def test_two_servers_that_sweep_at_once_remove_each_upload_once(keeper, bring, state_dir, runs_dir) -> None:
    old = [bring(age=IDLE + SOON) for _ in range(30)]
    kept = bring()
    other = UploadKeeper(state_dir, runs_dir, Limits(max_idle_upload_seconds=IDLE))
    with ThreadPoolExecutor(4) as pool:
        went = list(pool.map(lambda k: (keeper, other)[k % 2].sweep(NOTHING, time.time()), range(4)))
    assert sorted(upload_id for part in went for upload_id in part) == sorted(old)
    assert is_there(state_dir, kept)


def test_a_server_killed_in_the_middle_of_a_deletion_leaves_nothing_half(keeper, bring, state_dir) -> None:
    upload_id = bring(age=IDLE + SOON)
    code = f"""
    import os, shutil, signal, time
    from pathlib import Path
    from core.config.limits import Limits
    from core.data.sources import upload_keeping
    shutil.rmtree = lambda path, **_: os.kill(os.getpid(), signal.SIGKILL)
    state = Path({str(state_dir)!r})
    upload_keeping.UploadKeeper(state, state, Limits(max_idle_upload_seconds={IDLE})).sweep(frozenset(), time.time())
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not is_there(state_dir, upload_id)
    (hidden,) = [path for path in root_of(state_dir).iterdir() if path.is_dir()]
    assert (hidden / RECORD).exists(), "half deleted, and out of sight"
    make_old(state_dir, hidden.name, LEFT_OVER_SECONDS + SOON)
    assert keeper.sweep(NOTHING, time.time()) == ()
    assert not hidden.exists()
    bring()  # the lock of a process that is dead holds nobody up


def test_what_was_half_stored_an_hour_ago_is_cleared_away(keeper, bring, state_dir) -> None:
    bring()
    half = root_of(state_dir) / ".new-abc"
    half.mkdir()
    (half / "0.txt").write_bytes(b"x")
    keeper.sweep(NOTHING, time.time())
    assert half.exists()
    make_old(state_dir, half.name, LEFT_OVER_SECONDS + SOON)
    keeper.sweep(NOTHING, time.time())
    assert not half.exists()


def test_an_upload_that_cannot_be_removed_stays_whole_and_the_others_go(keeper, bring, state_dir, monkeypatch) -> None:
    stuck, free = (bring(age=IDLE + SOON) for _ in range(2))
    replace = os.replace

    def refuse(source, target):
        if Path(source).name == stuck:
            raise PermissionError("Not permitted")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    assert keeper.sweep(NOTHING, time.time()) == (free,)
    assert is_there(state_dir, stuck)


ROOM = Limits(max_visitor_uploads_bytes=10_000)
ROOM_FOR_ALL = Limits(max_uploads_bytes=10_000)


def test_a_visitors_oldest_unused_uploads_make_room_for_the_new_one(bring, state_dir) -> None:
    oldest, middle, newest = (bring(num_bytes=3_000, age=age, limits=ROOM) for age in (300.0, 200.0, 100.0))
    others = bring(owner="you", num_bytes=9_000, age=900.0)
    added = bring(num_bytes=5_000, limits=ROOM)
    assert [is_there(state_dir, each) for each in (oldest, middle, newest, added, others)] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_what_runs_use_makes_no_room_and_then_the_new_file_is_refused(keeper, bring, state_dir) -> None:
    used, unused = bring(num_bytes=6_000, age=300.0), bring(num_bytes=3_000, age=200.0)
    keeper.claim(used, "me")
    with pytest.raises(ConfigError, match=r"all your files together.*page Runs") as caught:
        bring(num_bytes=5_000, limits=ROOM)
    assert caught.value.problems[0].field == "data.path"
    assert is_there(state_dir, used) and is_there(state_dir, unused), "what would not help is not removed"
    assert not list(root_of(state_dir).glob(".new-*"))
    bring(num_bytes=3_500, limits=ROOM)
    assert not is_there(state_dir, unused)


def test_for_all_visitors_together_only_what_nobody_looks_at_now_makes_room(bring, state_dir) -> None:
    fresh, old = bring(owner="you", num_bytes=4_000), bring(owner="them", num_bytes=4_000, age=2_000.0)
    added = bring(num_bytes=5_000, limits=ROOM_FOR_ALL)
    assert [is_there(state_dir, each) for each in (fresh, old, added)] == [True, False, True]
    with pytest.raises(ConfigError, match=r"files of all visitors together.*own machine"):
        bring(owner="somebody", num_bytes=5_000, limits=ROOM_FOR_ALL)
    assert is_there(state_dir, fresh) and is_there(state_dir, added)


def test_what_was_prepared_counts_for_the_room(bring, state_dir) -> None:
    first = bring(num_bytes=2_000, age=100.0)
    prepared = root_of(state_dir) / first / "prepared" / "x"
    prepared.mkdir(parents=True)
    (prepared / "arrays.npz").write_bytes(b"x" * 7_000)
    bring(num_bytes=2_000, limits=ROOM)
    assert not is_there(state_dir, first)


def test_a_file_larger_than_all_room_is_refused(bring, state_dir) -> None:
    kept = bring(num_bytes=1_000, age=500.0)
    for limits in (ROOM, ROOM_FOR_ALL):
        with pytest.raises(ConfigError, match="10 kB of disk"):
            bring(num_bytes=12_000, limits=limits)
    assert is_there(state_dir, kept)


def test_a_first_upload_takes_the_place_of_what_whoever_keeps_most_by_address_brought_a_moment_ago(
    bring, state_dir
) -> None:
    limits = Limits(max_uploads_bytes=6_000)
    flood = [bring(owner=f"cookie{number}", address="x", limits=limits) for number in range(3)]
    neighbour = bring(owner="you", address="y", limits=limits)
    first = bring(owner="me", num_bytes=2_000, address="z", limits=limits)
    assert is_there(state_dir, first) and is_there(state_dir, neighbour)
    assert 0 < sum(is_there(state_dir, upload_id) for upload_id in flood) < 3
    with pytest.raises(ConfigError, match="all visitors together"):
        bring(owner="you", num_bytes=3_000, address="y", limits=limits)


def test_a_cookies_first_upload_takes_no_place_from_others_when_its_address_keeps_most(
    bring, keeper, state_dir
) -> None:
    limits = Limits(max_uploads_bytes=5_000)
    neighbour = bring(owner="you", address="y", limits=limits)
    for number in range(2):
        keeper.claim(bring(owner=f"cookie{number}", address="x", limits=limits), f"cookie{number}")
    with pytest.raises(ConfigError, match="all visitors together"):
        bring(owner="cookie3", num_bytes=3_000, address="x", limits=limits)
    assert is_there(state_dir, neighbour)


def test_many_cookies_at_one_address_fill_no_more_than_its_share(bring, keeper, state_dir) -> None:
    limits = Limits(max_address_uploads_bytes=3_500)
    for number in range(2):
        keeper.claim(bring(owner=f"cookie{number}", address="x", limits=limits), f"cookie{number}")
    with pytest.raises(ConfigError, match="files from one network address"):
        bring(owner="cookie3", num_bytes=3_000, address="x", limits=limits)
    assert is_there(state_dir, bring(owner="me", num_bytes=3_000, address="z", limits=limits))
