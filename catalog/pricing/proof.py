"""The proof of prices: what each variant cost from when to when, and what each reduction rests on.

An authority that asks gets it as CSV, straight from the history that nobody can change.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Func, Window
from django.db.models.functions import Lag, Lead
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import PriceChange, ProductVariant
from catalog.pricing.history import with_people
from catalog.pricing.prices import percent_below
from shop.money import to_major
from shop.spreadsheets import armored

#: Rows read from the database at once.
_CHUNK = 500


@dataclass(frozen=True)
class Term:
    """A price and how long it was in force; amounts in minor units of ``currency``.

    ``former`` and ``lowest_prior`` are told where the price was a reduction that might be
    announced: the price before it, and the lowest of the 30 days before it.
    """

    variant: ProductVariant
    price: int
    currency: str
    begins_at: datetime
    ends_at: datetime | None
    former: int | None
    lowest_prior: int | None
    person: str


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def terms(
    variants: Iterable[ProductVariant],
    *,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Iterator[Term]:
    """Every price of ``variants`` in force at some moment from ``begin`` until ``end``.

    In the order of SKU and time, read in chunks.
    """
    in_turn: dict[str, Any] = {"partition_by": F("variant_id"), "order_by": F("changed_at").asc()}
    rows = (
        with_people(PriceChange.objects.filter(variant__in=variants))
        .select_related("variant__product")
        .annotate(
            former=Window(Lag("new_price"), **in_turn),
            ends_at=Window(Lead("changed_at"), **in_turn),
            lowest_prior=Func(
                F("variant_id"),
                F("changed_at"),
                function="catalog_lowest_price",
                output_field=BigIntegerField(),
            ),
        )
        .order_by("variant__sku", "variant_id", "changed_at")
    )
    for row in rows.iterator(chunk_size=_CHUNK):
        is_over = begin is not None and row.ends_at is not None and row.ends_at <= begin
        if is_over or (end is not None and row.changed_at >= end):
            continue
        is_reduced = row.lowest_prior is not None and row.new_price < row.lowest_prior
        yield Term(
            variant=row.variant,
            price=row.new_price,
            currency=row.currency,
            begins_at=row.changed_at,
            ends_at=row.ends_at,
            former=row.former if is_reduced else None,
            lowest_prior=row.lowest_prior if is_reduced else None,
            person=row.person or "",
        )


def csv_of(found: Iterable[Term]) -> Iterator[str]:
    """The lines of a CSV file, ready to be streamed; no cell is a formula to a spreadsheet."""
    writer = csv.writer(_Echo())
    # Tells Excel that the file is UTF-8.
    yield "\ufeff" + writer.writerow(_headings())
    for term in found:
        yield writer.writerow([armored(cell) for cell in _cells(term)])


def _headings() -> list[str]:
    return [
        _("SKU"),
        _("Product"),
        _("Variant"),
        _("Price"),
        _("Currency"),
        _("From"),
        _("Until"),
        _("Price before the reduction"),
        _("Lowest price of the 30 days before"),
        _("Percent off that"),
        _("Changed by"),
    ]


def _cells(term: Term) -> list[str]:
    lowest = term.lowest_prior
    return [
        term.variant.sku,
        term.variant.product.title,
        term.variant.title,
        _amount(term.price, term.currency),
        term.currency,
        _moment(term.begins_at),
        _moment(term.ends_at),
        _amount(term.former, term.currency),
        _amount(lowest, term.currency),
        "" if lowest is None else str(percent_below(term.price, lowest)),
        term.person,
    ]


def _amount(amount: int | None, currency: str) -> str:
    return "" if amount is None else str(to_major(amount, currency))


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else timezone.localtime(moment).isoformat(timespec="seconds")
