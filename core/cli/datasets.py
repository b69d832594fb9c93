"""`python -m core datasets`: what can be trained on, whether it is on this machine, and fetching it.

`list` shows everything, or with an ID one set in full: it is loaded and counted, and the files of a public set are
named with their addresses. `get ID` fetches a public set, `get hub:owner/name` a data set of the Hugging Face Hub; `list
hub:owner/name` says what there is to choose.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.applications import NO_PAGE, application_for
from core.cli.output import AsJson, print_json
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings, bytes_in_words
from core.data.hub.choices import Choice
from core.data.hub.client import check_id

if TYPE_CHECKING:
    from core.data.downloads import Progress
    from core.data.entries.entry import Entry

ACTIONS = ("list", "get")
HUB = "hub:"


def datasets(
    action: Annotated[str, typer.Argument(help=f"One of {', '.join(ACTIONS)}.")] = "list",
    data_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One data set, or hub:owner/name.")] = None,
    subset: Annotated[str | None, typer.Option(help="Which subset of a data set of the Hub.")] = None,
    split: Annotated[str | None, typer.Option(help="Which split of it; train, validation and test without.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what can be trained on and whether it is on this machine; fetch public data."""
    if action not in ACTIONS:
        raise ConfigError.single("action", f"one of {', '.join(ACTIONS)}", repr(action), "")
    if data_id is not None and data_id.startswith(HUB):
        choice = Choice(check_id(data_id.removeprefix(HUB)), subset, split)
        (_get_hub if action == "get" else _show_hub)(choice, as_json)
    elif subset is not None or split is not None:
        raise ConfigError.single(
            "data.id", "hub:owner/name with --subset and --split", repr(data_id), "Leave them out."
        )
    elif action == "get":
        _get(_find(data_id), as_json)
    elif data_id is not None:
        _show(_find(data_id), as_json)
    else:
        _list(as_json)


def _find(data_id: str | None) -> Entry:
    from core.data import catalog

    for entry in catalog.entries():
        if entry.id == data_id:
            return entry
    known = ", ".join(entry.id for entry in catalog.entries())
    raise ConfigError.single(
        "data.id", f"one of {known}", "nothing" if data_id is None else repr(data_id), "Name one of these."
    )


def _row(entry: Entry, settings: Settings) -> dict[str, Any]:
    """What is said of a set without loading it; the count is the one that its files are tested to have."""
    from core.data.downloads import is_here

    available, task = is_here(entry, settings), application_for(entry.kind, entry.id)
    return {
        "id": entry.id,
        "kind": entry.kind,
        "task": task,
        **{name: getattr(entry, name) for name in ("title", "source", "licence", "made")},
        "available": available,
        "bytes": entry.bytes if entry.files else None,
        "count": entry.items[0] if available else None,
        "count_of": entry.items[1] or None,
        "coming": None if task else NO_PAGE,
    }


def _list(as_json: bool) -> None:
    from core.data import catalog

    settings = Settings()
    for entry in catalog.entries():
        row = _row(entry, settings)
        if as_json:
            print_json(row)
            continue
        remarks = [*(["made"] if entry.made else []), *(["coming"] if row["coming"] else [])]
        if not row["available"]:
            remarks.append(f"to be fetched, {bytes_in_words(entry.bytes)}")
        print(f"{row['task'] or entry.kind:12} {entry.id:22} {entry.title}", *(f"({remark})" for remark in remarks))


