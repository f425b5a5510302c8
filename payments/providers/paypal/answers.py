"""PayPal's words as answers of a provider."""

from payments.errors import ProviderAway
from payments.providers.base import Answer, Outcome
from payments.providers.paypal.books import NEVER, Books, Entry, entry
from payments.providers.paypal.wire import Reply

#: What PayPal refuses, in our words; the rest is "declined".
CODES = {
    "INSTRUMENT_DECLINED": "instrument_declined",
    "PAYER_ACCOUNT_RESTRICTED": "account_restricted",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "account_restricted",
    "PAYER_CANNOT_PAY": "account_restricted",
    "TOKEN_ID_NOT_FOUND": "invalid_method",
    "PAYMENT_TOKEN_NOT_FOUND": "invalid_method",
    "CURRENCY_NOT_SUPPORTED": "amount_not_taken",
    "DECIMALS_NOT_SUPPORTED": "amount_not_taken",
    "AUTHORIZATION_EXPIRED": "authorization_expired",
    "AUTHORIZATION_VOIDED": "voided",
    "REFUND_TIME_LIMIT_EXCEEDED": "too_late_to_refund",
    "REFUND_FAILED_INSUFFICIENT_FUNDS": "shop_account_empty",
    "INSUFFICIENT_FUNDS": "shop_account_empty",
}


def told(books: Books) -> Answer:
    """What the books say of the shopper's approval. PENDING is not known yet."""
    held = books.authorization
    if held is None:
        if books.status == "VOIDED":
            return Answer(Outcome.DECLINED, books.id, code="voided", raw=raw(books))
        return Answer(Outcome.CHALLENGE, books.id, redirect_url=books.redirect_url, raw=raw(books))
    if held.status == "PENDING":
        raise ProviderAway(f"PayPal looks at the payment: {held.reason}")
    if held.status == "DENIED":
        return Answer(
            Outcome.DECLINED,
            books.id,
            code="card_declined",
            raw=raw(books),
            reason=held.reason,
        )
    if books.is_voided:
        return Answer(Outcome.DECLINED, books.id, code="voided", raw=raw(books))
    return Answer(
        Outcome.APPROVED,
        books.id,
        amount=books.authorized,
        raw=raw(books),
        expires_at=held.expires_at,
        kept=books.kept,
    )


def moved(made: Entry, *, refused: str, amount: int | None = None) -> Answer:
    """A capture or refund as an answer; one that PayPal still thinks about is not known yet."""
    kept = {"id": made.id, "status": made.status, "reason": made.reason}
    if made.status in NEVER:
        return Answer(Outcome.DECLINED, made.id, code=refused, raw=kept)
    if made.status == "PENDING":
        raise ProviderAway(f"PayPal has not moved the money yet: {made.reason}")
    return Answer(
        Outcome.APPROVED, made.id, amount=made.amount if amount is None else amount, raw=kept
    )


def made(reply: Reply) -> Entry:
    """The capture or refund that was asked for; raises ProviderAway for what is none."""
    try:
        return entry(reply.body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderAway("PayPal's answer cannot be understood") from error


def code(reply: Reply) -> str:
    """Why it was refused, in our words."""
    return CODES.get(reply.issue, "declined")


def raw(books: Books) -> dict[str, str]:
    """What may be kept of the books: nothing of the shopper."""
    held = books.authorization
    return {
        "order": books.id,
        "status": books.status,
        "authorization": held.id if held else "",
        "authorization_status": held.status if held else "",
    }
