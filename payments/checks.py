"""What the chosen payment providers need in the settings."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from stdnum import iban

CAPTURE_WAYS = ("at_once", "at_shipment")
#: Settings without which a provider cannot work.
NEEDED = {
    "STRIPE": ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"),
    "IYZICO": ("IYZICO_API_KEY", "IYZICO_SECRET_KEY"),
    "PAYPAL": ("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID"),
}
#: Addresses that keys and amounts are sent to.
ADDRESSES = {
    "STRIPE": ("STRIPE_API_URL", "STRIPE_SCRIPT_URL"),
    "IYZICO": ("IYZICO_API_URL",),
    "PAYPAL": ("PAYPAL_API_URL",),
}


def check_providers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each provider in use has its keys, and is asked by a safe line."""
    found: list[CheckMessage] = []
    for name in settings.PAYMENT_PROVIDERS:
        found += [
            Error(f"{name} is a payment provider, and {key} is empty.", id="payments.E001")
            for key in NEEDED.get(name, ())
            if not getattr(settings, key)
        ]
        found += [
            Error(f"{key} must begin with https://.", id="payments.E002")
            for key in ADDRESSES.get(name, ())
            if not is_safe(getattr(settings, key))
        ]
    return found


def check_capture(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Money is taken at once or at shipment."""
    if settings.PAYMENT_CAPTURE in CAPTURE_WAYS:
        return []
    words = f"PAYMENT_CAPTURE must be one of {', '.join(CAPTURE_WAYS)}."
    return [Error(words, id="payments.E010")]


def check_bank_transfer(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Money must not be sent to an account with a wrong digit."""
    account = settings.BANK_TRANSFER
    if not account or (iban.is_valid(account.get("iban", "")) and account.get("holder")):
        return []
    words = "BANK_TRANSFER has no valid iban, or no holder."
    return [Error(words, hint="Write iban=…,holder=…, or leave it empty.", id="payments.E009")]


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read along: https, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
