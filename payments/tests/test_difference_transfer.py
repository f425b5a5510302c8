"""What an edit made a paid order dearer may come by transfer, under the order's own reference."""

import pytest
from django.test import Client
from django.utils import timezone

from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.models import Order
from payments import awaiting
from payments.bank import booking, transfer_code
from payments.bank.outlook import left_to_pay
from payments.errors import LineRefused, NothingToPay
from payments.models import BankLine, Payment
from payments.owing import owed
from payments.tests.disputing import paid
from payments.tests.test_bank_booking import book, bring
from payments.tests.transfers import row
from shop.models import new_id
from shop.operations.invariants.checking import violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """A paid order that one more shirt made 10.00 dearer."""
    made, _payment = paid()
    wanted = Wanted({made.items.first().pk: 4}, {})
    total = edits.preview(made, wanted).total
    edits.apply(order_id=made.pk, wanted=wanted, agreed_total=total, reason="Phone", key=new_id())
    return Order.objects.get(pk=made.pk)


def pay_page(order):
    return f"/order/{order.token}/pay/"


def choose(order):
    sent = {"means": "transfer", "total": str(owed(order).amount)}
    answer = Client().post(pay_page(order), sent)
    return answer, Order.objects.get(pk=order.pk)


def test_the_page_offers_a_transfer_and_then_says_where_the_money_goes(order):
    assert 'value="transfer"' in Client().get(pay_page(order)).content.decode()
    answer, order = choose(order)
    assert answer["Location"] == pay_page(order)
    page = Client().get(pay_page(order)).content.decode()
    for words in ("Please transfer €10.00", order.awaited.reference_shown, "transfer.png"):
        assert words in page
    assert "EUR10.00" in transfer_code.text_of(order.awaited, order.awaited.missing)
    assert Client().get(f"/order/{order.token}/transfer.png").status_code == 200


def test_the_transfer_pays_the_difference_once(order):
    _answer, order = choose(order)
    statement = bring(row(amount="10,00", text=order.awaited.reference))
    assert book(statement).paid == 1
    extra = Payment.objects.get(provider="MANUAL")
    assert (extra.amount, extra.edit_id is not None, owed(order)) == (1000, True, None)
    assert Client().get(f"/order/{order.token}/transfer.png").status_code == 404
    assert [found.invariant.says for found in violations()] == []
    with pytest.raises(NothingToPay):
        awaiting.begin_rest(order_id=order.pk)


def test_a_part_of_the_difference_waits_for_the_rest_and_is_not_sent_back(order):
    _answer, order = choose(order)
    reference = order.awaited.reference
    short = bring(row(amount="4,00", text=reference))
    assert not BankLine.objects.to_return().exists()
    assert book(short).short == 1
    assert not BankLine.objects.to_return().exists()
    with pytest.raises(LineRefused):
        booking.note_returned(short.lines.get().pk)
    assert order.awaited.missing == 600
    assert book(bring(row(amount="6,00", text=reference), name="april.csv")).paid == 1
    assert Payment.objects.get(provider="MANUAL").amount == 1000


def test_a_part_that_nobody_waits_for_any_more_is_sent_back(order):
    _answer, order = choose(order)
    short = bring(row(amount="4,00", text=order.awaited.reference))
    book(short)
    card = {"number": "4242 4242 4242 4242", "expiry": "12/35", "security_code": "123"}
    Client().post(pay_page(order), {**card, "means": "card", "total": owed(order).amount})
    assert owed(Order.objects.get(pk=order.pk)) is None
    assert list(BankLine.objects.to_return()) == [short.lines.get()]
    assert booking.note_returned(short.lines.get().pk).returned_at is not None


def test_what_was_sent_back_pays_nothing(order):
    _answer, order = choose(order)
    reference = order.awaited.reference
    book(bring(row(amount="4,00", text=reference)))
    BankLine.objects.update(returned_at=timezone.now())
    assert (order.awaited.missing, left_to_pay([order.pk])) == (1000, {order.pk: 1000})
    book(bring(row(amount="10,00", text=reference), name="april.csv"))
    assert list(BankLine.objects.order_by("amount").values_list("amount", "status")) == [
        (400, "HELD"),
        (1000, "BOOKED"),
    ]


def test_an_order_that_owes_nothing_waits_for_no_transfer():
    order, _payment = paid()
    with pytest.raises(NothingToPay):
        awaiting.begin_rest(order_id=order.pk)
