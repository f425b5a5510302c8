"""Which shelves need attention."""

from django.db.models import F, QuerySet

from inventory.models import Stock


def low() -> "QuerySet[Stock]":
    """Stock rows at or below their reorder point, the empty ones included."""
    rows: QuerySet[Stock] = Stock.objects.filter(available__lte=F("low_stock_threshold"))
    return rows
