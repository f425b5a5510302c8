"""Letters after something changed on an account: what, when, where, and what to do about it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shop.accounts.letters.words import Words, in_shop
from shop.accounts.models import User


class Occasion(NamedTuple):
    """Subject and lead are looked up in the reader's language; ``is_alarming``: say what to do."""

    subject: str
    lead: str
    action: str = ""
    is_alarming: bool = True


OCCASIONS = {
    "new_device": Occasion(
        gettext_noop("A new device is signed in to your account"),
        gettext_noop(
            "Someone signed in to your account from a device that we had not seen before."
        ),
    ),
    "password_changed": Occasion(
        gettext_noop("Your password was changed"),
        gettext_noop(
            "The password of your account was changed, and all other devices were signed out."
        ),
    ),
    "email_changed": Occasion(
        gettext_noop("Your e-mail address was changed"),
        gettext_noop("Your account has a new e-mail address. This one no longer opens it."),
        gettext_noop("Put my address back"),
    ),
    "email_is_new": Occasion(
        gettext_noop("This is now your e-mail address"),
        gettext_noop("From now on you sign in with this address, and we write to it."),
    ),
    "email_restored": Occasion(
        gettext_noop("Your e-mail address is back"),
        gettext_noop(
            "Your account has this address again. All devices were signed out, "
            "and a new password is needed."
        ),
        gettext_noop("Choose a new password"),
    ),
    "factor_added": Occasion(
        gettext_noop("A second step was added to your account"),
        gettext_noop("There is a new way to prove that it is you when you sign in."),
    ),
    "factor_removed": Occasion(
        gettext_noop("A second step was removed from your account"),
        gettext_noop("One of the ways to prove that it is you when you sign in was removed."),
    ),
    "codes_made": Occasion(
        gettext_noop("New recovery codes were made"),
        gettext_noop("Your account has new recovery codes. The old ones no longer work."),
    ),
    "data_ready": Occasion(
        gettext_noop("Your data is ready"),
        gettext_noop("What we hold about you is ready to be downloaded, for a limited time."),
        gettext_noop("Download my data"),
        is_alarming=False,
    ),
    "erasure_asked": Occasion(
        gettext_noop("Your account will be deleted"),
        gettext_noop("You asked us to delete your account. Until then you can change your mind."),
        gettext_noop("Keep my account"),
    ),
    "erased": Occasion(
        gettext_noop("Your account was deleted"),
        gettext_noop(
            "Your account and what belonged to it are gone. This is our last letter to you."
        ),
        is_alarming=False,
    ),
}


def write(kind: str, to: str, user: User | None, facts: dict[str, Any]) -> Words:
    """``facts``: ``at`` (ISO time), ``device``, ``network``, and of the caller ``path`` or ``url``
    of the button and ``facts``, more pairs of label and value; ``path`` within the shop."""
    occasion = OCCASIONS[kind]
    url = facts.get("url") or (in_shop(facts["path"]) if facts.get("path") else "")
    return Words(
        subject=_(occasion.subject),
        lead=_(occasion.lead),
        facts=[*_circumstances(facts), *(tuple(pair) for pair in facts.get("facts", []))],
        action_label=_(occasion.action) if occasion.action and url else "",
        action_url=url,
        notes=_advice(kind) if occasion.is_alarming else [],
    )


def _circumstances(facts: dict[str, Any]) -> list[tuple[str, str]]:
    when = timezone.localtime(datetime.fromisoformat(facts["at"]))
    pairs = [
        (_("When"), date_format(when, "j F Y, H:i")),
        (_("Device"), facts.get("device", "")),
        (_("Network"), facts.get("network", "")),
    ]
    return [(label, value) for label, value in pairs if value]


def _advice(kind: str) -> list[str]:
    """What to do if it was not the reader."""
    if kind == "email_changed":
        advice = _(
            "Was it not you? Put your address back with the button above, within 7 days. "
            "All devices are signed out then, and you choose a new password."
        )
    else:
        advice = _("Was it not you? Choose a new password at once: %(url)s") % {
            "url": in_shop(reverse("account_reset_password"))
        }
    help_line = _("Or write to us: %(email)s") % {"email": settings.SHOP_EMAIL}
    return [_("If it was you, all is well."), advice, help_line]


WRITERS: dict[str, Callable[[str, User | None, dict[str, Any]], Words | None]] = {
    kind: partial(write, kind) for kind in OCCASIONS
}
