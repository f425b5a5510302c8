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
        "challenge_timed_out": _("Your bank got no answer in time. Nothing was charged."),
        "order_not_servable": _(
            "Your order could not be kept any longer. The amount goes back to your card."
        ),
        "order_canceled": _("The order was canceled. Nothing was charged."),
    }
    return words.get(
        payment.failure_code, _("The payment did not go through. Nothing was charged.")
    )
