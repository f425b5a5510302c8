"""Exports that come again and again: when the next file is due, and writing those that are."""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from catalog import exports
from catalog.models import ExportSchedule


def next_moment(schedule: ExportSchedule, after: datetime) -> datetime:
    """When ``schedule`` is due for the first time later than ``after``, by the shop's clock.

    An hour that a clock change leaves out is the one after it.
    """
    zone = timezone.get_default_timezone()
    today = timezone.localdate(after, zone)
    days = (today + timedelta(days=ahead) for ahead in range(9))
    moments = (
        timezone.make_aware(datetime.combine(day, time(schedule.hour)), zone).astimezone(UTC)
        for day in days
        if schedule.weekday in (None, day.weekday())
    )
    return next(moment for moment in moments if moment > after)


def order_due(now: datetime) -> int:
    """Order the file of each schedule that is due; how many. Safe to run again.

    Turns that were missed while nobody worked are one file.
    """
    due = ExportSchedule.objects.filter(is_active=True, next_at__lte=now)
    count = 0
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            rows = due.select_for_update(no_key=True, skip_locked=True)
            schedule = rows.filter(pk=pk).first()
            if schedule is None:
                continue
            exports.order(
                file_format=schedule.format,
                selection=schedule.selection,
                names=schedule.columns,
                user=schedule.created_by,
                schedule=schedule,
                expires_at=now + timedelta(days=schedule.keep_days),
            )
            schedule.next_at = next_moment(schedule, now)
            schedule.save(update_fields=["next_at"])
        count += 1
    return count
