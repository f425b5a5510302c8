"""Returns that nobody sends: reminded of, then closed, and what was kept is free again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Media
from inventory.models import Stock
from orders.models import OrderMail, Return
from orders.returns import requesting, upkeep, withdrawing
from orders.tests.factories import variant_in_stock
from orders.tests.returning import arrived_order, ask, inspected, other_size, status_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def left(asked, days):
    """So many days are left to send it."""
    day = timezone.localdate() + timedelta(days=days)
    Return.objects.filter(pk=asked.pk).update(send_by=day)


def letters(asked, what):
    return OrderMail.objects.filter(reference=f"{what}:{asked.pk}").count()


def test_reminder_goes_out_once_before_the_end(settings):
    asked = ask(arrived_order())
    left(asked, settings.RETURN_REMINDER_DAYS + 1)
    assert upkeep.remind() == 0
    left(asked, settings.RETURN_REMINDER_DAYS)
    assert (upkeep.remind(), upkeep.remind()) == (1, 0)
    assert letters(asked, "reminder") == 1


def test_return_ends_after_its_last_day_and_frees_what_was_held():
    small = variant_in_stock()
    large = other_size(small)
    asked = ask(arrived_order((small, 1)), outcome="EXCHANGE", variant=large)
    left(asked, 0)
    assert upkeep.end_unsent() == 0
    left(asked, -1)
    assert (upkeep.end_unsent(), upkeep.end_unsent()) == (1, 0)
    assert (status_of(asked), letters(asked, "canceled")) == ("CANCELED", 1)
    assert Stock.objects.get(variant=large).reserved == 0


def test_what_is_on_its_way_or_withdrawn_does_not_end():
    sent = ask(arrived_order())
    requesting.mark_sent(return_id=sent.pk, carrier="DHL", tracking_number="")
    withdrawn = ask(arrived_order(), is_withdrawal=True)
    for asked in (sent, withdrawn):
        left(asked, -30)
    assert (upkeep.end_unsent(), upkeep.remind()) == (0, 0)


def photographed(asked, *names):
    for name in names:
        asked.photos.create(
            media=Media.objects.create(
                asset_id=name, file=f"uploads/{name}.jpg", mime_type="image/jpeg", width=1, height=1
            )
        )


def test_photos_are_deleted_long_after_the_end(settings):
    asked = ask(arrived_order())
    photographed(asked, "seam")
    settings.RETURN_PHOTO_DAYS = -1
    assert upkeep.forget_photos() == 0
    inspected(asked, accepted=0)
    assert upkeep.forget_photos() == 1
    assert not Media.objects.filter(asset_id="seam").exists()


def test_one_morning_deletes_more_photos_than_a_batch(settings):
    asked = ask(arrived_order())
    photographed(asked, "seam", "hem", "cuff")
    inspected(asked, accepted=0)
    settings.RETURN_PHOTO_DAYS = -1
    assert upkeep.forget_photos(batch=2) == 3
    assert not Media.objects.filter(asset_id__in=("seam", "hem", "cuff")).exists()


def test_withdrawal_whose_job_was_lost_is_taken_up():
    order = arrived_order()
    said = withdrawing.declare(name="Ada", number=order.number, email=order.email)
    assert upkeep.queue_unanswered() == 0
    type(said).objects.filter(pk=said.pk).update(created_at=timezone.now() - timedelta(hours=1))
    assert upkeep.queue_unanswered() == 1
