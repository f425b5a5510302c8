"""Whether coupons and promotions are in force, and ending them before their time."""

from enum import StrEnum
from typing import TypeVar

from django.utils import timezone

from audit import recording
from orders.models import Coupon, Promotion

Row = TypeVar("Row", Coupon, Promotion)


class State(StrEnum):
    """What staff wants to know first."""

    RUNNING = "RUNNING"
    PLANNED = "PLANNED"
    ENDED = "ENDED"
    OFF = "OFF"
    USED_UP = "USED_UP"


def state_of(row: Coupon | Promotion) -> State:
    terms = row.terms if isinstance(row, Coupon) else row
    now = timezone.now()
    if not (terms.is_active and row.is_active) or terms.is_deleted:
        return State.OFF
    if terms.ends_at is not None and terms.ends_at <= now:
        return State.ENDED
    if isinstance(row, Coupon) and row.usage_limit is not None and row.uses >= row.usage_limit:
        return State.USED_UP
    return State.PLANNED if terms.starts_at > now else State.RUNNING


def end_now(row: Row) -> Row:
    """End ``row`` at once: from now on it counts for no price. Orders keep what they got.

    Ending what has ended changes nothing; what has not begun is switched off.
    """
    with recording.batch():
        locked: Row = type(row).objects.select_for_update().get(pk=row.pk)
        now = timezone.now()
        if locked.starts_at >= now:
            locked.is_active = False
            locked.save(update_fields=["is_active"])
        elif locked.ends_at is None or locked.ends_at > now:
            locked.ends_at = now
            locked.save(update_fields=["ends_at"])
        return locked
