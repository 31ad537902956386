"""Every public name says how it is called, and the call does what it says."""

from __future__ import annotations

import doctest
import inspect

import pytest

import elolag

NAMES = [name for name in elolag.__all__ if name != "__version__"]
#: A report of the shipped archive takes most of a minute; tests/site has one of a made archive.
LONG = ("write_report",)
EXAMPLES = [
    pytest.param(name, marks=pytest.mark.slow if name in LONG else pytest.mark.fresh)
    for name in NAMES
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_a_public_name_holds(name: str) -> None:
    found = doctest.DocTestFinder(recurse=False).find(getattr(elolag, name), name)
    assert found, f"{name} has no example"
    for test in found:
        assert test.examples, f"{name} has no example"
        failed, _ = doctest.DocTestRunner(verbose=False).run(test)
        assert not failed


@pytest.mark.parametrize("name", NAMES)
def test_a_public_function_names_its_parameters_and_errors(name: str) -> None:
    public = getattr(elolag, name)
    text = inspect.getdoc(public) or ""
    wanted = ["Parameters", "Raises"] if inspect.isfunction(public) else []
    assert [title for title in wanted if f"\n{title}\n---" not in text] == []
