from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings

# Threads of the linear algebra wait for each other in matrices as small as ours, and workers of
# the tests wait for them. Read when numpy is imported, so said here, also to commands that are run.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# The day on which tests run: a list of 2026-08-19 is not old on it.
os.environ["SOURCE_DATE_EPOCH"] = "1787184000"

# A busy machine is no failure: what takes long is found by the run's slowest tests.
settings.register_profile("elolag", deadline=None)
settings.load_profile("elolag")


#: Rooms whose files share what takes long to make: one worker has them all.
TOGETHER = ("claims", "report")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests one worker runs (``--dist loadgroup``): those of a file, or of a room."""
    for item in items:
        room = item.path.parent.name
        group = room if room in TOGETHER else f"{room}/{item.path.stem}"
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests were skipped: one line a reason, however many tests share it."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"{number} skipped: {reason.removeprefix('Skipped: ')}")
