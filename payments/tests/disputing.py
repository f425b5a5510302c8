"""News of disputes, as providers tell them."""

from datetime import timedelta

from django.utils import timezone

from orders.tests.factories import placed_order, variant_in_stock
from payments import disputes, processing
from payments.models import Dispute
from payments.providers.news import DisputeNews
from payments.tests.cards import method


def paid(*lines, by="SANDBOX", means=None, **more):
    """An order and its payment, with by ``means`` if not by the usual card."""
    order = placed_order(*(lines or [(variant_in_stock(price=1000), 3)]), **more)
    payment = processing.pay(order_id=order.pk, provider_name=by, method=means or method())
    order.refresh_from_db()
    return order, payment


def news(payment, outcome="", *, reference="dp_1", days=7, **more):
    facts = {
        "reason": "fraudulent",
        "amount": payment.captured_amount,
        "respond_by": timezone.now() + timedelta(days=days, minutes=5),
    }
    return DisputeNews(reference=reference, outcome=outcome, **facts | more)


def tell(payment, outcome="", *, at=None, **more):
    """The dispute after the news, and its payment as it is then."""
    said = news(payment, outcome, **more)
    disputes.take_news(payment, said, at or timezone.now())
    payment.refresh_from_db()
    return Dispute.objects.get(provider_reference=said.reference)
