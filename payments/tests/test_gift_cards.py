"""Buying gift cards, sending them, and seeing what is left."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from catalog.tests.pages import meta
from orders.carts import cart as carts
from orders.carts.cart import merge
from orders.models import CartItem, GiftCardWish, Order
from orders.tests.factories import (
    filled_cart,
    member,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from orders.tests.offers import coupon, with_codes
from payments import processing, refunding
from payments.credit import card_pdf, cards, chosen, letters, selling, spending
from payments.credit.cards import Recipient
from payments.errors import CreditRefused
from payments.models import GiftCard, Refund
from payments.refunding import LineRefund
from payments.tests.cards import GOOD, method
from payments.tests.credits import code_of, gift_card, gift_card_product, placed
from shop.events.relay import deliver_due
from shop.models import new_id

pytestmark = pytest.mark.django_db

BUY, BALANCE = "/gift-cards/", "/gift-cards/balance/"
KIM = Recipient(email="kim@example.com", name="Kim", sender="Ada", message="Enjoy!")


@pytest.fixture
def product():
    return gift_card_product()


def bought(product, *, amount=5000, recipient=KIM, with_shirt=False, count=1):
    """A paid order of gift cards."""
    cart = filled_cart((variant_in_stock(price=5000), 1)) if with_shirt else filled_cart()
    if not with_shirt:
        cart.items.all().delete()
    for _card in range(count):
        selling.add(cart=cart, product=product, amount=amount, recipient=recipient)
    order = placed(ready_checkout(cart))
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    deliver_due()
    order.refresh_from_db()
    return order


def code_in(letter):
    return re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}", letter.body)[0]


def test_card_is_put_into_the_cart_with_whom_it_is_for(product):
    client = Client()
    answer = {
        "amount": "other",
        "other": "37",
        "recipient_email": "kim@example.com",
        "message": "Enjoy!",
    }
    assert client.post(BUY, answer)["Location"] == "/cart/"
    item, wish = CartItem.objects.get(), GiftCardWish.objects.get()
    assert (item.variant.price, item.unit_price, wish.item) == (3700, 3700, item)
    page = client.get("/cart/").content.decode()
    assert "Gift card" in page
    assert "ships by" not in page


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"amount": "other", "other": "9"},
        {"amount": "other", "other": "501"},
        {"amount": "other", "other": "20.50"},
        {"amount": "3333"},
        {"amount": "5000", "message": "to nobody"},
        {"amount": "5000", "recipient_email": "kim"},
        {"amount": "5000", "recipient_email": "kim@example.com", "send_on": "2001-01-01"},
    ],
)
def test_what_cannot_be_sold_is_refused(product, answer):
    page = Client().post(BUY, answer)
    assert page.status_code == 422
    assert page.content.decode().split("</title>")[0].count("Error:") == 1
    assert not CartItem.objects.exists()


def test_page_says_what_it_is_to_whoever_passes_it_on(product):
    answer = Client().get(BUY)
    assert '<link rel="canonical" href="http://testserver/gift-cards/">' in answer.content.decode()
    assert meta(answer, "og:title") == product.title
    assert meta(answer, "og:image").endswith(".png")


def test_no_product_no_page():
    assert Client().get(BUY).status_code == 404


def test_address_of_the_product_leads_to_its_page(product):
    assert Client().get("/p/gift-card/")["Location"] == BUY


def test_gift_cards_need_no_delivery_have_no_tax_and_are_never_cheaper(product):
    coupon()
    cart = filled_cart((variant_in_stock(price=5000), 1))
    with_codes(cart, "WELCOME10")
    selling.add(cart=cart, product=product, amount=5000, recipient=KIM)
    order = placed(ready_checkout(cart))
    gift = order.items.get(is_digital=True)
    assert (gift.discount, gift.tax, gift.backordered) == (0, 0, 0)
    assert (order.discount, order.shipping) == (500, 490)
    alone = filled_cart()
    alone.items.all().delete()
    selling.add(cart=alone, product=product, amount=5000, recipient=KIM)
    order = placed(ready_checkout(alone))
    assert (order.shipping, order.shipping_method, order.total) == (0, None, 5000)
    assert order.shipping_name == "By e-mail"


def test_paid_card_is_issued_once_and_its_order_is_delivered(product):
    order = bought(product, count=2)
    assert not selling.issue_bought(order.pk)
    assert list(GiftCard.objects.values_list("balance", "recipient_name")) == [(5000, "Kim")] * 2
    assert order.status == "DELIVERED"


def test_goods_beside_a_card_still_wait_for_their_parcel(product):
    order = bought(product, with_shirt=True)
    assert (order.status, GiftCard.objects.count()) == ("PAID", 1)


def test_letter_brings_a_code_that_pays(product):
    bought(product)
    card = GiftCard.objects.get()
    mail.outbox.clear()
    assert letters.send(card.pk)
    assert not letters.send(card.pk)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["kim@example.com"], "Ada sends you a gift card")
    assert "Enjoy!" in letter.body
    assert cards.find(code_in(letter)).pk == card.pk


def test_letter_brings_a_sheet_to_hand_over():
    card = gift_card(2000)
    letters.send(card.pk)
    [letter] = mail.outbox
    [sheet] = letter.attachments
    assert (sheet.filename, sheet.mimetype) == ("gift-card.pdf", "application/pdf")
    url = "https://shop.example/gift-cards/balance/"
    drawn = [card_pdf.draw(card, code, balance_url=url) for code in ("ACDE-FGHJ", "KMNP-QRTU")]
    assert all(made.startswith(b"%PDF-") for made in [sheet.content, *drawn])
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("words", ["", "W" * 300, "Søren — Łódź 🎁 \u202e مرحبا", "a\nb\tc"])
def test_sheet_has_one_page_whatever_people_write(words):
    card = gift_card(9_999_900)
    card.message, card.sender_name, card.recipient_name = words, words[:100], words[:100]
    drawn = card_pdf.draw(card, "ACDE-FGHJ-KMNP-QRTU", balance_url="https://shop.example/")
    assert drawn.count(b"/Type /Page\n") == 1


def test_sent_again_only_the_new_code_counts(product):
    card = gift_card(2000)
    letters.send(card.pk)
    letters.send(card.pk, again=True)
    old, new = map(code_in, mail.outbox)
    assert cards.find(new).pk == card.pk
    with pytest.raises(CreditRefused):
        cards.find(old)


def test_card_for_another_day_waits_for_it(product):
    later = timezone.localdate() + timedelta(days=3)
    bought(product, recipient=Recipient(email="kim@example.com", send_on=later))
    assert cards.due_to_send() == []
    GiftCard.objects.update(send_on=timezone.localdate())
    assert cards.due_to_send() == [GiftCard.objects.get().pk]


def test_card_for_nobody_in_particular_goes_to_the_buyer(product):
    order = bought(product, recipient=Recipient())
    assert GiftCard.objects.get().recipient_email == order.email


def test_wishes_follow_the_cart_of_who_signs_in(product):
    guest, user = filled_cart(), member()
    mine = filled_cart(user=user)
    selling.add(cart=guest, product=product, amount=5000, recipient=KIM)
    merge(guest=guest, user=user)
    assert GiftCardWish.objects.get().item.cart_id == mine.pk


def test_card_whose_price_went_back_can_be_spent_no_more(product):
    order = bought(product, with_shirt=True)
    item = order.items.get(is_digital=True)
    refunding.refund(
        order_id=order.pk,
        lines={item.pk: LineRefund(1, 5000)},
        reason=Refund.Reason.OTHER,
        key=new_id(),
    )
    deliver_due()
    card = GiftCard.objects.get()
    assert (card.status, card.balance) == ("BLOCKED", 0)


def test_gift_cards_do_not_pay_gift_cards(product):
    cart = filled_cart()
    cart.items.all().delete()
    selling.add(cart=cart, product=product, amount=5000, recipient=KIM)
    checkout = ready_checkout(cart)
    chosen.add_card(checkout=checkout, typed=code_of(gift_card(2000)))
    order = spending.apply(order_id=placed(checkout).pk)
    assert order.credit_applied == 0


def test_page_of_the_balance_tells_what_is_left():
    text = Client().post(BALANCE, {"code": code_of(gift_card(1234))}).content.decode()
    assert "€12.34" in text


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "<script>", "x" * 5000])
def test_page_of_the_balance_says_no_to_everything_else(code):
    response = Client().post(BALANCE, {"code": code})
    assert response.status_code == 422
    assert "private" in response["Cache-Control"]


def test_asking_for_balances_is_limited():
    client = Client()
    # Tries are counted by windows of time: all fall into one.
    with time_machine.travel(timezone.now(), tick=False):
        answers = [client.post(BALANCE, {"code": "x"}).status_code for _try in range(21)]
    assert answers == [422] * 20 + [429]


def test_checkout_of_a_gift_card_skips_delivery(product):
    cart = filled_cart()
    cart.items.all().delete()
    selling.add(cart=cart, product=product, amount=5000, recipient=KIM)
    checkout = ready_checkout(cart)
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    page = client.get("/cart/").content.decode()
    assert "€50.00" in page
    assert "more and delivery is free" not in page
    assert "Standard" not in page
    assert client.get("/checkout/delivery/")["Location"] == "/checkout/payment/"
    assert "By e-mail" in client.get("/checkout/payment/").content.decode()
    assert shown_total(checkout) == 5000
    assert not Order.objects.exists()
