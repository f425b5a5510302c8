"""Stripe by its official library: PaymentIntents that are captured by hand.

Cards are typed into Stripe's own fields on our page; we get a token. Stripe's test cards:

======================  =============================================
4242 4242 4242 4242     approved
4000 0000 0000 0002     declined
4000 0000 0000 9995     declined: not enough money
4000 0027 6000 3184     the bank asks the shopper (3-D Secure)
4000 0000 0000 0259     approved, and disputed later
======================  =============================================
"""

from payments.providers.stripe.provider import Stripe

__all__ = ["Stripe"]
