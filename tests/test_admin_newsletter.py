"""Who gets the newsletter, in the back office."""

import pytest
from django.urls import reverse

from audit.models import AuditLog
from shop.accounts.models import NewsletterSubscription, User
from shop.accounts.newsletter import subscriptions
from shop.accounts.newsletter.subscriptions import Place, Status
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_newslettersubscription_changelist"
FILE = ["accounts.newslettersubscription"]


@pytest.fixture
def rows():
    """One address that waits, and one that is on the list."""
    for name in ("waits", "listed"):
        subscriptions.ask(email=f"{name}@example.com", place=Place.HOME, site_url="http://s/")
    listed = NewsletterSubscription.objects.get(email="listed@example.com")
    return {"listed": subscriptions.confirm(listed.pk)}


def test_staff_find_addresses_by_status_and_name(rows, django_assert_max_num_queries):
    client = signed_in(staff())
    with django_assert_max_num_queries(15):
        page = client.get(reverse(LIST), {"status__exact": "CONFIRMED", "q": "list"})
    assert [row.email for row in page.context["cl"].result_list] == ["listed@example.com"]


def test_nobody_types_an_address_or_a_consent(rows):
    client = signed_in(staff())
    page = reverse("admin:accounts_newslettersubscription_change", args=[rows["listed"].pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"status": "UNSUBSCRIBED"}).status_code == 403
    add = reverse("admin:accounts_newslettersubscription_add")
    assert client.post(add, {"email": "bought@example.com"}).status_code == 403


def test_a_manager_takes_addresses_off(rows):
    User.objects.create_user("listed@example.com", has_marketing_consent=True)
    keys = [str(row.pk) for row in NewsletterSubscription.objects.all()]
    sent = {"action": "unsubscribe", "_selected_action": keys}
    page = signed_in(staff(Role.MANAGER)).post(reverse(LIST), sent, follow=True)
    assert "2 addresses taken off." in page.content.decode()
    statuses = set(NewsletterSubscription.objects.values_list("status", flat=True))
    assert statuses == {Status.UNSUBSCRIBED}
    assert not User.objects.get(email="listed@example.com").has_marketing_consent


def test_the_confirmed_addresses_leave_as_a_file_that_is_written_down(rows):
    client = signed_in(staff(Role.MANAGER))
    url = reverse("admin:list_export", args=FILE)
    response = client.get(url, {"status__exact": "CONFIRMED", "q": "listed@"})
    text = b"".join(response.streaming_content).decode()
    assert "listed@example.com" in text
    assert "waits@example.com" not in text
    log = AuditLog.objects.get(action="EXPORT", entity=FILE[0])
    assert log.after == {"query": "q=listed@&status__exact=CONFIRMED"}


def test_an_employee_sees_no_addresses_and_takes_none_along(rows):
    client = signed_in(staff(Role.EMPLOYEE))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse("admin:list_export", args=FILE)).status_code == 403
