"""Access in the OpenAPI document: which routes ask for a token, and how one is obtained."""

from infra.schemas import JsonObject
from shared.route import Route

READ, WRITE = "sprocketworks/read", "sprocketworks/write"
SCOPES = {READ: "All that is read: GET", WRITE: "All that changes something"}
# The portal puts the sign-in's address before these paths (portal.files)
TOKEN_URL = "/oauth2/token"  # noqa: S105 - an address
SCHEMES = {
    "oauth2": {
        "type": "oauth2",
        "description": "Sign-in by the user pool: for people with PKCE, for programs by a secret",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/oauth2/authorize",
                "tokenUrl": TOKEN_URL,
                "scopes": SCOPES,
            },
            "clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": SCOPES},
        },
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the sign-in",
    },
}
# whose routes ask for none
OPEN_PACKAGE = "portal"


def asks_token(route: Route) -> bool:
    return route.package != OPEN_PACKAGE


def of(route: Route) -> list[JsonObject]:
    """By either scheme; none where no token is asked for."""
    if not asks_token(route):
        return []
    return [{"oauth2": [READ if route.method == "GET" else WRITE]}, {"token": []}]
