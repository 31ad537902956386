"""A small archive of a few shipped vintages, and the packaged claims checked once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import elolag
from elolag.claims import ClaimsReport, packaged
from elolag.claims.studies import Studies

#: Enough of the shipped archive for every kind of question, and quick to read.
VINTAGES = (
    "arena/text/2025-05-07", "arena/text/2025-05-13",
    "arena/text_style_control/2025-05-24", "arena/text_style_control/2025-11-06",
    "arena/text_style_control/2025-12-11", "arena/text_style_control/2026-03-31",
    "arena/text_style_control/2026-06-25",
    "epoch/eci/2026-01-20",
)  # fmt: skip


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Build an archive that holds only some of the shipped vintages."""
    shipped = elolag.open_archive().path

    def build(vintages: tuple[str, ...] = VINTAGES) -> Path:
        folder = tmp_path_factory.mktemp("archive")
        for vintage in vintages:
            shutil.copytree(shipped / vintage, folder / vintage)
        return folder

    return build


@pytest.fixture(scope="session")
def small(planted: Callable[..., Path]) -> Path:
    return planted()


@pytest.fixture(scope="session")
def studies(small: Path) -> Studies:
    return Studies.of(400, {"archive": small})


@pytest.fixture(scope="session")
def shipped_studies() -> Studies:
    """For figures made again from single lists: nothing is drawn."""
    return Studies.of(400, {})


@pytest.fixture(scope="session")
def report() -> ClaimsReport:
    """The packaged claims on the shipped archive, with few draws.

    Of three alike but for the category one is enough here; benchmarks/claims.py runs them all.
    """
    alike = {"google-io-2025-hard-prompts", "google-io-2025-multi-turn"}
    return elolag.check_claims(keys={c.key for c in packaged()} - alike, n_draws=200)
