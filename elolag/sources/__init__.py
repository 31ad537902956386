"""Where ratings come from: modules of one source or a few, with addresses, terms and parsers.

No module here touches the network or the disk. Importing the package imports neither pandas nor
pyarrow; calling a parser does.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from elolag.errors import UsageError
from elolag.sources import arena, arena_copies, indices, metadata
from elolag.sources.base import PartialPayloadError, Payload, Source

_DATASET, _CATALOG, _SPACE = arena.SOURCES
*_MEASURES, _PRIVATE = indices.SOURCES
#: In the order in which they are fetched and listed.
_ALL = (
    _DATASET, *_MEASURES, *metadata.SOURCES, _PRIVATE, _CATALOG, *arena_copies.SOURCES, _SPACE,
)  # fmt: skip
SOURCES: Mapping[str, Source] = MappingProxyType({source.name: source for source in _ALL})


def get_source(name: str) -> Source:
    """Look a source up by name; an unknown one is a `UsageError` with the nearest names."""
    if name in SOURCES:
        return SOURCES[name]
    near = difflib.get_close_matches(name, SOURCES, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "there is none like it."
    raise UsageError(f"unknown source {name!r}; {hint} All sources: {', '.join(SOURCES)}")


__all__ = ["SOURCES", "PartialPayloadError", "Payload", "Source", "get_source"]
