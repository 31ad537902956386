"""Group expressions: grammar, dated openness, overlap."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search
from tags_builders import lab, model, small

from elolag.dates import to_day
from elolag.errors import UsageError
from elolag.tags import Group, Lookup, Tag, check_overlap, parse_group

TABLES = small(
    [
        model("us-closed", "alpha"),
        model("us-open", "alpha", weights="2025-01-10"),
        model("us-later", "beta", weights="2025-06-01"),
        model("cn-closed", "gamma"),
        model("cn-open", "gamma", weights="2025-01-10"),
        model("fr-later", "delta", weights="2025-03-01"),
    ],
    None,
    lab("gamma", "CN"),
    lab("delta", "FR"),
)
LOOKUP = Lookup(TABLES)
TAGS = [LOOKUP.tag(name) for name in TABLES.models]
DAY = to_day("2025-01-10")


def group(text: str) -> Group:
    return parse_group(text, LOOKUP.labs, LOOKUP.countries())


def members(text: str, openness: str = "dated") -> dict[str, float]:
    since = group(text).since(TAGS, openness)
    return {t.model: float(s) for t, s in zip(TAGS, since, strict=True) if math.isfinite(s)}


def test_a_country_and_all_and_a_lab() -> None:
    assert set(members("CN")) == {"cn-closed", "cn-open"}
    assert set(members("ALL")) == set(TABLES.models)
    assert set(members("lab:beta")) == {"us-later"}
    assert set(members("not:US")) == {"cn-closed", "cn-open", "fr-later"}
    assert set(members("not:ALL")) == set()
    assert set(members("not:lab:alpha+US")) == {"us-later"}


def test_and_binds_before_or() -> None:
    assert set(members("CN+open,FR")) == {"cn-open", "fr-later"}
    assert set(members("FR,CN+open")) == {"cn-open", "fr-later"}
    assert set(members("CN,FR+open")) == {"cn-closed", "cn-open", "fr-later"}
    assert set(members("CN + open , FR")) == {"cn-open", "fr-later"}


def test_open_counts_from_the_weights() -> None:
    found = members("open")
    assert set(found) == {"us-open", "us-later", "cn-open", "fr-later"}
    assert found["us-open"] == DAY
    assert found["us-later"] == to_day("2025-06-01")
    assert members("US+open")["us-later"] == to_day("2025-06-01")


def test_closed_counts_from_release_and_for_good() -> None:
    found = members("closed")
    assert set(found) == {"us-closed", "us-later", "cn-closed", "fr-later"}
    assert set(found.values()) == {DAY}
    assert found == members("not:open")
    assert members("open") == members("not:closed")


def test_an_alternative_counts_from_the_earlier_of_its_dates() -> None:
    assert members("open,closed") == dict.fromkeys(TABLES.models, DAY)
    assert members("open+closed")["us-later"] == to_day("2025-06-01")


def test_a_model_that_moved_can_be_read_as_one_or_the_other() -> None:
    assert set(members("open", "closed")) == {"us-open", "cn-open"}
    assert set(members("open", "open")) == {"us-open", "cn-open", "us-later", "fr-later"}
    assert members("open", "open")["us-later"] == DAY
    assert set(members("closed", "open")) == {"us-closed", "cn-closed"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("QQ", "no model has the country 'QQ'; known here: CN, FR, US, open"),
        ("lab:nobody", "'lab:nobody'; see `elolag tags list`$"),
        ("chinna", "unknown name 'chinna'"),
        ("lab:gama", "did you mean lab:gamma"),
        ("lab:", "unknown lab"),
        ("", "unknown name ''"),
        ("US,", "unknown name ''"),
        ("not:not:US", "unknown name 'not:US'"),
    ],
)
def test_an_unknown_name_says_what_there_is(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        group(text)


def overlap(leader: str, follower: str) -> str | None:
    return check_overlap(group(leader), group(follower), TAGS)


def test_groups_apart_need_no_word() -> None:
    assert overlap("US", "CN") is None
    assert overlap("CN,FR", "US") is None
    assert overlap("CN+open", "CN+closed") is None


def test_a_model_dated_into_both_is_no_overlap() -> None:
    assert set(members("open")) & set(members("closed"))  # they share models
    assert overlap("open", "closed") is None
    assert overlap("closed", "open") is None
    assert overlap("closed", "FR+open") is None


def test_a_group_strictly_inside_the_other_is_allowed_and_said() -> None:
    assert overlap("ALL", "CN") == "every CN model is also in ALL"
    assert overlap("lab:beta", "US") == "every lab:beta model is also in US"
    assert overlap("open", "CN+open") == "every CN+open model is also in open"


@pytest.mark.parametrize(
    ("leader", "follower", "said"),
    [
        ("US,CN", "CN,FR", "neither strictly contains the other"),
        ("US", "open", "neither strictly contains the other"),
        ("not:US", "open", "neither strictly contains the other"),
        ("US", "US", "groups 'US' and 'US' are the same"),
        ("CN", "lab:gamma", "groups 'CN' and 'lab:gamma' are the same"),
    ],
)
def test_any_other_overlap_and_a_group_beside_itself_are_refused(
    leader: str, follower: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        overlap(leader, follower)


@search(200)
@given(
    terms=st.lists(
        st.lists(
            st.sampled_from(["US", "CN", "FR", "open", "closed", "ALL", "lab:beta", "not:US"]),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=3,
    ),
    openness=st.sampled_from(["dated", "open", "closed"]),
)
def test_and_is_the_later_date_and_or_the_earlier(terms: list[list[str]], openness: str) -> None:
    def alone(name: str) -> np.ndarray:
        return group(name).since(TAGS, openness)

    expected = np.min([np.max([alone(n) for n in part], axis=0) for part in terms], axis=0)
    found = group(",".join("+".join(part) for part in terms)).since(TAGS, openness)
    np.testing.assert_array_equal(found, expected)


def test_nobody_counts_before_release(tables: object, lookup: Lookup) -> None:
    assert tables is lookup.tables
    tags: list[Tag] = [lookup.tag(m) for m in lookup.tables.models]
    released = np.array([tag.released for tag in tags])
    for text in ("US", "CN+open", "closed", "not:US,lab:openai", "ALL"):
        parsed = parse_group(text, lookup.labs, lookup.countries())
        assert (parsed.since(tags) >= released).all()
