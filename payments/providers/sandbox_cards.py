"""The sandbox's test cards: each behaves in one way, which its token says."""

APPROVE, DECLINE, NO_FUNDS, ASK = "ok", "declined", "funds", "3ds"
LOSE_ANSWER, TELL_LATE, END_EARLY, DISPUTE = "lost", "late", "ended", "dispute"
TEST_CARDS = {
    "4242424242424242": APPROVE,
    "5555555555554444": APPROVE,
    "4000000000000002": DECLINE,
    "4000000000009995": NO_FUNDS,
    "4000002760003184": ASK,
    "4000000000000119": LOSE_ANSWER,
    "4000000000000077": TELL_LATE,
    "4000000000000069": END_EARLY,
    "4000000000000259": DISPUTE,
}
BEHAVIORS = frozenset(TEST_CARDS.values())
BRANDS = {"4": "Visa", "5": "Mastercard"}
#: What the bank says beside its code, and the score of a card that is disputed later.
REASONS = {
    "card_declined": "The bank refuses without a reason.",
    "insufficient_funds": "The account does not cover the amount.",
    "authentication_failed": "The bank was not convinced of who pays.",
}
RISKY_SCORE = 75


def behavior_of(token: str) -> str:
    """How the card of ``token`` behaves; "" for none of the sandbox's."""
    return token.split("_")[1] if token.count("_") == 2 else ""
