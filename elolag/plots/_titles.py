"""Titles and notes: the finding in ten words, and what the marks are."""

from __future__ import annotations

from elolag.dates import parse, to_day, to_iso
from elolag.results.lag import LagResult
from elolag.results.verdict import Day, ModelPoint
from elolag.results.words import adjective, noun, over, share


def unit(result: LagResult) -> str:
    """What the board's ratings are counted in."""
    return result.measure.unit


def finding(result: LagResult) -> str:
    """The title: who, by how much, in ten words; by the result's own verdict."""
    leader, follower = noun(result.leader_group), noun(result.follower_group)
    kind = "" if result.estimand in ("current", "gap") else f" ({result.estimand})"
    kind = " on average" if result.estimand == "average" else kind
    if result.provisional:
        kind += ", provisionally"
    verdict = result.verdict
    if verdict == "withheld":
        return first_up(f"the gap of {leader} and {follower} is withheld")
    if verdict == "level":
        return first_up(f"{leader} and {follower} are level{kind}")
    if verdict == "overtaken" and result.match is not None:
        sides = result.follower_group, result.leader_group
        day = to_day(result.match.counts_from)
        return first_up(f"{overtaken(*(sides[::-1] if result.leads else sides), day)}{kind}")
    if verdict == "no-clear-lead":
        return first_up(f"neither {follower} nor {leader} has a clear lead{kind}")
    if result.months is None:
        above, below = (follower, leader) if result.leads else (leader, follower)
        points = f"{abs(result.gap.elo):.1f} {result.measure.points}"
        return first_up(f"{above} is {points} above {below}")
    size = f"{result.bound} {abs(result.months):.1f} months".lstrip()
    verb = "is ahead of" if result.ahead else "trails"
    return first_up(f"{follower} {verb} {leader} by {size}{kind}")


def overtaken(first: str, second: str, day: float) -> str:
    """The title where the side that is behind was the first at its level."""
    when = parse(to_iso(day))
    date = f"{when.day} {when:%B} {when.year}"
    return f"{noun(first)} was first, overtaken by {noun(second)} on {date}"


def short(group: str) -> str:
    """A group's name at the end of its line."""
    name = noun(group).removeprefix("the ")
    return adjective(group) if name.endswith(" side") else name


def first_up(text: str) -> str:
    """A sentence's beginning; the rest, names included, stays as it is."""
    return text[:1].upper() + text[1:]


def note(result: LagResult) -> str:
    """What bracket and bar are, for the footer; and why the answer is provisional."""
    provision = f"{result.provision()}." if result.provisional else ""
    return f"{_marks(result)} {provision}".strip()


def bracket(day: Day) -> tuple[ModelPoint, ModelPoint] | None:
    """The two records between which the best of the side that is behind stood, if it did."""
    if day.above is None or day.below is None or day.state not in ("between", "leads"):
        return None
    return day.above, day.below


def _marks(result: LagResult) -> str:
    if result.estimand == "gap" and result.provisional:
        return ""
    if result.estimand == "gap":
        return f"Bracket: gap, {result.level:.0%} interval {result.interval_words()}."
    kind = "sampling" if result.interval == "sampling" else "measurement"
    if result.no_interval():
        asked = over(result.estimand, result.window)
        mark = "Bracket" if result.estimand == "current" else "Title"
        return f"{mark}: {asked}; {result.level:.0%} {kind} interval {result.no_interval()}."
    if result.estimand != "current":
        asked = over(result.estimand, result.window)
        told = f"Title: {asked}, {result.interval_words()} ({result.level:.0%} interval)."
        day = result.day
        if result.estimand == "average" and bracket(day):
            held = share(day.probability)
            told += f" Bracket: the records that the day's best stood between ({held} of draws)."
        return told
    return (
        f"Bracket: current lag; grey: its {result.level:.0%} {kind} interval, "
        f"{result.interval_words()}."
    )
