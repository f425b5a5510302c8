"""Paying with gift cards and store credit in checkout."""

import re

import pytest
import time_machine
from django.utils import timezone

from inventory.tests.crowd import all_at_once
from orders.models import Checkout, Order
from orders.placed import lifecycle
from orders.tests.factories import member, shown_total
from payments import processing, settling
from payments.credit import cards, chosen, spending
from payments.due import amount_due
from payments.errors import CreditChanged, CreditRefused, TooManyCards
from payments.models import CreditEntry, GiftCard, Payment, Refund, SandboxCharge
from payments.tests.cards import DECLINED, GOOD, method
from payments.tests.credits import checkout_of, code_of, gift_card, placed, store_credit
from payments.tests.test_pages import PAYMENT, REVIEW, choose, visitor
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db

ADD, REMOVE, ACCOUNT = (f"/checkout/credit/{name}/" for name in ("add", "remove", "account"))


@pytest.fixture
def checkout():
    return checkout_of()


@pytest.fixture
def client(checkout):
    return visitor(checkout.cart)


def credits(order):
    return sorted(order.credit_entries.values_list("kind", "amount"))


def test_card_pays_its_part_and_a_bank_card_the_rest(client, checkout):
    choose(checkout)
    client.post(ADD, {"code": code_of(gift_card(2000)).lower()})
    page = client.get(REVIEW).content.decode()
    assert "−€20.00" in page or "-€20.00" in page
    assert "Pay €34.90" in page
    client.post(REVIEW, {"total": 5490, "due": 3490})
    order = Order.objects.get()
    assert (order.status, order.credit_applied, credits(order)) == (
        "PAID",
        2000,
        [("SPENT", -2000)],
    )
    assert SandboxCharge.objects.get().captured_amount == 3490
    assert (GiftCard.objects.get().balance, amount_due(order)) == (0, 0)


def test_card_that_covers_everything_needs_no_bank_card(client, checkout):
    client.post(ADD, {"code": code_of(gift_card(6000))})
    assert "cc-number" not in client.get(PAYMENT).content.decode()
    assert client.post(PAYMENT)["Location"] == REVIEW
    response = client.post(REVIEW, {"total": 5490, "due": 0})
    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, order.credit_applied) == ("PAID", 5490)
    assert (Payment.objects.count(), GiftCard.objects.get().balance) == (0, 510)


def test_member_pays_with_store_credit_and_a_card_together():
    user = member()
    store_credit(user, 1000)
    checkout = checkout_of(user=user)
    choose(checkout)
    chosen.add_card(checkout=checkout, typed=code_of(gift_card(500)))
    chosen.use_account(checkout=checkout, is_used=True)
    order = spending.apply(order_id=placed(checkout).pk)
    assert (order.credit_applied, amount_due(order)) == (1500, 3990)
    assert credits(order) == [("SPENT", -1000), ("SPENT", -500)]


def test_credit_is_spent_once_however_often_it_is_applied(checkout):
    chosen.add_card(checkout=checkout, typed=code_of(gift_card(2000)))
    order = placed(checkout)
    for _again in range(2):
        assert spending.apply(order_id=order.pk).credit_applied == 2000
    assert CreditEntry.objects.filter(kind="SPENT").count() == 1


@pytest.mark.parametrize(
    "typed", ["AAAA-AAAA-AAAA-AAAA", "' OR 1=1 --", "\0" * 16 + "A", "Ａ" * 16, "A" * 60_000]
)
def test_wrong_codes_are_all_answered_alike(client, typed):
    response = client.post(ADD, {"code": typed})
    assert response.status_code == 422
    assert "This code cannot be used" in response.content.decode()
    assert Checkout.objects.get().credit == {}


