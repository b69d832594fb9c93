"""The Hugging Face Hub about one data set: what it is, which files it has, and the bytes of a file.

huggingface_hub asks and fetches; what it lacks is here: an end to everything in bytes and seconds, no server that the
host did not name or that is not public, no key but the host's, checksums, and errors in words.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.entries.entry import File
from core.data.fetching import FetchError, Interrupted, Watch, check_address, host_of
from core.data.sources.inputs import shorten

PARQUET_BRANCH = "refs/convert/parquet"
MAX_ANSWER_BYTES = 20_000_000
MAX_ANSWER_SECONDS = 60.0
MAX_FILES = 50_000
_LONGEST_PATH = 400
_ID = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEADERS = {"user-agent": "unroll", "accept-encoding": "identity"}  # and nothing about this machine
_BY_HAND = "Or fetch the files elsewhere and bring them as your own."


class HubFile(File):
    """A file of a data set of the Hub: its path stays inside of the data set, and its address is its commit.

    A small one is known by git's name of its content, 40 hexadecimal digits, instead of a sha256.
    """

    def is_content(self, stream: BufferedReader) -> bool:
        """Whether a stream of the stated size holds the published content."""
        if len(self.sha256) == 64:
            return super().is_content(stream)
        digest = hashlib.sha1(f"blob {self.bytes}\0".encode(), usedforsecurity=False)
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
        return digest.hexdigest() == self.sha256


@dataclass(frozen=True)
class Listing:
    """What the Hub says of a data set at one commit.

    Attributes:
        commit: 40 hexadecimal digits.
        card: The head of its description, as plain values; nothing in it is checked.
        files: Every file whose name and size make sense.
        needs_key: Whether only those may read it who were let in by its owner.
    """

    commit: str
    card: dict[str, Any]
    files: tuple[HubFile, ...]
    needs_key: bool


def check_id(data_id: object) -> str:
    """The id, when it has the form of one. Raises `ConfigError`: anything else, such as a path or an address."""
    text = data_id if isinstance(data_id, str) else ""
    is_name = _ID.fullmatch(text) and ".." not in text and "--" not in text
    if not is_name or any(part[-1] in ".-" or part.endswith(".git") for part in text.split("/")):
        hint = "The name is what follows huggingface.co/datasets/ in the address of its page."
        raise ConfigError.single("data.id", "a name on the Hub, owner/name", repr(shorten(str(data_id), 40)), hint)
    return text


def check_hub_allowed(data_id: str, settings: Settings) -> None:
    """Whether this server fetches that data set.

    Raises:
        ConfigError: The Hub is switched off here, or the data set is not on the list.
    """
    if settings.hub == "off":
        hint = "Fetch its files elsewhere and bring them as your own."
        raise ConfigError.single("data.id", "other data, the Hub is switched off here", repr(data_id), hint)
    if settings.hub == "list" and data_id not in settings.hub_ids:
        known = ", ".join(settings.hub_ids)
        hint = "Choose one of these, or bring the files as your own."
        raise ConfigError.single("data.id", f"one that this server fetches: {known}", repr(data_id), hint)


def key_for(data_id: str, settings: Settings, limits: Limits) -> str | None:
    """The host's key, where it may be used: strangers would read with it whatever the host may read."""
    if settings.hub_token is None or (limits.profile == "hosted" and data_id not in settings.hub_ids):
        return None
    return settings.hub_token.get_secret_value() or None


