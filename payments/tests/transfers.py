"""Orders that wait for a transfer, and statements of a bank, for tests. Amounts in minor units."""

from orders.models import Order
from orders.tests.factories import placed_order, variant_in_stock
from payments import awaiting
from payments.models import Awaited

#: What an order of one shirt costs with its delivery.
TOTAL = 5490
HEADS = (
    "Buchungstag;Valuta;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;Verwendungszweck;"
    "Betrag;Waehrung"
)


def awaiting_transfer(price=5000, **fields):
    """An order of one shirt and delivery for 4.90 that is paid by transfer."""
    order = placed_order((variant_in_stock(price=price), 1), **fields)
    awaiting.begin(order_id=order.pk, kind=Awaited.Kind.TRANSFER)
    return Order.objects.select_related("awaited").get(pk=order.pk)


def row(amount="54,90", text="", name="Ada Weber", day="02.03.2026", iban="DE89370400440532013000"):
    """A line of the bank's file."""
    return f"{day};{day};{name};{iban};{text};{amount};EUR"


def statement(*rows, heads=HEADS):
    """The file of a bank, as bytes."""
    return "\n".join([heads, *rows, ""]).encode("cp1252")
