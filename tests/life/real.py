"""The real shop's answers to the questions of the model."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from catalog.models import ProductVariant
from inventory import reservations
from inventory.models import Reservation, Stock
from orders.models import Coupon, Order
from orders.placed import expiry
from payments import recovery, settling
from payments.credit import accounts
from payments.models import GiftCard, Payment, Refund
from shop.accounts.models import User
from shop.events.models import OutboxEvent
from shop.events.relay import deliver_due


def shelves(wares: Mapping[str, ProductVariant]) -> dict[str, tuple[int, int]]:
    """Units on hand, and units in holds that have not run out, by ware."""
    on_hand = dict(Stock.objects.values_list("variant", "on_hand"))
    live = Reservation.objects.filter(status="ACTIVE", expires_at__gt=timezone.now())
    held = dict(live.order_by().values_list("variant").annotate(Sum("quantity")))
    return {name: (on_hand[ware.pk], held.get(ware.pk, 0)) for name, ware in wares.items()}


def line_totals(placed: Order, wares: Mapping[str, ProductVariant]) -> dict[str, int]:
    """What the lines of an order cost, by ware."""
    totals = dict(placed.items.values_list("variant", "line_total"))
    return {name: totals[ware.pk] for name, ware in wares.items() if ware.pk in totals}


def balances(gifts: Mapping[str, GiftCard], people: Mapping[str, User]) -> dict[str, int]:
    """What gift cards and people may spend, by name."""
    cards = dict(GiftCard.objects.values_list("pk", "balance"))
    return {name: cards[card.pk] for name, card in gifts.items()} | {
        name: accounts.balance_of(person.pk, "EUR") for name, person in people.items()
    }


def order(placed: Order) -> dict[str, Any]:
    """Status and money of an order, as stored."""
    row = Order.objects.get(pk=placed.pk)
    money = Payment.objects.filter(order=row).aggregate(
        captured=Sum("captured_amount"), refunded=Sum("refunded_amount")
    )
    return {
        "status": row.status,
        "total": row.total,
        "credit": row.credit_applied,
        "captured": money["captured"] or 0,
        "refunded": money["refunded"] or 0,
    }


def uses(code: str) -> int:
    return int(Coupon.objects.values_list("uses", flat=True).get(code=code))


def do_jobs() -> None:
    """What the worker does each minute."""
    reservations.expire()
    for payment_id in recovery.open_payments():
        recovery.resume(payment_id)
    expiry.cancel_unpaid_orders()
    tell()


def tell() -> None:
    """Deliver what happened, and give back what is to go back."""
    # The database's clock goes as ever, so for it these are still to come.
    long_ago = timezone.now() - timedelta(days=1)
    OutboxEvent.objects.filter(status="QUEUED").update(next_attempt_at=long_ago)
    deliver_due()
    for refund_id in Refund.objects.filter(status="REQUESTED").values_list("pk", flat=True):
        settling.settle(refund_id)