@pytest.mark.parametrize("name", ["payment", "express"])
@pytest.mark.parametrize("typed", ["", "  ", "\0" * 16])
def test_empty_code_says_what_to_do(client, name, typed):
    response = client.post(ADD, {"page": name, "code": typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter the code." in page
    assert "This code cannot be used" not in page
    assert 'aria-describedby="gift-code-problem" data-focus' in page
    assert Checkout.objects.get().credit == {}


@pytest.mark.parametrize(
    ("name", "address"), [("payment", PAYMENT), ("express", "/checkout/express/")]
)
def test_refused_code_stays_in_its_field_and_is_told_once(client, name, address):
    typed = "AbCd-1234<"
    response = client.post(ADD, {"page": name, "code": f" {typed}\0 "})
    page = response.content.decode()
    assert (response.status_code, "Location" in response.headers) == (422, False)
    assert response["Cache-Control"] == "private, no-store"
    assert re.search(r'id="page-title">Error: .*(payment|Express)', page)
    field = 'value="AbCd-1234&lt;" maxlength="60"'
    assert field in page
    assert 'aria-describedby="gift-code-problem" data-focus' in page
    assert f'method="post" action="{address}"' in page
    assert f"next={ADD}" not in page
    again = client.get(f"{address}?credit=refused").content.decode()
    assert "Have a gift card?" in again
    assert "This code cannot be used" not in again
    assert typed[:9] not in again


def test_sixth_card_is_refused_beside_the_field(client, checkout):
    for _card in range(5):
        chosen.add_card(checkout=checkout, typed=code_of(gift_card(100)))
    response = client.post(ADD, {"code": code_of(gift_card(100))})
    assert response.status_code == 422
    assert "An order takes 5 gift cards at most." in response.content.decode()


def test_refused_code_is_neither_logged_nor_kept(client, caplog):
    client.post(ADD, {"code": "QWER-TYUI-OPAS-DFGH"})
    client.get(PAYMENT)
    assert "QWER" not in caplog.text
    assert "QWER" not in str(dict(client.session)) + str(client.cookies)


@pytest.mark.parametrize("state", ["blocked", "ended", "spent"])
def test_code_that_cannot_be_spent_is_answered_like_a_wrong_one(checkout, state):
    card = gift_card(1000)
    code = code_of(card)
    if state == "blocked":
        cards.block(card.pk)
    elif state == "ended":
        GiftCard.objects.filter(pk=card.pk).update(expires_at=card.created_at)
    else:
        cards.void([card.pk], key="x", reason="")
        cards.unblock(card.pk)
    with pytest.raises(CreditRefused):
        chosen.add_card(checkout=checkout, typed=code)
    assert checkout.credit == {}


def test_guessing_codes_is_stopped(client):
    # Tries are counted by windows of time: all fall into one.
    with time_machine.travel(timezone.now(), tick=False):
        answers = [client.post(ADD, {"code": "x"}).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]


def test_an_order_takes_five_cards(checkout):
    for _card in range(5):
        chosen.add_card(checkout=checkout, typed=code_of(gift_card(100)))
    with pytest.raises(TooManyCards):
        chosen.add_card(checkout=checkout, typed=code_of(gift_card(100)))
    assert len(checkout.credit["cards"]) == 5


def test_codes_are_kept_nowhere(client, checkout):
    code = code_of(gift_card(2000))
    client.post(ADD, {"code": code})
    card = GiftCard.objects.get()
    plain = code.replace("-", "")
    assert plain not in str(Checkout.objects.get().credit)
    assert plain not in str(vars(card)) + card.code_hash
    assert card.last4 == plain[-4:]


def test_card_taken_out_again_gets_its_money_back_before_another_try(client, checkout):
    choose(checkout, DECLINED)
    card = gift_card(2000)
    client.post(ADD, {"code": code_of(card)})
    client.post(REVIEW, {"total": 5490, "due": 3490})
    assert GiftCard.objects.get().balance == 0
    client.post(REMOVE, {"card": str(card.pk)})
    checkout.refresh_from_db()
    choose(checkout)
    client.post(REVIEW, {"total": 5490, "due": 5490})
    order = Order.objects.get()
    assert (order.status, order.credit_applied, GiftCard.objects.get().balance) == ("PAID", 0, 2000)
    assert sorted(Payment.objects.values_list("amount", "status")) == [
        (3490, "FAILED"),
        (5490, "CAPTURED"),
    ]


def test_card_spent_elsewhere_meanwhile_is_told_before_the_rest_is_charged(client, checkout):
    choose(checkout)
    card = gift_card(2000)
    client.post(ADD, {"code": code_of(card)})
    cards.void([card.pk], key="elsewhere", reason="")
    response = client.post(REVIEW, {"total": 5490, "due": 3490})
    assert response["Location"] == REVIEW
    assert not Payment.objects.exists()
    assert "€54.90 is left to pay" in client.get(REVIEW).content.decode()


def test_order_that_is_canceled_unpaid_gives_credit_back(checkout):
    card = gift_card(2000)
    chosen.add_card(checkout=checkout, typed=code_of(card))
    order = spending.apply(order_id=placed(checkout).pk)
    lifecycle.cancel(order.pk, reason="Not paid in time")
    deliver_due()
    deliver_due()
    order.refresh_from_db()
    card.refresh_from_db()
    assert (order.credit_applied, card.balance, card.is_spendable) == (0, 2000, True)


def test_order_that_is_called_off_gives_each_its_part_back(checkout):
    card = gift_card(2000)
    chosen.add_card(checkout=checkout, typed=code_of(card))
    order = spending.apply(order_id=placed(checkout).pk)
    payment = processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    deliver_due()
    lifecycle.call_off(order.pk, reason="Changed my mind")
    deliver_due()
    settling.settle(Refund.objects.get().pk)
    payment.refresh_from_db()
    card.refresh_from_db()
    assert (payment.refunded_amount, card.balance) == (3490, 2000)
    assert Order.objects.get().credit_applied == 0


def test_store_credit_of_another_person_is_never_spent(client, checkout):
    store_credit(member(), 9000)
    client.post(ACCOUNT, {"use": "yes"})
    order = spending.apply(order_id=placed(checkout).pk)
    assert order.credit_applied == 0


def test_choosing_nothing_costs_one_statement_more_than_the_lock(
    checkout, django_assert_max_num_queries
):
    order = placed(checkout)
    with django_assert_max_num_queries(5):
        spending.apply(order_id=order.pk)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_card_in_two_orders_is_spent_by_one():
    card = gift_card(2000)
    code = code_of(card)
    orders = []
    for _order in range(2):
        checkout = checkout_of()
        chosen.add_card(checkout=checkout, typed=code)
        orders.append(placed(checkout))
    shown = shown_total(checkout) - 2000
    outcomes = all_at_once(
        [lambda pk=order.pk: spending.apply(order_id=pk, agreed_due=shown) for order in orders]
    )
    spent = [order for order in Order.objects.all() if order.credit_applied]
    card.refresh_from_db()
    assert (len(spent), card.balance) == (1, 0)
    assert [type(one) for one in outcomes].count(CreditChanged) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_order_applied_from_two_tabs_spends_once():
    checkout = checkout_of()
    chosen.add_card(checkout=checkout, typed=code_of(gift_card(2000)))
    order = placed(checkout)
    all_at_once([lambda: spending.apply(order_id=order.pk)] * 4)
    order.refresh_from_db()
    assert (order.credit_applied, order.credit_entries.count()) == (2000, 1)
