"""What shoppers do, and what carries an order on; each act on both shops."""

from contextlib import nullcontext, suppress
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from inventory.errors import BelowReserved, OutOfStock
from inventory.stock import adjust
from orders.carts import cart as carts
from orders.checkouts import checkout as acts
from orders.checkouts import placing
from orders.errors import CartGone, CouponRefused, NotAllowed, TotalChanged
from orders.models import Cart
from orders.placed import lifecycle
from orders.promotions import codes
from orders.tests.factories import (
    member,
    ready_checkout,
    shown_total,
    standard_delivery,
    variant_in_stock,
)
from orders.tests.offers import coupon
from payments import processing
from payments.credit import chosen, spending
from payments.errors import CreditRefused, NothingToPay
from payments.tests.cards import ASKS, DECLINED, GOOD, NO_FUNDS, method
from payments.tests.credits import code_of, gift_card
from shop.operations.invariants.checking import violations
from tests.life import model, real

PRICES = {"tee": 2500, "coat": 6900}
UNITS = 6
NUMBERS = count(1)
AHEAD = timedelta(minutes=10)
PICK = st.integers(0, 20)
WARES = st.sampled_from(sorted(PRICES))
CARDS = st.sampled_from([GOOD, GOOD, DECLINED, NO_FUNDS, ASKS])
GIFTS = {"card-small": 2000, "card-large": 9000}


