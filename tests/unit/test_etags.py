"""Entity tags and the conditions on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.etags import (
    MOST_VERSIONS,
    Expected,
    content_tag,
    expected,
    not_modified,
    version_tag,
)
from shared.problems import Malformed

versions = st.integers(1, 10**15 - 1)
others = st.sampled_from(['"x"', '""', '"v"', '"v0"', '"v01"', '"v１"', '"v-1"', '"v1 "'])
blanks = st.sampled_from([",", ", ", " ,\t"])


@given(st.lists(versions | others, min_size=1), blanks)
def test_every_version_of_a_list_is_expected(wanted: list[int | str], comma: str) -> None:
    tags = [version_tag(each) if isinstance(each, int) else each for each in wanted]
    versions = dict.fromkeys(n for n in wanted if isinstance(n, int))
    assert expected(comma.join(tags)) == Expected(given=True, versions=tuple(versions))


@given(versions)
def test_a_weak_tag_is_known_and_never_expected(version: int) -> None:
    weak = f"W/{version_tag(version)}"
    assert not_modified(f'"x", {weak}', version_tag(version))
    assert expected(weak) == Expected(given=True, versions=())


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_without_a_condition_any_version_will_do(header: str | None) -> None:
    assert expected(header).allows(1)
    assert not_modified(header, '"v1"') == (header is not None)


@pytest.mark.parametrize("header", ["*", '"v1"', '"x"'])
def test_with_a_condition_a_resource_must_exist(header: str) -> None:
    assert not expected(header).allows(None)
    assert expected(None).allows(None)


def test_more_versions_than_an_expression_takes_are_refused() -> None:
    tags = [version_tag(n) for n in range(1, MOST_VERSIONS + 2)]
    assert expected(",".join(tags[:-1])).allows(MOST_VERSIONS)
    assert expected(",".join([*tags[:-1], tags[0]])).allows(1)
    with pytest.raises(Malformed, match="501 versions"):
        expected(",".join(tags))
    condition, values = expected(",".join(tags[:-1])).condition("attribute_exists(pk)")
    assert condition is not None
    # DynamoDB's limits: 4 KB of expression, 100 values of an IN
    assert len(condition) < 4096 - 1000, "with room for what it is combined with"
    assert max(group.count(",") for group in condition.split(")")) < 100
    assert set(values.values()) == set(range(1, MOST_VERSIONS + 1))


def test_a_tag_is_compared_weakly_whether_it_is_weak_itself() -> None:
    for tag in ('"a"', 'W/"a"'):
        for header in ('"a"', 'W/"a"', '"b", W/"a"'):
            assert not_modified(header, tag)
        assert not not_modified('"b"', tag)


@pytest.mark.parametrize("header", ["", "v1", '"v1', 'v1"', "nonsense", '"V1"'])
def test_a_damaged_tag_matches_no_version(header: str) -> None:
    assert not expected(header).allows(1)
    assert not not_modified(header, '"v1"')


def test_the_tag_of_a_content_tells_contents_apart() -> None:
    assert content_tag({"a": 1}) == content_tag({"a": 1})
    contents: list[object] = [{"a": 1}, {"a": 1.0}, {"a": "1"}, []]
    assert len(set(map(content_tag, contents))) == len(contents)
