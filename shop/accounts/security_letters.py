"""Telling people what happened to their account."""

from typing import Any

from django.utils import timezone

from shop.accounts.letters.about_security import OCCASIONS
from shop.accounts.letters.queue import queue
from shop.accounts.models import User
from shop.accounts.sign_in.devices import device_words, network_words
from shop.actor import current_actor


def tell(*, user: User, kind: str, context: dict[str, Any]) -> None:
    """Write to ``user``, after the commit, that something of ``kind`` happened.

    ``kind`` is one of ``about_security.OCCASIONS``; the letter names time, device and network of
    who acts now. ``context`` holds JSON values: ``path`` within the shop or ``url`` for the
    button, ``facts`` as more pairs of label and value. An "email_changed" goes to ``old_email``
    of the context, and a word to the new address. Raises KeyError for an unknown kind.
    """
    actor = current_actor()
    facts = {
        "at": timezone.now().isoformat(),
        "device": str(device_words(actor.user_agent)) if actor.user_agent else "",
        "network": network_words(actor.ip),
        **{key: value for key, value in context.items() if key != "old_email"},
    }
    OCCASIONS[kind]
    if kind == "email_changed":
        queue("email_is_new", to=user.email, user=user, facts=facts | {"path": ""})
    # Who is erased keeps no row that the letter could belong to.
    owner = None if kind == "erased" else user
    queue(kind, to=context.get("old_email") or user.email, user=owner, facts=facts)
