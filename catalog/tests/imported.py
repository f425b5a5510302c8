"""Files as staff would upload them, and every step of an import in one call."""

import csv
import io

from catalog.imports import batches
from inventory.models import Stock


def csv_file(*rows, delimiter=",", encoding="utf-8"):
    """The bytes of a CSV file; the first row is the header."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def received(content, name="products.csv", user=None):
    return batches.receive(name=name, chunks=[content], user=user)


def checked(*rows, user=None, content=None, mapping=None):
    """A batch of ``rows``, compared with the shop."""
    batch = received(content or csv_file(*rows), user=user)
    batches.choose_columns(batch.pk, mapping or batch.mapping, user=user, in_background=False)
    return batches.check(batch.pk)


def applied(*rows, user=None, **options):
    """A batch of ``rows``, written; asserts that it could be."""
    batch = checked(*rows, user=user, **options)
    assert not problems(batch)
    batches.confirm(batch.pk, user=user, in_background=False)
    return batches.apply(batch.pk)


def reverted(batch, user=None):
    batches.ask_revert(batch.pk, user=user, in_background=False)
    return batches.revert(batch.pk, user=user)


def problems(batch):
    """What is wrong, as (line, column, reason)."""
    found = [(None, None, batch.failure)] if batch.failure else []
    return found + [
        (row.line, error["column"], error["reason"])
        for row in batch.rows.order_by("line")
        for error in row.errors
    ]


def counts(batch):
    return batch.new_rows, batch.changed_rows, batch.unchanged_rows, batch.error_rows


def on_hand(sku):
    return sum(Stock.objects.filter(variant__sku=sku).values_list("on_hand", flat=True))
