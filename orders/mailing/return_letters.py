"""What the letters about a return say."""

from email.mime.application import MIMEApplication
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from orders.documents import return_label
from orders.models import OrderMail, Return
from orders.returns import return_page

#: Letters that bring the label, where the pieces may be sent.
_WITH_LABEL = ("requested", "approved")


def context(letter: OrderMail) -> dict[str, Any]:
    """What a letter tells of its return, as it is true now."""
    asked = _read(letter)
    return {
        "what": letter.facts["what"],
        "asked": asked,
        "page": return_page.of_return(asked),
        "return_url": urljoin(settings.SHOP_URL, asked.get_absolute_url()),
        "brings_label": _brings_label(letter, asked),
    }


def subject(letter: OrderMail) -> str:
    """The subject of a letter about a return."""
    words = {
        "requested": _("Your return for order %(number)s"),
        "approved": _("You can send it back: order %(number)s"),
        "reminder": _("Do you still want to send it back? Order %(number)s"),
        "received": _("Your return for order %(number)s is here"),
        "settled": _("Your return for order %(number)s is settled"),
        "rejected": _("About your return for order %(number)s"),
        "canceled": _("Your return for order %(number)s is closed"),
    }
    return words[letter.facts["what"]] % {"number": letter.order.number}


def label(letter: OrderMail) -> MIMEApplication | None:
    """The label as a file, for letters that bring it."""
    asked = _read(letter)
    if not _brings_label(letter, asked):
        return None
    made = MIMEApplication(return_label.draw(asked), "pdf")
    made.add_header("Content-Disposition", "attachment", filename=f"{asked.number}.pdf")
    return made


def _read(letter: OrderMail) -> Any:
    rows = Return.objects.select_related("order").prefetch_related(
        "items__item__variant", "items__exchange_variant", "status_changes", "photos__media"
    )
    return rows.get(pk=letter.facts["return"], order=letter.order)


def _brings_label(letter: OrderMail, asked: Return) -> bool:
    return letter.facts["what"] in _WITH_LABEL and asked.has_label
