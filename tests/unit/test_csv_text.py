"""Bytes in any pieces give the same lines, and the same place of what is no UTF-8."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_text import LONGEST_RECORD, EncodingError, lines

BOM = b"\xef\xbb\xbf"
# newlines of all kinds, and characters of one to four bytes
texts = st.text(st.sampled_from('a,"\n\r\x85\u2028é€😀\ufeff'), max_size=40)
cuts = st.lists(st.integers(0, 200), max_size=12)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """The data in pieces, empty ones among them."""
    places = sorted(min(place, len(data)) for place in at)
    ends = [*places, len(data)]
    return [data[start:end] for start, end in zip([0, *places], ends, strict=True)]


@given(texts, st.booleans(), cuts)
def test_lines_do_not_depend_on_the_pieces(text: str, marked: bool, at: list[int]) -> None:
    found = list(lines(cut(BOM * marked + text.encode(), at)))
    plain = text if marked else text.removeprefix("\ufeff")
    assert found == list(io.StringIO(plain, newline=""))


@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xc3", b"\xa9", b"\xff", BOM, b"\xf0\x9f"])),
    cuts,
)
def test_the_first_byte_that_is_no_utf8_is_told(parts: list[bytes], at: list[int]) -> None:
    data = b"".join(parts)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = 1 + len(
            [each for each in data[: error.start].splitlines(True) if each[-1] in b"\r\n"]
        )
        with pytest.raises(EncodingError, match=rf"^line {line}: byte {error.start} "):
            list(lines(cut(data, at)))
    else:
        assert "".join(lines(cut(data, at))) == data.decode().removeprefix("\ufeff")


def test_a_line_without_end_is_not_gathered() -> None:
    found = list(lines([b"x" * 1000] * 2500))
    assert max(map(len, found)) <= LONGEST_RECORD + 1000
    assert sum(map(len, found)) == 2_500_000
