from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import month_worlds
import pytest
import site_worlds
from month_worlds import Later
from playwright.sync_api import Browser, sync_playwright
from site_worlds import World

from elolag.estimate.session import Session
from elolag.site import Site, write_report
from elolag.site.material import Extent, Found, answered, asks, gather, gathered


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("report")
    question: dict[str, Any] = {
        "board": site_worlds.BOARD,
        "archive": str(site_worlds.archive(folder / "archive")),
        "extra_tags": site_worlds.tags(folder / "tags"),
        "n_draws": 60,
    }
    return World(question, write_report(folder / "made", **question))


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the pages below the front page say of the made archive."""
    folder = tmp_path_factory.mktemp("down")
    material = gather(
        Extent(full=False), board=site_worlds.BOARD, n_draws=200, session=Session(),
        archive=str(site_worlds.archive(folder / "archive")),
        extra_tags=site_worlds.tags(folder / "tags"),
    )  # fmt: skip
    headline = material.headline
    asked = asks(material.question, board=headline.board, as_of=headline.as_of, n_draws=200)
    return gathered(material, {name: answered(ask) for name, ask in asked.items()})


@pytest.fixture(scope="session")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The question of a small archive with three months."""
    return month_worlds.ask(tmp_path_factory.mktemp("months"))


@pytest.fixture(scope="session")
def built(months: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of three months, every chart drawn, by two workers."""
    return month_worlds.write(tmp_path_factory.mktemp("built") / "site", months, jobs=2)


@pytest.fixture(scope="session")
def plain(months: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same without charts."""
    with month_worlds.plain():
        return month_worlds.write(tmp_path_factory.mktemp("plain") / "site", months)


@pytest.fixture(scope="session")
def later(months: dict[str, Any], plain: Site, tmp_path_factory: pytest.TempPathFactory) -> Later:
    """The plain site a month later, by another version, method and template, and with a tag mended.

    Written over a copy of it.
    """
    folder = tmp_path_factory.mktemp("later")
    archive = Path(shutil.copytree(months["archive"], folder / "archive"))
    month_worlds.take(archive, [month_worlds.NEXT])
    own = Path(shutil.copytree(months["extra_tags"], folder / "tags"))
    question = month_worlds.asked(archive, month_worlds.retag(own, *month_worlds.MOVED))
    out = Path(shutil.copytree(plain.path, folder / "site"))
    month_worlds.upgraded(out, question, published=month_worlds.LATER)
    return Later(question, out)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium; without one the tests skip, and in the gate they fail."""
    found = chromium.found()
    if found is None and chromium.required():
        pytest.fail(chromium.MISSING)
    if found is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()
