"""From a data configuration to numbers ready for training: loaded, split, tokenized, and kept on disk.

What is prepared depends on the content (its fingerprint) and on the data configuration alone, so it is made once
and shared by every run. Left out: what each kind of data does (kinds), its form on disk (cache.py), batches and devices
(batching.py), anything that depends on a model.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from core.config.data_section import ABOUT_WINDOWS
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data import cache, catalog
from core.data.dataset import DataSet
from core.data.kinds import kind_of
from core.data.prepared import Prepared
from core.data.progress import ProgressCallback, quiet, within
from core.data.sources.reading import give_back

PREPARE_VERSION = 11
_LOADED, _PREPARED = 0.6, 0.95  # shares of the whole at which a stage ends


def load_data(
    kind: str, data: DataConfig, settings: Settings, limits: Limits, tell: ProgressCallback = quiet
) -> tuple[DataSet, str]:
    """Load what the data section names.

    Returns:
        The data set, cleaned, and the sha256 fingerprint of its content.

    Raises:
        NotHere: A public set whose files are not on this machine.
        ConfigError: No such data, or data that cannot be used, with the reason.
    """
    if data.source in ("builtin", "catalogue"):
        entry = catalog.find(kind, data.id)
        catalog.check_source(entry, data.source)
        return load_entry(entry, data, settings), entry.fingerprint(data)
    if data.source == "hub":
        return _load_hub(kind, data, settings, limits, tell)
    from core.data.sources.files import read_files
    from core.data.sources.uploads import fingerprint_files

    paths, names = _places(data, settings)
    if data.source == "upload":
        _check_unchanged(data.id or "", settings)
    return read_files(kind, paths, data, limits, names, tell), fingerprint_files(paths)


def _check_unchanged(upload_id: str, settings: Settings) -> None:
    """Refuse an upload whose files are others by now, before a word of them can stand in a message."""
    from core.data.sources.uploads import find_upload, fingerprint_files

    upload = find_upload(upload_id, settings.state_dir)
    if fingerprint_files(upload.paths) != upload.sha256:
        received = "files that have changed since"
        raise ConfigError.single("data.id", "the files as they were uploaded", received, "Upload the file again.")


def _load_hub(
    kind: str, data: DataConfig, settings: Settings, limits: Limits, tell: ProgressCallback
) -> tuple[DataSet, str]:
    """Read what was fetched of a data set of the Hub, and say what of it was left out then."""
    from core.data.hub.choices import Choice
    from core.data.hub.files import find, reading_limits
    from core.data.sources.files import read_files

    found = find(Choice.of(data), settings, limits, kind)
    dataset = read_files(kind, found.paths, data, reading_limits(found.paths, limits), found.names, tell)
    return replace(dataset, notes=(*found.notes, *dataset.notes)), found.fingerprint


def load_entry(entry: catalog.Entry, data: DataConfig, settings: Settings) -> DataSet:
    """Read a set of the catalogue, whether or not it can be trained on yet.

    Raises:
        NotHere: A public set whose files are not on this machine.
        ConfigError: Choices that the set does not offer, or files that are not as published.
    """
    if not entry.files:
        return entry.load(data)
    from core.data.downloads import require

    return entry.load(require(entry, settings), data)


def _places(data: DataConfig, settings: Settings) -> tuple[list[Path], tuple[str, ...]]:
    """Where an upload or a file of one's own lies, and what its owner calls an upload's files."""
    if data.source == "upload":
        from core.data.sources.uploads import find_upload

        upload = find_upload(data.id or "", settings.state_dir)
        return list(upload.paths), upload.names
    return [Path(path) for path in data.path], ()


def prepare(
    kind: str,
    data: DataConfig,
    settings: Settings | None = None,
    limits: Limits | None = None,
    tell: ProgressCallback = quiet,
) -> Prepared:
    """Everything a network needs of its data, from disk when it has been prepared before.

    Args:
        kind: The kind of data, as the description of a task has it.
        data: Its data section.
        settings, limits: Those of the environment when not given.
        tell: Told how far it is, and what is being done.

    Raises:
        ConfigError: The data cannot be found, read, split or used.
        ValueError: An unknown kind.
    """
    settings, limits = settings or Settings(), limits or Limits()
    reader = kind_of(kind)
    if not reader.is_kept:
        dataset, fingerprint = load_data(kind, data, settings, limits, within(tell, 0.0, _LOADED))
        return reader.prepare(dataset, fingerprint, data, within(tell, _LOADED, _PREPARED))
    content = _content(kind, data, settings, limits)
    folder = _cache_folder(kind, data, settings, content)
    kept = cache.load(reader.numbers, folder)
    if kept is not None:
        return kept
    dataset, fingerprint = load_data(kind, data, settings, limits, within(tell, 0.0, _LOADED))
    give_back()
    handed = [dataset]
    del dataset  # so that whoever prepares a long text can let go of it once it is divided
    prepared = reader.prepare(handed.pop(), fingerprint, data, within(tell, _LOADED, _PREPARED))
    if fingerprint == content:  # otherwise a file changed meanwhile, and this is not what the folder is named after
        cache.save(prepared, folder, within(tell, _PREPARED, 1.0))
    return prepared


def is_prepared(kind: str, data: DataConfig, settings: Settings) -> bool:
    """Whether `prepare` would only read from disk."""
    if not kind_of(kind).is_kept:
        return True
    content = _content(kind, data, settings, Limits())
    return (_cache_folder(kind, data, settings, content) / "meta.json").exists()


def _cache_folder(kind: str, data: DataConfig, settings: Settings, content: str) -> Path:
    """Named by the content and every data field that decides what is prepared; an upload's own goes when that goes."""
    place = settings.state_dir
    if data.source == "upload":
        place = _places(data, settings)[0][0].parent
    choices = data.model_dump(mode="json", exclude={"path", *ABOUT_WINDOWS})
    shape = [Path(path).suffix for path in data.path]
    raw = json.dumps([PREPARE_VERSION, kind, content, choices, shape], sort_keys=True)
    return place / "prepared" / hashlib.sha256(raw.encode()).hexdigest()[:32]


def _content(kind: str, data: DataConfig, settings: Settings, limits: Limits) -> str:
    """The fingerprint of what the data section names; "" where a file is gone."""
    if data.source in ("builtin", "catalogue"):
        return catalog.find(kind, data.id).fingerprint(data)
    if data.source == "hub":
        from core.data.hub.choices import Choice
        from core.data.hub.files import find

        return find(Choice.of(data), settings, limits, kind).fingerprint
    from core.data.sources.uploads import fingerprint_files

    paths, _ = _places(data, settings)
    return fingerprint_files(paths) if all(path.exists() for path in paths) else ""
