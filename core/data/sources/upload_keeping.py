"""Which uploads stay: those of a run stay with it, the others for a while, and all together take no more than they may."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from core.config.errors import ConfigError
from core.config.limits import Limits, bytes_in_words
from core.data.sources.inputs import path_error
from core.data.sources.upload_folders import (
    hide,
    idle_seconds,
    is_marked,
    locked,
    mark,
    marks,
    remove,
    remove_left_overs,
    root_of,
    size_of,
    touch,
    upload_ids,
)
from core.data.sources.uploads import check_reader, find_upload, read_owner

GRACE_SECONDS = 3_600.0
"""An upload whose last run went, or whose record is damaged, stays for this long after its last use."""
FRESH_SECONDS = 600.0
"""What was used this recently is not cleared away to make room for somebody else's file."""


class UploadKeeper:
    """Keeps the uploads of one server: no run without its data, no data long after its last run.

    Args:
        state_dir: Where the uploads are.
        runs_dir: The folder of the runs that use them.
        limits: `max_idle_upload_seconds` says how long one that no run uses stays.
    """

    def __init__(self, state_dir: Path, runs_dir: Path, limits: Limits):
        self._state_dir = state_dir
        self._root = root_of(state_dir)
        self._runs_dir = Path(runs_dir).resolve()
        self._max_idle = limits.max_idle_upload_seconds

    def claim(self, upload_id: str, actor: str | None) -> None:
        """Note that a run of the actor's is made from an upload, so that it is not removed in this moment.

        Raises:
            ConfigError: It is not here, or it is somebody else's.
            OSError: It cannot be noted.
        """
        check_reader(find_upload(upload_id, self._state_dir), actor)
        with locked(self._root):
            find_upload(upload_id, self._state_dir)
            mark(self._root / upload_id, self._runs_dir)
            touch(self._root / upload_id)

    def sweep(self, in_use: Set[str] | None, now: float) -> tuple[str, ...]:
        """Remove the uploads that nobody needs any more, and what interrupted writers left; returns the ids that went.

        Args:
            in_use: The uploads that runs use, whatever state these are in; None where that cannot be known, such as
                with the disk of the runs away.
            now: The time, in unix seconds.
        """
        remove_left_overs(self._root, now)
        removed = []
        for upload_id in upload_ids(self._root):
            folder = self._root / upload_id
            try:
                if in_use is not None and upload_id in in_use:
                    mark(folder, self._runs_dir)
                elif self._is_due(folder, in_use, now) and self._remove_if_due(folder, in_use, now):
                    removed.append(upload_id)
            except OSError:
                continue  # a full disk, or one that cannot be removed: the next sweep tries again
        return tuple(removed)

    def _remove_if_due(self, folder: Path, in_use: Set[str] | None, now: float) -> bool:
        with locked(self._root):  # again, because a run may have claimed it since
            hidden = hide(folder) if self._is_due(folder, in_use, now) else None
        if hidden is not None:
            shutil.rmtree(hidden, ignore_errors=True)
        return hidden is not None

    def _is_due(self, folder: Path, in_use: Set[str] | None, now: float) -> bool:
        if marks(folder) - {str(self._runs_dir)}:
            return False  # runs of another folder, about which nothing is known here
        if is_marked(folder):
            return in_use is not None and idle_seconds(folder, now) > GRACE_SECONDS
        most = self._max_idle if _is_whole(folder) else GRACE_SECONDS
        return most is not None and idle_seconds(folder, now) > most


def delete_uploads(owner: str, state_dir: Path) -> int:
    """Remove every upload of an owner, with what was prepared from it; returns how many there were.

    Raises:
        ValueError: The owner is nobody.
        OSError: One cannot be removed.
    """
    if not owner:
        raise ValueError("an owner must be given")
    root = root_of(state_dir)
    return sum(remove(root / upload_id) for upload_id, whose, _ in _owners(root) if whose == owner)


