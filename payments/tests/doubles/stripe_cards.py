"""Stripe's test cards."""

#: Stripe's own names for cards that behave in one way, and what their bank says.
GOOD, MASTERCARD = "pm_card_visa", "pm_card_mastercard"
DECLINED, NO_FUNDS = "pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"
EXPIRED, ASKS = "pm_card_chargeDeclinedExpiredCard", "pm_card_threeDSecure2Required"
REASONS = {
    DECLINED: ("card_declined", "generic_decline"),
    NO_FUNDS: ("card_declined", "insufficient_funds"),
    EXPIRED: ("expired_card", ""),
}
CARDS = {GOOD, MASTERCARD, ASKS, *REASONS}
