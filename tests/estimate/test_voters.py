"""Other voters: which ratings are compared, what the shift does to the lag, and what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from elolag import open_archive, plots
from elolag.archive import Snapshot
from elolag.errors import EstimateError, UsageError
from elolag.estimate import voters as module
from elolag.estimate.lag import results
from elolag.estimate.session import Session, prepare
from elolag.estimate.voters import _LANGUAGES, compare_voters
from elolag.model.shift import Shift
from elolag.plots.style import SIZES
from elolag.results.voters import _VERDICTS, TOP, VotersReport, signed
from tests.command import Command, runner
from tests.made_archive import archive, publication

BOARD = "arena/text_style_control"
VINTAGE = "2026-08-19"


@pytest.fixture(scope="module")
def found() -> VotersReport:
    return compare_voters(vintage=VINTAGE, n_draws=200)


@pytest.fixture
def command(monkeypatch, capsys) -> Iterator[Command]:
    return runner(monkeypatch, capsys)


def test_every_language_and_public_on_both_boards(found: VotersReport) -> None:
    kinds = {(r.voters, r.against) for r in found.rows}
    assert kinds == {(name, "english") for name in _LANGUAGES} | {("comparia/text", "overall")}
    assert len(found.rows) == 4 * len(kinds)
    assert {r.board for r in found.rows} == {BOARD, "arena/text"}
    assert not found.refused
    assert all(r.moved for r in found.quoted)
    assert {o.path for o in found.origins} >= {
        f"{BOARD}/{VINTAGE}", f"arena/text/{VINTAGE}", "comparia/text/2026-02-11"
    }  # fmt: skip


def test_the_record_quotes_what_it_gave(found: VotersReport) -> None:
    record = Path(__file__).parents[2] / "docs" / "decisions" / "0013-voters.md"
    text = " ".join(record.read_text("utf-8").split())
    for row in found.quoted:
        name = "compar:IA" if row.voters == "comparia/text" else row.voters.capitalize()
        quoted = f"{row.shift.elo:+.0f}".replace("-", "\N{MINUS SIGN}")
        assert f"{name} {quoted} ({row.shift.error:.0f})" in text
    chinese = [r.shift for r in found.rows if r.voters == "chinese"]
    near, raw, raw_near = (f"{s.elo:+.0f} ({s.error:.0f})" for s in chinese[1:])
    assert f"near the top {near}, raw {raw} and {raw_near.lstrip('+')}" in text
    assert all(r.shift.error == r.shift.by_labs for r in found.rows)


def by_hand(name: str, *, top: bool) -> dict[str, tuple[float, float, bool]]:
    """Model: its rating by a language, in English, and whether it is the follower's."""
    study = prepare(vintage=VINTAGE, n_draws=200)
    lookup = Session().lookup()
    snapshot = open_archive().board(BOARD).snapshot(VINTAGE)
    tables = {c: snapshot.ratings(c).set_index("entry") for c in ("overall", "english", name)}
    sides = {}
    for k, tag in enumerate(study.cast.tags):
        sides[tag.model] = bool(np.isfinite(study.cast.field.follow_from[k]))
    best: dict[str, tuple[float, str]] = {}
    for entry, row in tables["overall"].iterrows():
        alias = lookup.alias(snapshot.source, entry)
        if alias is None or alias.model not in sides:
            continue
        rated = all(
            entry in tables[c].index and not np.isnan(tables[c].at[entry, "se"])
            for c in ("english", name)
        )
        if rated and row["rating"] > best.get(alias.model, (-np.inf, ""))[0]:
            best[alias.model] = (row["rating"], entry)
    highest = max(rating for rating, _ in best.values())
    return {
        model: (tables[name].at[e, "rating"], tables["english"].at[e, "rating"], sides[model])
        for model, (rating, e) in best.items()
        if not top or rating >= highest - TOP
    }


@pytest.mark.parametrize("top", [False, True])
def test_a_model_is_compared_by_the_entry_that_is_best_with_everybody(top: bool) -> None:
    asked: dict = {"vintage": VINTAGE, "n_draws": 200, "session": Session()}
    study = prepare(**asked)
    board = asked["session"].board(BOARD)
    kinds = module._asked(board, board.snapshot(VINTAGE), asked["session"], {})
    (kind,) = (
        k for k in kinds if (k.voters, k.base.board, k.top) == ("korean", BOARD, top)
    )  # fmt: skip
    _, pairs = module._pairs(kind, study, asked["session"].lookup(), 0)
    made = sorted(zip(pairs.other, pairs.base, pairs.moved.tolist(), strict=True))
    assert made == sorted(by_hand("korean", top=top).values())
    labs = {tag.model: tag.lab for tag in study.cast.tags}
    assert len(np.unique(pairs.lab)) == len({labs[m] for m in by_hand("korean", top=top)})


def no_shift(elo: float, error: float = 0.0) -> Shift:
    return Shift(elo, error, None, 1.0, 0.0, (9, 9))


