"""Entity tags and the conditions on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.etags import content_tag, expected_versions, not_modified, version_tag

versions = st.integers(1, 10**15 - 1)
others = st.sampled_from(['"x"', '""', '"v"', '"v0"', '"v01"', '"v１"', '"v-1"', '"v1 "'])
blanks = st.sampled_from([",", ", ", " ,\t"])


@given(st.lists(versions | others, min_size=1), blanks)
def test_every_version_of_a_list_is_expected(wanted: list[int | str], comma: str) -> None:
    tags = [version_tag(each) if isinstance(each, int) else each for each in wanted]
    assert expected_versions(comma.join(tags)) == [n for n in wanted if isinstance(n, int)]


@given(versions)
def test_a_weak_tag_is_known_and_never_expected(version: int) -> None:
    weak = f"W/{version_tag(version)}"
    assert not_modified(f'"x", {weak}', version_tag(version))
    assert expected_versions(weak) == []


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_without_a_condition_any_version_will_do(header: str | None) -> None:
    assert expected_versions(header) is None
    assert not_modified(header, '"v1"') == (header is not None)


@pytest.mark.parametrize("header", ["", "v1", '"v1', 'v1"', "nonsense", '"V1"'])
def test_a_damaged_tag_is_no_version(header: str) -> None:
    assert expected_versions(header) == []
    assert not not_modified(header, '"v1"')


def test_the_tag_of_a_content_tells_contents_apart() -> None:
    assert content_tag({"a": 1}) == content_tag({"a": 1})
    contents: list[object] = [{"a": 1}, {"a": 1.0}, {"a": "1"}, []]
    assert len(set(map(content_tag, contents))) == len(contents)
