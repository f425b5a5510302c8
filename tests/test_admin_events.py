"""Events in the back office: staff see what was given up and have it tried again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.tests.builders import location
from shop.accounts.roles import Role
from shop.events import outbox
from shop.events.models import OutboxEvent
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:events_outboxevent_changelist")
Status = OutboxEvent.Status


@pytest.fixture
def dead():
    event = outbox.emit("shelf.moved", location(), payload={"units": 3})
    OutboxEvent.objects.update(status=Status.DEAD, dead_at=timezone.now(), failure="mails: OSError")
    return event


def replay(client, event):
    return client.post(LIST, {"action": "replay_selected", "_selected_action": [str(event.pk)]})


def test_staff_see_what_was_told_and_why_it_was_given_up(dead):
    client = signed_in(staff())
    assert b"mails: OSError" in client.get(f"{LIST}?status=DEAD").content
    page = client.get(reverse("admin:events_outboxevent_change", args=[dead.pk])).content.decode()
    assert "shelf.moved" in page
    assert "&quot;units&quot;: 3" in page


def test_an_event_that_was_given_up_is_tried_again(dead):
    assert replay(signed_in(staff()), dead).status_code == 302
    assert OutboxEvent.objects.get(pk=dead.pk).status == Status.QUEUED


def test_who_may_not_manage_events_sees_and_changes_none(dead):
    client = signed_in(staff(Role.MANAGER))
    assert client.get(LIST).status_code == 403
    assert replay(client, dead).status_code == 403
    assert OutboxEvent.objects.get(pk=dead.pk).status == Status.DEAD


def test_the_list_costs_the_same_however_many(dead, django_assert_num_queries):
    client = signed_in(staff())
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
    for number in range(10):
        outbox.emit("shelf.moved", location(f"shelf-{number}"), payload={})
    with django_assert_num_queries(7):
        client.get(LIST)
