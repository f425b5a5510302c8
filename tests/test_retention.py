"""What is kept long enough is forgotten, and what staff may do with people's data."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as loaded
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit import security
from audit.models import AuditLog, SecurityEvent
from orders import privacy as orders_privacy
from orders.models import Cart, Checkout
from orders.tests.factories import filled_cart, paid_order, placed_order, variant_in_stock
from payments import privacy as payments_privacy
from payments.models import BankStatement, Payment
from shop.accounts.models import ConsentRecord, DataExport, ErasureRequest, User
from shop.accounts.privacy import consents, copies, erasing, retention
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

CUSTOMER = Actor(ActorType.CUSTOMER, None, "192.0.2.7", "Firefox")


def later(name, days=1):
    """When what is written now has been kept long enough, and a day."""
    return timezone.now() + timedelta(days=loaded.RETENTION[name] + days)


def test_each_class_of_the_settings_has_its_rule():
    assert {rule.name for rule in retention.rules()} == set(loaded.RETENTION)


def test_what_is_young_stays(settings):
    with acting_as(CUSTOMER):
        placed_order(user=User.objects.create_user("ada@example.com"))
    entries = AuditLog.objects.filter(ip_address="192.0.2.7").count()
    assert set(retention.enforce().values()) == {0}
    assert AuditLog.objects.filter(ip_address="192.0.2.7").count() == entries > 0


def test_accounts_that_nobody_confirmed_are_erased():
    user = User.objects.create_user("wrong@example.com")
    assert retention.enforce(later("unconfirmed_accounts"))["unconfirmed_accounts"] == 1
    assert User.all_objects.get(pk=user.pk).status == User.Status.DELETED


def test_an_account_that_is_confirmed_at_that_moment_stays():
    user = User.objects.create_user("late@example.com")
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)

    def confirm_before_the_lock(execute, sql, params, many, context):
        if sql.startswith("SELECT") and "FOR UPDATE" in sql and "accounts_user" in sql:
            EmailAddress.objects.filter(pk=address.pk).update(verified=True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(confirm_before_the_lock):
        forgotten = retention.enforce(later("unconfirmed_accounts"))
    address.refresh_from_db()
    assert address.verified
    assert forgotten["unconfirmed_accounts"] == 0
    assert not ErasureRequest.objects.exists()
    user.refresh_from_db()
    assert user.status == User.Status.ACTIVE


def test_an_unconfirmed_account_with_an_open_order_stays_and_nothing_is_asked_for():
    user = User.objects.create_user("wrong@example.com")
    paid_order(user=user)
    assert retention.enforce(later("unconfirmed_accounts"))["unconfirmed_accounts"] == 0
    assert not ErasureRequest.objects.exists()


def test_accounts_that_stay_do_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(retention, "_ACCOUNTS", 2)
    users = [User.objects.create_user(f"wrong{number}@example.com") for number in range(5)]
    users.sort(key=lambda user: user.pk)
    for user in users[:3]:
        paid_order(user=user)
    assert retention.enforce(later("unconfirmed_accounts"))["unconfirmed_accounts"] == 2
    assert sorted(User.objects.values_list("pk", flat=True)) == [user.pk for user in users[:3]]


def test_old_carts_and_what_was_typed_in_on_the_way_to_an_order_go():
    order = placed_order()
    old = filled_cart()
    Cart.objects.filter(pk=old.pk).update(status=Cart.Status.ABANDONED)
    forgotten = retention.enforce(later("carts"))
    assert (forgotten["carts"], forgotten["checkouts"]) == (1, 1)
    assert not Checkout.objects.exists()
    assert Cart.objects.filter(pk=order.cart_id).exists()


@pytest.mark.parametrize("rule", ["carts", "checkouts", "bank_files"])
def test_what_the_log_does_not_forget_yet_stays_to_be_found_again(rule, monkeypatch):
    placed_order()
    old = filled_cart()
    Cart.objects.filter(pk=old.pk).update(status=Cart.Status.ABANDONED)
    BankStatement.objects.create(file_name="june.xml", rows=[{"payer": "Ada"}])

    def killed(*about):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        for module in (orders_privacy, payments_privacy):
            patch.setattr(module, "redact_rows", killed)
        assert rule not in retention.enforce(later(rule))
    assert retention.enforce(later(rule))[rule] == 1


def test_where_people_signed_in_from_is_forgotten_and_that_they_did_stays():
    with acting_as(CUSTOMER):
        security.note(SecurityEvent.Kind.SIGNED_IN)
    retention.enforce(later("security_events"))
    event = SecurityEvent.objects.get()
    assert (event.kind, event.ip_address, event.user_agent) == ("SIGNED_IN", None, "")


def test_the_log_forgets_what_customers_did_and_keeps_what_staff_did_to_goods():
    garment = variant_in_stock()
    with acting_as(CUSTOMER):
        order = placed_order((garment, 1))
    entries = AuditLog.objects.filter(entity="orders.order", entity_id=str(order.pk))
    assert entries.get().after["email"]
    goods = AuditLog.objects.filter(entity="catalog.product", action="CREATE").exclude(after={})
    count = goods.count()
    retention.enforce(later("audit_of_customers"))
    assert entries.get().after == {}
    assert goods.count() == count


def test_how_a_payment_was_made_is_forgotten_once_nobody_disputes_it():
    order = placed_order()
    paid = Payment.objects.create(
        order=order,
        provider="SANDBOX",
        currency="EUR",
        amount=order.total,
        ip_address="192.0.2.7",
        raw={"said": "much"},
        status=Payment.Status.FAILED,
    )
    retention.enforce(later("payment_traces"))
    paid.refresh_from_db()
    assert (paid.ip_address, paid.raw) == (None, {})
    assert paid.amount == order.total


def test_where_a_consent_was_given_from_is_forgotten_and_its_words_stay():
    with acting_as(CUSTOMER):
        consents.note(ConsentRecord.Purpose.NEWSLETTER, is_given=True, words="Yes")
    retention.enforce(later("consents"))
    record = ConsentRecord.objects.get()
    assert (record.ip_address, record.words) == (None, "Yes")


def test_letters_in_files_are_deleted(settings):
    settings.EMAIL_FILE_PATH.mkdir(parents=True)
    file = settings.EMAIL_FILE_PATH / "20260101-1.log"
    file.write_text("To: ada@example.com")
    retention.enforce(later("mail_files"))
    assert not file.exists()


def test_an_admin_orders_a_copy_with_a_reason_and_fetches_it():
    User.objects.create_user("ada@example.com")
    client = signed_in(staff(Role.ADMIN))
    add = reverse("admin:accounts_dataexport_add")
    assert client.post(add, {"address": "ada@example.com"}).status_code == 200
    assert not DataExport.objects.exists()
    assert client.post(add, {"address": "ADA@example.com", "reason": "a letter"}).status_code == 302
    export = DataExport.objects.get()
    assert copies.build(export.pk)
    url = reverse("admin:accounts_dataexport_file", args=[export.pk])
    assert b"".join(client.get(url).streaming_content)
    assert AuditLog.objects.filter(action="EXPORT", entity="accounts.dataexport").count() == 1


def test_a_copy_that_a_customer_ordered_is_not_for_staff():
    user = User.objects.create_user("ada@example.com")
    export = copies.ask(user_id=user.pk)
    copies.build(export.pk)
    url = reverse("admin:accounts_dataexport_file", args=[export.pk])
    assert signed_in(staff(Role.ADMIN)).get(url).status_code == 404


def test_staff_do_not_get_the_copy_that_a_customer_is_waiting_for():
    user = User.objects.create_user("ada@example.com")
    theirs = copies.ask(user_id=user.pk)
    client = signed_in(staff(Role.ADMIN))
    sent = {"address": "ada@example.com", "reason": "a letter"}
    response = client.post(reverse("admin:accounts_dataexport_add"), sent, follow=True)
    assert "The person asked for a copy a moment ago" in response.content.decode()
    assert DataExport.objects.get() == theirs
    assert copies.build(theirs.pk)
    client.post(reverse("admin:accounts_dataexport_add"), sent)
    assert list(DataExport.objects.filter(asked_by=None)) == [theirs]
    assert DataExport.objects.exclude(asked_by=None).get().reason == "a letter"


def test_what_was_ordered_opens_from_its_list():
    user = User.objects.create_user("ada@example.com")
    client = signed_in(staff(Role.ADMIN))
    copy = copies.ask(user_id=user.pk)
    erasure = erasing.ask(source=ErasureRequest.Source.STAFF, reason="a letter", user_id=user.pk)
    for page, row in (("dataexport", copy), ("erasurerequest", erasure)):
        answer = client.get(reverse(f"admin:accounts_{page}_change", args=[row.pk]))
        assert answer.status_code == 200, page
        assert answer.context["original"] == row


def test_an_admin_erases_at_once_and_a_manager_does_not():
    user = User.objects.create_user("ada@example.com")
    sent = {"address": "ada@example.com", "reason": "a letter"}
    add = reverse("admin:accounts_erasurerequest_add")
    assert signed_in(staff(Role.MANAGER)).post(add, sent).status_code == 403
    assert signed_in(staff(Role.ADMIN)).post(add, sent).status_code == 302
    assert ErasureRequest.objects.get().source == "STAFF"
    assert erasing.erase_due() == 1
    assert User.all_objects.get(pk=user.pk).status == User.Status.DELETED


def test_colleagues_are_not_erased():
    colleague = staff(Role.EMPLOYEE)
    sent = {"address": colleague.email, "reason": "a letter"}
    page = signed_in(staff(Role.ADMIN)).post(reverse("admin:accounts_erasurerequest_add"), sent)
    assert "back office" in page.content.decode()
    assert not ErasureRequest.objects.exists()
