"""Prices: a product's are the defaults of its variants, and reductions end to be announced.

What a change of price means for the history and for a reduction is the database's own rule (see
:func:`catalog.models.prices.price_triggers`), so it holds for every door.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pgtrigger
from django.conf import settings

from audit import recording
from catalog.errors import PriceRefused
from catalog.models import Product, ProductVariant
from shop.accounts.models import User
from shop.actor import Actor, ActorType, acting_as, current_actor
from shop.conflicts import retried
from shop.models import StaleObject
from shop.money import WHOLE, checked, percent_of

_DEFAULTS = ("price", "compare_at_price", "cost")
#: Rows that one transaction of the nightly job changes.
_AT_ONCE = 500


@retried
def set_price(
    variants: Iterable[ProductVariant],
    *,
    price: int | None = None,
    percent_off: int | None = None,
    by: User | None,
) -> list[ProductVariant]:
    """Give ``variants`` one ``price`` (minor units), or take ``percent_off`` their own prices.

    A reduced price is rounded to the minor unit, halves up. One transaction, rows locked in the
    order of their keys, one batch of audit entries in the name of ``by`` (None: the shop itself).
    Returns those whose price changed, as they are now. Raises
    :class:`~shop.models.StaleObject` when one was changed since it was read,
    :class:`~catalog.errors.PriceRefused` when a recommended price would not be above the price,
    and ValueError unless exactly one of price and percentage is given; nothing is written then.
    """
    if (price is None) == (percent_off is None):
        raise ValueError("give a price or a percentage")
    read = {variant.pk: variant for variant in variants}
    with in_the_name_of(by), recording.batch():
        locked = lock(read)
        for pk, variant in read.items():
            if pk not in locked or locked[pk].version != variant.version:
                raise StaleObject(variant)
        wanted = {pk: amount_of(row.price, price, percent_off) for pk, row in locked.items()}
        if refused := [row.sku for pk, row in locked.items() if not fits(row, wanted[pk])]:
            raise PriceRefused(refused)
        return write(locked, wanted)


def amount_of(current: int, price: int | None, percent_off: int | None) -> int:
    """``price``, or ``percent_off`` the current one; minor units, halves up."""
    if percent_off is None:
        amount = checked(price if price is not None else current)
    elif 0 < percent_off <= 100:
        amount = percent_of(current, WHOLE - percent_off * 100)
    else:
        raise ValueError("a percentage is from 1 to 100")
    if amount < 0:
        raise ValueError("a price cannot be negative")
    return amount


def fits(variant: ProductVariant, price: int) -> bool:
    """Whether the recommended price of ``variant``, if it has one, stays above ``price``."""
    return variant.compare_at_price is None or variant.compare_at_price > price


def lock(keys: Iterable[UUID]) -> dict[UUID, ProductVariant]:
    """The live variants of ``keys``, locked in the order of their keys."""
    rows = ProductVariant.objects.filter(pk__in=list(keys)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",))}


def write(
    locked: Mapping[UUID, ProductVariant], wanted: Mapping[UUID, int]
) -> list[ProductVariant]:
    """Give each of the ``locked`` variants the price ``wanted`` for it; returns what changed.

    A few statements for each different price, however many variants have it.
    """
    same: dict[int, list[UUID]] = defaultdict(list)
    for pk, amount in wanted.items():
        if locked[pk].price != amount:
            same[amount].append(pk)
    for amount, keys in sorted(same.items()):
        ProductVariant.objects.filter(pk__in=keys).update(price=amount)
    changed = [pk for keys in same.values() for pk in keys]
    return list(ProductVariant.objects.filter(pk__in=changed).order_by("pk"))


@contextmanager
def in_the_name_of(person: User | None) -> Iterator[None]:
    """Let the audit log name ``person``, unless it is they who act already."""
    if person is None or current_actor().user_id == person.pk:
        yield
        return
    with acting_as(Actor(type=ActorType.STAFF, user_id=person.pk)):
        yield


def percent_below(price: int, prior: int) -> int:
    """By how many whole percent ``price`` is below ``prior``, rounded down: never too much."""
    return (prior - price) * 100 // prior if prior > price else 0


def end_announcements(now: datetime) -> int:
    """Stop announcing reductions that are older than ``REDUCTION_DAYS``; returns how many.

    The price stays, it is simply the price now.
    """
    old = ProductVariant.all_objects.filter(
        reduced_at__lte=now - timedelta(days=settings.REDUCTION_DAYS)
    )
    ended = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        # The trigger keeps what it derived against every other write.
        with recording.batch(), pgtrigger.ignore("catalog.ProductVariant:reduction_follows_price"):
            ended += old.filter(pk__in=keys).update(
                former_price=None, lowest_prior_price=None, reduced_at=None
            )
    return ended


def follow_defaults(product: Product, before: dict[str, int | None]) -> list[ProductVariant]:
    """Carry changed default amounts over to the variants that had the old ones.

    ``before`` holds the product's amounts as they were, in minor units; a variant with a price
    of its own keeps all of its amounts. Returns the variants that changed. Raises
    :class:`~shop.models.StaleObject` when one is being changed at the same time.
    """
    changed = [name for name in _DEFAULTS if getattr(product, name) != before[name]]
    if not changed:
        return []
    followers = list(product.variants.filter(**before).order_by("pk"))
    with recording.batch():
        for variant in followers:
            for name in changed:
                setattr(variant, name, getattr(product, name))
            variant.save(update_fields=changed)
    return followers
