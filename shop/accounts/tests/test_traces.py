"""Traces of an address are found by the address, and not by a part of somebody else's."""

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from audit import recording
from audit.models import AuditLog
from shop.accounts.letters.queue import SEND
from shop.accounts.models import NewsletterSubscription
from shop.accounts.privacy import people, traces
from shop.models import new_id

pytestmark = pytest.mark.django_db

MINE = [
    "ada_w@example.com",
    "Ada_W@Example.com",
    "Asked by <ada_w@example.com>.",
    "Call her:\nada_w@example.com\n",
    "Two ways:\n-ada_w@example.com\n-a telephone",
    "her ada_w@example.com-address",
    "ada_w@example.com, ben@example.com",
    "q=ada_w%40example.com&status__exact=PAID",
    "o=1&q=coat+Ada_W%40example.com",
    "q=%22ada_w%40example.com%22",
]
NOT_MINE = [
    "lada_w@example.com",
    "l.ada_w@example.com",
    "new-ada_w@example.com",
    "news+ada_w@example.com",
    "ada.w@example.com",
    "adaxw@example.com",
    "ada_w@example.com.au",
    "ada_w@example.common",
    "ada_w@example.com-wear.example",
    "q=lada_w%40example.com",
    "q=news%2Bada_w%40example.com",
    "q=ada_w%40example.com.au",
]
ADA = people.guest("ada_w@example.com")


def entry(text):
    """What the log says of a row with ``text`` in it."""
    key = new_id()
    recording.record(AuditLog.Action.CREATE, NewsletterSubscription, key, {}, {"note": text})
    return AuditLog.objects.get(entity_id=str(key))


@pytest.mark.parametrize("text", MINE)
def test_an_entry_that_names_the_address_is_redacted(text):
    told = entry(text)
    assert traces.redact_mentions(ADA) == 1
    told.refresh_from_db()
    assert told.after == {}


@pytest.mark.parametrize("text", NOT_MINE)
def test_an_entry_about_a_longer_or_another_address_stays(text):
    told = entry(text)
    assert traces.redact_mentions(ADA) == 0
    told.refresh_from_db()
    assert told.after == {"note": text}


def test_jobs_of_other_addresses_stay_in_the_queue():
    for text in (*MINE, *NOT_MINE):
        app.configure_task(SEND).defer(letter_id=text)
    traces.remove(ADA)
    left = ProcrastinateJob.objects.filter(task_name=SEND).order_by("id")
    assert [job.args["letter_id"] for job in left] == NOT_MINE
