"""Why a payment failed, in words for shoppers."""

from django.utils.translation import gettext as _

from payments.models import Payment


def explain(payment: Payment) -> str:
    """What happened and what to do, without blame."""
    words = {
        "card_declined": _("Your bank declined the payment. Nothing was charged."),
        "insufficient_funds": _(
            "The card does not have enough money for this payment. Nothing was charged."
        ),
        "authentication_failed": _("The payment was not confirmed. Nothing was charged."),
        "invalid_method": _("This card cannot be used. Nothing was charged."),
        "authorization_expired": _(
            "The reservation of the money had ended before it was taken. Nothing was charged."
        ),
        "challenge_timed_out": _("Your bank got no answer in time. Nothing was charged."),
        "instrument_declined": _("What you chose at PayPal was declined. Nothing was charged."),
        "account_restricted": _("PayPal does not let this account pay. Nothing was charged."),
        "amount_not_taken": _("PayPal does not take this amount. Please pay in another way."),
        "fraud_suspected": _("The payment was refused for safety. Nothing was charged."),
        "expired_card": _("The card has expired. Nothing was charged."),
        "incorrect_cvc": _("The security code of the card was wrong. Nothing was charged."),
        "order_not_servable": _(
            "Your order could not be kept any longer. The amount goes back to your card."
        ),
        "order_canceled": _("The order was canceled. Nothing was charged."),
    }
    return words.get(
        payment.failure_code, _("The payment did not go through. Nothing was charged.")
    )
