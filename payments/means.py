"""How one can pay here: what a page offers, and what was chosen on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from payments import awaiting, customers, saved_cards
from payments.errors import CardRefused, ProviderAway
from payments.models import Provider, SavedCard
from payments.parts import (
    CardPart,
    Part,
    PayPalPart,
    PickUpPart,
    SavedPart,
    TokenPart,
    TransferPart,
    titles,
    typed_card,
)
from payments.providers import names, provider
from payments.providers.base import Method

#: The name of the radio buttons.
FIELD = "means"
#: What the value of a saved card begins with.
SAVED = "saved-"


@dataclass(frozen=True)
class Means:
    """One of the choices; ``value`` is sent for it, ``part`` is the form that belongs to it."""

    value: str
    provider: str
    title: str
    note: str
    icon: str
    part: Callable[[Mapping[str, Any] | None], Part]


def offered(
    currency: str,
    *,
    amount: int | None = None,
    is_collected: bool = False,
    may_wait: bool = True,
    cards: Sequence[SavedCard] = (),
    may_keep: bool = False,
) -> list[Means]:
    """What one can pay ``amount`` (minor units of ``currency``) with, the first preselected.

    ``is_collected`` offers to pay where the order is collected; without ``may_wait`` the money
    must come at once. ``cards`` are the customer's own; ``may_keep`` asks whether to keep more.
    """
    found = []
    part: Callable[[Mapping[str, Any] | None], Part]
    usable = []
    for name in names():
        can = provider(name).can
        if can.currencies and currency not in can.currencies:
            continue
        if can.saves_cards:
            usable.append(name)
        if can.takes_cards:
            part = partial(typed_card, may_keep=may_keep and can.saves_cards)
            found.append(
                Means("card", name, _card_title(name), _("Visa, Mastercard"), "card", part)
            )
        if can.has_card_fields:
            note = _("Visa, Mastercard, American Express")
            part = partial(TokenPart, may_keep=may_keep and can.saves_cards)
            found.append(Means("stripe", name, _card_title(name), note, "card", part))
        if can.redirects:
            found.append(_with_page(name, may_keep=may_keep and can.saves_cards))
    saved = [_saved(card) for card in cards if card.provider in usable]
    if saved:
        found = [replace(one, title=_other(one)) for one in found]
    found = saved + found
    return found + _without_provider(currency, amount, is_collected) if may_wait else found


def _card_title(name: str) -> str:
    """Cards of two providers are told apart by their names."""
    takers = [one for one in names() if _takes_cards(one)]
    if len(takers) < 2:
        return _("Card")
    return _("Card by %(name)s") % {"name": Provider(name).label}


def _takes_cards(name: str) -> bool:
    can = provider(name).can
    return can.takes_cards or can.has_card_fields


def _other(means: Means) -> str:
    """What is beside the cards one keeps."""
    return _("Another card") if means.title == _("Card") else means.title


def _saved(card: SavedCard) -> Means:
    note = _("Valid until %(expiry)s") % {"expiry": card.expiry} if card.expiry else card.holder
    part = partial(SavedPart, card=card)
    return Means(f"{SAVED}{card.pk}", card.provider, str(card), note, "card", part)


def _without_provider(currency: str, amount: int | None, is_collected: bool) -> list[Means]:
    found = []
    if awaiting.takes_transfer(amount, currency):
        note = _("We keep your pieces for %(days)d days, and send them when the money is here.")
        note %= {"days": settings.BANK_TRANSFER_DAYS}
        title = _("Bank transfer")
        found.append(Means("transfer", Provider.MANUAL, title, note, "clock", TransferPart))
    if is_collected and awaiting.takes_at_pick_up():
        note = _("You pay when you collect them. We keep your pieces for %(days)d days.")
        note %= {"days": settings.PICK_UP_DAYS}
        title = _("Pay at pick-up")
        found.append(Means("pick-up", Provider.MANUAL, title, note, "pin", PickUpPart))
    return found


def _with_page(name: str, *, may_keep: bool) -> Means:
    title = titles().get(name, name.title())
    note = _("You confirm the payment at %(name)s and come back.") % {"name": title}
    part = PayPalPart if may_keep and name == Provider.PAYPAL else Part
    return Means(name.lower(), name, title, note, "lock", part)


class Choice:
    """The part of a page on which one chooses how to pay.

    Without ``data`` it is as first shown. Another means than those offered falls back to the first
    for which something is typed; a saved card that is not there is refused. ``user_id`` is whose
    saved cards come first; with ``may_keep`` they may keep the card that is typed.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        currency: str,
        amount: int | None = None,
        is_collected: bool = False,
        may_wait: bool = True,
        user_id: UUID | None = None,
        may_keep: bool = True,
    ) -> None:
        self._currency = currency
        self._keeps_for = user_id if may_keep else None
        self._cards = saved_cards.usable(user_id) if user_id else []
        self.offered = offered(
            currency,
            amount=amount,
            is_collected=is_collected,
            may_wait=may_wait,
            cards=self._cards,
            may_keep=self._keeps_for is not None,
        )
        wanted = str((data or {}).get(FIELD, ""))
        chosen = [means for means in self.offered if means.value == wanted]
        self.is_gone = wanted.startswith(SAVED) and not chosen
        typed = [means for means in self.offered if not means.value.startswith(SAVED)]
        self.chosen = (chosen or (typed if data is not None else []) or self.offered)[0]
        sent = None if self.is_gone else data
        self.parts = {
            means.value: means.part(sent if means is self.chosen else None)
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

    @property
    def error(self) -> str:
        """Why none of the choices is taken; "" when one is."""
        if not self.is_gone:
            return ""
        return _("This card is not kept here any more. Please choose again.")

    def is_valid(self) -> bool:
        return not self.is_gone and self.part.is_valid()

    def fits(self, *, amount: int, is_collected: bool) -> bool:
        """Whether the choice fits what the same page said of the rest; else the form tells."""
        if self.is_gone:
            return False
        fitting = offered(
            self._currency, amount=amount, is_collected=is_collected, cards=self._cards
        )
        if self.chosen.value in [means.value for means in fitting]:
            return True
        words = _("This order cannot be paid like that. Please choose again.")
        if self.chosen.part is PickUpPart and not is_collected:
            words = _("This is for pick-up. Choose that as delivery, or pay another way.")
        self.part.add_error(None, words)
        return False

    def take(self) -> Method | None:
        """The method of a valid choice; None when the provider refused it, which the form tells."""
        try:
            method = self.part.method(self.provider_name)
        except CardRefused as error:
            self.part.explain(error.field, error.code)
            return None
        if self._keeps_for is None:
            return method
        can = provider(self.provider_name).can if self.provider_name in names() else None
        if self.part.wants_to_keep:
            words = self.part.words_to_keep
            saved_cards.note_consent(self._keeps_for, words=words, place="checkout")
        if isinstance(self.part, CardPart) and self.part.wants_to_keep:
            saved_cards.remember(
                user_id=self._keeps_for,
                provider_name=self.provider_name,
                method=method,
                expiry=self.part.last_month,
            )
        elif can and (can.keeps_on_page or self.part.wants_to_keep):
            return self._to_be_kept(method)
        return method

    def _to_be_kept(self, method: Method) -> Method:
        """The method with who keeps it; as it is while the provider knows nobody."""
        try:
            customer = customers.customer_of(
                user_id=cast("UUID", self._keeps_for), provider_name=self.provider_name
            )
        except ProviderAway:
            # Paying matters more than keeping.
            return method
        return replace(method, keeps=True, customer=customer)
