"""Providers in use without what they need are noticed before the shop starts."""

import pytest

from payments.checks import check_providers, is_safe

KEYS = ("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID")


def problems():
    return [problem.msg for problem in check_providers(None)]


def test_a_provider_that_is_not_in_use_needs_nothing(settings):
    settings.PAYMENT_PROVIDERS = ["SANDBOX"]
    assert problems() == []


def test_each_missing_key_of_a_provider_in_use_is_named(settings):
    settings.PAYMENT_PROVIDERS = ["SANDBOX", "PAYPAL"]
    for key in KEYS:
        setattr(settings, key, "")
    assert [problem.split()[6] for problem in problems()] == list(KEYS)


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://api-m.paypal.com", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://api-m.paypal.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_keys_are_sent_by_safe_lines_only(settings, address, is_right):
    settings.PAYMENT_PROVIDERS = ["PAYPAL"]
    for name in KEYS:
        setattr(settings, name, "something")
    settings.PAYPAL_API_URL = address
    assert (problems() == []) == is_safe(address) == is_right
