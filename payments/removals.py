"""Removed cards that their providers still have to forget: asked by a job until they have."""

from datetime import timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from payments.errors import ProviderAway, UnknownProvider
from payments.models import CardRemoval, SavedCard
from payments.providers import provider
from payments.providers.interface import Keeping

logger = structlog.get_logger(__name__)

#: Name of the job that asks for one.
FORGET: Final = "payments.forget_card"
#: The first wait after a provider was away, and the longest, in seconds; in between they double.
FIRST_WAIT_SECONDS: Final = 60
LONGEST_WAIT_SECONDS: Final = 6 * 3600


def queue(card: SavedCard) -> None:
    """Have the provider forget ``card``, which still has its token, after the commit."""
    try:
        if not provider(card.provider).can.holds_cards:
            return
    except UnknownProvider:
        # Switched off: it is asked when it is back.
        pass
    row = CardRemoval.objects.create(
        provider=card.provider, token=card.token, customer=card.customer
    )
    app.configure_task(FORGET).defer(removal_id=str(row.pk))


def settle(removal_id: UUID) -> bool:
    """Ask the provider for one removal; whether it is done. Must not run inside a transaction."""
    row = _claimed(removal_id)
    if row is None:
        return False
    if SavedCard.objects.filter(provider=row.provider, token=row.token).exists():
        # Kept once more meanwhile, by the same name.
        CardRemoval.objects.filter(pk=row.pk).delete()
        return True
    try:
        remote = provider(row.provider)
        cast("Keeping", remote).forget_card(token=row.token, customer=row.customer)
    except (ProviderAway, UnknownProvider) as error:
        logger.warning("card is not forgotten yet", removal=str(row.pk), why=str(error))
        return False
    CardRemoval.objects.filter(pk=row.pk).delete()
    return True


def waiting() -> list[UUID]:
    """Removals whose time has come."""
    rows = CardRemoval.objects.filter(next_try_at__lte=timezone.now())
    return list(rows.order_by("next_try_at").values_list("pk", flat=True)[:200])


def _claimed(removal_id: UUID) -> CardRemoval | None:
    """The removal, ours alone until its next try."""
    now = timezone.now()
    with transaction.atomic():
        rows = CardRemoval.objects.filter(pk=removal_id, next_try_at__lte=now)
        row: CardRemoval | None = rows.select_for_update(skip_locked=True).first()
        if row is not None:
            wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(row.tries, 12))
            row.tries, row.next_try_at = row.tries + 1, now + timedelta(seconds=wait)
            row.save(update_fields=["tries", "next_try_at"])
        return row