def test_a_shift_of_nothing_leaves_the_lag_and_a_large_one_turns_it() -> None:
    study = prepare(vintage=VINTAGE, n_draws=300)
    for estimand in ("average", "current"):
        (headline,) = results(study, [estimand])
        (same,) = module._moved(study, estimand, [no_shift(0.0)])
        assert same is not None
        assert (same.months, same.low, same.high) == pytest.approx(
            (headline.months, headline.low, headline.high)
        )
    lags = module._moved(study, "average", [no_shift(e) for e in (-20.0, 0.0, 20.0, 60.0)])
    months = [each.months for each in lags if each]
    assert months == sorted(months, reverse=True)
    assert months[-1] < 0
    (unsure,) = module._moved(study, "average", [no_shift(0.0, 15.0)])
    assert unsure is not None
    assert unsure.high - unsure.low > lags[1].high - lags[1].low


def test_sentence_table_and_json_say_the_same(found: VotersReport) -> None:
    kind, top = found.kindest, found.kindest_near_top
    assert kind.shift.elo == max(r.shift.elo for r in found.quoted)
    assert top is not None
    assert top.shift.elo == max(r.shift.elo for r in found.tops)
    assert (kind.voters, top.voters) == ("chinese", "comparia/text")
    english, german = found.sentence(), found.sentence("de")
    for text, lang in ((english, "en"), (german, "de")):
        assert f"{signed(kind.shift.elo, lang)} Elo" in text
        assert f"{signed(top.shift.elo, lang)} Elo" in text
    assert f"compar:IA's public: {signed(top.shift.elo)}" in english
    assert f"das Publikum von compar:IA: {signed(top.shift.elo, 'de')}" in german
    assert "intervals from all models" in english
    assert "Intervallen aus allen Modellen" in german
    assert "China would be" in english
    assert "Stimmten alle so ab" in german
    assert "Of China / US" in [column.label for column in found.table().visible()]
    frame = found.to_frame()
    assert frame["shift"].tolist() == [r.shift.elo for r in found.rows]
    said = found.to_dict()
    assert [row["months"] for row in said["voters"][: len(found.quoted)]] == [
        r.moved.months for r in found.quoted
    ]
    assert (said["sentence"], said["sentence_de"]) == (english, german)
    json.dumps(said, allow_nan=False)


@pytest.mark.parametrize(
    ("lows", "words"),
    [
        ((1.0, 2.0), "None of these voters see a lead."),
        ((-1.0, 2.0), "all models together leave it open."),
        ((1.0, -2.0), "By the intervals of these voters a lead is not excluded."),
        ((-1.0, -2.0), "By the intervals of these voters a lead is not excluded."),
        ((None, None), "By the intervals of these voters a lead is not excluded."),
    ],
)
@pytest.mark.parametrize("who", ["chinese", "japanese"])
def test_the_verdict_goes_by_every_interval(
    found: VotersReport, lows, words: str, who: str
) -> None:
    """Those of who is not the kindest too: no sentence denies what a row of the table leaves."""
    ends = dict(zip((False, True), lows, strict=True))
    rows = tuple(
        replace(r, moved=replace(r.moved, low=ends[r.top] if r.voters == who else 1.0))
        for r in found.rows
        if r.moved
    )
    assert replace(found, rows=rows).sentence().endswith(words)
    undecided = replace(found, rows=rows, headline=replace(found.headline, low=-1.0))
    assert not undecided.sentence().endswith(words)


def test_a_lead_that_compar_ia_leaves_near_the_top_is_not_denied(found: VotersReport) -> None:
    row = next(r for r in found.tops if r.voters == "comparia/text")
    assert row.moved
    assert row.moved.low is not None
    assert row.moved.low < 0
    assert found.sentence().endswith("By the intervals of these voters a lead is not excluded.")
    assert found.sentence("de").endswith("ist ein Vorsprung nicht ausgeschlossen.")


@pytest.mark.parametrize(
    ("low", "words"), [(1.0, "None of these voters see a lead."), (-1.0, "is not excluded.")]
)
def test_where_nobody_near_the_top_is_compared_all_models_decide(
    found: VotersReport, low: float, words: str
) -> None:
    rows = tuple(replace(r, moved=replace(r.moved, low=low)) for r in found.quoted if r.moved)
    alone = replace(found, rows=rows)
    assert alone.kindest_near_top is None
    assert "top" not in alone.sentence()
    assert alone.sentence().endswith(words)


def test_one_kind_of_voters_alone_is_one(found: VotersReport) -> None:
    mine = [r for r in found.rows if r.voters == "chinese" and r.board == BOARD]
    one = replace(found, rows=tuple(mine))
    assert len(one.quoted) == 1
    assert one.sentence().startswith(
        "The only voters compared (those writing in Chinese) rate Chinese models higher than US "
        "models of equal rating: +"
    )
    assert one.sentence("de").startswith(
        "Die einzige verglichene Wählerschaft (wer auf Chinesisch schreibt) wertet chinesische "
        "Modelle höher als gleich gute US-Modelle: +"
    )
    assert "Near the top it is +" in one.sentence()
    assert "Nahe der Spitze sind es +" in one.sentence("de")
    assert "of 18 intervals read together 0.9" in found.footnotes()[0]
    assert "read together" not in replace(one, rows=one.quoted).footnotes()[0]


