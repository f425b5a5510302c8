"""Who may let the differences of a stocktake stand: somebody who counted nothing of it."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from inventory.models import Stocktake
from shop.accounts.models import User

MAY_APPROVE = "inventory.approve_stocktake"


def has_counted(stocktake: Stocktake, actor_id: UUID | None) -> bool:
    """Whether a number of this stocktake is theirs, be it of an earlier count. One query."""
    return actor_id is not None and stocktake.counts.filter(actor=actor_id).exists()


def others(stocktake: Stocktake) -> "QuerySet[User]":
    """People who may approve and counted nothing of it."""
    # None: who is active is a status here, not the column that the backend would ask for.
    able = ModelBackend().with_perm(MAY_APPROVE, is_active=None)  # type: ignore[arg-type]
    able = able.filter(status=User.Status.ACTIVE, is_staff=True)
    return able.exclude(pk__in=stocktake.counts.values("actor"))


def is_barred(stocktake: Stocktake, actor_id: UUID | None) -> bool:
    """Whether this person counted and somebody who did not may approve. At most two queries."""
    return has_counted(stocktake, actor_id) and others(stocktake).exists()
