"""The developer page at ``/dev/mail/``: what the shop would have sent, read from files."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

#: What the file backend writes after each letter of a file.
_BETWEEN = re.compile(rb"^-{79}\r?\n", re.MULTILINE)
_NAME = re.compile(r"[0-9A-Za-z-]+\.log")
#: Letters on the page, the newest ones.
MOST_LISTED = 100
#: A letter shows itself and nothing else: no script, no form, nothing from elsewhere.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
)


P = ParamSpec("P")


@dataclass(frozen=True)
class Letter:
    """A letter that lies in ``file`` at ``place``, counted from 0."""

    file: str
    place: int
    sent_at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def recipients(self) -> str:
        return str(self.message["To"] or "")

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str:
        """The page with the pictures that travel along put into it; empty without one."""
        part = self.message.get_body(("html",))
        page = str(part.get_content()) if part else ""
        for picture in self.message.walk():
            name = str(picture.get("Content-ID", "")).strip("<>")
            if name and picture.get_content_maintype() == "image":
                data = base64.b64encode(picture.get_payload(decode=True)).decode()  # type: ignore[arg-type]
                address = f"data:{picture.get_content_type()};base64,{data}"
                page = page.replace(f"cid:{name}", address)
        return page


def for_developers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Not there unless DEBUG is on and the request comes from this machine."""

    @require_safe
    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **named: P.kwargs) -> HttpResponse:
        if not settings.DEBUG or not _is_near(request):
            raise Http404
        return view(request, *args, **named)

    return respond


@for_developers
def letters(request: HttpRequest) -> HttpResponse:
    """All letters, newest first."""
    return render(request, "dev/mailbox.html", {"letters": list(_newest())})


@for_developers
def letter(request: HttpRequest, file: str, place: int) -> HttpResponse:
    """One letter: its page in a frame, and the same as text."""
    return render(request, "dev/letter.html", {"letter": _find(file, place)})


@for_developers
def letter_page(request: HttpRequest, file: str, place: int) -> HttpResponse:
    """The letter's own page, shut in by a policy of its own."""
    page = _find(file, place).html
    if not page:
        raise Http404
    headers = {"Content-Security-Policy": _POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(page, headers=headers)


def _is_near(request: HttpRequest) -> bool:
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _newest() -> Iterator[Letter]:
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda path: (path.stat().st_mtime, path.name))
    count = 0
    for path in reversed(files):
        for found in reversed(_read(path)):
            if count == MOST_LISTED:
                return
            yield found
            count += 1


def _find(file: str, place: int) -> Letter:
    path = Path(settings.EMAIL_FILE_PATH) / file
    if not _NAME.fullmatch(file) or not path.is_file():
        raise Http404
    found = _read(path)
    if place >= len(found):
        raise Http404
    return found[place]


def _read(path: Path) -> list[Letter]:
    sent_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    parts = [part for part in _BETWEEN.split(path.read_bytes()) if part.strip()]
    return [
        Letter(path.name, place, sent_at, message_from_bytes(part, policy=default))
        for place, part in enumerate(parts)
    ]
