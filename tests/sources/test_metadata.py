"""models.dev and OpenRouter."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin
from elolag.sources import metadata

CSV = "lab,model,name,release_date,open_weights,knowledge_cutoff\n"


def parse(content: object):
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    (publication,) = metadata._parse_models_dev(payload, Origin("api.json", "2026-08-21"))
    return publication


def by_providers(**providers: dict[str, object]) -> dict[str, object]:
    """`api.json` of providers given as ``{model: release date, or facts}``, in its live shape."""
    out: dict[str, object] = {}
    for provider, models in providers.items():
        name = provider.replace("_", "-")
        rows = {
            model: {"id": model, "name": model.title(), "family": "f", "last_updated": "2026-08-01",
                    **(said if isinstance(said, dict) else {"release_date": said})}
            for model, said in models.items()
        }  # fmt: skip
        out[name] = {"id": name, "name": name.title(), "doc": "https://example.org", "models": rows}
    return out


def rows(**providers: dict[str, object]) -> dict[str, list[str]]:
    """The table by entry: name, organisation, date, weights, country."""
    table = parse(by_providers(**providers)).tables["models"]
    return {row[0]: row[1:] for row in table.to_numpy().tolist()}


def dates(*given: str) -> str:
    """The release date made of the dates that firms of other names give."""
    shape = {f"p{k}": {"m-1": date} for k, date in enumerate(given)}
    return rows(**shape)["m-1"][2]


def test_api_of_few_keys():
    publication = parse(
        {
            "groq": {
                "id": "groq",
                "models": {
                    "meta/llama": {"name": "Llama", "release_date": "2025-04", "open_weights": True}
                },
            },
            "openai": {"models": {"gpt": {"name": "GPT", "open_weights": False}, "new": {}}},
            "empty": {"models": {}},
        }
    )
    assert (publication.board, publication.method) == ("models-dev/models", "metadata")
    assert (publication.vintage, publication.basis) == ("2026-08-21", "fetched")
    models = publication.tables["models"]
    assert list(models.columns) == list(MODELS)
    assert models.to_numpy().tolist() == [
        ["llama", "Llama", "", "2025-04", "true", ""],
        ["new", "", "", "", "", ""],
        ["openai/gpt", "GPT", "openai", "", "false", ""],
    ]
    assert publication.notes == ("3 models as served by their providers make 3 names",)


def test_one_row_for_each_name_however_it_is_spelled():
    found = rows(
        a={"Z.org/GLM-5.2:free": "2026-06-13"},
        b={"glm-5-2": "2026-06-13", "glm-5.2-air": "2026-06-20"},
        c={"glm-5.2": "2026-06-14"},
        d={"glm-5.2": {}},
    )
    assert list(found) == ["glm-5.2", "glm-5.2-air"]
    assert found["glm-5.2"] == ["Glm-5.2", "", "2026-06-13", "", ""]


def test_the_provider_is_the_maker_only_for_its_own_family():
    found = rows(
        alibaba={"qwen9": "2026-06-01", "glm-9": "2026-06-01"},
        groq={"qwen9": "2026-06-03", "groq-1": "2026-06-03"},
        openai={"o9": {}},
    )
    assert {entry: row[1] for entry, row in found.items()} == {
        "alibaba/qwen9": "alibaba",
        "glm-9": "",
        "groq-1": "",
        "openai/o9": "openai",
    }


@pytest.mark.parametrize(
    ("given", "date"),
    [
        (["2026-02-12"], "2026-02-12"),
        (["2026-02-12", "2026-02-11"], "2026-02-11"),
        (["2026-03-05", "2026-03-05", "2026-02-26"], "2026-03-05"),
        (["2026-03-05", "2026-03-05", "2026-02-26", "2026-02-26"], "2026-02-26"),
        (["2026-03-05"] * 3 + ["2026-02-01"] * 2, "2026-03-05"),
        (["2026-03-01", "2026-03-02", "2026-03-04", *["2024-12-01"] * 2], "2026-03-01"),
        (["2026-03", "2026-03-05"], "2026-03-05"),
        (["2026-03", "2026"], "2026"),
        (["1970-01-01", ""], ""),
    ],
)
def test_the_earliest_date_on_which_providers_agree(given: list[str], date: str):
    assert dates(*given) == date


@given(st.lists(st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)), min_size=1, max_size=8))
def test_the_date_is_one_that_a_provider_gives_whatever_their_order(given: list[dt.date]):
    texts = [day.isoformat() for day in given]
    found = dates(*texts)
    assert found in texts
    assert found == dates(*reversed(texts))
    near = [day for day in given if abs((day - dt.date.fromisoformat(found)).days) <= 2 * 14]
    alone = max(sum(abs((a - b).days) <= 14 for b in given) for a in given)
    assert len(near) >= alone


def test_offers_of_one_firm_are_one_voice():
    found = rows(
        alibaba={"m": "2026-03-01"},
        alibaba_cn={"m": "2026-03-01"},
        b={"m": "2026-03-09"},
        c={"m": "2026-03-09"},
    )
    assert found["m"][2] == "2026-03-09"


def test_disagreement_is_noted_and_the_majority_has_its_way():
    yes, no = ({"release_date": "2026-03-01", "open_weights": flag} for flag in (True, False))
    late = {"release_date": "2026-05-01", "open_weights": True}
    publication = parse(by_providers(a={"m": yes, "n": yes}, b={"m": no, "n": no}, c={"m": late}))
    table = publication.tables["models"].set_index("entry")
    assert table["open_weights"].to_dict() == {"m": "true", "n": ""}
    assert table["release_date"].to_dict() == {"m": "2026-03-01", "n": "2026-03-01"}
    assert publication.notes[1:] == (
        "providers give 1 names dates more than 14 days apart; the earliest on which most agree is "
        "taken, e.g. 'm'",
        "providers disagree whether 2 names have open weights; most of them are followed, "
        "e.g. 'm', 'n'",
    )


def test_csv():
    models = parse((CSV + "xai,grok,Grok,2025-07-09,False,\nmeta,l,L,,True,\n").encode()).tables
    assert models["models"].to_numpy().tolist() == [
        ["meta/l", "L", "meta", "", "true", ""],
        ["xai/grok", "Grok", "xai", "2025-07-09", "false", ""],
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "the file should be a JSON object"),
        ({}, "the board is empty"),
        ({"a": {}}, "'models' of provider 'a' should be a JSON object, found null"),
        ({"a": {"models": {"m": None}}}, "model 'm' of provider 'a' should be a JSON object"),
        ({"a": {"models": {"m": {"open_weights": "yes"}}}}, "should be true or false, found text"),
        ({"a": {"models": {"m": {"name": 5}}}}, "name of model 'm' of provider 'a' is not text: 5"),
        (
            {"a": {"models": {"m": {"release_date": []}}}},
            "release_date of model 'm' .* is not text",
        ),
        ({"a": {"id": "b", "models": {}}}, "provider 'a' calls itself 'b'"),
        ({"a": {"models": {"m": {"id": 7}}}}, "model 'm' of provider 'a' calls itself 7"),
        ({"a": {"models": {}}}, "the board is empty"),
        ({"a": {"models": {"m\n": {}}}}, "control character"),
        (CSV.encode() + b"a,b,c,,maybe,\n", "not True or False: 'maybe'"),
        (b"lab,model\n", "no column 'name'"),
        (b"", "the file is empty"),
    ],
)
def test_refusals(content: object, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(content)


def test_dates_that_are_none_are_left_out_and_noted():
    publication = parse({"a": {"models": {"m": {"release_date": "soon"}}}})
    assert publication.notes[1:] == ("1 release dates are no dates and left out, e.g. 'soon'",)


def test_real_file(served: Path):
    models = parse((served / "models-dev/models-2026-07.csv").read_bytes()).tables["models"]
    assert len(models) == 231
    assert set(models["open_weights"]) == {"true", "false"}
    assert (models["release_date"].str.len() == 7).sum() == 8


def test_real_api(served: Path):
    payload = (served / "models-dev/api-2026-07-02.json").read_bytes()
    publication = parse(payload)
    models = publication.tables["models"].set_index("entry")
    assert publication.notes[0].startswith("5276 models as served by their providers make 17")
    released = {
        "zai/glm-5.2": "2026-06-13",
        "anthropic/claude-opus-4-6": "2026-02-05",
        "openai/gpt-5.4": "2026-03-05",
        "google/gemini-2.5-pro": "2025-06-17",
        "kimi-k2": "2025-07-11",
        "deepseek-v3.2": "2025-12-01",
    }
    assert models.loc[list(released), "release_date"].to_dict() == released
    assert models.loc["zai/glm-5.2", "open_weights"] == "true"
    assert models.loc["deepseek-v3.2", "organisation"] == ""
    assert not models["organisation"].isin(["groq", "openrouter", "nvidia", "huggingface"]).any()
    assert (models["release_date"] > "2026-08-01").sum() == 0


# openrouter


def parse_openrouter(answer: object):
    payload = json.dumps(answer).encode()
    (publication,) = metadata._parse_openrouter(payload, Origin("models", "2026-08-21"))
    return publication


def test_models():
    publication = parse_openrouter(
        {
            "data": [
                {"id": "z-ai/glm-5.2:free", "name": "Z.ai: GLM 5.2", "created": 1780000000},
                {"id": "auto", "name": "Auto", "created": None, "extra": {}},
            ]
        }
    )
    assert publication.board == "openrouter/models"
    assert publication.completeness == "full"
    assert publication.tables["models"].to_numpy().tolist() == [
        ["auto", "Auto", "", "", "", ""],
        ["z-ai/glm-5.2:free", "Z.ai: GLM 5.2", "z-ai", "2026-05-28", "", ""],
    ]


def test_a_page_of_several_is_marked():
    row = {"id": "a/b", "name": "B", "created": 1780000000.0}
    assert parse_openrouter({"data": [row], "links": {"next": None}}).completeness == "full"
    more = parse_openrouter({"data": [row], "links": {"next": "/api/v1/models?offset=500"}})
    assert more.completeness == "top-1"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([], "the answer should be a JSON object"),
        ({"error": "x"}, "'data' should be a JSON array, found null"),
        ({"data": []}, "the board is empty"),
        ({"data": [{"id": "a", "name": "A"}]}, "row 1 has no 'created'"),
        ({"data": [{"id": "a", "name": "A", "created": 1.78e12}]}, "'created' of row 1 should be"),
        ({"data": [{"id": "a", "name": "A", "created": True}]}, "'created' of row 1 should be"),
        ({"data": [{"id": "a", "name": "A", "created": "x"}]}, "'created' of row 1 should be"),
        ({"data": [{"id": 5, "name": "A", "created": 1}]}, "entry in row 1 is not text"),
    ],
)
def test_refusals_openrouter(answer: object, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_openrouter(answer)


def slow_release(dates: list[str]) -> tuple[str, bool]:
    """Each day beside each other day."""
    days = Counter(dt.date.fromisoformat(text) for text in dates)
    near = {day: [d for d in days if abs((d - day).days) <= metadata._AGREE_DAYS] for day in days}
    votes = {day: sum(days[d] for d in near[day]) for day in days}
    centre = min(days, key=lambda day: (-votes[day], -days[day], day))
    agreed = [day for day in near[centre] if days[day] > 1] or near[centre]
    return min(agreed).isoformat(), len(near[centre]) == len(days)


ANY_DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 1)) | st.sampled_from(
    [dt.date.min, dt.date.max]
)


@given(st.lists(ANY_DAYS, min_size=1, max_size=12))
def test_the_date_on_which_most_agree_is_found_as_the_slow_way(days: list[dt.date]):
    dates = [day.isoformat() for day in days]
    assert metadata._release(dates) == slow_release(dates)