def make_room(root: Path, owner: str, num_bytes: int, limits: Limits, now: float, address: str = "") -> None:
    """Remove uploads that no run uses, those unused for longest first, until one more fits; hold the lock meanwhile.

    What was brought a moment ago is spared, but for the owner's own, and but for an owner who has nothing yet: then
    those from the address that keeps most make room, because many cookies at one address are cheap.

    Bounded are `max_visitor_uploads_bytes` of the owner's, `max_address_uploads_bytes` of those from one address (all
    whose address is not known count as one) and `max_uploads_bytes` of all. `now` is in unix seconds.

    Raises:
        ConfigError: It would not fit then either; nothing was removed.
        OSError: One cannot be removed.
    """
    own, one_address, everybody = (
        limits.max_visitor_uploads_bytes, limits.max_address_uploads_bytes, limits.max_uploads_bytes
    )  # fmt: skip
    if own is None and one_address is None and everybody is None:
        return
    known = {root / upload_id: (whose, origin) for upload_id, whose, origin in _owners(root)}
    mine = [folder for folder, (whose, _) in known.items() if whose == owner and owner]
    everyone = [root / upload_id for upload_id in upload_ids(root)]
    spare = {folder for folder in everyone if folder in mine or idle_seconds(folder, now) > FRESH_SECONDS}
    there = [folder for folder, (_, origin) in known.items() if origin == address]
    delete = "Delete runs that were trained on your files, or everything of yours, on the page Runs."
    later = "Try again later, or run Unroll on your own machine."
    going: list[Path] = []
    for most, folders, words in (
        (own, mine, ("all your files together", delete)),
        (one_address, there, ("files from one network address", later)),
        (everybody, everyone, ("the files of all visitors together", later)),
    ):
        if most is None:
            continue
        if folders is everyone and not mine:
            spare |= _of_whoever_keeps_most(known, address)
        going += _enough(folders, going, num_bytes, most, words, now, spare)
    for folder in going:
        remove(folder)


def _of_whoever_keeps_most(known: Mapping[Path, tuple[str, str]], address: str) -> set[Path]:
    """The uploads from the address that keeps most; none where that is the new one's own."""
    sizes = Counter[str]()
    for folder, (_, origin) in known.items():
        sizes[origin] += size_of(folder)
    most = max(sizes, key=lambda origin: sizes[origin], default=address)
    return set() if most == address else {folder for folder, (_, origin) in known.items() if origin == most}


def _enough(
    folders: list[Path], going: list[Path], num_bytes: int, most: int, words: tuple[str, str], now: float,
    spare: Set[Path],
) -> list[Path]:  # fmt: skip
    """Which of some folders have to go as well, so that they and so many bytes more take at most that many."""
    sizes = {folder: size_of(folder) for folder in folders if folder not in going}
    excess = sum(sizes.values()) + num_bytes - most
    unused = [folder for folder in sizes if not is_marked(folder) and folder in spare]
    if excess > sum(sizes[folder] for folder in unused):
        what, hint = words
        raise path_error(
            f"at most {bytes_in_words(most)} of disk for {what}",
            f"{bytes_in_words(most + excess)}, runs use the rest or it was brought a moment ago",
            hint,
        )
    chosen = []
    for folder in sorted(unused, key=lambda folder: -idle_seconds(folder, now)):
        if excess <= 0:
            break
        chosen.append(folder)
        excess -= sizes[folder]
    return chosen


def _owners(root: Path) -> Iterator[tuple[str, str, str]]:
    """Id, owner and address of every upload whose record can be read: of a damaged one nobody can tell whose it was."""
    for upload_id in upload_ids(root):
        found = read_owner(root / upload_id)
        if found is not None:
            yield upload_id, *found


def _is_whole(folder: Path) -> bool:
    try:
        find_upload(folder.name, folder.parent.parent)
    except ConfigError:
        return False
    return True
