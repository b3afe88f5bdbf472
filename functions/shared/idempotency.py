"""`Idempotency-Key`: a POST that is sent again gets the first response and does nothing.

See draft-ietf-httpapi-idempotency-key-header. Successful responses are kept for a day; others are
not kept, as nothing was done: the key may then be used again.
"""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.utilities.idempotency import (
    BasePersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from shared.body import FORM, media_type
from shared.deadline import calls_within
from shared.dynamo import ConditionFailedError, Item, Table, table
from shared.problems import Conflict, Invalid, Malformed, StoreUnavailable, fault_at
from shared.request import Event, header

KEY_HEADER = "Idempotency-Key"
KEY_LOC = ("header", KEY_HEADER)
REPLAYED_HEADER = "Idempotent-Replayed"
LONGEST_KEY = 255  # characters
KEPT = 86400  # seconds
LAST_SECONDS = 2.0  # for the record of a request that has used up its time
Result = dict[str, Any]


class _UnsuccessfulError(Exception):
    """Carries a response that is not kept past Powertools."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


class _Records(BasePersistenceLayer):
    """The records of one request; `owner` distinguishes its writes from those of others."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.owner = uuid4().hex

    @staticmethod
    def _table() -> Table:
        return table("IDEMPOTENCY_TABLE", "id")

    def _get_record(self, idempotency_key: str) -> DataRecord:
        item = self._table().get({"id": idempotency_key}, consistent=True)
        if item is None:
            raise IdempotencyItemNotFoundError
        return _record(item)

    def _put_record(self, data_record: DataRecord) -> None:
        now = time.time()
        try:
            self._table().put(
                {
                    "id": data_record.idempotency_key,
                    "owner": self.owner,
                    "state": data_record.status,
                    "payload": data_record.payload_hash,
                    "expires": data_record.expiry_timestamp,
                    "gives_up": data_record.in_progress_expiry_timestamp,
                },
                condition="attribute_not_exists(id) OR expires < :now"
                " OR (#state = :working AND gives_up < :milliseconds)",
                names={"#state": "state"},
                values={
                    ":now": int(now),
                    ":milliseconds": int(now * 1000),
                    ":working": "INPROGRESS",
                },
            )
        except ConditionFailedError as error:
            item = error.item or {}
            if item.get("owner") == self.owner:
                return  # written by an attempt whose response was lost
            stored = _record(item) if item else None
            if stored is not None:
                self._validate_payload(data_payload=data_record, stored_data_record=stored)
            raise IdempotencyItemAlreadyExistsError(old_data_record=stored) from error

    def _update_record(self, data_record: DataRecord) -> None:
        # what is done is kept even if the request has used up its time
        with calls_within(LAST_SECONDS):
            self._table().update(
                {"id": data_record.idempotency_key},
                "SET #state = :state, answer = :answer, expires = :expires",
                condition="#owner = :owner",
                names={"#state": "state", "#owner": "owner"},
                values={
                    ":state": data_record.status,
                    ":answer": data_record.response_data,
                    ":expires": data_record.expiry_timestamp,
                    ":owner": self.owner,
                },
            )

    def _delete_record(self, data_record: DataRecord) -> None:
        with calls_within(LAST_SECONDS):
            self._table().delete(
                {"id": data_record.idempotency_key},
                condition="attribute_not_exists(id) OR #owner = :owner",
                names={"#owner": "owner"},
                values={":owner": self.owner},
            )


def _record(item: Item) -> DataRecord:
    return DataRecord(
        idempotency_key=item["id"],
        status=item["state"],
        expiry_timestamp=item["expires"],
        in_progress_expiry_timestamp=item.get("gives_up"),
        response_data=item.get("answer", ""),
        payload_hash=item.get("payload", ""),
    )


def _scope(event: Event) -> str:
    """What a key belongs to: the caller, the method, the path and its query."""
    claims = ((event.get("requestContext") or {}).get("authorizer") or {}).get("claims") or {}
    query = sorted((event.get("queryStringParameters") or {}).items())
    caller = claims.get("sub") or claims.get("client_id")
    return json.dumps([caller, event["httpMethod"], event["path"], query])


def _payload(event: Event) -> str:
    """The digest of the body; a form's boundary is no part of it, as each request has another."""
    body = event.get("body") or ""
    if media_type(event) == FORM:
        from multipart import parse_options_header

        _, parameters = parse_options_header(header(event, "content-type") or "")
        if boundary := parameters.get("boundary"):
            body = body.replace(f"--{boundary}", "--")
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def once(event: Event, context: Any, key: str, respond: Callable[[], Result]) -> Result:
    """The response to an event: of `respond`, or the one that was kept.

    Malformed for an invalid key, Conflict while the first request is in progress, Invalid
    where the key came with another body, StoreUnavailable.
    """
    if not (key.strip() and len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        message = f"must have 1 to {LONGEST_KEY} printable ASCII characters"
        raise Malformed(f"{KEY_HEADER} {message}", [fault_at(KEY_LOC, message)])
    done: list[Result] = []

    def replayed(response: Any, idempotent_data: DataRecord) -> Any:
        del idempotent_data
        headers = {**(response.get("headers") or {}), REPLAYED_HEADER: "true"}
        return {**response, "headers": headers}

    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="body",
        expires_after_seconds=KEPT,
        hash_function="sha256",
        lambda_context=context,
        response_hook=replayed,
    )

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="request",
        persistence_store=_Records(),
        config=config,
        key_prefix="request",
    )
    def work(*, request: dict[str, str]) -> Result:
        del request
        result = respond()
        done.append(result)
        if result["statusCode"] >= 400:
            raise _UnsuccessfulError(result)
        return result

    try:
        result: Result = work(request={"key": f"{_scope(event)} {key}", "body": _payload(event)})
    except _UnsuccessfulError as unsuccessful:
        return unsuccessful.result
    except IdempotencyValidationError as error:
        message = f"this {KEY_HEADER} was used with another body"
        raise Invalid(message, [fault_at(KEY_LOC, message)]) from error
    except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
        raise Conflict(f"the first request with this {KEY_HEADER} is still in progress") from error
    except IdempotencyPersistenceLayerError as error:
        if done:  # only its response could not be kept
            return done[0]
        raise StoreUnavailable from error
    return result
