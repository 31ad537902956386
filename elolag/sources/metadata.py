"""Tables of models without ratings: models.dev, and OpenRouter's list of what it serves.

models.dev is a community table of models, their release dates and whether weights are open. Its
``api.json`` lists providers and what each serves: a model stands there once for every provider,
each time with another date (the release, the day this provider began, a placeholder). It becomes
one row per model name. A provider is who *serves* a model; it is taken for the maker only where it
is a maker's own service and the name is of that maker's own family (`_OWN`).

OpenRouter's list has names and the day each was first listed there.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elolag import dates
from elolag.errors import PayloadError
from elolag.schema import Origin, Publication
from elolag.sources import tidy
from elolag.sources.base import (
    Source,
    columns,
    csv_columns,
    json_value,
    kind,
    mapping,
    sequence,
    shown,
)

_MODELS_DEV = "models-dev"
_OPENROUTER = "openrouter"

#: Dates this close agree (as in the check of the tags).
_AGREE_DAYS = 14

_COLUMNS = ("entry", "name", "organisation", "release_date", "open_weights")
_CSV = ("lab", "model", "name", "release_date", "open_weights")
_OPEN = {"True": "true", "False": "false", "true": "true", "false": "false", "": ""}
_WORD = re.compile(r"[a-z]+|\d+|\+")
#: A clock that was never set.
_UNSET = "1970-01-01"
_EXAMPLES = 3

#: Makers' own services: provider -> how names of the maker's own models start.
_OWN: dict[str, tuple[str, ...]] = {
    "alibaba": ("qwen", "qvq", "qwq", "tongyi", "wan"),
    "alibaba-cn": ("qwen", "qvq", "qwq", "tongyi", "wan"),
    "anthropic": ("claude",),
    "bailing": ("ling", "ring"),
    "cohere": ("c", "command", "north"),
    "deepseek": ("deepseek",),
    "google": ("gemini", "gemma"),
    "inception": ("mercury",),
    "llama": ("llama",),
    "minimax": ("minimax",),
    "minimax-cn": ("minimax",),
    "mistral": (
        "codestral", "devstral", "magistral", "ministral", "mistral", "mixtral", "pixtral",
    ),
    "moonshotai": ("kimi",),
    "moonshotai-cn": ("kimi",),
    "openai": ("chatgpt", "gpt", "o"),
    "stepfun": ("step",),
    "stepfun-ai": ("step",),
    "upstage": ("solar",),
    "xai": ("grok",),
    "xiaomi": ("mimo",),
    "zai": ("glm",),
    "zhipuai": ("glm",),
}  # fmt: skip


@dataclass(frozen=True)
class _Served:
    """What one provider says of one model it serves."""

    provider: str
    model: str
    name: str
    released: str
    is_open: bool | None

    @property
    def bare(self) -> str:
        """The model's name without folders (``zai-org/``) and offers (``:free``)."""
        return self.model.rpartition("/")[2].partition(":")[0] or self.model

    @property
    def firm(self) -> str:
        """Who runs the provider: a firm's several offers (``alibaba-cn``) copy one another."""
        return self.provider.partition("-")[0]

    @property
    def is_own(self) -> bool:
        words = _words(self.bare)
        return bool(words) and words[0] in _OWN.get(self.provider, ())


