"""A demo order that waits for a transfer, and the bank's statement with it."""

from datetime import timedelta

from django.utils import timezone

from orders.models import Order
from payments import awaiting
from payments.bank import statements
from payments.models import Awaited, BankStatement
from shop.money import to_major

FILE = "statement-demo.csv"
#: The order of :mod:`shop.operations.seeds.orders` that is paid by transfer.
_BY_TRANSFER = "04"
_HEADS = "Booking Date,Partner Name,Partner Iban,Payment Reference,Amount,Currency"


def plant_bank() -> int:
    """What waits for a transfer, and a statement to look at and book; how many were added."""
    order = Order.objects.filter(metadata__demo=_BY_TRANSFER).first()
    if order is None or not order.is_payable or BankStatement.objects.filter(file_name=FILE):
        return 0
    if not awaiting.takes_transfer(order.total, order.currency):
        return 0
    awaited = awaiting.begin(order_id=order.pk, kind=Awaited.Kind.TRANSFER)
    statements.receive(data=_statement(awaited, order), file_name=FILE, actor_id=None)
    return 2


def _statement(awaited: Awaited, order: Order) -> bytes:
    """Its transfer, one that nobody knows, and money that left."""
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    amount, iban = to_major(order.total, order.currency), "DE89370400440532013000"
    rows = [
        _HEADS,
        f"{day},Clara Winterfeld,{iban},{awaited.reference_shown},{amount},{order.currency}",
        f"{day},Georg Unbekannt,DE75512108001245126199,Thank you,25.00,{order.currency}",
        f"{day},Dye works,DE02500105170137075030,Invoice 2207,-310.40,{order.currency}",
    ]
    return "\n".join(rows).encode()
