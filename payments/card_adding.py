"""A card or account that is kept without a payment: told in the account, and asked about.

A bank, or the provider itself, may ask its owner first, on a page of theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import urljoin
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from audit import recording
from payments import customers, removals, saved_cards
from payments.errors import CardGone, CardRefused, PaymentsError
from payments.models import SavedCard
from payments.providers import names, provider
from payments.providers.base import Answer, Capabilities, Method, Outcome
from payments.providers.interface import AddsCards
from shop.accounts.models import User
from shop.conflicts import retried

logger = structlog.get_logger(__name__)

#: So long the owner has for themselves, before a job looks whether they agreed.
_COMES_BACK: Final = timedelta(minutes=5)
#: What begins the token of something that its provider has not named yet.
_UNNAMED: Final = "adding-"


@dataclass(frozen=True)
class Added:
    """The card, kept or not yet; ``redirect_url`` is where its owner is asked first, or ""."""

    card: SavedCard
    redirect_url: str = ""


def provider_of_cards() -> str:
    """Who keeps cards here that are typed on our page, "" for nobody."""
    return next(iter(_adders(lambda can: can.takes_cards or can.has_card_fields)), "")


def providers_of_accounts() -> list[str]:
    """Who keeps accounts here, which their owners confirm on the provider's page."""
    return _adders(lambda can: can.redirects)


def begin(
    *,
    user_id: UUID,
    provider_name: str,
    method: Method,
    words: str,
    expiry: tuple[int, int] | None = None,
) -> Added:
    """Have the provider keep what was told; ``expiry`` where that was typed here too.

    ``words`` are what the owner agreed to. Raises :class:`~payments.errors.CardRefused`, and
    :class:`~payments.errors.ProviderAway`. Must not run inside a transaction.
    """
    remote = cast("AddsCards", provider(provider_name))
    customer = customers.customer_of(user_id=user_id, provider_name=provider_name)
    asked = replace(method, customer=customer)
    # Written first: what the provider keeps and we never heard of is forgotten there in a day.
    card = _waiting(user_id, provider_name, asked, words, expiry)
    answer = remote.add_card(
        asked,
        key=str(card.pk),
        return_url=urljoin(settings.SHOP_URL, reverse("payments:card_added", args=[card.pk])),
    )
    if answer.outcome != Outcome.DECLINED:
        with recording.batch():
            card.adding_reference = answer.reference
            card.save(update_fields=["adding_reference"])
    return _taken(card, answer)


def finish(*, user_id: UUID, card_id: UUID) -> Added:
    """Keep the card once its owner has agreed; come again it is the same.

    Raises :class:`CardGone` for none that waits, or is not the person's, :class:`CardRefused` and
    :class:`~payments.errors.ProviderAway`.
    """
    card: SavedCard | None = SavedCard.objects.filter(pk=card_id, user=user_id).first()
    if card is not None and card.kept_at is not None:
        return Added(card)
    if card is None or not card.adding_reference:
        raise CardGone
    return _taken(card, cast("AddsCards", provider(card.provider)).added(card.adding_reference))


def leave(*, user_id: UUID, card_id: UUID) -> bool:
    """Forget what waits, since its owner does not want it; False for one that is kept by now.

    A job has the provider forget what it was told. Raises :class:`CardGone` as :func:`finish`.
    """
    with recording.batch():
        User.objects.select_for_update(no_key=True).get(pk=user_id)
        rows = SavedCard.objects.filter(pk=card_id, user=user_id)
        card: SavedCard | None = rows.select_for_update(of=("self",)).first()
        if card is not None and card.kept_at is not None:
            return False
        if card is None or not card.adding_reference:
            raise CardGone
        removals.queue(card)
        _give_up(card)
        return True


def finish_left(now: datetime | None = None) -> int:
    """Keep what owners agreed to who never came back to us; returns how many."""
    before = (now or timezone.now()) - _COMES_BACK
    rows = SavedCard.objects.filter(kept_at=None, created_at__lt=before)
    done = 0
    for card_id, user_id in rows.exclude(adding_reference="").values_list("pk", "user_id")[:200]:
        try:
            done += finish(user_id=user_id, card_id=card_id).card.kept_at is not None
        except PaymentsError as error:
            logger.info("not kept", card=str(card_id), why=type(error).__name__)
    return done


def _adders(is_wanted: Callable[[Capabilities], bool]) -> list[str]:
    able = ((name, provider(name).can) for name in names())
    return [name for name, can in able if can.adds_cards and is_wanted(can)]


def _waiting(
    user_id: UUID,
    provider_name: str,
    method: Method,
    words: str,
    expiry: tuple[int, int] | None,
) -> SavedCard:
    """The card as it was told; raises :class:`CardRefused` for one that was sent before."""
    month, year = expiry or (None, None)
    made = SavedCard(
        user_id=user_id,
        provider=provider_name,
        customer=method.customer,
        brand=method.brand[:20],
        last4=method.last4,
        expiry_month=month,
        expiry_year=year,
        holder=saved_cards.holder_of(user_id),
    )
    made.token = method.token or f"{_UNNAMED}{made.pk}"
    try:
        with recording.batch():
            made.save(force_insert=True)
            saved_cards.note_consent(user_id, words=words, place="account")
    except IntegrityError as error:
        raise CardRefused("number", "sent_before") from error
    return made


def _taken(card: SavedCard, answer: Answer) -> Added:
    if answer.outcome == Outcome.CHALLENGE:
        return Added(card, answer.redirect_url)
    if answer.outcome == Outcome.DECLINED:
        _give_up(card)
        raise CardRefused("number", answer.code)
    return Added(_keep(card, answer))


def _give_up(card: SavedCard) -> None:
    with recording.batch():
        SavedCard.objects.filter(pk=card.pk, kept_at=None).delete()


def _keep(card: SavedCard, answer: Answer) -> SavedCard:
    """What the provider says of it counts; the account that is kept already is the same one."""
    try:
        _name(card, answer)
    except IntegrityError:
        _give_up(card)
    else:
        saved_cards.keep(card.pk, card.user_id)
    token = answer.kept.token if answer.kept is not None else card.token
    mine = SavedCard.objects.filter(user=card.user_id, provider=card.provider)
    kept: SavedCard | None = mine.filter(token=token).first()
    if kept is None:
        # It was left while the provider answered, which keeps it by that name now.
        with recording.batch():
            removals.queue(SavedCard(provider=card.provider, customer=card.customer, token=token))
        raise CardGone
    return kept


@retried
def _name(card: SavedCard, answer: Answer) -> None:
    """Note what the provider calls the card, unless that was done, or it is gone meanwhile."""
    with recording.batch():
        User.objects.select_for_update(no_key=True).get(pk=card.user_id)
        row = SavedCard.objects.filter(pk=card.pk, kept_at=None).first()
        if row is None or answer.kept is None:
            return
        for name, value in saved_cards.facts(answer.kept).items():
            setattr(row, name, value)
        row.holder = answer.kept.holder or row.holder
        row.save()
        customers.learn(
            user_id=card.user_id, provider_name=card.provider, token=answer.kept.customer
        )
