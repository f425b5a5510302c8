"""Refunds out of several payments of which a later one is declined, and their repetition."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.models import InvoiceKind, Order, OrderMail
from orders.placed import refundable
from orders.tests.factories import placed_order, variant_in_stock
from payments import processing, refunding, settling
from payments.errors import NothingToRefund, RefundRefused
from payments.models import Payment, Refund, SandboxCharge, SandboxRefund
from payments.refunding import LineRefund
from payments.tests.cards import GOOD, method
from payments.tests.disputing import tell
from shop.accounts.roles import Role
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations
from shop.operations.reports import kpis
from shop.operations.reports import payments as reports
from shop.operations.reports.periods import Period
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

PRICE = 9000
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/35", "security_code": "123"}


@pytest.fixture
def order():
    """Two shirts, each paid by a payment of its own."""
    placed = placed_order((variant_in_stock(price=PRICE), 1))
    pay(placed)
    wanted = Wanted({placed.items.get().pk: 2})
    edit = edits.apply(
        order_id=placed.pk,
        wanted=wanted,
        agreed_total=edits.preview(Order.objects.get(pk=placed.pk), wanted).total,
        reason="Phone",
        key=new_id(),
    )
    Client().post(f"/order/{placed.token}/pay/", {**CARD, "total": edit.due})
    deliver_due()
    return Order.objects.get(pk=placed.pk)


def pay(order):
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    deliver_due()


def first_charge(order):
    payment = order.payments.earliest("created_at")
    return SandboxCharge.objects.filter(idempotency_key=str(payment.pk))


def give_both(order, **more):
    """Both shirts, out of both payments; the older one is declined."""
    first_charge(order).update(status="voided")
    made = refunding.refund(
        order_id=order.pk,
        lines={order.items.get().pk: LineRefund(2, 2 * PRICE)},
        reason=Refund.Reason.RETURNED,
        key=new_id(),
        **more,
    )
    deliver_due()
    return made


def allow(order):
    first_charge(order).update(status="captured")


def credited(order):
    return [note.total for note in order.invoices.filter(kind=InvoiceKind.CREDIT_NOTE)]


def refunded(order):
    return sorted(Payment.objects.filter(order=order).values_list("refunded_amount", flat=True))


def test_what_went_back_before_a_payment_declined_stays_and_counts(order):
    before = credited(order)
    made = give_both(order)
    assert (made.status, made.given, made.amount) == ("FAILED", PRICE, 2 * PRICE)
    assert refunded(order) == [0, PRICE]
    left = refundable.of_order(order)
    assert (left.goods_left, left.lines[order.items.get().pk].units_left) == (PRICE, 2)
    assert credited(order) == [PRICE, *before]
    assert list(settling.lately_failed()) == [made]
    assert list(violations()) == []


def test_customer_hears_of_what_went_back_and_sees_it(order, client):
    give_both(order)
    assert order.mails.get(kind=OrderMail.Kind.REFUNDED).facts["amount"] == PRICE
    page = client.get(f"/order/{order.token}/").content.decode()
    assert "€90.00" in page.partition('id="refunds"')[2].partition("</section>")[0]


def test_repeated_the_rest_goes_back_once(order):
    made = give_both(order)
    allow(order)
    again = [refunding.repeat(made.pk) for _click in range(2)]
    assert again[0] == again[1]
    assert (again[0].status, again[0].amount, again[0].goods) == ("SUCCEEDED", PRICE, PRICE)
    assert refunded(order) == [PRICE, PRICE]
    assert SandboxRefund.objects.count() == 2
    left = refundable.of_order(order)
    assert (left.goods_left, left.lines[order.items.get().pk].units_left) == (0, 0)
    invoiced = order.invoices.filter(kind=InvoiceKind.INVOICE)
    assert sum(credited(order)) == sum(row.total for row in invoiced)
    assert not settling.lately_failed().exists()
    assert list(violations()) == []


def test_declined_again_it_may_be_repeated_again(order):
    made = give_both(order)
    second = refunding.repeat(made.pk)
    assert (second.status, second.given) == ("FAILED", 0)
    assert list(settling.lately_failed()) == [second]
    allow(order)
    assert refunding.repeat(second.pk).status == "SUCCEEDED"
    assert refunded(order) == [PRICE, PRICE]


def test_what_is_left_costs_the_same_however_many_refunds_failed(order):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            refundable.of_order(Order.objects.get(pk=order.pk))
        return len(asked)

    made = give_both(order)
    after_one = statements()
    refunding.repeat(made.pk)
    assert statements() == after_one


def test_rest_may_become_store_credit_where_the_card_is_closed(order):
    made = give_both(order)
    again = refunding.repeat(made.pk, to=Refund.To.STORE_CREDIT)
    assert (again.status, again.to, again.amount) == ("SUCCEEDED", "STORE_CREDIT", PRICE)
    assert [entry.amount for entry in order.credit_entries.all()] == [PRICE]
    assert refunded(order) == [0, PRICE]
    assert list(violations()) == []


def test_what_did_not_fail_or_went_back_otherwise_is_not_repeated(order):
    made = give_both(order)
    allow(order)
    item = order.items.get()
    other = refunding.refund(
        order_id=order.pk,
        lines={item.pk: LineRefund(1, PRICE)},
        reason=Refund.Reason.OTHER,
        key=new_id(),
    )
    for one in (made, other):
        with pytest.raises(RefundRefused):
            refunding.repeat(one.pk)
    with pytest.raises(NothingToRefund):
        refunding.repeat(other.pk)
    assert Refund.objects.count() == 2


def test_what_went_back_before_counts_in_the_reports(order):
    give_both(order)
    day = timezone.localdate()
    assert reports.total(Period(day, day)).refunded == PRICE
    assert reports.rows(reports.By.DAY, Period(day, day))[0].refunded == PRICE
    *_others, returned = kpis.figures(7)
    # One of two shirts.
    assert returned.value == "50.0 %"


def test_staff_repeat_it_on_the_page_of_the_order(order):
    client = signed_in(staff())
    page = f"/admin/orders/order/{order.pk}/"
    give_both(order)
    text = client.get(f"{page}change/").content.decode()
    assert "€90.00 went back before" in text
    step = client.get(f"{page}step/refund-again/")
    assert "once more for €90.00" in step.content.decode()
    fields = fields_of(step) | {"to": "ORIGINAL"}
    assert "refused to give €90.00 back" in said(client, page, fields)
    allow(order)
    fields = fields_of(client.get(f"{page}step/refund-again/")) | {"to": "ORIGINAL"}
    assert "€90.00 went back." in said(client, page, fields)
    assert client.post(f"{page}step/refund-again/", fields).status_code != 500
    assert refunded(order) == [PRICE, PRICE]


def test_staff_read_that_the_bank_decides_about_the_rest(order):
    give_both(order)
    client = signed_in(staff())
    page = f"/admin/orders/order/{order.pk}/"
    fields = fields_of(client.get(f"{page}step/refund-again/")) | {"to": "ORIGINAL"}
    tell(order.payments.earliest("created_at"))
    text = client.get(f"{page}change/").content.decode()
    assert "Repeat the refund: its payment is disputed" in text
    client.post(f"{page}step/refund-again/", fields)
    assert Refund.objects.count() == 1


def said(client, page, fields):
    """What staff read after they have repeated the refund."""
    return client.post(f"{page}step/refund-again/", fields, follow=True).content.decode()


def test_refund_of_another_order_is_not_repeated_from_here(order):
    made = give_both(order)
    allow(order)
    other = placed_order((variant_in_stock(price=PRICE), 1))
    pay(other)
    client = signed_in(staff())
    fields = {"refund": str(made.pk), "to": "ORIGINAL"}
    client.post(f"/admin/orders/order/{other.pk}/step/refund-again/", fields)
    assert refunded(order) == [0, PRICE]


def test_who_may_not_refund_may_not_repeat(order):
    made = give_both(order)
    allow(order)
    client = signed_in(staff(role=Role.EMPLOYEE))
    url = f"/admin/orders/order/{order.pk}/step/refund-again/"
    assert client.post(url, {"refund": str(made.pk), "to": "ORIGINAL"}).status_code in (403, 404)
    assert Refund.objects.count() == 1
