"""What law keeps of people who were erased: locked, and erased when its term is over."""

from datetime import datetime, tzinfo

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from shop.accounts.privacy.erasing import redact_rows, unguarded, write
from shop.accounts.privacy.parts import BATCH, Part, all_parts
from shop.accounts.privacy.people import ERASED, ERASED_DOMAIN


def kept_until(moment: datetime) -> datetime:
    """When the term of something that happened at ``moment`` ends: with a year."""
    zone: tzinfo = timezone.get_current_timezone()
    year = moment.astimezone(zone).year + settings.LEGAL_RETENTION_YEARS + 1
    return datetime(year, 1, 1, tzinfo=zone)


def is_locked(email: str) -> bool:
    """Whether the documents of an order with this address are kept for the law alone."""
    return email.endswith(ERASED_DOMAIN)


def erase_ended(now: datetime | None = None) -> int:
    """Erase what law no longer keeps; returns how many rows. Bounded in each statement."""
    year = timezone.localtime(now or timezone.now()).year - settings.LEGAL_RETENTION_YEARS
    before = datetime(year, 1, 1, tzinfo=timezone.get_current_timezone())
    return sum(_erase_ended(part, before) for part in all_parts() if part.locked)


def _erase_ended(part: Part, before: datetime) -> int:
    """Rows whose columns are blank already are passed by: the first of them tells."""
    count, last = 0, None
    name, blank = next(iter(part.locked.items()))
    while True:
        rows = part.rows(ERASED).filter(**{f"{part.term}__lt": before}).exclude(**{name: blank})
        if last is not None:
            rows = rows.filter(pk__gt=last)
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return count
        with transaction.atomic(), unguarded(part.model):
            write(models.QuerySet(part.model).filter(pk__in=keys), part.locked, ERASED)
            redact_rows(part.name, keys)
        count, last = count + len(keys), keys[-1]
