from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import report_worlds
from playwright.sync_api import Browser, sync_playwright
from report_worlds import World

from elolag.report import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("report")
    question: dict[str, Any] = {
        "board": report_worlds.BOARD,
        "archive": str(report_worlds.archive(folder / "archive")),
        "extra_tags": report_worlds.tags(folder / "tags"),
        "n_draws": 60,
    }
    return World(question, write_report(folder / "made", **question))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium; a gate without one fails, and says what to install."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium on this machine: install Debian's with apt-get install chromium")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()
