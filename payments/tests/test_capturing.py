"""Money that is authorized with the order and captured as its parcels leave, or by staff."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.models import Order
from orders.placed import fulfillment
from orders.tests.factories import filled_cart, placed_order, ready_checkout
from payments import capturing, processing, providers, recovery, refunding, releasing
from payments.charges import charge_of, known
from payments.credit import selling
from payments.due import amount_due, uncollected
from payments.errors import NothingToCapture, OnlyWhole, TooMuchCaptured, TooMuchRefunded
from payments.models import Capture, Payment, Refund
from payments.owing import owed
from payments.providers.base import Capabilities
from payments.refunding import LineRefund
from payments.tests.cards import method
from payments.tests.credits import checkout_of, code_of, gift_card, gift_card_product, placed
from payments.tests.holding import at_shipment, charge, held, send, sums
from payments.tests.test_gift_cards import KIM
from payments.tests.test_pages import REVIEW, choose, visitor
from payments.tests.wire import Wire
from shop.events.relay import deliver_due
from shop.models import new_id
from shop.operations.invariants.checking import violations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_shipment")]

__all__ = ["at_shipment"]


@pytest.fixture
def wire(monkeypatch, settings):
    made = Wire()
    settings.PAYMENT_PROVIDERS = ["SANDBOX", made.name]
    monkeypatch.setitem(providers._PROVIDERS, made.name, made)
    return made


def test_authorized_money_makes_the_order_paid_and_is_not_captured():
    order, payment = held()
    assert (order.status, amount_due(order), uncollected(order)) == ("PAID", 0, 3490)
    assert sums(payment) == ("AUTHORIZED", 0, 0, 0)
    assert charge(payment) == ("authorized", 0, 0)
    assert payment.authorization_expires_at > timezone.now() + timedelta(days=6)
    assert list(violations()) == []


def test_money_is_taken_at_once_without_the_setting(settings):
    settings.PAYMENT_CAPTURE = "at_once"
    _order, payment = held()
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)
    assert not Capture.objects.exists()


def test_job_leaves_money_alone_that_waits_for_its_parcels():
    _order, payment = held()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert recovery.open_payments() == []
    assert recovery.resume(payment.pk).status == "AUTHORIZED"
    assert charge(payment) == ("authorized", 0, 0)


def test_crash_between_the_approval_and_the_order_is_finished_by_the_job():
    order = placed_order()
    payment = processing._new(order, "SANDBOX", method(), amount=order.total)
    payment.save(force_insert=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        providers.provider("SANDBOX").authorize(charge_of(payment))
        assert recovery.open_payments() == [payment.pk]
        recovery.resume(payment.pk)
    assert Order.objects.get(pk=order.pk).status == "PAID"
    assert charge(payment) == ("authorized", 0, 0)


def test_each_parcel_takes_its_share_and_the_first_one_delivery():
    order, payment = held()
    send(order, 1)
    assert sums(payment) == ("CAPTURED", 1490, 0, 0)
    send(order, 2)
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)
    assert charge(payment) == ("captured", 3490, 0)
    assert [one.amount for one in Capture.objects.all()] == [1490, 2000]
    assert list(violations()) == []


def test_provider_that_cannot_part_takes_all_with_the_first_parcel(wire):
    wire.can = Capabilities(takes_cards=True)
    order, payment = held(by="STRIPE")
    send(order, 1)
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)


def test_the_same_parcel_told_twice_is_captured_once():
    order, payment = held()
    parcel = send(order, 1)
    assert capturing.collect(order.pk, shipment_id=parcel.pk) == []
    assert sums(payment)[1] == 1490


def test_what_a_gift_card_paid_counts_before_the_bank_card():
    checkout = checkout_of(price=1000)
    choose(checkout)
    shopper = visitor(checkout.cart)
    shopper.post("/checkout/credit/add/", {"code": code_of(gift_card(600))})
    shopper.post(REVIEW, {"total": 1490, "due": 890})
    deliver_due()
    payment = Payment.objects.get()
    assert (payment.authorized_amount, sums(payment)[0]) == (890, "AUTHORIZED")
    send(payment.order, 1)
    assert sums(payment) == ("CAPTURED", 890, 0, 0)
    assert list(violations()) == []


def test_lost_job_of_the_last_parcel_is_made_up_for():
    order, payment = held()
    item = order.items.get()
    fulfillment.ship(
        order_id=order.pk, quantities={item.pk: 3}, key=new_id(), way=fulfillment.UNKNOWN
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert releasing.left_behind() == [order.pk]
        releasing.take_rest(order.pk)
        assert releasing.left_behind() == []
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)


def test_staff_take_a_part_and_the_parcels_the_rest():
    order, payment = held()
    taken = capturing.capture(payment_id=payment.pk, amount=500, key=new_id())
    assert (taken.status, taken.captured_amount) == ("CAPTURED", 500)
    send(order, 3)
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)


def test_the_same_key_takes_money_once():
    _order, payment = held()
    key = new_id()
    for _ in range(2):
        capturing.capture(payment_id=payment.pk, amount=500, key=key)
    assert charge(payment) == ("authorized", 500, 0)


@pytest.mark.parametrize("amount", [0, -1, 3491])
def test_more_than_is_held_is_refused(amount):
    _order, payment = held()
    with pytest.raises(TooMuchCaptured) as refused:
        capturing.capture(payment_id=payment.pk, amount=amount, key=new_id())
    assert refused.value.most == 3490
    assert not Capture.objects.exists()


def test_part_is_refused_where_the_provider_cannot_part(wire):
    wire.can = Capabilities(takes_cards=True)
    _order, payment = held(by="STRIPE")
    with pytest.raises(OnlyWhole):
        capturing.capture(payment_id=payment.pk, amount=500, key=new_id())


def test_payment_captured_at_once_has_nothing_to_capture(settings):
    settings.PAYMENT_CAPTURE = "at_once"
    _order, payment = held()
    with pytest.raises(NothingToCapture):
        capturing.capture(payment_id=payment.pk, amount=1, key=new_id())


def test_nothing_goes_back_that_was_not_captured():
    order, _payment = held()
    send(order, 1)
    item = order.items.get()
    with pytest.raises(TooMuchRefunded) as refused:
        refunding.refund(
            order_id=order.pk, lines={item.pk: LineRefund(2, 2000)}, reason="FAULTY", key=new_id()
        )
    assert refused.value.most == 1490


def test_refund_of_all_that_was_captured_leaves_the_rest_to_be_captured():
    order, payment = held()
    send(order, 1)
    lines = {order.items.get().pk: LineRefund(1, 1000)}
    refunding.refund(order_id=order.pk, lines=lines, shipping=490, reason="FAULTY", key=new_id())
    assert sums(payment) == ("PARTIALLY_REFUNDED", 1490, 1490, 0)
    send(order, 2)
    assert sums(payment) == ("PARTIALLY_REFUNDED", 3490, 1490, 0)
    assert charge(payment) == ("captured", 3490, 1490)


@pytest.mark.parametrize("how", ["unreachable", "mute"])
def test_capture_without_an_answer_is_asked_again_with_the_same_key(wire, how):
    order, payment = held(by="STRIPE")
    setattr(wire, how, {"capture"})
    send(order, 3)
    assert sums(payment) == ("AUTHORIZED", 0, 0, 0)
    setattr(wire, how, set())
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        (waiting,) = capturing.unfinished()
        capturing.settle(waiting)
    assert sums(payment) == ("CAPTURED", 3490, 0, 0)
    assert charge(payment) == ("captured", 3490, 0)


def test_declined_capture_stays_for_staff_and_nothing_is_invented(wire):
    order, payment = held(by="STRIPE")
    wire.sandbox.void(known(payment), key="elsewhere")
    send(order, 3)
    (failed,) = Capture.objects.all()
    assert (failed.status, failed.failure_code) == ("FAILED", "not_capturable")
    assert sums(payment) == ("AUTHORIZED", 0, 0, 0)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert releasing.left_behind() == []


def test_gift_cards_that_go_by_mail_are_captured_at_once():
    cart = filled_cart()
    cart.items.all().delete()
    selling.add(cart=cart, product=gift_card_product(), amount=5000, recipient=KIM)
    order = placed(ready_checkout(cart))
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    assert sums(payment) == ("CAPTURED", 5000, 0, 0)


def change(order, units):
    """Another number of the first line's pieces."""
    wanted = Wanted({order.items.first().pk: units}, {})
    total = edits.preview(order, wanted).total
    edits.apply(order_id=order.pk, wanted=wanted, agreed_total=total, reason="Phone", key=new_id())
    deliver_due()
    return Order.objects.get(pk=order.pk)


def test_edit_that_takes_pieces_out_lowers_what_is_captured():
    order, payment = held()
    order = change(order, 2)
    assert (Refund.objects.count(), uncollected(order)) == (0, 2490)
    send(order, 2)
    assert sums(payment) == ("CAPTURED", 2490, 0, 1000)
    assert charge(payment) == ("captured", 2490, 0)
    assert list(violations()) == []


def test_edit_below_what_was_captured_gives_only_that_back():
    order, payment = held()
    capturing.capture(payment_id=payment.pk, amount=3000, key=new_id())
    order = change(order, 2)
    assert Refund.objects.get().amount == 510


def test_edit_that_puts_pieces_in_is_charged_by_the_link():
    order, payment = held()
    order = change(order, 4)
    due = owed(order)
    assert due.amount == 1000
    extra = processing.pay(
        order_id=order.pk, provider_name="SANDBOX", method=method(), edit_id=due.edit_id
    )
    assert (extra.status, extra.held_amount, owed(order)) == ("AUTHORIZED", 1000, None)
    send(order, 4)
    assert (sums(payment)[1], sums(extra)[1]) == (3490, 1000)
    assert list(violations()) == []
