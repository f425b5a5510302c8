"""Orders whose money waits for their parcels."""

import pytest

from orders.models import Order, Shipment
from orders.placed import fulfillment
from orders.tests.factories import placed_order, variant_in_stock
from payments import capturing, processing
from payments.models import Capture, Payment, SandboxCharge
from payments.tests.cards import GOOD, method
from shop.events.relay import deliver_due
from shop.models import new_id


@pytest.fixture
def at_shipment(settings):
    settings.PAYMENT_CAPTURE = "at_shipment"


def held(*lines, by="SANDBOX", number=GOOD):
    """A paid order of three shirts at 10.00 and delivery for 4.90, and its payment."""
    order = placed_order(*(lines or [(variant_in_stock(price=1000), 3)]))
    payment = processing.pay(order_id=order.pk, provider_name=by, method=method(number))
    deliver_due()
    return Order.objects.get(pk=order.pk), payment


def send(order, units):
    """A parcel with so many units of the first line leaves; what follows is asked for."""
    item = order.items.first()
    parcel = fulfillment.ship(
        order_id=order.pk,
        quantities={item.pk: units},
        key=new_id(),
        way=fulfillment.Way(carrier=Shipment.Carrier.OTHER),
    )
    deliver_due()
    capturing.settle_all(Capture.objects.filter(status="REQUESTED").values_list("pk", flat=True))
    return parcel


def sums(payment):
    """Status, captured, refunded and given up, as stored."""
    row = Payment.objects.get(pk=payment.pk)
    return row.status, row.captured_amount, row.refunded_amount, row.released_amount


def charge(payment):
    """Status, captured and refunded on the provider's side."""
    row = SandboxCharge.objects.get(idempotency_key=str(payment.pk))
    return row.status, row.captured_amount, row.refunded_amount
