"""What iyzico is told to open its payment page: who buys what, and what is to be paid."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import override
from django_countries import countries

from payments.providers.base import Buyer, Charge
from shop.money import share, to_major

#: iyzico asks everybody for a Turkish identity number; this one stands for not having one.
NO_IDENTITY = "11111111111"
LANGUAGES = ("tr", "en")


def written(amount: int, currency: str) -> str:
    """Minor units as iyzico reads them: 5490 is "54.90"."""
    return str(to_major(amount, currency))


def request_of(charge: Charge) -> dict[str, Any]:
    """The request that opens a page for ``charge``. Reads who buys."""
    buyer = charge.buyer()
    amount = written(charge.amount, charge.currency)
    return {
        "locale": language_of(buyer.language),
        "conversationId": charge.key,
        "basketId": buyer.order_number,
        "price": amount,
        "paidPrice": amount,
        "currency": charge.currency,
        "paymentGroup": "PRODUCT",
        "callbackUrl": charge.return_url,
        "enabledInstallments": settings.IYZICO_INSTALLMENTS,
        "buyer": _person(charge.key, buyer),
        "shippingAddress": _address(buyer.shipping or buyer.billing),
        "billingAddress": _address(buyer.billing),
        "basketItems": _items(charge, buyer),
        # The cards that the shopper keeps there are offered on the page.
        **({"cardUserKey": charge.customer} if charge.customer else {}),
    }


def language_of(language: str) -> str:
    """One of the languages of its pages."""
    code = language.split("-", maxsplit=1)[0].lower()
    return code if code in LANGUAGES else "en"


def _person(key: str, buyer: Buyer) -> dict[str, str]:
    address = buyer.billing
    first, _space, last = address.get("full_name", "").strip().rpartition(" ")
    person = {
        "id": key,
        "name": first or last or "-",
        "surname": last or "-",
        "email": buyer.email,
        "identityNumber": NO_IDENTITY,
        "registrationAddress": _street(address),
        "city": address.get("city") or "-",
        "country": _country(address),
        "zipCode": address.get("postal_code", ""),
        "gsmNumber": address.get("phone", ""),
        "ip": buyer.ip,
    }
    return {name: text for name, text in person.items() if text}


def _address(address: Mapping[str, str]) -> dict[str, str]:
    return {
        "contactName": address.get("full_name") or "-",
        "address": _street(address),
        "city": address.get("city") or "-",
        "country": _country(address),
        "zipCode": address.get("postal_code", ""),
    }


def _street(address: Mapping[str, str]) -> str:
    return ", ".join(filter(None, [address.get("line1"), address.get("line2")])) or "-"


def _country(address: Mapping[str, str]) -> str:
    with override("en"):
        return str(countries.name(address.get("country", "")) or "-")


def _items(charge: Charge, buyer: Buyer) -> list[dict[str, str]]:
    """Lines that add up to what is charged, as iyzico wants it.

    What is beyond the goods is delivery; where credit pays a part, each line bears its share.
    """
    goods = [(line.sku, line.title, line.amount) for line in buyer.lines]
    beyond = charge.amount - sum(amount for _sku, _title, amount in goods)
    rows = [*goods, ("delivery", "Delivery", max(0, beyond))]
    parts = share(charge.amount, [amount for _sku, _title, amount in rows])
    return [
        {
            "id": sku[:100],
            "name": title[:200],
            "category1": "Clothing",
            "itemType": "PHYSICAL",
            "price": written(part, charge.currency),
        }
        for (sku, title, _amount), part in zip(rows, parts, strict=True)
        if part
    ]
