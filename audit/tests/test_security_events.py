"""Security events say what happened to whom, and stay."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import SecurityEvent
from audit.recording import MASK
from audit.security import note
from orders.tests.factories import member
from shop.actor import Actor, ActorType, acting_as

pytestmark = pytest.mark.django_db
Kind = SecurityEvent.Kind


def test_event_names_the_person_the_place_and_the_request():
    user = member()
    with acting_as(Actor(ActorType.CUSTOMER, user.pk, "203.0.113.9", "Firefox", "req-1")):
        note(Kind.SIGNED_IN, user_id=user.pk, payload={"method": "passkey"})
    event = SecurityEvent.objects.get()
    assert (event.kind, event.user, event.actor) == ("SIGNED_IN", user, None)
    assert (event.ip_address, event.user_agent, event.request_id) == (
        "203.0.113.9",
        "Firefox",
        "req-1",
    )
    assert event.payload == {"method": "passkey"}


def test_event_names_who_did_it_when_that_is_someone_else():
    user, staff = member(), member(is_staff=True)
    with acting_as(Actor(ActorType.STAFF, staff.pk)):
        note(Kind.PERMISSION_CHANGED, user_id=user.pk)
    event = SecurityEvent.objects.get()
    assert (event.user, event.actor) == (user, staff)


def test_event_of_nobody_we_know_is_kept():
    note(Kind.SIGN_IN_FAILED, payload={"tries": 3})
    assert SecurityEvent.objects.get().user is None


def test_secret_in_an_event_is_hidden():
    inner = {"password": "x", "tries": [{"secret": "y"}, [{"token": "z"}], 3]}
    note(Kind.CODE_USED, payload={"token": "abc", "inner": inner})
    hidden = {"password": MASK, "tries": [{"secret": MASK}, [{"token": MASK}], 3]}
    assert SecurityEvent.objects.get().payload == {"token": MASK, "inner": hidden}


def test_event_cannot_be_changed_or_deleted():
    note(Kind.SIGNED_IN)
    event = SecurityEvent.objects.get()
    for act in (
        event.delete,
        SecurityEvent.objects.all().delete,
        lambda: SecurityEvent.objects.update(kind=Kind.SIGNED_OUT),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert SecurityEvent.objects.get().kind == "SIGNED_IN"