def _show(entry: Entry, as_json: bool) -> None:
    from core.data.kinds import kind_of
    from core.data.prepare import load_entry

    settings = Settings()
    row = _row(entry, settings)
    row |= {"summary": entry.summary, "splits": entry.splits or None, "citation": entry.citation or None}
    if row["available"]:
        data = DataConfig.model_validate({**entry.defaults, "source": entry.source_kind, "id": entry.id})
        loaded = load_entry(entry, data, settings)
        count, count_of = (loaded.count, "items") if loaded.count is not None else kind_of(entry.kind).count(loaded)
        row |= {"count": count, "count_of": entry.items[1] or count_of, "notes": list(loaded.notes)}
    row["files"] = [
        {"path": file.path, "bytes": file.bytes, "sha256": file.sha256, "url": file.url} for file in entry.files
    ]
    if as_json:
        print_json(row)
        return
    for name, value in row.items():
        if name == "files":
            for file in value:
                print(f"file: {entry.folder}/{file['path']}  {file['bytes']:,} bytes  {file['url']}")
        elif value not in (None, []):
            print(f"{name}: {'; '.join(value) if isinstance(value, list) else value}")


def _get(entry: Entry, as_json: bool) -> None:
    from core.data.downloads import check_allowed, download, folder_of

    settings, limits = Settings(), Limits()
    if entry.files:
        check_allowed(entry, settings, limits)
        print(f"{entry.title}: {bytes_in_words(entry.bytes)}, licence: {entry.licence}", file=sys.stderr)
        with _bar(as_json) as show:
            download(entry, settings, limits, show)
    folder = str(folder_of(entry, settings)) if entry.files else None
    if as_json:
        print_json(
            {"event": "result", "id": entry.id, "files": len(entry.files), "bytes": entry.bytes, "folder": folder}
        )
    else:
        print(f"{entry.id} is in {folder}" if folder else f"{entry.id} is built in; there is nothing to fetch")


@contextmanager
def _bar(as_json: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, or a line of JSON about once a second: what a download tells how far it is."""
    from tqdm import tqdm

    last = 0.0
    with tqdm(unit="B", unit_scale=True, disable=True if as_json else None) as bar:

        def show(progress: Progress) -> None:
            nonlocal last
            bar.total = progress.bytes
            bar.update(progress.bytes_done - bar.n)
            bar.set_postfix_str(f"{progress.files_done} of {progress.files} files")
            if as_json and time.monotonic() - last > 1:
                last = time.monotonic()
                print_json({"event": "progress", **vars(progress)})

        yield show


def _show_hub(choice: Choice, as_json: bool) -> None:
    """What there is to choose of a data set of the Hub, and its licence."""
    from core.data.fetching import FetchError
    from core.data.hub.choices import look_up

    try:
        found = look_up(choice.id, Settings(), Limits())
    except FetchError as error:
        raise RuntimeError(str(error)) from None
    subsets = [subset for subset in found.subsets if choice.subset in (None, subset.name)]
    if as_json:
        rows = [
            {
                "subset": one.name,
                "split": split.name,
                "files": len(split.files),
                "bytes": split.bytes,
                "rows": split.rows,
            }
            for one in subsets
            for split in one.splits
        ]
        about = {"commit": found.commit, "licence": found.licence or None, "default_subset": found.default}
        print_json({"id": f"{HUB}{found.id}", "title": found.title or None, **about, "splits": rows})
        return
    print(f"{HUB}{found.id}  licence: {found.licence or 'none stated'}  commit: {found.commit}")
    for subset in subsets:
        mark = " (the default)" if subset.name == found.default else ""
        splits = (f"{split.name} ({bytes_in_words(split.bytes)})" for split in subset.splits)
        print(f"{subset.name}{mark}: {', '.join(splits)}")


def _get_hub(choice: Choice, as_json: bool) -> None:
    from core.data.fetching import FetchError
    from core.data.hub.fetching import fetch_choice

    try:
        with _bar(as_json) as show:
            found = fetch_choice(choice, Settings(), Limits(), show)
    except FetchError as error:
        raise RuntimeError(str(error)) from None
    place = found.paths[0] if found.paths[0].is_dir() else found.paths[0].parent
    if as_json:
        about = {"commit": found.commit, "licence": found.licence or None, "notes": list(found.notes)}
        print_json({"event": "result", "id": f"{HUB}{choice.id}", **about, "folder": str(place)})
        return
    print(f"{HUB}{choice.in_words} is in {place}  licence: {found.licence or 'none stated'}")
    for note in found.notes:
        print(note)
