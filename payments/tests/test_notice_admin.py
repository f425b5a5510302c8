"""Notices in the back office: read by all, looked into again by those who give money back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditLog
from orders.tests.factories import member, placed_order
from payments import processing
from payments.models import ProviderNotice
from payments.tests.cards import method
from payments.tests.telling import receive, told
from shop.accounts.roles import Role, sync_roles

pytestmark = pytest.mark.django_db

LIST = reverse("admin:payments_providernotice_changelist")


def signed_in(role):
    person = member(is_staff=True)
    person.groups.add(sync_roles()[role])
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def wrong():
    """A notice that names another amount than its payment."""
    order = placed_order()
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    receive(told(payment))
    return receive(told(payment, amount=1))


def look_again(client, notice):
    form = {"action": "process_selected", "_selected_action": [str(notice.pk)]}
    return client.post(LIST, form, follow=True)


def test_the_list_and_the_page_say_what_came_of_a_notice(wrong):
    client = signed_in(Role.EMPLOYEE)
    assert "Another amount than ours" in client.get(LIST).content.decode()
    page = client.get(reverse("admin:payments_providernotice_change", args=[wrong.pk]))
    assert "payment.authorized" in page.content.decode()


def test_the_queue_holds_what_was_not_understood(wrong):
    assert ProviderNotice.objects.count() == 2
    shown = signed_in(Role.MANAGER).get(LIST, {"queue": "troubled"}).context["cl"]
    assert [row.pk for row in shown.result_list] == [wrong.pk]


def test_a_manager_has_a_notice_looked_into_again_and_that_is_on_record(wrong):
    page = look_again(signed_in(Role.MANAGER), wrong)
    assert "1 notice is looked into again." in page.content.decode()
    wrong.refresh_from_db()
    assert (wrong.status, wrong.tries) == ("RECEIVED", 0)
    entry = AuditLog.objects.get(entity="payments.providernotice", entity_id=str(wrong.pk))
    assert entry.actor.is_staff


def test_an_employee_reads_only(wrong):
    look_again(signed_in(Role.EMPLOYEE), wrong)
    wrong.refresh_from_db()
    assert wrong.status == "MISMATCHED"


def test_what_was_understood_is_left_alone(wrong):
    done = ProviderNotice.objects.get(status="PROCESSED")
    page = look_again(signed_in(Role.MANAGER), done)
    assert "nothing to look into" in page.content.decode()


def test_the_list_costs_the_same_queries_however_long_it_is(wrong, django_assert_num_queries):
    client = signed_in(Role.MANAGER)
    client.get(LIST)
    with CaptureQueriesContext(connection) as first:
        client.get(LIST)
    for _ in range(3):
        order = placed_order()
        payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
        receive(told(payment))
    with django_assert_num_queries(len(first)):
        client.get(LIST)
