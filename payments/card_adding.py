"""A card that is kept without a payment: typed in the account, and asked about by its bank."""

from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.urls import reverse

from audit import recording
from payments import customers, saved_cards
from payments.errors import CardGone, CardRefused
from payments.models import SavedCard
from payments.providers import names, provider
from payments.providers.base import Answer, Method, Outcome
from payments.providers.interface import AddsCards


@dataclass(frozen=True)
class Added:
    """The card, kept or not yet; ``redirect_url`` is where its bank asks first, or ""."""

    card: SavedCard
    redirect_url: str = ""


def provider_name() -> str:
    """Who keeps cards without a payment here, "" for nobody."""
    return next((name for name in names() if provider(name).can.adds_cards), "")


def begin(
    *, user_id: UUID, provider_name: str, method: Method, expiry: tuple[int, int] | None = None
) -> Added:
    """Have the provider keep what was typed; ``expiry`` where that was typed here too.

    Raises :class:`~payments.errors.CardRefused`, and :class:`~payments.errors.ProviderAway`. Must
    not run inside a transaction.
    """
    remote = cast("AddsCards", provider(provider_name))
    customer = customers.customer_of(user_id=user_id, provider_name=provider_name)
    # Written first: what the provider keeps and we never heard of is forgotten there in a day.
    card = _waiting(user_id, provider_name, replace(method, customer=customer), expiry)
    answer = remote.add_card(
        replace(method, customer=customer),
        key=str(card.pk),
        return_url=urljoin(settings.SHOP_URL, reverse("payments:card_added", args=[card.pk])),
    )
    if answer.outcome == Outcome.DECLINED:
        _give_up(card)
        raise CardRefused("number", answer.code)
    with recording.batch():
        card.adding_reference = answer.reference
        card.save(update_fields=["adding_reference"])
    if answer.outcome == Outcome.CHALLENGE:
        return Added(card, answer.redirect_url)
    return Added(_keep(card, answer))


def finish(*, user_id: UUID, card_id: UUID) -> SavedCard:
    """Keep the card once its bank has said yes; come again it is the same.

    Raises :class:`CardGone` for none that waits, or is not the person's, :class:`CardRefused` and
    :class:`~payments.errors.ProviderAway`.
    """
    card: SavedCard | None = SavedCard.objects.filter(pk=card_id, user=user_id).first()
    if card is None or not card.adding_reference:
        raise CardGone
    if card.kept_at is not None:
        return card
    answer = cast("AddsCards", provider(card.provider)).added(card.adding_reference)
    if answer.outcome == Outcome.APPROVED:
        return _keep(card, answer)
    if answer.outcome == Outcome.DECLINED:
        _give_up(card)
        raise CardRefused("number", answer.code)
    raise CardRefused("number", "authentication_failed")


def _waiting(
    user_id: UUID, provider_name: str, method: Method, expiry: tuple[int, int] | None
) -> SavedCard:
    """The card as it was typed; raises :class:`CardRefused` for one that was sent before."""
    month, year = expiry or (None, None)
    try:
        with recording.batch():
            made: SavedCard = SavedCard.objects.create(
                user_id=user_id,
                provider=provider_name,
                token=method.token,
                customer=method.customer,
                brand=method.brand[:20],
                last4=method.last4,
                expiry_month=month,
                expiry_year=year,
                holder=saved_cards.holder_of(user_id),
            )
    except IntegrityError as error:
        raise CardRefused("number", "sent_before") from error
    return made


def _give_up(card: SavedCard) -> None:
    with recording.batch():
        SavedCard.objects.filter(pk=card.pk, kept_at=None).delete()


def _keep(card: SavedCard, answer: Answer) -> SavedCard:
    """What the provider says of it counts."""
    if answer.kept is not None:
        with recording.batch():
            for name, value in saved_cards.facts(answer.kept).items():
                setattr(card, name, value)
            card.save()
    saved_cards.keep(card.pk, card.user_id)
    card.refresh_from_db()
    return card
