"""JSON bodies that parsers disagree about: names given twice, a byte-order mark, huge numbers."""

import json

import pytest

from tests import events
from tests.front_door import Response, call

JSON = {"Content-Type": "application/json"}
pytestmark = pytest.mark.usefixtures("tables")


def faults(response: Response) -> dict[str, str]:
    """The messages of a 422, by the place in the body."""
    assert response.status == 422, response.text
    return {".".join(map(str, each["loc"][1:])): each["msg"] for each in response.json["errors"]}


@pytest.mark.parametrize(
    ("method", "url", "body", "place"),
    [
        ("PUT", "/hello/Ada", '{"dateOfBirth":"1990-01-01","dateOfBirth":"1990-01-01"}', ""),
        ("POST", "/tables/jobs/rows", '{"rows":[{"id":1,"job":"x"}],"rows":[{"id":2}]}', "rows"),
        ("POST", "/tables/jobs/rows", '{"rows":[{},{"id":1,"id":1,"job":"x"}]}', "rows.1."),
        ("POST", "/tables/users/rows", '{"rows":[{"name":"x","name":"y"}]}', "rows.0."),
        ("POST", "/ingestions", '{"table":"jobs","x":[[{"y":{"z":1,"z":1}}]]}', "x.0.0.y."),
    ],
)
def test_a_name_that_an_object_has_twice_is_a_422_that_names_it(
    method: str, url: str, body: str, place: str
) -> None:
    found = faults(call(method, url, body, JSON))
    twice = [name for name, message in found.items() if message == "is given 2 times: give it once"]
    assert len(twice) == 1
    assert twice[0].startswith(place)
    assert call("GET", "/tables/jobs/rows").json["items"] == []
    assert call("GET", "/hello/Ada").status == 404


def test_it_is_reported_beside_all_else_and_however_it_is_escaped() -> None:
    body = '{"teeth":1,"te\\u0065th":2,"pitch":0,"teeth":3}'
    assert faults(call("POST", "/sprockets", body, JSON)) == {
        "teeth": "is given 3 times: give it once",
        "pitch": "Input should be greater than 0",
        "pitch_diameter": "Field required",
        "outside_diameter": "Field required",
    }


def test_objects_of_a_list_may_have_the_same_names() -> None:
    assert call("POST", "/sprockets/import", json_body={"sprockets": [events.SPROCKET] * 2})


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    for number in ("9" * 4000, "-" + "9" * 4000, "1." + "3" * 5000):
        body = json.dumps(events.SPROCKET).replace("12", number)
        assert "teeth" in faults(call("POST", "/sprockets", body, JSON))
    body = json.dumps(events.SPROCKET).replace("12", "9" * 5000)
    assert call("POST", "/sprockets", body, JSON).status == 400


def test_a_byte_order_mark_is_a_400_that_names_it() -> None:
    response = call("POST", "/sprockets", "\ufeff" + json.dumps(events.SPROCKET), JSON)
    assert response.status == 400
    assert "begins with a byte-order mark" in response.json["detail"]
