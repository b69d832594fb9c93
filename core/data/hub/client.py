"""Questions to the Hugging Face Hub about one data set: what it is, and which files it has.

huggingface_hub asks; what it lacks is here: an end to every answer in bytes and seconds, no redirect to another
server, no key but the host's, and errors in words. Nothing is kept on disk. Left out: what the files
mean (listing.py), fetching them (files.py).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import PurePosixPath
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.entries.entry import File
from core.data.fetching import LOCALHOST, FetchError
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


@dataclass(frozen=True)
class HubFile(File):
    """A file of a data set of the Hub; small ones are known by git's own checksum instead of a sha256.

    Attributes:
        blob: git's name of the content, 40 hexadecimal digits; "" where `sha256` is known.
        place: Its path in the data set.
    """

    blob: str = ""
    place: str = ""

    def is_content(self, stream: BufferedReader) -> bool:
        """Whether a stream of the stated size holds the published content."""
        import hashlib

        if not self.blob:
            return super().is_content(stream)
        digest = hashlib.sha1(f"blob {self.bytes}\0".encode(), usedforsecurity=False)
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
        return digest.hexdigest() == self.blob


@dataclass(frozen=True)
class Listing:
    """What the Hub says of a data set at one commit.

    Attributes:
        id: owner/name, as the Hub spells it.
        commit: 40 hexadecimal digits.
        card: The head of its description, as plain values; nothing in it is checked.
        files: Every file whose name and size make sense.
        needs_key: Whether only those may read it who were let in by its owner.
    """

    id: str
    commit: str
    card: dict[str, Any]
    files: tuple[HubFile, ...]
    needs_key: bool


def check_id(data_id: object) -> str:
    """The id, when it has the form of one.

    Raises:
        ConfigError: Anything else, such as a path or an address.
    """
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
    """Ask the Hub about a data set, once.

    Args:
        data_id: owner/name.
        settings, limits: Where the Hub is, and with which key.
        revision: A branch or a commit; None for the main one.

    Returns:
        None when it has no such branch.

    Raises:
        ConfigError: No such data set, or one that only others may read.
        FetchError: The Hub could not be reached, or its answer makes no sense.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RevisionNotFoundError

    _use_our_client()
    key = key_for(data_id, settings, limits)
    # token=False: a login of whoever started the server is nobody's business here.
    api = HfApi(endpoint=settings.hub_endpoint, token=key or False, headers=_HEADERS)
    try:
        info = api.dataset_info(data_id, revision=revision, files_metadata=True, timeout=20.0)
        return _listing(data_id, info, settings)
    except RevisionNotFoundError:
        return None
    except FetchError:
        raise
    except Exception as error:
        raise _in_words(data_id, error, settings, bool(key)) from None


def _listing(data_id: str, info: Any, settings: Settings) -> Listing:
    if not isinstance(info.sha, str) or not _COMMIT.fullmatch(info.sha):
        raise ValueError("no commit")
    siblings = info.siblings or []
    if len(siblings) > MAX_FILES:
        raise FetchError(f"{data_id} has more than {MAX_FILES:,} files. {_BY_HAND}")
    files = (_file(data_id, info.sha, sibling, settings) for sibling in siblings)
    card = info.card_data.to_dict() if hasattr(info.card_data, "to_dict") else {}
    needs_key = bool(info.gated or info.private or info.disabled)
    name = info.id if isinstance(info.id, str) and _ID.fullmatch(info.id) else data_id
    return Listing(name, info.sha, card, tuple(file for file in files if file is not None), needs_key)


def _file(data_id: str, commit: str, sibling: Any, settings: Settings) -> HubFile | None:
    """A file of the listing; None for one whose name, size or checksum cannot be."""
    from huggingface_hub import hf_hub_url

    place, size = sibling.rfilename, sibling.lfs.size if sibling.lfs else sibling.size
    if not isinstance(place, str) or not 0 < len(place) <= _LONGEST_PATH or not place.isprintable():
        return None
    parts = place.split("/")
    if "\\" in place or any(part in ("", ".", "..") for part in parts) or PurePosixPath(place).is_absolute():
        return None
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        return None
    sha256 = str(sibling.lfs.sha256) if sibling.lfs else ""
    blob = "" if sibling.lfs else str(sibling.blob_id)
    if not (_SHA256.fullmatch(sha256) if sibling.lfs else _COMMIT.fullmatch(blob)):
        return None
    url = hf_hub_url(data_id, place, repo_type="dataset", revision=commit, endpoint=settings.hub_endpoint)
    return HubFile(place, size, sha256, url, blob, place)


def _in_words(data_id: str, error: Exception, settings: Settings, with_key: bool) -> Exception:
    """An error of the library as one that says what to do. Its own text stays out: it may hold anything."""
    from huggingface_hub import errors

    host = settings.hub_endpoint.split("//")[1]
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError) or status == 403:
        return needs_key_error(data_id, with_key)
    if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 404):
        hint = "Check the spelling. A private one can be read only where the host has set UNROLL_HUB_TOKEN for it."
        return ConfigError.single("data.id", "a data set of the Hub that everybody may read", repr(data_id), hint)
    if isinstance(error, errors.HFValidationError):
        return ConfigError.single("data.id", "a name on the Hub, owner/name", repr(data_id), "Check the spelling.")
    if status is not None:
        return FetchError(f"{host} answers {status}. Try again in a while. {_BY_HAND}")
    if isinstance(error, (KeyError, TypeError, ValueError, AttributeError, RecursionError)):
        return FetchError(f"What {host} says of {data_id} cannot be understood. {_BY_HAND}")
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
def _use_our_client() -> None:
    """Give huggingface_hub a client that comes to an end; once, because it closes the one in use."""
    import httpx2
    from huggingface_hub import set_client_factory

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, stream: Any, look: Callable[[int], None]):
            self._stream, self._look = stream, look

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._stream:
                self._look(len(chunk))
                yield chunk

        def close(self) -> None:
            self._stream.close()

    def bound(response: Any) -> None:
        if response.has_redirect_location:
            place = response.request.url.join(response.headers["location"])
            if _server(place) != _server(response.request.url):
                raise FetchError("The Hub leads to another server; it was not followed.")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchError("The Hub packs its answer, though it was asked not to.")  # a little may unpack to a lot
        end, left = time.monotonic() + MAX_ANSWER_SECONDS, MAX_ANSWER_BYTES

        def look(size: int) -> None:
            nonlocal left
            left -= size
            if left < 0 or time.monotonic() > end:
                raise FetchError(f"The Hub's answer does not come to an end. {_BY_HAND}")

        response.stream = Bounded(response.stream, look)

    def make() -> httpx2.Client:
        return httpx2.Client(event_hooks={"response": [bound]}, follow_redirects=True, max_redirects=3, timeout=20.0)

    set_client_factory(make)


def _server(address: Any) -> tuple[str, str, int | None]:
    return address.scheme, address.host, address.port


def is_local(settings: Settings) -> bool:
    """Whether the Hub is a server on this machine."""
    return any(settings.hub_endpoint.startswith(f"http://{host}") for host in LOCALHOST)
