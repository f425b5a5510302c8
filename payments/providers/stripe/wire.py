"""Stripe's library on a line that is bounded in time and size, and never led elsewhere."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
import stripe
from django.conf import settings

from payments.errors import ProviderAway

#: The largest answer that is read, in bytes.
MOST_BYTES = 1024 * 1024
#: The address of Stripe itself; files go to another one of theirs.
STRIPE_ITSELF = "https://api.stripe.com"
#: What is a clear no: nothing was done, and the same request again would be refused again.
REFUSALS = (stripe.CardError, stripe.InvalidRequestError)

# Otherwise it tells how long calls took, and keeps a number of this machine in the home folder.
stripe.enable_telemetry = False


class _Line(stripe.HTTPClient):
    """How the library reaches Stripe. What is no clear answer raises :class:`ProviderAway`."""

    name = "httpx"

    def __init__(self) -> None:
        super().__init__()
        self._http = httpx.Client(follow_redirects=False)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        until = time.monotonic() + settings.PROVIDER_ANSWER_SECONDS
        patience = httpx.Timeout(
            settings.PROVIDER_ANSWER_SECONDS, connect=settings.PROVIDER_CONNECT_SECONDS
        )
        try:
            with self._http.stream(
                method.upper(), url, headers=headers, content=post_data, timeout=patience
            ) as response:
                data = bytearray()
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > MOST_BYTES or time.monotonic() > until:
                        raise ProviderAway("Stripe's answer is too long")
        except httpx.HTTPError as error:
            raise ProviderAway(type(error).__name__) from error
        _refuse_unless_clear(response.status_code, data)
        return data.decode(), response.status_code, response.headers


def _refuse_unless_clear(status: int, data: bytearray) -> None:
    """Only a result, or a refusal with a reason, is an answer."""
    is_tired = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    if is_tired or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise ProviderAway(f"Stripe answered {status}")
    try:
        body = json.loads(data)
    except ValueError as error:
        raise ProviderAway("Stripe's answer cannot be understood") from error
    has_reason = isinstance(body, dict) and isinstance(body.get("error"), dict)
    if not isinstance(body, dict) or (status >= HTTPStatus.BAD_REQUEST and not has_reason):
        raise ProviderAway("Stripe's answer cannot be understood")


def client() -> stripe.StripeClient:
    """The library, signed in. It never tries again by itself: our jobs do, with the same key."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL.rstrip("/"))


@cache
def _client(secret_key: str, url: str) -> stripe.StripeClient:
    elsewhere: dict[str, str] = {} if url == STRIPE_ITSELF else {"api": url, "files": url}
    return stripe.StripeClient(
        secret_key,
        http_client=_Line(),
        base_addresses=elsewhere,  # type: ignore[arg-type]
        max_network_retries=0,
    )


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What stands under ``name``, where it is more than an id or nothing."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


@contextmanager
def clear_answers() -> Iterator[None]:
    """Results and :data:`REFUSALS` pass; whatever else the library raises is no answer.

    Wrong keys are none either: what was asked for is not refused, and can be asked for again.
    """
    try:
        yield
    except REFUSALS:
        raise
    except stripe.StripeError as error:
        # Its own text may quote what was sent.
        raise ProviderAway(f"{type(error).__name__} {error.code or ''}".strip()) from None
