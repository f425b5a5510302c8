"""Stripe as a :class:`~payments.providers.interface.Provider`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings

from payments.errors import CardRefused, ProviderAway
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
)
from payments.providers.listed import Listed, Settled
from payments.providers.news import Notice
from payments.providers.stripe import cards, evidence, intents, lists, notices
from payments.providers.stripe.intents import Intent
from payments.providers.stripe.wire import REFUSALS, clear_answers, client

#: What our key is called in Stripe's metadata.
KEY = lists.KEY
REFUND_KEY = "refund"


class Stripe:
    """Stripe forgets idempotency keys after a day. So what may be asked for again later is looked
    up first: charges and refunds carry our key in their metadata.
    """

    name = "STRIPE"

    def __init__(self) -> None:
        self.can = Capabilities(
            has_card_fields=True,
            saves_cards=True,
            holds_cards=True,
            needs_customer=True,
            adds_cards=True,
            releases_rest=True,
            takes_evidence=True,
            accepts_disputes=True,
            lists_charges=True,
            voids_listed=True,
            lists_settlements=True,
            lists_failed_payouts=True,
            policy=_policy(settings.STRIPE_SCRIPT_URL),
        )

    def tokenize(self, card: Card) -> Method:
        raise CardRefused("number", "not_taken")

    def authorize(self, charge: Charge) -> Answer:
        return self._ask_for(charge).answer

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        found = self._get(reference)
        if found.outcome == Outcome.CHALLENGE and answer.get("approved") == "no":
            found = self._cancel(found, key=f"{charge.key}:void")
        return found.answer

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        asked: Any = {"amount_to_capture": amount, "expand": list(intents.EXPAND)}
        is_part = False
        if not is_last or amount != payment.amount:
            before = self._get(payment.reference)
            # Stripe's own keys are good for a day, the note of ours for ever.
            if intents.capture_key(key) in before.captures:
                return _taken(before, key=key, is_part=True)
            is_part = before.is_divisible
        if is_part:
            asked["final_capture"] = is_last
            asked["metadata"] = {intents.capture_key(key): str(amount)}
        try:
            with clear_answers():
                done = client().v1.payment_intents.capture(
                    payment.reference, asked, {"idempotency_key": key}
                )
            found = intents.read(done.to_dict())
        except REFUSALS:
            # Taken before, canceled, or run out: which, it says itself.
            found = self._get(payment.reference)
        return _taken(found, key=key, is_part=is_part)

    def release(self, payment: Known, *, key: str) -> Answer:
        """What is left of a capture in parts is canceled; a last part has released it by itself."""
        found = self._get(payment.reference)
        if not (found.is_captured or found.is_canceled):
            found = self._cancel(found, key=key)
        if found.is_captured or found.is_canceled:
            return Answer(Outcome.APPROVED, found.reference, raw=found.raw)
        raise ProviderAway("Stripe does not release what it holds")

    def void(self, payment: Known, *, key: str) -> Answer:
        if payment.reference:
            found = self._get(payment.reference)
        elif (maybe := self._find(payment.key)) is not None:
            found = maybe
        else:
            raise ProviderAway("Stripe does not find the payment yet")
        if not (found.is_captured or found.is_canceled):
            found = self._cancel(found, key=key)
        if found.is_captured and not found.refunded:
            again = Known(payment.key, found.reference, payment.amount, payment.currency)
            self.refund(again, key=f"{key}:refund", amount=found.received)
            found = self._get(found.reference)
        if found.is_canceled or found.refunded == found.received:
            return Answer(Outcome.APPROVED, found.reference, amount=found.amount, raw=found.raw)
        code = "already_refunded" if found.refunded else "not_refundable"
        return Answer(Outcome.DECLINED, found.reference, code=code)

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        try:
            made = self._refunds(payment.reference).get(key)
            if made is None:
                with clear_answers():
                    written = client().v1.refunds.create(
                        {
                            "payment_intent": payment.reference,
                            "amount": amount,
                            "metadata": {KEY: payment.key, REFUND_KEY: key},
                        },
                        {"idempotency_key": key},
                    )
                made = written.to_dict()
        except REFUSALS:
            return Answer(Outcome.DECLINED, payment.reference, code="not_refundable")
        return _given_back(made)

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        """Stripe's search is a minute late, so what it does not find is asked for again."""
        found = self._get(reference) if reference else self._find(charge.key)
        return (found or self._ask_for(charge)).state

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return notices.read(headers, body, secret=settings.STRIPE_WEBHOOK_SECRET)

    def submit_evidence(self, reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
        evidence.submit(reference, text=text, files=files)

    def accept_dispute(self, reference: str, *, note: str) -> None:
        evidence.accept(reference)

    def forget_card(self, *, token: str, customer: str) -> None:
        cards.forget(token)

    def open_customer(self, *, key: str) -> str:
        return cards.open_customer(key)

    def add_card(self, method: Method, *, key: str, return_url: str) -> Answer:
        return cards.add(method, key=key, return_url=return_url)

    def added(self, reference: str) -> Answer:
        return cards.added(reference)

    def list_charges(self, since: datetime) -> Iterator[Listed]:
        return lists.charges(since)

    def find_listed(self, reference: str) -> Known | None:
        return lists.find(reference)

    def list_settlements(self, since: datetime) -> Iterator[Settled]:
        return lists.settlements(since)

    def list_failed_payouts(self, since: datetime) -> Iterator[str]:
        return lists.failed_payouts(since)

    def _ask_for(self, charge: Charge) -> Intent:
        """All that is sent follows from the stored payment: it is the same each time."""
        asked: Any = {
            "amount": charge.amount,
            "currency": charge.currency.lower(),
            "payment_method": charge.method_token,
            "allowed_payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
            "return_url": charge.return_url,
            "metadata": {KEY: charge.key},
            "expand": list(intents.EXPAND),
        }
        if charge.customer:
            asked["customer"] = charge.customer
        if charge.customer and charge.keeps:
            asked["setup_future_usage"] = cards.USAGE
        if charge.in_parts:
            asked["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
        try:
            with clear_answers():
                made = client().v1.payment_intents.create(asked, {"idempotency_key": charge.key})
        except REFUSALS as refused:
            is_of_card = isinstance(refused, stripe.CardError)
            return intents.declined(_reason(refused), amount=charge.amount, is_of_card=is_of_card)
        return intents.read(made.to_dict())

    def _get(self, reference: str) -> Intent:
        with clear_answers():
            found = client().v1.payment_intents.retrieve(
                reference, {"expand": list(intents.EXPAND)}
            )
        return intents.read(found.to_dict())

    def _find(self, key: str) -> Intent | None:
        """The charge with our key, as it is now."""
        with clear_answers():
            rows = client().v1.payment_intents.search(
                {"query": f'metadata["{KEY}"]:"{key}"', "limit": 1}
            )
        return self._get(rows.data[0].id) if rows.data else None

    def _cancel(self, found: Intent, *, key: str) -> Intent:
        try:
            with clear_answers():
                client().v1.payment_intents.cancel(found.reference, {}, {"idempotency_key": key})
        except REFUSALS:
            # It went on meanwhile; what it is now decides.
            pass
        return self._get(found.reference)

    def _refunds(self, reference: str) -> dict[str, dict[str, Any]]:
        """By our key; those that staff made at Stripe itself have none."""
        with clear_answers():
            rows = client().v1.refunds.list({"payment_intent": reference, "limit": 100})
            made = [row.to_dict() for row in rows.auto_paging_iter()]
        return {(row.get("metadata") or {}).get(REFUND_KEY, ""): row for row in made}


def _taken(found: Intent, *, key: str, is_part: bool) -> Answer:
    """What the capture of our ``key`` took: a part is noted there, all of it is all there is."""
    part = found.captures.get(intents.capture_key(key))
    if part is not None:
        return Answer(Outcome.APPROVED, found.reference, amount=part, raw=found.raw)
    if found.is_captured and not is_part:
        return Answer(Outcome.APPROVED, found.reference, amount=found.received, raw=found.raw)
    code = "authorization_expired" if found.is_canceled else "not_capturable"
    return Answer(Outcome.DECLINED, found.reference, code=code, raw=found.raw)


def _given_back(made: Mapping[str, Any]) -> Answer:
    """A refund; what is on its way counts as given back until Stripe tells otherwise."""
    try:
        if made["status"] in ("failed", "canceled"):
            return Answer(Outcome.DECLINED, str(made["id"]), code="refund_failed")
        return Answer(Outcome.APPROVED, str(made["id"]), amount=int(made["amount"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise ProviderAway("Stripe's answer cannot be understood") from problem


def _reason(refused: stripe.StripeError) -> Mapping[str, Any]:
    body = refused.json_body
    found = body.get("error") if isinstance(body, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _policy(script_url: str) -> dict[str, tuple[str, ...]]:
    """What Stripe's script, its card fields in frames, and their calls need."""
    parts = urlsplit(script_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {
        "script-src": (origin, "https://*.js.stripe.com"),
        "frame-src": (origin, "https://*.js.stripe.com", "https://hooks.stripe.com"),
        "connect-src": ("https://api.stripe.com",),
    }
