"""models.dev: a community table of models, their release dates and whether weights are open."""

from __future__ import annotations

from typing import Any

from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources._reading import csv_columns, json_value, kind, mapping, shown
from elolag.sources._source import Source

NAME = "models-dev"
BOARD = "models-dev/models"
ADDRESS = "https://models.dev/api.json"

_CSV = ("lab", "model", "name", "release_date", "open_weights")
_OPEN = {"True": "true", "False": "false", "true": "true", "false": "false", "": ""}


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``api.json`` (providers and what they serve), or a CSV of labs and their models.

    An entry is ``provider/model``. In ``api.json`` the provider is who *serves* a model, often
    not who made it; ``organisation`` holds that provider.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    is_json = payload.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    rows = _from_json(payload, where) if is_json else _from_csv(payload, where)
    models, notes = _tidy.keyed(rows, MODELS, where)
    return [
        Publication(
            board=BOARD,
            vintage=origin.date,
            basis="fetched",
            tables={"models": models},
            method="metadata",
            notes=notes,
        )
    ]


def _from_json(payload: bytes, where: str) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {
        key: [] for key in ("entry", "name", "organisation", "release_date", "open_weights")
    }
    for provider, described in mapping(json_value(payload, where), where, "the file").items():
        what = f"provider {shown(provider)}"
        served = mapping(described, where, what).get("models")
        for model, said in mapping(served, where, f"'models' of {what}").items():
            facts = mapping(said, where, f"model {shown(model)} of {what}")
            is_open = facts.get("open_weights")
            if is_open is not None and not isinstance(is_open, bool):
                raise PayloadError(
                    f"{where}: open_weights of {shown(model)} ({what}) should be true or false, "
                    f"found {kind(is_open)}"
                )
            out["entry"].append(f"{provider}/{model}")
            out["name"].append(facts.get("name"))
            out["organisation"].append(provider)
            out["release_date"].append(facts.get("release_date"))
            out["open_weights"].append("" if is_open is None else str(is_open).lower())
    return out


def _from_csv(payload: bytes, where: str) -> dict[str, list[Any]]:
    table = csv_columns(payload, where, _CSV)
    for row, word in enumerate(table["open_weights"], start=1):
        if word not in _OPEN:
            raise PayloadError(
                f"{where}: open_weights in row {row} is not True or False: {shown(word)}"
            )
    return {
        "entry": [
            f"{lab}/{model}" for lab, model in zip(table["lab"], table["model"], strict=True)
        ],
        "name": table["name"],
        "organisation": table["lab"],
        "release_date": table["release_date"],
        "open_weights": [_OPEN[word] for word in table["open_weights"]],
    }


SOURCE = Source(
    name=NAME,
    publisher="models.dev",
    title="models.dev, an open database of AI models",
    homepage="https://models.dev",
    licence="MIT",
    licence_url="https://github.com/anomalyco/models.dev",
    citation="models.dev contributors. models.dev, an open database of AI models. MIT.",
    hosts=("models.dev",),
    fetched=True,
    redistributable=True,
    precedence=0,
    parser_version=1,
    parse=parse,
)
