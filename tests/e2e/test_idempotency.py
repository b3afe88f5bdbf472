"""One key, many clients at once: done once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.stack import Stack

pytestmark = pytest.mark.e2e
SPROCKET = {"teeth": 77, "pitch_diameter": 7, "outside_diameter": 7.7, "pitch": 1}


def test_twenty_clients_with_one_key_create_one_sprocket(stack: Stack) -> None:
    headers = {"Idempotency-Key": uuid4().hex}

    def create(_: int) -> httpx.Response:
        return stack.api.post("/sprockets", json=SPROCKET, headers=headers)

    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(create, range(20)))
    created = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in created}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in created) == 1
    again = create(0)
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == created[0].json()
