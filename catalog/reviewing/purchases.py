"""Pieces that reached their buyers: the proof behind verified reviews and size help.

The catalog knows no orders. The orders room tells it what was delivered and what came back.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import Case, Q, QuerySet, Value, When
from django.urls import reverse

from audit import recording
from catalog.models import Product, Purchase
from shop.accounts.models import User

_SALT = "catalog.purchases.review"
#: How long a link from a mail opens the form, in seconds.
LINK_SECONDS = 180 * 24 * 3600


def record_delivery(
    *,
    order_number: str,
    user_id: UUID | None,
    email: str,
    delivered_at: datetime,
    quantities: Mapping[UUID, int],
) -> None:
    """Write down that ``quantities`` (units by variant id) of an order have arrived.

    Joins the caller's transaction. What is known already stays as it is, so telling it again
    changes nothing.
    """
    known = set(
        Purchase.objects.filter(order_number=order_number).values_list("variant_id", flat=True)
    )
    new = [
        Purchase(
            variant_id=variant_id,
            user_id=user_id,
            email=email.lower(),
            order_number=order_number,
            quantity=quantity,
            delivered_at=delivered_at,
        )
        for variant_id, quantity in quantities.items()
        if variant_id not in known
    ]
    if new:
        with recording.batch():
            # Two deliveries of one order told at once: the second waits and adds nothing.
            Purchase.objects.bulk_create(new, ignore_conflicts=True)


def record_return(
    *, order_number: str, reasons: Mapping[UUID, Purchase.ReturnReason], returned_at: datetime
) -> int:
    """Write down that pieces of an order came back, with a reason by variant id.

    Joins the caller's transaction; a piece that came back before keeps its first reason.
    Returns how many are new.
    """
    if not reasons:
        return 0
    kept = Purchase.objects.filter(
        order_number=order_number, variant_id__in=list(reasons), returned_at=None
    )
    reason = Case(*(When(variant_id=pk, then=Value(why)) for pk, why in reasons.items()))
    with recording.batch():
        changed: int = kept.update(returned_at=returned_at, return_reason=reason)
    return changed


def of_person(user: User) -> "QuerySet[Purchase]":
    """What the person bought, also as a guest under the address of the account."""
    mine: QuerySet[Purchase] = Purchase.objects.filter(
        Q(user=user) | Q(user=None, email=user.email.lower())
    )
    return mine


def proof_for(user: User, product: Product) -> Purchase | None:
    """The latest delivery of ``product`` to the person, or None. One query."""
    pieces = of_person(user).filter(variant__product=product).select_related("variant")
    return pieces.order_by("-delivered_at").first()


def review_link(purchase: Purchase) -> str:
    """Path of a page on which whoever has it may review the piece, for the mail to its buyer."""
    token = signing.dumps(purchase.pk.hex, salt=_SALT)
    return reverse("catalog:review_by_link", args=[token])


def from_link(token: str) -> Purchase | None:
    """The purchase that :func:`review_link` was made for; None for a forged or old link."""
    try:
        pk = signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    pieces = Purchase.objects.select_related("variant__product", "user")
    found: Purchase | None = pieces.filter(pk=pk).first()
    return found
