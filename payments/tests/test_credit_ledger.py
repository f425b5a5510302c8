"""Balances of gift cards and store credit are what their ledger says."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from orders.models import Order
from orders.tests.factories import member, placed_order, variant_in_stock
from payments.credit import accounts, cards, ledger, returning
from payments.credit.cards import Recipient
from payments.errors import CreditShort
from payments.models import CreditAccount, CreditEntry, GiftCard
from payments.tests.credits import gift_card

pytestmark = pytest.mark.django_db


def test_issued_card_has_its_amount_and_an_end_but_no_code():
    card = gift_card(2500)
    assert (card.balance, card.issued_amount, card.status) == (2500, 2500, "ACTIVE")
    assert card.code_hash is None
    assert card.expires_at is not None


def test_same_key_issues_one_card():
    facts = {"currency": "EUR", "recipient": Recipient(), "reason": "", "actor_id": None}
    first = cards.issue(amount=1000, key="one", **facts)
    assert cards.issue(amount=1000, key="one", **facts).pk == first.pk
    assert GiftCard.objects.count() == 1


def test_no_balance_goes_below_zero():
    card = gift_card(1000)
    with pytest.raises(IntegrityError, match="gift_card_not_below_zero"), transaction.atomic():
        ledger.post([ledger.entry(card, kind="ADJUSTED", amount=-1001, key="too much")])
    card.refresh_from_db()
    assert (card.balance, CreditEntry.objects.filter(key="too much").count()) == (1000, 0)


def test_order_is_never_paid_more_than_it_costs():
    order = placed_order()
    card = gift_card(order.total + 1)
    spent = ledger.entry(card, kind="SPENT", amount=-order.total - 1, key="x", order=order)
    with pytest.raises(IntegrityError, match="is more than order"):
        ledger.post([spent])


def test_entry_of_another_currency_is_refused():
    card = gift_card(1000)
    card.currency = "USD"
    with pytest.raises(IntegrityError, match="in another currency"):
        ledger.post([ledger.entry(card, kind="ADJUSTED", amount=1, key="dollar")])


def test_spent_and_returned_are_what_credit_paid_of_the_order():
    order = placed_order()
    card = gift_card(1000)
    ledger.settle(order, wanted={card.pk: 600}, have={})
    assert Order.objects.get(pk=order.pk).credit_applied == 600
    ledger.settle(order, wanted={card.pk: 200}, have={card.pk: 600})
    assert Order.objects.get(pk=order.pk).credit_applied == 200
    card.refresh_from_db()
    assert card.balance == 800


def test_credit_goes_back_to_where_it_came_from_once():
    user = member()
    order = placed_order((variant_in_stock(price=5000), 1), user=user)
    card = gift_card(1000)
    account = accounts.account_of(order)
    account = accounts.adjust(account_id=account.pk, amount=700, reason="", key="a", actor_id=None)
    ledger.settle(order, wanted={card.pk: 1000, account.pk: 700}, have={})
    assert returning.give_back(order_id=order.pk, amount=900, key="r") == 900
    assert returning.give_back(order_id=order.pk, amount=900, key="r") == 0
    assert accounts.balance_of(user.pk, "EUR") == 700
    assert GiftCard.objects.get().balance == 200
    assert Order.objects.get(pk=order.pk).credit_applied == 800


def test_no_more_goes_back_than_credit_paid():
    order = placed_order()
    card = gift_card(1000)
    ledger.settle(order, wanted={card.pk: 300}, have={})
    assert returning.give_back(order_id=order.pk, amount=5000, key="r") == 300
    assert returning.give_back(order_id=order.pk, amount=5000, key="again") == 0


def test_card_that_ended_meanwhile_lives_on_when_its_money_comes_back():
    order = placed_order()
    card = gift_card(300)
    ledger.settle(order, wanted={card.pk: 300}, have={})
    GiftCard.objects.filter(pk=card.pk).update(expires_at=order.placed_at)
    cards.end_expired()
    returning.give_back(order_id=order.pk, amount=300, key="r")
    card.refresh_from_db()
    assert (card.is_spendable, card.balance) == (True, 300)


def test_money_of_a_guest_becomes_credit_of_the_address_once():
    order = placed_order()
    returning.grant(order_id=order.pk, amount=400, key="r")
    returning.grant(order_id=order.pk, amount=400, key="r")
    account = CreditAccount.objects.get()
    assert (account.user, account.email, account.balance) == (None, order.email.lower(), 400)
    assert Order.objects.get(pk=order.pk).credit_applied == 0


def test_staff_cannot_take_more_than_there_is():
    account = accounts.account_for(user_id=member().pk, email="", currency="EUR")
    with pytest.raises(CreditShort):
        accounts.adjust(account_id=account.pk, amount=-1, reason="", key="k", actor_id=None)
    assert CreditEntry.objects.count() == 0


def test_card_whose_time_is_over_ends_empty():
    card = gift_card(1500)
    GiftCard.objects.filter(pk=card.pk).update(expires_at=card.created_at)
    assert cards.end_expired() == 1
    card.refresh_from_db()
    assert (card.status, card.balance, card.issued_amount) == ("EXPIRED", 0, 1500)
    assert cards.end_expired() == 0


class EveryHistory(TestCase):
    """Whatever is tried: balance = issued - spent + returned, never below zero."""

    @settings(max_examples=15, deadline=None)
    @given(moves=st.lists(st.tuples(st.booleans(), st.integers(1, 900)), max_size=6))
    def test_balance_is_the_sum_of_the_ledger(self, moves):
        order = placed_order((variant_in_stock(price=2000), 1))
        card = gift_card(1000)
        for number, (is_spent, amount) in enumerate(moves):
            have = ledger.spent_on(order)
            before = have.get(card.pk, 0)
            wanted = min(before + amount, 1000) if is_spent else max(0, before - amount)
            ledger.settle(order, wanted={card.pk: wanted}, have=have)
            if not is_spent:
                returning.give_back(order_id=order.pk, amount=amount, key=number)
        card.refresh_from_db()
        order.refresh_from_db()
        spent = sum(ledger.spent_on(order).values())
        assert card.balance == 1000 - spent >= 0
        assert order.credit_applied == spent
