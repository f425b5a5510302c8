"""The way to a return: what was said so far, kept in the session of the browser.

Photos wait in a file below the upload folder until the return is asked for; a job removes those
that no return took (:mod:`catalog.pictures.leftovers`).
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Media
from catalog.pictures.uploads import Upload
from orders.models import Order, Return
from orders.returns.requesting import MOST_PHOTOS, Wanted
from orders.returns.windows import Window
from shop.models import new_id

State = dict[str, Any]
NAMES: dict[str, str | Promise] = {
    "items": _("Pieces"),
    "reason": _("Reason"),
    "outcome": _("What you would like"),
    "method": _("How it comes to us"),
    "confirm": _("Confirm"),
}
STEPS = tuple(NAMES)
_WAITING = "uploads/waiting"


def read(request: HttpRequest, order: Order, window: Window) -> State:
    """What was said so far; lines that cannot come back any more are forgotten."""
    state: State = request.session.get(_name(order)) or {"key": new_id().hex}
    left = {str(item_id): units for item_id, units in window.left.items()}
    state["lines"] = {
        key: row | {"quantity": min(row["quantity"], left[key])}
        for key, row in state.get("lines", {}).items()
        if key in left
    }
    return state


def keep(request: HttpRequest, order: Order, state: State) -> None:
    """Remember what was said."""
    request.session[_name(order)] = state


def forget(request: HttpRequest, order: Order) -> None:
    """The return is asked for."""
    request.session.pop(_name(order), None)


def missing(state: Mapping[str, Any], before: str) -> str | None:
    """The first step before ``before`` that lacks an answer; None when all have one."""
    lines = state.get("lines", {}).values()
    done = {
        "items": bool(lines),
        "reason": all(row.get("reason") for row in lines),
        "outcome": state.get("outcome") in Return.Outcome.values
        and (state["outcome"] != "EXCHANGE" or all(row.get("variant") for row in lines)),
        "method": state.get("method") in Return.Method.values,
    }
    return next((name for name in STEPS[: STEPS.index(before)] if not done[name]), None)


def url(order: Order, step: str) -> str:
    """Address of a step."""
    if step == "items":
        return reverse("orders:return_items", args=[order.token])
    return reverse("orders:return_step", args=[order.token, step])


def stepper(order: Order, current: str) -> dict[str, Any]:
    """Context of ``components/stepper.html``."""
    place = STEPS.index(current)
    steps = [
        {
            "name": name,
            "state": "done" if number < place else "current" if number == place else "future",
            "url": url(order, step),
            "value": "",
        }
        for number, (step, name) in enumerate(NAMES.items())
    ]
    return {"steps": steps, "step_number": place + 1, "step_name": NAMES[current]}


def next_step(current: str) -> str:
    """The step after ``current``."""
    return STEPS[STEPS.index(current) + 1]


def wanted(state: Mapping[str, Any]) -> dict[UUID, Wanted]:
    """What is asked for, by order line."""
    is_exchange = state.get("outcome") == Return.Outcome.EXCHANGE
    return {
        UUID(key): Wanted(
            quantity=row["quantity"],
            reason=row.get("reason", ""),
            comment=row.get("comment", ""),
            variant_id=UUID(row["variant"]) if is_exchange and row.get("variant") else None,
        )
        for key, row in state["lines"].items()
    }


def add_photos(state: State, photos: Iterable[Upload]) -> None:
    """Keep photos until the return is asked for, the first of them if they are too many."""
    waiting = state.setdefault("photos", [])
    for photo in photos:
        if len(waiting) < MOST_PHOTOS:
            name = f"{_WAITING}/{new_id().hex}{photo.suffix}"
            path = default_storage.save(name, ContentFile(photo.content))
            waiting.append([path, photo.mime_type, photo.suffix, photo.width, photo.height])


def photos(state: Mapping[str, Any]) -> list[Upload]:
    """The photos that wait; one whose file is gone is left out."""
    found = []
    for path, mime_type, suffix, width, height in state.get("photos", []):
        try:
            with default_storage.open(path) as file:
                content = file.read()
        except FileNotFoundError:
            continue
        found.append(Upload(Media.Kind.IMAGE, content, mime_type, suffix, width, height))
    return found


def _name(order: Order) -> str:
    return f"return:{order.pk.hex}"


def key(state: Mapping[str, Any]) -> UUID:
    """What makes a repeated request one return."""
    return UUID(state["key"])