class Acts(RuleBasedStateMachine):
    """Carts, orders, their payment, and the clock."""

    def __init__(self):
        super().__init__()
        # Ahead of the database's clock, which writes the first line of each history.
        self.traveller = time_machine.travel(timezone.now() + AHEAD, tick=False)
        self.clock = self.traveller.start()
        standard_delivery()
        self.wares = {
            name: variant_in_stock(units=UNITS, price=price) for name, price in PRICES.items()
        }
        # What earlier sequences left behind stays, and nothing of it is touched again.
        self.code = coupon(f"TENTH-{next(NUMBERS)}", usage_limit=model.COUPON_LIMIT).code
        self.model = model.Shop(PRICES, UNITS)
        self.gifts = {name: gift_card(amount) for name, amount in GIFTS.items()}
        self.gift_codes = {name: code_of(card) for name, card in self.gifts.items()}
        self.model.balances |= GIFTS
        self.people, self.carts, self.orders, self.waiting = {}, [], [], {}

    def teardown(self):
        try:
            real.do_jobs()
            assert list(violations()) == []
        finally:
            self.traveller.stop()

    # --- Shoppers

    def enter(self, person=None):
        """Somebody begins a cart: a new person, or one who was here before."""
        if person is None:
            person = f"person-{len(self.people)}"
            self.people[person] = member()
            self.model.balances[person] = 0
        self.carts.append(Cart.objects.create(user=self.people[person], currency="EUR"))
        self.model.carts.append(model.Cart(person))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, ware=WARES)
    def come_again(self, pick, ware):
        """Who has an order, paid or off, begins another cart."""
        _number, order = self.pick(self.model.orders, pick)
        person = self.model.carts[order.cart].person
        if order.status != "PENDING" and not self.model.has_open_cart(person):
            self.enter(person)
            self.put_in(len(self.carts) - 1, ware, 1)

    @rule(pick=PICK, ware=WARES, units=st.integers(1, 4))
    def put_in(self, pick, ware, units):
        number, cart = self.pick(self.model.carts, pick)
        wanted = cart.lines.get(ware, 0) + units
        refusal = None
        if not cart.is_open:
            refusal = CartGone
        elif not self.model.fits(cart, {ware: wanted}):
            refusal = OutOfStock
        with expected(refusal):
            carts.add(cart=self.cart(number), variant=self.ware(ware), quantity=units)
            cart.lines[ware] = wanted

    @rule(pick=PICK)
    def give_code(self, pick):
        number, cart = self.pick(self.model.carts, pick)
        if not cart.is_open or not cart.lines or cart.has_code:
            return
        with expected(CouponRefused if self.model.uses >= model.COUPON_LIMIT else None):
            codes.add(cart=self.cart(number), typed=self.code)
            cart.has_code = True

    @rule(pick=PICK, name=st.sampled_from(sorted(GIFTS)))
    def give_gift_card(self, pick, name):
        number, cart = self.pick(self.model.carts, pick)
        if not cart.is_open or cart.card:
            return
        checkout = ready_checkout(self.cart(number), holds=False)
        with expected(None if self.model.balances[name] else CreditRefused):
            chosen.add_card(checkout=checkout, typed=self.gift_codes[name])
            cart.card = name

    @rule(pick=PICK)
    def use_store_credit(self, pick):
        number, cart = self.pick(self.model.carts, pick)
        if cart.is_open:
            checkout = ready_checkout(self.cart(number), holds=False)
            chosen.use_account(checkout=checkout, is_used=True)
            cart.uses_credit = True

    @rule(pick=PICK)
    def begin_checkout(self, pick):
        number, cart = self.pick(self.model.carts, pick)
        if not cart.is_open or not cart.lines:
            return
        with expected(None if self.model.fits(cart, cart.lines) else OutOfStock):
            acts.begin(cart=self.cart(number))
            self.model.begin(cart)

    @rule(pick=PICK, is_true=st.integers(0, 4).map(bool))
    def place(self, pick, is_true):
        number, cart = self.pick(self.model.carts, pick)
        if not cart.is_open:
            self.enter()
            number, cart = len(self.carts) - 1, self.model.carts[-1]
        if not cart.lines:
            self.put_in(number, "tee", 1)
        if not cart.lines:
            return
        if not self.model.fits(cart, cart.lines):
            with expected(OutOfStock):
                ready_checkout(self.cart(number))
            return
        checkout = ready_checkout(self.cart(number))
        self.model.begin(cart)
        assert shown_total(checkout) == self.model.total(cart)
        agreed = self.model.total(cart) - (not is_true)
        with expected(None if is_true else TotalChanged):
            placed = placing.place_order(cart_id=checkout.cart_id, agreed_total=agreed)
            self.orders.append(placed)
            self.model.place(number, real.line_totals(placed, self.wares))
            again = placing.place_order(cart_id=checkout.cart_id, agreed_total=agreed)
            assert again.pk == placed.pk

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, card=CARDS)
    def pay(self, pick, card):
        number, order = self.pick(self.model.orders, pick)
        if order.asked_at is not None:
            return
        if order.status != "PENDING":
            # Refused, or answered with the payment that is there; nothing is taken either way.
            with suppress(NothingToPay):
                self.send(number, card)
            return
        spending.apply(order_id=self.orders[number].pk)
        self.model.spend_credit(order)
        if not order.to_pay:
            lifecycle.mark_paid(self.orders[number].pk)
            self.model.paid(order)
            return
        paid = self.send(number, card)
        self.model.try_to_pay(order)
        if card == GOOD:
            self.model.paid(order)
        elif card == ASKS:
            order.asked_at = self.model.now
            self.waiting[number] = paid

    @precondition(lambda self: self.waiting)
    @rule(pick=PICK, is_yes=st.booleans())
    def answer_the_bank(self, pick, is_yes):
        number = sorted(self.waiting)[pick % len(self.waiting)]
        processing.finish(self.waiting.pop(number).pk, {"approved": "yes" if is_yes else "no"})
        order = self.model.orders[number]
        if is_yes and order.asked_at is not None and order.status == "PENDING":
            self.model.paid(order)
        order.asked_at = None

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def cancel(self, pick):
        number, order = self.pick(self.model.orders, pick)
        self.pass_time(1)
        is_possible = order.status in (*model.UNPACKED, "CANCELED")
        with expected(None if is_possible else NotAllowed):
            lifecycle.cancel_by_customer(self.orders[number].pk, reason="Changed my mind")
            if order.status != "CANCELED":
                self.model.cancel(order)
        real.tell()

    # --- Staff

    @rule(ware=WARES, change=st.integers(-4, 4).filter(bool))
    def adjust_stock(self, ware, change):
        left = self.model.on_hand[ware] + change
        [shelf] = self.wares[ware].stocks.all()
        with expected(BelowReserved if left < self.model.held(ware) else None):
            adjust(stock_id=shelf.pk, quantity_change=change, note="Counted")
            self.model.on_hand[ware] = left

    @rule(ware=WARES, price=st.integers(15, 90).map(lambda euros: euros * 100))
    def change_price(self, ware, price):
        found = self.ware(ware)
        found.price = price
        found.save()
        self.model.prices[ware] = price

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def move_on(self, pick):
        """Pack, send, or hear that it arrived: whatever comes next."""
        number, order = self.pick(self.model.orders, pick)
        steps = {
            "PENDING": (lifecycle.mark_fulfilled, None),
            "PAID": (lifecycle.mark_fulfilled, "FULFILLED"),
            "FULFILLED": (lifecycle.mark_shipped, "SHIPPED"),
            "SHIPPED": (lifecycle.mark_delivered, "DELIVERED"),
            "DELIVERED": (lifecycle.mark_shipped, None),
            "CANCELED": (lifecycle.mark_fulfilled, None),
        }
        step, after = steps[order.status]
        self.pass_time(1)
        with expected(None if after else NotAllowed):
            step(self.orders[number].pk)
            order.status = after

    # --- The clock

    @rule(minutes=st.sampled_from([1, 4, 6, 11, 31]))
    def wait(self, minutes):
        self.pass_time(minutes * 60)
        real.do_jobs()
        assert list(violations()) == []

    def pass_time(self, seconds):
        self.clock.shift(timedelta(seconds=seconds))
        self.model.pass_time(seconds)

    def pick(self, rows, number):
        return number % len(rows), rows[number % len(rows)]

    def cart(self, number):
        return Cart.objects.select_related("user").get(pk=self.carts[number].pk)

    def ware(self, name):
        return type(self.wares[name]).objects.select_related("product").get(pk=self.wares[name].pk)

    def send(self, number, card):
        return processing.pay(
            order_id=self.orders[number].pk, provider_name="SANDBOX", method=method(card)
        )


def expected(refusal):
    """The block raises ``refusal``, or nothing where that is None."""
    return pytest.raises(refusal) if refusal else nullcontext()
