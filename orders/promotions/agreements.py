"""What staff agreed with a customer beside the catalog's prices and offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orders.models import Draft
from orders.promotions.offers import FIXED_AMOUNT, Offer


@dataclass(frozen=True)
class AgreedPrice:
    """What one unit of a variant costs, in minor units, and why."""

    price: int
    reason: str


@dataclass(frozen=True)
class Agreement:
    """Prices by variant key, and an offer on all that is left after every other offer.

    The reductions go by ``id``, that of the draft, in the trace of the price.
    """

    id: str
    prices: Mapping[str, AgreedPrice] = field(default_factory=dict)
    concession: Offer | None = None

    def price_offer(self, agreed: AgreedPrice, amount: int) -> Offer:
        """The reduction of a line to its agreed price; ``amount`` is what it takes off."""
        return Offer(
            id=self.id, name=agreed.reason, kind=FIXED_AMOUNT, value=amount, is_combinable=False
        )


def agreement_of(draft: Draft) -> Agreement:
    """What was agreed in ``draft``. One query."""
    prices = {str(row.variant_id): AgreedPrice(row.price, row.reason) for row in draft.prices.all()}
    concession = None
    if draft.discount_kind:
        concession = Offer(
            id=str(draft.pk),
            name=draft.discount_reason,
            kind=draft.discount_kind,
            value=draft.discount_value,
        )
    return Agreement(str(draft.pk), prices, concession)
