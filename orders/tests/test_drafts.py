"""Orders that staff take down for a customer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from inventory.errors import OutOfStock
from inventory.models import Reservation, Stock
from orders.carts import cart as carts
from orders.drafts import drafts
from orders.errors import DiscountTooHigh, DraftGone
from orders.models import Cart, CouponUsage, Draft, Order, OrderEvent, OrderMail
from orders.placed import expiry, lifecycle
from orders.subscribers import confirm
from orders.tests import offers
from orders.tests.factories import ADDRESS, member, standard_delivery, variant_in_stock
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db

LINK, OFFLINE = Draft.Settlement.LINK, Draft.Settlement.OFFLINE


def taken_down(*lines, email="ada@example.com"):
    """A draft with all that an order needs; without lines, two garments of 50.00."""
    draft = drafts.begin(created_by=member(is_staff=True))
    for variant, quantity in lines or [(variant_in_stock(price=5000), 2)]:
        drafts.add(draft_id=draft.pk, variant=variant, quantity=quantity)
    drafts.name_customer(draft_id=draft.pk, email=email, address=ADDRESS)
    drafts.choose_delivery(draft_id=draft.pk, method=standard_delivery(), point=None, note="")
    return drafts.readable().get(pk=draft.pk)


def place(draft, **fields):
    fresh = drafts.readable().get(pk=draft.pk)
    total = drafts.totals_of(fresh).total
    return drafts.place(draft_id=draft.pk, **{"agreed_total": total, "settles_by": LINK} | fields)


def test_a_draft_becomes_an_order_of_its_customer():
    ada = member()
    order = place(taken_down(email=ada.email))
    assert (order.customer, order.email, order.total) == (ada, ada.email, 10000)
    assert order.events.get().kind == OrderEvent.Kind.DRAFTED


def test_a_draft_is_placed_once():
    draft = taken_down()
    assert place(draft) == place(draft)
    assert Order.objects.count() == 1


def test_nobody_finds_a_draft_in_their_cart(client):
    ada = member()
    taken_down(email=ada.email)
    client.force_login(ada)
    assert b"Everyday" not in client.get("/cart/").content
    assert not Cart.objects.filter(user=ada).exists()


def test_the_customer_has_days_to_pay(settings):
    settings.DRAFT_PAYMENT_HOURS = 48
    order = place(taken_down())
    left = order.payment_due_at - timezone.now()
    assert timedelta(hours=47) < left <= timedelta(hours=48)
    held = Reservation.objects.get(order=order)
    assert abs(held.expires_at - order.payment_due_at) < timedelta(minutes=1)


def test_units_are_held_for_hours_after_each_change(settings):
    settings.DRAFT_HOLD_HOURS = 5
    shirt = variant_in_stock(units=3)
    draft = taken_down((shirt, 1))
    drafts.hold(draft_id=draft.pk)
    drafts.add(draft_id=draft.pk, variant=shirt, quantity=1)
    held = Reservation.objects.get(status="ACTIVE")
    assert held.quantity == 2
    assert held.expires_at > timezone.now() + timedelta(hours=4)
    drafts.release(draft_id=draft.pk)
    assert Stock.objects.get(variant=shirt).reserved == 0


def test_more_than_there_is_cannot_be_put_in():
    draft = taken_down()
    with pytest.raises(OutOfStock):
        drafts.add(draft_id=draft.pk, variant=variant_in_stock(units=1), quantity=2)


def test_an_agreed_price_is_kept_with_its_reason():
    shirt = variant_in_stock(price=5000)
    draft = taken_down((shirt, 2))
    drafts.agree_price(draft_id=draft.pk, variant_id=shirt.pk, price=4500, reason="Loose thread")
    order = place(draft)
    line = order.items.get()
    assert (line.unit_price, line.discount, line.line_total) == (5000, 1000, 9000)
    assert [step["name"] for step in line.price_trace if step["step"] == "CUT"] == ["Loose thread"]


def test_a_discount_on_the_whole_comes_last():
    offers.coupon("TEN", kind="PERCENTAGE", value=1000)
    shirt, scarf = variant_in_stock(price=6000), variant_in_stock(price=4000)
    draft = taken_down((shirt, 1), (scarf, 1))
    draft.cart.coupon_codes = ["TEN"]
    draft.cart.save()
    drafts.agree_discount(
        draft_id=draft.pk, kind="FIXED_AMOUNT", value=900, reason="Waited on the phone"
    )
    order = place(draft)
    assert (order.subtotal, order.discount) == (10000, 1900)
    assert [line.discount for line in order.items.order_by("-unit_price")] == [1140, 760]
    assert CouponUsage.objects.get().amount == 1000


@pytest.mark.parametrize("value", [2001, 10_000])
def test_more_than_the_limit_needs_a_permission(value):
    draft = taken_down()
    agreed = {"draft_id": draft.pk, "kind": "PERCENTAGE", "value": value, "reason": "Friend"}
    with pytest.raises(DiscountTooHigh) as refused:
        drafts.agree_discount(**agreed)
    assert refused.value.limit == 2000
    assert Draft.objects.get().discount_kind == ""
    drafts.agree_discount(**agreed, may_exceed=True)
    with pytest.raises(DiscountTooHigh):
        place(draft)
    assert not Order.objects.exists()


def test_an_order_nobody_pays_gives_the_draft_back():
    draft = taken_down()
    order = place(draft)
    Order.objects.update(payment_due_at=timezone.now())
    assert expiry.cancel_unpaid_orders() == 1
    fresh = drafts.readable().get(pk=draft.pk)
    assert fresh.cart.is_open
    assert carts.items_of(fresh.cart)
    assert place(draft) != order


def test_a_closed_draft_holds_nothing_and_is_not_changed():
    draft = taken_down()
    drafts.hold(draft_id=draft.pk)
    drafts.close(draft_id=draft.pk)
    assert not Reservation.objects.filter(status="ACTIVE").exists()
    with pytest.raises(DraftGone):
        drafts.write_down(draft_id=draft.pk, note="late")


def told(order, how):
    confirm(OutboxEvent.objects.get(type="order.placed", aggregate_id=order.pk))
    return order.mails.get().kind == how


def test_the_customer_gets_a_link_to_pay():
    assert told(place(taken_down()), OrderMail.Kind.TO_PAY)


def test_who_pays_another_way_gets_the_confirmation():
    assert told(place(taken_down(), settles_by=OFFLINE), OrderMail.Kind.PLACED)


def test_a_draft_that_is_paid_is_sold():
    shirt = variant_in_stock(units=3)
    order = lifecycle.mark_paid(place(taken_down((shirt, 2))).pk)
    assert order.status == Order.Status.PAID
    assert Stock.objects.get(variant=shirt).on_hand == 1
    assert not mail.outbox
