"""What offers take off goods. No database, no clock: the same input gives the same cents.

The order of things, for promotions by priority and then for codes as they were typed in:

1. An offer sees the lines that it is for, with what the offers before it left of them. A promotion
   not to be combined takes untouched lines only and closes them for later promotions; an exclusive
   code leaves alone what a promotion has reduced.
2. A percentage is reckoned once on the sum of these lines, rounded half up, then capped; a fixed
   amount takes at most the sum. Each line bears its part in proportion (largest remainder), so the
   parts add up and no line gets below zero.
3. A price that staff agreed for a line comes first and works like a promotion not to be combined;
   what they agreed on the whole comes last and is shared among all lines.
4. Groups ("3 for 2") are formed of single pieces, dearest first, and each full group counts.

Lines are worked through by their key, so the order in a cart changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from orders.promotions.agreements import Agreement
from orders.promotions.offers import (
    CHEAPEST_OFF,
    FIXED_AMOUNT,
    FREE_SHIPPING,
    GROUPED,
    PERCENTAGE,
    Claim,
    Offer,
    Refusal,
)
from shop.money import WHOLE, percent_of, share


@dataclass(frozen=True)
class Goods:
    """A line to be priced; ``places`` are ids of its categories, those above, and collections."""

    key: str
    price: int
    quantity: int
    product: str = ""
    places: frozenset[str] = field(default_factory=frozenset)
    is_on_sale: bool = False

    @property
    def total(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True)
class Cut:
    """What an offer took off, by line; ``exact`` is what the part was before it was rounded."""

    offer: Offer
    parts: Mapping[str, int]
    exact: Mapping[str, Fraction]
    claim: Claim | None = None

    @property
    def amount(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class Refused:
    """An offer that took nothing off; ``missing`` is what lacks to its minimum, minor units."""

    name: str
    code: str
    offer_id: str
    reason: Refusal
    missing: int = 0


@dataclass(frozen=True)
class Discounts:
    """All that was taken off, in order. ``passed_over`` tells for each line who left it out."""

    goods_total: int
    cuts: tuple[Cut, ...]
    delivery: tuple[Cut, ...]
    refused: tuple[Refused, ...]
    passed_over: Mapping[str, Sequence[Refused]]

    @property
    def total(self) -> int:
        return sum(cut.amount for cut in self.cuts)

    def of(self, key: str) -> int:
        """What is taken off a line, in minor units."""
        return sum(cut.parts.get(key, 0) for cut in self.cuts)


NONE = Discounts(0, (), (), (), {})


class Till:
    """The goods on the counter and what is left of their amounts."""

    def __init__(self, goods: Iterable[Goods]) -> None:
        self.goods = sorted(goods, key=lambda line: line.key)
        self.left = {line.key: line.total for line in self.goods}
        self.touched: set[str] = set()
        self.closed: set[str] = set()
        self.passed_over: dict[str, list[Refused]] = {line.key: [] for line in self.goods}

    @property
    def total(self) -> int:
        return sum(self.left.values())

    def take(
        self, offer: Offer, *, claim: Claim | None = None, base: int | None = None
    ) -> Cut | Refused:
        """Let ``offer`` take what it may; ``base`` is what its minimum is compared with."""
        lines, reasons = self._sift(offer)
        for key, reason in reasons.items():
            self.passed_over[key].append(_refused(offer, reason))
        if not lines:
            return _refused(offer, _most_telling(reasons.values()))
        missing = offer.minimum_order - (self.total if base is None else base)
        if missing > 0:
            return _refused(offer, Refusal.MINIMUM, missing)
        if offer.kind == FREE_SHIPPING:
            return Cut(offer, {}, {}, claim)
        cut = Cut(offer, *_parts(offer, lines, self.left), claim)
        if not cut.amount:
            is_short = offer.kind in GROUPED and any(self.left[line.key] for line in lines)
            return _refused(offer, Refusal.TOO_FEW if is_short else Refusal.NOTHING_LEFT)
        taken = [key for key, part in cut.parts.items() if part]
        for key in taken:
            self.left[key] -= cut.parts[key]
        self.touched.update(taken)
        if not offer.is_combinable:
            self.closed.update(taken)
        return cut

    def agree(self, agreement: Agreement) -> list[Cut]:
        """Bring lines down to the prices agreed for them; dearer ones count for nothing."""
        cuts = []
        for line in self.goods:
            agreed = agreement.prices.get(line.key)
            amount = (line.price - agreed.price) * line.quantity if agreed else 0
            if agreed is None or amount <= 0:
                continue
            cuts.append(Cut(agreement.price_offer(agreed, amount), {line.key: amount}, {}))
            self.left[line.key] -= amount
            self.touched.add(line.key)
            self.closed.add(line.key)
        return cuts

    def concede(self, offer: Offer) -> list[Cut]:
        """Let ``offer`` take off all lines, whatever took off them before."""
        cut = Cut(offer, *_parts(offer, self.goods, self.left))
        for key, part in cut.parts.items():
            self.left[key] -= part
        return [cut] if cut.amount else []

    def _sift(self, offer: Offer) -> tuple[list[Goods], dict[str, Refusal]]:
        lines, reasons = [], {}
        for line in self.goods:
            reason = self._reason(offer, line)
            if reason is None:
                lines.append(line)
            else:
                reasons[line.key] = reason
        return lines, reasons

    def _reason(self, offer: Offer, line: Goods) -> Refusal | None:
        if not offer.is_for(line.product, line.places):
            return Refusal.OTHER_GOODS
        if offer.skips_sale_items and line.is_on_sale:
            return Refusal.SALE_ITEMS
        if offer.kind == FREE_SHIPPING:
            return None
        closed = self.touched if not offer.is_combinable else set() if offer.code else self.closed
        return Refusal.NOT_TOGETHER if line.key in closed else None


def reckon(
    goods: Iterable[Goods],
    promotions: Iterable[Offer] = (),
    claims: Iterable[Claim] = (),
    agreement: Agreement | None = None,
) -> Discounts:
    """What ``promotions`` and then ``claims`` take off ``goods``, each in the given order.

    What was agreed with staff is around them: prices of lines before, the rest behind.
    """
    till = Till(goods)
    goods_total = till.total
    outcomes: list[Cut | Refused] = [*(till.agree(agreement) if agreement else ())]
    outcomes += (till.take(offer) for offer in promotions)
    base = till.total
    accepted: list[Offer] = []
    for claim in claims:
        offer = claim.offer
        if offer is None or claim.refusal is not None:
            name, key = (offer.name, offer.id) if offer else ("", "")
            reason = claim.refusal or Refusal.UNKNOWN
            outcomes.append(Refused(name, claim.code, key, reason))
        elif accepted and not (offer.is_combinable and all(o.is_combinable for o in accepted)):
            outcomes.append(_refused(offer, Refusal.NOT_TOGETHER))
        else:
            outcome = till.take(offer, claim=claim, base=base)
            outcomes.append(outcome)
            if isinstance(outcome, Cut):
                accepted.append(offer)
    if agreement and agreement.concession:
        outcomes += till.concede(agreement.concession)
    cuts = [outcome for outcome in outcomes if isinstance(outcome, Cut)]
    return Discounts(
        goods_total=goods_total,
        cuts=tuple(cut for cut in cuts if cut.offer.kind != FREE_SHIPPING),
        delivery=tuple(cut for cut in cuts if cut.offer.kind == FREE_SHIPPING),
        refused=tuple(outcome for outcome in outcomes if isinstance(outcome, Refused)),
        passed_over=till.passed_over,
    )


def _refused(offer: Offer, reason: Refusal, missing: int = 0) -> Refused:
    return Refused(offer.name, offer.code, offer.id, reason, missing)


def _most_telling(reasons: Iterable[Refusal]) -> Refusal:
    found = set(reasons)
    for reason in (Refusal.NOT_TOGETHER, Refusal.SALE_ITEMS):
        if reason in found:
            return reason
    return Refusal.OTHER_GOODS


def _parts(
    offer: Offer, lines: Sequence[Goods], left: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """What each line bears, rounded and exact."""
    if offer.kind in GROUPED:
        parts = _group_parts(offer, lines, left)
        weights = [parts.get(line.key, 0) for line in lines]
        exact_amount = Fraction(sum(weights))
    else:
        weights = [left[line.key] for line in lines]
        exact_amount = _exact_amount(offer, sum(weights))
    if offer.maximum_discount is not None:
        exact_amount = min(exact_amount, Fraction(offer.maximum_discount))
    amount = _half_up(exact_amount)
    shares = share(amount, weights) if amount else [0] * len(lines)
    whole = sum(weights)
    return (
        {line.key: part for line, part in zip(lines, shares, strict=True)},
        {
            line.key: exact_amount * weight / whole if whole else Fraction(0)
            for line, weight in zip(lines, weights, strict=True)
        },
    )


def _exact_amount(offer: Offer, total: int) -> Fraction:
    if offer.kind == PERCENTAGE:
        return Fraction(total * offer.value, WHOLE)
    if offer.kind == FIXED_AMOUNT:
        return Fraction(min(offer.value, total))
    raise ValueError(offer.kind)


def _half_up(amount: Fraction) -> int:
    return int((2 * amount.numerator + amount.denominator) // (2 * amount.denominator))


def _group_parts(offer: Offer, lines: Sequence[Goods], left: Mapping[str, int]) -> Counter[str]:
    """What full groups of single pieces save, by line."""
    pieces = [
        (amount, line.key)
        for line in lines
        for amount in share(left[line.key], [1] * line.quantity)
    ]
    pieces.sort(key=lambda piece: (-piece[0], piece[1]))
    saved: Counter[str] = Counter()
    for start in range(0, len(pieces) - offer.group_size + 1, offer.group_size):
        group = pieces[start : start + offer.group_size]
        if offer.kind == CHEAPEST_OFF:
            for amount, key in group[-offer.group_discounted :]:
                saved[key] += percent_of(amount, offer.value)
        else:
            amounts = [amount for amount, _key in group]
            off = max(sum(amounts) - offer.value, 0)
            for (_amount, key), part in zip(group, share(off, amounts), strict=True):
                saved[key] += part
    return saved
