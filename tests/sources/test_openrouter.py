import json

import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import metadata


def parse(answer: object):
    payload = json.dumps(answer).encode()
    (publication,) = metadata.parse_openrouter(payload, Origin("models", "2026-08-21"))
    return publication


def test_models():
    publication = parse(
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
    assert parse({"data": [row], "links": {"next": None}}).completeness == "full"
    more = parse({"data": [row], "links": {"next": "/api/v1/models?offset=500"}})
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
def test_refusals(answer: object, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(answer)
