"""Which addresses may be asked: a source's own hosts over https, and what the user named instead.

Hosts are read with urllib3's parser, the one that also picks the connection, so that no address
can mean one host to the check and another to the connection.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from elolag.errors import FetchError, UsageError
from elolag.sources import Source


@dataclass(frozen=True)
class Base:
    """Scheme and host that stand in for a source's own: a mirror, or a test server."""

    scheme: str
    netloc: str
    loopback: bool

    @classmethod
    def parse(cls, source: str, url: str) -> Base:
        """Read a base URL; plain http is accepted for loopback addresses only.

        Raises
        ------
        UsageError
            If it is anything but a scheme and a host.
        """
        try:
            found = parse_url(url)
        except LocationParseError:
            found = Url()
        host = found.host or ""
        bare = not ((found.path or "").strip("/") or found.query or found.fragment or found.auth)
        loopback = is_loopback(host)
        if not (
            host and bare and (found.scheme == "https" or (found.scheme == "http" and loopback))
        ):
            raise UsageError(
                f"base URL of {source}: {url!r}; give scheme and host only, https, or http for a "
                "loopback address: https://mirror.example or http://127.0.0.1:8000"
            )
        return cls(str(found.scheme), str(found.netloc), loopback)

    def applied(self, url: str) -> str:
        """`url` with this scheme and host."""
        return urlunsplit(urlsplit(url)._replace(scheme=self.scheme, netloc=self.netloc))


def check(source: Source, url: str, target: Url, base: Base | None) -> None:
    """Raise a `FetchError` unless `target`, on the way from `url`, is the source's to use."""
    host = (target.host or "").lower()
    if target.auth is None and base is not None:
        if base.loopback and is_loopback(host):
            return
        if target.scheme == "https" and target.netloc == base.netloc:
            return
    secure = target.scheme == "https" and target.auth is None and target.port in (None, 443)
    if not secure or not source.allows(host):
        port = f":{target.port}" if target.port else ""
        there = f"{target.scheme}://{host}{port}"
        raise FetchError(
            f"{url}: leads to {there!a:.120}; for {source.name} "
            f"only https to {' or '.join(source.hosts)} is followed"
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
