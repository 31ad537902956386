"""Figures others have published from the same data, reproduced to the digit."""

from __future__ import annotations

import elolag
from elolag import tags


def test_ai_index_2025_gap_of_february_2025() -> None:
    """Stanford AI Index 2025: top US over top Chinese model, 1.70% on 2025-02-14 (23.18 points)."""
    snapshot = elolag.open_archive().board("arena/text").snapshot("2025-02-14")
    lookup = tags.Lookup(tags.load())
    ratings = snapshot.ratings("overall")
    names = dict(snapshot.entries().set_index("entry")["name"])
    best = {"US": 0.0, "CN": 0.0}
    for entry, rating in zip(ratings["entry"], ratings["rating"], strict=True):
        alias = lookup.alias(snapshot.source, entry, names[entry])
        assert alias is not None, entry
        if alias.model != tags.UNKNOWN:
            country = lookup.tag(alias.model).country
            best[country] = max(best.get(country, 0.0), rating)
    gap = best["US"] - best["CN"]
    assert round(gap, 2) == 23.18
    assert f"{100 * gap / best['CN']:.2f}" == "1.70"
