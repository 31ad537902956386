from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import chromium
import pytest
import site_worlds
from playwright.sync_api import Browser, sync_playwright
from site_worlds import World

from elolag.estimate.session import Session
from elolag.site import write_report
from elolag.site.found import Found, find
from elolag.site.material import Extent, gather


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
    return find(material)


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
