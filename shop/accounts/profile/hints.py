"""What would make an account safer, for its first page."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.accounts.factors.held import held_by
from shop.accounts.models import User

#: Fewer recovery codes than this are worth a word.
FEW_CODES = 3


@dataclass(frozen=True)
class Hint:
    """What is missing, and where it is mended."""

    text: str
    url: str
    label: str


def for_person(user: User) -> list[Hint]:
    """What the person could do for the safety of the account, most urgent first. Two queries."""
    held, security = held_by(user), reverse("accounts:security")
    hints = []
    if not user.has_usable_password():
        url = reverse("account_reset_password")
        hints.append(Hint(_("Your account has no password."), url, _("Choose a password")))
    if EmailAddress.objects.filter(user=user, verified=False).exists():
        text = _("An e-mail address of yours waits to be confirmed. Look for our mail.")
        hints.append(Hint(text, security, _("See your addresses")))
    if not held.lasting:
        text = _("Only a password protects your account. A passkey or an app makes it safer.")
        hints.append(Hint(text, security, _("Add a second step")))
    elif held.codes_left < FEW_CODES:
        text = ngettext(
            "%d recovery code is left for the day your phone is lost.",
            "%d recovery codes are left for the day your phone is lost.",
            held.codes_left,
        )
        hints.append(Hint(text % held.codes_left, security, _("Make new codes")))
    return hints
