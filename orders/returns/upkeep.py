"""What ends by itself: returns nobody sends, their photos, withdrawals that named no order."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from audit import recording
from orders.errors import ReturnNotAllowed
from orders.models import Return, ReturnPhoto, Withdrawal
from orders.returns import history, requesting, withdrawing
from shop.batches import until_done

#: Who waits longer than this for the answer to a declaration gets it anew, in minutes.
_UNANSWERED_MINUTES = 15


def remind(*, limit: int = 200) -> int:
    """Write to whoever has not sent a return that ends soon; returns how many."""
    day = timezone.localdate() + timedelta(days=settings.RETURN_REMINDER_DAYS)
    rows = _unsent().filter(send_by__lte=day, reminded_at=None).order_by("created_at")
    told = 0
    for return_id in list(rows.values_list("pk", flat=True)[:limit]):
        with recording.batch():
            _order, asked = history.locked(return_id)
            if asked.reminded_at is None and asked.is_cancelable:
                asked.reminded_at = timezone.now()
                asked.save(update_fields=["reminded_at"])
                history.write_to_customer(asked, "reminder")
                told += 1
    return told


def end_unsent(*, limit: int = 200) -> int:
    """Close returns that nobody sent in time; returns how many."""
    rows = _unsent().filter(send_by__lt=timezone.localdate())
    ended = 0
    for return_id in list(rows.order_by("created_at").values_list("pk", flat=True)[:limit]):
        try:
            requesting.cancel(return_id=return_id, reason=gettext("Not sent in time"), tells=True)
        except ReturnNotAllowed:
            continue  # sent a moment ago
        ended += 1
    return ended


def forget_photos(*, batch: int = 500) -> int:
    """Delete the photos of returns that ended long ago, in batches; returns how many.

    A job removes their files.
    """
    before = timezone.now() - timedelta(days=settings.RETURN_PHOTO_DAYS)
    ended = Return.objects.exclude(status__in=Return.OPEN).filter(updated_at__lt=before)
    photos = ReturnPhoto.objects.filter(request__in=ended).select_related("media")

    def forget() -> int:
        with recording.batch():
            rows = list(photos[:batch])
            for photo in rows:
                photo.delete()
                if not any(photo.media.uses()):
                    photo.media.delete()
        return len(rows)

    return until_done(forget)


def forget_withdrawals(*, batch: int = 500) -> int:
    """Delete declarations that named no order of ours long ago, in batches; returns how many."""
    before = timezone.now() - timedelta(days=settings.WITHDRAWAL_DAYS_KEPT)
    unknown = Withdrawal.objects.filter(
        result=Withdrawal.Result.UNKNOWN, declared_at__lt=before
    ).order_by("declared_at")

    def forget() -> int:
        with recording.batch():
            rows = list(unknown[:batch])
            for row in rows:
                row.delete()
        return len(rows)

    return until_done(forget)


def queue_unanswered(*, limit: int = 200) -> int:
    """Take up declarations whose job was lost; returns how many."""
    before = timezone.now() - timedelta(minutes=_UNANSWERED_MINUTES)
    rows = Withdrawal.objects.filter(receipt_sent_at=None, created_at__lte=before)
    found = list(rows.order_by("created_at").values_list("pk", flat=True)[:limit])
    for withdrawal_id in found:
        withdrawing.queue(withdrawal_id)
    return len(found)


def _unsent() -> "QuerySet[Return]":
    """Returns of which nothing is on its way; a withdrawal stands whatever happens."""
    rows: QuerySet[Return] = Return.objects.filter(
        status__in=Return.WAITING, sent_at=None, is_withdrawal=False
    )
    return rows
