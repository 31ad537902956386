from __future__ import annotations

import functools
import gc
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Threads of the linear algebra wait for each other in matrices as small as ours, and workers of
# the tests wait for them. Read when numpy is imported, so said here, also to commands that are run.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# The day on which tests run: a list of 2026-08-19 is not old on it.
os.environ["SOURCE_DATE_EPOCH"] = "1787184000"

# A busy machine is no failure: what takes long is found by the run's slowest tests.
settings.register_profile("elolag", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("long", parent=settings.get_profile("elolag"), max_examples=500)
settings.load_profile("elolag")


def pytest_configure() -> None:
    """The sessions of a run share what they read, and its command lines what they are made of."""
    import typer.main
    from memory import share  # it imports numpy

    share()
    # Made anew for each command, as in a process of its own, it took a twentieth of all time.
    typer.main.get_command = functools.cache(typer.main.get_command)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    from memory import MEMORY

    MEMORY.changed = False


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and never look through what thousands of collected cases hold.

    As Python does it, a tenth of the time goes into it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


#: Rooms whose files share what takes long to make: one worker has them all.
TOGETHER = ("claims", "site")
#: What these test is no part of the package: it makes the kept tables, which `make fresh` checks.
#: So it does with what needs real payloads, which lie outside the repository.
FRESH = ("benchmarks",)
#: Of `make fresh`, the files that take longest.
LONGEST = ("test_notebooks.py", "test_docs.py")


@pytest.hookimpl(tryfirst=True)  # before those that are not asked for are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole rooms; what keeps a worker long comes first, lest it be begun last."""
    for item in items:
        asks = item.path.parent.name in FRESH or "served" in item.fixturenames
        if asks and item.get_closest_marker("slow") is None:
            item.add_marker("fresh")
    items.sort(key=lambda item: (item.path.parent.name not in TOGETHER,
                                 item.path.name not in LONGEST))  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``--dist loadfile``: one worker runs a file, or all files of such a room."""
    from xdist.scheduler import LoadFileScheduling

    lost = [room for room in TOGETHER if not Path(__file__).with_name(room).is_dir()]
    if lost:
        raise pytest.UsageError(f"tests/conftest.py: no such rooms of tests: {', '.join(lost)}")

    class Rooms(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            room = file.split("/")[1]
            return room if room in TOGETHER else file

    return Rooms(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def served() -> Path:
    """Payloads as publishers served them, kept outside the repository."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("ELOLAG_UPSTREAM_DATA", beside))
    if not (folder / "README.md").is_file():
        pytest.skip("no real payloads: neither ELOLAG_UPSTREAM_DATA nor ../shared/data")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests were skipped: one line a reason, however many tests share it."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"{number} skipped: {reason.removeprefix('Skipped: ')}")
