"""A person on the local cloud, signed in: what opens its API."""

import re
from contextlib import suppress
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from infra.local.cloud import Cloud
from infra.local.starting import CloudError
from sprocketworks.client import CommandError
from sprocketworks.login import Attempt, Places, places_of

NAME = "demo"
PASSWORD = "Demo-password-1"  # noqa: S105 - of a cloud that only this machine reaches

FIRST_SECONDS = 60


def sign_in(cloud: Cloud, outputs: dict[str, str]) -> tuple[dict[str, str], Places]:
    """The headers with the demo user's token, and where people sign in; CloudError."""
    api = cloud.api
    _make_user(cloud, outputs, f"{api}/")
    try:
        # a machine with much to do needs more than a client's patience for the first response
        httpx.get(f"{api}/", timeout=FIRST_SECONDS)
        places = places_of(api)
        attempt = Attempt(f"{api}/")
        token = attempt.token(places, code_of(attempt.url(places)))
    except (CommandError, httpx.HTTPError) as error:
        raise CloudError(f"the demo user could not sign in: {error}") from error
    return {"Authorization": f"Bearer {token['access_token']}"}, places


def _make_user(cloud: Cloud, outputs: dict[str, str], console: str) -> None:
    pools = cloud.client("cognito-idp")
    pool = outputs["UserPoolId"]
    with suppress(pools.exceptions.UsernameExistsException):
        pools.admin_create_user(UserPoolId=pool, Username=NAME, MessageAction="SUPPRESS")
    pools.admin_set_user_password(UserPoolId=pool, Username=NAME, Password=PASSWORD, Permanent=True)
    # the template can't know where the local cloud has the console
    client = pools.describe_user_pool_client(UserPoolId=pool, ClientId=outputs["PeopleClientId"])[
        "UserPoolClient"
    ]
    known = client["CallbackURLs"]
    if console not in known:
        given = (
            "UserPoolId",
            "ClientId",
            "ClientName",
            "AllowedOAuthFlows",
            "AllowedOAuthScopes",
            "AllowedOAuthFlowsUserPoolClient",
            "SupportedIdentityProviders",
            "AccessTokenValidity",
            "RefreshTokenValidity",
            "TokenValidityUnits",
        )
        kept = {name: client[name] for name in given if name in client}
        pools.update_user_pool_client(**kept, CallbackURLs=[*known, console], LogoutURLs=[console])


def code_of(url: str) -> str:
    """What the sign-in page hands to who knows the password."""
    with httpx.Client(timeout=FIRST_SECONDS) as browser:
        page = browser.get(url)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden}
        form |= {"username": NAME, "password": PASSWORD}
        response = browser.post(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/login", data=form)
    found = parse_qs(urlsplit(response.headers.get("location", "")).query).get("code")
    if not found:
        raise CloudError(
            f"the sign-in page responded with {response.status_code}: {response.text[:300]}"
        )
    return str(found[0])