def test_a_lag_without_bounds_is_words_not_a_number(found: VotersReport) -> None:
    rows = tuple(replace(r, moved=None) for r in found.rows)
    text = replace(found, rows=rows).sentence()
    assert "China would be bounded on neither side" in text
    assert "ohne Grenze" in replace(found, rows=rows).sentence("de")


def test_where_the_lag_has_no_interval_a_moved_one_has_none() -> None:
    found = compare_voters(
        follower="lab:moonshot", vintage="2026-08-19", as_of="2025-08-15", estimand="current",
        n_draws=100,
    )  # fmt: skip
    assert found.headline.too_few() == (("lab:moonshot", 1),)
    mine = [row for row in found.rows if row.moved]
    assert len(mine) > 8
    assert all((row.moved.low, row.moved.high) == (None, None) for row in mine)
    assert "(none: too few models)" in found.table().cells()[0][-1]
    for lang in ("en", "de"):
        told = found.sentence(lang)
        assert told.count("%") == 3  # those of the shifts
        assert not any(verdict and verdict in told for verdict in _VERDICTS[lang])


def test_stale_and_missing_categories_are_refused_with_the_reason(monkeypatch) -> None:
    monkeypatch.setattr(Snapshot, "stale_categories", property(lambda _: ("korean",)))
    kept = Snapshot.categories.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(
        Snapshot, "categories",
        property(lambda s: {k: v for k, v in kept(s).items() if k != "polish"}),
    )  # fmt: skip
    monkeypatch.setattr(module, "_LANGUAGES", ("french", "korean", "polish"))
    found = compare_voters(vintage=VINTAGE, n_draws=100)
    assert "korean was not computed anew" in found.refused[f"korean on {BOARD}"]
    assert "no such category" in found.refused[f"polish on {BOARD} (top)"]
    assert {r.voters for r in found.rows} == {"french", "comparia/text"}
    assert any("not computed anew" in note for note in found.footnotes())


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    asked: dict = {"vintage": VINTAGE, "n_draws": 100}
    with pytest.raises(UsageError, match="category has no place here: the categories by language"):
        compare_voters(category="coding", **asked)
    with pytest.raises(UsageError, match="gap moves by the shift"):
        compare_voters(estimand="gap", **asked)
    with pytest.raises(UsageError, match="is of both groups"):
        compare_voters(leader="ALL", **asked)
    with pytest.raises(
        UsageError, match=f"no categories by language.*the last with them is {VINTAGE}"
    ):
        compare_voters(vintage="2026-10-02", n_draws=100)
    with pytest.raises(EstimateError, match="at least 5 are needed"):
        compare_voters(follower="lab:meituan", estimand="current", **asked)
    rows = [("gpt-4o-2024-05-13", 1300.0, 5.0), ("deepseek-v3", 1290.0, 5.0)]
    alone = archive(tmp_path / "alone", publication(rows))
    with pytest.raises(UsageError, match="none of its lists has them"):
        compare_voters(board="arena/text", archive=alone, estimand="current", n_draws=100)


@pytest.mark.parametrize("size", SIZES)
def test_the_figure_has_a_row_per_kind(found: VotersReport, size: str) -> None:
    axes = plots.voters(found, size=size)
    drawn = {text.get_text() for text in axes.texts}
    assert {signed(r.shift.elo) for r in (*found.quoted, *found.tops)} <= drawn
    assert axes.get_xlabel() == "Elo"
    elo = [row.shift.elo for row in found.shown]
    ends = f"{signed(min(elo))} to {signed(max(elo))}"
    assert ends in " ".join(axes.get_title(loc="left").split())
    assert min(elo) < min(row.shift.elo for row in found.quoted)


def test_the_command_prints_and_draws(command: Command, tmp_path: Path) -> None:
    picture = tmp_path / "voters.svg"
    asked = ("voters", "--vintage", VINTAGE, "--draws", "100")
    done = command(*asked, "--json", "--figure", picture)
    assert done.code == 0, done.err
    assert len(json.loads(done.out)["voters"]) == 4 * (len(_LANGUAGES) + 1)
    assert "compar:IA" in picture.read_text("utf-8")
    refused = command(*asked, "--category", "coding")
    assert refused.code == 2
    assert "the categories by language are what is compared" in refused.err


def test_a_lag_of_other_voters_that_is_a_bound_is_told_as_one(found: VotersReport) -> None:
    row = next(r for r in found.quoted if r.moved)
    moved = replace(row.moved, months=8.0, censored="at-least")
    told = replace(found, rows=tuple(replace(r, moved=moved) if r is row else r
                                     for r in found.rows))  # fmt: skip
    assert "at least 8.0 months behind" in plots.svg(plots.voters(told), "x")
