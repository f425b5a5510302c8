"""Leaving a letter for the job that sends it."""

import json
from typing import Any, Final

from django.db import transaction
from django.utils.translation import get_language
from procrastinate.contrib.django import app

from shop.accounts.factors.sealing import seal
from shop.accounts.models import Letter, User

#: Name of the job that sends.
SEND: Final = "accounts.send_letter"


def queue(kind: str, *, to: str, user: User | None = None, facts: dict[str, Any]) -> None:
    """Have a letter of ``kind`` (see ``sending.WRITERS``) sent to the address ``to``.

    It shares the fate of the caller's transaction. ``facts`` holds JSON values for its writer;
    they, and the address, are stored encrypted until it is sent. A request costs the same
    whether there is somebody to write to or not.
    """
    content = {"kind": kind, "to": to, "language": get_language() or "", "facts": facts}
    with transaction.atomic():
        letter = Letter.objects.create(user=user, sealed=seal(json.dumps(content)))
        app.configure_task(SEND).defer(letter_id=str(letter.pk))
