"""How one can pay here: what a page offers, and what was chosen on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from payments.errors import CardRefused
from payments.forms import CardForm
from payments.providers import names, provider
from payments.providers.base import Method

#: The name of the radio buttons.
FIELD = "means"


class Part(forms.Form):
    """What is typed for one means of payment: nothing, where the provider has a page of its own."""

    template: ClassVar[str] = ""
    #: The choice it belongs to.
    means: ClassVar[str] = ""

    def method(self, name: str) -> Method:
        """What a valid part says; raises :class:`~payments.errors.CardRefused`."""
        return Method(token="", brand=dict(_titles())[name])

    def explain(self, field: str, code: str) -> None:
        """Show why the provider would not take what was typed."""
        self.add_error(field if field in self.fields else None, _("This was not accepted."))


class CardPart(CardForm, Part):
    """A card typed on our page, for providers that take it from there."""

    template = "payments/means/card.html"
    means = "card"

    def method(self, name: str) -> Method:
        return provider(name).tokenize(self.card())


@dataclass(frozen=True)
class Means:
    """One of the choices; ``value`` is sent for it, ``part`` is the form that belongs to it."""

    value: str
    provider: str
    title: str
    note: str
    icon: str
    part: type[Part]


def offered(currency: str) -> list[Means]:
    """What one can pay an amount of ``currency`` with, the first preselected."""
    found = []
    for name in names():
        can = provider(name).can
        if can.currencies and currency not in can.currencies:
            continue
        if can.takes_cards:
            found.append(Means("card", name, _("Card"), _("Visa, Mastercard"), "card", CardPart))
        if can.redirects:
            found.append(_with_page(name))
    return found


def _titles() -> list[tuple[str, str]]:
    return [("PAYPAL", "PayPal"), ("IYZICO", "iyzico"), ("STRIPE", _("Card"))]


def _with_page(name: str) -> Means:
    title = dict(_titles()).get(name, name.title())
    note = _("You confirm the payment at %(name)s and come back.") % {"name": title}
    return Means(name.lower(), name, title, note, "lock", Part)


class Choice:
    """The part of a page on which one chooses how to pay.

    Without ``data`` it is as first shown. Another means than those offered falls back to the first.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, currency: str) -> None:
        self.offered = offered(currency)
        wanted = (data or {}).get(FIELD)
        chosen = [means for means in self.offered if means.value == wanted]
        self.chosen = (chosen or self.offered)[0]
        self.parts = {
            means.value: means.part(data if means is self.chosen else None)
            for means in self.offered
        }

    @property
    def part(self) -> Part:
        """What was typed for the chosen means."""
        return self.parts[self.chosen.value]

    @property
    def provider_name(self) -> str:
        return self.chosen.provider

    @property
    def is_sandbox(self) -> bool:
        """Whether the test cards of the demo work here."""
        return any(means.provider == "SANDBOX" for means in self.offered)

    @property
    def cards(self) -> list[dict[str, object]]:
        """For ``radio_cards.html``."""
        return [
            {
                "value": means.value,
                "title": means.title,
                "note": means.note,
                "price": None,
                "currency": "",
                "icon": means.icon,
                "selected": means is self.chosen,
            }
            for means in self.offered
        ]

    @property
    def shown_parts(self) -> list[Part]:
        """The forms that have something to type, in the order of the choices."""
        return [part for part in self.parts.values() if part.template]

    def is_valid(self) -> bool:
        return self.part.is_valid()

    def take(self) -> Method | None:
        """The method of a valid choice; None when the provider refused it, which the form tells."""
        try:
            return self.part.method(self.provider_name)
        except CardRefused as error:
            self.part.explain(error.field, error.code)
            return None
