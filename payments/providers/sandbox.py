"""A provider to develop, demonstrate and test with: real behavior, no real money.

Test cards, any date in the future and any three digits as security code:

======================  ==========================================================================
4242 4242 4242 4242     approved
5555 5555 5555 4444     approved (Mastercard)
4000 0000 0000 0002     declined
4000 0000 0000 9995     declined: not enough money
4000 0027 6000 3184     the bank asks the shopper (3-D Secure)
4000 0000 0000 0119     approved, but the answer is lost
4000 0000 0000 0077     approved, but nobody hears of it for twenty seconds; then each event is
                        told by a notice, the first one again after the others
4000 0000 0000 0069     approved, but the authorization has ended when the money is to be taken
4000 0000 0000 0259     approved; a minute later the customer's bank takes the money back
======================  ==========================================================================

A dispute is lost when its evidence holds the word ``losing_evidence``, and won otherwise.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit import recording
from payments.errors import CardRefused, ProviderAway
from payments.models import SandboxCapture, SandboxCharge, SandboxNotice, SandboxRefund
from payments.providers import sandbox_ledger as ledger
from payments.providers import sandbox_notices, sandbox_settlements
from payments.providers.base import (
    Answer,
    Capabilities,
    Card,
    Charge,
    EvidenceFile,
    Known,
    Method,
    Outcome,
    RemoteState,
    Risk,
)
from payments.providers.listed import Settled
from payments.providers.news import Notice
from payments.providers.sandbox_cards import (
    ASK,
    BEHAVIORS,
    BRANDS,
    DECLINE,
    DISPUTE,
    END_EARLY,
    LOSE_ANSWER,
    NO_FUNDS,
    REASONS,
    RISKY_SCORE,
    TELL_LATE,
    TEST_CARDS,
    behavior_of,
)
from shop import closing

AUTHORIZED, CAPTURED, VOIDED = "authorized", "captured", "voided"
DECLINED, WAITING = "declined", "waiting"
UNUSABLE = (DECLINED, "invalid_method")
#: How long nobody hears of a late charge, until its first notice comes again, and until a
#: customer's bank takes money back; in seconds.
SILENT, AGAIN, DISPUTED_AFTER = 20, 40, 60
#: How long one may answer a dispute, in days.
RESPOND_DAYS = 7
LOSING = "losing_evidence"


class Sandbox:
    """See the module's text. Its ledger is :class:`~payments.models.SandboxCharge`."""

    name = "SANDBOX"
    can = Capabilities(
        takes_cards=True,
        saves_cards=True,
        adds_cards=True,
        lists_settlements=True,
        accepts_disputes=True,
        captures_in_parts=True,
        releases_rest=True,
        takes_evidence=True,
        finds_by_key=True,
    )

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
        behavior = behavior_of(charge.method_token)
        status, code = {
            DECLINE: (DECLINED, "card_declined"),
            NO_FUNDS: (DECLINED, "insufficient_funds"),
            ASK: (WAITING, ""),
        }.get(behavior, (AUTHORIZED, "") if behavior in BEHAVIORS else UNUSABLE)
        is_late = behavior == TELL_LATE
        made, is_new = ledger.get_or_create(
            SandboxCharge(
                idempotency_key=charge.key,
                method_token=charge.method_token,
                amount=charge.amount,
                currency=charge.currency,
                status=status,
                code=code,
                silent_until=timezone.now() + timedelta(seconds=SILENT) if is_late else None,
                created_at=timezone.now(),
            )
        )
        if is_new and is_late:
            sandbox_notices.queue(
                made, "payment.authorized", amount=made.amount, seconds=(SILENT, AGAIN)
            )
        if is_new and behavior == LOSE_ANSWER:
            raise ProviderAway("the answer is lost")
        ledger.refuse_while_silent(made)
        return _answer(made)

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        with transaction.atomic():
            made = ledger.locked(charge.key)
            if made.status == WAITING:
                is_yes = answer.get("approved") == "yes"
                made.status = AUTHORIZED if is_yes else DECLINED
                made.code = "" if is_yes else "authentication_failed"
                made.save()
        return _answer(made)

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        with recording.batch():
            charge = ledger.locked(payment.key)
            # Of what is untouched, this key has taken nothing.
            if charge.status != AUTHORIZED or charge.captured_amount:
                known = SandboxCapture.objects.filter(idempotency_key=key).first()
                if known is not None:
                    return Answer(Outcome.APPROVED, str(charge.pk), amount=known.amount)
            if charge.status == AUTHORIZED and behavior_of(charge.method_token) == END_EARLY:
                charge.status, charge.code = VOIDED, "authorization_expired"
                charge.save()
            left = charge.amount - charge.captured_amount
            if charge.status != AUTHORIZED or not 0 < amount <= left:
                code = charge.code or "not_capturable"
                return Answer(Outcome.DECLINED, str(charge.pk), code=code)
            charge.status = CAPTURED if is_last or amount == left else AUTHORIZED
            charge.captured_amount += amount
            closing.change(charge, "status", "captured_amount")
            now = timezone.now()
            made = SandboxCapture(charge=charge, idempotency_key=key, amount=amount, created_at=now)
            closing.add(made)
            _tell_of_capture(charge, amount)
        return Answer(Outcome.APPROVED, str(charge.pk), amount=amount)

    def void(self, payment: Known, *, key: str) -> Answer:
        with transaction.atomic():
            charge = ledger.locked(payment.key)
            if charge.refunded_amount:
                return Answer(Outcome.DECLINED, str(charge.pk), code="already_refunded")
            if charge.status != DECLINED:
                charge.status = VOIDED
                charge.captured_amount = 0
                charge.save()
        return Answer(Outcome.APPROVED, str(charge.pk), amount=charge.amount)

    def release(self, payment: Known, *, key: str) -> Answer:
        with transaction.atomic():
            charge = ledger.locked(payment.key)
            if charge.status == AUTHORIZED:
                charge.status = CAPTURED if charge.captured_amount else VOIDED
                charge.save()
        return Answer(Outcome.APPROVED, str(charge.pk))

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        with transaction.atomic():
            charge = ledger.locked(payment.key)
            known = SandboxRefund.objects.filter(idempotency_key=key).first()
            if known is not None:
                return Answer(Outcome.APPROVED, str(known.pk), amount=known.amount)
            left = charge.captured_amount - charge.refunded_amount
            if charge.status not in (AUTHORIZED, CAPTURED) or not 0 < amount <= left:
                return Answer(Outcome.DECLINED, str(charge.pk), code="not_refundable")
            charge.refunded_amount += amount
            charge.save()
            made = charge.refunds.create(idempotency_key=key, amount=amount)
            if behavior_of(charge.method_token) == TELL_LATE:
                sandbox_notices.queue(charge, "refund.succeeded", amount=amount, seconds=(0,))
            return Answer(Outcome.APPROVED, str(made.pk), amount=amount)

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        made = SandboxCharge.objects.filter(idempotency_key=charge.key).first()
        if made is None:
            return None
        ledger.refuse_while_silent(made)
        is_authorized = made.status in (AUTHORIZED, CAPTURED)
        return RemoteState(
            reference=str(made.pk),
            outcome=_answer(made).outcome,
            authorized=made.amount if is_authorized else 0,
            captured=made.captured_amount,
            voided=made.status == VOIDED,
            code=made.code,
            refunded=made.refunded_amount,
            raw=_answer(made).raw,
            reason=_answer(made).reason,
            risk=_risk(made),
        )

    def submit_evidence(self, reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
        self._close_dispute(reference, "LOST" if LOSING in text else "WON")

    def _close_dispute(self, reference: str, outcome: str) -> None:
        last = SandboxNotice.objects.filter(content__dispute__reference=reference).last()
        if last is None:
            raise ProviderAway("the sandbox never heard of this dispute")
        news = last.content["dispute"] | {"outcome": outcome}
        sandbox_notices.queue(
            last.charge, "dispute.closed", amount=int(news["amount"]), seconds=(0,), dispute=news
        )

    def accept_dispute(self, reference: str, *, note: str) -> None:
        """One that others brought about is nobody's to close here."""
        if SandboxNotice.objects.filter(content__dispute__reference=reference).exists():
            self._close_dispute(reference, "LOST")

    def add_card(self, method: Method, *, key: str, return_url: str) -> Answer:
        """No money moves: the bank says whether the card is good, and asks nobody."""
        behavior = behavior_of(method.token)
        if behavior in (DECLINE, NO_FUNDS) or behavior not in BEHAVIORS:
            return Answer(Outcome.DECLINED, "", code="card_declined")
        return Answer(Outcome.APPROVED, f"added_{key}")

    def added(self, reference: str) -> Answer:
        return Answer(Outcome.APPROVED, reference)

    def list_settlements(self, since: datetime) -> Iterator[Settled]:
        return sandbox_settlements.lines(since)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return sandbox_notices.read(headers, body)


def _tell_of_capture(charge: SandboxCharge, amount: int) -> None:
    behavior = behavior_of(charge.method_token)
    if behavior == TELL_LATE:
        sandbox_notices.queue(charge, "payment.captured", amount=amount, seconds=(0,))
    if behavior == DISPUTE:
        until = timezone.now() + timedelta(days=RESPOND_DAYS)
        news = {
            "reference": f"dispute_{charge.pk.hex}",
            "reason": "fraudulent",
            "amount": str(amount),
            "respond_by": until.isoformat(),
            "outcome": "",
        }
        sandbox_notices.queue(
            charge, "dispute.opened", amount=amount, seconds=(DISPUTED_AFTER,), dispute=news
        )


def _answer(charge: SandboxCharge) -> Answer:
    outcome = {
        AUTHORIZED: Outcome.APPROVED,
        CAPTURED: Outcome.APPROVED,
        WAITING: Outcome.CHALLENGE,
    }.get(charge.status, Outcome.DECLINED)
    return Answer(
        outcome,
        str(charge.pk),
        amount=charge.amount,
        code=charge.code,
        raw={"status": charge.status},
        reason=REASONS.get(charge.code, ""),
        risk=_risk(charge),
    )


def _risk(charge: SandboxCharge) -> Risk:
    """The card that is disputed later looked like it."""
    is_risky = behavior_of(charge.method_token) == DISPUTE
    return Risk(RISKY_SCORE, ("elevated",)) if is_risky else Risk(0)
