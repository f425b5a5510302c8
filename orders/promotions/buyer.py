"""Who buys, as far as prices depend on it."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from orders.models import Cart
from orders.promotions.agreements import Agreement, agreement_of


@dataclass(frozen=True)
class Buyer:
    """The codes typed in, and the person by account or address as far as they are known.

    ``agreement`` is what staff agreed with them in a draft.
    """

    codes: tuple[str, ...] = ()
    customer_id: UUID | None = None
    email: str = ""
    agreement: Agreement | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.customer_id or self.email)

    def uses(self) -> Q:
        """Uses of coupons by this person; addresses are kept there in lower case."""
        return self._rows("customer", "email", self.email.lower())

    def orders(self) -> Q:
        """Orders of this person, in whatever case the address was typed."""
        return self._rows("customer", "email__iexact", self.email)

    def _rows(self, customer: str, address: str, email: str) -> Q:
        found = Q()
        if self.customer_id:
            found |= Q(**{customer: self.customer_id})
        if email:
            found |= Q(**{address: email})
        return found


NOBODY = Buyer()


def buyer_of(cart: Cart, email: str = "") -> Buyer:
    """The buyer of ``cart``; ``email`` is what the checkout knows. Two queries for a draft."""
    if cart.is_draft:
        draft = cart.draft
        codes = tuple(cart.coupon_codes)
        return Buyer(codes, draft.customer_id, email, agreement_of(draft))
    return Buyer(tuple(cart.coupon_codes), cart.user_id, email)
