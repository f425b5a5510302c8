"""A payment as its provider is told of it."""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from orders.models import OrderAddress
from payments.models import Payment
from payments.providers.base import Answer, Buyer, Charge, Known, Line, Method
from shop.accounts.models import PostalAddress

#: Twelve to nineteen digits by themselves, however they are set apart.
_CARD_NUMBER = re.compile(r"(?<![0-9A-Za-z_])[0-9](?:[ -]?[0-9]){11,18}(?![0-9A-Za-z])")
#: The value of PAYMENT_CAPTURE that lets the money wait for the parcels.
AT_SHIPMENT = "at_shipment"


def charge_of(payment: Payment) -> Charge:
    """What is asked for. No query; who buys is read when the provider wants to know."""
    return Charge(
        key=str(payment.pk),
        amount=payment.amount,
        currency=payment.currency,
        method_token=payment.method_token,
        return_url=urljoin(
            settings.SHOP_URL, reverse("payments:challenge_return", args=[payment.pk])
        ),
        buyer=lambda: _buyer(payment),
        keeps=payment.keeps_method,
        customer=payment.customer_token,
        in_parts=settings.PAYMENT_CAPTURE == AT_SHIPMENT,
    )


def known(payment: Payment) -> Known:
    """What the provider was asked for before."""
    return Known(
        key=str(payment.pk),
        reference=payment.provider_reference,
        amount=payment.amount,
        currency=payment.currency,
    )


#: The fields that :func:`show_method` fills.
METHOD_FIELDS = ("card_brand", "card_last4", "card_bin", "installments")


def show_method(payment: Payment, method: Method) -> None:
    """Keep what may be shown of what is paid with; does not save."""
    payment.card_brand, payment.card_last4 = method.brand, method.last4
    payment.card_bin, payment.installments = method.bin, method.installments


def note_remarks(payment: Payment, answer: Answer) -> list[str]:
    """Keep what the provider says beside its answer, without card data; does not save.

    Returns the names of the fields that were filled.
    """
    said: dict[str, Any] = {
        "raw": {name: _without_card(value) for name, value in answer.raw.items()},
        "risk_score": answer.risk.score,
        "risk_flags": list(answer.risk.flags),
        "failure_reason": _without_card(answer.reason)[:300],
    }
    filled = [name for name, value in said.items() if value not in ({}, None, [], "")]
    for name in filled:
        setattr(payment, name, said[name])
    return filled


def _without_card(value: Any) -> Any:
    """What is as long as the number of a card is none of ours to keep."""
    return _CARD_NUMBER.sub("…", value) if isinstance(value, str) else value


def _buyer(payment: Payment) -> Buyer:
    """Two queries beside the order's own."""
    order = payment.order
    addresses = {row.type: _written(row) for row in order.addresses.all()}
    shipping = addresses.get(OrderAddress.Type.SHIPPING, {})
    return Buyer(
        email=order.email,
        ip=payment.ip_address or "",
        language=order.language or settings.LANGUAGE_CODE,
        order_number=order.number,
        billing=addresses.get(OrderAddress.Type.BILLING) or shipping,
        shipping=shipping,
        lines=tuple(
            Line(title=item.title, sku=item.sku, quantity=item.quantity, amount=item.line_total)
            for item in order.items.all()
        ),
    )


def _written(address: OrderAddress) -> dict[str, str]:
    return {field.name: str(getattr(address, field.name)) for field in PostalAddress._meta.fields}
