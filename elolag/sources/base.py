"""What a source is, and the error for a payload of which only a part was usable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from elolag.errors import PayloadError
from elolag.schema import Origin, Publication


class PartialPayloadError(PayloadError):
    """Some boards or vintages of one payload are usable and others are refused.

    Whoever treats it as a plain `PayloadError` takes nothing; whoever wants the good part finds
    it in `publications`, and one message per refused board in `refusals`.
    """

    def __init__(self, publications: Sequence[Publication], refusals: Sequence[str]) -> None:
        self.publications = tuple(publications)
        self.refusals = tuple(refusals)
        super().__init__("\n".join(self.refusals))


@dataclass(frozen=True)
class Source:
    """One route to boards: where it is, under which terms, and how its bytes are read.

    Attributes
    ----------
    name
        Key in `elolag.sources.SOURCES`.
    publisher
        Who publishes the figures (for a copy: whose figures they are, and who copied them).
    licence, licence_url
        SPDX identifier, or plain words where there is none, and where it is stated.
    hosts
        Hosts its addresses and redirects may use, over https only. One that starts with a dot
        stands for every host below it; `allows` applies that rule.
    fetched
        Whether `elolag snapshot` fetches it by default; the others are imported from files.
    whole
        Whether its lists come whole. A copy of pages that are cut short from time to time is
        believed only beside a list that vouches for it (`elolag.archive.completeness`).
    redistributable
        False: what it yields belongs in a private archive only.
    precedence
        0 official dataset, 1 official catalog, 2 and more copies: of twin publications the one
        with the smallest number gives the vintage date.
    parser_version
        Raised whenever `parse` reads the same bytes differently.
    parse
        ``parse(payload, origin)``: bytes to publications, or a `PayloadError`. It touches neither
        network nor disk, and imports pandas (and pyarrow, for Parquet) only when called.
    spelling
        The source whose entry names it uses: aliases of that source apply as well.
    """

    name: str
    publisher: str
    title: str
    homepage: str
    licence: str
    licence_url: str
    citation: str
    hosts: tuple[str, ...]
    precedence: int
    parse: Callable[[bytes, Origin], list[Publication]] = field(repr=False)
    fetched: bool = False
    redistributable: bool = True
    parser_version: int = 1
    whole: bool = True
    spelling: str = ""

    def allows(self, host: str) -> bool:
        """Whether an address of this source, or a redirect from it, may use `host`."""
        host = host.lower().rstrip(".")
        return any(
            host.endswith(allowed) if allowed.startswith(".") else host == allowed
            for allowed in self.hosts
        )