def _parse_models_dev(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``api.json`` (providers and what they serve), or a CSV of labs and their models.

    In ``api.json`` a row is a model's name. Where the maker's own service has it, the entry is
    ``provider/model`` and ``organisation`` that provider, else the entry is the bare name and
    ``organisation`` is empty. ``release_date`` is the earliest on which providers agree: the day
    with most dates within `_AGREE_DAYS` of it stands for what most mean, and of these dates the
    earliest that two firms give is taken (the earliest of all, where no two give the same). Weights
    are open where most providers say so. What disagrees is noted.
    """
    where = tidy.place(_MODELS_DEV, origin)
    is_json = payload.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    said: tuple[str, ...] = ()
    if is_json:
        rows, said = _from_json(payload, where)
    else:
        rows = _from_csv(payload, where)
    return [
        tidy.described("models-dev/models", origin.date, rows, where, basis="fetched", notes=said)
    ]


def _from_json(payload: bytes, where: str) -> tuple[dict[str, list[Any]], tuple[str, ...]]:
    served = _served(payload, where)
    groups: dict[tuple[str, ...], list[_Served]] = defaultdict(list)
    for row in served:
        groups[_words(row.bare) or (row.bare,)].append(row)
    rows, apart, doubted = [], [], []
    for group in groups.values():
        makers = sorted((row for row in group if row.is_own), key=lambda r: (r.provider, r.model))
        first = makers[0] if makers else None
        entry = f"{first.provider}/{first.model}" if first else _commonest(r.bare for r in group)
        released, agreed = _release(date for _, date in {(r.firm, r.released) for r in group})
        votes = Counter(row.is_open for row in group if row.is_open is not None)
        apart += [entry] * (not agreed)
        doubted += [entry] * (len(votes) > 1)
        name = _commonest(r.name for r in makers or group if r.name)
        is_open = "" if votes[True] == votes[False] else str(votes[True] > votes[False]).lower()
        rows.append((entry, name, first.provider if first else "", released, is_open))
    notes = [f"{len(served)} models as served by their providers make {len(groups)} names"]
    if apart:
        notes.append(
            f"providers give {len(apart)} names dates more than {_AGREE_DAYS} days apart; the "
            f"earliest on which most agree is taken, e.g. {_some(apart)}"
        )
    if doubted:
        notes.append(
            f"providers disagree whether {len(doubted)} names have open weights; most of them are "
            f"followed, e.g. {_some(doubted)}"
        )
    return dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)), tuple(notes)


def _served(payload: bytes, where: str) -> list[_Served]:
    """Every model of every provider, its facts checked."""
    out: list[_Served] = []
    for provider, described in mapping(json_value(payload, where), where, "the file").items():
        what = f"provider {shown(provider)}"
        facts = mapping(described, where, what)
        _check_id(facts, provider, where, what)
        models = mapping(facts.get("models"), where, f"'models' of {what}")
        for model, said in models.items():
            which = f"model {shown(model)} of {what}"
            row = mapping(said, where, which)
            _check_id(row, model, where, which)
            is_open = row.get("open_weights")
            if is_open is not None and not isinstance(is_open, bool):
                raise PayloadError(
                    f"{where}: open_weights of {which} should be true or false, "
                    f"found {kind(is_open)}"
                )
            name, released = (_text(row, key, where, which) for key in ("name", "release_date"))
            out.append(_Served(provider, model, name, released, is_open))
    tidy.size(len(out), where)
    # As served, before names are folded together: a key that could not be stored is refused here.
    tidy.names(tidy.frame({"model": [row.model for row in out]})["model"], f"{where}: model")
    return out


def _check_id(facts: dict[str, Any], key: str, where: str, what: str) -> None:
    """Refuse an object whose own id is not the key it stands under."""
    if facts.get("id", key) != key:
        raise PayloadError(f"{where}: {what} calls itself {shown(facts['id'])}")


def _text(facts: dict[str, Any], key: str, where: str, what: str) -> str:
    value = facts.get(key)
    if value is not None and not isinstance(value, str):
        raise PayloadError(f"{where}: {key} of {what} is not text: {shown(value)}")
    return value or ""


def _release(texts: Iterable[str]) -> tuple[str, bool]:
    """The earliest date on which providers agree, and whether no full date is far from it.

    Only where nobody gives a day is a month or a year (or what is no date) passed on.
    """
    given = Counter(text for text in texts if text and text != _UNSET)
    days = {dates.to_day(day): n for text, n in given.items() if (day := tidy.full_date(text))}
    if not days:
        return _commonest(given.elements()), True
    # A slice of the days in order: each day beside each other day would be too many to count.
    order = sorted(days)
    near = {
        day: order[bisect_left(order, day - _AGREE_DAYS) : bisect_right(order, day + _AGREE_DAYS)]
        for day in order
    }
    votes = {day: sum(days[d] for d in near[day]) for day in days}
    centre = min(days, key=lambda day: (-votes[day], -days[day], day))
    agreed = [day for day in near[centre] if days[day] > 1] or near[centre]
    return dates.to_iso(min(agreed)), len(near[centre]) == len(days)


def _commonest(texts: Iterable[str]) -> str:
    """The text that occurs most often; the first by the alphabet of several, empty of none."""
    counts = Counter(texts)
    return min(counts, key=lambda text: (-counts[text], text), default="")


def _words(name: str) -> tuple[str, ...]:
    """Letters and numbers in order: ``claude-opus-4.6`` and ``Claude-Opus-4-6`` are one name."""
    return tuple(_WORD.findall(name.lower()))


def _some(entries: list[str]) -> str:
    return ", ".join(shown(entry, 60) for entry in entries[:_EXAMPLES])


def _from_csv(payload: bytes, where: str) -> dict[str, list[Any]]:
    table = csv_columns(payload, where, _CSV)
    for row, word in enumerate(table["open_weights"], start=1):
        if word not in _OPEN:
            raise PayloadError(
                f"{where}: open_weights in row {row} is not True or False: {shown(word)}"
            )
    entries = [f"{lab}/{model}" for lab, model in zip(table["lab"], table["model"], strict=True)]
    is_open = [_OPEN[word] for word in table["open_weights"]]
    columns = (entries, table["name"], table["lab"], table["release_date"], is_open)
    return dict(zip(_COLUMNS, columns, strict=True))


_MODELS_DEV_SOURCE = Source(
    name=_MODELS_DEV,
    publisher="models.dev",
    title="models.dev, an open database of AI models",
    homepage="https://models.dev",
    licence="MIT",
    licence_url="https://github.com/anomalyco/models.dev",
    citation="models.dev contributors. models.dev, an open database of AI models. MIT.",
    hosts=("models.dev",),
    precedence=0,
    parser_version=2,
    parse=_parse_models_dev,
    address="https://models.dev/api.json",
)


# OpenRouter.

_SECONDS_A_DAY = 86_400
#: 2100-01-01: a later day is damage (milliseconds, for instance), not a date.
_LATEST = 4_102_444_800


def _parse_openrouter(payload: bytes, origin: Origin) -> list[Publication]:
    """Read the model list.

    ``release_date`` is the day OpenRouter listed the model, seldom before its release and often
    after; ``organisation`` is the first part of the id. Openness is not stated.
    """
    where = tidy.place(_OPENROUTER, origin)
    answer = mapping(json_value(payload, where), where, "the answer")
    rows = sequence(answer.get("data"), where, "'data'")
    fields = columns(rows, {"entry": "id", "name": "name", "created": "created"}, where)
    created = fields.pop("created")
    fields["release_date"] = [_listed_on(value, row, where) for row, value in enumerate(created, 1)]
    fields["organisation"] = [
        entry.partition("/")[0] if isinstance(entry, str) and "/" in entry else ""
        for entry in fields["entry"]
    ]
    links = answer.get("links")
    return [
        tidy.described(
            "openrouter/models", origin.date, fields, where, basis="fetched",
            more=isinstance(links, dict) and bool(links.get("next")),
            notes=("release_date is the day OpenRouter listed the model",),
        )
    ]  # fmt: skip


def _listed_on(value: Any, row: int, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise PayloadError(
            f"{where}: 'created' of row {row} should be seconds since 1970, found {shown(value)}"
        )
    return dates.to_iso(value / _SECONDS_A_DAY)


_OPENROUTER_SOURCE = Source(
    name=_OPENROUTER,
    publisher="OpenRouter",
    title="OpenRouter model list",
    homepage="https://openrouter.ai/models",
    licence="no licence stated; the terms of OpenRouter apply",
    licence_url="https://openrouter.ai/terms",
    citation="OpenRouter. Model list, openrouter.ai/api/v1/models.",
    hosts=("openrouter.ai",),
    precedence=0,
    parse=_parse_openrouter,
    address="https://openrouter.ai/api/v1/models",
)

SOURCES = (_MODELS_DEV_SOURCE, _OPENROUTER_SOURCE)
