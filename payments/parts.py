"""What is typed for each means of payment."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from payments import awaiting, saved_cards
from payments.forms import CardForm
from payments.models import Awaited, SavedCard
from payments.providers import provider
from payments.providers.base import Method
from payments.providers.brands import shown_brand


def titles() -> dict[str, str]:
    """How providers are called on our pages."""
    return {"PAYPAL": "PayPal", "IYZICO": "iyzico", "STRIPE": _("Card")}


class Part(forms.Form):
    """What is typed for one means of payment: nothing, where the provider has a page of its own."""

    template: ClassVar[str] = ""
    #: The choice it belongs to.
    means: ClassVar[str] = ""
    #: Its tick that the means be kept, where it has one.
    keeps_field: ClassVar[str] = ""

    def method(self, name: str) -> Method:
        """What a valid part says; raises :class:`~payments.errors.CardRefused`."""
        return Method(token="", brand=titles()[name])

    @property
    def wants_to_keep(self) -> bool:
        """Whether a valid part asks that the means be kept."""
        return bool(self.cleaned_data.get(self.keeps_field))

    @property
    def words_to_keep(self) -> str:
        """What stands beside the tick."""
        return str(self.fields[self.keeps_field].label)

    def explain(self, field: str, code: str) -> None:
        """Show why the provider would not take what was typed."""
        self.add_error(field if field in self.fields else None, _("This was not accepted."))


class CardPart(CardForm, Part):
    """A card typed on our page, for providers that take it from there."""

    template = "payments/means/card.html"
    means = "card"
    keeps_field = "keeps"
    #: Nothing was typed: it is the same for all, and drawn once.
    is_blank = False

    def method(self, name: str) -> Method:
        return provider(name).tokenize(self.card())

    @property
    def last_month(self) -> tuple[int, int]:
        """Month and year of a valid part."""
        month, year = self.cleaned_data["expiry"]
        return month, year


class PayPalPart(Part):
    """PayPal's own page, which may keep the account that pays there."""

    template = "payments/means/paypal.html"
    means = "paypal"
    keeps_field = "paypal_keeps"

    paypal_keeps = forms.BooleanField(
        label=_lazy("Keep this PayPal account for next time"), required=False
    )


class SavedPart(Part):
    """A card that the customer kept: nothing is typed."""

    def __init__(self, *args: Any, card: SavedCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._card = card

    def method(self, name: str) -> Method:
        return saved_cards.method(self._card)


class TokenPart(Part):
    """A card typed into Stripe's own fields: a script puts in what Stripe gave for it.

    Brand and last digits are shown to whoever typed them; the payment keeps what Stripe says.
    """

    template = "payments/means/stripe.html"
    means = "stripe"
    keeps_field = "stripe_keeps"

    stripe_token = forms.RegexField(
        r"^pm_[A-Za-z0-9_]{4,190}$",
        widget=forms.HiddenInput,
        error_messages={
            "required": _lazy("Enter your card. Its fields need JavaScript."),
            "invalid": _lazy("Enter your card once more."),
        },
    )
    stripe_brand = forms.RegexField(r"^[a-z_]{0,20}$", required=False, widget=forms.HiddenInput)
    stripe_last4 = forms.RegexField(r"^[0-9]{4}$", required=False, widget=forms.HiddenInput)
    stripe_keeps = forms.BooleanField(label=_lazy("Keep this card for next time"), required=False)

    def __init__(self, *args: Any, may_keep: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_keep:
            del self.fields["stripe_keeps"]

    @property
    def publishable_key(self) -> str:
        return str(settings.STRIPE_PUBLISHABLE_KEY)

    @property
    def script_url(self) -> str:
        return str(settings.STRIPE_SCRIPT_URL)

    def method(self, name: str) -> Method:
        typed = self.cleaned_data
        return Method(
            token=typed["stripe_token"],
            brand=shown_brand(typed["stripe_brand"]) or _("Card"),
            last4=typed["stripe_last4"],
        )


class TransferPart(Part):
    """The customer transfers the amount to the shop's account."""

    def method(self, name: str) -> Method:
        return awaiting.method(Awaited.Kind.TRANSFER)


class PickUpPart(Part):
    """The customer pays where the order is collected."""

    def method(self, name: str) -> Method:
        return awaiting.method(Awaited.Kind.PICK_UP)


def typed_card(data: Mapping[str, Any] | None = None, *, may_keep: bool) -> CardPart:
    """The form of a card with what was typed; the blank one is the same for all."""
    return _blank_card(may_keep) if data is None else CardPart(data, may_keep=may_keep)


@cache
def _blank_card(may_keep: bool) -> CardPart:
    part = CardPart(may_keep=may_keep)
    part.is_blank = True
    return part


def card_part(name: str, data: Mapping[str, Any] | None) -> Part:
    """The form of a card alone, for the provider called ``name``."""
    return (CardPart if provider(name).can.takes_cards else TokenPart)(data)
