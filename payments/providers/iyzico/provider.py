"""iyzico's payment page: card, 3-D Secure and installments are theirs, the money is reserved.

It has no idempotency keys. Every request carries ours as its ``conversationId``, which iyzico
keeps, and what moves money twice when asked twice is asked about first:

- A page that is opened again is another page. Only the last one is known to anybody, so only that
  one can be paid.
- Reserved money is taken once: the phase of the payment says whether it was. A refusal to take it
  is believed only after a second look.
- Canceling works once, by itself.
- What went back is listed with the key it was asked with; only what is missing of it is sent.

While the shopper is on the page, the token of the page is our reference, and afterwards the number
of the payment. Whatever token comes back with the shopper, iyzico is asked about ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import iyzipay  # type: ignore[import-untyped]

from payments.checks import is_safe
from payments.errors import CardRefused, ProviderAway
from payments.providers.base import (
    Answer,
    Capabilities,
    Card,
    Charge,
    Known,
    Method,
    Outcome,
    RemoteState,
)
from payments.providers.iyzico import form, lists, notices, seen, wire
from payments.providers.iyzico.seen import Report
from payments.providers.listed import Listed
from payments.providers.news import Notice

#: iyzico wants the address of who asks; ours is behind a proxy and says nothing.
_FROM = "127.0.0.1"


class Iyzico:
    """See the module's text."""

    name = "IYZICO"
    can = Capabilities(
        redirects=True,
        keeps_on_page=True,
        holds_cards=True,
        lists_charges=True,
        voids_listed=True,
        finds_by_key=True,
        currencies=frozenset({"TRY", "EUR", "USD", "GBP"}),
    )

    def tokenize(self, card: Card) -> Method:
        raise CardRefused("number", "not_taken")

    def authorize(self, charge: Charge) -> Answer:
        opened = wire.ask(
            iyzipay.CheckoutFormInitializePreAuth,
            "create",
            form.request_of(charge),
            signed=wire.SIGNED_OPENED,
        )
        if opened["status"] == "failure":
            return Answer(Outcome.DECLINED, "", code="provider_refused")
        token, page = str(opened.get("token", "")), str(opened.get("paymentPageUrl", ""))
        if not token or opened.get("conversationId") != charge.key or not is_safe(page):
            raise ProviderAway("iyzico: a page without what belongs to it")
        return Answer(Outcome.CHALLENGE, token, amount=charge.amount, redirect_url=page)

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        state = self._look(charge, reference)
        if state is None or state.outcome is Outcome.CHALLENGE:
            if answer.get("approved") == "no":
                return Answer(Outcome.DECLINED, reference, code="authentication_failed")
            return Answer(Outcome.CHALLENGE, reference, code=state.code if state else "")
        if state.outcome is Outcome.APPROVED:
            return Answer(
                Outcome.APPROVED,
                state.reference,
                charge.amount,
                method=state.method,
                kept=state.kept,
                raw=state.raw,
            )
        return Answer(
            Outcome.DECLINED,
            state.reference,
            code=state.code,
            raw=state.raw,
            reason=state.reason,
            risk=state.risk,
        )

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        found = self._payment(payment)
        if not found.is_taken:
            # What installments cost the shopper is charged with the whole, never with a part.
            paid = found.paid if amount == payment.amount else amount
            answer = wire.ask(
                iyzipay.PaymentPostAuth,
                "create",
                self._request(payment, key, paidPrice=form.written(paid, payment.currency)),
                signed=wire.SIGNED_PAYMENT,
            )
            if answer["status"] == "success":
                return Answer(Outcome.APPROVED, payment.reference, amount=amount)
            found = self._payment(payment)
        is_whole = found.paid >= amount == payment.amount
        if found.is_taken and (is_whole or found.paid == amount):
            return Answer(Outcome.APPROVED, payment.reference, amount=amount)
        return Answer(Outcome.DECLINED, payment.reference, code="not_capturable")

    def void(self, payment: Known, *, key: str) -> Answer:
        number = self._number(payment)
        nothing_held = Answer(Outcome.APPROVED, payment.reference, amount=payment.amount)
        if not number:
            return nothing_held
        paid = Known(payment.key, number, payment.amount, payment.currency)
        given_back = Answer(Outcome.APPROVED, number, amount=payment.amount)
        canceled = wire.ask(
            iyzipay.Cancel, "create", self._request(paid, key), signed=wire.SIGNED_BACK
        )
        if canceled["status"] == "success":
            return given_back
        report = self._report(paid)
        if report.is_given_back:
            return given_back
        if report.is_taken and not set(report.refunds) - {key}:
            # A day later banks cancel no more, and it goes back as a refund.
            return self._give_back(paid, key, report.paid, report)
        return Answer(Outcome.DECLINED, number, code="not_voidable")

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        report = self._report(payment)
        before = report.refunded - report.refunds.get(key, 0)
        # What installments cost goes back with the last of it.
        is_rest = before + amount == payment.amount
        whole = report.paid - before if is_rest else amount
        answer = self._give_back(payment, key, whole, report)
        is_done = answer.outcome is Outcome.APPROVED
        return Answer(answer.outcome, answer.reference, amount if is_done else 0, answer.code)

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        state = self._look(charge, reference)
        if state is None or not _is_token(reference):
            return state
        if state.outcome is Outcome.DECLINED:
            # Another card may be tried on the same page until the shopper comes back from it.
            return RemoteState(reference, Outcome.CHALLENGE, 0, 0, voided=False)
        if state.outcome is Outcome.APPROVED:
            # The page says that it was paid, and nothing of what came afterwards.
            now = self._look(charge, state.reference)
            return replace(now, kept=state.kept) if now else state
        return state

    def forget_card(self, *, token: str, customer: str) -> None:
        lists.forget_card(token=token, customer=customer)

    def list_charges(self, since: datetime) -> Iterator[Listed]:
        return lists.charges(since)

    def find_listed(self, reference: str) -> Known | None:
        return lists.find(reference)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return notices.read(headers, body)

    # --- what iyzico knows ---

    def _look(self, charge: Charge, reference: str) -> RemoteState | None:
        """What became of a charge: by the token of its page, its number, or by our key alone."""
        if _is_token(reference):
            return self._page(charge, reference)
        known = Known(charge.key, reference, charge.amount, charge.currency)
        found = self._reported(known)
        return seen.state(found, charge) if found else None

    def _page(self, charge: Charge, token: str) -> RemoteState:
        told = wire.ask(
            iyzipay.CheckoutForm,
            "retrieve",
            {"locale": "en", "conversationId": charge.key, "token": token},
            signed=wire.SIGNED_FORM,
        )
        status = told.get("paymentStatus")
        if status == "FAILURE":
            code = seen.refusal(told)
            reason = str(told.get("errorMessage") or "")
            return RemoteState(
                token, Outcome.DECLINED, 0, 0, voided=False, code=code, reason=reason
            )
        if told["status"] == "failure" or status != "SUCCESS":
            return RemoteState(token, Outcome.CHALLENGE, 0, 0, voided=False)
        if told.get("token") != token or told.get("conversationId") != charge.key:
            raise ProviderAway("iyzico: the answer is about another page")
        found = Report.read(told, charge.currency)
        if told.get("currency") != charge.currency:
            return RemoteState(token, Outcome.DECLINED, 0, 0, voided=False, code="amount_mismatch")
        return seen.state(found, charge, page=token)

    def _payment(self, payment: Known) -> Report:
        """The payment itself, as it is this moment."""
        told = wire.ask(
            iyzipay.Payment,
            "retrieve",
            self._request(payment, payment.key),
            signed=wire.SIGNED_PAYMENT,
        )
        found = Report.read(told, payment.currency)
        if told["status"] == "failure" or found.payment_id != payment.reference:
            raise ProviderAway("iyzico: does not find its payment")
        if found.price != payment.amount or found.paid <= 0:
            raise ProviderAway("iyzico: the payment is not of our amount")
        return found

    def _report(self, payment: Known) -> Report:
        """The payment with all that went back of it; without it nothing is sent back."""
        found = self._reported(payment)
        if found is None:
            raise ProviderAway("iyzico: has not reported its payment yet")
        return found

    def _reported(self, payment: Known) -> Report | None:
        told = wire.ask(
            iyzipay.RetrievePaymentDetails,
            "retrieve",
            # The SDK asks by the first of the two that is not empty.
            {"paymentId": payment.reference, "paymentConversationId": payment.key},
        )
        for row in seen.rows(told.get("payments")):
            is_it = str(row.get("paymentConversationId")) == payment.key
            if is_it and Report.has_succeeded(row) and row.get("currency") == payment.currency:
                return Report.read(row, payment.currency)
        return None

    def _number(self, payment: Known) -> str:
        """The number of the payment; "" when nobody has paid."""
        if payment.reference and not _is_token(payment.reference):
            return payment.reference
        if payment.reference:
            told = wire.ask(
                iyzipay.CheckoutForm,
                "retrieve",
                {"locale": "en", "conversationId": payment.key, "token": payment.reference},
                signed=wire.SIGNED_FORM,
            )
            return str(told["paymentId"]) if told.get("paymentStatus") == "SUCCESS" else ""
        found = self._reported(payment)
        return found.payment_id if found else ""

    # --- what moves money ---

    def _give_back(self, payment: Known, key: str, amount: int, report: Report) -> Answer:
        """Send back what is missing of ``amount``, asked with ``key``."""
        missing = amount - report.refunds.get(key, 0)
        done = Answer(Outcome.APPROVED, payment.reference, amount=payment.amount)
        if missing <= 0:
            return done
        answer = wire.ask(
            iyzipay.Payment,
            "refund",
            self._request(payment, key, price=form.written(missing, payment.currency)),
            signed=wire.SIGNED_BACK,
        )
        if answer["status"] == "success" or self._report(payment).refunds.get(key, 0) >= amount:
            return done
        if answer.get("retryable") is True:
            raise ProviderAway("iyzico: asks for another attempt")
        return Answer(Outcome.DECLINED, payment.reference, code="not_refundable")

    def _request(self, payment: Known, key: str, **more: str) -> dict[str, Any]:
        return {
            "locale": "en",
            "conversationId": key,
            "paymentId": payment.reference,
            "currency": payment.currency,
            "ip": _FROM,
            **more,
        }


def _is_token(reference: str) -> bool:
    """Tokens of pages are never plain numbers, as those of payments are."""
    return bool(reference) and not reference.isdigit()
