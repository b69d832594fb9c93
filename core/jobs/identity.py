"""Who asks, and from where: what is written down of a visitor, which names neither.

A visitor's secret key becomes a hash, their run's owner. The network address of a request becomes a keyed hash: it is what
one person cannot make more of as cheaply as cookies, so limits count by it too. It is personal, so only that hash is
kept, with a key that lies in the state folder: without the key nobody can try all addresses.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from core.config.errors import ConfigError, Problem

KEY_FILE = "address.key"
UNKNOWN = ""
"""Where nobody can say from where a request came: all of these count as one address."""
_KEY_BYTES = 32
_IPV6_BITS = 64  # what one connection is given, so one visitor has as many addresses as they like within it
_LONGEST = 64
log = logging.getLogger(__name__)


def owner_of(key: str) -> str:
    """The owner that a visitor's secret key stands for: 64 hexadecimal digits, from which the key cannot be found.

    Raises:
        ValueError: The key is empty, and so would be the same for everybody.
    """
    if not key:
        raise ValueError("an owner needs a key")
    return hashlib.sha256(f"unroll owner {key}".encode()).hexdigest()


class NotYours(ConfigError):
    """Somebody else's run: it can be looked at, not changed. Says `whose`, and what to do."""

    def __init__(
        self,
        name: str,
        whose: str = "which is somebody else's",
        hint: str = "You can look at it, and fork it to make one of your own.",
    ):
        super().__init__([Problem("run", "a run of yours", f"{name!r}, {whose}", hint)])


def client_of(socket_host: str | None, header_values: Sequence[str] | None, num_proxies: int = 1) -> str:
    """The network that a request came from, as text; "" where that cannot be said.

    Args:
        socket_host: The other end of the connection; None for a socket that has no address.
        header_values: What the header says in which the host's own proxy writes addresses, one item a header line;
            None where the host names no header. Each proxy adds the address it was asked from on the right, and
            whatever stands left of theirs was written by the visitor and is not believed.
        num_proxies: How many proxies of the host's a request passes.

    Returns:
        An IPv4 address, or an IPv6 network of 64 bits, in the one way of writing it.
    """
    if header_values is None:
        return _network(socket_host or "")
    hops = [hop.strip() for value in header_values for hop in value.split(",")]
    return _network(_without_port(hops[-num_proxies])) if len(hops) >= num_proxies else UNKNOWN


def hash_of(network: str, key: bytes) -> str:
    """What stands for a network in records: 32 hexadecimal digits; "" for one that is not known."""
    return hashlib.blake2b(network.encode(), key=key, digest_size=16).hexdigest() if network else UNKNOWN


def key_in(state_dir: Path) -> bytes:
    """The key of this server's hashes; made at the first call, for its owner alone to read.

    On a disk that cannot be written it is one for this process only: limits then begin anew with the next one.
    """
    path = Path(state_dir) / KEY_FILE
    new = secrets.token_bytes(_KEY_BYTES)
    temporary = path.with_name(f".{KEY_FILE}.{secrets.token_hex(6)}.tmp")
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(new)
            try:
                os.link(temporary, path)  # whole or not at all, and of two servers the first one's
            finally:
                temporary.unlink()
    except FileExistsError:
        pass
    except OSError as error:
        log.warning("The key for hashes of addresses cannot be kept: %s.", error.strerror)
    try:
        found = path.read_bytes()
    except OSError:
        return new
    return found if len(found) >= _KEY_BYTES else new


def _network(host: str) -> str:
    """An address in the one way of writing it, IPv6 as its network; "" for what is none."""
    try:
        address = ipaddress.ip_address(host[:_LONGEST].partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address) >> _IPV6_BITS << _IPV6_BITS, _IPV6_BITS)))


def _without_port(hop: str) -> str:
    """192.0.2.1 of 192.0.2.1:80, and 2001:db8::1 of [2001:db8::1]:80."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
