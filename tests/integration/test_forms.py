"""A file that comes in a form: how forms may be written, and what is refused, at once."""

import time

import pytest

from tests.tables import assert_problem, form, post_form, rows

OTHER_HEAD = (
    b"--b\r\ncontent-disposition: FORM-DATA; filename*=UTF-8''%e2%82%ac.csv; name=file\r\n"
    b"Content-Type: application/vnd.ms-excel\r\n"
)
NESTED = b"--b\r\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000)
)
FORM_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"\r\n'


@pytest.mark.parametrize(
    ("parameter", "body"),
    [
        ("b", FORM_HEAD + b"\r\n1,a\n\r\n--b--"),
        ('"b"; charset=utf-8', FORM_HEAD + b"\r\n1,a\n\r\n--b--\r\n"),
        ("b", b"preamble\r\n" + FORM_HEAD + b"\r\n1,a\n\r\n--b--\r\nepilogue --b--"),
        ('"b c:d"', FORM_HEAD.replace(b"--b", b"--b c:d") + b"\r\n1,a\n\r\n--b c:d--"),
        ("b", OTHER_HEAD + b"\r\n1,a\n\r\n--b--"),
        ("b", FORM_HEAD.replace(b"file", b"x") + b"\r\n\r\n" + FORM_HEAD + b"\r\n1,a\n\r\n--b--"),
    ],
)
def test_a_form_may_be_written_in_many_ways(tables: None, parameter: str, body: bytes) -> None:
    assert post_form(body, parameter).json["written"] == 1
    assert rows("departments") == [{"id": 1, "department": "a"}]


def test_a_broken_form_is_an_error(tables: None) -> None:
    body, boundary = form(b"1,a\n", name="other")
    assert_problem(post_form(body, boundary), 422, "no field `file`")
    assert_problem(post_form(FORM_HEAD + b"\r\n1,a\r\n" + FORM_HEAD + b"\r\n\r\n--b--", "b"), 422)
    assert_problem(post_form(body[:-10], boundary), 400, "form")
    assert_problem(post_form(b"1,a\n", "b"), 400, "form")
    assert_problem(post_form(body, ""), 400, "form")
    encoded = FORM_HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nMSxhCg==\r\n--b--"
    assert_problem(post_form(encoded, "b"), 400, "base64")
    latin, boundary = form("1,ß".encode("latin-1"))
    assert_problem(post_form(latin, boundary), 422, "byte 2 ")
    assert rows("departments") == []


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\nContent-Disposition: form-data; name=" + b"(" * 500 + b"\r\n\r\n1,a\r\n--b--",
        NESTED,
        b"--b\r\n\r\n\r\n" * 200_000 + b"--b--",
        (FORM_HEAD + b"\r\n\r\n") * 50_000 + b"--b--",
        FORM_HEAD + b"X: y\r\n" * 100_000 + b"\r\n1,a\r\n--b--",
        FORM_HEAD + b" x\r\n" * 1_000_000 + b"\r\n1,a\r\n--b--",
        FORM_HEAD + b"X: " + b"y" * 4_000_000,
    ],
    ids=["parentheses", "nested", "empty", "many", "headers", "folded", "long"],
)
def test_a_hostile_form_is_a_400_at_once(tables: None, body: bytes) -> None:
    began = time.process_time()
    assert_problem(post_form(body, "b"), 400)
    assert time.process_time() - began < 2  # it took up to 28


def test_a_form_carries_a_file(tables: None) -> None:
    response = post_form(*form("id,department\r\n1,Gießerei\r\n".encode())).json
    assert (response["read"], response["written"]) == (1, 1)
    assert rows("departments") == [{"id": 1, "department": "Gießerei"}]
