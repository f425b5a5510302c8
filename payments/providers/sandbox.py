"""A provider to develop, demonstrate and test with: real behavior, no real money.

Test cards, any date in the future and any three digits as security code:

======================  =============================================
4242 4242 4242 4242     approved
5555 5555 5555 4444     approved (Mastercard)
4000 0000 0000 0002     declined
4000 0000 0000 9995     declined: not enough money
4000 0027 6000 3184     the bank asks the shopper (3-D Secure)
======================  =============================================
"""

import secrets
from collections.abc import Mapping
from datetime import date

from django.db import transaction

from payments.errors import CardRefused, NoticeRefused, ProviderAway
from payments.models import SandboxCharge, SandboxRefund
from payments.providers.base import (
    Answer,
    Capabilities,
    Card,
    Charge,
    Known,
    Method,
    Notice,
    Outcome,
    RemoteState,
)

APPROVE, DECLINE, NO_FUNDS, ASK = "ok", "declined", "funds", "3ds"
TEST_CARDS = {
    "4242424242424242": APPROVE,
    "5555555555554444": APPROVE,
    "4000000000000002": DECLINE,
    "4000000000009995": NO_FUNDS,
    "4000002760003184": ASK,
}
BRANDS = {"4": "Visa", "5": "Mastercard"}

AUTHORIZED, CAPTURED, VOIDED = "authorized", "captured", "voided"
DECLINED, WAITING = "declined", "waiting"


class Sandbox:
    """See the module's text. Its ledger is :class:`~payments.models.SandboxCharge`."""

    name = "SANDBOX"
    can = Capabilities(takes_cards=True, saves_cards=True)

    def tokenize(self, card: Card) -> Method:
        digits = card.number.replace(" ", "").replace("-", "")
        behavior = TEST_CARDS.get(digits)
        if behavior is None:
            raise CardRefused("number", "not_a_test_card")
        if not (card.security_code.isascii() and card.security_code.isdigit()):
            raise CardRefused("security_code", "invalid")
        today = date.today()
        if (card.expiry_year, card.expiry_month) < (today.year, today.month):
            raise CardRefused("expiry", "expired")
        return Method(
            token=f"sandbox_{behavior}_{secrets.token_hex(12)}",
            brand=BRANDS[digits[0]],
            last4=digits[-4:],
            bin=digits[:6],
        )

    def authorize(self, charge: Charge) -> Answer:
        token = charge.method_token
        behavior = token.split("_")[1] if token.count("_") == 2 else ""
        status, code = {
            APPROVE: (AUTHORIZED, ""),
            DECLINE: (DECLINED, "card_declined"),
            NO_FUNDS: (DECLINED, "insufficient_funds"),
            ASK: (WAITING, ""),
        }.get(behavior, (DECLINED, "invalid_method"))
        made, _ = SandboxCharge.objects.get_or_create(
            idempotency_key=charge.key,
            defaults={
                "method_token": token,
                "amount": charge.amount,
                "currency": charge.currency,
                "status": status,
                "code": code,
            },
        )
        return _answer(made)

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        with transaction.atomic():
            made = _locked(charge.key)
            if made.status == WAITING:
                is_yes = answer.get("approved") == "yes"
                made.status = AUTHORIZED if is_yes else DECLINED
                made.code = "" if is_yes else "authentication_failed"
                made.save()
        return _answer(made)

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        with transaction.atomic():
            charge = _locked(payment.key)
            if charge.status == AUTHORIZED and 0 < amount <= charge.amount:
                charge.status = CAPTURED
                charge.captured_amount = amount
                charge.save()
        if charge.status != CAPTURED:
            return Answer(Outcome.DECLINED, str(charge.pk), code="not_capturable")
        return Answer(Outcome.APPROVED, str(charge.pk), amount=charge.captured_amount)

    def void(self, payment: Known, *, key: str) -> Answer:
        with transaction.atomic():
            charge = _locked(payment.key)
            if charge.refunded_amount:
                return Answer(Outcome.DECLINED, str(charge.pk), code="already_refunded")
            if charge.status != DECLINED:
                charge.status = VOIDED
                charge.captured_amount = 0
                charge.save()
        return Answer(Outcome.APPROVED, str(charge.pk), amount=charge.amount)

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        with transaction.atomic():
            charge = _locked(payment.key)
            known = SandboxRefund.objects.filter(idempotency_key=key).first()
            if known is not None:
                return Answer(Outcome.APPROVED, str(known.pk), amount=known.amount)
            left = charge.captured_amount - charge.refunded_amount
            if charge.status != CAPTURED or not 0 < amount <= left:
                return Answer(Outcome.DECLINED, str(charge.pk), code="not_refundable")
            charge.refunded_amount += amount
            charge.save()
            made = charge.refunds.create(idempotency_key=key, amount=amount)
            return Answer(Outcome.APPROVED, str(made.pk), amount=amount)

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        made = SandboxCharge.objects.filter(idempotency_key=charge.key).first()
        if made is None:
            return None
        is_authorized = made.status in (AUTHORIZED, CAPTURED)
        return RemoteState(
            reference=str(made.pk),
            outcome=_answer(made).outcome,
            authorized=made.amount if is_authorized else 0,
            captured=made.captured_amount,
            voided=made.status == VOIDED,
            code=made.code,
            refunded=made.refunded_amount,
        )

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NoticeRefused("the sandbox sends no notices")


def _locked(key: str) -> SandboxCharge:
    try:
        return SandboxCharge.objects.select_for_update().get(idempotency_key=key)
    except SandboxCharge.DoesNotExist as error:
        raise ProviderAway("the sandbox never heard of this payment") from error


def _answer(charge: SandboxCharge) -> Answer:
    outcome = {
        AUTHORIZED: Outcome.APPROVED,
        CAPTURED: Outcome.APPROVED,
        WAITING: Outcome.CHALLENGE,
    }.get(charge.status, Outcome.DECLINED)
    return Answer(outcome, str(charge.pk), amount=charge.amount, code=charge.code)
