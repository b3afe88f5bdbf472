"""What API Gateway does and ministack leaves out."""

from typing import Any

from ministack.services import apigateway_v1

from infra.local.starting import STAGE

RESPONSES = "x-amazon-apigateway-gateway-responses"
import_api = apigateway_v1._import_rest_api  # noqa: SLF001


def use_own_responses() -> None:
    """Have an API respond with the template's `GatewayResponses` to what reaches no function."""

    def imported(document: dict[str, Any], *more: Any) -> str:
        api = str(import_api(document, *more))
        for name, response in document.get(RESPONSES, {}).items():
            apigateway_v1._put_gateway_response(api, name, response)  # noqa: SLF001
        return api

    apigateway_v1._import_rest_api = imported  # noqa: SLF001


def to_the_api(scope: Any) -> Any:
    """Give the stack's API the address `/v1`: its own has an id that changes.

    The path goes on as it was sent, as a REST API hands it to functions.
    """
    if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"/{STAGE}/"):
        return scope
    apis = [api for (_, _, api), _ in apigateway_v1._rest_apis.all_items()]  # noqa: SLF001
    if not apis:
        return scope
    raw = scope.get("raw_path") or scope["path"].encode()
    path = f"/_aws/execute-api/{apis[-1]}".encode() + raw
    return {**scope, "path": path.decode("latin-1"), "raw_path": path}
