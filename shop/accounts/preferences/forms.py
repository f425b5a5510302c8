"""The form of what one wants to be told: a tick for each kind and channel, and one for news."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import NotificationPreference
from shop.accounts.newsletter.subscriptions import CONSENT
from shop.accounts.preferences.preferences import Choices

Kind = NotificationPreference.Kind
Channel = NotificationPreference.Channel

_NOTES: dict[Kind, Promise] = {
    Kind.BACK_IN_STOCK: _("A piece you wait for is there again."),
    Kind.PRICE_DROP: _("A piece you asked about costs less than before."),
    Kind.CART_REMINDER: _("Once, some hours after you left something in your cart."),
    Kind.BOOKING_REMINDER: _("The day before you bring or fetch something."),
    Kind.CARD_EXPIRY: _("Once, in the month before a card that you keep expires."),
}


@dataclass(frozen=True)
class Row:
    """A kind with a tick for each channel, as bound fields."""

    title: str
    note: str
    fields: list[forms.BoundField]


def channels() -> list[Channel]:
    """The channels that the shop has."""
    return [Channel.EMAIL, *([Channel.SMS] if settings.SMS_ENABLED else [])]


class PreferencesForm(forms.Form):
    """Every kind × channel that the shop has; ``news`` is the newsletter's consent."""

    news = forms.BooleanField(label=CONSENT, required=False)

    def __init__(
        self, data: Any = None, *, choices: Choices | None = None, news: bool = False
    ) -> None:
        super().__init__(data, initial={"news": news})
        self.channels = channels()
        for kind, channel in self._pairs():
            name = self._name(kind, channel)
            label = f"{kind.label}: {channel.label}"
            self.fields[name] = forms.BooleanField(label=label, required=False)
            self.initial[name] = bool(choices and choices[kind, channel])

    @property
    def rows(self) -> list[Row]:
        """The table of the page."""
        return [
            Row(
                str(kind.label),
                str(_NOTES[kind]),
                [self[self._name(kind, channel)] for channel in self.channels],
            )
            for kind in Kind
        ]

    @property
    def wanted(self) -> Choices:
        """What a valid form says."""
        return {pair: self.cleaned_data[self._name(*pair)] for pair in self._pairs()}

    def _pairs(self) -> Iterable[tuple[Kind, Channel]]:
        return [(kind, channel) for kind in Kind for channel in self.channels]

    @staticmethod
    def _name(kind: Kind, channel: Channel) -> str:
        return f"{kind}-{channel}".lower()
