"""Old addresses: sending visitors on, and lists of redirects that staff bring along."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from audit import recording
from catalog.errors import RedirectsRefused
from catalog.models import Redirect

#: Lines of a list that are looked at.
MOST_LINES = 20_000
#: Nothing moves below these; a missing picture need not ask.
_NOT_PAGES = ("/media/", "/static/", "/admin/", "/health/")
_YES, _NO = {"", "1", "yes", "true", "301", "permanent"}, {"0", "no", "false", "302", "temporary"}

Respond = Callable[[HttpRequest], HttpResponseBase]


class RedirectMiddleware:
    """Where no page answers, leads on from an old address. One query, only for what is missing."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        return _onward(request) or response


@dataclass(frozen=True)
class Imported:
    """How many redirects a list added and how many it changed."""

    added: int
    changed: int


def import_list(text: str) -> Imported:
    """Store the redirects of a CSV ``text``: old path, where it leads, and perhaps "302".

    All lines or none. A known old path gets its new target. Raises RedirectsRefused with every
    line that is wrong.
    """
    rows, problems = _parsed(text)
    added = changed = 0
    if not problems:
        with recording.batch():
            for number, old_path, target, is_permanent in rows:
                try:
                    is_new = _store(old_path, target, is_permanent)
                except IntegrityError:
                    problems.append((number, gettext("It leads back to itself.")))
                    break
                added, changed = added + is_new, changed + (not is_new)
            if problems:
                raise RedirectsRefused(problems)
    if problems:
        raise RedirectsRefused(problems)
    return Imported(added, changed)


def problem_of(old_path: str, target: str) -> str:
    """What is wrong with a redirect, in words, or "". Loops over several steps are not seen."""
    row = Redirect(old_path=old_path, target=target)
    try:
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _parsed(text: str) -> tuple[list[tuple[int, str, str, bool]], list[tuple[int, str]]]:
    rows: list[tuple[int, str, str, bool]] = []
    problems: list[tuple[int, str]] = []
    for number, cells in _lines(text):
        if number > MOST_LINES:
            problems.append((number, gettext("The list is too long.")))
            break
        kind = cells[2].lower() if len(cells) > 2 else ""
        if len(cells) < 2 or kind not in _YES | _NO:
            problems.append((number, gettext("Old path, target and perhaps 301 or 302.")))
        elif problem := problem_of(cells[0], cells[1]):
            problems.append((number, problem))
        else:
            rows.append((number, cells[0], cells[1], kind in _YES))
    return rows, problems


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    text = text.removeprefix("\ufeff").replace("\0", "")
    separator = ";" if text.partition("\n")[0].count(";") else ","
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1):
        stripped = [cell.strip() for cell in cells]
        is_heading = number == 1 and stripped and not stripped[0].startswith("/")
        if any(stripped) and not is_heading:
            yield number, stripped


@transaction.atomic
def _store(old_path: str, target: str, is_permanent: bool) -> bool:
    """Whether the redirect is new."""
    _row, is_new = Redirect.objects.update_or_create(
        old_path=old_path,
        defaults={"target": target, "is_permanent": is_permanent, "is_automatic": False},
    )
    return bool(is_new)


def _onward(request: HttpRequest) -> HttpResponseBase | None:
    path = request.path
    if len(path) > 600 or "\0" in path or path.startswith(_NOT_PAGES):
        return None
    row = Redirect.objects.filter(old_path=path).values("target", "is_permanent").first()
    if row is None:
        return None
    url, query = row["target"], request.META.get("QUERY_STRING", "")
    if query:
        before, hash_sign, fragment = url.partition("#")
        url = f"{before}{'&' if '?' in before else '?'}{query}{hash_sign}{fragment}"
    answer = HttpResponsePermanentRedirect if row["is_permanent"] else HttpResponseRedirect
    return answer(url)
