"""Proposals: labs, dates, renames, what is left alone; on unseen months; as a patch."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
from pathlib import Path

import pytest
from tags_builders import alias, fact, lab, listed, model, small

from elolag.errors import UsageError
from elolag.schema import Origin
from elolag.sources import metadata
from elolag.tags import Lookup, Tables, load
from elolag.tags.listings import Listed, _table_facts
from elolag.tags.suggest import Suggestion, suggest, write_folder

ROOT = Path(__file__).resolve().parents[2]
TABLES = small(
    [
        model("gpt-5", "openai", date="2025-08-07"),
        model("gpt-5-mini", "openai", date="2025-08-07"),
        model("gpt-4o", "openai", date="2024-05-13"),
        model("kimi-k2", "moonshot", date="2025-07-11", weights="2025-07-11"),
        model("kimi-k2.5", "moonshot", date="2026-01-27", weights="2026-01-27"),
        model("kimi-k3", "moonshot", date="2026-07-16"),
        model("llama-4", "meta", date="2025-04-05", weights="2025-04-05"),
        model("nemotron-3", "nvidia", date="2025-12-15", weights="2025-12-15"),
    ],
    [
        *(alias(m, m) for m in ("gpt-5", "gpt-4o", "kimi-k2", "kimi-k3", "llama-4", "nemotron-3")),
        alias("gpt-5-xhigh-32k", "gpt-5", effort="xhigh-32k"),
    ],
    lab("moonshot", "CN"),
)


def one(*entries: Listed, facts: tuple[object, ...] = ()) -> Suggestion:
    found = suggest(TABLES, entries, facts)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def test_nothing_to_propose() -> None:
    assert suggest(TABLES, [listed("gpt-5"), listed("kimi-k2")], ()) == []


def test_lab_from_the_organisation_and_the_family() -> None:
    found = one(listed("gpt-6", "2026-08-20", organisation="OpenAI", licence="Proprietary"))
    assert found.model is not None
    assert (found.model.model, found.model.lab, found.country) == ("gpt-6", "openai", "US")
    assert found.model.weights_date == ""
    assert found.model.date_basis == "first listed"
    assert found.model.release_date == "2026-08-20"
    assert "the board prints 'OpenAI', and 3 of 3 names that start so are its own" in found.reason
    assert [a.entry for a in found.aliases] == ["gpt-6"]


def test_lab_from_the_family_alone() -> None:
    found = one(listed("kimi-k4"))
    assert found.model is not None
    assert (found.model.lab, found.country) == ("moonshot", "CN")


def test_the_publisher_is_believed_before_the_name() -> None:
    found = one(listed("llama-4-nemotron", organisation="Nvidia"))
    assert found.model is not None
    assert found.model.lab == "nvidia"
    assert found.country == "US"


@pytest.mark.parametrize("organisation", ["", "Acme Robotics"])
def test_no_country_is_guessed(organisation: str) -> None:
    found = one(listed("wonder-1", organisation=organisation))
    assert (found.aliases, found.model, found.lab, found.country) == ((), None, None, "")
    assert "hand" in found.reason or "add it with its country" in found.reason


def test_an_unknown_organisation_ends_a_familiar_name() -> None:
    found = one(listed("gpt-6-tuned", organisation="Acme Robotics"))
    assert found.country == ""


def test_a_new_lab_where_a_source_names_its_country() -> None:
    row = fact("acme/wonder-1", "2026-08-01", source="epoch-eci", country="Japan")
    found = one(listed("wonder-1", "2026-08-05", organisation="Acme Robotics"), facts=(row,))
    assert found.lab is not None
    assert (found.lab.lab, found.lab.country, found.country) == ("acme-robotics", "JP", "JP")
    assert found.model is not None
    assert found.model.release_date == "2026-08-01"
    assert "epoch-eci 2025-03-01 acme/wonder-1 2026-08-01" in found.model.evidence


def test_dates_come_from_metadata_then_stamps_then_the_listing() -> None:
    rows = (
        fact("moonshotai/kimi-k4", "2026-08-03", open_weights="true"),
        fact("moonshotai/kimi-k4", "2026-08-05", source="openrouter"),
    )
    dated = one(listed("kimi-k4", "2026-08-10"), facts=rows)
    assert dated.model is not None
    assert dated.model.release_date == dated.model.weights_date == "2026-08-03"
    assert dated.model.date_basis == "announcement"
    served = one(listed("kimi-k4", "2026-08-10"), facts=rows[1:])
    assert served.model is not None
    assert (served.model.release_date, served.model.date_basis) == ("2026-08-05", "api")
    stamped = one(listed("kimi-k4-0801", "2026-08-10"))
    assert stamped.model is not None
    assert (stamped.model.release_date, stamped.model.date_basis) == ("2026-08-01", "name stamp")
    old = one(listed("kimi-k4-1220", "2026-01-03"))
    assert old.model is not None
    assert old.model.release_date == "2025-12-20"


def test_a_date_years_before_the_listing_is_of_another_model() -> None:
    found = one(listed("kimi-k4", "2026-08-10"), facts=(fact("kimi-k4", "2024-08-03"),))
    assert found.model is not None
    assert found.model.date_basis == "first listed"


def test_a_release_after_its_listing_is_said() -> None:
    found = one(listed("kimi-k4", "2026-08-01"), facts=(fact("kimi-k4", "2026-08-09"),))
    assert "a test before release?" in found.reason


def test_an_open_licence_proposes_weights_and_says_so() -> None:
    found = one(listed("kimi-k4", licence="Modified MIT"))
    assert found.model is not None
    assert found.model.weights_date == found.model.release_date
    assert "check" in found.model.note


@pytest.mark.parametrize(
    ("entry", "to", "effort"),
    [
        ("gpt-5-high", "gpt-5", "high"),
        ("gpt-5 (xHigh)", "gpt-5", "xhigh"),
        ("kimi-k3-max", "kimi-k3", "max"),
        ("kimi-k3-thinking", "kimi-k3", "thinking"),
        ("gpt-4o-xhigh-32k", "gpt-4o", "xhigh 32k"),
        ("Kimi K3", "kimi-k3", ""),
    ],
)
def test_efforts_and_spellings_are_aliases(entry: str, to: str, effort: str) -> None:
    found = one(listed(entry))
    assert found.model is None
    assert [(a.entry, a.model, a.effort) for a in found.aliases] == [(entry, to, effort)]
    assert found.reason.startswith(f"{to}: reads like")


def test_a_word_that_may_be_an_effort_stays_in_an_unknown_name() -> None:
    found = one(listed("kimi-k4-max"))
    assert found.model is not None
    assert found.model.model == "kimi-k4-max"


#: Families as the boards show them: efforts of some, products called max of others, both of one.
FAMILIES = small(
    [
        model("claude-fable-5", "anthropic"),
        model("gpt-5.5", "openai"),
        model("gpt-5.1-codex-max", "openai"),
        model("kimi-k3", "moonshot"),
        model("qwen3-max", "alibaba"),
        model("qwen3.7-max-preview", "alibaba"),
        model("qwen3-next", "alibaba"),
        model("ernie-5.1", "baidu"),
        model("flux-2", "bfl"),
        model("flux-1-kontext-max", "bfl"),
    ],
    [
        alias("claude-fable-5-high", "claude-fable-5", effort="high"),
        alias("gpt-5.5-high", "gpt-5.5", effort="high"),
        alias("gpt-5.5-xhigh", "gpt-5.5", effort="xhigh"),
        alias("kimi-k3-thinking", "kimi-k3", effort="thinking"),
        alias("qwen3-next-no-thinking", "qwen3-next", effort="no-thinking"),
        *(alias(m, m) for m in ("qwen3-max", "flux-2", "flux-1-kontext-max", "ernie-5.1")),
    ],
)


@pytest.mark.parametrize(
    ("entry", "to", "effort"),
    [
        ("kimi-k3-max", "kimi-k3", "max"),
        ("kimi-k4-max", "kimi-k4", "max"),
        ("claude-fable-5.1-max", "claude-fable-5.1", "max"),
        ("gpt-6-sol-max", "gpt-6-sol", "max"),
        ("GPT-6 Sol (Max)", "gpt-6-sol", "max"),
        ("gpt-6-codex-max", "gpt-6-codex-max", ""),
        ("qwen3.8-max", "qwen3.8-max", ""),
        ("qwen3.7-max", "qwen3.7-max", ""),
        ("qwen3-next-max", "qwen3-next-max", ""),
        ("ernie-x-max", "ernie-x-max", ""),
        ("ernie-5.1-max", "ernie-5.1", "max"),
        ("flux-2-max", "flux-2-max", ""),
        ("max", "max", ""),
    ],
)
def test_max_is_an_effort_where_the_family_has_others(entry: str, to: str, effort: str) -> None:
    printed = {"c": "Anthropic", "k": "Moonshot", "q": "Alibaba", "e": "Baidu"}
    printed["f"] = "Black Forest Labs"
    found = suggest(FAMILIES, [listed(entry, organisation=printed.get(entry[0], "OpenAI"))])[0]
    assert [(a.model, a.effort) for a in found.aliases] == [(to, effort)]


def test_a_stem_listed_beside_it_makes_max_an_effort() -> None:
    (found,) = suggest(
        FAMILIES,
        [listed("ernie-6", organisation="Baidu"), listed("ernie-6-max", organisation="Baidu")],
    )
    assert found.model is not None
    assert found.model.model == "ernie-6"
    assert {a.effort for a in found.aliases} == {"", "max"}


def test_dates_from_models_dev_as_it_is_served() -> None:
    served = {
        "groq": {"models": {"moonshotai/Kimi-K4": {"release_date": "2026-08-04"}}},
        "nebius": {"models": {"kimi-k4": {"release_date": "2026-08-04"}}},
        "poe": {"models": {"kimi-k4": {"release_date": "2026-08-09"}}},
    }
    origin = Origin("api.json", "2026-08-20")
    (publication,) = metadata._parse_models_dev(json.dumps(served).encode(), origin)
    facts = _table_facts("models-dev", "2026-08-20", publication.tables["models"])
    (found,) = suggest(TABLES, [listed("kimi-k4-high", "2026-08-10")], facts)
    assert (found.maker, found.released, found.why) == ("moonshot", "2026-08-04", "models-dev")
    assert "models-dev 2026-08-20 kimi-k4 2026-08-04" in found.reason


def test_the_highest_rated_comes_first_in_few_words() -> None:
    def placed(entry: str, gap: float, **more: str) -> Listed:
        return dataclasses.replace(listed(entry, "2026-08-05", **more), gap=gap)

    found = suggest(
        TABLES,
        [
            placed("wonder-1", math.nan),
            placed("kimi-k3-high", 60.0),
            placed("gpt-6", 3.0, organisation="OpenAI"),
            placed("gpt-6-high", 0.0, organisation="OpenAI"),
            placed("kimi-k4-0801", 20.0),
        ],
    )
    assert [s.cells() for s in found] == [
        ("gpt-6 (+1)", "openai", "US", "2026-08-05", "first listed"),
        ("kimi-k4-0801", "moonshot", "CN", "2026-08-01", "stamp 0801"),
        ("kimi-k3-high", "moonshot", "CN", "2026-07-16", "effort high"),
        ("wonder-1", "?", "?", "?", "by hand: no lab known"),
    ]
    assert [s.gap for s in found] == [0.0, 20.0, 60.0, None]


def test_entries_of_one_new_model_come_together() -> None:
    entries = [
        listed("kimi-k4-high", "2026-08-05"),
        listed("kimi-k4-max", "2026-08-09"),
        listed("kimi-k4-high", "2026-08-03", source="arena-web"),
    ]
    found = one(*entries)
    assert found.model is not None
    assert found.model.model == "kimi-k4"
    assert found.first == "2026-08-03"
    assert {(a.entry, a.effort) for a in found.aliases} == {
        ("kimi-k4-high", "high"),
        ("kimi-k4-max", "max"),
    }


def test_a_rename_follows_a_vanished_entry() -> None:
    old = listed("kimi-k2", "2026-01-01", last="2026-07-01", rating=(1380, 1390), votes=(100, 9000))
    new = listed("kimi-k2-instant", "2026-07-08", rating=(1392, 1392), votes=(9100, 9100))
    found = suggest(TABLES, [old, new])
    assert [a.model for a in found[0].aliases] == ["kimi-k2"]
    assert "takes the place of its vanished entry" in found[0].reason
    for changed in (
        listed("kimi-k2-instant", "2026-07-08", rating=(1402, 1402), votes=(9100, 9100)),
        listed("kimi-k2-instant", "2026-07-08", rating=(1392, 1392), votes=(800, 800)),
        listed("kimi-k2-instant", "2026-06-08", rating=(1392, 1392), votes=(9100, 9100)),
    ):
        assert suggest(TABLES, [old, changed])[0].model is not None


def test_an_entry_that_rates_far_from_its_model_is_pointed_out() -> None:
    old = listed("kimi-k3", rating=(1400, 1400))
    new = listed("kimi-k3-high", "2026-08-05", rating=(1545, 1545))
    found = suggest(TABLES, [old, new])[0]
    assert "145 points from its others on arena/text: a new version?" in found.reason


def test_a_known_key_of_another_organisation_is_left_to_a_person() -> None:
    found = one(listed("llama-4", organisation="Meta"), listed("gpt-4o-low", organisation="Meta"))
    assert found.aliases == ()
    assert "another organisation" in found.reason


@pytest.mark.parametrize(
    "entry", ["../../etc/passwd", "<b>x</b>", "a\u202eb", "名前", "-", "x" * 9000]
)
def test_odd_names_do_no_harm(entry: str) -> None:
    found = one(listed(entry, organisation="OpenAI"))
    assert found.model is not None
    assert "/" not in found.model.model


def test_every_proposal_stands_as_a_layer(tmp_path: Path) -> None:
    """What is written loads, with --tags, and tags every entry it was made for."""
    entries = [
        listed("gpt-9-high", organisation="OpenAI"),
        listed("kimi-k9", "2026-08-05"),
        listed('a "quoted", name', organisation="Meta"),
    ]
    found = suggest(load(), entries)
    written = write_folder(found, tmp_path / "mine")
    assert [path.name for path in written] == ["models.csv", "aliases.csv"]
    lookup = Lookup(load(tmp_path / "mine"))
    assert all(lookup.alias(e.source, e.entry) for e in entries)
    before = {path: path.read_bytes() for path in written}
    with pytest.raises(UsageError, match="mine exists; name a new folder"):
        write_folder(found, tmp_path / "mine")
    assert {path: path.read_bytes() for path in written} == before


def test_a_folder_that_is_there_is_never_written_into(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exists; name a new folder"):
        write_folder([one(listed("kimi-k4"))], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_proposal_no_folder_is_made(tmp_path: Path) -> None:
    assert write_folder([one(listed("wonder-1"))], tmp_path / "mine") == []
    assert not (tmp_path / "mine").exists()


def benchmark() -> object:
    spec = importlib.util.spec_from_file_location("s", ROOT / "benchmarks" / "tags_suggest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_an_unseen_month(tables: Tables, shipped: list[Listed]) -> None:
    """Nine of ten new entries of known labs get lab and country, none a wrong country."""
    script = benchmark()
    committed = json.loads((ROOT / "benchmarks" / "tags_suggest.json").read_text("utf-8"))
    cut, end = script.MONTHS[-1]  # type: ignore[attr-defined]
    found = script.measure(tables, shipped, cut, end)  # type: ignore[attr-defined]
    assert found == committed[f"{cut} to {end}"]
    for count in (found["entries_of_boards"], found["names"]):
        assert count["entries"] > 30
        assert count["lab_right"] >= 0.9 * count["entries"]
        assert count["country_right"] >= 0.9 * count["entries"]
        assert count["country_wrong"] == 0
    assert found["wrong"] == []
