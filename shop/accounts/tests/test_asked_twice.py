"""Forms that somebody sends twice at once: the second waits, and finds what the first wrote."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from inventory.tests.crowd import aside, until_waiting
from shop.accounts.models import ErasureRequest
from shop.accounts.privacy import erasing
from shop.accounts.sign_in import email_changes
from shop.accounts.tests.signing_in import person

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def twice(act):
    """What the first and the second make of ``act``, sent before the first is through."""
    with transaction.atomic():
        first = act()
        second = aside(act)
        until_waiting(1)
    return first, second.result(timeout=60)


def test_a_guests_erasure_is_one_request_to_call_off():
    first, second = twice(partial(erasing.ask, email="ben@example.com"))
    assert second == first
    erasing.cancel(first.pk)
    assert [row.status for row in ErasureRequest.objects.all()] == ["CANCELED"]


def test_a_change_of_the_address_waits_once():
    mara = person()
    outcomes = twice(partial(email_changes.ask, user=mara, new="mara@new.example"))
    assert outcomes == (None, None)
    assert EmailAddress.objects.filter(user=mara, verified=False).count() == 1
