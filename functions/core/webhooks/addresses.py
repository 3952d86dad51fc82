"""Where a webhook may send to: public addresses over TLS, and the hosts that whoever deploys has named.

The address is looked at when a webhook is stored and again, after a new look into DNS, when something is sent
there; what is sent goes to the very address that was looked at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from functions.core.errors import InvalidRequestError
from functions.core.ports.webhooks import Address, Resolver

IPAddress = IPv4Address | IPv6Address

MAX_URL = 2_048
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*")
_LOOKS_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_IPV4_COMPATIBLE = IPv6Network("::/96")
_SITE_LOCAL = IPv6Network("fec0::/10")


@dataclass(frozen=True)
class Addresses:
    """Which addresses are taken. `named` are hosts that may also be private, and be spoken to without TLS."""

    resolver: Resolver
    named: frozenset[str] = frozenset()

    def check(self, url: str) -> Address:
        """Return where a URL leads by now. Raises InvalidRequestError for anywhere it must not."""
        parts, port = _parts(url)
        host = parts.hostname or ""
        trusted = host in self.named
        if parts.scheme != "https" and not (trusted and parts.scheme == "http"):
            raise InvalidRequestError("url: a webhook is sent over https alone")
        found = [_literal(host)] if _is_literal(host) else self._resolved(host)
        if not trusted:
            _check_public(host, found)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return Address(parts.scheme, host, port, target, str(found[0]))

    def _resolved(self, host: str) -> Sequence[IPAddress]:
        if not _HOST.fullmatch(host):
            raise InvalidRequestError(f"url: {host!r} is no host name")
        found = [ip_address(each) for each in self.resolver.addresses(host)]
        if not found:
            raise InvalidRequestError(f"url: the host {host} is not known")
        return found


def is_public(address: IPAddress) -> bool:
    """Say whether an address is one that anybody may reach; what an IPv6 address wraps has to be one too."""
    if isinstance(address, IPv6Address) and address in _SITE_LOCAL:
        return False
    return all(each.is_global and not each.is_multicast for each in _meant(address))


def _meant(address: IPAddress) -> Iterator[IPAddress]:
    """An address, or the ones it stands for."""
    wrapped: list[IPAddress] = [*_wrapped(address)] if isinstance(address, IPv6Address) else []
    yield from wrapped or [address]


def _wrapped(address: IPv6Address) -> Iterator[IPv4Address]:
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in (*_NAT64, _IPV4_COMPATIBLE)):
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def _check_public(host: str, found: Sequence[IPAddress]) -> None:
    # All of them: which one a connection takes is not for whoever runs the name's server to choose.
    if not all(map(is_public, found)):
        raise InvalidRequestError(f"url: the host {host} is not a public one")


def _parts(url: str) -> tuple[SplitResult, int]:
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidRequestError(f"url: it is an address of {MAX_URL} plain ASCII characters at most")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidRequestError("url: it cannot be read as an address") from error
    if "@" in parts.netloc:
        raise InvalidRequestError("url: user and password have no place in it; set a secret")
    if "#" in url or not parts.hostname:
        raise InvalidRequestError("url: it has a host, and nothing behind a #")
    return parts, _PORTS.get(parts.scheme, 0) if port is None else port


def _is_literal(host: str) -> bool:
    return ":" in host or _LOOKS_NUMERIC.fullmatch(host) is not None


def _literal(host: str) -> IPAddress:
    """The address that a host is, in the one usual way to write it: `0x7f.1` and `2130706433` are none."""
    try:
        return ip_address(host)
    except ValueError as error:
        raise InvalidRequestError(f"url: {host!r} is no address in its usual form") from error
