"""Attempts to pay that went wrong."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from payments.models import Payment

#: How long a failed attempt is worth a look, in days.
LATELY_DAYS = 7


def lately_failed() -> "QuerySet[Payment]":
    """Failed attempts of the last days."""
    since = timezone.now() - timedelta(days=LATELY_DAYS)
    rows: QuerySet[Payment] = Payment.objects.filter(
        status=Payment.Status.FAILED, created_at__gte=since
    )
    return rows
