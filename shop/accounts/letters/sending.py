"""Sending the letters that wait."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import translation

from shop import mail
from shop.accounts.factors.sealing import open_sealed
from shop.accounts.letters import about_security, about_sign_in
from shop.accounts.letters.words import Words
from shop.accounts.models import Letter, User
from shop.accounts.privacy import letters as about_privacy

Writer = Callable[[str, User | None, dict[str, Any]], Words | None]

#: Who finds the words: a function of the address, the person and the facts. None: nothing to say.
WRITERS: Final[dict[str, Writer]] = {
    **about_sign_in.WRITERS,
    **about_security.WRITERS,
    **about_privacy.WRITERS,
}
#: A letter that could not be sent is thrown away after this long, in hours; its links are stale.
KEEP_HOURS = 48


def send(letter_id: UUID) -> bool:
    """Send a letter and forget it; whether there was anything to send.

    Two jobs at once send it once. Raises OSError when the mail server did not take it; then it
    stays.
    """
    with transaction.atomic():
        letter = Letter.objects.select_for_update().filter(pk=letter_id).first()
        if letter is None:
            return False
        made = compose(letter)
        if made is not None:
            made.send()
        letter.delete()
    return made is not None


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The mail, in the language that the person had on; None if nothing is to be said any more."""
    content = json.loads(open_sealed(letter.sealed))
    with translation.override(content["language"] or settings.LANGUAGE_CODE):
        words = WRITERS[content["kind"]](content["to"], letter.user, content["facts"])
        if words is None:
            return None
        made = mail.compose(
            template="account_letter",
            to=words.to or content["to"],
            subject=words.subject,
            context={"words": words},
        )
    # Sent twice, it is one letter to a mail program.
    made.extra_headers["Message-ID"] = (
        f"<account-{letter.pk}@{urlsplit(settings.SHOP_URL).hostname}>"
    )
    return made


def forget(now: datetime) -> int:
    """Delete the letters that nobody could send; returns how many."""
    deleted, _rows = Letter.objects.filter(
        created_at__lt=now - timedelta(hours=KEEP_HOURS)
    ).delete()
    return deleted
