"""Who publishes elolag: one file, read strictly, in every citation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.errors import UsageError
from elolag.results import owner as owners
from elolag.results.owner import Owner, owner, read
from elolag.version import RELEASED

KEYS = ("name", "repository", "site", "doi", "contact")
WHOLE = Owner(
    "An Author", "https://code.example/elolag", "https://pages.example/elolag/",
    "10.5281/zenodo.1", "desk@pages.example",
)  # fmt: skip


def written(folder: Path, **changed: str) -> Path:
    values = {key: f'"{getattr(WHOLE, key)}"' for key in KEYS} | changed
    target = folder / "owner.toml"
    lines = (f"{key} = {value}\n" for key, value in values.items() if value)
    target.write_text("".join(lines), "utf-8")
    return target


def test_the_packaged_file_is_read_and_the_day_is_one() -> None:
    assert owner() == read(owners._FILE)
    assert owner().name
    assert dt.date.fromisoformat(RELEASED).isoformat() == RELEASED


def test_addresses(tmp_path: Path) -> None:
    assert read(written(tmp_path)) == WHOLE
    assert WHOLE.address("2026-08/index.html") == (
        "https://pages.example/elolag/2026-08/index.html"
    )
    assert WHOLE.address() == WHOLE.home == WHOLE.site
    bare = Owner("An Author")
    assert (bare.address("x"), bare.home, bare.urls()) == ("", "", {})
    assert str(owners._FILE) in bare.unset()
    assert "site, repository or doi" in bare.unset()
    assert WHOLE.unset() == ""
    assert Owner("x", repository="https://a.example", doi="10.1234/b").home == (
        "https://doi.org/10.1234/b"
    )
    assert Owner("x", repository="https://a.example").home == "https://a.example"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"site": '"http://pages.example"'}, "site: 'http://pages.example' is not an address"),
        ({"site": '"https://pages"'}, "site: "),
        ({"repository": '"https://a.example/<x>"'}, "repository: "),
        ({"repository": '"https://a.example/\\u202e"'}, "repository: .*u202e"),
        ({"doi": '"https://doi.org/10.5281/zenodo.1"'}, "doi: .* without its resolver"),
        ({"contact": '"write to me"'}, "contact: 'write to me' is not a mail address"),
        ({"name": '""'}, "name: '' is not a name"),
        ({"name": '" x "'}, "name: "),
        ({"doi": "1"}, "doi: 1 is no text"),
        ({"site": ""}, "site: a key is missing"),
        ({"sight": '"x"'}, "sight: a key is missing or is none"),
        ({"doi": "["}, "is no TOML"),
    ],
)
def test_what_is_not_of_its_form_is_refused_by_file_and_key(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    target = written(tmp_path, **changed)
    with pytest.raises(UsageError, match=said) as error:
        read(target)
    assert str(error.value).startswith(f"{target}: ")
    with pytest.raises(UsageError, match=r"cannot be read"):
        read(tmp_path / "none.toml")


@given(st.binary(max_size=80), st.sampled_from(KEYS), st.text(max_size=20))
def test_any_bytes_are_an_owner_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, key: str, value: str
) -> None:
    target = tmp_path_factory.getbasetemp() / "owner.toml"
    quoted = "".join(f"\\U{ord(c):08x}" for c in value if not 0xD800 <= ord(c) < 0xE000)
    for content in (data, written(target.parent, **{key: f'"{quoted}"'}).read_bytes()):
        target.write_bytes(content)
        try:
            found, said = read(target), ""
        except UsageError as error:
            found, said = WHOLE, str(error)
        assert not said or said.startswith(f"{target}: ")
        assert found.name
        for address in (found.site, found.repository):
            assert not address or address.startswith("https://")
            assert not set(address) & set(" \"'<>\n")
