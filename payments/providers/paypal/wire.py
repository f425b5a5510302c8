"""Words with PayPal: signed in, bounded in time and size, never led elsewhere."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from django.conf import settings

from payments.errors import ProviderAway
from payments.providers.base import EvidenceFile

logger = structlog.get_logger(__name__)

#: The largest answer that is read, in bytes.
MOST_BYTES = 1024 * 1024
#: A token is renewed so long before it ends, in seconds.
RENEW_SECONDS = 60
#: Refusals that say nothing of the request itself: too many, too early, or not allowed to ask.
_NOT_AN_ANSWER = frozenset({401, 403, 408, 409, 425, 429})


@dataclass(frozen=True)
class Reply:
    """A clear answer: what was asked for, or why not."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_refused(self) -> bool:
        return self.status >= HTTPStatus.BAD_REQUEST

    @property
    def issue(self) -> str:
        """PayPal's word for what was wrong, such as ``INSTRUMENT_DECLINED``; "" when nothing."""
        said = self._first.get("issue") or self.body.get("name") or ""
        return str(said) if self.is_refused else ""

    @property
    def reason(self) -> str:
        """What was wrong in PayPal's sentence, "" when nothing."""
        said = self._first.get("description") or self.body.get("message") or ""
        return str(said) if self.is_refused else ""

    @property
    def _first(self) -> Mapping[str, Any]:
        details = self.body.get("details")
        first = details[0] if isinstance(details, list) and details else None
        return first if isinstance(first, dict) else {}

    @property
    def redirect_url(self) -> str:
        """Where PayPal wants the shopper to go on, "" when nowhere."""
        return link(self.body, "redirect", "payer-action", "approve")


def link(body: Mapping[str, Any], *names: str) -> str:
    """The address of the first link of one of these relations, "" without one."""
    links = body.get("links")
    for row in links if isinstance(links, list) else ():
        if isinstance(row, dict) and row.get("rel") in names:
            return str(row.get("href") or "")
    return ""


def check_address(url: str) -> None:
    """Shoppers are sent to safe addresses only; a double on loopback has none."""
    own = urlsplit(settings.PAYPAL_API_URL).scheme
    if url and urlsplit(url).scheme not in ("https", own):
        raise ProviderAway("PayPal's page has no safe address")


class Wire:
    """Calls PayPal. Whatever is not a clear answer raises :class:`ProviderAway`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._client: httpx.Client | None = None
        #: Token, when it ends by the monotonic clock, and whose it is.
        self._token: tuple[str, float, tuple[str, str]] | None = None

    def get(self, path: str) -> Reply:
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> Reply:
        """``key`` makes the same request again do nothing new."""
        headers = {"PayPal-Request-Id": key, "Prefer": "return=representation"}
        return self._call("POST", path, json.dumps(body).encode(), headers)

    def delete(self, path: str) -> Reply:
        return self._call("DELETE", path, None, {})

    def upload(self, path: str, body: Mapping[str, Any], files: Sequence[EvidenceFile]) -> Reply:
        """JSON as the part ``input`` of a form, with files beside it."""
        parts: list[tuple[str, Any]] = [
            ("input", ("input.json", json.dumps(body), "application/json")),
            *(
                (f"file{place}", (file.name, file.content, file.mime_type))
                for place, file in enumerate(files, start=1)
            ),
        ]
        form = httpx.Request("POST", settings.PAYPAL_API_URL, files=parts)
        return self._call("POST", path, form.read(), {"Content-Type": form.headers["Content-Type"]})

    def ask(self, path: str, content: bytes) -> Reply:
        """A question that changes nothing, whose JSON is sent as it is."""
        return self._call("POST", path, content, {})

    def _call(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        for is_last in (False, True):
            token = self._signed_in()
            status, body = self._send(
                method,
                path,
                content,
                {
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    **headers,
                },
            )
            if status != HTTPStatus.UNAUTHORIZED or is_last:
                break
            self._forget(token)
        if status in _NOT_AN_ANSWER:
            raise ProviderAway(f"PayPal answered {status}")
        reply = Reply(status, body)
        if reply.is_refused:
            debug_id = str(body.get("debug_id") or "")
            logger.info("PayPal refuses", path=path, issue=reply.issue, debug_id=debug_id)
        return reply

    def _signed_in(self) -> str:
        """A token of our keys; one that is about to end is exchanged."""
        owner = (settings.PAYPAL_API_URL, settings.PAYPAL_CLIENT_ID)
        kept = self._token
        if kept is not None and kept[2] == owner and time.monotonic() < kept[1]:
            return kept[0]
        asked_at = time.monotonic()
        keys = httpx.BasicAuth(settings.PAYPAL_CLIENT_ID, settings.PAYPAL_SECRET)
        status, body = self._send(
            "POST",
            "/v1/oauth2/token",
            b"grant_type=client_credentials",
            {"Content-Type": "application/x-www-form-urlencoded"},
            auth=keys,
        )
        token, seconds = body.get("access_token"), body.get("expires_in")
        if status != HTTPStatus.OK or not isinstance(token, str) or not isinstance(seconds, int):
            raise ProviderAway(f"PayPal signs nobody in, and answers {status}")
        self._token = (token, asked_at + seconds - RENEW_SECONDS, owner)
        return token

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token is not None and self._token[0] == token:
                self._token = None

    def _send(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        *,
        auth: httpx.Auth | None = None,
    ) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON of the answer, read for no longer than an answer may take."""
        until = time.monotonic() + settings.PROVIDER_ANSWER_SECONDS
        url = settings.PAYPAL_API_URL.rstrip("/") + path
        with _told_apart():
            request = self._http().build_request(
                method, url, content=content, headers=dict(headers), timeout=_patience()
            )
            response = self._http().send(request, auth=auth, stream=True)
            try:
                data = bytearray()
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > MOST_BYTES or time.monotonic() > until:
                        raise ProviderAway("PayPal's answer is too long")
            finally:
                response.close()
            status = response.status_code
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.is_redirect:
                raise ProviderAway(f"PayPal answered {status}")
            body = json.loads(data) if data else {}
        if not isinstance(body, dict):
            raise ProviderAway("PayPal's answer cannot be understood")
        return status, body

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(follow_redirects=False)
            return self._client


@contextmanager
def _told_apart() -> Iterator[None]:
    """Broken lines and nonsense are no answers."""
    try:
        yield
    except httpx.HTTPError as error:
        raise ProviderAway(type(error).__name__) from error
    except ValueError as error:
        raise ProviderAway("PayPal's answer cannot be understood") from error


def _patience() -> httpx.Timeout:
    return httpx.Timeout(
        settings.PROVIDER_ANSWER_SECONDS, connect=settings.PROVIDER_CONNECT_SECONDS
    )
