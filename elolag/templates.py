"""Examples of a user's own tables, which run as they are: invented models, two groups."""

from __future__ import annotations

from elolag.errors import UsageError

RATINGS = """\
entry,rating,lower,upper,votes,category,organisation,licence,date
Alder 1,1082,1070,1094,5210,overall,Example Labs,Proprietary,2026-08-19
Alder 2,1131,1118,1144,4380,overall,Example Labs,Proprietary,2026-08-19
Alder 3 (low effort),1149,1135,1163,3900,overall,Example Labs,Proprietary,2026-08-19
Alder 3 (high effort),1168,1153,1183,3120,overall,Example Labs,Proprietary,2026-08-19
Birch Large,1104,1092,1116,5050,overall,Example Works,Proprietary,2026-08-19
Ginkgo 1,1069,1057,1081,5330,overall,Beispiel AI,Apache-2.0,2026-08-19
Ginkgo 2,1118,1105,1131,4470,overall,Beispiel AI,Apache-2.0,2026-08-19
Ginkgo 3,1142,1127,1157,3010,overall,Beispiel AI,Proprietary,2026-08-19
"""

TAGS = """\
entry,model,lab,country,release_date,openness,note
Alder 1,,Example Labs,US,2024-11-05,closed,openness: open or closed or the date of the weights
Alder 2,,Example Labs,US,2025-07-22,closed,
Alder 3 (low effort),alder-3,Example Labs,US,2026-04-14,closed,entries of one model share it
Alder 3 (high effort),alder-3,,,,,what stands above need not be repeated
Birch Large,,Example Works,US,2025-02-18,2025-09-01,weights came later
Ginkgo 1,,Beispiel AI,CN,2025-03-04,open,
Ginkgo 2,,Beispiel AI,CN,2025-10,open,known to the month
Ginkgo 3,,Beispiel AI,CN,2026-06-30,closed,
"""

VOTES = """\
model_a,model_b,winner
Alder 1,Ginkgo 1,model_a
Ginkgo 1,Alder 1,tie
Alder 1,Birch Large,model_b
Birch Large,Ginkgo 1,model_a
Ginkgo 1,Birch Large,model_a
Birch Large,Alder 1,tie (bothbad)
"""

TEMPLATES = {"ratings": RATINGS, "tags": TAGS, "votes": VOTES}


def template(kind: str) -> str:
    """An example of one kind of table: ``ratings``, ``tags`` or ``votes``.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    try:
        return TEMPLATES[kind]
    except KeyError:
        raise UsageError(f"no template {kind!r}; there are: {', '.join(TEMPLATES)}") from None
