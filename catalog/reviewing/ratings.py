"""Whether the ratings that products carry are those of their reviews, and how to mend them.

Triggers keep the sums; a restored backup or a hand in the database may have passed them by.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from audit import recording
from audit.models import AuditLog
from catalog.freshness import product_changed
from catalog.models import Product, ReviewSummary

logger = structlog.get_logger(__name__)

_COLUMNS = (
    *(f"stars_{stars}" for stars in range(1, 6)),
    "fit_small",
    "fit_true",
    "fit_large",
)
_COUNTED = """
    SELECT product_id, {stars}, {fits}, count(*) AS reviews, round(avg(rating), 2) AS average
    FROM catalog_review WHERE status = 'APPROVED' AND deleted_at IS NULL
    GROUP BY product_id
""".format(  # noqa: S608
    stars=", ".join(
        f"count(*) FILTER (WHERE rating = {stars}) AS stars_{stars}" for stars in range(1, 6)
    ),
    fits=", ".join(
        f"count(*) FILTER (WHERE fit = '{fit.upper()}') AS fit_{fit}"
        for fit in ("small", "true", "large")
    ),
)
_KEPT = ", ".join(f"coalesce(s.{name}, 0)" for name in _COLUMNS)
_TRUE = ", ".join(f"coalesce(c.{name}, 0)" for name in _COLUMNS)
# All parts are constants of this module.
_DIFFERENT = f"""
    SELECT p.id, p.title, p.rating_count, coalesce(c.reviews, 0), p.rating_average, c.average
    FROM catalog_product p
    LEFT JOIN catalog_reviewsummary s ON s.product_id = p.id
    LEFT JOIN ({_COUNTED}) c ON c.product_id = p.id
    WHERE ({_KEPT}, p.rating_count, p.rating_average)
        IS DISTINCT FROM ({_TRUE}, coalesce(c.reviews, 0), c.average)
    ORDER BY p.id
"""  # noqa: S608

_ONE = f"SELECT {', '.join(_COLUMNS)} FROM ({_COUNTED}) c WHERE product_id = %s"  # noqa: S608


@dataclass(frozen=True)
class Difference:
    """A product whose rating was not that of its reviews."""

    product_id: UUID
    title: str
    kept_count: int
    true_count: int
    kept_average: Decimal | None
    true_average: Decimal | None


def check_ratings(*, mend: bool = True) -> list[Difference]:
    """Compare every product with its published reviews; returns what differed.

    With ``mend`` the sums are counted anew, one product at a time, and the audit log tells what
    the rating was. An approval that is under way waits, or is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT)
        found = [Difference(*row) for row in cursor.fetchall()]
    for difference in found:
        logger.warning(
            "rating differs from reviews",
            product=str(difference.product_id),
            kept=difference.kept_count,
            counted=difference.true_count,
        )
        if mend:
            _mend(difference.product_id)
    return found


def _mend(product_id: UUID) -> None:
    with recording.batch():
        ReviewSummary.objects.get_or_create(product_id=product_id)
        summary = ReviewSummary.objects.select_for_update().get(product_id=product_id)
        before = _rating(product_id)
        # Counted under the lock: what was approved before it is seen, the rest waits for it.
        with connection.cursor() as cursor:
            cursor.execute(_ONE, [product_id])
            counted = cursor.fetchone() or [0] * len(_COLUMNS)
        for name, value in zip(_COLUMNS, counted, strict=True):
            setattr(summary, name, value)
        # The trigger of the sums gives the product its rating, also when they stay as they are.
        summary.save()
        recording.record(AuditLog.Action.UPDATE, Product, product_id, before, _rating(product_id))
        product_changed(product_id)


def _rating(product_id: UUID) -> dict[str, Any]:
    rows = Product.all_objects.filter(pk=product_id)
    return dict(rows.values("rating_count", "rating_average").get())
