"""What was authorized and is not captured: canceled orders, and authorizations that end."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.errors import DifferenceDue
from orders.models import Order, OrderMail
from orders.placed import lifecycle
from payments import capturing, offline, processing, providers, releasing, settling
from payments.due import amount_due
from payments.errors import CaptureUnderWay, NothingToCapture, NothingToPay
from payments.models import Capture, Payment, Refund
from payments.owing import owed
from payments.providers.base import Capabilities
from payments.tests.cards import method
from payments.tests.holding import at_shipment, charge, held, send, sums
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


def call_off(order):
    lifecycle.call_off(order.pk, reason="Changed my mind")
    deliver_due()
    releasing.call_back(order.pk)
    for refund in Refund.objects.all():
        settling.settle(refund.pk)


def lapse(payment):
    releasing.release(payment.pk, code=releasing.ENDED)
    deliver_due()


def pay_again(order):
    due = owed(Order.objects.get(pk=order.pk))
    return processing.pay(
        order_id=order.pk,
        provider_name="SANDBOX",
        method=method(),
        edit_id=due.edit_id,
        instead_of_id=due.instead_of_id,
    )


def test_order_canceled_before_shipment_is_not_charged():
    order, payment = held()
    call_off(order)
    assert sums(payment) == ("VOIDED", 0, 0, 3490)
    assert charge(payment) == ("voided", 0, 0)
    assert not Refund.objects.exists()
    assert list(violations()) == []


def test_order_canceled_after_a_capture_gives_that_back_and_releases_the_rest():
    order, payment = held()
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    call_off(order)
    assert sums(payment) == ("REFUNDED", 1000, 1000, 2490)
    assert charge(payment) == ("captured", 1000, 1000)
    assert Refund.objects.get().amount == 1000
    assert list(violations()) == []


def test_order_canceled_while_the_provider_is_away_is_released_by_the_job(wire):
    order, payment = held(by="STRIPE")
    wire.unreachable = {"void"}
    call_off(order)
    assert sums(payment) == ("AUTHORIZED", 0, 0, 3490)
    wire.unreachable = set()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        (waiting,) = releasing.unfinished()
        releasing.finish(waiting)
        assert releasing.unfinished() == []
    assert (sums(payment)[0], charge(payment)) == ("VOIDED", ("voided", 0, 0))


def test_order_canceled_while_a_capture_is_unknown_waits_for_the_answer(wire):
    order, payment = held(by="STRIPE")
    wire.mute = {"capture"}
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    call_off(order)
    assert sums(payment) == ("AUTHORIZED", 0, 0, 0)
    wire.mute = set()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert releasing.canceled() == [order.pk]
        releasing.call_back(order.pk)
        assert releasing.canceled() == []
    assert sums(payment) == ("REFUNDED", 1000, 1000, 2490)
    assert charge(payment) == ("captured", 1000, 1000)


def test_rest_that_no_provider_gives_up_ends_by_itself(wire):
    wire.can = Capabilities(takes_cards=True, captures_in_parts=True)
    order, payment = held(by="STRIPE")
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    call_off(order)
    assert sums(payment) == ("REFUNDED", 1000, 1000, 2490)


def test_nothing_is_captured_of_what_was_given_up(wire):
    order, payment = held(by="STRIPE")
    wire.unreachable = {"void"}
    lapse(payment)
    with pytest.raises(NothingToCapture):
        capturing.capture(payment_id=payment.pk, amount=1, key=new_id())
    assert capturing.collect(order.pk) == []


def test_payment_with_an_open_capture_is_not_given_up(wire):
    _order, payment = held(by="STRIPE")
    wire.unreachable = {"capture"}
    capturing.capture(payment_id=payment.pk, amount=1000, key=new_id())
    with pytest.raises(CaptureUnderWay):
        releasing.release(payment.pk)
    assert sums(payment) == ("AUTHORIZED", 0, 0, 0)


def test_authorization_about_to_end_is_shown_two_days_before():
    _order, payment = held()
    assert not releasing.ending().exists()
    with time_machine.travel(payment.authorization_expires_at - timedelta(hours=47)):
        assert releasing.ending().get() == payment
        assert releasing.ended() == []
    with time_machine.travel(payment.authorization_expires_at):
        assert releasing.ended() == [payment.pk]


def test_ended_authorization_is_owed_anew_and_the_customer_is_told(mailoutbox):
    order, payment = held()
    lapse(payment)
    order.refresh_from_db()
    assert sums(payment) == ("EXPIRED", 0, 0, 3490)
    assert (order.status, amount_due(order), owed(order).amount) == ("PAID", 3490, 3490)
    letter = OrderMail.objects.get(kind="TO_PAY")
    assert (letter.reference, letter.is_lapse) == (str(payment.pk), True)
    assert list(violations()) == []


def test_order_whose_money_lapsed_is_not_packed():
    order, payment = held()
    lapse(payment)
    with pytest.raises(DifferenceDue) as refused:
        send(order, 1)
    assert refused.value.amount == 3490


def test_customer_pays_again_by_the_link_and_the_order_goes_on():
    order, payment = held()
    lapse(payment)
    again = pay_again(order)
    assert (again.status, again.instead_of_id) == ("AUTHORIZED", payment.pk)
    assert owed(Order.objects.get(pk=order.pk)) is None
    send(order, 3)
    assert sums(again) == ("CAPTURED", 3490, 0, 0)
    assert list(violations()) == []


def test_rest_that_lapsed_after_the_first_parcel_is_paid_again():
    order, payment = held()
    send(order, 1)
    lapse(payment)
    assert sums(payment) == ("CAPTURED", 1490, 0, 2000)
    again = pay_again(order)
    assert (again.amount, again.status) == (2000, "AUTHORIZED")
    send(order, 2)
    assert (sums(payment)[1], sums(again)[1]) == (1490, 2000)
    assert list(violations()) == []


def test_lapsed_money_is_paid_once():
    order, payment = held()
    lapse(payment)
    pay_again(order)
    with pytest.raises(NothingToPay):
        processing.pay(
            order_id=order.pk,
            provider_name="SANDBOX",
            method=method(),
            instead_of_id=new_id(),
        )
    assert Payment.objects.filter(instead_of=payment).count() == 1


def test_transfer_may_come_instead():
    order, payment = held()
    lapse(payment)
    noted = offline.record(order_id=order.pk, reference="INV-1")
    assert (noted.amount, noted.instead_of_id) == (3490, payment.pk)
    assert owed(Order.objects.get(pk=order.pk)) is None


def test_order_with_lapsed_money_may_be_canceled():
    order, payment = held()
    lapse(payment)
    call_off(order)
    assert (Order.objects.get(pk=order.pk).status, sums(payment)[0]) == ("CANCELED", "EXPIRED")
    assert not Refund.objects.exists()
    assert list(violations()) == []


def test_declined_capture_is_given_up_by_staff_and_paid_again(wire):
    order, payment = held(by="STRIPE")
    wire.sandbox.void(capturing.known(payment), key="elsewhere")
    capturing.capture(payment_id=payment.pk, amount=3490, key=new_id())
    assert Capture.objects.get().status == "FAILED"
    lapse(payment)
    assert (sums(payment)[0], owed(Order.objects.get(pk=order.pk)).amount) == ("EXPIRED", 3490)
