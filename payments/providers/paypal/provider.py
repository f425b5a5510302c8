"""PayPal as a provider.

An order at PayPal is made for each payment, the shopper approves it there, and comes back; then we
authorize it. Its id is our reference: captures and refunds are found in its books. Everything in
them carries our payment's id (``custom_id``) and the key it was asked with (``invoice_id``), which
PayPal takes once, so that nothing is done twice after it has forgotten ``PayPal-Request-Id`` too.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

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
from payments.providers.paypal import answers, disputes, holds, lists, notices, questions, vault
from payments.providers.paypal.books import CURRENCIES, Books, Entry, read, written
from payments.providers.paypal.wire import Reply, Wire, check_address
from shop.money import InvalidAmount

ORDERS, PAYMENTS = "/v2/checkout/orders", "/v2/payments"
#: Refusals after which the shopper may choose another means at PayPal.
_ONCE_MORE = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "ORDER_NOT_APPROVED",
        "PAYER_ACTION_REQUIRED",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    }
)


class PayPal:
    """See the module's text."""

    name = "PAYPAL"
    can = Capabilities(
        redirects=True,
        captures_in_parts=True,
        releases_rest=True,
        saves_cards=True,
        holds_cards=True,
        adds_cards=True,
        takes_evidence=True,
        accepts_disputes=True,
        lists_charges=True,
        lists_settlements=True,
        authorization_days=29,
        currencies=CURRENCIES,
    )

    def __init__(self) -> None:
        self._wire = Wire()

    def tokenize(self, card: Card) -> Method:
        raise CardRefused("number", "not_taken")

    def authorize(self, charge: Charge) -> Answer:
        reply = self._create(charge)
        if reply is None:
            return Answer(Outcome.DECLINED, "", code="amount_not_taken")
        if reply.is_refused:
            return Answer(Outcome.DECLINED, "", code=answers.code(reply), reason=reply.reason)
        books = self._ours(reply, charge)
        # An account that is kept has approved already.
        return self._reserve(books) if books.status == "APPROVED" else answers.told(books)

    def finish(self, charge: Charge, *, reference: str, answer: Mapping[str, str]) -> Answer:
        books = self._books_of(charge, reference)
        if books is None:
            return Answer(Outcome.DECLINED, reference, code="challenge_timed_out")
        if books.authorization is not None:
            return answers.told(books)
        if answer.get("approved") == "no":
            return Answer(Outcome.DECLINED, books.id, code="authentication_failed")
        return self._reserve(books) if books.status == "APPROVED" else answers.told(books)

    def capture(self, payment: Known, *, key: str, amount: int, is_last: bool = True) -> Answer:
        books = self._must_read(payment.reference)
        taken = books.capture_for(key)
        if taken is None:
            held = holds.to_capture(self._wire, books, payment)
            if held is None:
                return _refused(books, "not_capturable")
            reply = holds.capture(
                self._wire, held, payment, key=key, amount=amount, is_last=is_last
            )
            if not reply.is_refused:
                taken = answers.made(reply)
            else:
                taken = self._must_read(payment.reference).capture_for(key)
                if taken is None:
                    return _refused(books, answers.code(reply), reply.reason)
        return answers.moved(taken, refused="card_declined")

    def void(self, payment: Known, *, key: str) -> Answer:
        if not payment.reference:
            # Nobody has learnt where to approve it.
            return Answer(Outcome.APPROVED, "")
        books = self._read(payment.reference)
        if books is None:
            return Answer(Outcome.APPROVED, payment.reference)
        if any(row.status == "PENDING" for row in books.captures):
            raise ProviderAway("what PayPal has not taken yet cannot go back")
        books = self._let_go(books, payment, key=key)
        for capture in books.taken:
            if left := books.left_of(capture):
                self._give_back(payment, capture, left, key=f"{key}:{capture.id}")
        return Answer(Outcome.APPROVED, books.id, amount=books.authorized, raw=answers.raw(books))

    def release(self, payment: Known, *, key: str) -> Answer:
        """The last capture has released what is left; nothing is left of one in full."""
        books = self._must_read(payment.reference)
        self._let_go(books, payment, key=key)
        return Answer(Outcome.APPROVED, books.id, raw=answers.raw(books))

    def refund(self, payment: Known, *, key: str, amount: int) -> Answer:
        books = self._must_read(payment.reference)
        done = books.refunds_for(key)
        missing = amount - sum(row.amount for row in done)
        if missing > sum(books.left_of(capture) for capture in books.taken):
            return _refused(books, "not_refundable")
        for place, capture in enumerate(books.taken):
            part = min(missing, books.left_of(capture))
            if part <= 0:
                continue
            own_key = f"{key}:{capture.id}" if place else key
            made = self._give_back(payment, capture, part, key=own_key)
            if isinstance(made, Answer):
                if done:
                    raise ProviderAway(f"PayPal gave back a part only: {made.code}")
                return made
            done.append(made)
            missing -= part
        waiting = [row for row in done if row.status != "COMPLETED"]
        return answers.moved((waiting or done)[0], amount=amount, refused="not_refundable")

    def fetch(self, charge: Charge, *, reference: str) -> RemoteState | None:
        books = self._books_of(charge, reference)
        if books is None:
            # Orders that nobody approves are forgotten after some hours.
            return RemoteState(
                reference, Outcome.DECLINED, 0, 0, voided=False, code="challenge_timed_out"
            )
        held = books.authorization
        is_waiting = held is not None and held.status == "PENDING"
        told = None if is_waiting else answers.told(books)
        return RemoteState(
            reference=books.id,
            outcome=told.outcome if told else None,
            authorized=books.authorized,
            captured=books.captured,
            voided=books.is_voided,
            code=told.code if told else "",
            refunded=books.refunded,
            redirect_url=told.redirect_url if told else "",
            awaits_us=held is None and books.status == "APPROVED",
            expires_at=told.expires_at if told else None,
            kept=books.kept,
            raw=answers.raw(books),
            reason=told.reason if told else "",
        )

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return notices.read_notice(self._wire, headers, body)

    def submit_evidence(self, reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
        disputes.submit(self._wire, reference, text=text, files=files)

    def accept_dispute(self, reference: str, *, note: str) -> None:
        disputes.accept(self._wire, reference, note=note)

    def forget_card(self, *, token: str, customer: str) -> None:
        vault.forget(self._wire, token)

    def add_card(self, method: Method, *, key: str, return_url: str) -> Answer:
        return vault.add(self._wire, method, key=key, return_url=return_url)

    def added(self, reference: str) -> Answer:
        return vault.added(self._wire, reference)

    def list_charges(self, since: datetime) -> Iterator[Listed]:
        return lists.charges(self._wire, since)

    def list_settlements(self, since: datetime) -> Iterator[Settled]:
        return lists.settlements(self._wire, since)

    def _let_go(self, books: Books, payment: Known, *, key: str) -> Books:
        """Release what is still reserved; the books after it."""
        reply = holds.void(self._wire, books, key=key)
        if reply is None or not reply.is_refused:
            return books
        books = self._must_read(payment.reference)
        if books.authorization and books.authorization.status in holds.RELEASABLE:
            raise ProviderAway("PayPal does not release what it holds")
        return books

    def _create(self, charge: Charge) -> Reply | None:
        """Make the order, or find the one made before; None for an amount PayPal cannot count."""
        try:
            amount = written(charge.amount, charge.currency)
        except InvalidAmount:
            return None
        return self._wire.post(ORDERS, questions.order(charge, amount), key=charge.key)

    def _books_of(self, charge: Charge, reference: str) -> Books | None:
        """The books of a charge; where the answer to our question was lost, it is asked again."""
        if reference:
            books = self._read(reference)
            if books is not None and books.key != charge.key:
                raise ProviderAway(f"order {reference} is not for this payment")
            return books
        reply = self._create(charge)
        return None if reply is None or reply.is_refused else self._ours(reply, charge)

    def _ours(self, reply: Reply, charge: Charge) -> Books:
        """The books in the answer to a created order, which must be what we asked for."""
        books = read(reply.body)
        check_address(books.redirect_url)
        if (books.key, books.amount) != (charge.key, charge.amount):
            raise ProviderAway(f"order {books.id} is not what was asked for")
        return books

    def _read(self, reference: str) -> Books | None:
        reply = self._wire.get(f"{ORDERS}/{quote(reference, safe='')}")
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        if reply.is_refused:
            raise ProviderAway(f"PayPal does not show the order: {reply.issue}")
        return read(reply.body)

    def _must_read(self, reference: str) -> Books:
        books = self._read(reference) if reference else None
        if books is None:
            raise ProviderAway("PayPal never heard of this order")
        return books

    def _reserve(self, books: Books) -> Answer:
        """Authorize what the shopper approved.

        PayPal authorizes an order once. The key tells one approval from the next, after the
        shopper had to choose another means.
        """
        key = ":".join(filter(None, (books.key, "authorize", books.updated)))
        path = f"{ORDERS}/{quote(books.id, safe='')}/authorize"
        reply = self._wire.post(path, {}, key=key)
        if reply.issue in _ONCE_MORE:
            address = reply.redirect_url or books.redirect_url
            check_address(address)
            return Answer(
                Outcome.CHALLENGE,
                books.id,
                code=answers.code(reply),
                redirect_url=address,
                raw=answers.raw(books),
            )
        # Also when it says that another request was quicker.
        books = self._must_read(books.id)
        if reply.is_refused and books.authorization is None:
            return _refused(books, answers.code(reply), reply.reason)
        return answers.told(books)

    def _give_back(
        self, payment: Known, capture: Entry, amount: int, *, key: str
    ) -> Entry | Answer:
        """Refund ``amount`` of one capture; an answer is a refusal."""
        path = f"{PAYMENTS}/captures/{quote(capture.id, safe='')}/refund"
        body = {
            "amount": written(amount, payment.currency),
            "custom_id": payment.key,
            "invoice_id": key,
        }
        reply = self._wire.post(path, body, key=key)
        if not reply.is_refused:
            return answers.made(reply)
        found = [
            row
            for row in self._must_read(payment.reference).refunds_for(key)
            if row.parent == capture.id
        ]
        return found[0] if found else Answer(Outcome.DECLINED, capture.id, code=answers.code(reply))


def _refused(books: Books, code: str, reason: str = "") -> Answer:
    raw = answers.raw(books)
    return Answer(Outcome.DECLINED, books.id, code=code, raw=raw, reason=reason)
