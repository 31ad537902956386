"""How long a property is searched for a case that breaks it.

Every run of the tests searches the same cases, so those that passed say nothing new until the code
changes. `make test` tries a quarter of what a test names, `make check-all` all of it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings


def search(cases: int, **more: Any) -> settings:
    """Settings of a test that has `cases` cases searched at most."""
    whole = settings.get_current_profile_name() == "long"
    return settings(max_examples=cases if whole else max(cases // 4, 5), **more)
