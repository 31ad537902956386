"""Who publishes elolag and where it is found: `elolag/data/owner.toml`, the one place for both."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from elolag.errors import UsageError
from elolag.results.words import printable

_FILE = Path(__file__).parents[1] / "data" / "owner.toml"

_HTTPS = r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?(/[^\s\"'<>\\^`{|}]*)?"
_MAIL = r"[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
#: What a key may hold when it is not empty, and what to write.
_FORMS = {
    "repository": (_HTTPS, "an address that begins with https://"),
    "site": (_HTTPS, "an address that begins with https://"),
    "doi": (r"10\.\d{4,9}/[^\s\"'<>\\^`{|}]+", "a DOI without its resolver: 10.5281/zenodo.1"),
    "contact": (f"{_MAIL}|{_HTTPS}", "a mail address, or an address that begins with https://"),
}


@dataclass(frozen=True)
class Owner:
    """Who answers for what is published; an address that is not set is empty."""

    name: str
    repository: str = ""
    site: str = ""
    doi: str = ""
    contact: str = ""

    @property
    def doi_url(self) -> str:
        """The DOI as an address."""
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def home(self) -> str:
        """The one address of a citation or a chart: the pages, else the DOI, else the code."""
        return self.site or self.doi_url or self.repository

    def address(self, path: str = "") -> str:
        """Address of a page of the site, by its path there; empty where no site is set."""
        return f"{self.site.rstrip('/')}/{path.lstrip('/')}" if self.site else ""

    def urls(self) -> dict[str, str]:
        """What ``[project.urls]`` of ``pyproject.toml`` says."""
        found = {"Homepage": self.site, "Repository": self.repository, "DOI": self.doi_url}
        return {name: address for name, address in found.items() if address}

    def unset(self) -> str:
        """What to fill in, and where, so that citations have an address; empty where they do."""
        if self.home:
            return ""
        return f"citations have no address yet: fill in site, repository or doi in {_FILE}"


def read(path: Path) -> Owner:
    """An owner's file, checked.

    Raises
    ------
    UsageError
        It cannot be read, lacks a key or has another, or a value is not of its form.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no TOML file in UTF-8 ({error})") from error
    keys = [field.name for field in fields(Owner)]
    if odd := sorted(set(found) ^ set(keys)):
        raise UsageError(
            f"{path}: {', '.join(map(printable, odd))}: a key is missing or is none; it has "
            f"{', '.join(keys)}, and what is not set is empty"
        )
    for key in keys:
        _check(path, key, found[key])
    return Owner(**found)


def _check(path: Path, key: str, value: object) -> None:
    if not isinstance(value, str):
        raise UsageError(f"{path}: {key}: {value!r} is no text; write it in quotes")
    form, wanted = _FORMS.get(key, (r"\S.*\S|\S", "a name, without blanks around it"))
    fits = printable(value) == value and re.fullmatch(form, value)
    if not fits and (value or key not in _FORMS):
        raise UsageError(f"{path}: {key}: {printable(value)!r} is not {wanted}")


@functools.cache
def owner() -> Owner:
    """Who publishes this elolag."""
    return read(_FILE)
