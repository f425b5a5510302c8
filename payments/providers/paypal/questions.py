"""What PayPal is told of a payment."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from payments.providers.base import Buyer, Charge


def order(charge: Charge, amount: Mapping[str, str]) -> dict[str, Any]:
    """What PayPal is told of a payment."""
    buyer = charge.buyer()
    address = _address(buyer)
    unit = {
        "custom_id": charge.key,
        # Another attempt for the same order must not pass for the same invoice.
        "invoice_id": f"{buyer.order_number}-{charge.key}",
        "description": buyer.order_number,
        "amount": amount,
    }
    if address is not None:
        unit["shipping"] = {
            "type": "SHIPPING",
            "name": {"full_name": buyer.shipping["full_name"]},
            "address": address,
        }
    context = {
        "return_url": charge.return_url,
        "cancel_url": f"{charge.return_url}?{urlencode({'approved': 'no'})}",
        "user_action": "PAY_NOW",
        "shipping_preference": "SET_PROVIDED_ADDRESS" if address else "NO_SHIPPING",
        "locale": _locale(buyer.language),
    }
    return {
        "intent": "AUTHORIZE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": context, **_source(charge)}},
    }


def _source(charge: Charge) -> dict[str, Any]:
    """The account that is kept, or that this one is to be kept."""
    if charge.method_token:
        return {"vault_id": charge.method_token}
    if not charge.keeps:
        return {}
    vault = {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "customer_type": "CONSUMER"}
    known = {"customer": {"id": charge.customer}} if charge.customer else {}
    return {"attributes": {"vault": vault, **known}}


def _address(buyer: Buyer) -> dict[str, str] | None:
    """Where the parcel goes, which PayPal's protection of sellers asks for; None without one."""
    lines = {
        "address_line_1": buyer.shipping.get("line1", ""),
        "address_line_2": buyer.shipping.get("line2", ""),
        "admin_area_2": buyer.shipping.get("city", ""),
        "admin_area_1": buyer.shipping.get("state", ""),
        "postal_code": buyer.shipping.get("postal_code", ""),
        "country_code": buyer.shipping.get("country", ""),
    }
    if not (lines["address_line_1"] and lines["country_code"]):
        return None
    return {name: text for name, text in lines.items() if text}


def _locale(language: str) -> str:
    """Django's "pt-br" and "zh-hans" as PayPal writes them."""
    first, *rest = language.split("-")
    return "-".join(
        [first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)]
    )
