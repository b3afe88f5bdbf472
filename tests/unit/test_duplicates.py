"""Which items of a file are written where each content is to be kept once."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from ingestion.duplicates import Stored, first_of_each, places_to_write

Rows = list[tuple[int, str]]
CONTENT = st.sampled_from("abcdef")
FILE = st.lists(st.tuples(st.integers(0, 6), CONTENT), max_size=12)


def written(before: dict[int, str], file: Rows) -> Rows:
    stored: Stored = defaultdict(set)
    for key, text in before.items():
        stored[text.encode()].add(key)
    items = [{"id": key, "content": text.encode()} for key, text in file]
    return [file[place] for place in places_to_write(items, "id", stored)]


@given(st.dictionaries(st.integers(0, 6), CONTENT), FILE)
def test_what_is_skipped_is_kept_by_another_row(before: dict[int, str], file: Rows) -> None:
    chosen = written(before, file)
    kept = set({**before, **dict(chosen)}.values())
    left = iter(file)
    assert all(row in left for row in chosen)  # in their order
    assert {text for _, text in file if (_, text) not in chosen} <= kept


@given(st.dictionaries(st.integers(100, 106), CONTENT), FILE)
def test_nothing_is_written_needlessly(before: dict[int, str], file: Rows) -> None:
    unique = list({key: (key, text) for key, text in file}.values())
    new = [(key, text) for key, text in unique if text not in before.values()]
    items = [{"key": key, "content": text.encode()} for key, text in new]
    assert written(before, unique) == [
        (item["key"], item["content"].decode()) for item in first_of_each(items)
    ]
