"""One memory of the shipped archive for all sessions of a run of the tests.

Tests that ask the shipped archive would each read its lists and look up their entries, a second of
work. Their sessions have in common what rests on nothing else, as the sessions of one process may
that hand on ``session=``. Archives, tags and ratings a test makes are read whenever they are asked.
So is everything once a test has set an attribute or a variable, for the code may differ then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from elolag.archive.reading import default_path
from elolag.estimate.session import Session

_SHIPPED = ("None", str(default_path()))

#: What a session keeps, and whether a key of it is about the shipped archive and tags alone.
_KEPT: dict[str, Callable[[Any], bool]] = {
    "_tables": lambda key: key[0] == "None" and key[1] in _SHIPPED,
    "_lookups": lambda key: key[0][0] == "None" and key[0][1] in _SHIPPED,
    "_archives": lambda key: key[0] in _SHIPPED,
    "_listed": lambda key: key[0] in _SHIPPED and key[2] == "None",
    "_panels": lambda key: key[0] in _SHIPPED and key[-1] == "None",
}


class _Memory:
    def __init__(self) -> None:
        self.held: dict[str, dict[Any, Any]] = {name: {} for name in _KEPT}
        #: Whether the test that runs has changed something.
        self.changed = False

    @property
    def usable(self) -> bool:
        return not self.changed and "ELOLAG_ARCHIVE" not in os.environ


MEMORY = _Memory()


class _Shared(dict[Any, Any]):
    """One dictionary of a session, the keys about what is shipped in the memory."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._held, self._about = MEMORY.held[name], _KEPT[name]

    def _here(self, key: Any) -> dict[Any, Any] | None:
        return self._held if MEMORY.usable and self._about(key) else None

    def __contains__(self, key: Any) -> bool:
        held = self._here(key)
        return super().__contains__(key) if held is None else key in held

    def __getitem__(self, key: Any) -> Any:
        held = self._here(key)
        return super().__getitem__(key) if held is None else held[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        held = self._here(key)
        if held is None:
            super().__setitem__(key, value)
        else:
            held[key] = value


def share() -> None:
    """Give every session of this process the memory, and none where a test changes things."""
    begin = Session.__init__
    attribute, variable = pytest.MonkeyPatch.setattr, pytest.MonkeyPatch.setenv

    def init(self: Session) -> None:
        begin(self)
        for name in _KEPT:
            setattr(self, name, _Shared(name))

    def set_attribute(self: pytest.MonkeyPatch, target: Any, *rest: Any, **options: Any) -> None:
        MEMORY.changed |= target is not sys
        attribute(self, target, *rest, **options)

    def set_variable(self: pytest.MonkeyPatch, *rest: Any, **options: Any) -> None:
        MEMORY.changed = True
        variable(self, *rest, **options)

    for where, name, made in (
        (Session, "__init__", init),
        (pytest.MonkeyPatch, "setattr", set_attribute),
        (pytest.MonkeyPatch, "setenv", set_variable),
    ):
        setattr(where, name, made)