def ask(data_id: str, settings: Settings, limits: Limits, revision: str | None = None) -> Listing | None:
    """Ask the Hub about a branch or a commit of a data set, once; None when it has no such branch.

    Raises:
        ConfigError: No such data set, or one that only others may read.
        FetchError: The Hub could not be reached, or its answer makes no sense.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RevisionNotFoundError

    _use_our_client(settings.hub_endpoint)
    key = key_for(data_id, settings, limits)
    # token=False: a login of whoever started the server is nobody's business here.
    api = HfApi(endpoint=settings.hub_endpoint, token=key or False, headers=_HEADERS)
    try:
        info = api.dataset_info(data_id, revision=revision, files_metadata=True, timeout=20.0)
        return _listing(data_id, info)
    except RevisionNotFoundError:
        return None
    except FetchError:
        raise
    except Exception as error:
        raise _in_words(data_id, error, settings, bool(key)) from None


def fetch_file(data_id: str, file: HubFile, folder: Path, settings: Settings, limits: Limits, watch: Watch) -> None:
    """Fetch one file into a folder, at its path in the data set, unless an earlier try has.

    Raises:
        FetchError, ConfigError: It is not there, is another file than listed, or could not be reached.
        Interrupted: `watch` says so.
        OSError: The folder cannot be written.
    """
    from huggingface_hub import hf_hub_download

    class Bar:
        """What the library reports each piece to before it writes it."""

        def __init__(self, total: int | None = None, **_: Any):
            if total not in (None, file.bytes):
                raise FetchError(f"{file.path}: the Hub has {total:,} bytes, not the published {file.bytes:,}.")
            self._size = 0

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, size: int) -> None:
            self._size += size
            watch.came(file, self._size)

    _use_our_client(settings.hub_endpoint)
    key = key_for(data_id, settings, limits)
    try:
        path = hf_hub_download(
            data_id, file.path, repo_type="dataset", revision=file.url, local_dir=folder, cache_dir=folder,
            endpoint=settings.hub_endpoint, token=key or False, headers=_HEADERS, tqdm_class=Bar
        )  # fmt: skip
    except (FetchError, Interrupted):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the disk; the library's own have no number
            raise
        raise _in_words(data_id, error, settings, bool(key), file.path) from None
    with open(path, "rb") as stream:
        is_right = file.is_content(stream)
    if not is_right:
        os.unlink(path)
        raise FetchError(f"{file.path}: what the Hub sent is not the published file (its checksum differs).")


def _listing(data_id: str, info: Any) -> Listing:
    if not isinstance(info.sha, str) or not _COMMIT.fullmatch(info.sha):
        raise ValueError("no commit")
    siblings = info.siblings or []
    if len(siblings) > MAX_FILES:
        raise FetchError(f"{data_id} has more than {MAX_FILES:,} files. {_BY_HAND}")
    files = (_file(info.sha, sibling) for sibling in siblings)
    card = info.card_data.to_dict() if hasattr(info.card_data, "to_dict") else {}
    needs_key = bool(info.gated or info.private or info.disabled)
    return Listing(info.sha, card, tuple(file for file in files if file is not None), needs_key)


def _file(commit: str, sibling: Any) -> HubFile | None:
    """A file of the listing; None for one whose name, size or checksum cannot be, and for a hidden one."""
    place, size = sibling.rfilename, sibling.lfs.size if sibling.lfs else sibling.size
    if not isinstance(place, str) or not 0 < len(place) <= _LONGEST_PATH or not place.isprintable():
        return None
    if "\\" in place or any(not part or part.startswith(".") for part in place.split("/")):
        return None
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        return None
    checksum, form = (sibling.lfs.sha256, _SHA256) if sibling.lfs else (sibling.blob_id, _COMMIT)
    return HubFile(place, size, str(checksum), url=commit) if form.fullmatch(str(checksum)) else None


def _in_words(data_id: str, error: Exception, settings: Settings, with_key: bool, place: str = "") -> Exception:
    """An error of the library, about a data set or a file of it, as one that says what to do.

    Its own text stays out: it may hold anything.
    """
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    host = host_of(settings.hub_endpoint)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError) or (status == 403 and not place):
        return needs_key_error(data_id, with_key)
    if not place and (isinstance(error, errors.RepositoryNotFoundError) or status in (401, 404)):
        hint = "Check the spelling. A private one can be read only where the host has set UNROLL_HUB_TOKEN for it."
        return ConfigError.single("data.id", "a data set of the Hub that everybody may read", repr(data_id), hint)
    if isinstance(error, errors.HFValidationError):
        return ConfigError.single("data.id", "a name on the Hub, owner/name", repr(data_id), "Check the spelling.")
    if status is not None:
        return FetchError(f"{host} answers {status}{place and f' for {place}'}. Try again in a while. {_BY_HAND}")
    if isinstance(error, (KeyError, TypeError, ValueError, AttributeError, RecursionError)):
        return FetchError(f"What {host} says of {place or data_id} cannot be understood. {_BY_HAND}")
    return FetchError(
        f"{host} could not be reached ({type(error).__name__}). Try again once this machine is online. {_BY_HAND}"
    )


def needs_key_error(data_id: str, with_key: bool) -> ConfigError:
    """The error for a data set whose owner wants to know who reads it."""
    received = f"{data_id!r}, whose owner lets in whom they like"
    hint = (
        "The host's key does not open it: accept its terms on its page, with the account of the key."
        if with_key
        else "Accept its terms on its page, then the host of this server sets UNROLL_HUB_TOKEN for it."
    )
    return ConfigError.single("data.id", "a data set of the Hub that everybody may read", received, hint)


@lru_cache(maxsize=1)
def _use_our_client(endpoint: str) -> None:
    """Give huggingface_hub a client that comes to an end; once an address, because it closes the one in use."""
    import httpx2
    from huggingface_hub import constants, logging, set_client_factory

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, stream: Any):
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            end, left = time.monotonic() + MAX_ANSWER_SECONDS, MAX_ANSWER_BYTES
            for chunk in self._stream:
                left -= len(chunk)
                if left < 0 or time.monotonic() > end:
                    raise FetchError(f"The Hub's answer does not come to an end. {_BY_HAND}")
                yield chunk

        def close(self) -> None:
            self._stream.close()

    def bound(response: Any) -> None:
        is_answer = response.request.url.path.startswith("/api/")
        if is_answer and response.has_redirect_location:
            place = response.request.url.join(response.headers["location"])
            if _server(place) != _server(response.request.url):
                raise FetchError("The Hub leads to another server; it was not followed.")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchError("The Hub packs its answer, though it was asked not to.")  # a little may unpack to a lot
        if is_answer or not response.is_success:  # else it is a file, which is bounded by its size
            response.stream = Bounded(response.stream)
        response.headers.pop("retry-after", None)  # for as long as it likes, the library would wait

    def make() -> httpx2.Client:
        hooks: dict[str, list[Callable[[Any], None]]] = {
            "request": [lambda request: check_address(str(request.url), endpoint)],
            "response": [bound],
        }
        return httpx2.Client(event_hooks=hooks, follow_redirects=True, max_redirects=3, timeout=20.0)

    constants.HF_HUB_DISABLE_XET = True  # it has a client of its own
    logging.set_verbosity_error()  # its warnings name what visitors look up
    set_client_factory(make)


def _server(address: Any) -> tuple[str, str, int | None]:
    return address.scheme, address.host, address.port
