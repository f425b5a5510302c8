"""A page that was sent to pay, which may be sent again: the same key gets the same answer.

Most pages are sent once. So the key of an order's first page is written with the order, and its
answer with the payment; only where that key is there already is it looked up.
"""

from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from orders.checkouts import idempotency
from orders.models import Checkout


class Sent:
    """The page of ``request``; without a key it is acted upon again each time.

    Raises :class:`~orders.errors.KeyReused` for what is no key.
    """

    def __init__(self, request: HttpRequest, checkout: Checkout) -> None:
        self._claim: idempotency.Claim | None = None
        self._kept: list[str] = []
        self._asked = None
        key = request.POST.get("key")
        if key is not None:
            total = request.POST.get("total")
            owner = str(checkout.cart_id)
            self._asked = idempotency.Asked("checkout.pay", owner, key, {"total": total})

    @property
    def is_claimed(self) -> bool:
        """Whether its key is known to be this page's, or it has none."""
        return self._asked is None or self._claim is not None

    def claim(self) -> HttpResponse | None:
        """Claim the key; what was answered before, if anything was.

        Raises :class:`~orders.errors.KeyReused` for the key of a page with another amount.
        """
        if self._asked is None:
            return None
        self._claim = idempotency.claim(self._asked)
        answer = self._claim.answer
        if answer is None:
            return None
        return HttpResponseRedirect(answer.location, status=answer.status_code)

    def claim_along(self) -> None:
        """Claim the key with what is written now; that raises KeyTaken when it is not new."""
        if self._asked is not None and self._claim is None:
            claimed = idempotency.claim_along(self._asked)
            transaction.on_commit(lambda: setattr(self, "_claim", claimed))

    def keep(self, address: str) -> None:
        """Keep where it led to, with what is written now; the first answer stays."""
        if self._claim is not None and address not in self._kept:
            answer = idempotency.Answer(HTTPStatus.SEE_OTHER, address)
            idempotency.keep(self._claim, answer)
            transaction.on_commit(lambda: self._kept.append(address))
