"""Word when a variant is back or cheaper: who wants it, and whose turn it is.

What is stored here is sent by others: a job makes subscriptions DUE, and nothing here mails.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from audit import recording
from catalog.models import Product, ProductVariant, Subscription
from catalog.wishes import offers
from inventory import reservations
from shop.accounts.models import NotificationPreference, User
from shop.accounts.preferences import preferences

#: Subscriptions that wait for one address; more are not taken.
MOST_PER_ADDRESS = 50
#: An ended subscription is deleted with its address after this long, in days.
KEPT_DAYS = 90
_TOKEN_BYTES = 32
_LIVE = (Subscription.Status.ACTIVE, Subscription.Status.DUE)
Wanted = NotificationPreference.Kind


def subscribe(
    *,
    kind: Subscription.Kind,
    variant: ProductVariant,
    email: str,
    language: str,
    user: User | None = None,
) -> None:
    """Let ``email`` be told once when ``variant`` is back, or costs less than now.

    A member who had stopped such mails gets them again: this one they ask for.
    Nobody learns whether the address was on the list already, or is on too many: then nothing is
    written and nothing said. Two requests at once leave one row.
    """
    if of_address(email).count() >= MOST_PER_ADDRESS:
        return
    with recording.batch():
        if user is not None:
            by_mail = (Wanted(kind.value), NotificationPreference.Channel.EMAIL)
            preferences.choose(user_id=user.pk, wanted={by_mail: True})
        try:
            with transaction.atomic():
                Subscription.objects.create(
                    kind=kind,
                    variant=variant,
                    user=user,
                    email=email,
                    language=language,
                    price=variant.price,
                    token=secrets.token_urlsafe(_TOKEN_BYTES),
                )
        except IntegrityError as error:
            if "subscription_once" not in str(error):
                raise


def end(token: str) -> Subscription | None:
    """End the subscription of the link; None for an unknown one. Ending twice changes nothing.

    A unit that is kept for it goes back, whether or not it was told of.
    """
    with recording.batch():
        rows = Subscription.objects.select_related("variant__product")
        found = rows.select_for_update(of=("self",)).filter(token=token).first()
        if found is not None and found.status != Subscription.Status.CANCELED:
            reservations.release_checkout(offers.owner_of(found))
            if found.status in _LIVE:
                found.status = Subscription.Status.CANCELED
                found.save(update_fields=["status"])
    return found


def of_address(email: str) -> "QuerySet[Subscription]":
    """What waits for an address, ignoring case."""
    rows = Subscription.objects.alias(address=Lower("email"))
    return rows.filter(address=email.lower(), status__in=_LIVE)


def of_person(user: User) -> "QuerySet[Subscription]":
    """What waits for a member: asked for when signed in, or for the address of the account."""
    rows = Subscription.objects.alias(address=Lower("email")).filter(status__in=_LIVE)
    return rows.filter(Q(user=user) | Q(address=user.email.lower())).order_by("-created_at")


def waiting(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many people wait for each of the variants to be back. One query."""
    rows = Subscription.objects.filter(
        kind=Subscription.Kind.BACK_IN_STOCK,
        status=Subscription.Status.ACTIVE,
        variant__in=list(variant_ids),
    )
    return dict(rows.order_by().values_list("variant").annotate(people=Count("pk")))


def mark_due(now: datetime, *, most: int = 500) -> int:
    """Make DUE whose variant is back, or cheaper than when asked for; returns how many.

    What is counted is offered, a unit to each (:mod:`catalog.wishes.offers`). For the rest, works
    through rows nobody else holds, ``most`` in a transaction. Running it again, or twice at the
    same time, marks nothing twice.
    """
    marked = offers.make(now)
    while True:
        with recording.batch():
            rows = _due().order_by("pk").select_for_update(skip_locked=True, of=("self",))
            keys = list(rows.values_list("pk", flat=True)[:most])
            marked += Subscription.objects.filter(pk__in=keys).update(
                status=Subscription.Status.DUE, due_at=now
            )
        if len(keys) < most:
            return marked


def delete_ended(now: datetime, *, most: int = 500) -> int:
    """Delete what was told or canceled ``KEPT_DAYS`` ago, with its address; returns how many."""
    ended = Subscription.objects.filter(
        status__in=[Subscription.Status.SENT, Subscription.Status.CANCELED],
        updated_at__lt=now - timedelta(days=KEPT_DAYS),
    ).order_by("updated_at")
    deleted = 0
    while True:
        with recording.batch():
            keys = list(
                ended.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most]
            )
            Subscription.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
        if len(keys) < most:
            return deleted


def _due() -> "QuerySet[Subscription]":
    """Subscriptions whose mail may be sent now, whatever lies on the shelf."""
    is_taken = Q(variant__product__inventory_policy=Product.InventoryPolicy.CONTINUE)
    is_back = Q(kind=Subscription.Kind.BACK_IN_STOCK) & is_taken
    is_cheaper = Q(kind=Subscription.Kind.PRICE_DROP, variant__price__lt=F("price"))
    return Subscription.objects.filter(
        (is_back & _wanted(Wanted.BACK_IN_STOCK)) | (is_cheaper & _wanted(Wanted.PRICE_DROP)),
        status=Subscription.Status.ACTIVE,
        variant__deleted_at=None,
        variant__product__in=Product.objects.published(),
    )


def _wanted(kind: NotificationPreference.Kind) -> Q:
    """Subscriptions whose person has not stopped mails of ``kind``."""
    return preferences.wanted_by(kind, user="user_id", email="email")
