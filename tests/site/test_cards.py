"""A card says what the answer and the tags say, in two languages, under a name of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag import tags
from elolag.dates import MonthOnly
from elolag.estimate.model_dates import ModelDate
from elolag.results import citing
from elolag.results.cards import _BEHIND
from elolag.results.verdict import SETTLED_VOTES
from elolag.site.cards import Deck, _slugs, address, references
from elolag.site.content import Page
from elolag.site.material import Found

_ODD = ["index", "con", "nul.1", "com1", "..", "../x", "a+b", "a_b", "a-b", "A-B", "", "-", "."]
_KEYS = st.one_of(st.text(max_size=120), st.sampled_from(_ODD))


@pytest.fixture(scope="module")
def deck(found: Found) -> Deck:
    return Deck(found)


@pytest.fixture(scope="module")
def cards(deck: Deck) -> dict[tuple[str, str], Page]:
    return {(m.model, lang): deck.card(m, lang) for m in deck.models for lang in ("en", "de")}


def _texts(page: Page) -> Iterator[str]:
    """Everything a page says that is not a name of a file."""
    yield page.title
    yield page.standfirst
    for section in page.sections:
        yield section.title
        yield from (*section.prose, *section.after)
        for lead, text in section.points:
            yield f"{lead} {text}"
        for link in section.links:
            yield f"{link.label} {link.words}"


def _points(page: Page) -> str:
    return "\n".join(f"{lead} {text}" for s in page.sections for lead, text in s.points)


_MONTHS = {name.lower(): str(k + 1) for names in citing._MONTHS.values()
           for k, name in enumerate(names.split())}  # fmt: skip


def _numbers(page: Page) -> list[str]:
    """Every number a page says: days in one form, with a point for decimals."""
    text = "\n".join(_texts(page))
    if page.lang == "de":
        text = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", text)
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    else:
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(\d{1,2})\.? ([^\W\d]+) (\d{4})", _dated, text)
    return sorted(re.findall(r"\d+(?:\.\d+)?", text))


def _dated(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    return f"{day} {_MONTHS[month.lower()]} {year}" if month.lower() in _MONTHS else found.group()


@given(st.sets(_KEYS, max_size=30))
def test_a_name_is_plain_never_empty_and_nobody_elses(keys: set[str]) -> None:
    found = _slugs(keys)
    assert set(found) == keys
    assert len(set(found.values())) == len(keys)
    for slug in found.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", slug)
        assert ".." not in slug
        assert len(slug) <= 80
        assert slug.partition(".")[0] not in {"index", "con", "prn", "aux", "nul", "com1", "lpt1"}


@given(st.sets(_KEYS, max_size=20), _KEYS)
def test_an_address_stays_when_another_model_joins(keys: set[str], new: str) -> None:
    before, after = _slugs(keys), _slugs(keys | {new})
    assert {key: after[key] for key in keys} == before


def test_plain_keys_are_their_own_names_and_collisions_are_told_apart() -> None:
    plain = {"kimi-k3", "gpt-5.2", "claude-opus-4-6"}
    assert _slugs(plain) == {key: key for key in plain}
    both = _slugs(["a+b", "a-b", "a_b"])
    assert both["a-b"] == "a-b"
    assert both["a+b"] != both["a_b"]
    # Even where somebody calls a model by the name another one would get.
    taken = _slugs(["a+b"])["a+b"]
    again = _slugs(["a+b", taken])
    assert again[taken] == taken
    assert again["a+b"].startswith(taken)


@given(st.text(max_size=60))
def test_an_address_is_https_plain_and_within_its_text(text: str) -> None:
    found = address(f"see https://example.org/{text}")
    assert found == "" or (found in f"see https://example.org/{text}" and found.isascii())
    assert found == "" or not set(found) & set("<>\"'` \\")


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ('https://a.example/x (2026, "said")', "https://a.example/x"),
        ("README of https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x_(y)).", "https://a.example/x_(y)"),
        ("http://a.example/x", ""),
        ("javascript:alert(1)", ""),
        ("https://user:secret@a.example/", ""),
        ("https://localhost/", ""),
        ("https://[::1]/", ""),
        ("https://a.example/<script>", "https://a.example/"),
        ("Epoch table, row 3", ""),
    ],
)
def test_only_an_https_address_of_a_host_becomes_a_link(text: str, to: str) -> None:
    assert address(text) == to


def test_every_record_has_a_card_and_no_other_model(found: Found, deck: Deck) -> None:
    assert found.leads is not None
    tops = {s.leader for s in found.leads.standings} | {s.follower for s in found.leads.standings}
    records = {m.model for m in found.dates.models if m.record} | tops
    assert [m.model for m in deck.models] == [
        m.model for m in found.dates.models if m.model in records
    ]
    paths = [page.path for page in deck.pages()]
    assert len(paths) == len(set(paths)) == 2 + 2 * len(records)
    for lang in ("en", "de"):
        (section,) = deck.index(lang).sections
        assert [link.to for link in section.links] == [
            deck.path(m.model, lang) for m in deck.models
        ]
        assert {link.to for link in section.links} <= set(paths)


def test_the_best_of_a_list_of_its_day_has_a_card_though_it_is_no_record(found: Found) -> None:
    assert found.leads is not None
    weak = replace(found.dates.models[3], record=False, best=False)
    models = tuple(weak if m.model == weak.model else m for m in found.dates.models)
    side = "leader" if weak.group == found.leads.leader_group else "follower"
    listed = replace(found.leads.standings[0], **{side: weak.model})
    old = replace(
        found, dates=replace(found.dates, models=models),
        leads=replace(found.leads, standings=(listed, *found.leads.standings)),
    )  # fmt: skip
    deck = Deck(old)
    assert weak in deck.models
    text = _points(deck.card(weak, "en"))
    assert "none by the ratings of" in text
    assert "the best of its side on one of 2 lists, that of" in text
    assert weak not in Deck(replace(old, leads=None)).models


@pytest.mark.parametrize(
    ("tops", "first", "english", "german"),
    [
        (1, 1, "on one of 9 lists, that of 1 May 2026; there ahead of the other side.",
         "Das beste seiner Seite auf einer von 9 Listen, der vom 1. Mai 2026; auf ihr auch vor der "
         "anderen Seite."),
        (3, 1, "to 3 May 2026; ahead of the other side on one of them.",
         "Das beste seiner Seite auf 3 von 9 Listen, vom 1. Mai 2026 bis zum 3. Mai 2026; auf "
         "einer davon vor der anderen Seite."),
        (3, 2, "to 3 May 2026; ahead of the other side on 2.", "; auf 2 davon vor der anderen"),
        (3, 3, "to 3 May 2026; ahead of the other side on all of them.",
         "; auf allen davon vor der anderen Seite."),
    ],
)  # fmt: skip
def test_on_how_many_lists_it_was_the_best(
    found: Found, tops: int, first: int, english: str, german: str
) -> None:
    assert found.leads is not None
    model = next(m for m in found.dates.models if m.group == found.leads.leader_group)
    one = found.leads.standings[0]
    days = [f"2026-05-0{day}" for day in range(1, 10)]
    standings = tuple(
        replace(one, date=day, leader=model.model if k < tops else "another",
                leader_rating=1500.0, follower_rating=1499.0 if k < first else 1501.0)
        for k, day in enumerate(days)
    )  # fmt: skip
    deck = Deck(replace(found, leads=replace(found.leads, standings=standings)))
    assert english in _points(deck.card(model, "en"))
    assert german.removeprefix("Das ") in _points(deck.card(model, "de"))


def test_a_german_sentence_after_a_colon_begins_with_a_capital(
    deck: Deck, cards: dict[tuple[str, str], Page]
) -> None:
    for model in deck.models:
        page = cards[model.model, "de"]
        for text in (page.standfirst, _points(page)):
            assert re.search(r": (Chinesische|US-)[- ]?Modelle ", text)
            assert not re.search(r": chinesische Modelle ", text)


def test_no_bracket_stands_within_another_and_parents_are_told_in_german(found: Found) -> None:
    deck, tables = Deck(found), found.material.tables
    model = deck.models[0]
    row = tables.models[model.model]
    lab = replace(
        tables.lab(row), name="Moonshot AI (Kimi)", parent="Tsinghua University researchers"
    )
    changed = replace(found.material, tables=replace(tables, labs={row.lab: (lab,)}))
    deck = Deck(replace(found, material=changed))
    for lang, parent in (
        ("en", "controlling parent: Tsinghua University researchers."),
        ("de", "maßgeblich getragen von: Forschende der Tsinghua-Universität."),
    ):
        page = deck.card(model, lang)
        assert "(Moonshot AI, " in page.standfirst
        assert "Moonshot AI (Kimi), " in _points(page)
        assert parent in _points(page)


def test_a_lab_that_is_its_own_parent_is_told_once(found: Found) -> None:
    deck, tables = Deck(found), found.material.tables
    row = tables.models[deck.models[0].model]
    lab = replace(tables.lab(row), name="Moonshot AI (Kimi)", parent="Moonshot AI")
    changed = replace(found.material, tables=replace(tables, labs={row.lab: (lab,)}))
    card = Deck(replace(found, material=changed)).card(deck.models[0], "en")
    assert "Lab: Moonshot AI (Kimi), " in _points(card)
    assert "controlling parent" not in _points(card)


def test_every_description_of_who_is_behind_a_lab_has_its_german() -> None:
    parents = {row.parent for rows in tags.ours().labs.values() for row in rows}
    told = {p for p in parents if re.search(r"\b(researchers|partners|team|with)\b", p)}
    assert told == set(_BEHIND)


def test_a_card_is_model_dates_and_tags_field_by_field(
    found: Found, deck: Deck, cards: dict[tuple[str, str], Page]
) -> None:
    tables = found.material.tables
    for model in deck.models:
        row, page = tables.models[model.model], cards[model.model, "en"]
        lab = tables.lab(row)
        text = _points(page)
        assert page.standfirst == model.sentence("en", deck.named, lab.name)
        assert f"Listed as: {model.entry}" in text
        assert f"Lab: {lab.name}, {'US' if lab.country == 'US' else 'China'}." in text
        day = citing.date(row.release_date, "en")
        assert f"Released: {day}, known to the day by its announcement." in text
        assert "Weights: not open" in text
        assert f"Rating: {model.rating:.1f}, 95% interval" in text
        low, high = model.rating - 1.959964 * model.sd, model.rating + 1.959964 * model.sd
        assert f"interval {low:.1f} to {high:.1f}," in text
        assert model.votes is not None
        assert f"Votes: {model.votes:,}." in text
        assert _clause(deck, model) in text
        assert f"At its release: {citing.lag(model.months, model.censored, 'en')};" in text
        assert _rank(found, model) in text
        dated = references(row.evidence)
        assert f"rests on {len(dated)} sources" in page.sections[2].prose[0]
        for reference in dated:
            shown = [t for _, t in page.sections[2].points]
            shown += [link.label for link in page.sections[2].links]
            assert reference in shown


def _clause(deck: Deck, model: ModelDate) -> str:
    clause = model.reach.words("en", deck.named)
    return f"at its level: {clause}."


def _rank(found: Found, model: ModelDate) -> str:
    """The slow way: sort both sides and look where it stands."""
    own = sorted((m.rating for m in found.dates.models if m.group == model.group), reverse=True)
    other = [m.rating for m in found.dates.models if m.group != model.group]
    place = own.index(model.rating) + 1
    above = len([r for r in other if r > model.rating])
    return f"Now: place {place} of {len(own)} " + (
        f"Chinese models, by mean ratings; rated higher among {len(other)} US models: {above}."
        if model.group == "CN"
        else f"US models, by mean ratings; rated higher among {len(other)} Chinese models: {above}."
    )


def test_who_passed_a_model_and_when(found: Found, deck: Deck) -> None:
    for model in deck.models:
        text, above = _points(deck.card(model, "en")), model.reach.above
        if model.reach.state == "not-yet":
            assert "Matched or passed: by no " in text
        elif above is not None and above[1] > model.released:
            day = citing.date(above[1], "en")
            assert f"Matched or passed: by {deck.named(above[0])} of {day}." in text
        else:
            assert "Matched or passed" not in text
    states = {m.reach.state for m in deck.models}
    assert {"reached", "not-yet"} <= states


@pytest.mark.parametrize(
    ("never", "sure", "sicher"),
    [(0.0, "", ""), (0.04, "", ""), (0.18, "probably ", "wahrscheinlich "),
     (0.6, "by the mean ratings ", "nach den mittleren Wertungen ")],
)  # fmt: skip
def test_what_draws_leave_open_is_not_told_as_sure(
    found: Found, never: float, sure: str, sicher: str
) -> None:
    """As the answer has it: nothing from 95% on, "probably" from half."""
    deck = Deck(found)
    passed = next(
        m for m in deck.models if m.reach.below and m.reach.above and deck._passed(m, "en")
    )
    open_ = replace(passed, reach=replace(passed.reach, never=never))
    english, german = deck.card(open_, "en"), deck.card(open_, "de")
    assert f" was {sure}there " in english.standfirst
    assert f"Matched or passed: {sure}by " in _points(english)
    assert f"sein Niveau {sicher}zwischen" in german.standfirst
    assert f"Eingeholt oder überholt: {sicher}von " in _points(german)
    none = replace(open_.reach, state="not-yet", date=None, above=None, never=1 - never)
    assert f"had {sure}not been there" in none.words()
    assert f" {sicher}nicht erreicht" in none.words("de")


def test_a_record_lasts_until_the_next_of_its_side(found: Found, deck: Deck) -> None:
    for group in ("US", "CN"):
        records = [m for m in reversed(found.dates.models) if m.record and m.group == group]
        for model, after in pairwise(records):
            until = f"until {deck.named(after.model)} came on {citing.date(after.released, 'en')}."
            assert until in _points(deck.card(model, "en"))
        assert "none of its side is rated higher" in _points(deck.card(records[-1], "en"))


def test_few_votes_are_said_to_be_provisional_on_arenas_boards_only(found: Found) -> None:
    deck = Deck(found)
    young = replace(deck.models[0], votes=SETTLED_VOTES - 1)
    assert "14,999, and so its rating is provisional: under 15,000" in _points(
        deck.card(young, "en")
    )
    assert "14.999; damit ist die Wertung vorläufig: Unter 15.000" in _points(
        deck.card(young, "de")
    )
    elsewhere = Deck(replace(found, dates=replace(found.dates, board="comparia/text")))
    assert "provisional" not in _points(elsewhere.card(young, "en"))
    gone = replace(young, votes=None)
    assert "Votes: not known" in _points(deck.card(gone, "en"))


def test_month_precision_weights_base_and_a_single_source(found: Found) -> None:
    deck, tables = Deck(found), found.material.tables
    model = deck.models[0]
    row = replace(
        tables.models[model.model], precision="month", date_basis="api", evidence="one thing",
        weights_date="2026-08-01", base=deck.models[1].model, note="unverified day",
    )  # fmt: skip
    models = {**tables.models, model.model: row}
    changed = replace(found.material, tables=replace(tables, models=models))
    english = Deck(replace(found, material=changed)).card(model, "en")
    german = Deck(replace(found, material=changed)).card(model, "de")
    month, day = (
        citing.month_of(row.release_date[:7], "en"),
        citing.date(str(row.release_date), "en"),
    )
    released = f"Released: {month}, by its appearance in an API; the day is not known, and {day} is"
    assert released in _points(english)
    assert "Weights: open since 1 August 2026." in _points(english)
    assert f"Built on: {deck.named(row.base)}." in _points(english)
    assert "rests on a single source" in english.sections[2].prose[0]
    assert "marked as unverified" in english.sections[2].prose[0]
    assert "offen seit dem 1. August 2026" in _points(german)
    assert "durch eine einzige Quelle belegt" in german.sections[2].prose[0]
    assert _numbers(english) == _numbers(german)


def test_tables_call_a_lab_as_cards_do(found: Found) -> None:
    """By its name of the day, without what our tables add to it."""
    model = found.dates.models[0]
    tables = found.material.tables
    row = tables.models[model.model]
    first = replace(tables.lab(row), name="Older (then)", until="2024-12-31")
    now = replace(first, name="Newer / Newest (now)", from_="2025-01-01", until="")
    changed = replace(found.material, tables=replace(tables, labs={row.lab: (first, now)}))
    assert changed.lab(model.model) == Deck(replace(found, material=changed)).lab(model) == "Newer"


def test_of_releases_known_to_the_month_no_card_tells_a_day(found: Found) -> None:
    def blurred(pair: tuple[str, str] | None) -> tuple[str, str] | None:
        return pair and (pair[0], MonthOnly(pair[1]))

    models = tuple(
        replace(
            m, released=MonthOnly(m.released),
            reach=replace(m.reach, above=blurred(m.reach.above), below=blurred(m.reach.below)),
        )
        for m in found.dates.models
    )  # fmt: skip
    deck = Deck(replace(found, dates=replace(found.dates, models=models)))
    of_record = {"en": r"from (\w+ 20\d\d) until .+ came in \w+ 20", "de": "ab .+ im .+ kam"}
    for lang, wanted in of_record.items():
        days = {citing.date(str(m.released), lang) for m in models}
        lines = [link.words for link in deck.index(lang).sections[0].links]
        for model in deck.models:
            card = deck.card(model, lang)
            told = [text for lead, text in card.sections[0].points if "nterval" not in lead]
            assert not [d for d in days for text in (*told, *lines, card.standfirst) if d in text]
        (record,) = (t for lead, t in deck.card(deck.models[4], lang).sections[0].points
                     if lead in ("Record of its side:", "Rekord seiner Seite:"))  # fmt: skip
        assert re.match(wanted, record)


def test_german_and_english_cards_carry_the_same_figures(
    deck: Deck, cards: dict[tuple[str, str], Page]
) -> None:
    for model in deck.models:
        english, german = cards[model.model, "en"], cards[model.model, "de"]
        assert _numbers(english) == _numbers(german)
        assert (english.twin, german.twin) == (german.path, english.path)
        assert german.path == f"de/{english.path}"
        assert [s.key for s in english.sections] == [s.key for s in german.sections]
    assert _numbers(deck.index("en")) == _numbers(deck.index("de"))


def test_a_card_says_no_number_that_neither_answer_nor_tags_hold(
    found: Found, deck: Deck, cards: dict[tuple[str, str], Page]
) -> None:
    assert found.leads is not None
    dates, leads = found.dates, found.leads
    ranks = {str(number) for number in range(len(dates.models) + 1)}
    for model in deck.models:
        row = found.material.tables.models[model.model]
        half = 1.959963984540054 * model.sd
        held = [
            *(str(v) for v in (model.to_dict(), row, dates.vintage, dates.as_of, deck.names)),
            *(str(s.to_dict()) for s in leads.standings),
            *(m.released for m in dates.models), model.model,
            f"{SETTLED_VOTES} {dates.n_draws} {dates.seed} {100 * dates.level:g}",
            *(f"{v:.1f}" for v in (model.rating, model.rating - half, model.rating + half)),
            *(f"{abs(v):.1f}" for v in (model.months, model.low, model.high) if v is not None),
            f"{100 * model.reach.never:.0f}",
        ]  # fmt: skip
        known = {f"{float(n):g}" for text in held for n in re.findall(r"\d+(?:\.\d+)?", text)}
        said = {f"{float(n):g}" for n in _numbers(cards[model.model, "en"])}
        assert said - known <= ranks


def test_no_phrase_is_left_in_the_other_language(cards: dict[tuple[str, str], Page]) -> None:
    foreign = re.compile(r"\b(the|its|rated|none|behind|ahead|months|list)\b")
    for (_, lang), page in cards.items():
        text = "\n".join((page.standfirst, *(f"{a} {b}" for a, b in page.sections[0].points)))
        assert bool(foreign.search(text)) == (lang == "en")


def test_a_hostile_name_reaches_no_path_and_no_address(deck: Deck) -> None:
    for page in deck.pages():
        for name in (page.path, page.twin):
            assert re.fullmatch(r"(de/)?models/[a-z0-9.-]+\.html", name)
        for section in page.sections:
            for link in section.links:
                inside = re.fullmatch(r"(de/)?(models/[a-z0-9.-]+|leads/index)\.html", link.to)
                assert inside or link.to.startswith("https://")
                assert not set(link.to) & set("<>\"' ")


def test_models_called_alike_are_told_apart_by_their_month(found: Found) -> None:
    first, second = found.dates.models[0], found.dates.models[2]
    twins = (replace(first, model="gpt-9-2026-01-01"), replace(second, model="gpt-9-2026-02-02"))
    deck = Deck(replace(found, dates=replace(found.dates, models=twins)))
    assert deck.named("gpt-9-2026-01-01") == f"GPT-9 ({first.released[:7]})"
    assert deck.named("gpt-9-2026-02-02") == f"GPT-9 ({second.released[:7]})"
