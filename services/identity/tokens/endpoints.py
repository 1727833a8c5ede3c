"""/oauth/* and /.well-known/*: OAuth 2 as its RFCs have it, errors too (RFC 6749 section 5.2)."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from typing_extensions import override

from services.identity.clients.models import Client
from services.identity.config import IdentitySettings
from services.identity.tokens import use_cases
from services.identity.tokens.domain import (
    GrantType,
    InvalidClient,
    Issued,
    OAuthError,
    UnsupportedGrantType,
)
from services.identity.tokens.schemas import (
    FORM_TYPE,
    ErrorOut,
    Form,
    JwksOut,
    MetadataOut,
    TokenOut,
    read_client,
    read_form,
)
from services.identity.tokens.use_cases import Office
from shared.clock import machine_time
from shared.errors import Language
from shared.http.access import public

# Tokens must not lie in a cache (RFC 6749 section 5.1).
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MAX_SOURCE: Final = 64
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    HTTPStatus.BAD_REQUEST.value: {"model": ErrorOut},
    HTTPStatus.UNAUTHORIZED.value: {"model": ErrorOut, "description": "The client is not proven"},
}
KEYS_KEPT: Final = "public, max-age=30"


class OAuthRoute(APIRoute):
    """Answers OAuth's errors in OAuth's form; everything else stays a problem document."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except OAuthError as error:
                return _refusal(error)

        return handle


router = APIRouter(tags=["oauth"], route_class=OAuthRoute)


def _refusal(error: OAuthError) -> Response:
    """The description is English, for RFC 6749 allows ASCII only."""
    is_client = isinstance(error, InvalidClient)
    challenge = {"WWW-Authenticate": 'Basic realm="liandong"'} if is_client else {}
    return JSONResponse(
        {"error": error.error, "error_description": error.message(Language.EN)},
        status_code=HTTPStatus.UNAUTHORIZED if is_client else HTTPStatus.BAD_REQUEST,
        headers=NO_STORE | challenge,
    )


def _form_of(*required: str, **optional: str) -> dict[str, Any]:
    """The form in the API document. Nothing is executed twice for a lack of a key: no key."""
    names = dict.fromkeys(required, "") | optional
    properties = {
        name: {"type": "string"} | ({"description": text} if text else {})
        for name, text in names.items()
    }
    schema = {"type": "object", "properties": properties, "required": list(required)}
    body = {"required": True, "content": {FORM_TYPE: {"schema": schema}}}
    return {"x-idempotent": True, "requestBody": body}


async def _form(request: Request) -> Form:
    return read_form(request.headers.get("content-type", ""), await request.body())


async def _office(request: Request) -> Office:
    office: Office = request.state.office
    return office


FormDep = Annotated[Form, Depends(_form)]
OfficeDep = Annotated[Office, Depends(_office)]


def _source(request: Request) -> str:
    """Where a login comes from, as the gateway says; others are not believed."""
    settings: IdentitySettings = request.state.settings
    peer = request.client.host if request.client else "unknown"
    if peer in settings.trusted_proxies:
        # The last entry is the gateway's own; those before it are the caller's words.
        peer = request.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip()
    return peer[:MAX_SOURCE] if peer.isprintable() else "unknown"


# Public: the caller proves itself by what it sends.
@router.post(
    "/oauth/token",
    response_model=TokenOut,
    response_model_exclude_none=True,
    responses=REFUSALS,
    dependencies=[public()],
    openapi_extra=_form_of(
        "grant_type",
        client_id="without HTTP Basic",
        client_secret="without HTTP Basic",  # noqa: S106  a description
        username="password grant, liandong-cli only",
        password="password grant, liandong-cli only",  # noqa: S106  a description
        refresh_token="refresh_token grant; each is used once",  # noqa: S106  a description
        audience="token exchange and services",
        subject_token="token exchange",  # noqa: S106  a description
        subject_token_type="token exchange",  # noqa: S106  a description
    ),
)
async def issue_token(
    request: Request, response: Response, form: FormDep, office: OfficeDep
) -> Issued:
    """A token for a password, a refresh token, a client's secret or another token."""
    response.headers.update(NO_STORE)
    now = machine_time()
    proof = read_client(request.headers.get("authorization"), form)
    client = await use_cases.identify(office, proof, now=now)
    return await _issue(office, client, form, source=_source(request), now=now)


async def _issue(
    office: Office, client: Client, form: Form, *, source: str, now: datetime
) -> Issued:
    match form.require("grant_type"):
        case GrantType.PASSWORD:
            return await use_cases.by_password(
                office,
                client,
                login_name=form.require("username"),
                password=form.require("password"),
                source=source,
                now=now,
            )
        case GrantType.REFRESH_TOKEN:
            presented = form.require("refresh_token")
            return await use_cases.by_refresh(office, client, presented, now=now)
        case GrantType.CLIENT_CREDENTIALS:
            return await use_cases.by_client(
                office, client, audience=form.get("audience"), source=source, now=now
            )
        case GrantType.TOKEN_EXCHANGE:
            return await use_cases.by_exchange(
                office,
                client,
                subject_token=form.require("subject_token"),
                subject_token_type=form.require("subject_token_type"),
                audience=form.get("audience"),
                now=now,
            )
        case _:
            raise UnsupportedGrantType(reason="grant_type")


# Public: the caller proves itself by what it sends.
@router.post(
    "/oauth/revoke",
    responses=REFUSALS,
    dependencies=[public()],
    openapi_extra=_form_of(
        "token",
        token_type_hint="not needed",  # noqa: S106  a description
        client_id="without HTTP Basic",
        client_secret="without HTTP Basic",  # noqa: S106  a description
    ),
)
async def revoke_token(request: Request, form: FormDep, office: OfficeDep) -> dict[str, str]:
    """End the session a refresh or access token belongs to (RFC 7009)."""
    now = machine_time()
    proof = read_client(request.headers.get("authorization"), form)
    presented = form.require("token")
    client = await use_cases.identify(office, proof, now=now)
    await use_cases.revoke(office, client, presented, now=now)
    return {}


# Public: public keys.
@router.get("/.well-known/jwks.json", response_model=JwksOut, dependencies=[public()])
async def jwks(response: Response, office: OfficeDep) -> dict[str, Any]:
    """The keys our tokens are signed with, and those about to be."""
    response.headers["Cache-Control"] = KEYS_KEPT
    return await office.keychain.jwks()


# Public: where to find what.
@router.get(
    "/.well-known/oauth-authorization-server",
    dependencies=[public()],
)
async def metadata(office: OfficeDep) -> MetadataOut:
    """What this authorization server offers, and where (RFC 8414)."""
    return MetadataOut(
        issuer=office.issuer,
        token_endpoint=f"{office.issuer}/oauth/token",
        revocation_endpoint=f"{office.issuer}/oauth/revoke",
        jwks_uri=f"{office.issuer}/.well-known/jwks.json",
        grant_types_supported=list(GrantType),
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        revocation_endpoint_auth_methods_supported=[
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        response_types_supported=[],
    )
