import json
from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin
from elolag.sources import models_dev

CSV = "lab,model,name,release_date,open_weights,knowledge_cutoff\n"


def parse(content: object):
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    (publication,) = models_dev.parse(payload, Origin("api.json", "2026-08-21"))
    return publication


def test_api():
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
        ["groq/meta/llama", "Llama", "groq", "2025-04", "true", ""],
        ["openai/gpt", "GPT", "openai", "", "false", ""],
        ["openai/new", "", "openai", "", "", ""],
    ]


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
        ({"a": {"models": {"m": {"name": 5}}}}, "name in row 1 is not text"),
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
    assert publication.notes == ("1 release dates are no dates and left out, e.g. 'soon'",)


def test_real_file(upstream: Path):
    models = parse((upstream / "models-dev/models-2026-07.csv").read_bytes()).tables["models"]
    assert len(models) == 231
    assert set(models["open_weights"]) == {"true", "false"}
    assert (models["release_date"].str.len() == 7).sum() == 8
