"""Plans of bulk edits, kept in the cache from the choice of products until a day after."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.cache import cache

from catalog.bulk_edits.edits import Edit
from shop.models import new_id

#: A plan is forgotten after this time, in seconds.
LIFE_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Plan:
    """The chosen products, the edit, and the stamp of each product that fits it.

    ``state`` is "" until it is confirmed, then "RUNNING", and "REFUSED" when products had changed
    meanwhile (``moved``, by id with their titles) or "FAILED" when the job broke off.
    """

    user_id: str
    product_ids: tuple[str, ...]
    id: str = field(default_factory=lambda: str(new_id()))
    edit: Edit | None = None
    stamps: dict[str, str] = field(default_factory=dict)
    state: str = ""
    moved: dict[str, str] = field(default_factory=dict)

    @property
    def audit_id(self) -> str:
        """Stands as request id in the audit entries of the edit."""
        return audit_id(UUID(self.id))

    def keep(self, **changes: Any) -> "Plan":
        """The plan with ``changes``, kept for a day from now."""
        plan = replace(self, **changes)
        cache.set(_key(plan.id), asdict(plan), LIFE_SECONDS)
        return plan


def find(plan_id: UUID) -> Plan | None:
    """The plan, or None when it has been forgotten."""
    kept: dict[str, Any] | None = cache.get(_key(str(plan_id)))
    if kept is None:
        return None
    edit = Edit.of(kept["edit"]) if kept["edit"] else None
    return Plan(**kept | {"edit": edit, "product_ids": tuple(kept["product_ids"])})


def audit_id(plan_id: UUID) -> str:
    """The request id that names a plan in the audit log."""
    return f"bulk-{plan_id.hex}"


def _key(plan_id: str) -> str:
    return f"catalog.bulk_edit:{plan_id}"
