from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin
from elolag.sources import indices

LIVE = (
    "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Country (of organization),"
    "Model accessibility,Accessibility group,model_versions\n"
)
OLD = (
    "Model version,ECI Score,Release date,Organization,Country,Model accessibility,"
    "Training compute (FLOP),Confidence,Model name,Description,Display name\n"
)


def parse(text: str):
    (publication,) = indices.parse(text.encode(), Origin("eci_scores.csv", "2026-01-20"))
    return publication


def test_live_layout():
    publication = parse(
        LIVE
        + 'GPT-9,GPT-9 (high),166.31,163.0,171.88,2026-09-03,"A,B",United States of America,'
        + "API access,Closed weights,\n"
        + "Anchor,,100.0,,,2024-01-01,Lab,China,Open weights (unrestricted),Open weights,\n"
    )
    assert (publication.board, publication.method) == ("epoch/eci", "index")
    assert (publication.vintage, publication.basis) == ("2026-01-20", "fetched")
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.90)
    first, anchor = publication.tables["ratings"].itertuples(index=False)
    assert first[:5] == ("overall", "GPT-9", 166.31, 163.0, 171.88)
    assert anchor[3] != anchor[3]
    entries = publication.tables["entries"].set_index("entry")
    assert entries["name"].to_dict() == {"Anchor": "Anchor", "GPT-9": "GPT-9 (high)"}
    assert entries.loc["GPT-9", "licence"] == "API access"
    models = publication.tables["models"]
    assert list(models.columns) == list(MODELS)
    assert models.iloc[0].tolist() == ["Anchor", "Anchor", "Lab", "2024-01-01", "true", "China"]
    assert models["open_weights"].tolist() == ["true", "false"]


def test_old_layout_has_a_row_per_version_and_rows_without_a_score():
    publication = parse(
        OLD
        + 'v1,152.418,2025-12-11,OpenAI,"US,UK",,,,GPT-5.2,,GPT-5.2 (Pro)\n'
        + "v2,151,2025-12-11,OpenAI,US,,,,GPT-5.2,,\n"
        + "v3,,2024-01,Lab,China,Open weights (non-commercial),,,,,\n"
    )
    ratings = publication.tables["ratings"]
    assert ratings["entry"].tolist() == ["v1", "v2"]
    assert ratings["rating"].tolist() == [152.42, 151.0]
    assert (publication.interval_kind, publication.interval_level) == ("none", None)
    assert publication.tables["entries"]["name"].tolist() == ["GPT-5.2", "GPT-5.2"]
    models = publication.tables["models"].set_index("entry")
    assert models.loc["v1", "country"] == "US,UK"
    assert models.loc["v3", ["name", "release_date", "open_weights"]].tolist() == [
        "v3",
        "2024-01",
        "true",
    ]
    assert models.loc["v1", "open_weights"] == ""
    assert "1 rows without a score are in table models only" in publication.notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no column 'Model', 'Display name'"),
        (OLD, "the board is empty"),
        (OLD + "v1,,,,,,,,,,\n", "the board is empty"),
        (OLD + "v1,high,,,,,,,,,\n", r"rating in row 1 \('v1'\) is not a finite number: 'high'"),
        (OLD + "v1,1,,,,,,,,,\nv1,2,,,,,,,,,\n", "the board is refused"),
    ],
)
def test_refusals(text: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(text)


def test_real_file(upstream: Path):
    publication = parse((upstream / "epoch/eci_scores-2026-01-20.csv").read_text("utf-8"))
    tables = publication.tables
    assert [len(tables[name]) for name in ("ratings", "entries", "models")] == [282, 282, 498]
    assert tables["entries"]["name"].nunique() == 142
    models = tables["models"]
    # The mistyped date of the design's trap 11 is kept as published; the tags deal with it.
    assert (models["release_date"] == "2024-09-05").any()
    assert models["country"].str.contains("China").sum() == 100
