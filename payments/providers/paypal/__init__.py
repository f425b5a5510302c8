"""PayPal by its REST interface: orders v2, payments v2, and notices that PayPal itself verifies."""

from payments.providers.paypal.provider import PayPal

__all__ = ["PayPal"]
