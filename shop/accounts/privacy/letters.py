"""The letter to people without an account: a link to what is held of their address."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.accounts.letters.words import Words, in_shop
from shop.accounts.models import User
from shop.accounts.privacy import links, people
from shop.accounts.privacy.parts import all_parts


def write(to: str, user: User | None, facts: dict[str, Any]) -> Words | None:
    """Nothing is sent to an address of which nothing is held: nobody is bothered."""
    person = people.guest(to)
    if not any(part.rows(person).exists() for part in all_parts() if part.is_told):
        return None
    return Words(
        subject=_("What we hold about you"),
        lead=_("With this link you get a copy of what we hold about your address, or erase it."),
        action_label=_("See what is held"),
        action_url=in_shop(facts.get("path") or links.path_to(to)),
        notes=[
            ngettext(
                "The link works for %(days)d day.",
                "The link works for %(days)d days.",
                links.LINK_DAYS,
            )
            % {"days": links.LINK_DAYS},
            _("If it was not you, you need not do anything."),
        ],
    )


WRITERS: dict[str, Callable[[str, User | None, dict[str, Any]], Words | None]] = {
    "guest_privacy": write
}
